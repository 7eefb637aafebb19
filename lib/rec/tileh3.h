/*
 * Private to lib/rec: the functions of libh3 4, which is looked for when the
 * first tiling of hexagons is opened (TP_H3=FILE names it elsewhere).
 */
#ifndef TP_REC_TILEH3_H
#define TP_REC_TILEH3_H

#include <stdint.h>

#include "base/err.h"

struct tp_h3_point {
	double	lat, lng;		/* radians */
};

struct tp_h3 {
	uint32_t (*cell)(const struct tp_h3_point *p, int level,
		    uint64_t *out);
	uint32_t (*middle)(uint64_t cell, struct tp_h3_point *p);
	uint32_t (*disk)(uint64_t cell, int k, uint64_t *out);
};

/* Only after tp_h3_open(). */
extern struct tp_h3 tp_h3;

/* 0, or -1 and an error that says how to install it. */
int tp_h3_open(struct tp_err *e);

#endif
