/*
 * The historical profile: what speed a segment usually has at a step of the
 * local day on weekdays, Saturdays and Sundays.  The struct owns its array.
 */
#ifndef TP_MODEL_PROFILE_H
#define TP_MODEL_PROFILE_H

#include "model/model.h"

#define TP_PROFILE_DAYS	3	/* weekday, Saturday, Sunday */

struct tp_profile {
	size_t	 nseg;
	int	 slots;		/* per day */
	float	*v;		/* nseg x TP_PROFILE_DAYS x slots */
};

/*
 * Learns the means of the readings of steps below part[1], each slot together
 * with the one before and the one behind where slots are of 15 minutes or
 * less.  A slot without readings takes the mean of the other kinds of day,
 * else of the segment, else of all.
 */
void tp_profile_fit(struct tp_profile *f, const struct tp_panel *p);
void tp_profile_release(struct tp_profile *f);

/*
 * What is usual by the other days.  The profile at a time holds the reading
 * of that time, so that a model that learns beside it comes to trust it more
 * than it may of days to come: the more so, the fewer days there are.  So the
 * days are dealt to TP_PROFILE_FOLDS hands, and fold[k] is learnt of all but
 * those of hand k, which tp_profile_fold() tells of row r.
 */
#define TP_PROFILE_FOLDS	8	/* not 7: no kind of day is in one hand */
void tp_profile_fit_folds(struct tp_profile fold[TP_PROFILE_FOLDS],
    const struct tp_panel *p);
static inline size_t
tp_profile_fold(const struct tp_panel *p, size_t r)
{
	uint32_t	slots = (uint32_t)p->shape.slots_per_day;

	/* one number all through a local day but one of 23 or 25 hours */
	return (p->step[r] + slots - p->slot[r]) / slots % TP_PROFILE_FOLDS;
}

/* How many floats a profile of this size has. */
size_t tp_profile_size(size_t nseg, int slots);

/*
 * The usual speed of a segment `ahead` steps (may be negative, down to a
 * week) after the given slot and day (0 = Monday).
 */
static inline float
tp_profile_at(const struct tp_profile *f, size_t seg, int day, int slot,
    int ahead)
{
	int	s = slot + ahead, kind;

	while (s < 0) {
		s += f->slots;
		day = day == 0 ? 6 : day - 1;
	}
	while (s >= f->slots) {
		s -= f->slots;
		day = day == 6 ? 0 : day + 1;
	}
	kind = day < 5 ? 0 : day - 4;
	return f->v[(seg * TP_PROFILE_DAYS + (size_t)kind) *
	    (size_t)f->slots + (size_t)s];
}

/*
 * For each segment, the mean of its readings in steps below part[1], or of
 * all readings where it has none (0 where nobody has any); nseg doubles, for
 * the caller to free.
 */
double *tp_profile_means(const struct tp_panel *p);

/*
 * What is usual for all segments together: the mean of their profiles, as a
 * profile of one segment; TP_PROFILE_DAYS x slots floats, for the caller to
 * free.
 */
float *tp_profile_all(const struct tp_panel *p);

/*
 * For each segment, the 85th percentile of its readings in steps below part[1]
 * (0 where it has none); nseg floats, for the caller to free.
 */
float *tp_profile_free_flow(const struct tp_panel *p);

#endif
