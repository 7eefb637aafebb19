/* What tp-eval writes: score records, or a table for people. */
#include <inttypes.h>
#include <math.h>

#include "base/buf.h"
#include "base/mem.h"
#include "forecast/join.h"

#define KIND_WIDTH	12	/* of the table's column of models */

/* The groups in the order they are written in. */
struct order {
	const struct tp_join	 *j;
	const struct tp_join_group **g;
	size_t			  n;
};

static int
compare_segments(const struct tp_join *j, int64_t a, int64_t b)
{
	const struct tp_map_key	*keys = j->truth.ids.keys;

	return tp_map_key_order(&keys[a], &keys[b]);
}

/* The whole of all models first, then the parts; no two are equal. */
static int
compare(const void *pa, const void *pb, void *arg)
{
	const struct tp_join		*j = arg;
	const struct tp_join_group	*a =
	    *(const struct tp_join_group *const *)pa;
	const struct tp_join_group	*b =
	    *(const struct tp_join_group *const *)pb;

	if ((a->part == -1) != (b->part == -1))
		return a->part == -1 ? -1 : 1;
	if (a->model != b->model)
		return a->model < b->model ? -1 : 1;
	if (a->horizon != b->horizon)
		return a->horizon < b->horizon ? -1 : 1;
	if (a->part == b->part)
		return 0;
	if (j->conf->by == TP_BY_SEGMENT)
		return compare_segments(j, a->part, b->part);
	return a->part < b->part ? -1 : 1;
}

static struct order
sorted(const struct tp_join *j)
{
	struct order	o = { .j = j };
	struct tp_join	copy = *j;	/* qsort_r() wants a pointer to write to */
	size_t		i;

	o.g = tp_malloc((j->keys.n + 1) * sizeof(struct tp_join_group *));
	for (i = 0; i < j->keys.n; i++)
		o.g[o.n++] = &j->g[i];
	qsort_r(o.g, o.n, sizeof(struct tp_join_group *), compare, &copy);
	return o;
}

static void
put_mae(struct tp_buf *b, const char *name, const char *unit, double v)
{
	if (!isfinite(v))
		return;
	tp_buf_printf(b, ",\"%s_mae_%s\":", name, unit);
	tp_buf_fixed(b, v, TP_SCORE_DECIMALS);
}

static void
put_drift(const struct tp_join *j, const struct tp_join_group *g,
    struct tp_buf *b)
{
	const struct tp_score	*recent = &g->recent[TP_JOIN_MODEL];
	struct tp_score		 before = tp_join_earlier(g, TP_JOIN_MODEL);
	const char		*unit = tp_unit_suffix(j->unit);
	double			 ratio = tp_join_drift(g);

	tp_buf_printf(b, ",\"recent_n\":%" PRIu64, recent->n);
	put_mae(b, "recent", unit, tp_score_mae(recent));
	put_mae(b, "earlier", unit, tp_score_mae(&before));
	if (isnan(ratio))
		return;
	ratio = tp_fixed(ratio, TP_SCORE_DECIMALS);
	tp_buf_lit(b, ",\"drift_ratio\":");
	tp_buf_fixed(b, ratio, TP_SCORE_DECIMALS);
	tp_buf_str(b, ratio > j->conf->drift_limit ? ",\"drift\":true" :
	    ",\"drift\":false");
}

/* Appends more fields to the record just written. */
static void
put_more(const struct tp_join *j, const struct tp_join_group *g,
    struct tp_buf *b)
{
	b->n--;		/* the brace */
	tp_buf_printf(b, ",\"pending\":%" PRIu64 ",\"unmatched\":%" PRIu64
	    ",\"duplicates\":%" PRIu64, g->pending, g->unmatched,
	    g->duplicate);
	if (j->conf->drift_ms > 0)
		put_drift(j, g, b);
	tp_buf_char(b, '}');
}

static int
write_records(const struct order *o, const struct tp_join_group *g,
    struct tp_out *out)
{
	const struct tp_join		*j = o->j;
	const struct tp_join_model	*m = &j->models[g->model];
	struct tp_buf			 part = { 0 }, beside = { 0 };
	struct tp_score_of		 of = {
		.kind = m->kind, .version = m->version,
		.split = j->conf->split, .horizon = g->horizon,
		.unit = j->unit, .from = g->first, .to = g->last,
	};
	int				 rc;

