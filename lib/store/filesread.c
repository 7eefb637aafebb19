/* Reading a folder, hour by hour. */
#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "io/file.h"
#include "store/files.h"

void
tp_files_name(struct tp_buf *b, enum tp_store_kind k, int64_t hour)
{
	struct tp_tz	utc = { .utc = true };
	struct tp_civil	c;

	tp_tz_civil(&utc, hour, &c);
	tp_buf_printf(b, "%s/%04d/%02d/%02d/%02d", tp_store_kind_name(k),
	    c.year, c.month, c.day, c.hour);
}

const char *
tp_files_path(struct tp_buf *b, const struct tp_files *f, const char *name,
    const char *tail)
{
	b->n = 0;
	tp_buf_printf(b, "%s/%s%s", f->dir, name, tail);
	return tp_buf_cstr(b);
}

const char *
tp_files_finished(struct tp_buf *b, const struct tp_files *f,
    const char *name, int number)
{
	char	tail[32] = ".jsonl.zst";

	if (number > 0)
		snprintf(tail, sizeof(tail), "-%d.jsonl.zst", number);
	return tp_files_path(b, f, name, tail);
}

/* Adds a file's records.  A half line at the end of a part is passed over. */
static int
load_file(struct tp_files *f, const char *path, bool part, struct tp_err *e)
{
	struct tp_rec	 r = { 0 };
	const char	*p, *end, *nl, *why = NULL, *field;
	char		*text;
	size_t		 n, line = 0;
	int		 rc = 0;

	if (tp_file_read(path, TP_FILES_HOUR, &text, &n, e) == -1)
		return -1;
	end = text + n;
	for (p = text; rc == 0 && (nl = memchr(p, '\n',
	    (size_t)(end - p))) != NULL; p = nl + 1) {
		line++;
		why = tp_rec_parse(&r, p, (size_t)(nl - p)) == -1 ?
		    r.o.why : tp_batch_add(&f->batch, &r, 0, 0, &field);
		if (why != NULL)
			rc = tp_err_set(e, TP_EXIT_DATA, "%s:%zu: %s: the "
			    "store is damaged", path, line, why);
		else if (f->batch.text.n > TP_BATCH_TEXT)
			rc = tp_err_set(e, TP_EXIT_DATA, "%s: its hour has "
			    "more than 4 GiB", path);
	}
	if (rc == 0 && !part && p < end)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: the last line is not "
		    "whole: the store is damaged", path);
	tp_rec_release(&r);
	free(text);
	return rc;
}

int
tp_files_load(struct tp_files *f, const char *name, bool part,
    struct tp_err *e)
{
	struct tp_buf	path = { 0 };
	int		i, rc = 0;

	tp_batch_clear(&f->batch);
	f->batch.keep_lines = true;
	for (i = 0; rc == 0 && access(tp_files_finished(&path, f, name, i),
	    F_OK) == 0; i++)
		rc = load_file(f, path.p, false, e);
	if (rc == 0 && part && access(tp_files_path(&path, f, name, ".part"),
	    F_OK) == 0)
		rc = load_file(f, path.p, true, e);
	tp_batch_sort(&f->batch);
	tp_buf_release(&path);
	return rc;
}

/* The time of "event/2012/03/01/08", or -1 where it is not of that form. */
static int
hour_of(const char *name, int64_t *hour)
{
	const char	*p = strchr(name, '/') + 1;
	int		 v[4] = { 0 }, i;
	size_t		 k, digits = 4;

	for (i = 0; i < 4; i++, digits = 2) {
		for (k = 0; k < digits; k++, p++) {
			if (*p < '0' || *p > '9')
				return -1;
			v[i] = 10 * v[i] + (*p - '0');
		}
		if (*p++ != (i < 3 ? '/' : '\0'))
			return -1;
	}
	*hour = tp_civil_days(v[0], v[1], v[2]) * TP_DAY + v[3] * TP_HOUR;
	return 0;
}

struct walk {
	struct tp_files	*f;
	tp_files_fn	*fn;
	void		*arg;
	struct tp_err	*e;
};

