#include "forecast/join.h"

#include <math.h>

#include "base/buf.h"
#include "base/mem.h"
#include "forecast/forecast.h"

#define MAX_WHOLE	1000	/* models x horizons */

/* What identifies a group; hashed as bytes, so without holes. */
struct key {
	int64_t		part;
	uint32_t	model;
	int32_t		horizon;
};

static int
init(void *st, const void *conf, struct tp_err *e)
{
	struct tp_join			*j = st;
	const struct tp_join_conf	*c = conf;

	(void)e;
	j->conf = c;
	j->truth.step_ms = c->step_ms;
	j->truth.max_keys = c->max_keys;
	j->truth.max_readings = c->max_readings;
	j->unit = c->unit;
	return 0;
}

void
tp_join_release(struct tp_join *j)
{
	size_t	i, k;

	for (i = 0; i < j->versions.n; i++) {
		free(j->models[i].version);
		free(j->models[i].kind);
	}
	free(j->models);
	for (i = 0; i < j->keys.n; i++) {
		for (k = 0; k < j->g[i].nseen; k++)
			free(j->g[i].seen[k]);
		free(j->g[i].seen);
	}
	free(j->g);
	tp_map_release(&j->versions);
	tp_map_release(&j->keys);
	tp_truth_release(&j->truth);
	*j = (struct tp_join){ 0 };
}

static void
clear(void *st)
{
	tp_join_release(st);
}

static int
take_truth(struct tp_join *j, const struct tp_rec *r, struct tp_out *out)
{
	const char	*rule = NULL, *why = NULL, *field = NULL;
	int		 rc;

	if (j->closed)		/* the marks of pairs count on it */
		return tp_out_reject(out, r, "order",
		    "a reading after the first forecast");
	rc = tp_truth_record(&j->truth, r, &rule, &why, &field);
	if (rc == 1)
		tp_out_count(out, TP_COUNT_MISSING, 1);
	return rc == -1 ? tp_out_reject_field(out, r, rule, field, why) : 0;
}

/* A JSON string as plain text, NULs and all else that is no text masked. */
static char *
plain(const struct tp_json_val *v)
{
	struct tp_buf	 b = { 0 };
	char		*s;
	size_t		 i;

	if (tp_json_unescape(v, &b) != 0)
		b.n = 0;
	for (i = 0; i < b.n; i++)
		if (b.p[i] == '\0')
			b.p[i] = '?';
	s = tp_strndup(b.n > 0 ? b.p : "?", b.n > 0 ? b.n : 1);
	tp_buf_release(&b);
	return s;
}

/*
 * The index of the forecast's model, or UINT32_MAX where there are too many.
 * What it does not say: a kind is what stands before the first '-' of the
 * version.
 */
static uint32_t
model_of(struct tp_join *j, const struct tp_issued *f)
{
	static const struct tp_json_val	 unknown = {
		.p = "unknown", .n = 7, .type = TP_JSON_STR,
	};
	const struct tp_json_val	*v = f->version != NULL ? f->version :
					     f->kind != NULL ? f->kind : &unknown;
	size_t				 had = j->versions.n;
	struct tp_join_model		*m;
	size_t				 i;

	if (had >= MAX_WHOLE) {
		i = tp_map_find(&j->versions, v->p, v->n);
		return i == SIZE_MAX ? UINT32_MAX : (uint32_t)i;
	}
	i = tp_map_add(&j->versions, v->p, v->n);
	if (i < had)
		return (uint32_t)i;
	TP_GROW(j->models, j->modelcap, i + 1);
	m = &j->models[i];
	m->version = plain(v);
	m->kind = f->kind != NULL ? plain(f->kind) :
	    tp_strndup(m->version, strcspn(m->version, "-"));
	return (uint32_t)i;
}

/* The group, made where it is new; NULL where there are too many. */
static struct tp_join_group *
group(struct tp_join *j, uint32_t model, int horizon, int64_t part)
{
	struct key	 k = { part, model, horizon };
	size_t		 had = j->keys.n, i;

	i = tp_map_find(&j->keys, (const char *)&k, sizeof(k));
	if (i != SIZE_MAX)
		return &j->g[i];
	if (had >= j->conf->max_keys ||
	    (part == -1 && j->nwhole >= MAX_WHOLE))
		return NULL;
	j->nwhole += part == -1;
	i = tp_map_add(&j->keys, (const char *)&k, sizeof(k));
	TP_GROW(j->g, j->gcap, i + 1);
	j->g[i] = (struct tp_join_group){
		.model = model, .horizon = horizon, .part = part,
		.first = TP_TIME_NONE, .last = TP_TIME_NONE,
	};
	return &j->g[i];
}

/* Marks reading i of a segment as paired; true where it was. */
static bool
paired(struct tp_join *j, struct tp_join_group *g, size_t seg, size_t i)
{
	uint64_t	bit = UINT64_C(1) << i % 64;
	uint64_t	*w;

	if (g->seen == NULL) {
		g->nseen = j->truth.ids.n;
		g->seen = tp_calloc(g->nseen + 1, sizeof(*g->seen));
	}
	if (g->seen[seg] == NULL)
		g->seen[seg] = tp_calloc(j->truth.seg[seg].n / 64 + 1,
		    sizeof(uint64_t));
	w = &g->seen[seg][i / 64];
	if ((*w & bit) != 0)
		return true;
	*w |= bit;
	return false;
}

static int64_t
part_of(const struct tp_join *j, const struct tp_issued *f, size_t seg,
    double truth)
{
	struct tp_by_pair	p = {
		.seg = seg, .target = f->target, .truth = truth,
		.unit = j->unit, .confidence = f->confidence,
	};

	return tp_by_part(j->conf->by, &p, j->conf->tz);
}

