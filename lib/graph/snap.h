/*
 * Finds the edges that sensors and pieces of road of a traffic feed stand for,
 * by distance, heading and name.
 */
#ifndef TP_GRAPH_SNAP_H
#define TP_GRAPH_SNAP_H

#include "graph/locate.h"
#include "graph/segments.h"
#include "graph/sites.h"

#define TP_SNAP_METRES_MAX	1000	/* of how far away an edge may be */

/*
 * Where sensor i of the sites is: the edge with the highest score, which falls
 * with the distance (to exp(-3) at `metres`), with the angle to the sensor's
 * heading if it has one (to 0 for the opposite direction), and to 0.6 of it
 * where both have names and these differ.  Returns the link, with score 0
 * where no edge is near; rival is the score of the next edge.
 */
struct tp_link tp_snap_sensor(const struct tp_locate *l,
    const struct tp_sites *s, size_t i, double metres, float *rival);

/*
 * Follows the line of piece i along the edges: a hidden Markov model over
 * places on the line, as Newson and Krumm 2009, whose states are the edges near
 * and in the same direction.  Adds links to out, whose score is the share of
 * the line that lies on edges.  Returns that share.
 */
float tp_snap_shape(const struct tp_locate *l, const struct tp_sites *s,
    size_t i, double metres, struct tp_segments *out);

#endif
