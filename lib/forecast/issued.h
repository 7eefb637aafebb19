/*
 * Forecasts as they were issued: what a prediction record says.
 */
#ifndef TP_FORECAST_ISSUED_H
#define TP_FORECAST_ISSUED_H

#include "rec/rec.h"

#define TP_ISSUED_MAX	16	/* horizons of one record */

struct tp_issued {
	const char	*id;		/* raw bytes of the segment's id */
	uint32_t	 idlen;
	int64_t		 t;		/* when it was made, ms */
	int		 horizon;	/* minutes, > 0 */
	int64_t		 target;	/* the time it is about, ms */
	enum tp_unit	 unit;		/* of the speeds below */
	double		 speed;
	double		 current;	/* last reading then; NAN: not said */
	double		 lower, upper;	/* NAN: no interval */
	double		 confidence;	/* NAN: not said */
	int		 level;		/* 1..5; 0: not said */
	/* raw JSON strings, or NULL */
	const struct tp_json_val *version, *kind;
};

/* True for a record that holds forecasts, right or wrong. */
bool tp_issued_is(const struct tp_rec *r);

/*
 * Takes the forecasts of a record: one, or one for each horizon that a name
 * like predicted_speed_15min holds.  A speed whose name has no unit is in
 * r->assume (NONE: an error).  A target time is the time plus the horizon where
 * it is not said, and the horizon likewise.  Returns how many (1 ..
 * TP_ISSUED_MAX), or -1 with a static text in *why and the field's name in
 * *field.
 */
int tp_issued_get(const struct tp_rec *r, struct tp_issued *out,
    const char **why, const char **field);

/* Converts its speeds to a unit. */
void tp_issued_convert(struct tp_issued *f, enum tp_unit to);

#endif
