/*
 * What windows are grouped by: a segment, a road, or a cell of a grid; and
 * how the key stands in an aggregate.  Buffers belong to the caller.
 */
#ifndef TP_WINDOW_WINKEY_H
#define TP_WINDOW_WINKEY_H

#include "window/group.h"
#include "window/window.h"

#define TP_WINKEY_MAX	4096	/* bytes of a key */

/*
 * The key of a record, as raw bytes of a JSON string: *key is in the record
 * or in scratch.  Returns 0, or -1 with a rule and a reason, static texts.
 */
int tp_winkey_get(const struct tp_window_conf *c, const struct tp_rec *r,
    const struct tp_reading *rd, struct tp_buf *scratch, const char **key,
    size_t *n, const char **rule, const char **why);

/* Writes the texts of a new group's aggregates. */
void tp_winkey_text(const struct tp_window_conf *c, const char *key, size_t n,
    struct tp_group *g);

#endif
