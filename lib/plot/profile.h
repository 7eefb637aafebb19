/*
 * The hourly profile: median speed and the band from the 15th to the 85th
 * percentile by hour of the local day, on working days and at weekends.
 * Speeds are counted in bins, so memory does not grow.
 */
#ifndef TP_PLOT_PROFILE_H
#define TP_PLOT_PROFILE_H

#include "plot/page.h"

#define TP_PROFILE_BINS	3000	/* of 0.1 mph or km/h */

struct tp_profile {
	enum tp_unit	 unit;		/* of the first reading */
	int64_t		 first, last;
	uint64_t	 n;
	/* weekend, hour, speed; heap, since it is 1.1 MB */
	uint64_t	(*count)[24][TP_PROFILE_BINS];
};

/* An all-zero struct is an empty one. */
void tp_profile_release(struct tp_profile *p);
/* Adds a reading; another unit than the first one's is converted. */
void tp_profile_add(struct tp_profile *p, struct tp_tz *tz, int64_t t,
    double speed, enum tp_unit unit);
/*
 * The q-quantile (0..1) of an hour, in the profile's unit: the smallest
 * speed that at least that share does not exceed, to 0.1; NAN where the hour
 * has no reading.
 */
double tp_profile_quantile(const struct tp_profile *p, int weekend, int hour,
    double q);
/* Appends the script; of what is for the title ("all sensors"). */
void tp_profile_draw(const struct tp_profile *p, const struct tp_page *page,
    enum tp_unit unit, const char *of, struct tp_buf *b);

#endif
