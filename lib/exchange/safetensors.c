/*
 * safetensors: eight bytes, the length of a JSON object that says where each
 * array lies, that object, and the arrays, little-endian, one behind the other.
 * What they are is the state of the model file, as tp-model(5) has it.
 */
#include <endian.h>
#include <jansson.h>

#include "base/mem.h"
#include "exchange/exchange.h"
#include "model/profile.h"

#define ARRAYS	16

struct array {
	const char	*name;
	int		 bytes;		/* of a number: 4 or 8 */
	size_t		 dim[3], ndim;
};

/* The arrays of a state, one behind the other; how many. */
static size_t
arrays_of(const struct tp_modelfile *m, struct array *a)
{
	size_t	s = m->segs.n, d = (size_t)m->slots_per_day, n = 0;

	if (m->kind == &tp_model_persistence)
		a[n++] = (struct array){ "mean", 8, { s }, 1 };
	if (m->kind == &tp_model_ha)
		a[n++] = (struct array){ "week", 4, { s, 7 * d }, 2 };
	if (m->kind == &tp_model_linear) {
		a[n++] = (struct array){ "profile", 4,
		    { s, TP_PROFILE_DAYS, d }, 3 };
		a[n++] = (struct array){ "coefficients", 8,
		    { s, m->nh, 0 }, 3 };
	}
	return n;
}

static size_t
numbers(const struct array *a)
{
	size_t	n = 1, i;

	for (i = 0; i < a->ndim; i++)
		n *= a->dim[i];
	return n;
}

static json_t *
entry(const struct array *a, size_t from)
{
	json_t	*o = json_object(), *shape = json_array();
	json_t	*at = json_array();
	size_t	 i;

	for (i = 0; i < a->ndim; i++)
		json_array_append_new(shape,
		    json_integer((json_int_t)a->dim[i]));
	json_array_append_new(at, json_integer((json_int_t)from));
	json_array_append_new(at, json_integer((json_int_t)(from +
	    numbers(a) * (size_t)a->bytes)));
	json_object_set_new(o, "dtype",
	    json_string(a->bytes == 4 ? "F32" : "F64"));
	json_object_set_new(o, "shape", shape);
	json_object_set_new(o, "data_offsets", at);
	return o;
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
put_head(const struct tp_modelfile *m, const struct array *a, size_t n,
    struct tp_buf *b)
{
	json_t		*o = json_object();
	char		*text;
	size_t		 i, at = 0, len;
	uint64_t	 u;

	json_object_set_new(o, "__metadata__", about(m));
	for (i = 0; i < n; i++) {
		json_object_set_new(o, a[i].name, entry(&a[i], at));
		at += numbers(&a[i]) * (size_t)a[i].bytes;
	}
	text = json_dumps(o, JSON_COMPACT);
	if (text == NULL)
		tp_die("a header of safetensors cannot be written");
	len = strlen(text);
	u = htole64((len + 7) / 8 * 8);
	tp_buf_add(b, (const char *)&u, sizeof(u));
	tp_buf_add(b, text, len);
	while (len++ % 8 != 0)
		tp_buf_char(b, ' ');
	free(text);
	json_decref(o);
}

int
tp_export_safetensors(const struct tp_modelfile *m, struct tp_buf *b,
    struct tp_err *e)
{
	struct array	a[ARRAYS];
	size_t		n = arrays_of(m, a), i, used = 0;
	struct tp_buf	state = { 0 };

	if (n == 0)
		return tp_err_set(e, TP_EXIT_USAGE, "a model of kind '%s' "
		    "cannot be written as safetensors", m->kind->name);
	m->kind->save(m->state, &state);
	/* an open last dimension is what remains */
	for (i = 0; i + 1 < n; i++)
		used += numbers(&a[i]) * (size_t)a[i].bytes;
	if (a[i].dim[a[i].ndim - 1] == 0) {
		a[i].dim[a[i].ndim - 1] = 1;
		a[i].dim[a[i].ndim - 1] = (state.n - used) /
		    (size_t)a[i].bytes / numbers(&a[i]);
	}
	if (used + numbers(&a[i]) * (size_t)a[i].bytes != state.n)
		tp_die("the state of a '%s' is not what it should be",
		    m->kind->name);
	put_head(m, a, n, b);
	tp_buf_add(b, state.p, state.n);
	tp_buf_release(&state);
	return 0;
}
