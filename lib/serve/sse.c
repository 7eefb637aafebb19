/* Server-sent events: a reply that does not end. */
#include "base/clock.h"
#include "serve/serverctx.h"

#define BLOCK	256	/* bytes of buffer for each client */
#define BEAT_MS	(15 * TP_SECOND)	/* proxies cut silence at 60 s */

static const char	retry[] = "retry: 2000\n\n", beat[] = ":\n\n";

struct tp_sse {
	struct tp_server *s;
	struct MHD_Connection *c;
	const struct tp_conn *conn;
	struct tp_hub_place place;
	const char	*say;		/* a static text that is to go first */
	bool		 asleep;	/* suspended: it has all there is */
	bool		 cut;
	int64_t		 behind_ms;	/* since when it is not */
	int64_t		 told_ms;	/* when something was last sent */
	struct tp_sse	*next, **prev;
};

/* What there is next for a client: a message to hold, or false. */
static bool
more(struct tp_sse *c)
{
	char	text[32];
	int	n;

	if (c->place.held != NULL)
		return true;
	if (!tp_hub_take(&c->s->hub, &c->place))
		return false;
	if (c->place.lost == 0 || c->place.channel != TP_CHANNEL_V1)
		return true;
	/* first says how many it lost; what was taken comes after */
	tp_hub_done(&c->place);
	c->place.at--;
	n = snprintf(text, sizeof(text), "{\"n\":%llu}",
	    (unsigned long long)c->place.lost);
	c->place.lost = 0;
	tp_hub_own(&c->place, "lost", c->place.at - 1, text, (size_t)n);
	return true;
}

/* For libmicrohttpd: the socket takes up to max bytes. */
static ssize_t
read_stream(void *client, uint64_t pos, char *to, size_t max)
{
	struct tp_sse	*c = client;
	size_t		 n = 0, k;

	(void)pos;
	for (; n < max && c->say != NULL; n += k) {
		k = strlen(c->say);
		if (k > max - n)
			k = max - n;
		memcpy(to + n, c->say, k);
		c->say = c->say[k] != '\0' ? c->say + k : NULL;
	}
	while (n < max && more(c))
		n += tp_hub_copy(&c->place, TP_HUB_SSE, to + n, max - n);
	if (n > 0) {
		c->told_ms = c->s->now_ms;
		return (ssize_t)n;
	}
	if (c->s->draining)
		return MHD_CONTENT_READER_END_OF_STREAM;
	c->asleep = true;
	MHD_suspend_connection(c->c);
	return 0;
}

static void
release(void *client)
{
	struct tp_sse	*c = client;

	tp_hub_leave(&c->s->hub, &c->place);
	if (c->next != NULL)
		c->next->prev = c->prev;
	*c->prev = c->next;
	c->s->stats.sse--;
	free(c);
}

/* Where the client begins: behind what it has seen, or with all there is. */
static void
begin(struct tp_call *q, struct tp_sse *c)
{
	struct tp_hub	*h = &q->s->hub;
	struct tp_board	*board = q->s->conf->board;
	const char	*seen, *event;
	struct tp_buf	 b = { 0 };
	int64_t		 id;

	seen = MHD_lookup_connection_value(q->c, MHD_HEADER_KIND,
	    "Last-Event-ID");
	if (seen != NULL && tp_parse_int(seen, strlen(seen), &id) == 0 &&
	    id > 0 && tp_hub_resume(h, &c->place, (uint64_t)id))
		return;
	tp_board_lock(board);
	event = tp_board_hello(board, c->place.channel, q->req.now_ms, &b);
	tp_board_unlock(board);
	if (event != NULL)
		tp_hub_own(&c->place, event, c->place.at - 1, b.p, b.n);
	tp_buf_release(&b);
}

enum MHD_Result
tp_sse_start(struct tp_call *q, enum tp_channel channel)
{
	struct tp_server	*s = q->s;
	struct tp_sse		*c = tp_calloc(1, sizeof(*c));
	struct MHD_Response	*r;
	enum MHD_Result		 rc;

	c->s = s;
	c->c = q->c;
	c->conn = q->conn;
	c->say = retry;
	c->told_ms = c->behind_ms = s->now_ms;
	tp_hub_join(&s->hub, &c->place, channel);
	begin(q, c);
	c->next = s->streams;
	c->prev = &s->streams;
	if (c->next != NULL)
		c->next->prev = &c->next;
	s->streams = c;
	s->stats.sse++;
	r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK,
	    read_stream, c, release);
	if (r == NULL)
		tp_die("out of memory");
	MHD_add_response_header(r, "Content-Type", "text/event-stream");
	MHD_add_response_header(r, "Cache-Control", "no-cache, no-transform");
	MHD_add_response_header(r, "X-Accel-Buffering", "no");
	tp_reply_few_headers(q, r);
	tp_conn_enter(s, q->conn, TP_CONN_STREAM);
	rc = MHD_queue_response(q->c, 200, r);
	MHD_destroy_response(r);
	return rc;
}

static void
wake(struct tp_sse *c)
{
	if (!c->asleep)
		return;
	c->asleep = false;
	c->behind_ms = c->s->now_ms;
	MHD_resume_connection(c->c);
}

void
tp_sse_wake(struct tp_server *s)
{
	struct tp_sse	*c;

	for (c = s->streams; c != NULL; c = c->next)
		if (c->place.at < tp_hub_next(&s->hub, c->place.channel))
			wake(c);
}

void
tp_sse_beat(struct tp_server *s)
{
	struct tp_sse	*c;

	for (c = s->streams; c != NULL; c = c->next)
		if (c->asleep && s->now_ms - c->told_ms >= BEAT_MS) {
			c->say = beat;
			wake(c);
		} else if (!c->asleep && !c->cut &&
		    s->now_ms - c->behind_ms >= s->conf->slow_ms) {
			c->cut = true;
			s->stats.slow++;
			tp_conn_cut(c->conn);
		}
}

void
tp_sse_end(struct tp_server *s)
{
	struct tp_sse	*c;

	for (c = s->streams; c != NULL; c = c->next)
		wake(c);
}
