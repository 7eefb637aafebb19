#include "model/modelinfo.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/ensemble.h"

#define TRAILER	27		/* "\nchecksum 0123456789abcdef\n" */
#define NAMED	5		/* segments that a difference names */

void
tp_modelinfo_init(struct tp_modelinfo *i, const struct tp_modelfile *m,
    const char *p, size_t n)
{
	i->m = m;
	i->bytes = n;
	memset(i->checksum, 0, sizeof(i->checksum));
	if (n > TRAILER)
		memcpy(i->checksum, p + n - 17, 16);
}

static void
put_ints(struct tp_buf *b, const int *v, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		tp_buf_printf(b, "%s%d", i > 0 ? " " : "", v[i]);
}

static void
put_range(struct tp_buf *b, int64_t from, int64_t to)
{
	tp_buf_time(b, from);
	tp_buf_lit(b, " .. ");
	tp_buf_time(b, to);
}

/* One line of text about a model; NULL last. */
static const char *const facts[] = {
	"kind", "version", "toolkit", "feature_set", "unit", "step",
	"horizons", "segments", "columns", "graph", "data", "trained_to",
	"windows", "seed", "intervals", NULL,
};

static void
put_fact(const struct tp_modelfile *m, const char *name, struct tp_buf *b)
{
	if (strcmp(name, "kind") == 0)
		tp_buf_str(b, m->kind->name);
	else if (strcmp(name, "version") == 0)
		tp_buf_str(b, m->version);
	else if (strcmp(name, "toolkit") == 0)
		tp_buf_str(b, m->toolkit);
	else if (strcmp(name, "feature_set") == 0)
		tp_buf_str(b, m->spec);
	else if (strcmp(name, "unit") == 0)
		tp_buf_str(b, m->unit);
	else if (strcmp(name, "step") == 0)
		tp_buf_printf(b, "%g min", (double)m->step_ms / 60000);
	else if (strcmp(name, "horizons") == 0)
		put_ints(b, m->minutes, m->nh);
	else if (strcmp(name, "segments") == 0)
		tp_buf_printf(b, "%zu", m->segs.n);
	else if (strcmp(name, "columns") == 0)
		tp_buf_printf(b, "%zu", m->ncol);
	else if (strcmp(name, "graph") == 0 && m->graph_hash == 0)
		tp_buf_lit(b, "none");
	else if (strcmp(name, "graph") == 0)
		tp_buf_printf(b, "%016" PRIx64, m->graph_hash);
	else if (strcmp(name, "data") == 0)
		put_range(b, m->from, m->to);
	else if (strcmp(name, "trained_to") == 0)
		tp_buf_time(b, m->train_to);
	else if (strcmp(name, "windows") == 0)
		tp_buf_printf(b, "%" PRId64 " %" PRId64 " %" PRId64,
		    m->windows[0], m->windows[1], m->windows[2]);
	else if (strcmp(name, "seed") == 0)
		tp_buf_printf(b, "%" PRIu64, m->seed);
	else if (m->iv.nseg > 0)
		tp_buf_printf(b, "%g %%", 100 * (1 - m->iv.alpha));
	else
		tp_buf_lit(b, "none");
}

/* A figure of the model's own scores; NAN where there is none. */
static double
figure(json_t *metrics, const char *split, int minutes, const char *name,
    const char *unit)
{
	json_t		*s, *v;
	const char	*text;
	char		 field[40];
	size_t		 i;

	snprintf(field, sizeof(field), "%s_%s", name, unit);
	json_array_foreach(metrics, i, s) {
		text = json_string_value(json_object_get(s, "split"));
		if (text == NULL || strcmp(text, split) != 0 ||
		    json_integer_value(json_object_get(s,
		    "prediction_horizon_minutes")) != minutes)
			continue;
		v = json_object_get(s, field);
		return json_is_number(v) ? json_number_value(v) : (double)NAN;
	}
	return (double)NAN;
}

/* A figure in a column of 8; of one that is not known, a dash. */
static void
put_figure(double v, struct tp_buf *b)
{
	if (isnan(v))
		tp_buf_printf(b, " %8s", "-");
	else
		tp_buf_printf(b, " %8.3f", v);
}

