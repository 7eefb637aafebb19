/*
 * Long tables as CSV: a row is one reading of one sensor, columns are told
 * by the names in the header.  Columns of unknown names go into the event as
 * they are.  The struct owns its columns and times.
 */
#ifndef TP_DATA_LONGCSV_H
#define TP_DATA_LONGCSV_H

#include "data/csvrow.h"
#include "data/event.h"

struct tp_longcsv_column;

struct tp_longcsv {
	struct tp_events *ev;
	struct tp_csv	 csv;
	bool		 header;	/* has been read */
	struct tp_longcsv_column *cols;
	size_t		 n;
	size_t		 time, id;	/* columns */
	struct tp_buf	 when;		/* the time text of the row before */
	int64_t		 t;		/* and what it says, */
	bool		 twice;		/* which happens again an hour later */
	int64_t		*last;		/* of each segment, such a time, or */
	size_t		 nlast, cap;	/* TP_TIME_NONE */
	struct tp_out	*out;
	struct tp_err	*e;
};

/* True for a header that only a long table can have. */
bool tp_longcsv_is(const struct tp_csv_row *row);
/* True for a header that names a speed, volume or occupancy. */
bool tp_longcsv_has_reading(const struct tp_csv_row *row);

/* A file begins, of any number; ev outlives them. */
void tp_longcsv_open(struct tp_longcsv *l, struct tp_events *ev);
void tp_longcsv_release(struct tp_longcsv *l);
/* As bytes() and close() of struct tp_reader. */
int tp_longcsv_bytes(struct tp_longcsv *l, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e);
int tp_longcsv_close(struct tp_longcsv *l, struct tp_out *out,
    struct tp_err *e);

#endif
