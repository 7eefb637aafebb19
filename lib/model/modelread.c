/* Reading model files: nothing in one is believed before it is checked. */
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "io/file.h"
#include "io/versions.h"
#include "model/modelfile.h"
#include "model/pack.h"
#include "model/profile.h"

#define MAGIC	"{\"format\":\"tp-model\",\"format_version\":"
#define TRAILER	27		/* "\nchecksum 0123456789abcdef\n" */
#define SECTIONS 4		/* the last was not in the first files */

/* The parts of a file. */
struct parts {
	json_t		*head;
	const char	*body[SECTIONS];
	size_t		 size[SECTIONS];
};

static int
damaged(struct tp_err *e, const char *what)
{
	return tp_err_set(e, TP_EXIT_DATA, "model file is damaged: %s", what);
}

/* Checks the format before anything else is looked at. */
static int
check_magic(const char *p, size_t n, struct tp_err *e)
{
	size_t	i = sizeof(MAGIC) - 1;
	int64_t	v;

	if (n < i || memcmp(p, MAGIC, i) != 0)
		return tp_err_set(e, TP_EXIT_DATA, n > 0 && n < i &&
		    memcmp(p, MAGIC, n) == 0 ? "model file is cut short" :
		    "not a model file");
	while (i < n && p[i] >= '0' && p[i] <= '9')
		i++;
	if (i == n)
		return tp_err_set(e, TP_EXIT_DATA, "model file is cut short");
	if (tp_parse_int(p + sizeof(MAGIC) - 1, i - (sizeof(MAGIC) - 1),
	    &v) != 0)
		return damaged(e, "no format version");
	if (v > TP_MODELFILE_FORMAT || v < 1)
		return tp_err_set(e, TP_EXIT_DATA, "model file has format "
		    "%" PRId64 ", this program reads formats up to %d", v,
		    TP_MODELFILE_FORMAT);
	return 0;
}

static int
check_sum(const char *p, size_t n, struct tp_err *e)
{
	char	want[TRAILER + 1];

	snprintf(want, sizeof(want), "\nchecksum %016" PRIx64 "\n",
	    tp_hash(p, n - TRAILER, TP_MODELFILE_FORMAT));
	if (memcmp(p + n - TRAILER, want, TRAILER) != 0)
		return tp_err_set(e, TP_EXIT_DATA,
		    "model file is damaged: checksum does not match");
	return 0;
}

static int
split_body(struct parts *q, const char *p, size_t n, struct tp_err *e)
{
	static const char *const names[SECTIONS] = {
		"state", "free_flow", "intervals", "usual",
	};
	json_t		*list = json_object_get(q->head, "sections"), *s;
	const char	*name;
	json_int_t	 bytes;
	size_t		 count = json_array_size(list), i;

	if (count != SECTIONS && count != SECTIONS - 1)
		return damaged(e, "sections");
	for (i = 0; i < count; i++) {
		s = json_array_get(list, i);
		name = json_string_value(json_object_get(s, "name"));
		bytes = json_integer_value(json_object_get(s, "bytes"));
		if (name == NULL || strcmp(name, names[i]) != 0 || bytes < 0 ||
		    bytes > TP_MODELFILE_MAX)
			return damaged(e, "sections");
		if ((size_t)bytes > n)
			return tp_err_set(e, TP_EXIT_DATA,
			    "model file is cut short");
		q->body[i] = p;
		q->size[i] = (size_t)bytes;
		p += bytes;
		n -= (size_t)bytes;
	}
	if (n < TRAILER)
		return tp_err_set(e, TP_EXIT_DATA, "model file is cut short");
	if (n > TRAILER)
		return damaged(e, "more bytes than it says");
	return 0;
}

static int
split(struct parts *q, const char *p, size_t n, struct tp_err *e)
{
	const char	*nl;
	json_error_t	 je;

	if (check_magic(p, n, e) != 0)
		return -1;
	nl = memchr(p, '\n', n);
	if (nl == NULL)
		return tp_err_set(e, TP_EXIT_DATA, "model file is cut short");
	q->head = json_loadb(p, (size_t)(nl - p), JSON_REJECT_DUPLICATES,
	    &je);
	if (q->head == NULL)
		return damaged(e, "header is no JSON");
	if (split_body(q, nl + 1, n - (size_t)(nl + 1 - p), e) != 0)
		return -1;
	return check_sum(p, n, e);
}

