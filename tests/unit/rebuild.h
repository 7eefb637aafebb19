/*
 * Drives a filter over a log in memory, and checks the promise of
 * lib/rec/filter.h: at many cut points of the log, a fresh state that is
 * resumed from LOW, POS and MARK goes on exactly as the straight run does,
 * byte for byte, on every output and in every reject and counter.
 *
 * Include after cmocka.h.  The log is text, one record a line; a record's
 * position is the byte where its line starts, and its now_ms is a function of
 * the log too (see struct rebuild).
 */
#ifndef TESTS_UNIT_REBUILD_H
#define TESTS_UNIT_REBUILD_H

#include "base/mem.h"
#include "base/rng.h"
#include "rec/filter.h"

#define REBUILD_OUTS	8

struct rebuild {
	const struct tp_filter *filter;
	const void	*conf;
	const char	*log;		/* TP_JSON_PAD readable bytes behind */
	size_t		 n;
	int64_t		 now_ms;	/* of every record */
	enum tp_unit	 assume;	/* of its speeds that do not tell */
	/* > 0: after each so many lines, time(idle_ms) is called */
	size_t		 idle_every;
	int64_t		 idle_ms;
};

/* One run: a state and all that it wrote. */
struct rebuild_run {
	struct tp_out	 out;		/* first: callbacks cast it back */
	const struct rebuild *b;
	void		*st;
	struct tp_buf	 bufs[REBUILD_OUTS];
	uint64_t	 lines[REBUILD_OUTS];
	struct tp_buf	 rejects;	/* "POS RULE REASON\n" */
	struct tp_rec	 rec;
	size_t		 pos, nlines;
	bool		 told;		/* keys are told by soon() too */
};

/* What a run had written at some moment. */
struct rebuild_mark {
	size_t		n[REBUILD_OUTS], rejects;
	uint64_t	count[TP_COUNT_MAX];
};

static int
rebuild_reject(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	struct rebuild_run	*x = (struct rebuild_run *)o;

	tp_buf_printf(&x->rejects, "%lld %s %s\n", (long long)r->pos, rule,
	    reason);
	return 0;
}

static inline size_t
rebuild_outputs(const struct tp_filter *f)
{
	size_t	n = 0;

	if (f->outputs == NULL)
		return 1;
	while (f->outputs[n] != NULL)
		n++;
	assert_true(n >= 1 && n <= REBUILD_OUTS);
	return n;
}

static inline void
rebuild_start(struct rebuild_run *x, const struct rebuild *b)
{
	struct tp_err	e = { 0 };

	*x = (struct rebuild_run){ .b = b };
	x->out.bufs = x->bufs;
	x->out.nbufs = rebuild_outputs(b->filter);
	x->out.lines = x->lines;
	x->out.reject = rebuild_reject;
	x->st = tp_calloc(1, b->filter->size > 0 ? b->filter->size : 1);
	if (b->filter->init != NULL &&
	    b->filter->init(x->st, b->conf, &e) != 0)
		fail_msg("init: %s", e.text);
}

static inline void
rebuild_stop(struct rebuild_run *x)
{
	size_t	i;

	if (x->b->filter->clear != NULL)
		x->b->filter->clear(x->st);
	free(x->st);
	tp_rec_release(&x->rec);
	for (i = 0; i < REBUILD_OUTS; i++)
		tp_buf_release(&x->bufs[i]);
	tp_buf_release(&x->rejects);
}

/*
 * Tells of the record's own key, and of one that may never come: a run that is
 * told must write what one writes that is not.
 */
static inline void
rebuild_tell(struct rebuild_run *x, const struct tp_rec *r)
{
	const struct tp_json_val	*id = r->at[TP_F_SEGMENT_ID];
	char				 other[20];

	if (!x->told || x->b->filter->soon == NULL)
		return;
	if (id != NULL)
		x->b->filter->soon(x->st, id->p, id->n);
	snprintf(other, sizeof(other), "%zu", x->nlines % 37);
	x->b->filter->soon(x->st, other, strlen(other));
}

