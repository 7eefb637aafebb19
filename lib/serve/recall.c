#include "serve/recall.h"

#include <stdlib.h>

#include "base/mem.h"
#include "serve/boardstate.h"
#include "store/store.h"

/* What is given to the board. */
struct recall {
	struct tp_board	*b;
	struct tp_rec	 r;
	struct tp_buf	 line;
};

static int
give(void *arg, const char *line, size_t n, int64_t t)
{
	struct recall	*x = arg;
	const char	*rule, *why;

	(void)t;
	x->line.n = 0;
	tp_buf_add(&x->line, line, n);
	memset(tp_buf_room(&x->line, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (tp_rec_parse(&x->r, x->line.p, n) == 0)
		tp_board_record(x->b, &x->r, &rule, &why);
	return 0;
}

/*
 * Step by step: its readings, what was forecast in it, and alerts, so that
 * forecasts meet the readings of their time as they did then.
 */
static int
read_steps(struct recall *x, struct tp_store *s, int64_t from, int64_t to,
    struct tp_err *e)
{
	static const enum tp_store_kind	kinds[] = {
		TP_STORE_EVENT, TP_STORE_AGGREGATE, TP_STORE_PREDICTION,
		TP_STORE_ALERT,
	};
	int64_t				step = x->b->conf.step_ms, t;
	size_t				i;

	if (step < TP_MINUTE)		/* not too many questions */
		step = TP_MINUTE;
	for (t = from - from % step; t <= to; t += step)
		for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
			struct tp_store_query	q = {
				.kind = kinds[i], .from = t, .to = t + step,
			};

			if (tp_store_read(s, &q, give, x, e) == -1)
				return -1;
		}
	return 0;
}

/* The newest time of what can be recalled; TP_TIME_NONE: there is nothing. */
static int64_t
newest(const struct tp_store_info *i)
{
	int64_t	t = i->kind[TP_STORE_EVENT].to;

	if (i->kind[TP_STORE_AGGREGATE].to > t)
		t = i->kind[TP_STORE_AGGREGATE].to;
	if (i->kind[TP_STORE_PREDICTION].to > t)
		t = i->kind[TP_STORE_PREDICTION].to;
	return t;
}

static int
recall(struct tp_board *b, struct tp_store *s, int64_t span_ms,
    struct tp_err *e)
{
	struct recall		x = {
		.b = b, .r = {
			.source = tp_store_name(s),
			.now_ms = tp_clock_wall_ms(),
			.assume = b->conf.assumed,
		},
	};
	struct tp_store_info	i;
	int64_t			to;
	size_t			k;
	int			rc = 0;

	if (tp_store_info(s, &i, e) == -1)
		return -1;
	to = newest(&i);
	if (to != TP_TIME_NONE)
		rc = read_steps(&x, s, to > span_ms ? to - span_ms : 0, to,
		    e);
	tp_rec_release(&x.r);
	tp_buf_release(&x.line);
	for (k = 0; k < b->nnews; k++) {	/* no news to anybody */
		free(b->news[k].json);
		free(b->news[k].id);
	}
	b->nnews = 0;
	b->lost_news = 0;
	b->store = tp_strdup(tp_store_name(s));
	b->store_bytes = i.bytes;
	for (k = 0; k < TP_STORE_KINDS; k++)
		b->store_rows += i.kind[k].rows;
	return rc;
}

int
tp_board_recall(struct tp_board *b, const char *store, int64_t span_ms,
    struct tp_err *e)
{
	struct tp_store_conf	 how = { .mode = TP_STORE_READ,
				    .busy_ms = 5 * TP_SECOND };
	struct tp_store		*s = tp_store_open(store, &how, e);
	int			 rc;

	if (s == NULL)
		return -1;
	rc = recall(b, s, span_ms, e);
	tp_store_close(s);
	return rc;
}
