/* Avro messages with the id of their schema. */
#include "avro/wire.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "io/child.h"
#include "io/file.h"
#include "json/json.h"

#define HEAD		5		/* the zero byte and the id */
#define SCHEMA_MAX	((size_t)4 << 20)	/* bytes of an answer or file */
#define KNOWN_MAX	256		/* ids kept in one run */
#define WHY_MAX		160		/* bytes */
#define AGAIN_NS	(10 * INT64_C(1000000000))	/* asked for again */
#define FOUND		200
#define NOT_FOUND	404

/* A schema that was asked for; NULL: it is not known, or why it is no use. */
struct known {
	int64_t		 id;
	struct tp_avro	*schema;
	int64_t		 asked_ns;
	char		 why[WHY_MAX];
};

struct tp_wire {
	char		*url;		/* of the registry, or NULL */
	struct known	*known;
	size_t		 n, cap;
	int64_t		 id;		/* of what is written */
	struct tp_avro	*schema;	/* likewise, one of known */
	struct tp_buf	 line;		/* a line, and padding */
};

static struct known *
add(struct tp_wire *w, int64_t id, struct tp_avro *schema)
{
	struct known	*k;

	TP_GROW(w->known, w->cap, w->n + 1);
	k = &w->known[w->n++];
	*k = (struct known){ .id = id, .schema = schema };
	return k;
}

/* The URL without what may be a password, for messages. */
static const char *
shown(const char *url)
{
	const char	*host = strstr(url, "://") + 3;
	const char	*at = memchr(host, '@', strcspn(host, "/?#"));

	return at != NULL ? at + 1 : url;
}

/* An error that may be gone when the same is asked again. */
static int
not_now(struct tp_err *e, const char *url, const char *why)
{
	return tp_err_set(e, TP_EXIT_RESTART, "%s: no answer of a schema "
	    "registry: %s", shown(url), why);
}

/* All that the program writes; a signal to stop waits for it. */
static int
read_all(struct tp_child *c, struct tp_buf *b, struct tp_err *e)
{
	ssize_t	n;

	do {
		n = read(c->fd, tp_buf_room(b, 65536), 65536);
		if (n > 0)
			b->n += (size_t)n;
	} while (b->n < SCHEMA_MAX && (n > 0 || (n == -1 && errno == EINTR)));
	return n != -1 ? 0 : tp_err_sys(e, "%s", c->name);
}

/* Asks the registry; the answer goes to b.  Returns the HTTP status or -1. */
static int
ask(const char *url, struct tp_buf *b, struct tp_err *e)
{
	char	name[] = "curl", quiet[] = "-sL", limit[] = "--max-time";
	char	seconds[] = "10", header[] = "-H", format[] = "-w";
	char	redirect[] = "--proto-redir", to[] = "=http,https";
	char	accept[] = "Accept: application/vnd.schemaregistry.v1+json";
	char	status[] = "\n%{http_code}%{errormsg}";
	char	*what = tp_strdup(url);
	char	*const	argv[] = {
		name, quiet, limit, seconds, redirect, to, header, accept,
		format, status, what, NULL,
	};
	struct tp_child	c;
	char		*last;
	int64_t		 code = -1;
	int		 rc;

	rc = tp_child_start(&c, argv, "it asks schema registries (package "
	    "curl)", e);
	free(what);
	if (rc != 0)
		return -1;
	rc = read_all(&c, b, e);
	if (tp_child_end(&c, &(struct tp_err){ 0 }) != 0 && rc == 0)
		rc = 1;
	if (rc == -1)
		return -1;
	last = strrchr(tp_buf_cstr(b), '\n');
	if (last == NULL || strlen(++last) < 3)
		return not_now(e, url, "curl failed");
	if (rc == 1)
		return not_now(e, url, last[3] != '\0' ? last + 3 :
		    "curl failed");
	tp_parse_int(last, 3, &code);
	b->n = (size_t)(last - 1 - b->p);
	return (int)code;
}

/*
 * Takes the schema out of an answer, and its id where it tells one.  Returns
 * 0, 2 with the error where it is none that we can read, or -1.
 */
static int
take_answer(const char *url, const struct tp_buf *b, int64_t *id,
    struct tp_avro **schema, struct tp_err *e)
{
	json_t		*j = json_loadb(b->p, b->n, 0, NULL);
	const json_t	*number = json_object_get(j, "id");
	const char	*text = json_string_value(json_object_get(j,
			    "schema"));
	const char	*type = json_string_value(json_object_get(j,
			    "schemaType"));
	int		 rc = 2;

	if (text == NULL)
		rc = not_now(e, url, "it has no schema in it");
	else if (type != NULL && strcmp(type, "AVRO") != 0)
		tp_err_set(e, TP_EXIT_DATA, "%s: a schema of type '%s'",
		    shown(url), type);
	else if ((*schema = tp_avro_parse(shown(url), text, strlen(text),
	    e)) != NULL)
		rc = 0;
	if (json_is_integer(number))
		*id = json_integer_value(number);
	json_decref(j);
	return rc;
}

