/* What the board tells of itself: at each tick, to new clients, and to who
 * counts. */
#include <stdlib.h>

#include "serve/body.h"
#include "serve/compat.h"
#include "serve/put.h"

static void
clear_marks(struct tp_board *b)
{
	size_t	i;

	for (i = 0; i < b->ids.n; i++)
		b->seg[i].changed = b->seg[i].foreseen = false;
}

static bool
any_mark(const struct tp_board *b)
{
	size_t	i;

	for (i = 0; i < b->ids.n; i++)
		if (b->seg[i].changed || b->seg[i].foreseen)
			return true;
	return false;
}

/* An alert for the listeners of older systems. */
static void
send_alert(struct tp_board *b, struct tp_hub *h, const char *id)
{
	const struct tp_alert_entry	*x = tp_alertlog_find(&b->alerts, id);

	if (x == NULL)
		return;
	b->text.n = 0;
	if (tp_hub_wanted(h, TP_CHANNEL_HANOI) &&
	    tp_hanoi_notification(x, &b->text))
		tp_hub_send(h, TP_CHANNEL_HANOI, "message", b->text.p,
		    b->text.n);
	if (!tp_hub_wanted(h, TP_CHANNEL_LA_WS))
		return;
	b->text.n = 0;
	tp_put_open(&b->text, '{');
	tp_put_str_of(&b->text, "type", "alert");
	tp_put_str_of(&b->text, "alert_id", x->id);
	tp_put_key(&b->text, "alert");
	tp_alertlog_put(x, &b->text);
	tp_put_iso_of(&b->text, "timestamp", x->updated);
	tp_put_close(&b->text, '}');
	tp_hub_send(h, TP_CHANNEL_LA_WS, "alerts", b->text.p, b->text.n);
}

static void
send_news(struct tp_board *b, struct tp_hub *h)
{
	struct tp_board_news	*n;
	size_t			 i;

	for (i = 0; i < b->nnews; i++) {
		n = &b->news[i];
		if (tp_hub_wanted(h, TP_CHANNEL_V1))
			tp_hub_send(h, TP_CHANNEL_V1, n->event, n->json, n->n);
		if (n->id != NULL)
			send_alert(b, h, n->id);
		free(n->json);
		free(n->id);
	}
	b->nnews = 0;
}

static void
tell_news(struct tp_board *b, struct tp_hub *h, int64_t now_ms)
{
	b->dirty = false;
	b->version++;
	b->now_ms = now_ms;
	send_news(b, h);
	if (!any_mark(b))
		return;
	b->seq = tp_hub_next(h, TP_CHANNEL_V1);
	if (tp_hub_wanted(h, TP_CHANNEL_V1)) {
		b->text.n = 0;
		tp_board_put_tick(b, now_ms, &b->text);
		tp_hub_send(h, TP_CHANNEL_V1, "tick", b->text.p, b->text.n);
	}
	tp_la_tick(b, h, now_ms);
	clear_marks(b);
}

void
tp_board_tick(struct tp_board *b, struct tp_hub *h, int64_t now_ms)
{
	if (b->dirty)
		tell_news(b, h, now_ms);
	tp_nyc_tick(b, h, now_ms);
}

const char *
tp_board_hello(struct tp_board *b, enum tp_channel c, int64_t now_ms,
    struct tp_buf *out)
{
	if (c == TP_CHANNEL_LA_SSE) {
		tp_la_hello(now_ms, out);
		return "message";
	}
	if (c == TP_CHANNEL_NYC) {
		tp_nyc_put_state(b, out);
		return "message";
	}
	if (c != TP_CHANNEL_V1)
		return NULL;
	tp_board_put_live(b, now_ms, out);
	return "snapshot";
}

void
tp_board_metrics(const struct tp_board *b, struct tp_buf *out)
{
	unsigned	k;

	tp_buf_lit(out, "# TYPE tp_serve_records counter\n");
	for (k = 0; k < TP_BOARD_KINDS; k++)
		tp_buf_printf(out, "tp_serve_records_total{kind=\"%s\"} "
		    "%llu\n", tp_board_kind_name((enum tp_board_kind)k),
		    (unsigned long long)b->kinds[k]);
	tp_buf_printf(out, "# TYPE tp_serve_rejected counter\n"
	    "tp_serve_rejected_total %llu\n"
	    "# TYPE tp_serve_duplicates counter\n"
	    "tp_serve_duplicates_total %llu\n"
	    "# TYPE tp_serve_segments gauge\ntp_serve_segments %zu\n"
	    "# TYPE tp_serve_alerts_open gauge\ntp_serve_alerts_open %zu\n"
	    "# TYPE tp_serve_forecasts_waiting gauge\n"
	    "tp_serve_forecasts_waiting %zu\n",
	    (unsigned long long)b->rejected,
	    (unsigned long long)b->duplicates, b->ids.n, b->alerts.open,
	    b->measure.pending);
}

#define GET(path, handler) \
	{ "GET", "/api/v1/" path, TP_ROLE_VIEWER, handler, 0, NULL }
#define SHARED(path, handler) \
	{ "GET", "/api/v1/" path, TP_ROLE_VIEWER, handler, TP_HTTP_SHARED, \
	    NULL }

const struct tp_http_route tp_board_routes[] = {
	{ "GET", "/api/v1/info", TP_ROLE_NONE, tp_body_info, 0, NULL },
	SHARED("segments", tp_body_segments),
	SHARED("net", tp_body_net),
	SHARED("live", tp_body_live),
	GET("nearest", tp_body_nearest),
	GET("frames", tp_body_frames),
	GET("segments/{id}/history", tp_body_history),
	GET("hotspots", tp_body_hotspots),
	GET("analytics/hourly", tp_body_hourly),
	GET("analytics/week", tp_body_week),
	GET("analytics/congested", tp_body_congested),
	GET("analytics/trend", tp_body_trend),
	SHARED("model", tp_body_model),
	GET("alerts", tp_body_alerts),
	{ "POST", "/api/v1/alerts/{id}/ack", TP_ROLE_USER, tp_body_ack, 0,
	    NULL },
	{ "POST", "/api/v1/route", TP_ROLE_VIEWER, tp_body_route, 0, NULL },
	GET("system", tp_body_system),
	{ 0 }
};
