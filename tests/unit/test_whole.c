/* Runs over whole steps: the merged log, and states that begin again within
 * it. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/rng.h"
#include "feat/rowfilter.h"
#include "stream/kafkactx.h"
#include "stream/merge.h"

#define LOGS	3
#define STEPS	60
#define SEGS	4		/* of each log */
#define LINES	(STEPS * SEGS)
#define T0	INT64_C(1330560000000)
#define STEP	(5 * TP_MINUTE)
#define LATEST	(T0 + TP_DAY)

struct line {
	char	text[120];
	int64_t	t;		/* INT64_MIN: has none */
	char	id[8];
};

static struct line	logs[LOGS][LINES];

/* Steps of all segments; some out of order, late, far ahead, or bad. */
static void
make_logs(uint64_t seed)
{
	struct tp_rng	r;
	int		p, i;

	tp_rng_init(&r, seed);
	for (p = 0; p < LOGS; p++)
		for (i = 0; i < LINES; i++) {
			struct line	*l = &logs[p][i];

			l->t = T0 + i / SEGS * STEP;
			if (tp_rng_below(&r, 20) == 0)
				l->t -= (int64_t)tp_rng_below(&r, 4) * STEP;
			if (tp_rng_below(&r, 60) == 0)
				l->t += 400 * TP_DAY;
			snprintf(l->id, sizeof(l->id), "s%d",
			    i % SEGS * LOGS + p);
			snprintf(l->text, sizeof(l->text), "{\"segment_id\":"
			    "\"%s\",\"timestamp\":%" PRId64 ",\"speed_mph\":"
			    "%d}", l->id, l->t,
			    (int)tp_rng_below(&r, 70));
			if (tp_rng_below(&r, 50) == 0)
				l->text[20] = '\0';
			if (l->text[20] == '\0' || l->t > LATEST) {
				l->t = INT64_MIN;
				l->id[0] = '\0';
			}
		}
}

static void
put(struct tp_merge *m, int p, int i)
{
	const char		*s = logs[p][i].text;
	struct tp_merge_rec	 r = {
		.pos = i, .p = s, .n = strlen(s), .key = "k", .keylen = 1,
		.latest = LATEST, .otherwise = TP_TIME_NONE,
	};

	tp_merge_put(m, (size_t)p, &r);
}

/* The log whose line at[] is next, by looking at all of them. */
static int
next_of(const int *at)
{
	int	p, best = -1;

	for (p = 0; p < LOGS; p++) {
		const struct line	*a = &logs[p][at[p]], *b;

		if (at[p] == LINES)
			continue;
		b = best < 0 ? NULL : &logs[best][at[best]];
		if (b == NULL || a->t < b->t ||
		    (a->t == b->t && strcmp(a->id, b->id) < 0))
			best = p;
	}
	return best;
}

/* In whatever order records arrive, they come out in that of the logs. */
static void
test_order(void **state)
{
	struct tp_merge	m;
	struct tp_rng	r;
	int		at[LOGS], came[LOGS], run, p, want, got;

	(void)state;
	for (run = 0; run < 40; run++) {
		make_logs((uint64_t)run);
		tp_rng_init(&r, (uint64_t)run);
		tp_merge_init(&m, LOGS);
		memset(at, 0, sizeof(at));
		memset(came, 0, sizeof(came));
		while ((want = next_of(at)) >= 0) {
			got = tp_merge_next(&m);
			if (got == TP_MERGE_OPEN) {
				p = (int)tp_rng_below(&r, LOGS);
				if (came[p] < LINES)
					put(&m, p, came[p]++);
				else
					m.log[p].open = false;
				continue;
			}
			assert_int_equal(got, want);
			assert_int_equal(tp_merge_head(&m,
			    (size_t)got).pos, at[got]);
			assert_memory_equal(tp_merge_head(&m,
			    (size_t)got).p, logs[got][at[got]].text,
			    strlen(logs[got][at[got]].text));
			tp_merge_pop(&m, (size_t)got);
			at[got]++;
		}
		for (p = 0; p < LOGS; p++)
			assert_true(tp_merge_waiting(&m, (size_t)p) == 0);
		tp_merge_release(&m);
	}
}

