/*
 * Writing is most of the work here: a row is a kilobyte.  So what many rows
 * share is made once: the text of a key for all rows, of time and calendar
 * for all rows of a step, of a reading for all rows that have it as a lag.
 */
#include <math.h>

#include "base/mem.h"
#include "feat/rowfilter.h"

#define FRAG_MAX	64		/* ,"NAME_0123":0 */
#define NUM_MAX		32		/* the longest text of a number */
#define TEXT_MAX	22		/* of a reading that is kept */
#define KEPT_MAX	64		/* readings of a segment kept as text */

/* A piece of text, copied whole: cheaper than copying the right length. */
struct frag {
	char	 p[FRAG_MAX];
	size_t	 n;
};

/* A reading and its text, n bytes; v is NAN where there is none yet. */
struct text {
	double	 v;
	char	 p[TEXT_MAX];
	uint16_t n;
};

struct state {
	struct tp_grid	 grid;
	bool		 ready;		/* the unit is known */
	struct frag	*keys;		/* of the columns, then the targets */
	struct frag	*seen;		/* two a lag: 0 and 1 */
	struct frag	 speed, last;	/* keys */
	size_t		 first, nlag;	/* columns: calendar, then lags */
	struct tp_buf	 spec;		/* ,"feature_set":"..." */
	struct tp_buf	 head, middle;	/* of the rows of a step */
	struct text	*texts;		/* segments x kept */
	size_t		 kept;		/* power of two */
	size_t		 ntexts;	/* segments */
	uint64_t	 generation;
};

static void
frag_key(struct frag *f, const char *fmt, const char *name, int v)
{
	int	n = snprintf(f->p, sizeof(f->p), fmt, name, v);

	f->n = (size_t)n;
}

/* Everything that waits for the unit of the readings. */
static void
make_keys(struct state *st)
{
	const struct tp_feat_spec	*s = &st->grid.opts.spec;
	const struct tp_feat_cols	*c = &st->grid.cols;
	const char			*u = tp_unit_suffix(s->unit);
	size_t				 i, n = c->n;

	st->first = s->groups & TP_FEAT_TIME ? TP_FEAT_CALENDAR : 0;
	st->nlag = s->groups & TP_FEAT_LAG ? (size_t)s->lags : 0;
	for (st->kept = 1; st->kept < st->nlag && st->kept < KEPT_MAX;)
		st->kept *= 2;
	st->keys = tp_calloc(n + (size_t)s->ntargets + 1, sizeof(*st->keys));
	for (i = 0; i < n; i++)
		frag_key(&st->keys[i], ",\"%s\":", c->name[i], 0);
	for (i = 0; i < (size_t)s->ntargets; i++) {
		char	name[TP_FEAT_NAME];

		tp_feat_target_name(s, i, name);
		frag_key(&st->keys[n + i], ",\"%s\":", name, 0);
	}
	st->seen = tp_calloc(2 * st->nlag + 1, sizeof(*st->seen));
	for (i = 0; i < 2 * st->nlag; i++)
		frag_key(&st->seen[i], ",\"%s\":%d",
		    c->name[st->first + st->nlag + i / 2], (int)(i % 2));
	frag_key(&st->speed, ",\"speed_%s\":", u, 0);
	frag_key(&st->last, ",\"last_speed_%s\":", u, 0);
	tp_buf_lit(&st->spec, ",\"feature_set\":\"");
	tp_feat_spec_print(s, &st->spec);
	tp_buf_char(&st->spec, '"');
	st->ready = true;
}

/* What all rows of the step have in common; x is its first row. */
static void
make_common(struct state *st, const struct tp_feat_step *s)
{
	size_t	i;

	st->head.n = st->middle.n = 0;
	tp_buf_lit(&st->head, "\",\"timestamp\":");
	tp_buf_int(&st->head, s->t);
	tp_buf_add(&st->middle, st->spec.p, st->spec.n);
	for (i = 0; i < st->first; i++) {
		tp_buf_add(&st->middle, st->keys[i].p, st->keys[i].n);
		tp_buf_num(&st->middle, s->x[i]);
	}
}

static void
make_texts(struct state *st)
{
	size_t	i, n = st->grid.cap;

	if (st->generation == st->grid.generation && st->ntexts >= n)
		return;
	st->texts = tp_realloc(st->texts, n * st->kept, sizeof(*st->texts));
	i = st->generation == st->grid.generation ? st->ntexts : 0;
	for (i *= st->kept; i < n * st->kept; i++)
		st->texts[i].v = (double)NAN;
	st->ntexts = n;
	st->generation = st->grid.generation;
}

/* There is room for FRAG_MAX bytes: put_row() saw to it. */
static inline void
put_frag(struct tp_buf *b, const struct frag *f)
{
	memcpy(b->p + b->n, f->p, FRAG_MAX);
	b->n += f->n;
}

/* A reading by its text; makes the text where t holds that of another, and
 * keeps it unless it is too long. */
static inline void
put_text(struct tp_buf *b, struct text *t, double v)
{
	size_t	from = b->n;

	if (t->v == v) {
		memcpy(b->p + from, t->p, TEXT_MAX);
		b->n += t->n;
		return;
	}
	tp_buf_num(b, v);
	if (b->n - from <= TEXT_MAX) {
		t->v = v;
		t->n = (uint16_t)(b->n - from);
		memcpy(t->p, b->p + from, t->n);
	}
}

