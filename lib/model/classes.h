/*
 * Classes of traffic by speed, best first: "low,medium,high" of congestion,
 * each with the least speed that is still in it.  Plain data.
 */
#ifndef TP_MODEL_CLASSES_H
#define TP_MODEL_CLASSES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

#define TP_CLASSES	8	/* at most */
#define TP_CLASS_NAME	24	/* bytes of a name, NUL included */

struct tp_classes {
	int	n;			/* 0: none */
	char	name[TP_CLASSES][TP_CLASS_NAME];
	/* speeds from limit[k] on and below limit[k - 1] are of class k; the
	 * last limit is 0 */
	double	limit[TP_CLASSES];
	bool	ratio;			/* shares of the free-flow speed */
	bool	mph;			/* else in mph, or km/h */
};

/*
 * Reads "low:0.75,medium:0.5,high", where limits are shares of the free-flow
 * speed, or "low:20mph,medium:10mph,high" (or kmh).  Without limits they are
 * shares that part 0..1 evenly, the best class taking two parts: 0.75 and 0.5
 * of three.  Two to eight classes; -1 where it is no such list.
 */
int tp_classes_parse(struct tp_classes *c, const char *s);
/* The same of --classes; s may be NULL: none.  0, or -1 and a usage error. */
int tp_classes_option(struct tp_classes *c, const char *s, struct tp_err *e);
/* Appends the classes as tp_classes_parse() reads them, limits written out. */
void tp_classes_print(const struct tp_classes *c, struct tp_buf *b);
/* The five levels of tp-record(5) by ratio. */
extern const struct tp_classes tp_classes_levels;

/* The class of a speed, where the free-flow speed is free_flow; both in the
 * unit of the limits. */
static inline int
tp_class_of(const struct tp_classes *c, double speed, double free_flow)
{
	int	k = 0;

	while (k < c->n - 1 &&
	    !(speed >= c->limit[k] * (c->ratio ? free_flow : 1)))
		k++;
	return k;
}

#endif