static void
put_scores(const struct tp_modelfile *m, struct tp_buf *b)
{
	static const char *const splits[] = { "train", "validation", "test" };
	json_t			*metrics = json_loads(m->metrics, 0, NULL);
	size_t			 i, h;

	tp_buf_printf(b, "%-12s", "MAE, RMSE");
	for (h = 0; h < m->nh; h++)
		tp_buf_printf(b, "  %13d min", m->minutes[h]);
	tp_buf_char(b, '\n');
	for (i = 0; i < 3; i++) {
		tp_buf_printf(b, "  %-10s", splits[i]);
		for (h = 0; h < m->nh; h++) {
			tp_buf_char(b, ' ');
			put_figure(figure(metrics, splits[i], m->minutes[h],
			    "mae", m->unit), b);
			put_figure(figure(metrics, splits[i], m->minutes[h],
			    "rmse", m->unit), b);
		}
		tp_buf_char(b, '\n');
	}
	json_decref(metrics);
}

/* How much each member of an ensemble counts, in percent. */
static void
put_members(const struct tp_modelfile *m, struct tp_buf *b)
{
	const struct tp_modelfile	*one;
	size_t				 i, h;

	tp_buf_printf(b, "%-32s", "members, weights in %");
	for (h = 0; h < m->nh; h++)
		tp_buf_printf(b, " %5d min", m->minutes[h]);
	tp_buf_char(b, '\n');
	for (i = 0; (one = tp_ensemble_member(m->state, i)) != NULL; i++) {
		tp_buf_printf(b, "  %-30s", one->version);
		for (h = 0; h < m->nh; h++)
			tp_buf_printf(b, " %9.1f",
			    100 * tp_ensemble_weight(m->state, i, h));
		tp_buf_char(b, '\n');
	}
}

/* The same as [{"model_kind","model_version","weights"}], weights 1 in sum. */
static json_t *
members_json(const struct tp_modelfile *m)
{
	const struct tp_modelfile	*one;
	json_t				*list = json_array(), *o, *w;
	size_t				 i, h;

	for (i = 0; (one = tp_ensemble_member(m->state, i)) != NULL; i++) {
		w = json_array();
		for (h = 0; h < m->nh; h++)
			json_array_append_new(w, json_real(round(1e6 *
			    tp_ensemble_weight(m->state, i, h)) / 1e6));
		o = json_object();
		json_object_set_new(o, "model_kind",
		    json_string(one->kind->name));
		json_object_set_new(o, "model_version",
		    json_string(one->version));
		json_object_set_new(o, "weights", w);
		json_array_append_new(list, o);
	}
	return list;
}

void
tp_modelinfo_text(const struct tp_modelinfo *i, struct tp_buf *b)
{
	size_t	k;

	for (k = 0; facts[k] != NULL; k++) {
		tp_buf_printf(b, "%-12s", facts[k]);
		put_fact(i->m, facts[k], b);
		tp_buf_char(b, '\n');
	}
	tp_buf_printf(b, "%-12s%zu\n%-12s%s\n", "bytes", i->bytes, "checksum",
	    i->checksum);
	put_scores(i->m, b);
	if (i->m->kind == &tp_model_ensemble)
		put_members(i->m, b);
}

void
tp_modelinfo_json(const struct tp_modelinfo *i, struct tp_buf *b)
{
	struct tp_buf	 file = { 0 };
	const char	*end;
	json_t		*o;
	char		*text;

	tp_modelfile_write(i->m, &file);
	end = memchr(file.p, '\n', file.n);
	o = end == NULL ? NULL : json_loadb(file.p, (size_t)(end - file.p), 0,
	    NULL);
	tp_buf_release(&file);
	if (o == NULL)
		tp_die("a model's header cannot be read");
	json_object_del(o, "sections");
	json_object_set_new(o, "segment_count",
	    json_integer((json_int_t)i->m->segs.n));
	json_object_set_new(o, "bytes", json_integer((json_int_t)i->bytes));
	json_object_set_new(o, "checksum", json_string(i->checksum));
	if (i->m->kind == &tp_model_ensemble)
		json_object_set_new(o, "members", members_json(i->m));
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15));
	if (text == NULL)
		tp_die("a model's header cannot be written");
	tp_buf_str(b, text);
	tp_buf_char(b, '\n');
	free(text);
	json_decref(o);
}