/* What is held back: nothing passes an open log, nor comes from a limit on. */
static void
test_limits(void **state)
{
	struct tp_merge	m;

	(void)state;
	make_logs(1);
	tp_merge_init(&m, LOGS);
	put(&m, 0, 0);
	put(&m, 1, 0);
	assert_int_equal(tp_merge_next(&m), TP_MERGE_OPEN);
	m.log[2].open = false;
	assert_true(tp_merge_next(&m) >= 0);
	m.log[0].limit = m.log[1].limit = 0;
	assert_int_equal(tp_merge_next(&m), TP_MERGE_NONE);
	tp_merge_clear(&m);
	assert_int_equal(tp_merge_next(&m), TP_MERGE_OPEN);
	tp_merge_release(&m);
}

static void
put_text(struct tp_merge *m, size_t log, const char *s, int64_t otherwise)
{
	struct tp_merge_rec	r = {
		.p = s, .n = strlen(s), .latest = LATEST,
		.otherwise = otherwise,
	};

	tp_merge_put(m, log, &r);
}

/* What tells no time has that of its message, if that can be. */
static void
test_otherwise(void **state)
{
	static const char	event[] = "{\"segment_id\":\"a\","
				    "\"timestamp\":1330560000000}";
	static const char	question[] = "{\"from\":\"a\"}";
	struct tp_merge		m;

	(void)state;
	tp_merge_init(&m, 2);
	put_text(&m, 0, event, T0 + 5);
	put_text(&m, 1, question, T0 + 1);
	assert_int_equal(tp_merge_next(&m), 0);
	tp_merge_clear(&m);
	put_text(&m, 0, event, T0 - 5);
	put_text(&m, 1, question, T0 - 1);
	assert_int_equal(tp_merge_next(&m), 1);
	tp_merge_clear(&m);
	put_text(&m, 0, event, TP_TIME_NONE);
	put_text(&m, 1, question, LATEST + 1);
	assert_int_equal(tp_merge_next(&m), 1);
	tp_merge_release(&m);
}

/* One state over the merged log, all of which is there. */
struct worker {
	struct tp_out	 out;		/* first: reject() casts it back */
	struct tp_buf	 rows, rejects;
	uint64_t	 lines;
	struct tp_merge	 m;
	struct tp_rec	 rec;
	void		*st;
	int64_t		 at[LOGS];
	int64_t		 seq, seen[LOGS * LINES + 1][LOGS];
};

static int
reject(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	struct worker	*w = (struct worker *)o;

	tp_buf_printf(&w->rejects, "%d %" PRId64 " %s %s\n",
	    (int)r->partition, r->offset, rule, reason);
	return 0;
}

static struct worker *
start(const struct tp_grid_opts *conf, const int64_t *from)
{
	struct worker	*w = tp_calloc(1, sizeof(*w));
	struct tp_err	 e;
	int		 p, i;

	w->out = (struct tp_out){
		.bufs = &w->rows, .nbufs = 1, .lines = &w->lines,
		.reject = reject,
	};
	tp_merge_init(&w->m, LOGS);
	for (p = 0; p < LOGS; p++) {
		w->at[p] = from[p];
		w->m.log[p].open = false;
		for (i = (int)from[p]; i < LINES; i++)
			put(&w->m, p, i);
	}
	w->st = tp_calloc(1, tp_rowfilter.size);
	assert_int_equal(tp_rowfilter.init(w->st, conf, &e), 0);
	return w;
}

/* Gives records until there are `seq` of them, or none is next. */
static void
advance(struct worker *w, int64_t seq)
{
	struct tp_merge_rec	 r;
	struct tp_rec		*x = &w->rec;
	int			 p;

	while (w->seq < seq && (p = tp_merge_next(&w->m)) >= 0) {
		memcpy(w->seen[w->seq], w->at, sizeof(w->at));
		r = tp_merge_head(&w->m, (size_t)p);
		x->now_ms = T0 + TP_DAY;
		x->pos = w->seq++;
		x->offset = r.pos;
		x->partition = p;
		if (tp_rec_parse(x, r.p, r.n) != 0) {
			x->line = r.p;
			x->len = r.n;
			tp_out_reject(&w->out, x, "json", "bad");
		} else
			assert_int_equal(tp_rowfilter.record(w->st, x,
			    &w->out), 0);
		w->at[p] = r.pos + 1;
		tp_merge_pop(&w->m, (size_t)p);
	}
}