/* Names below a folder, of digits alone: sorted, each once; heap. */
static int
list_names(const char *path, char (**names)[8], size_t *n, struct tp_err *e)
{
	struct dirent	*d;
	size_t		 cap = 0, k;
	int		 rc = 0;
	DIR		*dir = opendir(path);

	*names = NULL;
	*n = 0;
	if (dir == NULL)
		return errno == ENOENT ? 0 : tp_err_sys(e, "cannot read '%s'",
		    path);
	while (errno = 0, (d = readdir(dir)) != NULL) {
		k = strspn(d->d_name, "0123456789");
		if (k == 0 || k > 4)
			continue;
		TP_GROW(*names, cap, *n + 1);
		snprintf((*names)[(*n)++], 8, "%.*s", (int)k, d->d_name);
	}
	if (errno != 0)
		rc = tp_err_sys(e, "cannot read '%s'", path);
	closedir(dir);
	return rc;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* depth: 0 the years of a kind, 3 the files of a day. */
static int
walk_folder(struct walk *w, const char *name, int depth)
{
	struct tp_buf	 path = { 0 };
	char		(*names)[8];
	int64_t		 hour;
	size_t		 i, n;
	int		 rc;

	rc = list_names(tp_files_path(&path, w->f, name, ""), &names, &n,
	    w->e);
	if (n > 0)
		qsort(names, n, sizeof(*names), by_name);
	for (i = 0; rc == 0 && i < n; i++) {
		/* 08.part beside 08.jsonl.zst and 08-1.jsonl.zst */
		if (i > 0 && strcmp(names[i], names[i - 1]) == 0)
			continue;
		path.n = 0;
		tp_buf_printf(&path, "%s/%s", name, names[i]);
		tp_buf_cstr(&path);
		if (depth < 3)
			rc = walk_folder(w, path.p, depth + 1);
		else if (hour_of(path.p, &hour) == 0)
			rc = w->fn(w->arg, path.p, hour, w->e);
	}
	free(names);
	tp_buf_release(&path);
	return rc;
}

int
tp_files_walk(struct tp_files *f, enum tp_store_kind k, tp_files_fn *fn,
    void *arg, struct tp_err *e)
{
	struct walk	w = { .f = f, .fn = fn, .arg = arg, .e = e };

	return walk_folder(&w, tp_store_kind_name(k), 0);
}

/* What is asked for. */
struct query {
	struct tp_files	*f;
	const struct tp_store_query *q;
	tp_cells_fn	*fn;
	void		*arg;
};

static bool
wanted(const struct query *k, const struct tp_row *r)
{
	const struct tp_table	*t = &tp_tables[k->q->kind];
	const char		*name;
	size_t			 i;

	if (r->v[t->time] < k->q->from || r->v[t->time] >= k->q->to)
		return false;
	if (k->q->nsegments == 0)
		return true;
	if (t->sensor < 0 || r->v[t->sensor] == TP_STORE_NULL)
		return false;
	name = k->f->batch.segments.keys[r->v[t->sensor]].p;
	for (i = 0; i < k->q->nsegments; i++)
		if (strcmp(name, k->q->segments[i]) == 0)
			return true;
	return false;
}

/* Gives a row as a backend with tables would. */
static int
give(struct query *k, const struct tp_row *r)
{
	const struct tp_table	*t = &tp_tables[k->q->kind];
	struct tp_cells		 c = tp_batch_cells(&k->f->batch, t, r);

	return k->fn(k->arg, r->shape, &c);
}

/* For qsort: rows by time, then as they were. */
struct place {
	int64_t	t;
	size_t	at;
};

static int
by_time(const void *x, const void *y)
{
	const struct place	*a = x, *b = y;

	if (a->t != b->t)
		return a->t < b->t ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static int
give_hour(void *arg, const char *name, int64_t hour, struct tp_err *e)
{
	struct query		*k = arg;
	const struct tp_rows	*r = &k->f->batch.kind[k->q->kind];
	struct place		*l;
	size_t			 i;
	int			 rc = 0;

	if (hour >= k->q->to || hour + TP_HOUR <= k->q->from)
		return 0;
	if (tp_files_load(k->f, name, true, e) == -1)
		return -1;
	l = tp_calloc(r->n + 1, sizeof(*l));
	for (i = 0; i < r->n; i++)
		l[i] = (struct place){
			r->v[i].v[tp_tables[k->q->kind].time], i,
		};
	qsort(l, r->n, sizeof(*l), by_time);
	for (i = 0; rc == 0 && i < r->n; i++)
		if (wanted(k, &r->v[l[i].at]))
			rc = give(k, &r->v[l[i].at]);
	free(l);
	return rc;
}

int
tp_files_rows(struct tp_store *s, const struct tp_store_query *q,
    tp_cells_fn *fn, void *arg, struct tp_err *e)
{
	struct query	k = { .f = s->db, .q = q, .fn = fn, .arg = arg };

	return tp_files_walk(s->db, q->kind, give_hour, &k, e);
}

int
tp_files_shape(struct tp_store *s, int64_t id, struct tp_buf *b,
    struct tp_err *e)
{
	const struct tp_map	*m = &((struct tp_files *)s->db)->batch.shapes;

	(void)e;
	tp_buf_add(b, m->keys[id].p, m->keys[id].n);
	return 0;
}

struct counts {
	struct tp_files	*f;
	struct tp_store_info *i;
	enum tp_store_kind kind;
};

static int
count_hour(void *arg, const char *name, int64_t hour, struct tp_err *e)
{
	struct counts		*c = arg;
	const struct tp_rows	*r = &c->f->batch.kind[c->kind];
	int			 column = tp_tables[c->kind].time;
	int64_t			 t;
	size_t			 i;

	(void)hour;
	if (tp_files_load(c->f, name, true, e) == -1)
		return -1;
	c->i->kind[c->kind].rows += r->n;
	for (i = 0; i < r->n; i++) {
		t = r->v[i].v[column];
		if (c->i->kind[c->kind].from == TP_TIME_NONE ||
		    t < c->i->kind[c->kind].from)
			c->i->kind[c->kind].from = t;
		if (t > c->i->kind[c->kind].to)
			c->i->kind[c->kind].to = t;
	}
	return 0;
}

int
tp_files_info(struct tp_store *s, struct tp_store_info *i, struct tp_err *e)
{
	struct counts	c = { .f = s->db, .i = i };
	int		k;

	i->version = 1;
	for (k = 0; k < TP_STORE_KINDS; k++) {
		c.kind = (enum tp_store_kind)k;
		if (tp_files_walk(s->db, c.kind, count_hour, &c, e) == -1)
			return -1;
	}
	i->segments = c.f->batch.segments.n;
	return 0;
}

/* Reads everything. */
int
tp_files_check(struct tp_store *s, struct tp_err *e)
{
	struct tp_store_info	i = { 0 };

	if (tp_files_info(s, &i, e) == 0)
		return 0;
	if (e->code != TP_EXIT_DATA)
		return -1;
	e->code = TP_EXIT_NO;
	return 1;
}