/* The segments of one model that the other does not have; how many lines. */
static int
missing(const struct tp_modelfile *in, const struct tp_modelfile *from,
    const char *sign, struct tp_buf *out)
{
	size_t	i, n = 0;

	for (i = 0; i < from->segs.n; i++) {
		const struct tp_map_key	*k = &from->segs.keys[i];

		if (tp_map_find(&in->segs, k->p, k->n) != SIZE_MAX)
			continue;
		if (n++ < NAMED)
			tp_buf_printf(out, "%s%s", n == 1 ? sign : " ", k->p);
	}
	if (n > NAMED)
		tp_buf_printf(out, " and %zu more", n - NAMED);
	if (n > 0)
		tp_buf_char(out, '\n');
	return n > 0;
}

static void
put_error(double v, const char *unit, struct tp_buf *b)
{
	if (isnan(v))
		tp_buf_lit(b, " not known");
	else
		tp_buf_printf(b, " %.4f %s", v, unit);
}

static int
diff_scores(const struct tp_modelfile *a, const struct tp_modelfile *b,
    struct tp_buf *out)
{
	json_t	*ma = json_loads(a->metrics, 0, NULL);
	json_t	*mb = json_loads(b->metrics, 0, NULL);
	double	 x, y;
	size_t	 h;
	int	 n = 0;

	for (h = 0; h < a->nh; h++) {
		x = figure(ma, "test", a->minutes[h], "mae", a->unit);
		y = figure(mb, "test", a->minutes[h], "mae", b->unit);
		if (x == y || (isnan(x) && isnan(y)))
			continue;
		tp_buf_printf(out, "MAE of test at %d min:", a->minutes[h]);
		put_error(x, a->unit, out);
		tp_buf_char(out, ',');
		put_error(y, b->unit, out);
		tp_buf_char(out, '\n');
		n++;
	}
	json_decref(ma);
	json_decref(mb);
	return n;
}

static bool
same_state(const struct tp_modelfile *a, const struct tp_modelfile *b)
{
	struct tp_buf	x = { 0 }, y = { 0 };
	bool		eq;

	a->kind->save(a->state, &x);
	b->kind->save(b->state, &y);
	eq = x.n == y.n && (x.n == 0 || memcmp(x.p, y.p, x.n) == 0);
	tp_buf_release(&x);
	tp_buf_release(&y);
	return eq;
}

int
tp_modelinfo_diff(const struct tp_modelinfo *a, const struct tp_modelinfo *b,
    struct tp_buf *out)
{
	struct tp_buf	x = { 0 }, y = { 0 };
	size_t		k;
	int		n = 0;

	if (a->bytes == b->bytes && strcmp(a->checksum, b->checksum) == 0)
		return 0;
	for (k = 0; facts[k] != NULL; k++) {
		x.n = y.n = 0;
		put_fact(a->m, facts[k], &x);
		put_fact(b->m, facts[k], &y);
		if (strcmp(tp_buf_cstr(&x), tp_buf_cstr(&y)) == 0)
			continue;
		tp_buf_printf(out, "%s: %s, %s\n", facts[k], x.p, y.p);
		n++;
	}
	n += missing(b->m, a->m, "segments only in the first: ", out);
	n += missing(a->m, b->m, "segments only in the second: ", out);
	n += diff_scores(a->m, b->m, out);
	if (a->m->kind == b->m->kind && !same_state(a->m, b->m)) {
		tp_buf_lit(out, "the numbers of the models\n");
		n++;
	}
	tp_buf_release(&x);
	tp_buf_release(&y);
	if (n == 0) {
		tp_buf_lit(out, "intervals, columns or order of segments\n");
		n++;
	}
	return n;
}
