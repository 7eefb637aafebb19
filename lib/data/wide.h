/*
 * Wide tables: a row a time, a column a sensor; from CSV here, from HDF5 in
 * hdf5.c.  Rows must go forward in time.  The struct owns its columns.
 */
#ifndef TP_DATA_WIDE_H
#define TP_DATA_WIDE_H

#include "data/csvrow.h"
#include "data/event.h"

struct tp_wide {
	struct tp_events *ev;
	struct tp_seg	*cols;
	size_t		 n;
	char		 key[24];	/* ,"speed_mph": */
	size_t		 keylen;
	int64_t		 last;		/* time of the row before, or
					 * TP_TIME_NONE */
	/* of CSV only */
	struct tp_csv	 csv;
	bool		 header;	/* has been read */
	struct tp_out	*out;
	struct tp_err	*e;
};

/* A file begins; its unit is that of ev->conf. */
void tp_wide_open(struct tp_wide *w, struct tp_events *ev);
void tp_wide_release(struct tp_wide *w);

/*
 * Sets the columns from their names.  Returns 0, or -1 where one is empty or
 * there twice; the error begins with `at`.
 */
int tp_wide_columns(struct tp_wide *w, const struct tp_csv_field *names,
    size_t n, const char *at, struct tp_err *e);

/*
 * Writes one reading, v[0..n) being JSON, at source time t, which is in
 * range, of a wanted column.  Returns 0, or 1 to stop.
 */
static inline int
tp_wide_put(struct tp_wide *w, struct tp_out *out, const struct tp_seg *s,
    int64_t t, const char *v, size_t n)
{
	struct tp_buf	*b = tp_events_begin(w->ev, out, s, t);

	tp_buf_room(b, sizeof(w->key) + n + 1);
	memcpy(b->p + b->n, w->key, sizeof(w->key));
	memcpy(b->p + b->n + w->keylen, v, n);
	b->n += w->keylen + n;
	return tp_events_end(w->ev, out, s, 0);
}

/* True where the value stands for no reading. */
static inline bool
tp_wide_missing(const struct tp_wide *w, double v)
{
	const struct tp_replay_conf	*c = w->ev->conf;

	return c->has_missing && v >= c->missing && v <= c->missing;
}

/* CSV: as bytes() and close() of struct tp_reader. */
int tp_wide_bytes(struct tp_wide *w, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e);
int tp_wide_close(struct tp_wide *w, struct tp_out *out, struct tp_err *e);

#endif
