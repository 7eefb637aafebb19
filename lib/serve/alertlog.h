/*
 * The alerts of late: each by its id, as it last was.  When there is no room
 * the oldest that is resolved goes, else the oldest.  Owns all it holds.
 */
#ifndef TP_SERVE_ALERTLOG_H
#define TP_SERVE_ALERTLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "rec/rec.h"

struct tp_alert_entry {
	char	*id;			/* plain text */
	char	*line;			/* the record, without its last '}' */
	size_t	 nline;
	char	*type, *severity, *message, *segment;	/* plain; or NULL */
	char	*road;			/* its name; or NULL */
	bool	 open;
	int64_t	 raised, updated, cleared;	/* TP_TIME_NONE: not */
	int64_t	 acked;
	char	*acked_by;
};

struct tp_alertlog {
	struct tp_alert_entry *v;	/* by the time they first came */
	size_t	n, max, open;
	uint64_t forgotten;
};

/* An empty log of at most max alerts. */
void tp_alertlog_init(struct tp_alertlog *a, size_t max);
void tp_alertlog_release(struct tp_alertlog *a);
/* Takes a record of an alert in any known form.  Returns its entry, or NULL
 * with a static text in *why. */
struct tp_alert_entry *tp_alertlog_take(struct tp_alertlog *a,
    const struct tp_rec *r, const char **why);
/* The entry of an id, or NULL. */
struct tp_alert_entry *tp_alertlog_find(const struct tp_alertlog *a,
    const char *id);
/* Notes who has seen it.  The first stays. */
void tp_alertlog_ack(struct tp_alert_entry *x, const char *who, int64_t t);
/* Appends the record, with acknowledged_at and _by where it was. */
void tp_alertlog_put(const struct tp_alert_entry *x, struct tp_buf *out);

#endif