static void
score(const struct tp_join *j, struct tp_score *s, const struct tp_issued *f,
    double truth)
{
	tp_score_add(&s[TP_JOIN_MODEL], f->speed, truth);
	tp_score_interval(&s[TP_JOIN_MODEL], f->lower, f->upper, truth,
	    j->conf->alpha);
	if (f->level > 0)
		tp_score_level(&s[TP_JOIN_MODEL], f->confidence,
		    tp_level(&j->conf->levels, truth, (double)NAN, j->unit) ==
		    f->level);
	if (!isnan(f->current))
		tp_score_add(&s[TP_JOIN_PERSISTENCE],
		    tp_forecast_speed(f->current), truth);
}

static void
note_time(struct tp_join_group *g, int64_t t)
{
	if (g->first == TP_TIME_NONE || t < g->first)
		g->first = t;
	if (g->last == TP_TIME_NONE || t > g->last)
		g->last = t;
}

/* The forecast f of group g meets reading i of a segment. */
static int
match(struct tp_join *j, struct tp_join_group *g, const struct tp_issued *f,
    size_t seg, size_t i, const struct tp_rec *r, struct tp_out *out)
{
	const struct tp_truth_point	*p = &j->truth.seg[seg].p[i];
	double				 truth;
	int64_t				 part;

	if (paired(j, g, seg, i)) {
		g->duplicate++;
		tp_out_count(out, TP_COUNT_DUPLICATE, 1);
		return 0;
	}
	truth = tp_speed_convert(p->v, j->truth.unit, j->unit);
	j->matched++;
	score(j, g->s, f, truth);
	note_time(g, f->t);
	if (j->conf->drift_ms > 0 && p->t > j->truth.last - j->conf->drift_ms)
		score(j, g->recent, f, truth);
	if (j->conf->by == TP_BY_NONE)
		return 0;
	part = part_of(j, f, seg, truth);
	if (part == -1)
		return 0;
	g = group(j, g->model, g->horizon, part);
	if (g == NULL)
		return tp_out_reject(out, r, "max-keys",
		    "more groups than --max-keys");
	score(j, g->s, f, truth);
	note_time(g, f->t);
	return 0;
}

static int
take_forecast(struct tp_join *j, struct tp_issued *f, const struct tp_rec *r,
    struct tp_out *out)
{
	struct tp_join_group	*g;
	uint32_t		 model;
	size_t			 seg, i = SIZE_MAX;

	if (f->t < j->conf->from || f->t >= j->conf->to) {
		j->outside++;
		return 0;
	}
	j->forecasts++;
	if (j->unit == TP_UNIT_NONE)
		j->unit = f->unit;
	if (f->unit != j->unit)
		tp_issued_convert(f, j->unit);
	model = model_of(j, f);
	g = model == UINT32_MAX ? NULL : group(j, model, f->horizon, -1);
	if (g == NULL)
		return tp_out_reject(out, r, "max-keys",
		    "more models and horizons than --max-keys or 1000");
	seg = tp_map_find(&j->truth.ids, f->id, f->idlen);
	j->strange += seg == SIZE_MAX;
	if (j->truth.n == 0 || tp_truth_step(&j->truth, f->target) >
	    j->truth.last) {
		g->pending++;
		j->pending++;
		return 0;
	}
	if (seg != SIZE_MAX)
		i = tp_truth_find(&j->truth, seg, f->target);
	if (i == SIZE_MAX) {
		g->unmatched++;
		return 0;
	}
	return match(j, g, f, seg, i, r, out);
}

static int
record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_join		*j = st;
	struct tp_issued	 f[TP_ISSUED_MAX];
	const char		*why, *field;
	int			 n, i;

	if (r->input < j->conf->ntruth)
		return take_truth(j, r, out);
	if (!j->closed) {
		tp_truth_close(&j->truth);
		j->closed = true;
	}
	n = tp_issued_get(r, f, &why, &field);
	if (n < 0)
		return tp_out_reject_field(out, r, "schema", field, why);
	for (i = 0; i < n; i++)
		if (take_forecast(j, &f[i], r, out) != 0)
			return -1;
	return 0;
}

static int
end(void *st, struct tp_out *out)
{
	return tp_join_write(st, out);
}

/* The result is one of all records: each of them is needed to the end. */
static int64_t
low(const void *st)
{
	(void)st;
	return 0;
}

struct tp_score
tp_join_earlier(const struct tp_join_group *g, int kind)
{
	struct tp_score	s = g->s[kind];

	s.n -= g->recent[kind].n;
	s.abs -= g->recent[kind].abs;
	return (struct tp_score){ .n = s.n, .abs = s.abs };
}

double
tp_join_drift(const struct tp_join_group *g)
{
	struct tp_score	model = tp_join_earlier(g, TP_JOIN_MODEL);
	struct tp_score	persistence = tp_join_earlier(g, TP_JOIN_PERSISTENCE);
	double		before, now;

	before = tp_score_mae(&model) / tp_score_mae(&persistence);
	now = tp_score_mae(&g->recent[TP_JOIN_MODEL]) /
	    tp_score_mae(&g->recent[TP_JOIN_PERSISTENCE]);
	return before > 0 && isfinite(now / before) ? now / before :
	    (double)NAN;
}

const struct tp_filter	tp_join_filter = {
	.size = sizeof(struct tp_join),
	.init = init,
	.record = record,
	.end = end,
	.low = low,
	.clear = clear,
};
