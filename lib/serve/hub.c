#include "serve/hub.h"

/*
 * A message is kept once, as SSE in a chunk of HTTP:
 *	"2f\r\n"  "id: 7\nevent: tick\ndata: "  JSON  "\n\n"  "\r\n"
 * A WebSocket of V1, whose JSON goes without its opening brace, is sent
 *	frame head  "{\"type\":\"tick\","  JSON + 1
 */
static void
unref(struct tp_hub_msg *m)
{
	if (m == NULL || --m->refs > 0)
		return;
	free(m->sse);
	free(m->ws);
	free(m);
}

void
tp_ws_head(struct tp_buf *b, int opcode, size_t n)
{
	int	shift;

	tp_buf_char(b, (char)(0x80 | opcode));
	if (n < 126) {
		tp_buf_char(b, (char)n);
		return;
	}
	tp_buf_char(b, n < 65536 ? 126 : 127);
	for (shift = n < 65536 ? 8 : 56; shift >= 0; shift -= 8)
		tp_buf_char(b, (char)((uint64_t)n >> shift));
}

/* A message as SSE; head is what goes before the JSON. */
static struct tp_hub_msg *
event_of(const struct tp_buf *head, const char *json, size_t n)
{
	struct tp_hub_msg	*m = tp_calloc(1, sizeof(*m));
	struct tp_buf		 b = { 0 };

	m->refs = 1;
	tp_buf_printf(&b, "%zx\r\n", head->n + n + strlen("\n\n"));
	m->sse_at = b.n;
	tp_buf_add(&b, head->p, head->n);
	m->json_at = b.n;
	m->njson = n;
	tp_buf_add(&b, json, n);
	tp_buf_lit(&b, "\n\n\r\n");
	m->nsse = b.n;
	m->sse = b.p;
	return m;
}

static struct tp_hub_msg *
message(enum tp_channel c, const char *event, uint64_t seq, const char *json,
    size_t n)
{
	struct tp_hub_msg	*m;
	struct tp_buf		 b = { 0 };
	size_t			 type;
	bool			 v1 = c == TP_CHANNEL_V1;

	if (v1)
		tp_buf_printf(&b, "id: %llu\nevent: %s\n",
		    (unsigned long long)seq, event);
	tp_buf_lit(&b, "data: ");
	m = event_of(&b, json, n);
	m->seq = seq;
	m->event = event;

	b.n = 0;
	type = v1 ? strlen("{'type':'',") + strlen(event) - 1 : 0;
	tp_ws_head(&b, 1, n + type);
	if (v1)
		tp_buf_printf(&b, "{\"type\":\"%s\",", event);
	m->nws = b.n;
	m->ws = b.p;
	return m;
}

/* A message of SSE that is no event. */
static struct tp_hub_msg *
bare(const char *text)
{
	struct tp_buf		 b = { 0 };
	struct tp_hub_msg	*m;

	tp_buf_str(&b, text);
	m = event_of(&b, "", 0);
	tp_buf_release(&b);
	return m;
}

void
tp_hub_init(struct tp_hub *h)
{
	int	i;

	*h = (struct tp_hub){ 0 };
	/* 0 is what a client has seen that has seen nothing */
	for (i = 0; i < TP_CHANNEL_MAX; i++)
		h->ring[i].first = h->ring[i].next = 1;
	h->retry = bare("retry: 2000");
	h->beat = bare(":");
}

static void
drop_first(struct tp_hub_ring *r)
{
	struct tp_hub_msg	**m = &r->msg[r->first++ % TP_HUB_RING];

	r->bytes -= (*m)->njson;
	unref(*m);
	*m = NULL;
}

void
tp_hub_release(struct tp_hub *h)
{
	int	i;

	for (i = 0; i < TP_CHANNEL_MAX; i++)
		while (h->ring[i].first < h->ring[i].next)
			drop_first(&h->ring[i]);
	unref(h->retry);
	unref(h->beat);
}

uint64_t
tp_hub_next(const struct tp_hub *h, enum tp_channel c)
{
	return h->ring[c].next;
}

bool
tp_hub_wanted(const struct tp_hub *h, enum tp_channel c)
{
	return c == TP_CHANNEL_V1 || h->ring[c].listeners > 0;
}

void
tp_hub_send(struct tp_hub *h, enum tp_channel c, const char *event,
    const char *json, size_t n)
{
	struct tp_hub_ring	*r = &h->ring[c];

	if (!tp_hub_wanted(h, c))
		return;
	while (r->next - r->first == TP_HUB_RING ||
	    (r->first < r->next && r->bytes + n > TP_HUB_BYTES))
		drop_first(r);
	r->msg[r->next % TP_HUB_RING] = message(c, event, r->next, json, n);
	r->bytes += n;
	r->next++;
	h->events++;
	h->news = true;
}