/*
 * What is no schema: 1 where the registry says that it has none, or -1.  A
 * 404 of something else, as a proxy in front of it, does not say so.
 */
static int
take_refusal(const char *url, const struct tp_buf *b, int status,
    struct tp_err *e)
{
	json_t		*j = json_loadb(b->p, b->n, 0, NULL);
	json_int_t	 code = json_integer_value(json_object_get(j,
			    "error_code"));
	char		 why[40];

	json_decref(j);
	if (status == NOT_FOUND && code / 100 == NOT_FOUND)
		return 1;
	if (status == 401 || status == 403)
		return tp_err_set(e, TP_EXIT_SYS, "%s: the registry refuses "
		    "us (HTTP status %d)", shown(url), status);
	snprintf(why, sizeof(why), "HTTP status %d", status);
	return not_now(e, url, why);
}

/*
 * Gets the schema at a path of the registry: 0, 1 where it has none, 2 with the
 * error where it has one that we cannot read, or -1.
 */
static int
fetch(const struct tp_wire *w, const char *path, int64_t *id,
    struct tp_avro **schema, struct tp_err *e)
{
	struct tp_buf	url = { 0 }, b = { 0 };
	int		rc;

	*schema = NULL;
	tp_buf_str(&url, w->url);
	tp_buf_str(&url, path);
	rc = ask(tp_buf_cstr(&url), &b, e);
	if (rc == FOUND)
		rc = take_answer(url.p, &b, id, schema, e);
	else if (rc != -1)
		rc = take_refusal(url.p, &b, rc, e);
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
		    "'%s-value'", shown(w->url), topic);
	if (rc != 0)
		return -1;
	add(w, w->id, w->schema);
	if (w->id < 0)
		return tp_err_set(e, TP_EXIT_DATA, "%s: '%s-value' without "
		    "an id", shown(w->url), topic);
	return 0;
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

/* Room for one more: of those without a schema the one asked for first. */
static struct known *
replace(struct tp_wire *w)
{
	struct known	*k, *oldest = NULL;

	for (k = w->known; k < w->known + w->n; k++)
		if (k->schema == NULL && (oldest == NULL ||
		    k->asked_ns < oldest->asked_ns))
			oldest = k;
	return oldest;
}

/*
 * What is known of an id, or NULL.  One without a schema is asked for again
 * after a while: a registry may know it later than its writer.
 */
static int
find(struct tp_wire *w, int64_t id, const struct known **found,
    struct tp_err *e)
{
	struct tp_buf	 path = { 0 };
	struct tp_avro	*a = NULL;
	struct known	*k;
	int64_t		 ignored, now = 0;
	int		 rc;

	for (k = w->known; k < w->known + w->n && k->id != id; k++)
		continue;
	if (k == w->known + w->n)
		k = NULL;
	*found = k;
	if (w->url == NULL || (k != NULL && k->schema != NULL))
		return 0;
	now = tp_clock_mono_ns();
	if (k != NULL && now - k->asked_ns < AGAIN_NS)
		return 0;
	if (k == NULL && w->n == KNOWN_MAX && (k = replace(w)) == NULL)
		return 0;
	tp_buf_printf(&path, "/schemas/ids/%" PRId64, id);
	rc = fetch(w, tp_buf_cstr(&path), &ignored, &a, e);
	tp_buf_release(&path);
	if (rc == -1)
		return -1;
	if (k == NULL)
		k = add(w, id, NULL);
	*k = (struct known){ .id = id, .schema = a, .asked_ns = now };
	if (rc == 2)
		snprintf(k->why, sizeof(k->why), "%.*s", WHY_MAX - 1,
		    e->text);
	*e = (struct tp_err){ 0 };
	*found = k;
	return 0;
}

int
tp_wire_decode(struct tp_wire *w, const char *p, size_t n,
    struct tp_buf *out, char *why, size_t size, struct tp_err *e)
{
	const unsigned char	*u = (const unsigned char *)p;
	const struct known	*k;
	int64_t			 id;

	if (n < HEAD || u[0] != 0) {
		snprintf(why, size, "no Avro message: it begins with no zero "
		    "byte and schema id");
		return 1;
	}
	id = (int64_t)u[1] << 24 | u[2] << 16 | u[3] << 8 | u[4];
	if (find(w, id, &k, e) == -1)
		return -1;
	if (k == NULL || k->schema == NULL) {
		snprintf(why, size, "schema id %" PRId64 " is not known", id);
		if (k != NULL && k->why[0] != '\0')
			snprintf(why, size, "%s", k->why);
		return 1;
	}
	return tp_avro_decode(k->schema, p + HEAD, n - HEAD, out, why,
	    size) != 0;
}
