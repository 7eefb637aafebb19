/*
 * Trips in the order of time, however many, in bounded memory: an external
 * merge sort.  What does not fit is written, sorted, to a nameless file in
 * $TMPDIR (or /tmp), and read back from there in as many places as there are
 * runs (Knuth, TAOCP 3, 5.4).
 *
 * The struct owns its memory and the file.
 */
#ifndef TP_DATA_TRIPSORT_H
#define TP_DATA_TRIPSORT_H

#include "base/err.h"
#include "data/trip.h"

/* The next part of a run that was written. */
struct tp_triprun {
	int64_t		 at, end;	/* bytes of the file not yet read */
	struct tp_trip	*v;		/* those read, i of n are done */
	size_t		 i, n;
};

struct tp_tripsort {
	size_t		  room;		/* trips in memory */
	struct tp_trip	 *v;		/* the trips of the present run */
	size_t		  n, cap, next;
	int		  fd;		/* -1: all are in memory */
	int64_t		  size;		/* bytes of the file */
	struct tp_triprun *runs;
	size_t		  nruns, runcap;
	size_t		  part;		/* trips of a run read at a time */
	struct tp_queue	  queue;	/* of runs, by their next trip */
};

/* At most `bytes` of memory, but 8 kB for each run where that is more. */
void tp_tripsort_init(struct tp_tripsort *s, size_t bytes);
/* Frees what it holds; all zero is one without anything. */
void tp_tripsort_release(struct tp_tripsort *s);
/* Takes a trip.  0, or -1 with the error. */
int tp_tripsort_add(struct tp_tripsort *s, const struct tp_trip *t,
    struct tp_err *e);
/* All were added: the next calls get them.  0, or -1 with the error. */
int tp_tripsort_end(struct tp_tripsort *s, struct tp_err *e);
/* The next trip: 1, or 0 at the end, or -1 with the error. */
int tp_tripsort_next(struct tp_tripsort *s, struct tp_trip *t,
    struct tp_err *e);

#endif
