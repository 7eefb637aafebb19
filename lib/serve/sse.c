/*
 * Server-sent events: a reply that does not end.  libmicrohttpd sends the
 * head; then the connection is suspended and its socket written here, in
 * chunks that are made once for all clients, since a turn of its state
 * machine for each client and message would cost a seventh more.  At the end
 * it goes on with what follows the last chunk.  Under TLS, and for clients of
 * HTTP/1.0, it asks for each byte instead.
 */
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "serve/serverctx.h"

#define BLOCK	256	/* bytes of buffer for each client */
#define BEAT_MS	(15 * TP_SECOND)	/* proxies cut silence at 60 s */

enum way {
	WAY_ASKED,	/* libmicrohttpd asks for bytes and writes them */
	WAY_HEAD,	/* it writes the head; then the socket is ours */
	WAY_OURS,	/* the socket is ours */
	WAY_END		/* libmicrohttpd is to end it */
};

struct tp_sse {
	struct tp_sse	*next, **prev;
	struct tp_hub_place place;
	struct tp_watch	 watch;		/* in our epoll where it is OURS */
	struct tp_server *s;
	enum way	 way;
	bool		 idle;		/* it has all there is; suspended */
	int64_t		 behind_ms;	/* since when it is not */
	int64_t		 told_ms;	/* when something was last sent */
	struct MHD_Connection *c;
	const struct tp_conn *conn;
};

/* Gives the connection back. */
static void
end(struct tp_sse *c)
{
	epoll_ctl(c->s->ep, EPOLL_CTL_DEL, c->watch.fd, NULL);
	c->way = WAY_END;
	c->idle = false;
	MHD_resume_connection(c->c);
}

/* Sends as much as the socket takes; where that is not all, epoll tells when
 * it takes more. */
static void
pump(struct tp_sse *c)
{
	struct iovec	v[TP_HUB_PIECES];
	ssize_t		k;

	while (tp_hub_take(&c->s->hub, &c->place)) {
		tp_hub_rest(&c->place, TP_HUB_CHUNK, v);
		k = send(c->watch.fd, v[0].iov_base, v[0].iov_len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k < 0) {
			if (errno != EAGAIN)
				end(c);
			return;
		}
		c->told_ms = c->s->now_ms;
		tp_hub_advance(&c->place, TP_HUB_CHUNK, (size_t)k);
	}
	c->idle = true;
}

/* The head is out. */
static void
take_socket(struct tp_sse *c)
{
	struct epoll_event	ev = {
		.events = EPOLLOUT | EPOLLRDHUP | EPOLLET,
		.data.ptr = &c->watch,
	};

	MHD_suspend_connection(c->c);
	c->watch = (struct tp_watch){ TP_WATCH_SSE, c->conn->fd, c };
	c->way = WAY_OURS;
	if (epoll_ctl(c->s->ep, EPOLL_CTL_ADD, c->watch.fd, &ev) == -1)
		end(c);
	else
		pump(c);
}

void
tp_sse_ready(struct tp_watch *watch, uint32_t events)
{
	struct tp_sse	*c = watch->of;

	if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
		end(c);
	else if (!c->idle)
		pump(c);
}

/* For libmicrohttpd: the socket takes up to max bytes. */
static ssize_t
read_stream(void *client, uint64_t pos, char *to, size_t max)
{
	struct tp_sse	*c = client;
	size_t		 n = 0;

	(void)pos;
	if (c->way == WAY_END)
		/* not even the last chunk may follow half a chunk */
		return c->place.held != NULL ?
		    MHD_CONTENT_READER_END_WITH_ERROR :
		    MHD_CONTENT_READER_END_OF_STREAM;
	if (c->way == WAY_HEAD && !c->s->draining) {
		take_socket(c);
		return 0;
	}
	while (n < max && tp_hub_take(&c->s->hub, &c->place))
		n += tp_hub_copy(&c->place, TP_HUB_SSE, to + n, max - n);
	if (n > 0) {
		c->told_ms = c->s->now_ms;
		return (ssize_t)n;
	}
	if (c->s->draining)
		return MHD_CONTENT_READER_END_OF_STREAM;
	c->idle = true;
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
		tp_hub_own(&c->place, event, b.p, b.n);
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
	c->way = s->keys->tls == NULL && q->chunks ? WAY_HEAD : WAY_ASKED;
	c->told_ms = c->behind_ms = s->now_ms;
	tp_hub_join(&s->hub, &c->place, channel);
	tp_hub_begin(&s->hub, &c->place);
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
	if (!c->idle)
		return;
	c->idle = false;
	c->behind_ms = c->s->now_ms;
	if (c->way == WAY_OURS)
		pump(c);
	else
		MHD_resume_connection(c->c);
}

void
tp_sse_wake(struct tp_server *s)
{
	struct tp_sse	*c;

	for (c = s->streams; c != NULL; c = c->next) {
		/* it comes from memory while this one's message is sent */
		__builtin_prefetch(c->next);
		if (c->place.at < tp_hub_next(&s->hub, c->place.channel))
			wake(c);
	}
}

static void
cut(struct tp_sse *c)
{
	c->s->stats.slow++;
	tp_conn_cut(c->conn);
	if (c->way == WAY_OURS)
		end(c);
	c->way = WAY_END;
}

void
tp_sse_beat(struct tp_server *s)
{
	struct tp_sse	*c;

	for (c = s->streams; c != NULL; c = c->next)
		if (c->idle && s->now_ms - c->told_ms >= BEAT_MS) {
			tp_hub_beat(&s->hub, &c->place);
			wake(c);
		} else if (!c->idle && c->way != WAY_END &&
		    s->now_ms - c->behind_ms >= s->conf->slow_ms) {
			cut(c);
		}
}

void
tp_sse_end(struct tp_server *s)
{
	struct tp_sse	*c;

	for (c = s->streams; c != NULL; c = c->next)
		if (c->way == WAY_OURS)
			end(c);
		else
			wake(c);
}
