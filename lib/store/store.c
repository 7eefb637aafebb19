/* What all stores have in common. */
#include "store/store.h"

#include <math.h>

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

/* What tp_store_read() and its kin give to their callers. */
struct reader {
	struct tp_store	*s;
	enum tp_store_kind kind;
	tp_store_line_fn *line;
	tp_store_value_fn *value;
	void		*arg;
	struct tp_buf	 text;
	uint64_t	 left;		/* rows still wanted */
	bool		 enough;
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

/* Counts a row: whether no other is wanted. */
static int
counted(struct reader *rd, int rc)
{
	if (rc == 0 && rd->left > 0 && --rd->left == 0) {
		rd->enough = true;
		return 1;
	}
	return rc;
}

static int
give_line(void *arg, uint32_t sensor, int64_t shape, const struct tp_cells *c)
{
	struct reader		*rd = arg;
	const struct tp_table	*t = &tp_tables[rd->kind];
	const struct tp_shape	*s = shape_of(rd, shape);

	(void)sensor;
	if (s == NULL)
		return -1;
	if (tp_shape_is_part(s))
		return 0;
	rd->text.n = 0;
	if (tp_shape_write(s, t, c, &rd->text) == -1)
		return damaged(rd, shape);
	return counted(rd, rd->line(rd->arg, rd->text.p, rd->text.n,
	    c->v[t->time]));
}

static double
number(int64_t milli)
{
	return milli == TP_STORE_NULL ? NAN : (double)milli / 1000;
}

static double
mean(int64_t sum, int64_t n)
{
	return n > 0 ? (double)sum / 1000 / (double)n : NAN;
}

static void
set_numbers(struct tp_store_value *v, enum tp_store_kind kind,
    const int64_t *c)
{
	switch (kind) {
	case TP_STORE_EVENT:
		v->speed_kmh = number(c[2]);
		v->volume_vph = number(c[3]);
		v->occupancy_percent = number(c[4]);
		break;
	case TP_STORE_AGGREGATE:
		v->speed_kmh = number(c[3]);
		v->n = c[4] == TP_STORE_NULL ? 0 : c[4];
		break;
	case TP_STORE_PREDICTION:
		v->minutes = c[2];
		v->speed_kmh = number(c[3]);
		v->lower_kmh = number(c[4]);
		v->upper_kmh = number(c[5]);
		v->confidence = number(c[6]);
		break;
	default:		/* hours */
		v->n = c[2];
		v->speed_kmh = mean(c[3], c[4]);
		v->volume_vph = mean(c[5], c[6]);
	}
}

static int
give_value(void *arg, uint32_t sensor, int64_t shape,
    const struct tp_cells *c)
{
	struct reader		*rd = arg;
	struct tp_store_value	 v = {
		.segment = c->segment, .segmentlen = c->segmentlen,
		.sensor = sensor, .t = c->v[1],
		.speed_kmh = NAN, .volume_vph = NAN,
		.occupancy_percent = NAN, .lower_kmh = NAN,
		.upper_kmh = NAN, .confidence = NAN,
	};

	(void)shape;
	set_numbers(&v, rd->kind, c->v);
	return counted(rd, rd->value(rd->arg, &v));
}

/* Asks the backend and gives the rows to one of the callbacks. */
static int
ask(struct tp_store *s, enum tp_store_ask what,
    const struct tp_store_query *q, struct reader *rd)
{
	struct tp_store_query	all = *q;
	int			rc;

	if (s->be->rows == NULL)
		return cannot(s, "does not give records back", rd->e);
	/* so that differences of times do not overflow */
	if (all.from < INT64_MIN / 4)
		all.from = INT64_MIN / 4;
	if (all.to == TP_TIME_NONE || all.to > INT64_MAX / 4)
		all.to = INT64_MAX / 4;
	rd->s = s;
	rd->left = q->limit;
	rc = s->be->rows(s, what, &all,
	    rd->line != NULL ? give_line : give_value, rd, rd->e);
	if (rc == -1)
		tp_err_prefix(rd->e, "%s", s->name);
	tp_buf_release(&rd->text);
	return rd->enough ? 0 : rc;
}

int
tp_store_read(struct tp_store *s, const struct tp_store_query *q,
    tp_store_line_fn *fn, void *arg, struct tp_err *e)
{
	struct reader	rd = { .kind = q->kind, .line = fn, .arg = arg,
			    .e = e };

	return ask(s, TP_ASK_ROWS, q, &rd);
}

int
tp_store_values(struct tp_store *s, const struct tp_store_query *q,
    tp_store_value_fn *fn, void *arg, struct tp_err *e)
{
	struct reader	rd = { .kind = q->kind, .value = fn, .arg = arg,
			    .e = e };

	return ask(s, TP_ASK_ROWS, q, &rd);
}

int
tp_store_latest(struct tp_store *s, const struct tp_store_query *q,
    tp_store_value_fn *fn, void *arg, struct tp_err *e)
{
	struct reader	rd = { .kind = q->kind, .value = fn, .arg = arg,
			    .e = e };

	return ask(s, TP_ASK_LATEST, q, &rd);
}

int
tp_store_hourly(struct tp_store *s, const struct tp_store_query *q,
    tp_store_value_fn *fn, void *arg, struct tp_err *e)
{
	struct reader	rd = { .kind = TP_STORE_KINDS, .value = fn,
			    .arg = arg, .e = e };

	return ask(s, TP_ASK_HOURLY, q, &rd);
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
