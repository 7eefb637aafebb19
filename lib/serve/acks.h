/*
 * Which alerts were acknowledged, by whom and when: kept in memory and, where
 * there is a file for it, written to that before anybody is told.  The file
 * has a JSON line for each, {"alert_id","acknowledged_at","acknowledged_by"},
 * oldest first, and is replaced whole.  The struct owns its texts.
 */
#ifndef TP_SERVE_ACKS_H
#define TP_SERVE_ACKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TP_ACKS_MAX	4096	/* more, and the oldest is forgotten */

struct tp_ack {
	char	*id, *by;
	int64_t	 at;		/* epoch ms */
};

struct tp_acks {
	struct tp_ack *v;
	size_t	 n, cap;
	const char *path;	/* NULL: no file */
};

/* Reads the file, which need not be there yet; path is kept, and may be NULL.
 * 0, or -1 with file:line. */
int tp_acks_open(struct tp_acks *a, const char *path, struct tp_err *e);
/* Reads n bytes that are the text of that file. */
int tp_acks_parse(struct tp_acks *a, const char *path, const char *text,
    size_t n, struct tp_err *e);
void tp_acks_release(struct tp_acks *a);
/* That of an alert, or NULL. */
const struct tp_ack *tp_acks_find(const struct tp_acks *a, const char *id);
/* Adds one and writes the file: 0, or -1 where that fails and all is as it
 * was. */
int tp_acks_add(struct tp_acks *a, const char *id, const char *by,
    int64_t at, struct tp_err *e);

#endif
