/*
 * Rows of a table of taxi trips, under the column names of any year: 2009
 * (Start_Lon), 2010 to 2014 (pickup_longitude), 2015 and the first half of
 * 2016 (tpep_pickup_datetime), later ones with zones instead of places
 * (PULocationID), green taxis (lpep_).  The struct owns its parser.
 */
#ifndef TP_DATA_TAXICSV_H
#define TP_DATA_TAXICSV_H

#include "data/csvrow.h"
#include "data/event.h"
#include "data/trip.h"

struct tp_taxi_conf;

/* Why a trip is left out. */
enum tp_taxi_reason {
	TP_TAXI_NO_PLACE,	/* an end at 0,0 or nowhere */
	TP_TAXI_NO_ZONE,	/* an end in a zone that is not in the table */
	TP_TAXI_SWAPPED,	/* latitude in longitude's place */
	TP_TAXI_OUTSIDE,	/* of the box */
	TP_TAXI_DURATION,	/* 0, negative, or above a day */
	TP_TAXI_TOO_FAST,	/* above 130 km/h from end to end */
	TP_TAXI_TWICE,		/* the same row again */
	TP_TAXI_REASONS
};

/* A latitude follows its longitude. */
enum tp_taxi_column {
	TP_TAXI_FROM, TP_TAXI_TO, TP_TAXI_MILES, TP_TAXI_FROM_LON,
	TP_TAXI_FROM_LAT, TP_TAXI_TO_LON, TP_TAXI_TO_LAT, TP_TAXI_FROM_ZONE,
	TP_TAXI_TO_ZONE, TP_TAXI_COLUMNS
};

struct tp_taxicsv {
	struct tp_events *ev;
	struct tp_taxi_conf *conf;
	struct tp_csv	 csv;
	bool		 header;
	size_t		 ncols;
	size_t		 at[TP_TAXI_COLUMNS];	/* SIZE_MAX: not there */

	/* while in a call */
	int		(*fn)(void *arg, const struct tp_trip *t);
	void		*arg;
	struct tp_out	*out;
	struct tp_err	*e;
};

/* True for the header of a table of trips. */
bool tp_taxicsv_is(const struct tp_csv_row *row);

/* A file begins. */
void tp_taxicsv_open(struct tp_taxicsv *t, struct tp_events *ev,
    struct tp_taxi_conf *conf);
void tp_taxicsv_release(struct tp_taxicsv *t);
/*
 * Reads on, with fn, arg, out and e set in t: gives each trip that is none of
 * the reasons to fn.  Returns 0, 1 to stop, or -1; end is for the last line.
 */
int tp_taxicsv_bytes(struct tp_taxicsv *t, const char *p, size_t n);
int tp_taxicsv_end(struct tp_taxicsv *t);

#endif
