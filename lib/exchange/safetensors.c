/*
 * safetensors: eight bytes, the length of a JSON object that says where each
 * array lies, that object, and the arrays, little-endian, one behind the other.
 * What they are is the state of the model file, as tp-model(5) has it.
 */
#include <endian.h>
#include <jansson.h>

#include "base/mem.h"
#include "exchange/exchange.h"
#include "model/ensemble.h"
#include "model/layers.h"
#include "model/netmodel.h"
#include "model/pack.h"
#include "model/profile.h"
#include "model/treeinput.h"
#include "num/netnode.h"

/* A file as it grows: entries of the head, and the bytes they are about. */
struct writing {
	json_t		*head;
	struct tp_buf	 data;
	char		 prefix[32];	/* of names */
};

/* The rest of a state. */
struct rest {
	const char	*p;
	size_t		 n;
};

/* Adds an array of ndim dimensions, whose bytes come next in the state. */
static void
add(struct writing *w, struct rest *r, const char *name, const char *type,
    const size_t *dim, size_t ndim)
{
	json_t	*o = json_object(), *shape = json_array();
	json_t	*at = json_array();
	char	 full[96];
	size_t	 n = strcmp(type, "U8") == 0 ? 1 :
		    strcmp(type, "F64") == 0 ? 8 : 4, i;

	for (i = 0; i < ndim; i++) {
		json_array_append_new(shape,
		    json_integer((json_int_t)dim[i]));
		n *= dim[i];
	}
	if (n > r->n)
		tp_die("the state of a model is not what it should be");
	json_array_append_new(at, json_integer((json_int_t)w->data.n));
	json_array_append_new(at, json_integer((json_int_t)(w->data.n + n)));
	json_object_set_new(o, "dtype", json_string(type));
	json_object_set_new(o, "shape", shape);
	json_object_set_new(o, "data_offsets", at);
	snprintf(full, sizeof(full), "%s%s", w->prefix, name);
	json_object_set_new(w->head, full, o);
	tp_buf_add(&w->data, r->p, n);
	r->p += n;
	r->n -= n;
}

static void
add1(struct writing *w, struct rest *r, const char *name, const char *type,
    size_t n)
{
	add(w, r, name, type, &n, 1);
}

static void
add2(struct writing *w, struct rest *r, const char *name, const char *type,
    size_t rows, size_t cols)
{
	const size_t	dim[2] = { rows, cols };

	add(w, r, name, type, dim, 2);
}

static void
add_profile(struct writing *w, struct rest *r, const struct tp_modelfile *m)
{
	const size_t	dim[3] = {
		m->segs.n, TP_PROFILE_DAYS, (size_t)m->slots_per_day
	};

	add(w, r, "profile", "F32", dim, 3);
}

static void
add_linear(struct writing *w, struct rest *r, const struct tp_modelfile *m)
{
	size_t	dim[3] = { m->segs.n, m->nh, 0 };

	add_profile(w, r, m);
	dim[2] = r->n / 8 / dim[0] / dim[1];
	add(w, r, "coefficients", "F64", dim, 3);
}

/* For each horizon how many nodes its trees have, and these. */
static void
add_trees(struct writing *w, struct rest *r, const struct tp_modelfile *m)
{
	struct tp_formula	f = { 0 };
	struct tp_err		e = { 0 };
	char			name[32];
	size_t			h;

	if (tp_formula_init(&f, m, &e) != 0)
		tp_die("trees are no formula");
	add_profile(w, r, m);
	add2(w, r, "near", "U32", m->segs.n, TP_TREE_NEAR);
	for (h = 0; h < m->nh; h++) {
		r->p += 4;		/* how many trees: told by the shape */
		r->n -= 4;
		snprintf(name, sizeof(name), "sizes_%d", m->minutes[h]);
		add1(w, r, name, "U32", f.trees[h].n);
		snprintf(name, sizeof(name), "nodes_%d", m->minutes[h]);
		add2(w, r, name, "U8", f.trees[h].nnode, 8);
	}
	tp_formula_release(&f);
}

