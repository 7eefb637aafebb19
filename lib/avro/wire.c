/* Avro messages with the id of their schema. */
#include "avro/wire.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "io/child.h"
#include "io/file.h"
#include "json/json.h"

#define HEAD		5		/* the zero byte and the id */
#define SCHEMA_MAX	((size_t)4 << 20)	/* bytes of an answer or file */
#define SCHEMAS_MAX	256		/* ids in one run */
#define FOUND		200
#define NOT_FOUND	404

/* A schema that was asked for; NULL: the registry does not know it. */
struct known {
	int64_t		 id;
	struct tp_avro	*schema;
};

struct tp_wire {
	char		*url;		/* of the registry, or NULL */
	struct known	*known;
	size_t		 n, cap;
	int64_t		 id;		/* of what is written */
	struct tp_avro	*schema;	/* likewise, one of known */
	struct tp_buf	 line;		/* a line, and padding */
};

static void
add(struct tp_wire *w, int64_t id, struct tp_avro *schema)
{
	TP_GROW(w->known, w->cap, w->n + 1);
	w->known[w->n++] = (struct known){ id, schema };
}

/* Asks the registry; the answer goes to b.  Returns the HTTP status or -1. */
static int
ask(const char *url, struct tp_buf *b, struct tp_err *e)
{
	char	name[] = "curl", quiet[] = "-sS", limit[] = "--max-time";
	char	seconds[] = "10", header[] = "-H", format[] = "-w";
	char	accept[] = "Accept: application/vnd.schemaregistry.v1+json";
	char	status[] = "\n%{http_code}", *what = tp_strdup(url);
	char	*const	argv[] = {
		name, quiet, limit, seconds, header, accept, format, status,
		what, NULL,
	};
	struct tp_child	c;
	const char	*last;
	ssize_t		 n = 0;
	int64_t		 code = -1;
	int		 rc;

	rc = tp_child_start(&c, argv, "it asks schema registries (package "
	    "curl)", e);
	free(what);
	if (rc != 0)
		return -1;
	while (b->n < SCHEMA_MAX &&
	    (n = tp_child_read(&c, tp_buf_room(b, 65536), 65536, e)) > 0)
		b->n += (size_t)n;
	if (tp_child_end(&c, e) != 0) {
		e->code = TP_EXIT_SYS;
		return tp_err_prefix(e, "%s", url);
	}
	if (n != 0)
		return tp_err_set(e, TP_EXIT_SYS, "%s: an answer too long",
		    url);
	last = strrchr(tp_buf_cstr(b), '\n');
	if (last == NULL || tp_parse_int(last + 1, strlen(last + 1),
	    &code) != 0)
		return tp_err_set(e, TP_EXIT_SYS, "%s: no answer", url);
	b->n = (size_t)(last - b->p);
	return (int)code;
}

/* Takes the schema out of an answer, and its id where it tells one. */
static struct tp_avro *
take_answer(const char *url, const struct tp_buf *b, int64_t *id,
    struct tp_err *e)
{
	json_t		*j = json_loadb(b->p, b->n, 0, NULL);
	const json_t	*number = json_object_get(j, "id");
	const char	*text = json_string_value(json_object_get(j,
			    "schema"));
	const char	*type = json_string_value(json_object_get(j,
			    "schemaType"));
	struct tp_avro	*a = NULL;

	if (text == NULL || (type != NULL && strcmp(type, "AVRO") != 0))
		tp_err_set(e, TP_EXIT_DATA, "%s: the answer is no Avro "
		    "schema", url);
	else
		a = tp_avro_parse(url, text, strlen(text), e);
	if (json_is_integer(number))
		*id = json_integer_value(number);
	json_decref(j);
	return a;
}

/* Gets the schema at a path of the registry: 0, 1 where it has none, or -1. */
static int
fetch(struct tp_wire *w, const char *path, int64_t *id,
    struct tp_avro **schema, struct tp_err *e)
{
	struct tp_buf	url = { 0 }, b = { 0 };
	int		rc;

	*schema = NULL;
	tp_buf_str(&url, w->url);
	tp_buf_str(&url, path);
	rc = ask(tp_buf_cstr(&url), &b, e);
	if (rc == FOUND) {
		*schema = take_answer(url.p, &b, id, e);
		rc = *schema != NULL ? 0 : -1;
	} else if (rc == NOT_FOUND) {
		rc = 1;
	} else if (rc != -1) {
		rc = tp_err_set(e, TP_EXIT_SYS, "%s: the registry answers "
		    "%d", url.p, rc);
	}
	tp_buf_release(&url);
	tp_buf_release(&b);
	return rc;
}