/* Gives the lines from x->pos up to byte `to`, which starts a line. */
static inline void
rebuild_feed(struct rebuild_run *x, size_t to)
{
	const struct rebuild	*b = x->b;

	while (x->pos < to) {
		const char	*p = b->log + x->pos;
		const char	*nl = memchr(p, '\n', b->n - x->pos);
		size_t		 n = nl != NULL ? (size_t)(nl - p) :
		    b->n - x->pos;
		struct tp_rec	*r = &x->rec;

		r->source = "log";
		r->pos = (int64_t)x->pos;
		r->now_ms = b->now_ms;
		r->assume = b->assume;
		r->line = p;
		r->len = n;
		r->lineno = ++x->nlines;
		if (tp_rec_parse(r, p, n) != 0)
			tp_out_reject(&x->out, r, "json", "bad JSON");
		else {
			rebuild_tell(x, r);
			assert_int_equal(b->filter->record(x->st, r, &x->out),
			    0);
		}
		x->pos += n + 1;
		if (b->idle_every > 0 && !x->out.muted &&
		    b->filter->time != NULL &&
		    x->nlines % b->idle_every == 0)
			assert_int_equal(b->filter->time(x->st, b->idle_ms,
			    &x->out), 0);
	}
}

static inline void
rebuild_flush(struct rebuild_run *x)
{
	if (x->b->filter->flush != NULL)
		assert_int_equal(x->b->filter->flush(x->st, &x->out), 0);
}

static inline void
rebuild_end(struct rebuild_run *x)
{
	if (x->b->filter->end != NULL)
		assert_int_equal(x->b->filter->end(x->st, &x->out), 0);
}

/* LOW as a runner commits it: never beyond POS. */
static inline int64_t
rebuild_low(const struct rebuild_run *x)
{
	const struct tp_filter	*f = x->b->filter;
	int64_t			 low = f->low != NULL ? f->low(x->st) :
	    INT64_MAX;

	return low < (int64_t)x->pos ? low : (int64_t)x->pos;
}

static inline void
rebuild_note(const struct rebuild_run *x, struct rebuild_mark *m)
{
	size_t	i;

	for (i = 0; i < REBUILD_OUTS; i++)
		m->n[i] = x->bufs[i].n;
	m->rejects = x->rejects.n;
	memcpy(m->count, x->out.count, sizeof(m->count));
}

static inline void
rebuild_same_text(const char *what, const struct tp_buf *a, size_t from_a,
    const struct tp_buf *b, size_t from_b, size_t cut)
{
	size_t	n = a->n - from_a, m = b->n - from_b, i, j;

	if (n == m && (n == 0 || memcmp(a->p + from_a, b->p + from_b, n) == 0))
		return;
	for (i = 0; i < n && i < m; i++)
		if (a->p[from_a + i] != b->p[from_b + i])
			break;
	for (j = i; j > 0 && a->p[from_a + j - 1] != '\n'; j--)
		;
	fail_msg("cut at %zu: %s differs at byte %zu (%zu and %zu bytes):\n"
	    "straight %.*s\nrebuilt  %.*s", cut, what, i, n, m,
	    (int)(n - j < 400 ? n - j : 400), n ? a->p + from_a + j : "",
	    (int)(m - j < 400 ? m - j : 400), m ? b->p + from_b + j : "");
}

/* Both runs have written the same since their marks. */
static inline void
rebuild_same(const struct rebuild_run *a, const struct rebuild_mark *ma,
    const struct rebuild_run *b, const struct rebuild_mark *mb, size_t cut)
{
	size_t	i;

	for (i = 0; i < a->out.nbufs; i++)
		rebuild_same_text(a->b->filter->outputs != NULL ?
		    a->b->filter->outputs[i] : "main", &a->bufs[i], ma->n[i],
		    &b->bufs[i], mb->n[i], cut);
	rebuild_same_text("rejects", &a->rejects, ma->rejects, &b->rejects,
	    mb->rejects, cut);
	for (i = 0; i < TP_COUNT_MAX; i++)
		if (a->out.count[i] - ma->count[i] !=
		    b->out.count[i] - mb->count[i])
			fail_msg("cut at %zu: counter %zu differs", cut, i);
}

