/* From the text of a URL to its route, arguments and query. */
#include "serve/serverctx.h"
#include "serve/urltext.h"

/*
 * What is decoded goes to texts one after another, each with its NUL; since
 * texts moves as it grows, req is filled at the end.
 */
struct reading {
	struct tp_call	*q;
	size_t		 n;		/* texts of the query so far */
	bool		 bad;
};

static int
take_args(struct tp_call *q, const char *const *at, const size_t *len,
    size_t *nargs)
{
	for (*nargs = 0; *nargs < TP_HTTP_ARGS && at[*nargs] != NULL;
	    ++*nargs)
		if (tp_url_decode(&q->texts, at[*nargs], len[*nargs],
		    false) == -1)
			return -1;
	return 0;
}

/* Finds the route; 0, 404, or 405 where another method would do. */
static unsigned
find_route(struct tp_call *q, const char *url, size_t *nargs)
{
	const char	*at[TP_HTTP_ARGS];
	size_t		 len[TP_HTTP_ARGS], i;
	unsigned	 status = 404;

	for (i = 0; i < q->s->nentries; i++) {
		const struct tp_http_route	*r = &q->s->entries[i].r;

		memset(at, 0, sizeof(at));
		if (!tp_url_match(r->pattern, url, at, len, TP_HTTP_ARGS))
			continue;
		status = 405;
		if (strcmp(r->method, q->req.method) != 0)
			continue;
		q->entry = &q->s->entries[i];
		return take_args(q, at, len, nargs) == 0 ? 0 : 400;
	}
	return status;
}

/* For libmicrohttpd: a parameter of the query, still encoded. */
static enum MHD_Result
add_query(void *arg, enum MHD_ValueKind kind, const char *name,
    const char *value)
{
	struct reading	*r = arg;
	struct tp_buf	*to = &r->q->texts;

	(void)kind;
	if (value == NULL)
		value = "";
	r->bad = r->n == TP_CALL_QUERY ||
	    tp_url_decode(to, name, strlen(name), true) == -1 ||
	    tp_url_decode(to, value, strlen(value), true) == -1;
	r->n++;
	return r->bad ? MHD_NO : MHD_YES;
}

/* The text behind p. */
static const char *
next(const char *p)
{
	return p + strlen(p) + 1;
}

unsigned
tp_url_read(struct tp_call *q, const char *url)
{
	struct reading	 r = { .q = q };
	const char	*p;
	size_t		 nargs = 0, i;
	unsigned	 status = find_route(q, url, &nargs);

	q->req.path = url;
	if (status == 400)
		return 400;
	MHD_get_connection_values(q->c, MHD_GET_ARGUMENT_KIND, add_query, &r);
	if (r.bad)
		return 400;
	q->query = tp_calloc(r.n + 1, sizeof(*q->query));
	p = q->texts.p;
	for (i = 0; i < nargs; i++, p = next(p))
		q->req.arg[i] = p;
	for (i = 0; i < r.n; i++) {
		q->query[i].name = p;
		q->query[i].value = next(p);
		p = next(q->query[i].value);
	}
	q->req.query = q->query;
	q->req.nquery = r.n;
	return status;
}