/* The weights of a layer that begin `at` floats into the learned ones. */
static bool
add_layer(struct writing *w, struct rest *r, const struct tp_net *net,
    size_t i, size_t at)
{
	const struct tp_net_node	*d = &net->node[i];
	static const char *const	 by[] = { "segment", "slot", "day" };
	char				 name[48];

	if (d->w.at != at)
		return false;
	switch (d->op) {
	case TP_NET_LINEAR:
		snprintf(name, sizeof(name), "linear_%zu.weight", i);
		add2(w, r, name, "F32", d->w.in, d->w.out);
		snprintf(name, sizeof(name), "linear_%zu.bias", i);
		if (d->w.bias)
			add1(w, r, name, "F32", d->w.out);
		return true;
	case TP_NET_EMBED:
		snprintf(name, sizeof(name), "%s_%zu", by[d->by], i);
		add2(w, r, name, "F32", d->rows, d->cols);
		return true;
	case TP_NET_NORM:
		snprintf(name, sizeof(name), "norm_%zu.weight", i);
		add1(w, r, name, "F32", d->cols);
		snprintf(name, sizeof(name), "norm_%zu.bias", i);
		add1(w, r, name, "F32", d->cols);
		return true;
	default:
		return false;
	}
}

static void
add_net(struct writing *w, struct rest *r, const struct tp_modelfile *m)
{
	const struct tp_netmodel	*s = m->state;
	const struct tp_net		*net = s->net;
	size_t				 all, i;

	add1(w, r, "scale", "F64", 2);
	r->p += 3 * 8;			/* the count of arcs, and a hash */
	r->n -= 3 * 8;
	add2(w, r, "arcs", "F64", s->narc, 2);
	add1(w, r, "arc_weights", "F32", s->narc);
	all = r->n;
	for (i = 0; i < net->nadj; i++)
		if (net->adj[i].fixed == NULL) {
			add2(w, r, "graph.from", "F32", s->nseg,
			    net->adj[i].rank);
			add2(w, r, "graph.to", "F32", s->nseg,
			    net->adj[i].rank);
		}
	/* weights are in the order in which layers were made, but for those
	 * that several layers share */
	while (r->n > 0) {
		for (i = 0; i < net->nnode; i++)
			if (add_layer(w, r, net, i, (all - r->n) / 4))
				break;
		if (i == net->nnode)
			tp_die("a network has weights of no layer");
	}
}

static bool	add_model(struct writing *w, const struct tp_modelfile *m);

static void
add_doubles(struct writing *w, const char *name, const double *v,
    const size_t *dim, size_t ndim)
{
	struct tp_buf	b = { 0 };
	struct rest	r;

	tp_pack_f64(&b, v, dim[0] * (ndim > 1 ? dim[1] : 1));
	r = (struct rest){ b.p, b.n };
	add(w, &r, name, "F64", dim, ndim);
	tp_buf_release(&b);
}

/* Layers, and what computes their inputs. */
static bool
add_dense(struct writing *w, const struct tp_modelfile *m)
{
	const struct tp_layers	*d = m->state;
	struct tp_modelfile	 like = *m;
	size_t			 i, n = strlen(w->prefix);
	char			 name[48];
	bool			 good;

	for (i = 0; i < d->n; i++) {
		const struct tp_layer	*y = &d->layer[i];
		const size_t		 dim[2] = { y->out, y->in };

		snprintf(name, sizeof(name), "layer_%zu.weight", i);
		add_doubles(w, name, y->w, dim, 2);
		snprintf(name, sizeof(name), "layer_%zu.bias", i);
		add_doubles(w, name, y->b, dim, 1);
	}
	like.kind = d->like;
	like.state = d->inputs;
	snprintf(w->prefix + n, sizeof(w->prefix) - n, "inputs.");
	good = add_model(w, &like);
	w->prefix[n] = '\0';
	return good;
}

