/*
 * The hourly profile: median speed and the band from the 15th to the 85th
 * percentile by hour of the local day, on working days and at weekends.
 * Speeds are counted in bins, so memory does not grow.
 */
#ifndef TP_PLOT_HOURLY_H
#define TP_PLOT_HOURLY_H

#include "plot/page.h"

#define TP_HOURLY_BINS	3000	/* of 0.1 mph or km/h */

struct tp_hourly {
	enum tp_unit	 unit;		/* of the first reading */
	int64_t		 first, last;
	uint64_t	 n;
	/* weekend, hour, speed; heap, since it is 1.1 MB */
	uint64_t	(*count)[24][TP_HOURLY_BINS];
};

/* An all-zero struct is an empty one. */
void tp_hourly_release(struct tp_hourly *p);
/* Adds a reading; another unit than the first one's is converted. */
void tp_hourly_add(struct tp_hourly *p, struct tp_tz *tz, int64_t t,
    double speed, enum tp_unit unit);
/*
 * The q-quantile (0..1) of an hour, in the profile's unit: the smallest
 * speed that at least that share does not exceed, to 0.1; NAN where the hour
 * has no reading.
 */
double tp_hourly_quantile(const struct tp_hourly *p, int weekend, int hour,
    double q);
/* Appends the script; of what is for the title ("all sensors"). */
void tp_hourly_draw(const struct tp_hourly *p, const struct tp_page *page,
    enum tp_unit unit, const char *of, struct tp_buf *b);

#endif
