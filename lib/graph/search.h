/*
 * Shortest ways through a graph: Dijkstra's search, or A* by landmarks
 * (Goldberg and Harrelson 2005).  Distances to landmarks are those in free
 * flow, which no weight is below, so they hold for any traffic.  The slower all
 * roads are, the less they say; so a search back from the end, at the least
 * that roads cost while the way is driven (Nannicini and others 2012,
 * "Bidirectional A* search on time-dependent road networks"), can go before,
 * and tell the search on how far it still is.
 *
 * A search goes from one of several starts to one of several ends: a spot on
 * a two-way street is on two edges, and a node has copies.  A struct owns its
 * arrays and borrows graph and weights; one search at a time.
 */
#ifndef TP_GRAPH_SEARCH_H
#define TP_GRAPH_SEARCH_H

#include "graph/weights.h"

#define TP_ENDS_MAX	64	/* starts or ends of one search */

/* Where a way begins or ends: a spot on own edge `edge`, of which a share
 * lies before it; or, where edge is TP_GRAPH_NONE, at the node. */
struct tp_end {
	uint32_t	node;
	uint32_t	edge;
	double		share;
};

struct tp_ends {
	uint32_t	n;
	struct tp_end	v[TP_ENDS_MAX];
};

/* Adds own node v, as a start or (with its copies) as an end.  What is beyond
 * TP_ENDS_MAX is left out: a node has a copy for each road into it that some
 * turn is forbidden from, and a place a few roads around it. */
void tp_ends_node(struct tp_ends *s, const struct tp_graph *g, uint32_t v,
    bool start);
/* The same of a spot on own edge e, a share of which lies before it. */
void tp_ends_spot(struct tp_ends *s, const struct tp_graph *g, uint32_t e,
    double share, bool start);

/* ms in free flow from a landmark to a node and from there to it; UINT32_MAX
 * where it is more, or there is no way. */
struct tp_mark {
	uint32_t	ms[2];
};

/* Distances of all nodes: of[i * nodes + v] from and to landmark i. */
struct tp_landmarks {
	uint32_t	 n, nodes;
	struct tp_mark	*of;
};

/* Takes up to n landmarks, each the node farthest from those before. */
void tp_landmarks_init(struct tp_landmarks *l, const struct tp_graph *g,
    uint32_t n);
void tp_landmarks_release(struct tp_landmarks *l);

/* What an edge costs: by the rates as they change, those of t, or the best of
 * those from t until a time. */
enum tp_costs { TP_COSTS_MOVING, TP_COSTS_STILL, TP_COSTS_LEAST };

struct tp_hop {			/* in the heap */
	double		key;
	uint32_t	node;
};

struct tp_label {
	double		ms;		/* since the start; INFINITY */
	uint32_t	by;		/* edge, or NONE at a start */
	uint32_t	place;		/* in the heap, or NONE */
};

#define TP_ACTIVE	4	/* landmarks that a search looks at */

/* Nodes reached, with the edge they were reached by. */
struct tp_search {
	const struct tp_graph	*g;
	const struct tp_weights	*w;
	struct tp_label	*at;		/* by node */
	uint32_t	*reached;	/* nodes with ms set */
	uint32_t	 nreached;
	struct tp_hop	*heap;
	uint32_t	 nheap;
	/* of the present search */
	bool		 backwards;
	uint32_t	 active;
	const struct tp_mark *mark[TP_ACTIVE];	/* by node */
	struct tp_mark	 aim[TP_ACTIVE];	/* the same of the ends */
	bool		 by_ms;		/* keys are ms, not ms and bound */
	const struct tp_search *back;	/* that went before, or NULL */
	/* nodes that may yet be settled; NULL: any number */
	uint64_t	*budget;
};

/* For searches by these weights; s is for tp_search_release(). */
void tp_search_init(struct tp_search *s, const struct tp_graph *g,
    const struct tp_weights *w);
void tp_search_release(struct tp_search *s);

/* True where v has its final ms. */
static inline bool
tp_search_settled(const struct tp_search *s, uint32_t v)
{
	return !isinf(s->at[v].ms) && s->at[v].place == TP_GRAPH_NONE;
}

/* A way that was found: own edges or copies, in their order. */
struct tp_way {
	uint32_t	*edge;
	size_t		 n, cap;
	/* the shares of the first and last edge that are driven: from..1 and
	 * 0..to, from..to where they are one */
	double		 from, to;
	bool		 found;
	double		 ms;
};

void tp_way_release(struct tp_way *p);
/* Appends an edge. */
void tp_way_add(struct tp_way *p, uint32_t e);

/* What to search for, from t on. */
struct tp_task {
	const struct tp_ends	*from, *to;
	double			 t;
	enum tp_costs		 costs;
	double			 until;	/* of the least costs */
	const struct tp_landmarks *marks;	/* NULL: Dijkstra */
	const float		*dearer;	/* by own edge, >= 1; NULL: 1 */
	/* for a search back, which goes before; NULL: none does */
	struct tp_search	*back;
};

/* Finds the shortest way; false where there is none, or the budget ended. */
bool tp_search_way(struct tp_search *s, const struct tp_task *k,
    struct tp_way *p);

/* The way by which a search on from the starts of k has reached node v, as far
 * as there. */
void tp_search_trace(const struct tp_search *s, const struct tp_task *k,
    uint32_t v, struct tp_way *p);

/* Reaches all nodes at the costs of k->t: from the starts, or from the ends
 * backwards.  Costs must be still. */
void tp_search_tree(struct tp_search *s, const struct tp_task *k,
    bool backwards);

/*
 * Searches from the starts in s and from the ends in k->back, at still costs,
 * the nearer first, for nodes that a way of at most `limit` ms may pass.  Ends
 * when both together have come `overlap` (>= 1) times as far as the shortest
 * way is long, and returns the length of that, INFINITY where they never met.
 */
double tp_search_meet(struct tp_search *s, const struct tp_task *k,
    double limit, double overlap);

/* ms to drive the way from time t in the rates of a lane. */
double tp_way_drive(const struct tp_way *p, const struct tp_weights *w,
    enum tp_lane lane, double t);

/* The share of edge i of the way that is driven. */
double tp_way_share(const struct tp_way *p, size_t i);

#endif
