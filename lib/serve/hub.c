#include "serve/hub.h"

/*
 * A message is kept once, in pieces: for SSE
 *	"id: 7\nevent: tick\ndata: "  JSON  "\n\n"
 * and for a WebSocket of V1, whose JSON goes without its opening brace,
 *	frame head  "{\"type\":\"tick\","  JSON + 1
 */
static void
unref(struct tp_hub_msg *m)
{
	if (m == NULL || --m->refs > 0)
		return;
	free(m->sse);
	free(m->ws);
	free(m->json);
	free(m);
}

/* The head of an unmasked text frame (RFC 6455, 5.2): n bytes follow. */
static void
frame_head(struct tp_buf *b, size_t n)
{
	int	shift;

	tp_buf_char(b, (char)0x81);
	if (n < 126) {
		tp_buf_char(b, (char)n);
		return;
	}
	tp_buf_char(b, n < 65536 ? 126 : 127);
	for (shift = n < 65536 ? 8 : 56; shift >= 0; shift -= 8)
		tp_buf_char(b, (char)((uint64_t)n >> shift));
}

static struct tp_hub_msg *
message(enum tp_channel c, const char *event, uint64_t seq, const char *json,
    size_t n)
{
	struct tp_hub_msg	*m = tp_calloc(1, sizeof(*m));
	struct tp_buf		 b = { 0 };
	size_t			 type;
	bool			 v1 = c == TP_CHANNEL_V1;

	m->seq = seq;
	m->refs = 1;
	m->event = event;
	m->json = tp_strndup(json, n);
	m->njson = n;
	if (v1)
		tp_buf_printf(&b, "id: %llu\nevent: %s\n",
		    (unsigned long long)seq, event);
	tp_buf_lit(&b, "data: ");
	m->nsse = b.n;
	m->sse = b.p;

	b = (struct tp_buf){ 0 };
	type = v1 ? strlen("{'type':'',") + strlen(event) - 1 : 0;
	frame_head(&b, n + type);
	if (v1)
		tp_buf_printf(&b, "{\"type\":\"%s\",", event);
	m->nws = b.n;
	m->ws = b.p;
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
}

bool
tp_hub_take(struct tp_hub *h, struct tp_hub_place *p)
{
	struct tp_hub_ring	*r = &h->ring[p->channel];

	if (p->at < r->first) {
		p->lost += r->first - p->at;
		h->lost += r->first - p->at;
		p->at = r->first;
	}
	if (p->at == r->next)
		return false;
	p->held = r->msg[p->at++ % TP_HUB_RING];
	p->held->refs++;
	p->off = 0;
	return true;
}

void
tp_hub_own(struct tp_hub_place *p, const char *event, uint64_t seq,
    const char *json, size_t n)
{
	p->held = message(p->channel, event, seq, json, n);
	p->off = 0;
}

void
tp_hub_done(struct tp_hub_place *p)
{
	unref(p->held);
	p->held = NULL;
}

size_t
tp_hub_copy(struct tp_hub_place *p, enum tp_hub_form form, char *to,
    size_t max)
{
	const struct tp_hub_msg	*m = p->held;
	bool			 sse = form == TP_HUB_SSE;
	size_t			 skip = !sse && p->channel == TP_CHANNEL_V1;
	const struct {
		const char	*p;
		size_t		 n;
	} piece[] = {
		{ sse ? m->sse : m->ws, sse ? m->nsse : m->nws },
		{ m->json + skip, m->njson - skip },
		{ "\n\n", sse ? 2 : 0 },
	};
	size_t			 before = 0, done = 0, from, k, i;

	for (i = 0; i < 3; i++) {
		if (p->off < before + piece[i].n && done < max) {
			from = p->off - before;
			k = piece[i].n - from;
			if (k > max - done)
				k = max - done;
			memcpy(to + done, piece[i].p + from, k);
			done += k;
			p->off += k;
		}
		before += piece[i].n;
	}
	if (p->off == before)
		tp_hub_done(p);
	return done;
}
