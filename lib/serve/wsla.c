/* The protocol of LA's /ws/real-time. */
#include "base/clock.h"
#include "json/json.h"
#include "serve/secret.h"
#include "serve/ws.h"

static const char *const subjects[TP_WS_SUBJECTS] = {
	"traffic_data", "predictions", "alerts", "system_status",
};
#define STATUS	3	/* told to those who subscribe, and with pings */

static void
add_text(struct tp_buf *b, const char *name, const char *p, size_t n)
{
	tp_buf_printf(b, ",\"%s\":", name);
	tp_json_write_str(b, p, n);
}

/* Ends the message with its time, and sends it. */
static void
send_it(struct tp_ws *w, struct tp_buf *b)
{
	tp_buf_lit(b, ",\"timestamp\":\"");
	tp_buf_time(b, tp_clock_wall_ms());
	tp_buf_lit(b, "\"}");
	tp_ws_say(w, TP_WS_TEXT, b->p, b->n);
	tp_buf_release(b);
}

/* A random UUID (RFC 9562, version 4). */
static void
make_id(char id[37])
{
	uint8_t	r[16];
	int	i, k = 0;

	tp_secret_random(r, sizeof(r));
	r[6] = (uint8_t)((r[6] & 15) | 0x40);
	r[8] = (uint8_t)((r[8] & 63) | 0x80);
	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			id[k++] = '-';
		snprintf(id + k, 3, "%02x", r[i]);
		k += 2;
	}
}

void
tp_ws_la_welcome(struct tp_ws *w)
{
	struct tp_buf	b = { 0 };
	int		i;

	make_id(w->id);
	tp_buf_lit(&b, "{\"type\":\"welcome\"");
	add_text(&b, "connection_id", w->id, 36);
	tp_buf_lit(&b, ",\"available_subscriptions\":[");
	for (i = 0; i < TP_WS_SUBJECTS; i++)
		tp_buf_printf(&b, "%s\"%s\"", i > 0 ? "," : "", subjects[i]);
	tp_buf_char(&b, ']');
	send_it(w, &b);
}

static void
say_error(struct tp_ws *w, const char *text)
{
	struct tp_buf	b = { 0 };

	tp_buf_lit(&b, "{\"type\":\"error\"");
	add_text(&b, "message", text, strlen(text));
	send_it(w, &b);
}

static void
say_status(struct tp_ws *w, const char *type)
{
	const struct tp_ws	*x;
	unsigned		 n[TP_WS_SUBJECTS] = { 0 };
	struct tp_buf		 b = { 0 };
	int			 i;

	for (x = w->s->sockets; x != NULL; x = x->next)
		for (i = 0; i < TP_WS_SUBJECTS; i++)
			n[i] += x->subjects >> i & 1;
	tp_buf_printf(&b, "{\"type\":\"%s\",\"status\":"
	    "{\"status\":\"active\",\"active_connections\":%llu,"
	    "\"subscriptions\":{", type, (unsigned long long)w->s->stats.ws);
	for (i = 0; i < TP_WS_SUBJECTS; i++)
		tp_buf_printf(&b, "%s\"%s\":%u", i > 0 ? "," : "",
		    subjects[i], n[i]);
	tp_buf_lit(&b, "},\"last_broadcasts\":{}}");
	send_it(w, &b);
}

static bool
is_text(const struct tp_json_field *f, const char *text)
{
	return f != NULL && f->v.type == TP_JSON_STR &&
	    f->v.n == strlen(text) && memcmp(f->v.p, text, f->v.n) == 0;
}

static void
subscribe(struct tp_ws *w, const struct tp_json_field *what, bool yes)
{
	struct tp_buf	b = { 0 };
	int		i = 0;

	while (i < TP_WS_SUBJECTS && !is_text(what, subjects[i]))
		i++;
	if (i == TP_WS_SUBJECTS) {
		say_error(w, "Unknown subscription");
		return;
	}
	if (yes)
		w->subjects |= 1u << i;
	else
		w->subjects &= ~(1u << i);
	tp_buf_printf(&b, "{\"type\":\"%s\"", yes ?
	    "subscription_confirmed" : "unsubscription_confirmed");
	add_text(&b, "subscription", subjects[i], strlen(subjects[i]));
	send_it(w, &b);
	if (yes && i == STATUS)
		say_status(w, subjects[STATUS]);
}

void
tp_ws_la_message(struct tp_ws *w, const char *p, size_t n)
{
	const struct tp_json_field	*type, *what;
	struct tp_json_obj		 o = { 0 };
	struct tp_buf			 b = { 0 };

	/* the scanner reads beyond the end */
	tp_buf_add(&b, p, n);
	tp_http_one_line(b.p, b.n);
	memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (tp_json_object(&o, b.p, b.n) == -1) {
		say_error(w, "Invalid JSON format");
	} else {
		type = tp_json_find(&o, "type");
		what = tp_json_find(&o, "subscription");
		if (is_text(type, "subscribe"))
			subscribe(w, what, true);
		else if (is_text(type, "unsubscribe"))
			subscribe(w, what, false);
		else if (is_text(type, "get_status"))
			say_status(w, "status_response");
		else if (!is_text(type, "pong"))
			say_error(w, "Unknown message type");
	}
	tp_json_obj_release(&o);
	tp_buf_release(&b);
}

void
tp_ws_la_ping(struct tp_ws *w)
{
	struct tp_buf	b = { 0 };

	tp_buf_lit(&b, "{\"type\":\"ping\"");
	send_it(w, &b);
	if (w->subjects >> STATUS & 1)
		say_status(w, subjects[STATUS]);
}

bool
tp_ws_la_wants(const struct tp_ws *w, const char *event)
{
	int	i;

	for (i = 0; i < TP_WS_SUBJECTS; i++)
		if (strcmp(subjects[i], event) == 0)
			return w->subjects >> i & 1;
	return false;
}
