/*
 * Trips of taxis, as New York's Taxi and Limousine Commission publishes them,
 * into positions of vehicles.  The trips of all files are sorted by time
 * first (data/tripsort.h), so that neither the order of rows nor that of
 * files matters; positions of all trips then come in the order of time.
 *
 * The commission does not say which car drove: a trip is given the lowest
 * number that no trip has had for a minute.  A trip's id is a hash of its
 * row, and of two equal rows one is left out.
 *
 * struct tp_taxi owns what it holds; the conf owns nothing.
 */
#ifndef TP_DATA_TAXI_H
#define TP_DATA_TAXI_H

#include "data/taxicsv.h"
#include "data/taxiroute.h"
#include "data/tripsort.h"

#define TP_TAXI_ZONE	"America/New_York"	/* of times in the files */

struct tp_taxi_conf {
	int64_t	 every;			/* ms between positions */
	double	 box[4];		/* south, west, north, east: degrees */
	const struct tp_sensors *zones;	/* middles by LocationID, or NULL */
	const struct tp_graph *graph;	/* roads to drive on; NULL: straight */
	size_t	 memory;		/* bytes, of trips to be sorted */
	size_t	 files;			/* to be sorted together */
	/* results */
	uint64_t trips, off_road;	/* read; of them without a way */
	uint64_t left_out[TP_TAXI_REASONS];
};

extern const struct tp_taxi_conf tp_taxi_defaults;

struct tp_ride;

/* Numbers of taxis, first in, first out. */
struct tp_taxiring {
	uint32_t	*v;
	size_t		 n, head, cap;	/* cap: a power of two, or 0 */
};

struct tp_taxi {
	struct tp_events *ev;
	struct tp_taxi_conf *conf;
	struct tp_taxicsv table;
	struct tp_tripsort sort;
	size_t		 closed;	/* files read in this round */
	struct tp_taxiroute route;
	struct tp_trip	 last;		/* the trip before */
	bool		 has_last;
	struct tp_seg	*taxis;		/* by number */
	size_t		 ntaxis, taxicap;
	struct tp_queue	 free;		/* numbers no trip has */
	struct tp_ride	*rides;		/* by number of their taxi */
	size_t		 ridecap;
	/* Taxis by their next position: those that come `every` after their
	 * last, which are in order as they come, and the others. */
	struct tp_taxiring steady;
	struct tp_queue	 queue;
};

/* A file begins. */
void tp_taxi_open(struct tp_taxi *x, struct tp_events *ev);
/* Its bytes, and its end; the end of the last one writes all positions.
 * Return as in struct tp_reader. */
int tp_taxi_bytes(struct tp_taxi *x, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e);
int tp_taxi_close(struct tp_taxi *x, struct tp_out *out, struct tp_err *e);
void tp_taxi_release(struct tp_taxi *x);

/*
 * Sets the box by "south,west,north,east" in degrees, where it is not NULL,
 * and checks the rest.  0, or -1 and a usage error.
 */
int tp_taxi_conf_set(struct tp_taxi_conf *c, const char *box,
    struct tp_err *e);
/* Says how many trips were left out and why, and how many found no way;
 * false where all went well. */
#define TP_TAXI_NOTE	500
bool tp_taxi_note(const struct tp_taxi_conf *c, char text[TP_TAXI_NOTE]);

#endif
