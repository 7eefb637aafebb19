/*
 * The relative neighbourhood graph of places (Toussaint 1980): two are joined
 * where no third is nearer to both than they are to each other.  Drawn, it
 * looks much like the roads that sensors stand on.
 */
#ifndef TP_SERVE_RELATIVE_H
#define TP_SERVE_RELATIVE_H

#include <stddef.h>
#include <stdint.h>

#define TP_RELATIVE_NEAR	24	/* neighbours looked at */

struct tp_relative_place {
	double		x, y;		/* on a plane */
	uint32_t	id;
};

struct tp_relative_pair {
	uint32_t	a, b;		/* ids */
};

/*
 * Joins n places; sorts them.  Of each only the TP_RELATIVE_NEAR nearest are
 * looked at, which makes a difference only where so many crowd together.
 * Returns how many pairs; *pairs is the caller's to free.
 */
size_t tp_relative_join(struct tp_relative_place *p, size_t n,
    struct tp_relative_pair **pairs);

#endif
