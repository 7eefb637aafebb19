/* What all stores have in common. */
#include "store/store.h"

#include "store/address.h"
#include "store/backend.h"

static const struct tp_backend *const	backends[] = {
	&tp_backend_sqlite, &tp_backend_pg, &tp_backend_redis,
	&tp_backend_files,
};

/* PostgreSQL is several, by the tables that are written. */
static const struct tp_backend *
of_schema(const struct tp_backend *be, enum tp_store_schema schema)
{
	if (be != &tp_backend_pg || schema == TP_SCHEMA_OWN)
		return be;
	return schema == TP_SCHEMA_LA ? &tp_backend_pg_la :
	    &tp_backend_pg_hanoi;
}

/* The backend of a URL, and where its address begins. */
static const struct tp_backend *
find_backend(const char *url, const char **rest, struct tp_err *e)
{
	size_t	i, n = tp_address_scheme(url, rest);

	if (*rest == url)
		return &tp_backend_sqlite;
	for (i = 0; i < sizeof(backends) / sizeof(*backends); i++)
		if (strlen(backends[i]->scheme) == n &&
		    memcmp(backends[i]->scheme, url, n) == 0)
			return backends[i];
	/* the other name that libpq has for it */
	if (strncmp(url, "postgresql:", 11) == 0)
		return &tp_backend_pg;
	tp_err_set(e, TP_EXIT_USAGE, "no such kind of store '%.*s': sqlite, "
	    "postgres, redis and files are known", (int)n, url);
	return NULL;
}

struct tp_store *
tp_store_open(const char *url, const struct tp_store_conf *conf,
    struct tp_err *e)
{
	const struct tp_backend	*be;
	struct tp_store		*s;
	const char		*rest;

	if ((be = find_backend(url, &rest, e)) == NULL)
		return NULL;
	if (*rest == '\0') {
		tp_err_set(e, TP_EXIT_USAGE, "store '%s': no address", url);
		return NULL;
	}
	s = tp_calloc(1, sizeof(*s));
	s->be = of_schema(be, conf->schema);
	s->conf = *conf;
	s->name = tp_strdup(url);
	if (s->be->open(s, rest, e) == -1) {
		tp_err_prefix(e, "%s", s->name);
		tp_store_close(s);
		return NULL;
	}
	return s;
}

void
tp_store_close(struct tp_store *s)
{
	size_t	i;

	if (s == NULL)
		return;
	s->be->close(s);
	for (i = 0; i < s->shapes.n; i++)
		tp_shape_release(&s->shapes.v[i].shape);
	free(s->shapes.v);
	free(s->name);
	free(s);
}

const char *
tp_store_name(const struct tp_store *s)
{
	return s->name;
}

void
tp_store_suit(const struct tp_store *s, struct tp_batch *b)
{
	if (s->be->lines)
		b->keep_lines = true;
	if (s->be->fits != NULL)
		b->fits = s->be->fits;
}

/* What a kind of store cannot do is a wrong use of it. */
static int
cannot(const struct tp_store *s, const char *what, struct tp_err *e)
{
	return tp_err_set(e, TP_EXIT_USAGE, "%s: a store of kind %s %s",
	    s->name, s->be->scheme, what);
}

/* A reading at work. */
struct reader {
	struct tp_store	*s;
	enum tp_store_kind kind;
	tp_store_line_fn *fn;
	void		*arg;
	struct tp_buf	 text;
	struct tp_err	*e;
};

static int
damaged(struct reader *rd, int64_t shape)
{
	return tp_err_set(rd->e, TP_EXIT_DATA, "a row of %s does not go with "
	    "shape %lld: the store is damaged", tp_tables[rd->kind].name,
	    (long long)shape);
}

