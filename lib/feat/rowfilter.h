/*
 * The filter that writes feature rows: events or aggregates in, one line for
 * each known segment and step out.
 *
 * The conf is the caller's and must outlive the run; so must its graph.
 */
#ifndef TP_FEAT_ROWFILTER_H
#define TP_FEAT_ROWFILTER_H

#include "feat/grid.h"

/* Its conf is a struct tp_grid_opts. */
extern const struct tp_filter tp_rowfilter;

/* tp_grid_profiles() of a state of tp_rowfilter. */
const struct tp_trail *tp_rowfilter_profiles(void *st);

#endif
