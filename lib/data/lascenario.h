/*
 * The five scenarios that the LA system tests itself with, by the ranges it
 * publishes: each reading is drawn from the range of its place and minute.
 * They try out a pipeline, not a forecast: nothing in them follows from what
 * went before.  The same seed gives the same bytes.
 */
#ifndef TP_DATA_LASCENARIO_H
#define TP_DATA_LASCENARIO_H

#include "data/scenario.h"

/* As tp_scenario_run(), for the kinds from TP_SCENARIO_LA on. */
int tp_lascenario_run(const struct tp_scenario *sc, struct tp_events *ev,
    struct tp_out *out);

#endif