static void
put_lags(struct state *st, struct tp_buf *b, struct text *texts, int64_t step,
    const double *x)
{
	const struct frag	*keys = st->keys + st->first;
	const double		*mask = x + st->nlag;
	size_t			 i;

	for (i = 0; i < st->nlag; i++) {
		if (isnan(x[i]))
			continue;
		put_frag(b, &keys[i]);
		put_text(b, &texts[(uint64_t)(step - (int64_t)i) &
		    (st->kept - 1)], x[i]);
	}
	for (i = 0; i < st->nlag; i++)
		put_frag(b, &st->seen[2 * i + (mask[i] != 0)]);
}

/* Columns that are made of several readings; they are rounded already. */
static void
put_rest(const struct frag *keys, struct tp_buf *b, const double *x, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++) {
		if (isnan(x[i]))
			continue;
		put_frag(b, &keys[i]);
		tp_buf_num(b, x[i]);
	}
}

static int
put_row(struct state *st, const struct tp_feat_step *s, size_t row,
    struct tp_buf *b)
{
	const struct tp_feat_spec	*spec = &st->grid.opts.spec;
	const struct tp_map_key		*id = &st->grid.ids.keys[s->seg[row]];
	const double			*x = s->x + row * s->ncols;
	size_t				 nt = (size_t)spec->ntargets, skip;
	struct text			*texts, *own;
	int64_t				 step = s->t / spec->step_ms;

	texts = st->texts + s->seg[row] * st->kept;
	own = &texts[(uint64_t)step & (st->kept - 1)];
	tp_buf_room(b, id->n + st->head.n + st->middle.n +
	    (s->ncols + nt + 4) * (FRAG_MAX + NUM_MAX));
	tp_buf_lit(b, "{\"segment_id\":\"");
	tp_buf_add(b, id->p, id->n);
	tp_buf_add(b, st->head.p, st->head.n);
	if (!isnan(s->now[row])) {
		put_frag(b, &st->speed);
		put_text(b, own, s->now[row]);
	}
	put_frag(b, &st->last);
	put_text(b, own, s->last[row]);
	tp_buf_add(b, st->middle.p, st->middle.n);
	if (st->nlag > 0)
		put_lags(st, b, texts, step, x + st->first);
	skip = st->first + 2 * st->nlag;
	put_rest(st->keys + skip, b, x + skip, s->ncols - skip);
	if (nt > 0)
		put_rest(st->keys + s->ncols, b, s->target + row * nt, nt);
	tp_buf_char(b, '}');
	return tp_out_end(s->out, TP_OUT_MAIN, id->p, id->n, s->t);
}

static int
put_step(void *arg, const struct tp_feat_step *s)
{
	struct state	*st = arg;
	size_t		 i;

	if (!st->ready)
		make_keys(st);
	make_common(st, s);
	make_texts(st);
	for (i = 0; i < s->nrows; i++) {
		const struct tp_map_key	*id = &st->grid.ids.keys[s->seg[i]];

		if (!tp_out_wants(s->out, id->p, id->n, s->t))
			continue;
		if (isnan(s->now[i]))
			tp_out_count(s->out, TP_COUNT_FILLED, 1);
		if (put_row(st, s, i, tp_out_begin(s->out, TP_OUT_MAIN)) != 0)
			return -1;
	}
	return 0;
}

static int
row_init(void *arg, const void *conf, struct tp_err *e)
{
	struct state	*st = arg;

	return tp_grid_init(&st->grid, conf, put_step, st, e);
}

static int
row_record(void *arg, const struct tp_rec *r, struct tp_out *out)
{
	struct state	*st = arg;

	return tp_grid_record(&st->grid, r, out);
}

static int
row_time(void *arg, int64_t idle_ms, struct tp_out *out)
{
	struct state	*st = arg;

	return tp_grid_time(&st->grid, idle_ms, out);
}

static int
row_end(void *arg, struct tp_out *out)
{
	struct state	*st = arg;

	return tp_grid_end(&st->grid, out);
}

static int64_t
row_low(const void *arg)
{
	const struct state	*st = arg;

	return tp_grid_low(&st->grid);
}

static int64_t
row_mark(const void *arg)
{
	const struct state	*st = arg;

	return tp_grid_mark(&st->grid);
}

static void
row_resume(void *arg, int64_t mark)
{
	struct state	*st = arg;

	tp_grid_resume(&st->grid, mark);
}

static void
row_clear(void *arg)
{
	struct state	*st = arg;

	tp_grid_clear(&st->grid);
	free(st->keys);
	free(st->seen);
	free(st->texts);
	tp_buf_release(&st->spec);
	tp_buf_release(&st->head);
	tp_buf_release(&st->middle);
}

const struct tp_trail *
tp_rowfilter_profiles(void *arg)
{
	struct state	*st = arg;

	return tp_grid_profiles(&st->grid);
}

const struct tp_filter tp_rowfilter = {
	.size = sizeof(struct state),
	.init = row_init,
	.record = row_record,
	.time = row_time,
	.end = row_end,
	.low = row_low,
	.mark = row_mark,
	.resume = row_resume,
	.clear = row_clear,
};