/* A fresh run from what a commit of x would have saved. */
static inline void
rebuild_resume(struct rebuild_run *y, const struct rebuild_run *x)
{
	const struct tp_filter	*f = x->b->filter;
	size_t			 i, low = (size_t)rebuild_low(x);

	rebuild_start(y, x->b);
	for (i = 0; i < low; i++)
		y->nlines += x->b->log[i] == '\n';
	if (f->resume != NULL)
		f->resume(y->st, f->mark != NULL ? f->mark(x->st) : 0);
	y->pos = low;
	y->out.muted = y->told = true;
	rebuild_feed(y, x->pos);
	y->out.muted = false;
	for (i = 0; i < y->out.nbufs; i++)
		assert_int_equal(y->bufs[i].n, 0);
}

/* The start of the line that holds byte `at`, or n. */
static inline size_t
rebuild_line(const struct rebuild *b, size_t at)
{
	if (at >= b->n)
		return b->n;
	while (at > 0 && b->log[at - 1] != '\n')
		at--;
	return at;
}

/* One commit at `cut`, a crash, and on to the end. */
static inline void
rebuild_check_at(const struct rebuild *b, size_t cut)
{
	struct rebuild_run	x, y;
	struct rebuild_mark	mx, my;

	rebuild_start(&x, b);
	rebuild_feed(&x, cut);
	rebuild_flush(&x);
	rebuild_note(&x, &mx);
	rebuild_resume(&y, &x);
	rebuild_note(&y, &my);
	rebuild_feed(&x, b->n);
	rebuild_feed(&y, b->n);
	rebuild_end(&x);
	rebuild_end(&y);
	rebuild_same(&x, &mx, &y, &my, cut);
	rebuild_stop(&x);
	rebuild_stop(&y);
}

/* Crashes after every commit, so that rebuilt states are rebuilt again. */
static inline void
rebuild_check_chain(const struct rebuild *b, size_t step)
{
	struct rebuild_run	x, y, z;
	struct rebuild_mark	mx, my;
	size_t			cut = 0;
	int64_t			low = 0;

	rebuild_start(&x, b);
	rebuild_start(&y, b);
	do {
		rebuild_note(&x, &mx);
		rebuild_note(&y, &my);
		cut = rebuild_line(b, cut + step);
		rebuild_feed(&x, cut);
		rebuild_feed(&y, cut);
		rebuild_flush(&x);
		rebuild_flush(&y);
		rebuild_same(&x, &mx, &y, &my, cut);
		assert_true(rebuild_low(&x) >= low);
		low = rebuild_low(&x);
		rebuild_resume(&z, &y);
		rebuild_stop(&y);
		y = z;
		y.out.bufs = y.bufs;
		y.out.lines = y.lines;
	} while (cut < b->n);
	rebuild_note(&x, &mx);
	rebuild_note(&y, &my);
	rebuild_end(&x);
	rebuild_end(&y);
	rebuild_same(&x, &mx, &y, &my, cut);
	rebuild_stop(&x);
	rebuild_stop(&y);
}

/*
 * Checks `cuts` cut points spread over the log by chance (seeded), the two
 * ends of the log, and chains of crashes.  The log must hold more than one
 * line.
 */
static inline void
rebuild_check(const struct rebuild *b, size_t cuts, uint64_t seed)
{
	struct tp_rng	r;
	size_t		i;

	tp_rng_init(&r, seed);
	rebuild_check_at(b, 0);
	rebuild_check_at(b, b->n);
	for (i = 0; i < cuts; i++)
		rebuild_check_at(b, rebuild_line(b,
		    (size_t)tp_rng_below(&r, b->n)));
	rebuild_check_chain(b, b->n / 9 + 1);
	rebuild_check_chain(b, b->n / 40 + 1);
}

#endif
