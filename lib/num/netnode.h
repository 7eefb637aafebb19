/* The inside of a net, for num/net*.c, and for those who write nets in other
 * formats. */
#ifndef TP_NUM_NETNODE_H
#define TP_NUM_NETNODE_H

#include "num/net.h"

enum tp_net_op {
	TP_NET_INPUT, TP_NET_LINEAR, TP_NET_EMBED, TP_NET_CONCAT,
	TP_NET_RELU, TP_NET_DROP, TP_NET_GATE, TP_NET_LSTM, TP_NET_MIXING,
	TP_NET_NORM,
};

struct tp_net_node {
	enum tp_net_op	 op;
	size_t		 nt, cols;
	size_t		 at;		/* floats a row before it */
	struct tp_view	 in[TP_NET_JOIN];
	size_t		 nin;
	struct tp_view	 plus;
	bool		 has_plus;
	struct tp_linear w;		/* or where a table begins */
	enum tp_net_index by;
	size_t		 rows;		/* of a table */
	size_t		 t0;
	double		 share;		/* of dropout */
	size_t		 graph[TP_NET_MIX], ngraph, hops;
};

/* Weights that start uniform in +-bound around centre. */
struct tp_net_block {
	size_t	at, n;
	float	centre, bound;
};

struct tp_net_adj {
	float		*fixed;		/* NULL: learned */
	size_t		 e1, e2, rank;
	size_t		 at;		/* after the learned weights */
};

struct tp_net {
	size_t			 nseg;
	struct tp_net_node	*node;
	size_t			 nnode, node_cap;
	struct tp_net_block	*block;
	size_t			 nblock, block_cap;
	struct tp_net_adj	*adj;
	size_t			 nadj, adj_cap;
	size_t			 learned, derived;	/* floats */
	size_t			 width;		/* floats of all nodes, a row */
	size_t			 times;		/* the longest nt */
};

/* The matrix of graph i. */
const float *tp_net_adj(const struct tp_net *n, size_t i, const float *w);

/* The plan of a run (num/netplan.c), in arrays that the caller frees. */
/* nnode x times: which are marked that the last node is made from. */
bool *tp_net_needed(const struct tp_net *n);
/* nnode: how many floats a row are before the values of each node, which make
 * room for others when the last node that reads them was made; inputs and the
 * last node stay.  width: floats a row of all. */
size_t *tp_net_places(const struct tp_net *n, size_t *width);

#endif