void
tp_hub_join(struct tp_hub *h, struct tp_hub_place *p, enum tp_channel c)
{
	*p = (struct tp_hub_place){ .channel = c, .at = h->ring[c].next };
	h->ring[c].listeners++;
}

bool
tp_hub_resume(struct tp_hub *h, struct tp_hub_place *p, uint64_t seen)
{
	const struct tp_hub_ring	*r = &h->ring[p->channel];

	if (seen >= r->next || seen + 1 < r->first)
		return false;
	p->at = seen + 1;
	return true;
}

void
tp_hub_leave(struct tp_hub *h, struct tp_hub_place *p)
{
	h->ring[p->channel].listeners--;
	tp_hub_done(p);
	unref(p->own);
	p->own = NULL;
}

static void
hold(struct tp_hub_place *p, struct tp_hub_msg *m)
{
	p->held = m;
	p->off = 0;
}

/* Holds a message that says how many the client lost. */
static void
tell_lost(struct tp_hub_place *p)
{
	char	text[32];
	int	n;

	n = snprintf(text, sizeof(text), "{\"n\":%llu}",
	    (unsigned long long)p->lost);
	p->lost = 0;
	hold(p, message(p->channel, "lost", p->at - 1, text, (size_t)n));
}

bool
tp_hub_take(struct tp_hub *h, struct tp_hub_place *p)
{
	struct tp_hub_ring	*r = &h->ring[p->channel];

	if (p->held != NULL)
		return true;
	if (p->own != NULL) {
		hold(p, p->own);
		p->own = NULL;
		return true;
	}
	if (p->at < r->first) {
		p->lost += r->first - p->at;
		h->lost += r->first - p->at;
		p->at = r->first;
	}
	if (p->at == r->next)
		return false;
	if (p->lost > 0 && p->channel == TP_CHANNEL_V1) {
		tell_lost(p);
		return true;
	}
	hold(p, r->msg[p->at++ % TP_HUB_RING]);
	p->held->refs++;
	return true;
}

void
tp_hub_own(struct tp_hub_place *p, const char *event, const char *json,
    size_t n)
{
	unref(p->own);
	p->own = message(p->channel, event, p->at - 1, json, n);
}

void
tp_hub_begin(struct tp_hub *h, struct tp_hub_place *p)
{
	hold(p, h->retry);
	h->retry->refs++;
}

void
tp_hub_beat(struct tp_hub *h, struct tp_hub_place *p)
{
	hold(p, h->beat);
	h->beat->refs++;
}

void
tp_hub_done(struct tp_hub_place *p)
{
	unref(p->held);
	p->held = NULL;
}

static size_t
pieces(const struct tp_hub_place *p, enum tp_hub_form form,
    struct iovec *v)
{
	struct tp_hub_msg	*m = p->held;
	size_t			 brace = p->channel == TP_CHANNEL_V1;

	if (form == TP_HUB_WS) {
		v[0].iov_base = m->ws;
		v[0].iov_len = m->nws;
		v[1].iov_base = m->sse + m->json_at + brace;
		v[1].iov_len = m->njson - brace;
	} else {
		v[0].iov_base = m->sse;
		v[0].iov_len = m->nsse;
		v[1] = (struct iovec){ 0 };
	}
	if (form == TP_HUB_SSE) {
		v[0].iov_base = m->sse + m->sse_at;
		v[0].iov_len -= m->sse_at + strlen("\r\n");
	}
	return v[0].iov_len + v[1].iov_len;
}

int
tp_hub_rest(const struct tp_hub_place *p, enum tp_hub_form form,
    struct iovec *v)
{
	struct iovec	all[TP_HUB_PIECES];
	size_t		off = p->off;
	int		n = 0, i;

	pieces(p, form, all);
	for (i = 0; i < TP_HUB_PIECES; i++) {
		if (off >= all[i].iov_len) {
			off -= all[i].iov_len;
			continue;
		}
		v[n].iov_base = (char *)all[i].iov_base + off;
		v[n++].iov_len = all[i].iov_len - off;
		off = 0;
	}
	return n;
}

void
tp_hub_advance(struct tp_hub_place *p, enum tp_hub_form form, size_t n)
{
	struct iovec	v[TP_HUB_PIECES];

	p->off += n;
	if (p->off == pieces(p, form, v))
		tp_hub_done(p);
}

size_t
tp_hub_copy(struct tp_hub_place *p, enum tp_hub_form form, char *to,
    size_t max)
{
	struct iovec	v[TP_HUB_PIECES];
	size_t		done = 0, k;
	int		n = tp_hub_rest(p, form, v), i;

	for (i = 0; i < n && done < max; i++) {
		k = v[i].iov_len < max - done ? v[i].iov_len : max - done;
		memcpy(to + done, v[i].iov_base, k);
		done += k;
	}
	tp_hub_advance(p, form, done);
	return done;
}