	if (g->part != -1) {
		tp_by_put(j->conf->by, g->part, &j->truth.ids, &part);
		of.by = tp_by_name(j->conf->by);
		of.group = tp_buf_cstr(&part);
	}
	tp_score_write(&g->s[TP_JOIN_MODEL], &of,
	    tp_out_begin(out, TP_OUT_MAIN));
	if (g->part == -1)
		put_more(j, g, &out->bufs[TP_OUT_MAIN]);
	rc = tp_out_end(out, TP_OUT_MAIN, "", 0, 0);
	if (rc == 0 && g->s[TP_JOIN_PERSISTENCE].n > 0) {
		tp_buf_printf(&beside, "persistence-beside-%s", m->version);
		of.kind = "persistence";
		of.version = tp_buf_cstr(&beside);
		tp_score_write(&g->s[TP_JOIN_PERSISTENCE], &of,
		    tp_out_begin(out, TP_OUT_MAIN));
		rc = tp_out_end(out, TP_OUT_MAIN, "", 0, 0);
	}
	tp_buf_release(&part);
	tp_buf_release(&beside);
	return rc;
}

/* A cell of w columns, `decimals` behind the point; NAN is blank. */
static void
put_cell(struct tp_buf *b, int w, int decimals, double v)
{
	if (isfinite(v))
		tp_buf_printf(b, " %*.*f", w, decimals,
		    tp_fixed(v, decimals));
	else
		tp_buf_printf(b, " %*s", w, "");
}

/* Appends s with control bytes masked, cut off or filled to w columns. */
static void
put_name(struct tp_buf *b, const char *s, int w)
{
	char	text[200];
	int	columns = 0;
	size_t	i, n;

	snprintf(text, sizeof(text), "%s", s);
	tp_err_mask(text);
	n = strlen(text);
	for (i = 0; i < n; i++) {
		columns += (text[i] & 0xC0) != 0x80;
		if (columns > w)
			break;
	}
	if (columns > w)
		columns = w;
	tp_buf_add(b, text, i);
	tp_buf_printf(b, "%*s", w - columns, "");
}

static int
end_row(struct tp_out *out)
{
	struct tp_buf	*b = &out->bufs[TP_OUT_MAIN];

	while (b->n > out->start && b->p[b->n - 1] == ' ')
		b->n--;
	return tp_out_end(out, TP_OUT_MAIN, "", 0, 0);
}

static void
put_figures(struct tp_buf *b, const char *name, const struct tp_score *s)
{
	tp_buf_lit(b, "  ");
	put_name(b, name, KIND_WIDTH);
	tp_buf_printf(b, " %9" PRIu64, s->n);
	put_cell(b, 8, 3, tp_score_mae(s));
	put_cell(b, 8, 3, tp_score_rmse(s));
	put_cell(b, 7, 2, tp_score_mape(s));
	put_cell(b, 8, 3, tp_score_bias(s));
}

/* Two rows: the model, and persistence on the same pairs. */
static int
write_rows(const struct order *o, const struct tp_join_group *g, int width,
    struct tp_out *out)
{
	const struct tp_join	*j = o->j;
	const struct tp_score	*m = &g->s[TP_JOIN_MODEL];
	const struct tp_score	*p = &g->s[TP_JOIN_PERSISTENCE];
	struct tp_buf		*b = tp_out_begin(out, TP_OUT_MAIN);
	struct tp_buf		 part = { 0 };

	if (g->part != -1) {
		tp_by_put(j->conf->by, g->part, &j->truth.ids, &part);
		put_name(b, tp_buf_cstr(&part), width);
		tp_buf_release(&part);
	}
	tp_buf_printf(b, "%7d", g->horizon);
	put_figures(b, j->models[g->model].kind, m);
	put_cell(b, 8, 1, tp_score_coverage(m));
	put_cell(b, 8, 2, tp_score_width(m));
	put_cell(b, 7, 1, m->n == p->n ?
	    100 * (1 - tp_score_mae(m) / tp_score_mae(p)) : (double)NAN);
	if (j->conf->drift_ms > 0 && g->part == -1)
		put_cell(b, 7, 3, tp_join_drift(g));
	if (end_row(out) != 0)
		return -1;
	if (p->n == 0)
		return 0;
	b = tp_out_begin(out, TP_OUT_MAIN);
	tp_buf_printf(b, "%*s", g->part != -1 ? width + 7 : 7, "");
	put_figures(b, "persistence", p);
	return end_row(out);
}