static void
stop(struct worker *w)
{
	tp_rowfilter.clear(w->st);
	free(w->st);
	tp_merge_release(&w->m);
	tp_rec_release(&w->rec);
	tp_buf_release(&w->rows);
	tp_buf_release(&w->rejects);
	free(w);
}

/* What a commit would save. */
static struct tp_kmeta
save(const struct worker *w)
{
	struct tp_kmeta	 m = {
		.n = LOGS, .whole = true, .mark = tp_rowfilter.mark(w->st),
	};
	int64_t		 low = tp_rowfilter.low(w->st);

	memcpy(m.at, w->at, sizeof(w->at));
	memcpy(m.low, low < w->seq ? w->seen[low] : w->at, sizeof(w->at));
	return m;
}

static struct worker *
resume(const struct tp_grid_opts *conf, const struct tp_kmeta *m)
{
	struct worker	*w = start(conf, m->low);
	int		 p;

	if (m->mark != TP_TIME_NONE)
		tp_rowfilter.resume(w->st, m->mark);
	w->out.muted = true;
	for (p = 0; p < LOGS; p++)
		w->m.log[p].limit = m->at[p];
	advance(w, INT64_MAX);
	w->out.muted = false;
	for (p = 0; p < LOGS; p++) {
		w->m.log[p].limit = INT64_MAX;
		assert_int_equal(w->at[p], m->at[p]);
	}
	assert_true(w->rows.n == 0 && w->rejects.n == 0);
	return w;
}

static const char	arcs[] = "from,to,distance_m\ns0,s1,100\ns1,s2,200\n"
			    "s2,s3,150\ns3,s0,300\ns4,s8,120\ns5,s4,90\n"
			    "s11,s0,70\ns7,s11,80\n";

/*
 * A worker killed anywhere, and one that begins where two others were, go on
 * as the one that never stopped.
 */
static void
test_again(void **state)
{
	static const int64_t	zero[LOGS];
	struct tp_grid_opts	conf = tp_grid_defaults;
	struct tp_neighbours	graph = { 0 };
	struct tp_rng		r;
	struct tp_err		e;
	int			run;

	(void)state;
	assert_int_equal(tp_neighbours_read(&graph, arcs, sizeof(arcs) - 1, "g",
	    &e), 0);
	conf.graph = &graph;
	conf.spec.groups |= TP_FEAT_NEIGHBOUR;
	conf.delay_ms = STEP;
	tp_rng_init(&r, 3);
	for (run = 0; run < 60; run++) {
		struct worker	*a, *b;
		struct tp_kmeta	 first, second, both;
		size_t		 rows, rejects;
		int64_t		 cut;

		make_logs((uint64_t)run);
		a = start(&conf, zero);
		cut = (int64_t)tp_rng_below(&r, LOGS * LINES);
		advance(a, cut);
		first = both = save(a);
		rows = a->rows.n;
		rejects = a->rejects.n;
		advance(a, cut + (int64_t)tp_rng_below(&r, 60));
		second = save(a);
		if (run % 2 == 0)
			tp_kmeta_meet(&both, &second);
		else {
			both = second;
			tp_kmeta_meet(&both, &first);
		}
		assert_int_equal(both.mark, first.mark);
		assert_memory_equal(both.at, first.at, sizeof(zero));
		assert_memory_equal(both.low, first.low, sizeof(zero));
		b = resume(&conf, &both);
		advance(a, INT64_MAX);
		advance(b, INT64_MAX);
		assert_int_equal(tp_rowfilter.end(a->st, &a->out), 0);
		assert_int_equal(tp_rowfilter.end(b->st, &b->out), 0);
		assert_true(a->lines > LINES);
		assert_true(a->rows.n - rows == b->rows.n);
		assert_memory_equal(a->rows.p + rows, b->rows.p, b->rows.n);
		assert_true(a->rejects.n - rejects == b->rejects.n);
		if (b->rejects.n > 0)
			assert_memory_equal(a->rejects.p + rejects,
			    b->rejects.p, b->rejects.n);
		stop(a);
		stop(b);
	}
	tp_neighbours_release(&graph);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_otherwise),
		cmocka_unit_test(test_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