/* A text that a terminal may be shown; NULL where it is none. */
static const char *
text_of(const json_t *j)
{
	const char	*s = json_string_value(j), *c;

	for (c = s; c != NULL && *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			return NULL;
	return s;
}

/* A text of the header, copied; NULL where there is none. */
static char *
get_text(const json_t *o, const char *name)
{
	const char	*s = text_of(json_object_get(o, name));

	return s == NULL ? NULL : tp_strdup(s);
}

/* An integer of lo..hi. */
static int
get_int(const json_t *o, const char *name, int64_t lo, int64_t hi,
    int64_t *v)
{
	const json_t	*j = json_object_get(o, name);

	*v = json_integer_value(j);
	return json_is_integer(j) && *v >= lo && *v <= hi ? 0 : -1;
}

/* Integers of 1..hi into v; how many, or -1. */
static int
get_ints(const json_t *o, const char *name, int hi, int *v)
{
	const json_t	*a = json_object_get(o, name), *j;
	size_t		 n = json_array_size(a), i;

	if (n == 0 || n > TP_MODEL_HORIZONS)
		return -1;
	for (i = 0; i < n; i++) {
		j = json_array_get(a, i);
		if (!json_is_integer(j) || json_integer_value(j) < 1 ||
		    json_integer_value(j) > hi)
			return -1;
		v[i] = (int)json_integer_value(j);
	}
	return (int)n;
}

static int
get_texts(struct tp_modelfile *m, const json_t *head, struct tp_err *e)
{
	char	*kind = get_text(head, "model_kind");

	m->kind = kind == NULL ? NULL : tp_model_find(kind);
	if (m->kind == NULL) {
		tp_err_set(e, TP_EXIT_DATA, "model file holds a model of "
		    "unknown kind '%s'", kind != NULL ? kind : "");
		free(kind);
		return -1;
	}
	free(kind);
	m->version = get_text(head, "model_version");
	m->toolkit = get_text(head, "toolkit_version");
	m->spec = get_text(head, "feature_set");
	m->unit = get_text(head, "unit");
	if (m->version == NULL || m->toolkit == NULL || m->spec == NULL ||
	    m->unit == NULL)
		return damaged(e, "header lacks a text");
	if (strcmp(m->unit, "mph") != 0 && strcmp(m->unit, "kmh") != 0)
		return damaged(e, "unit");
	return 0;
}

static int
get_numbers(struct tp_modelfile *m, const json_t *head, struct tp_err *e)
{
	const json_t	*w = json_object_get(head, "windows");
	const json_t	*s = json_object_get(head, "scaling");
	const char	*graph;
	int64_t		 slots, seed;
	char		*end;
	size_t		 i;
	int		 n;

	n = get_ints(head, "horizon_minutes", 1 << 24, m->minutes);
	if (n < 0 || get_ints(head, "horizon_steps", 1 << 16, m->steps) != n)
		return damaged(e, "horizons");
	m->nh = (size_t)n;
	if (get_int(head, "step_ms", 1, TP_DAY, &m->step_ms) != 0 ||
	    get_int(head, "slots_per_day", 1, TP_MODEL_SLOTS, &slots) != 0 ||
	    TP_DAY / m->step_ms != slots || TP_DAY % m->step_ms != 0)
		return damaged(e, "step");
	m->slots_per_day = (int)slots;
	if (get_int(head, "data_from", INT64_MIN, INT64_MAX, &m->from) != 0 ||
	    get_int(head, "data_to", INT64_MIN, INT64_MAX, &m->to) != 0 ||
	    get_int(head, "train_to", INT64_MIN, INT64_MAX,
	    &m->train_to) != 0 ||
	    get_int(head, "seed", INT64_MIN, INT64_MAX, &seed) != 0)
		return damaged(e, "header lacks a number");
	m->seed = (uint64_t)seed;
	for (i = 0; i < 3; i++)
		m->windows[i] = json_integer_value(json_array_get(w, i));
	m->mean = json_number_value(json_object_get(s, "mean"));
	m->std = json_number_value(json_object_get(s, "std"));
	graph = json_string_value(json_object_get(head, "graph_hash"));
	if (graph == NULL || strlen(graph) != 16)
		return damaged(e, "graph hash");
	m->graph_hash = strtoull(graph, &end, 16);
	return *end == '\0' ? 0 : damaged(e, "graph hash");
}

static int
get_classes(struct tp_modelfile *m, const json_t *head, struct tp_err *e)
{
	const json_t	*s = json_object_get(head, "classes");

	return s == NULL || (json_is_string(s) &&
	    tp_classes_parse(&m->classes, json_string_value(s)) == 0) ? 0 :
	    damaged(e, "classes");
}

static int
get_columns(struct tp_modelfile *m, const json_t *head, struct tp_err *e)
{
	const json_t	*a = json_object_get(head, "columns");
	const char	*s;
	size_t		 n = json_array_size(a);

	if (!json_is_array(a) || n > TP_MODEL_COLS)
		return damaged(e, "columns");
	m->columns = tp_calloc(n + 1, sizeof(*m->columns));
	for (m->ncol = 0; m->ncol < n; m->ncol++) {
		s = text_of(json_array_get(a, m->ncol));
		if (s == NULL)
			return damaged(e, "columns");
		m->columns[m->ncol] = tp_strdup(s);
	}
	return 0;
}

static int
get_segments(struct tp_modelfile *m, const json_t *head, struct tp_err *e)
{
	const json_t	*a = json_object_get(head, "segments"), *j;
	size_t		 n = json_array_size(a), i;

	if (!json_is_array(a) || n == 0 || n > TP_MODEL_SEGS)
		return damaged(e, "segments");
	for (i = 0; i < n; i++) {
		j = json_array_get(a, i);
		if (text_of(j) == NULL || tp_map_add(&m->segs, text_of(j),
		    json_string_length(j)) != i)
			return damaged(e, "segments");
	}
	return 0;
}

static int
get_usual(struct tp_modelfile *m, const struct parts *q, struct tp_err *e)
{
	struct tp_unpack	u = { q->body[3], q->size[3], false };
	size_t			n = tp_profile_size(1, m->slots_per_day);

	if (q->size[3] != n * sizeof(*m->usual))
		return damaged(e, "usual speeds");
	m->usual = tp_calloc(n + 1, sizeof(*m->usual));
	tp_unpack_f32(&u, m->usual, n);
	return tp_unpack_done(&u) ? 0 : damaged(e, "usual speeds");
}

static int
get_arrays(struct tp_modelfile *m, const struct parts *q, struct tp_err *e)
{
	struct tp_unpack	 ff = { q->body[1], q->size[1], false };
	struct tp_shape		 s = tp_modelfile_shape(m);
	const json_t		*alpha = json_object_get(q->head, "alpha");
	double			 a = json_number_value(alpha);

	m->state = m->kind->load(q->body[0], q->size[0], &s, e);
	if (m->state == NULL)
		return tp_err_prefix(e, "model file is damaged");
	m->free_flow = tp_calloc(m->segs.n, sizeof(*m->free_flow));
	tp_unpack_f32(&ff, m->free_flow, m->segs.n);
	if (!tp_unpack_done(&ff))
		return damaged(e, "free-flow speeds");
	if (q->body[3] != NULL && get_usual(m, q, e) != 0)
		return -1;
	if (alpha == NULL)
		return q->size[2] == 0 ? 0 : damaged(e, "alpha");
	if (!(a > 0 && a < 1))
		return damaged(e, "alpha");
	if (tp_intervals_load(&m->iv, m->segs.n, m->nh, a, q->body[2],
	    q->size[2], e) != 0)
		return tp_err_prefix(e, "model file is damaged");
	return 0;
}

/* Else a file could have readers call themselves as deep as it likes. */
static int
not_nested(const struct tp_modelfile *m, struct tp_err *e)
{
	return m->kind != &tp_model_ensemble ? 0 :
	    damaged(e, "an ensemble in an ensemble");
}

static int
read_file(struct tp_modelfile *m, const char *p, size_t n, bool member,
    struct tp_err *e)
{
	struct parts	q = { 0 };
	const json_t	*metrics;
	int		 rc = -1;

	if (split(&q, p, n, e) == 0 && get_texts(m, q.head, e) == 0 &&
	    (!member || not_nested(m, e) == 0) &&
	    get_numbers(m, q.head, e) == 0 &&
	    get_classes(m, q.head, e) == 0 &&
	    get_columns(m, q.head, e) == 0 &&
	    get_segments(m, q.head, e) == 0)
		rc = get_arrays(m, &q, e);
	if (rc == 0) {
		metrics = json_object_get(q.head, "metrics");
		m->metrics = json_is_array(metrics) ? json_dumps(metrics,
		    JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
		if (m->metrics == NULL)
			rc = damaged(e, "metrics");
	}
	json_decref(q.head);
	if (rc != 0)
		tp_modelfile_release(m);
	return rc;
}

int
tp_modelfile_read(struct tp_modelfile *m, const char *p, size_t n,
    struct tp_err *e)
{
	return read_file(m, p, n, false, e);
}

int
tp_modelfile_member(struct tp_modelfile *m, const char *p, size_t n,
    struct tp_err *e)
{
	return read_file(m, p, n, true, e);
}

/* Adds what a link that leads nowhere means. */
static void
explain(const char *file, struct tp_err *e)
{
	char	target[PATH_MAX];
	ssize_t	n = readlink(file, target, sizeof(target) - 1);

	if (n < 0 || access(file, F_OK) == 0)
		return;
	target[n] = '\0';
	tp_err_set(e, TP_EXIT_SYS, "'%s' points to '%s', which is not there",
	    file, target);
}

int
tp_modelfile_bytes(struct tp_modelfile *m, const char *path, char **p,
    size_t *n, struct tp_err *e)
{
	char	*file = tp_versions_path(path);
	int	 rc = tp_file_read(file, TP_MODELFILE_MAX, p, n, e);

	if (rc != 0) {
		explain(file, e);
	} else if ((rc = tp_modelfile_read(m, *p, *n, e)) != 0) {
		tp_err_prefix(e, "%s", file);
		free(*p);
	}
	free(file);
	return rc;
}

int
tp_modelfile_open(struct tp_modelfile *m, const char *path, struct tp_err *e)
{
	char	*p;
	size_t	 n;

	if (tp_modelfile_bytes(m, path, &p, &n, e) != 0)
		return -1;
	free(p);
	return 0;
}