/* What the rows that follow are about, and the names of the columns. */
static int
write_head(const struct tp_join *j, const struct tp_join_group *g, int width,
    struct tp_out *out)
{
	struct tp_buf	*b = tp_out_begin(out, TP_OUT_MAIN);
	char		 covered[20];

	tp_buf_str(b, "model ");
	put_name(b, j->models[g->model].version, 60);
	while (b->p[b->n - 1] == ' ')
		b->n--;
	tp_buf_printf(b, ", speeds in %s", j->unit == TP_UNIT_MPH ? "mph" :
	    "km/h");
	if (g->part != -1 && (j->conf->by == TP_BY_HOUR ||
	    j->conf->by == TP_BY_DAY))
		tp_buf_printf(b, ", %ss of %s", tp_by_name(j->conf->by),
		    j->conf->tz_name);
	if (end_row(out) != 0)
		return -1;
	b = tp_out_begin(out, TP_OUT_MAIN);
	snprintf(covered, sizeof(covered), "in %.6g %%",
	    100 * (1 - j->conf->alpha));
	tp_buf_printf(b, "%-*s%7s  %-*s %9s %8s %8s %7s %8s %8s %8s %7s%s",
	    width, g->part != -1 ? tp_by_name(j->conf->by) : "", "minutes",
	    KIND_WIDTH, "forecast", "n", "MAE", "RMSE", "MAPE %", "bias",
	    covered, "width", "gain %",
	    j->conf->drift_ms > 0 && g->part == -1 ? "   drift" : "");
	return end_row(out);
}

/* How wide the column of parts is. */
static int
part_width(const struct tp_join *j)
{
	size_t	i, w = j->conf->by >= TP_BY_TRAFFIC ? 11 : 7;

	if (j->conf->by == TP_BY_DAY)
		return 11;
	for (i = 0; j->conf->by == TP_BY_SEGMENT && i < j->truth.ids.n; i++)
		if (j->truth.ids.keys[i].n >= w)
			w = j->truth.ids.keys[i].n + 1;
	return w > 30 ? 30 : (int)w;
}

/* The last line: what became of the forecasts. */
static int
write_counts(const struct tp_join *j, struct tp_out *out)
{
	struct tp_buf	*b;
	uint64_t	 pending = 0, unmatched = 0, duplicate = 0;
	size_t		 i;

	for (i = 0; i < j->keys.n; i++) {
		pending += j->g[i].pending;
		unmatched += j->g[i].unmatched;
		duplicate += j->g[i].duplicate;
	}
	b = tp_out_begin(out, TP_OUT_MAIN);
	tp_buf_printf(b, "%s%" PRIu64 " of %" PRIu64 " forecasts met a "
	    "reading; %" PRIu64 " are about times after the last one, %"
	    PRIu64 " found none, %" PRIu64 " came twice",
	    j->keys.n > 0 ? "\n" : "", j->matched, j->forecasts, pending,
	    unmatched, duplicate);
	return tp_out_end(out, TP_OUT_MAIN, "", 0, 0);
}

static int
write_table(const struct order *o, struct tp_out *out)
{
	const struct tp_join_group	*g, *before = NULL;
	int				 width;
	size_t				 i;

	for (i = 0; i < o->n; i++, before = g) {
		g = o->g[i];
		width = g->part != -1 ? part_width(o->j) : 0;
		if (before == NULL || before->model != g->model ||
		    (before->part == -1) != (g->part == -1)) {
			if (before != NULL) {
				tp_out_begin(out, TP_OUT_MAIN);
				if (end_row(out) != 0)
					return -1;
			}
			if (write_head(o->j, g, width, out) != 0)
				return -1;
		}
		if (write_rows(o, g, width, out) != 0)
			return -1;
	}
	return write_counts(o->j, out);
}

int
tp_join_write(const struct tp_join *j, struct tp_out *out)
{
	struct order	o = sorted(j);
	size_t		i;
	int		rc = 0;

	if (j->conf->table)
		rc = write_table(&o, out);
	for (i = 0; !j->conf->table && rc == 0 && i < o.n; i++)
		rc = write_records(&o, o.g[i], out);
	free(o.g);
	return rc;
}
