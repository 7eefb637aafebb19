/*
 * A model's answers that are kept: given once, for the same rows only, and
 * what is said is always what the model says.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "forecast/answers.h"

#define NCOL	3
#define NH	2
#define ROWS	4

/* Rows of a step, all arrays one can change. */
struct rows {
	float	 x[ROWS * NCOL];
	double	 now[ROWS], last[ROWS];
	uint32_t seg[ROWS];
	size_t	 n;
};

static int	asked;		/* how often the model was */

/* A sum in which everything counts, and which no two rows here share. */
static void
predict(const void *st, const struct tp_ask *a, double *out)
{
	size_t	i, k;

	(void)st;
	asked++;
	for (i = 0; i < a->n; i++) {
		double	sum = 1000 * a->seg[i] + a->last[i];

		sum += isnan(a->now[i]) ? 0.5 : 7 * a->now[i];
		for (k = 0; k < NCOL; k++)
			sum += isnan(a->x[i * NCOL + k]) ? 0.25 :
			    (double)(a->x[i * NCOL + k] * (float)(k + 11));
		out[i * NH] = sum + a->slot;
		out[i * NH + 1] = 2 * sum + a->day;
	}
}

static const struct tp_model_kind	kind = {
	"test", "sums", NULL, NULL, predict, NULL, NULL, NULL,
};
static const struct tp_modelfile	model = {
	.kind = &kind, .ncol = NCOL, .nh = NH,
};

static void
fill(struct rows *r, int seed)
{
	size_t	i, k;

	r->n = ROWS;
	for (i = 0; i < ROWS; i++) {
		for (k = 0; k < NCOL; k++)
			r->x[i * NCOL + k] = (float)(i + k) + (float)seed;
		r->now[i] = i == 1 ? (double)NAN : 30 + (double)i;
		r->last[i] = 40 + (double)i;
		r->seg[i] = (uint32_t)i;
	}
	r->x[5] = NAN;
}

/* Asks, and checks what is said; returns whether the model was asked. */
static bool
ask(struct tp_answers *s, int64_t t, const struct rows *r)
{
	struct tp_ask	a = { r->n, r->x, r->now, r->last, r->seg,
			      (int)t, (int)t % 7 };
	double		said[ROWS * NH], want[ROWS * NH];
	int		before = asked, made;

	tp_answers_ask(s, t, &a, said);
	made = asked - before;
	predict(NULL, &a, want);
	assert_memory_equal(said, want, r->n * NH * sizeof(*said));
	assert_in_range(made, 0, 1);
	return made == 1;
}

static void
test_once(void **state)
{
	struct tp_answers	s = { 0 };
	struct rows		r;

	(void)state;
	tp_answers_start(&s, &model);
	fill(&r, 0);
	assert_true(ask(&s, 1, &r));
	assert_false(ask(&s, 1, &r));
	/* given away: the next two to ask are two others */
	assert_true(ask(&s, 1, &r));
	/* of another step, between */
	assert_true(ask(&s, 2, &r));
	assert_false(ask(&s, 1, &r));
	assert_false(ask(&s, 2, &r));
	/* forgotten */
	assert_true(ask(&s, 3, &r));
	tp_answers_start(&s, &model);
	assert_true(ask(&s, 3, &r));
	tp_answers_release(&s);
}

/* Each change of a row has the model asked again, and nothing kept. */
static void
test_other_rows(void **state)
{
	struct tp_answers	s = { 0 };
	struct rows		r, other;
	int			i;

	(void)state;
	tp_answers_start(&s, &model);
	fill(&r, 0);
	for (i = 0; i < 8; i++) {
		other = r;
		switch (i) {
		case 0: other.x[0] += 1; break;
		case 1: other.x[ROWS * NCOL - 1] = NAN; break;
		case 2: other.x[5] = 0; break;
		case 3: other.now[1] = 0; break;
		case 4: other.now[3] = (double)NAN; break;
		case 5: other.last[ROWS - 1] += 1e-9; break;
		case 6: other.seg[ROWS - 1]++; break;
		case 7: other.n--; break;
		}
		assert_true(ask(&s, i, &r));
		assert_true(ask(&s, i, &other));
		assert_true(ask(&s, i, &other));
		assert_false(ask(&s, i, &other));
	}
	tp_answers_release(&s);
}

/* The oldest step makes room, also where times come in another order. */
static void
test_bounded(void **state)
{
	struct tp_answers	s = { 0 };
	struct rows		r;
	int			i, t;

	(void)state;
	tp_answers_start(&s, &model);
	for (i = 0; i < 3 * TP_ANSWERS_MOST; i++) {
		t = i ^ 1;
		fill(&r, t);
		assert_true(ask(&s, t, &r));
	}
	for (i = 3 * TP_ANSWERS_MOST; i-- > 0;) {
		fill(&r, i);
		if (i >= 2 * TP_ANSWERS_MOST)
			assert_false(ask(&s, i, &r));
	}
	for (i = 0; i < 2 * TP_ANSWERS_MOST; i++) {
		fill(&r, i);
		assert_true(ask(&s, i, &r));
	}
	tp_answers_release(&s);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_other_rows),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
