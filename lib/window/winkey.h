/*
 * What windows are grouped by: a segment, a road, or a cell of a grid; and
 * how the key stands in an aggregate.  Buffers belong to the caller.
 */
#ifndef TP_WINDOW_WINKEY_H
#define TP_WINDOW_WINKEY_H

#include "window/group.h"
#include "window/window.h"

#define TP_WINKEY_MAX	4096	/* bytes of a key */

/* What keys are made in. */
struct tp_winkeys {
	const struct tp_window_conf *conf;
	struct tp_buf	 road;
	struct tp_tile_memo cells;
};

/* Raw bytes of a JSON string, in the record or in struct tp_winkeys. */
struct tp_winkey {
	const char	*p;
	size_t		 n;
	size_t		*group;		/* of a cell: where it may be found,
					 * and is noted; else NULL */
};

/*
 * The key of a record, valid until the next call.  Returns 0, or -1 with a
 * rule and a reason, static texts.
 */
int tp_winkey_get(struct tp_winkeys *k, const struct tp_rec *r,
    const struct tp_reading *rd, struct tp_winkey *key, const char **rule,
    const char **why);
void tp_winkeys_release(struct tp_winkeys *k);

/* Writes the texts of a new group's aggregates. */
void tp_winkey_text(const struct tp_window_conf *c, const char *key, size_t n,
    struct tp_group *g);

#endif
