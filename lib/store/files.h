/*
 * Private to lib/store: the store in a folder, DIR/KIND/YEAR/MONTH/DAY/ with
 * files for each hour of event time (UTC):
 *
 *	08.part		lines of an hour that is not over, as they come
 *	08.jsonl.zst	the hour, each record once, by segment and time
 *	08-1.jsonl.zst	what came for it when it was finished, and so on
 *
 * A part is appended to and synced before a batch counts as written; the half
 * line of a crash is cut off when it is opened again.  When events are GRACE
 * beyond its end the hour is written whole, synced and renamed, and never
 * touched again.  A record that is in a finished file of its hour is not
 * written to a second.
 */
#ifndef TP_STORE_FILES_H
#define TP_STORE_FILES_H

#include "store/backend.h"
#include "store/retain.h"

#define TP_FILES_GRACE	(10 * TP_MINUTE)
#define TP_FILES_HOUR	((size_t)TP_BATCH_TEXT)	/* bytes, at most */

struct tp_files {
	char		*dir;
	int		 lock;		/* descriptor of DIR/.lock, or -1 */
	struct tp_retain retain;
	struct tp_batch	 batch;		/* of an hour that is read */
	struct tp_map	 parts;		/* "event/2012/03/01/08": open hours */
	int64_t		*ends;		/* of each, ms; TP_STORE_NULL: done */
	size_t		 ends_cap;
};

/* "event/2012/03/01/08" */
void tp_files_name(struct tp_buf *b, enum tp_store_kind k, int64_t hour);
/* DIR/NAME and a tail, NUL-terminated, in b. */
const char *tp_files_path(struct tp_buf *b, const struct tp_files *f,
    const char *name, const char *tail);
/* Likewise the finished file of an hour with this number, from 0 on. */
const char *tp_files_finished(struct tp_buf *b, const struct tp_files *f,
    const char *name, int number);

/* filesread.c: the records of an hour into f->batch (cleared before), of
 * finished files and, with `part`, of what is not: 0 or -1. */
int tp_files_load(struct tp_files *f, const char *name, bool part,
    struct tp_err *e);
int tp_files_rows(struct tp_store *s, const struct tp_store_query *q,
    tp_cells_fn *fn, void *arg, struct tp_err *e);
int tp_files_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e);
int tp_files_info(struct tp_store *s, struct tp_store_info *i,
    struct tp_err *e);
int tp_files_check(struct tp_store *s, struct tp_err *e);
/* Calls fn for each hour there is, in order of time, until it returns other
 * than 0; what it returned, or -1. */
typedef int tp_files_fn(void *arg, const char *name, int64_t hour,
    struct tp_err *e);
int tp_files_walk(struct tp_files *f, enum tp_store_kind k, tp_files_fn *fn,
    void *arg, struct tp_err *e);

/* fileswrite.c */
int tp_files_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e);
/* Takes up the parts that an earlier process left. */
int tp_files_resume(struct tp_files *f, struct tp_err *e);

#endif
