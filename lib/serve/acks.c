#include "serve/acks.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/file.h"
#include "json/json.h"
#include "rec/rec.h"
#include "serve/put.h"

#define FILE_MAX	((size_t)16 << 20)	/* bytes */

static void
ack_release(struct tp_ack *x)
{
	free(x->id);
	free(x->by);
}

void
tp_acks_release(struct tp_acks *a)
{
	size_t	i;

	for (i = 0; i < a->n; i++)
		ack_release(&a->v[i]);
	free(a->v);
	*a = (struct tp_acks){ 0 };
}

const struct tp_ack *
tp_acks_find(const struct tp_acks *a, const char *id)
{
	size_t	i;

	for (i = a->n; i-- > 0;)
		if (strcmp(a->v[i].id, id) == 0)
			return &a->v[i];
	return NULL;
}

/* Takes the texts. */
static void
append(struct tp_acks *a, struct tp_ack x)
{
	if (a->n == TP_ACKS_MAX) {
		ack_release(&a->v[0]);
		memmove(a->v, a->v + 1, --a->n * sizeof(*a->v));
	}
	TP_GROW(a->v, a->cap, a->n + 1);
	a->v[a->n++] = x;
}

/* A member as plain text, or NULL. */
static char *
text_of(const struct tp_json_obj *o, const char *name)
{
	const struct tp_json_field	*f = tp_json_find(o, name);
	struct tp_buf			 b = { 0 };

	if (f == NULL || f->v.type != TP_JSON_STR ||
	    tp_json_unescape(&f->v, &b) != 0 ||
	    strlen(tp_buf_cstr(&b)) != b.n || b.n == 0) {
		tp_buf_release(&b);
		return NULL;
	}
	return b.p;
}

static int
parse_line(struct tp_acks *a, const char *line, size_t n)
{
	const struct tp_json_field	*at;
	struct tp_json_obj		 o = { 0 };
	struct tp_ack			 x = { 0 };
	int				 rc = -1;

	if (tp_json_object(&o, line, n) == 0) {
		x.id = text_of(&o, "alert_id");
		x.by = text_of(&o, "acknowledged_by");
		at = tp_json_find(&o, "acknowledged_at");
		if (x.id != NULL && x.by != NULL && at != NULL &&
		    tp_json_int(&at->v, &x.at) == 0)
			rc = 0;
	}
	tp_json_obj_release(&o);
	if (rc == 0)
		append(a, x);
	else
		ack_release(&x);
	return rc;
}

int
tp_acks_parse(struct tp_acks *a, const char *path, const char *text,
    size_t n, struct tp_err *e)
{
	const char	*end = text + n, *eol;
	unsigned	 line;

	for (line = 1; text < end; line++, text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL || parse_line(a, text,
		    (size_t)(eol - text)) == -1)
			return tp_err_set(e, TP_EXIT_DATA, "%s:%u: no "
			    "acknowledgement of an alert", path, line);
	}
	return 0;
}

int
tp_acks_open(struct tp_acks *a, const char *path, struct tp_err *e)
{
	char	*text;
	size_t	 n;
	int	 rc;

	a->path = path;
	if (path == NULL || access(path, F_OK) == -1)
		return 0;
	if (tp_file_read(path, FILE_MAX, &text, &n, e) == -1)
		return -1;
	rc = tp_acks_parse(a, path, text, n, e);
	free(text);
	return rc;
}

static int
save(const struct tp_acks *a, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	size_t		i;
	int		rc;

	for (i = 0; i < a->n; i++) {
		tp_buf_char(&b, '{');
		tp_put_str_of(&b, "alert_id", a->v[i].id);
		tp_put_int_of(&b, "acknowledged_at", a->v[i].at);
		tp_put_str_of(&b, "acknowledged_by", a->v[i].by);
		tp_buf_lit(&b, "}\n");
	}
	rc = tp_file_replace(a->path, b.p, b.n, e);
	tp_buf_release(&b);
	return rc;
}

int
tp_acks_add(struct tp_acks *a, const char *id, const char *by, int64_t at,
    struct tp_err *e)
{
	append(a, (struct tp_ack){
		.id = tp_strdup(id), .by = tp_strdup(by), .at = at,
	});
	if (a->path == NULL || save(a, e) == 0)
		return 0;
	ack_release(&a->v[--a->n]);
	return -1;
}
