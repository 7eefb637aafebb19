/*
 * Private to lib/rec/shape*.c: the table of shapes.  It is static.
 */
#ifndef TP_REC_SHAPETABLE_H
#define TP_REC_SHAPETABLE_H

#include "rec/shaper.h"

/* How the value of a member is made of our field `from`. */
enum tp_shape_how {
	TP_AS_TEXT,		/* a text as it is, a whole number as text */
	TP_AS_ID,		/* letters, digits, _ and -; up to hi bytes */
	TP_AS_MADE_ID,		/* likewise after a prefix, made to fit */
	TP_AS_UUID,		/* as it is, or made of what it is */
	TP_AS_NUM,		/* in lo..hi */
	TP_AS_BOUND,		/* a speed, brought into lo..hi */
	TP_AS_INT,		/* rounded; in lo..hi */
	TP_AS_SPEED,		/* in the shape's unit, lo..hi */
	TP_AS_MS,		/* a time: ms, 13 digits */
	TP_AS_ISO,		/* with Z */
	TP_AS_LOCAL,		/* without zone */
	TP_AS_HOUR,		/* of the time, local */
	TP_AS_WEEKDAY,		/* 0 is Monday */
	TP_AS_WEEKEND,
	TP_AS_NOW,		/* when this was processed, ms */
	TP_AS_LEVEL,		/* FREE_FLOW, ... by field or speed */
	TP_AS_LEVEL_NUMBER,	/* 1 to 5 */
	TP_AS_LEVEL_LOWER,	/* free_flow, ... */
	TP_AS_CLASS,		/* low, medium, high */
	TP_AS_CATEGORY,		/* free_flow, moderate_traffic, ... */
	TP_AS_SOURCE,		/* SENSOR where it is none of the others */
	TP_AS_QUALITY,		/* 0.3 less for each of three not there */
	TP_AS_WET,		/* rain or the like */
	TP_AS_MODEL,		/* v1.2.3 */
	TP_AS_MODEL_KIND,
	TP_AS_DIFF,		/* predicted less current speed */
	TP_AS_PAIR,		/* [latitude,longitude] */
	TP_AS_HORIZONS,		/* of 10, 20 and 30 minutes: three members */
	TP_AS_LITERAL,		/* `from` itself */
	TP_AS_REST,		/* an object of what no other member takes */
};

/* Where a member has no value. */
enum tp_shape_need {
	TP_ELSE_LEAVE,		/* it is left out */
	TP_ELSE_OBJECT,		/* with it the object that it is in */
	TP_ELSE_NULL,
	TP_ELSE_ZERO,
	TP_ELSE_UNKNOWN,	/* "UNKNOWN" */
	TP_ELSE_REFUSE,		/* the shape cannot hold the record */
};

struct tp_shape_row {
	const char	*in;		/* the object that it is in, or NULL */
	const char	*name;		/* NULL ends the table */
	const char	*from;		/* of speeds without unit */
	uint8_t		 how, need;
	double		 lo, hi;
};

struct tp_shape_form {
	const struct tp_shape_row *rows;	/* NULL: there is no shape */
	enum tp_unit	 unit;
	const char	*stamp;		/* the record header with the time of
					 * processing; NULL: there is none */
};

extern const struct tp_shape_form
    tp_shape_forms[TP_SHAPE_MAX][TP_RECORD_MAX];

#endif