/* The schema that is last for the topic's values. */
static int
open_subject(struct tp_wire *w, const char *topic, struct tp_err *e)
{
	struct tp_buf	path = { 0 };
	int		rc;

	tp_buf_printf(&path, "/subjects/%s-value/versions/latest", topic);
	w->id = -1;
	rc = fetch(w, tp_buf_cstr(&path), &w->id, &w->schema, e);
	tp_buf_release(&path);
	if (rc == 1)
		return tp_err_set(e, TP_EXIT_DATA, "%s: no schema for "
		    "'%s-value'", w->url, topic);
	if (rc == 0)
		add(w, w->id, w->schema);
	if (rc == 0 && w->id < 0)
		return tp_err_set(e, TP_EXIT_DATA, "%s: '%s-value' without "
		    "an id", w->url, topic);
	return rc;
}

static int
open_file(struct tp_wire *w, const char *path, int64_t id, struct tp_err *e)
{
	char	*text;
	size_t	 n;

	if (id < 0)
		return tp_err_set(e, TP_EXIT_USAGE, "avro=%s: a file needs "
		    "id=NUMBER, the id of its schema", path);
	if (tp_file_read(path, SCHEMA_MAX, &text, &n, e) != 0)
		return -1;
	w->schema = tp_avro_parse(path, text, n, e);
	free(text);
	if (w->schema == NULL)
		return -1;
	w->id = id;
	add(w, id, w->schema);
	return 0;
}

struct tp_wire *
tp_wire_open(const char *where, int64_t id, const char *topic, bool writes,
    struct tp_err *e)
{
	struct tp_wire	*w = tp_calloc(1, sizeof(*w));
	size_t		 n = strlen(where);
	int		 rc = 0;

	if (strncmp(where, "http://", 7) != 0 &&
	    strncmp(where, "https://", 8) != 0) {
		rc = open_file(w, where, id, e);
	} else {
		while (n > 0 && where[n - 1] == '/')
			n--;
		w->url = tp_strndup(where, n);
		if (writes)
			rc = open_subject(w, topic, e);
	}
	if (rc == 0)
		return w;
	tp_wire_free(w);
	return NULL;
}

void
tp_wire_free(struct tp_wire *w)
{
	size_t	i;

	if (w == NULL)
		return;
	for (i = 0; i < w->n; i++)
		tp_avro_free(w->known[i].schema);
	free(w->known);
	free(w->url);
	tp_buf_release(&w->line);
	free(w);
}

int
tp_wire_encode(struct tp_wire *w, const char *line, size_t n,
    struct tp_buf *out, char *why, size_t size)
{
	size_t	at = out->n;
	int	shift;

	w->line.n = 0;
	tp_buf_room(&w->line, n + 1 + TP_JSON_PAD);
	tp_buf_add(&w->line, line, n);
	memset(w->line.p + n, 0, TP_JSON_PAD);
	tp_buf_char(out, 0);
	for (shift = 24; shift >= 0; shift -= 8)
		tp_buf_char(out, (char)(w->id >> shift & 0xFF));
	if (tp_avro_encode(w->schema, w->line.p, n, out, why, size) == 0)
		return 0;
	out->n = at;
	return -1;
}

/* The schema of an id: 0, 1 where there is none, or -1. */
static int
find(struct tp_wire *w, int64_t id, const struct tp_avro **schema,
    struct tp_err *e)
{
	struct tp_avro	*a = NULL;
	struct tp_buf	 path = { 0 };
	int64_t		 ignored;
	size_t		 i;
	int		 rc;

	for (i = 0; i < w->n; i++)
		if (w->known[i].id == id) {
			*schema = w->known[i].schema;
			return *schema == NULL;
		}
	if (w->url == NULL || w->n == SCHEMAS_MAX)
		return 1;
	tp_buf_printf(&path, "/schemas/ids/%" PRId64, id);
	rc = fetch(w, tp_buf_cstr(&path), &ignored, &a, e);
	tp_buf_release(&path);
	if (rc >= 0)
		add(w, id, a);
	*schema = a;
	return rc;
}

int
tp_wire_decode(struct tp_wire *w, const char *p, size_t n,
    struct tp_buf *out, char *why, size_t size, struct tp_err *e)
{
	const unsigned char	*u = (const unsigned char *)p;
	const struct tp_avro	*a = NULL;
	int64_t			 id;
	int			 rc;

	if (n < HEAD || u[0] != 0) {
		snprintf(why, size, "no Avro message: it begins with no zero "
		    "byte and schema id");
		return 1;
	}
	id = (int64_t)u[1] << 24 | u[2] << 16 | u[3] << 8 | u[4];
	rc = find(w, id, &a, e);
	if (rc == 1)
		snprintf(why, size, "schema id %" PRId64 " is not known", id);
	if (rc != 0)
		return rc;
	return tp_avro_decode(a, p + HEAD, n - HEAD, out, why, size) != 0;
}
