/*
 * PeMS Station 5-Minute (Caltrans): the raw clearinghouse form, which has no
 * header but 12 columns of the station and then 5 of each lane; and the same
 * columns under a header.  Flow is vehicles in 5 minutes, occupancy 0..1,
 * speed mph, the time local and that of the interval's begin.
 */
#ifndef TP_DATA_PEMS_H
#define TP_DATA_PEMS_H

#include "data/csvrow.h"
#include "data/event.h"

enum tp_pems_item {
	TP_PEMS_TIME, TP_PEMS_STATION, TP_PEMS_DISTRICT, TP_PEMS_FREEWAY,
	TP_PEMS_DIRECTION, TP_PEMS_LANE_TYPE, TP_PEMS_LENGTH,
	TP_PEMS_SAMPLES, TP_PEMS_OBSERVED, TP_PEMS_FLOW, TP_PEMS_OCCUPANCY,
	TP_PEMS_SPEED, TP_PEMS_ITEMS
};

struct tp_pems {
	struct tp_events *ev;
	struct tp_csv	 csv;
	bool		 known;		/* raw or headed has been decided */
	bool		 raw;
	size_t		 n;		/* headed: columns of each row */
	size_t		 at[TP_PEMS_ITEMS];	/* columns, SIZE_MAX: none */
	int64_t		 last;
	struct tp_buf	 when;		/* the time text of the row before */
	struct tp_out	*out;
	struct tp_err	*e;
};

/* True for a first row that only this format can have. */
bool tp_pems_is(const struct tp_csv_row *row);

/* A file begins, of any number; ev outlives them. */
void tp_pems_open(struct tp_pems *s, struct tp_events *ev);
void tp_pems_release(struct tp_pems *s);
/* As bytes() and close() of struct tp_reader. */
int tp_pems_bytes(struct tp_pems *s, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e);
int tp_pems_close(struct tp_pems *s, struct tp_out *out, struct tp_err *e);

#endif