/* How much each member counts, and the members. */
static bool
add_ensemble(struct writing *w, const struct tp_modelfile *m)
{
	const struct tp_modelfile	*one;
	struct tp_buf			 b = { 0 };
	struct rest			 r;
	size_t				 i, h;
	float				 v;
	bool				 good = true;

	for (i = 0; (one = tp_ensemble_member(m->state, i)) != NULL; i++) {
		snprintf(w->prefix, sizeof(w->prefix), "%zu.", i);
		good = good && add_model(w, one);
		for (h = 0; h < m->nh; h++) {
			v = (float)tp_ensemble_weight(m->state, i, h);
			tp_pack_f32(&b, &v, 1);
		}
	}
	w->prefix[0] = '\0';
	r = (struct rest){ b.p, b.n };
	add2(w, &r, "weights", "F32", i, m->nh);
	tp_buf_release(&b);
	return good;
}

/* Adds the arrays of a model; false where its kind has none to show. */
static bool
add_model(struct writing *w, const struct tp_modelfile *m)
{
	struct tp_buf	b = { 0 };
	struct rest	r;

	if (m->kind == &tp_model_ensemble)
		return add_ensemble(w, m);
	if (m->kind == &tp_model_dense)
		return add_dense(w, m);
	if (m->kind == &tp_model_classify)
		return false;
	m->kind->save(m->state, &b);
	r = (struct rest){ b.p, b.n };
	if (m->kind == &tp_model_persistence)
		add1(w, &r, "mean", "F64", m->segs.n);
	else if (m->kind == &tp_model_ha)
		add2(w, &r, "week", "F32", m->segs.n,
		    7 * (size_t)m->slots_per_day);
	else if (m->kind == &tp_model_linear)
		add_linear(w, &r, m);
	else if (tp_netmodel_is(m->kind))
		add_net(w, &r, m);
	else
		add_trees(w, &r, m);
	if (r.n > 0)
		tp_die("the state of a '%s' is not what it should be",
		    m->kind->name);
	tp_buf_release(&b);
	return true;
}

/* Texts only: that is all the format allows there. */
static json_t *
about(const struct tp_modelfile *m)
{
	json_t		*o = json_object();
	struct tp_buf	 b = { 0 };
	size_t		 i;

	json_object_set_new(o, "model_kind", json_string(m->kind->name));
	json_object_set_new(o, "model_version", json_string(m->version));
	json_object_set_new(o, "feature_set", json_string(m->spec));
	json_object_set_new(o, "unit", json_string(m->unit));
	for (i = 0; i < m->nh; i++)
		tp_buf_printf(&b, "%s%d", i > 0 ? "," : "", m->minutes[i]);
	json_object_set_new(o, "horizon_minutes",
	    json_string(tp_buf_cstr(&b)));
	for (b.n = 0, i = 0; i < m->ncol; i++)
		tp_buf_printf(&b, "%s%s", i > 0 ? "," : "", m->columns[i]);
	json_object_set_new(o, "columns", json_string(tp_buf_cstr(&b)));
	for (b.n = 0, i = 0; i < m->segs.n; i++)
		tp_buf_printf(&b, "%s\"%s\"", i > 0 ? "," : "[",
		    m->segs.keys[i].p);
	tp_buf_char(&b, ']');
	json_object_set_new(o, "segments", json_string(tp_buf_cstr(&b)));
	tp_buf_release(&b);
	return o;
}

static void
put_head(const json_t *head, struct tp_buf *b)
{
	char		*text = json_dumps(head, JSON_COMPACT);
	size_t		 len;
	uint64_t	 u;

	if (text == NULL)
		tp_die("a header of safetensors cannot be written");
	len = strlen(text);
	u = htole64((len + 7) / 8 * 8);
	tp_buf_add(b, (const char *)&u, sizeof(u));
	tp_buf_add(b, text, len);
	while (len++ % 8 != 0)
		tp_buf_char(b, ' ');
	free(text);
}

int
tp_export_safetensors(const struct tp_modelfile *m, struct tp_buf *b,
    struct tp_err *e)
{
	struct writing	w = { .head = json_object() };
	int		rc = 0;

	json_object_set_new(w.head, "__metadata__", about(m));
	if (add_model(&w, m)) {
		put_head(w.head, b);
		tp_buf_add(b, w.data.p, w.data.n);
	} else {
		rc = tp_err_set(e, TP_EXIT_USAGE, "a model of kind 'classify' "
		    "cannot be written as safetensors");
	}
	json_decref(w.head);
	tp_buf_release(&w.data);
	return rc;
}
