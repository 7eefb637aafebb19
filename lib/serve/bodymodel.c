/* The body of how good the forecasts have been, and those of alerts. */
#include "serve/body.h"
#include "serve/put.h"

static void
put_horizon(const struct tp_board *b, unsigned h, struct tp_buf *out)
{
	const struct tp_score	*s = b->measure.whole[h];
	const struct tp_score	*m = &s[TP_MEASURE_MODEL];

	tp_put_open(out, '{');
	tp_put_int_of(out, "minutes", b->horizon[h]);
	tp_put_int_of(out, "n", (int64_t)m->n);
	tp_put_num_of(out, "mae_kmh", tp_score_mae(m), TP_SCORE_DECIMALS);
	tp_put_num_of(out, "rmse_kmh", tp_score_rmse(m), TP_SCORE_DECIMALS);
	tp_put_num_of(out, "bias_kmh", tp_score_bias(m), TP_SCORE_DECIMALS);
	tp_put_num_of(out, "mape_percent", tp_score_mape(m),
	    TP_SCORE_DECIMALS);
	tp_put_num_of(out, "coverage_percent", tp_score_coverage(m),
	    TP_SCORE_DECIMALS);
	tp_put_num_of(out, "mean_width_kmh", tp_score_width(m),
	    TP_SCORE_DECIMALS);
	tp_put_num_of(out, "persistence_mae_kmh",
	    tp_score_mae(&s[TP_MEASURE_PERSISTENCE]), TP_SCORE_DECIMALS);
	tp_put_close(out, '}');
}

/* One part of the whole: name is what it is of, NULL where that is a day. */
static void
put_part(const struct tp_board *b, const struct tp_errsum *s, unsigned h,
    const char *name, int64_t of, struct tp_buf *out)
{
	if (s->n == 0)
		return;
	tp_put_open(out, '{');
	tp_put_int_of(out, name, of);
	tp_put_int_of(out, "minutes", b->horizon[h]);
	tp_put_int_of(out, "n", (int64_t)s->n);
	tp_put_num_of(out, "mae_kmh", s->abs / (double)s->n,
	    TP_SCORE_DECIMALS);
	if (s->npersist > 0)
		tp_put_num_of(out, "persistence_mae_kmh", s->persist /
		    (double)s->npersist, TP_SCORE_DECIMALS);
	tp_put_close(out, '}');
}

/* Days of drift, the oldest first. */
static void
put_drift(const struct tp_board *b, struct tp_buf *out)
{
	const struct tp_measure	*m = &b->measure;
	int64_t			 last = -1, d;		/* none before 1971 */
	unsigned		 i, h;

	for (i = 0; i < TP_MEASURE_DAYS; i++)
		if (m->day_of[i] > last)
			last = m->day_of[i];
	tp_put_key_open(out, "drift", '[');
	for (d = last - TP_MEASURE_DAYS + 1; last >= 0 && d <= last; d++) {
		i = (unsigned)((uint64_t)d % TP_MEASURE_DAYS);
		for (h = 0; m->day_of[i] == d && h < b->nhorizons; h++)
			put_part(b, &m->day[i][b->order[h]], b->order[h],
			    "day", tp_series_hour_time(&b->series, d * 24),
			    out);
	}
	tp_put_close(out, ']');
}

int
tp_body_model(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	const struct tp_measure	*m = &b->measure;
	unsigned		 i, h;
	size_t			 s;

	(void)q;
	tp_put_open(out, '{');
	tp_put_str_of(out, "model_version", m->version);
	tp_put_time_of(out, "since", m->since);
	tp_put_str_of(out, "truth", b->kinds[TP_BOARD_EVENT] > 0 ||
	    b->kinds[TP_BOARD_AGGREGATE] > 0 ? "readings" :
	    "current_speed");
	tp_put_int_of(out, "waiting", (int64_t)m->pending);
	tp_put_int_of(out, "unmatched", (int64_t)m->unmatched);
	tp_put_int_of(out, "dropped", (int64_t)m->dropped);
	tp_put_key_open(out, "horizons", '[');
	for (i = 0; i < b->nhorizons; i++)
		if (m->whole[b->order[i]][TP_MEASURE_MODEL].n > 0)
			put_horizon(b, b->order[i], out);
	tp_buf_lit(out, "],\"by_hour\":[");
	for (h = 0; h < 24; h++)
		for (i = 0; i < b->nhorizons; i++)
			put_part(b, &m->hour[h][b->order[i]], b->order[i],
			    "hour", h, out);
	tp_buf_lit(out, "],\"by_segment\":[");
	for (s = 0; s < m->nseg; s++)
		for (i = 0; i < b->nhorizons; i++)
			put_part(b, &m->seg[s * TP_MEASURE_HORIZONS +
			    b->order[i]], b->order[i], "index", (int64_t)s,
			    out);
	tp_put_close(out, ']');
	put_drift(b, out);
	tp_put_close(out, '}');
	return 200;
}

int
tp_body_alerts(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	const char			*status = tp_http_query(q, "status");
	int64_t				 from = 0, to = INT64_MAX, n = 200;
	const struct tp_alert_entry	*x;
	bool				 all, open;
	size_t				 i;

	if (tp_http_query_int(q, "from", 0, INT64_MAX, &from, out) == -1 ||
	    tp_http_query_int(q, "to", 0, INT64_MAX, &to, out) == -1 ||
	    tp_http_query_int(q, "n", 1, 10000, &n, out) == -1)
		return 400;
	open = status == NULL || strcmp(status, "open") == 0;
	all = status != NULL && strcmp(status, "all") == 0;
	if (!open && !all && strcmp(status, "closed") != 0) {
		tp_buf_lit(out, "status must be open, closed or all");
		return 400;
	}
	tp_put_open(out, '{');
	tp_put_key_open(out, "alerts", '[');
	for (i = b->alerts.n; i-- > 0 && n > 0;) {
		x = &b->alerts.v[i];
		if ((!all && x->open != open) || x->updated < from ||
		    x->raised > to)
			continue;
		tp_alertlog_put(x, out);
		n--;
	}
	tp_buf_lit(out, "]}");
	return 200;
}

int
tp_body_ack(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct tp_alert_entry	*x = tp_alertlog_find(&b->alerts, q->arg[0]);
	const char		*by = q->user != NULL ? q->user : "local";
	struct tp_err		 e = { 0 };

	if (x == NULL) {
		tp_buf_lit(out, "no alert has this id");
		return 404;
	}
	if (x->acked == TP_TIME_NONE &&
	    tp_acks_add(&b->acks, x->id, by, q->now_ms, &e) == -1) {
		tp_buf_lit(out, "it cannot be written down at present");
		return 503;
	}
	tp_alertlog_ack(x, by, q->now_ms);
	b->text.n = 0;
	tp_alertlog_put(x, &b->text);
	tp_board_note(b, "alert", b->text.p, b->text.n, NULL);
	b->dirty = true;
	tp_put_open(out, '{');
	tp_put_key(out, "alert");
	tp_alertlog_put(x, out);
	tp_put_close(out, '}');
	return 200;
}
