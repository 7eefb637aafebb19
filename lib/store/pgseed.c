/* Opening the tables of another system, and looking after them. */
#include "store/pgseed.h"

#include <inttypes.h>

int
tp_seed_open(struct tp_store *s, const char *rest,
    const struct tp_seed_form *form, struct tp_err *e)
{
	return tp_pg_open(s, rest, &form->pg, sizeof(struct tp_seed), e);
}

void
tp_seed_close(struct tp_store *s)
{
	struct tp_seed	*d = s->db;

	if (d == NULL)
		return;
	tp_rowrec_release(&d->again);
	tp_buf_release(&d->text);
	tp_map_release(&d->shapes);
	tp_pg_close(s);
}

static int
make(struct tp_pg *pg, struct tp_err *e)
{
	char	sql[300];

	snprintf(sql, sizeof(sql), "CREATE SCHEMA IF NOT EXISTS %s;"
	    "CREATE TABLE %s.position(source text,partition int,"
	    "next bigint NOT NULL,PRIMARY KEY(source,partition))",
	    pg->form->schema, pg->form->schema);
	if (tp_pg_exec(pg, tp_seed_form((struct tp_seed *)(void *)pg)->ddl,
	    e) == -1)
		return -1;
	return tp_pg_exec(pg, sql, e);
}

int
tp_seed_make(struct tp_store *s, struct tp_err *e)
{
	struct tp_seed	*d = s->db;
	const char	*first = tp_seed_form(d)->tables[0].name;
	char		 position[40];
	int		 there;

	snprintf(position, sizeof(position), "%s.position",
	    d->pg.form->schema);
	if (s->conf.mode == TP_STORE_WRITE)
		return tp_pg_make_once(&d->pg, position, make, e) == -1 ?
		    -1 : 0;
	if ((there = tp_pg_there(&d->pg, first, e)) != 0)
		return there == -1 ? -1 : 0;
	return tp_err_set(e, TP_EXIT_DATA, "no table %s in this database",
	    first);
}

int
tp_seed_forget(struct tp_store *s, int64_t before, struct tp_err *e)
{
	struct tp_seed			*d = s->db;
	const struct tp_seed_form	*form = tp_seed_form(d);
	char				 sql[160];
	size_t				 i;

	for (i = 0; i < form->ntables; i++) {
		snprintf(sql, sizeof(sql), "DELETE FROM %s WHERE %s<"
		    "to_timestamp(%" PRId64 "/1000.0)", form->tables[i].name,
		    form->tables[i].time, before);
		if (tp_pg_exec(&d->pg, sql, e) == -1)
			return -1;
	}
	return 0;
}

static int
count(struct tp_seed *d, const struct tp_seed_table *t,
    struct tp_store_info *i, struct tp_err *e)
{
	PGresult	*r;
	char		 sql[300];

	snprintf(sql, sizeof(sql), "SELECT count(*),"
	    "(extract(epoch FROM min(%s))*1000)::bigint,"
	    "(extract(epoch FROM max(%s))*1000)::bigint,"
	    "pg_total_relation_size('%s') FROM %s", t->time, t->time, t->name,
	    t->name);
	if ((r = tp_pg_query(&d->pg, sql, 0, NULL, e)) == NULL)
		return -1;
	i->kind[t->kind].rows = (uint64_t)tp_pg_int(r, 0, 0);
	i->kind[t->kind].from = tp_pg_int(r, 0, 1);
	i->kind[t->kind].to = tp_pg_int(r, 0, 2);
	i->bytes += (uint64_t)tp_pg_int(r, 0, 3);
	PQclear(r);
	return 0;
}

int
tp_seed_info(struct tp_store *s, struct tp_store_info *i, struct tp_err *e)
{
	struct tp_seed			*d = s->db;
	const struct tp_seed_form	*form = tp_seed_form(d);
	PGresult			*r;
	size_t				 k;

	r = tp_pg_query(&d->pg, form->segments, 0, NULL, e);
	if (r == NULL)
		return -1;
	i->segments = (uint64_t)tp_pg_int(r, 0, 0);
	PQclear(r);
	for (k = 0; k < form->ntables; k++)
		if (count(d, &form->tables[k], i, e) == -1)
			return -1;
	return 0;
}

int
tp_seed_vacuum(struct tp_store *s, struct tp_err *e)
{
	struct tp_seed			*d = s->db;
	const struct tp_seed_form	*form = tp_seed_form(d);
	char				 sql[100];
	size_t				 k;

	for (k = 0; k < form->ntables; k++) {
		snprintf(sql, sizeof(sql), "VACUUM FULL ANALYZE %s",
		    form->tables[k].name);
		if (tp_pg_exec(&d->pg, sql, e) == -1)
			return -1;
	}
	return 0;
}
