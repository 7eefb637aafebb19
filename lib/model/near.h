/*
 * Learned neighbours: for each segment those others whose deviation from usual
 * says most about its coming speed beyond what its own lags say.
 */
#ifndef TP_MODEL_NEAR_H
#define TP_MODEL_NEAR_H

#include "model/profile.h"

/*
 * Fills near (nseg x n) with the segments of largest summed partial
 * correlation over the horizons, learned of the train part.  Segments that
 * have none get themselves.  lag: the columns of nlag lags.
 */
void tp_near_fit(uint32_t *near, size_t n, const struct tp_panel *p,
    const struct tp_profile *usual, const size_t *lag, size_t nlag,
    int threads);

#endif
