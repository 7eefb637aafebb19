/*
 * Networks of a few kinds of layers over segments and time, with gradients.
 *
 * A net is a list of nodes, each made from earlier ones.  The value of a node
 * is a matrix whose rows are time x window x segment (the segment fastest),
 * nt x windows x nseg of them; windows are the examples that are put through
 * at once.  A view names some times and columns of a node.
 *
 * All weights are one flat array of the caller (tp_net_size() floats): what is
 * learned, then the adjacency matrices that tp_net_derive() makes from it.
 * Gradients are arrays of the same shape.
 *
 * A net only grows until it is first run; then it is read by any thread.
 */
#ifndef TP_NUM_NET_H
#define TP_NUM_NET_H

#include "base/rng.h"
#include "num/simd.h"

#define TP_NET_MIX	4	/* graphs of one mixing layer */
#define TP_NET_JOIN	8	/* views that are put side by side */

struct tp_view {
	size_t	node;
	size_t	t0, nt;		/* times of the node */
	size_t	c0, nc;		/* columns of the node */
};

/* A matrix of in x out weights and, where bias, out more. */
struct tp_linear {
	size_t	at, in, out;
	bool	bias;
};

/* What an embedding is chosen by. */
enum tp_net_index { TP_NET_SEG, TP_NET_SLOT, TP_NET_DAY };

struct tp_net;			/* private: num/netnode.h */

/* An empty net of nseg segments; free gives back all it owns, or NULL. */
struct tp_net *tp_net_new(size_t nseg);
void tp_net_free(struct tp_net *n);
/* The number of segments. */
size_t tp_net_nseg(const struct tp_net *n);

/* nt times of the same view from t0 on; likewise columns. */
struct tp_view tp_view_times(struct tp_view v, size_t t0, size_t nt);
struct tp_view tp_view_cols(struct tp_view v, size_t c0, size_t nc);

/* Weights that are uniform in +-1/sqrt(in) at first. */
struct tp_linear tp_net_weights(struct tp_net *n, size_t in, size_t out,
    bool bias);
/* A graph: nseg x nseg weights, copied; or one to be learned, softmax of the
 * rows of relu(E1 E2') with `rank` columns (Wu et al. 2019).  Its number. */
size_t tp_net_graph(struct tp_net *n, const float *adj);
size_t tp_net_learned_graph(struct tp_net *n, size_t rank);

/*
 * Layers; `plus`, where not NULL, is added.  A view of all columns is needed
 * but for linear, join and the cells of lstm.
 */
/* What the caller puts in; zero until then. */
struct tp_view tp_net_input(struct tp_net *n, size_t nt, size_t cols);
struct tp_view tp_net_linear(struct tp_net *n, struct tp_view x,
    struct tp_linear w, const struct tp_view *plus);
/* Rows of a table; for the index at times t0 .. t0 + nt. */
struct tp_view tp_net_embed(struct tp_net *n, enum tp_net_index by,
    size_t rows, size_t cols, size_t t0, size_t nt,
    const struct tp_view *plus);
struct tp_view tp_net_join(struct tp_net *n, const struct tp_view *v,
    size_t count);
/* With dropout of this share while training. */
struct tp_view tp_net_relu(struct tp_net *n, struct tp_view x, double share);
struct tp_view tp_net_drop(struct tp_net *n, struct tp_view x, double share,
    const struct tp_view *plus);
/* Half the columns: tanh of the first half times sigmoid of the second. */
struct tp_view tp_net_gate(struct tp_net *n, struct tp_view x);
/* [outputs | new cells] from 4 gates and the old cells. */
struct tp_view tp_net_lstm(struct tp_net *n, struct tp_view gates,
    struct tp_view cells);
/* [x | A x | A A x ..] for each graph A, up to the power of hops. */
struct tp_view tp_net_mix(struct tp_net *n, struct tp_view x,
    const size_t *graph, size_t count, size_t hops);
/* Each row less its mean, over its deviation, scaled and shifted (Ba et al.
 * 2016). */
struct tp_view tp_net_norm(struct tp_net *n, struct tp_view x);

/* Floats of the weights that are learned, and of all. */
size_t tp_net_learned(const struct tp_net *n);
size_t tp_net_size(const struct tp_net *n);
/* Floating point operations of one window forward. */
double tp_net_flop(const struct tp_net *n);
/* Sets what is learned to random numbers; the rest is for derive. */
void tp_net_start(const struct tp_net *n, struct tp_rng *r, float *w);
/* Fills the part of w that follows from what is learned. */
void tp_net_derive(const struct tp_net *n, float *w);
/* Brings the gradient of that part back to what is learned. */
void tp_net_derive_back(const struct tp_net *n, const float *w, float *g);

/* Room for the values of up to `windows` windows; owns its arrays. */
struct tp_netrun {
	const struct tp_net	*net;
	const struct tp_simd	*simd;
	size_t			 windows;	/* of this run */
	float			*value, *grad;	/* grad NULL: for use only */
	size_t			*at;		/* of nodes in value; NULL: all fit */
	bool			*needed;	/* nodes x times */
	uint32_t		*slot, *day;	/* times x windows */
};
/*
 * r is overwritten; windows > 0; training: with room for gradients.  Only what
 * the last node is made from is computed, and has gradients: of dilated
 * convolutions, whose last output is wanted, half of the times.  For use only,
 * values make room for others as soon as no later node reads them: what is
 * there after tp_net_forward() are the inputs and the last node.
 */
void tp_netrun_init(struct tp_netrun *r, const struct tp_net *n,
    size_t windows, bool training);
void tp_netrun_release(struct tp_netrun *r);
/* The rows of a node: values, and gradients. */
float *tp_netrun_value(const struct tp_netrun *r, size_t node);
float *tp_netrun_grad(const struct tp_netrun *r, size_t node);

/* Which elements dropout leaves out is a function of key. */
void tp_net_forward(struct tp_netrun *r, const float *w, bool training,
    uint64_t key);
/* Zeroes all gradients of the run, for the caller to set those of what the
 * loss is of. */
void tp_net_clear(struct tp_netrun *r);
/* Adds to g; key as it was forward. */
void tp_net_backward(struct tp_netrun *r, const float *w, float *g,
    uint64_t key);

#endif
