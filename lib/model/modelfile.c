#include "model/modelfile.h"

#include <inttypes.h>
#include <jansson.h>

#include "base/clock.h"
#include "base/mem.h"
#include "model/pack.h"
#include "model/profile.h"

struct tp_shape
tp_modelfile_shape(const struct tp_modelfile *m)
{
	struct tp_shape	s;

	s.nseg = m->segs.n;
	s.ncol = m->ncol;
	s.nh = m->nh;
	s.names = (const char *const *)m->columns;
	s.horizon = m->steps;
	s.slots_per_day = m->slots_per_day;
	return s;
}

void
tp_modelfile_release(struct tp_modelfile *m)
{
	size_t	i;

	if (m->kind != NULL && m->state != NULL)
		m->kind->free(m->state);
	for (i = 0; i < m->ncol; i++)
		free(m->columns[i]);
	free(m->columns);
	free(m->version);
	free(m->toolkit);
	free(m->spec);
	free(m->unit);
	free(m->free_flow);
	free(m->usual);
	free(m->metrics);
	tp_map_release(&m->segs);
	tp_intervals_release(&m->iv);
	memset(m, 0, sizeof(*m));
}

void
tp_modelfile_name(struct tp_modelfile *m)
{
	struct tp_tz	 utc;
	struct tp_civil	 day;
	struct tp_err	 e;
	struct tp_buf	 b = { 0 };
	uint64_t	 h;

	m->kind->save(m->state, &b);
	tp_intervals_save(&m->iv, &b);
	tp_buf_printf(&b, "%s %s %" PRIu64, m->kind->name, m->spec, m->seed);
	h = tp_hash(b.p, b.n, (uint64_t)m->to);
	b.n = 0;
	tp_tz_open(&utc, "UTC", &e);
	tp_tz_civil(&utc, m->to, &day);
	tp_buf_printf(&b, "%s-%04d%02d%02d-%08" PRIx32, m->kind->name,
	    day.year, day.month, day.day, (uint32_t)(h ^ h >> 32));
	free(m->version);
	m->version = tp_strndup(b.p, b.n);
	tp_buf_release(&b);
}

/* A number kept to six decimals, so that its text is short. */
static json_t *
real(double v)
{
	return json_real(tp_fixed(v, 6));
}

static json_t *
strings(const struct tp_modelfile *m)
{
	json_t	*a = json_array();
	size_t	 i;

	for (i = 0; i < m->ncol; i++)
		json_array_append_new(a, json_string(m->columns[i]));
	return a;
}

static json_t *
segments(const struct tp_modelfile *m)
{
	json_t	*a = json_array();
	size_t	 i;

	for (i = 0; i < m->segs.n; i++)
		json_array_append_new(a, json_stringn(m->segs.keys[i].p,
		    m->segs.keys[i].n));
	return a;
}

static json_t *
integers(const int *v, size_t n)
{
	json_t	*a = json_array();
	size_t	 i;

	for (i = 0; i < n; i++)
		json_array_append_new(a, json_integer(v[i]));
	return a;
}

static json_t *
hex(uint64_t v)
{
	char	s[17];

	snprintf(s, sizeof(s), "%016" PRIx64, v);
	return json_string(s);
}

static json_t *
section(const char *name, size_t bytes)
{
	json_t	*o = json_object();

	json_object_set_new(o, "name", json_string(name));
	json_object_set_new(o, "bytes", json_integer((json_int_t)bytes));
	return o;
}

/* What the data were. */
static void
put_data(json_t *o, const struct tp_modelfile *m)
{
	json_t	*w = json_array(), *s = json_object();
	int	 i;

	json_object_set_new(o, "data_from", json_integer(m->from));
	json_object_set_new(o, "data_to", json_integer(m->to));
	json_object_set_new(o, "train_to", json_integer(m->train_to));
	for (i = 0; i < 3; i++)
		json_array_append_new(w, json_integer(m->windows[i]));
	json_object_set_new(o, "windows", w);
	json_object_set_new(s, "mean", real(m->mean));
	json_object_set_new(s, "std", real(m->std));
	json_object_set_new(o, "scaling", s);
	json_object_set_new(o, "seed", json_integer((json_int_t)m->seed));
}

static void
put_classes(json_t *o, const struct tp_classes *c)
{
	struct tp_buf	b = { 0 };

	if (c->n == 0)
		return;
	tp_classes_print(c, &b);
	json_object_set_new(o, "classes", json_string(tp_buf_cstr(&b)));
	tp_buf_release(&b);
}

/* The first line; sizes are those of the sections. */
static void
put_head(const struct tp_modelfile *m, const size_t *size, struct tp_buf *b)
{
	json_t	*o = json_object(), *a = json_array(), *metrics;
	char	*text;

	json_object_set_new(o, "format", json_string("tp-model"));
	json_object_set_new(o, "format_version",
	    json_integer(TP_MODELFILE_FORMAT));
	json_object_set_new(o, "toolkit_version", json_string(m->toolkit));
	json_object_set_new(o, "model_kind", json_string(m->kind->name));
	json_object_set_new(o, "model_version", json_string(m->version));
	json_object_set_new(o, "feature_set", json_string(m->spec));
	json_object_set_new(o, "unit", json_string(m->unit));
	json_object_set_new(o, "step_ms", json_integer(m->step_ms));
	json_object_set_new(o, "slots_per_day",
	    json_integer(m->slots_per_day));
	json_object_set_new(o, "horizon_minutes",
	    integers(m->minutes, m->nh));
	json_object_set_new(o, "horizon_steps", integers(m->steps, m->nh));
	json_object_set_new(o, "graph_hash", hex(m->graph_hash));
	put_data(o, m);
	if (m->iv.nseg > 0)
		json_object_set_new(o, "alpha", json_real(m->iv.alpha));
	json_object_set_new(o, "columns", strings(m));
	json_object_set_new(o, "segments", segments(m));
	put_classes(o, &m->classes);
	metrics = json_loads(m->metrics, 0, NULL);
	json_object_set_new(o, "metrics",
	    metrics != NULL ? metrics : json_array());
	json_array_append_new(a, section("state", size[0]));
	json_array_append_new(a, section("free_flow", size[1]));
	json_array_append_new(a, section("intervals", size[2]));
	if (m->usual != NULL)
		json_array_append_new(a, section("usual", size[3]));
	json_object_set_new(o, "sections", a);
	text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(15));
	if (text == NULL)
		tp_die("a model's header cannot be written");
	tp_buf_str(b, text);
	tp_buf_char(b, '\n');
	free(text);
	json_decref(o);
}

void
tp_modelfile_write(const struct tp_modelfile *m, struct tp_buf *b)
{
	struct tp_buf	body = { 0 };
	size_t		size[4], start = b->n;

	m->kind->save(m->state, &body);
	size[0] = body.n;
	tp_pack_f32(&body, m->free_flow, m->segs.n);
	size[1] = body.n - size[0];
	if (m->iv.nseg > 0)
		tp_intervals_save(&m->iv, &body);
	size[2] = body.n - size[0] - size[1];
	size[3] = m->usual != NULL ? tp_profile_size(1, m->slots_per_day) : 0;
	tp_pack_f32(&body, m->usual, size[3]);
	size[3] *= sizeof(*m->usual);
	put_head(m, size, b);
	tp_buf_add(b, body.p, body.n);
	tp_buf_printf(b, "\nchecksum %016" PRIx64 "\n",
	    tp_hash(b->p + start, b->n - start, TP_MODELFILE_FORMAT));
	tp_buf_release(&body);
}