/* The shape of a row; the one of the row before is most likely. */
static const struct tp_shape *
shape_of(struct reader *rd, int64_t id)
{
	struct tp_shapes	*l = &rd->s->shapes;
	struct tp_shape_of	*o;
	size_t			 i;

	if (l->last < l->n && l->v[l->last].id == id &&
	    l->v[l->last].kind == rd->kind)
		return &l->v[l->last].shape;
	for (i = 0; i < l->n; i++)
		if (l->v[i].id == id && l->v[i].kind == rd->kind) {
			l->last = i;
			return &l->v[i].shape;
		}
	rd->text.n = 0;
	if (rd->s->be->shape(rd->s, id, &rd->text, rd->e) == -1)
		return NULL;
	TP_GROW(l->v, l->cap, l->n + 1);
	o = &l->v[l->n];
	*o = (struct tp_shape_of){ .id = id, .kind = rd->kind };
	if (tp_shape_init(&o->shape, &tp_tables[rd->kind], rd->text.p,
	    rd->text.n) == -1) {
		damaged(rd, id);
		return NULL;
	}
	l->last = l->n++;
	return &o->shape;
}

static int
give_line(void *arg, int64_t shape, const struct tp_cells *c)
{
	struct reader		*rd = arg;
	const struct tp_table	*t = &tp_tables[rd->kind];
	const struct tp_shape	*s = shape_of(rd, shape);

	if (s == NULL)
		return -1;
	if (tp_shape_is_part(s))
		return 0;
	rd->text.n = 0;
	if (tp_shape_write(s, t, c, &rd->text) == -1)
		return damaged(rd, shape);
	return rd->fn(rd->arg, rd->text.p, rd->text.n, c->v[t->time]);
}

int
tp_store_read(struct tp_store *s, const struct tp_store_query *q,
    tp_store_line_fn *fn, void *arg, struct tp_err *e)
{
	struct reader		rd = { .s = s, .kind = q->kind, .fn = fn,
				    .arg = arg, .e = e };
	struct tp_store_query	all = *q;
	int			rc;

	if (s->be->rows == NULL)
		return cannot(s, "does not give records back", e);
	/* so that differences of times do not overflow */
	if (all.from < INT64_MIN / 4)
		all.from = INT64_MIN / 4;
	if (all.to == TP_TIME_NONE || all.to > INT64_MAX / 4)
		all.to = INT64_MAX / 4;
	rc = s->be->rows(s, &all, give_line, &rd, e);
	if (rc == -1)
		tp_err_prefix(e, "%s", s->name);
	tp_buf_release(&rd.text);
	return rc;
}

/* Puts the store's name before an error. */
static int
named(const struct tp_store *s, int rc, struct tp_err *e)
{
	if (rc != 0)
		tp_err_prefix(e, "%s", s->name);
	return rc;
}

int
tp_store_info(struct tp_store *s, struct tp_store_info *i, struct tp_err *e)
{
	size_t	k;

	*i = (struct tp_store_info){ 0 };
	for (k = 0; k < TP_STORE_KINDS; k++)
		i->kind[k].from = i->kind[k].to = TP_TIME_NONE;
	if (s->be->info == NULL)
		return cannot(s, "cannot be counted", e);
	return named(s, s->be->info(s, i, e), e);
}

int
tp_store_vacuum(struct tp_store *s, struct tp_err *e)
{
	if (s->be->vacuum == NULL)
		return cannot(s, "has no room to give back", e);
	return named(s, s->be->vacuum(s, e), e);
}

int
tp_store_check(struct tp_store *s, struct tp_err *e)
{
	if (s->be->check == NULL)
		return cannot(s, "cannot be checked", e);
	return named(s, s->be->check(s, e), e);
}

int
tp_store_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e)
{
	return named(s, s->be->write(s, b, e), e);
}

int
tp_store_position(struct tp_store *s, const char *source, int32_t partition,
    int64_t *next, struct tp_err *e)
{
	*next = -1;
	if (s->be->position == NULL)
		return 0;
	return named(s, s->be->position(s, source, partition, next, e), e);
}

int
tp_store_forget(struct tp_store *s, const char *source, int32_t partition,
    struct tp_err *e)
{
	return s->be->forget == NULL ? 0 :
	    named(s, s->be->forget(s, source, partition, e), e);
}
