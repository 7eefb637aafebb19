/* WebSockets: a connection that libmicrohttpd hands over. */
#include "serve/ws.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "serve/secret.h"
#include "serve/urltext.h"

#define PING_MS		(30 * TP_SECOND)
#define SILENCE_MS	(75 * TP_SECOND)	/* two pings without an answer */
#define OUT_MAX		((size_t)64 << 10)	/* bytes of one's own frames */
#define READS_AT_ONCE	8		/* of TP_WS_IN bytes */

static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/* The descriptor goes now, the rest once this round of events is over. */
static void
end(struct tp_ws *w)
{
	if (w->dead)
		return;
	w->dead = w->s->has_dead = true;
	epoll_ctl(w->s->ep, EPOLL_CTL_DEL, w->watch.fd, NULL);
	MHD_upgrade_action(w->urh, MHD_UPGRADE_ACTION_CLOSE);
	w->s->stats.ws--;
}

/* It asks and does not listen. */
static void
cut(struct tp_ws *w)
{
	tp_conn_cut(w->conn);
	w->s->stats.slow++;
	end(w);
}

static void
unlink_free(struct tp_ws *w)
{
	tp_hub_leave(&w->s->hub, &w->place);
	if (w->next != NULL)
		w->next->prev = w->prev;
	*w->prev = w->next;
	tp_buf_release(&w->out);
	free(w->in);
	free(w);
}

void
tp_ws_say(struct tp_ws *w, enum tp_ws_opcode opcode, const char *p, size_t n)
{
	if (w->closing)
		return;
	if (w->out.n - w->off > OUT_MAX) {
		cut(w);
		return;
	}
	tp_ws_head(&w->out, opcode, n);
	tp_buf_add(&w->out, p, n);
}

static void
say_close(struct tp_ws *w, int code)
{
	const char	p[2] = { (char)(code >> 8), (char)code };

	tp_ws_say(w, TP_WS_CLOSE, p, 2);
	w->closing = true;
}

/* Holds what is next for the client: false where there is nothing. */
static bool
more(struct tp_ws *w)
{
	struct tp_hub_place	*p = &w->place;

	while (tp_hub_take(&w->s->hub, p)) {
		if (p->channel != TP_CHANNEL_LA_WS || p->off > 0 ||
		    tp_ws_la_wants(w, p->held->event))
			return true;
		tp_hub_done(p);
	}
	return false;
}

/* What to send next: its own frames go between messages.  0: nothing. */
static int
gather(struct tp_ws *w, struct iovec *v)
{
	bool	within = w->place.held != NULL && w->place.off > 0;

	if (!within && w->off < w->out.n) {
		v[0].iov_base = w->out.p + w->off;
		v[0].iov_len = w->out.n - w->off;
		return 1;
	}
	if (!within && w->closing)
		return 0;
	return more(w) ? tp_hub_rest(&w->place, TP_HUB_WS, v) : 0;
}

static void
want_writable(struct tp_ws *w, bool yes)
{
	struct epoll_event	ev = {
		.events = EPOLLIN | (yes ? EPOLLOUT : 0),
		.data.ptr = &w->watch,
	};

	if (yes == w->behind)
		return;
	epoll_ctl(w->s->ep, EPOLL_CTL_MOD, w->watch.fd, &ev);
	w->behind = yes;
	w->behind_ms = w->s->now_ms;
}

/* What is unread when a socket is closed would take the close frame from the
 * client; more than this is not waited for. */
static void
discard(const struct tp_ws *w)
{
	char	scratch[4096];
	int	i;

	for (i = 0; i < 16 && recv(w->watch.fd, scratch, sizeof(scratch),
	    MSG_DONTWAIT) > 0; i++)
		;
}

static void
pump(struct tp_ws *w)
{
	struct iovec	v[TP_HUB_PIECES];
	struct msghdr	m = { .msg_iov = v };
	ssize_t		k;
	bool		own;

	while (!w->dead && (m.msg_iovlen = (size_t)gather(w, v)) > 0) {
		own = w->out.n > w->off && v[0].iov_base == w->out.p + w->off;
		k = sendmsg(w->watch.fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k < 0 && errno == EAGAIN) {
			want_writable(w, true);
			return;
		}
		if (k < 0) {
			end(w);
		} else if (!own) {
			tp_hub_advance(&w->place, TP_HUB_WS, (size_t)k);
		} else if ((w->off += (size_t)k) == w->out.n) {
			w->out.n = w->off = 0;
		}
	}
	if (w->dead)
		return;
	if (w->closing) {
		discard(w);
		end(w);
	} else {
		want_writable(w, false);
	}
}

static void
take_frame(struct tp_ws *w, const struct tp_ws_frame *f)
{
	switch (f->opcode) {
	case TP_WS_CLOSE:
		say_close(w, TP_WS_NORMAL);
		break;
	case TP_WS_PING:
		tp_ws_say(w, TP_WS_PONG, f->p, f->n);
		break;
	case TP_WS_PONG:
		break;
	case TP_WS_TEXT:
		if (w->place.channel == TP_CHANNEL_LA_WS)
			tp_ws_la_message(w, f->p, f->n);
		break;
	case TP_WS_BINARY:
		say_close(w, TP_WS_TYPE);
		break;
	}
}

static void
take_frames(struct tp_ws *w)
{
	struct tp_ws_frame	f;
	ssize_t			k;
	size_t			at = 0;

	while (!w->closing && !w->dead && (k = tp_ws_parse(&f, w->in + at,
	    w->nin - at)) != 0) {
		if (k < 0) {
			say_close(w, (int)-k);
			return;
		}
		at += (size_t)k;
		take_frame(w, &f);
	}
	w->nin -= at;
	memmove(w->in, w->in + at, w->nin);
	if (w->nin == 0) {
		free(w->in);
		w->in = NULL;
	}
}

/* Where there is more, epoll tells of it again, after others had a turn. */
static void
take_input(struct tp_ws *w)
{
	ssize_t	k;
	int	i;

	for (i = 0; i < READS_AT_ONCE && !w->dead && !w->closing; i++) {
		if (w->in == NULL)
			w->in = tp_malloc(TP_WS_IN);
		k = recv(w->watch.fd, w->in + w->nin, TP_WS_IN - w->nin,
		    MSG_DONTWAIT);
		if (k == 0 || (k < 0 && errno != EAGAIN)) {
			end(w);
			return;
		}
		if (k > 0) {
			w->heard_ms = w->s->now_ms;
			w->nin += (size_t)k;
		}
		take_frames(w);
		if (k < 0)
			return;
	}
}

void
tp_ws_ready(struct tp_watch *watch, uint32_t events)
{
	struct tp_ws	*w = watch->of;

	if (!w->dead && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		take_input(w);
	if (!w->dead)
		pump(w);
}

void
tp_ws_wake(struct tp_server *s)
{
	struct tp_ws	*w;

	for (w = s->sockets; w != NULL; w = w->next)
		if (!w->dead && w->urh != NULL && !w->behind)
			pump(w);
}

void
tp_ws_beat(struct tp_server *s)
{
	struct tp_ws	*w;

	for (w = s->sockets; w != NULL; w = w->next) {
		if (w->dead || w->urh == NULL)
			continue;
		if (w->behind && s->now_ms - w->behind_ms >=
		    s->conf->slow_ms) {
			cut(w);
		} else if (s->now_ms - w->heard_ms >= SILENCE_MS) {
			end(w);
		} else if (s->now_ms - w->pinged_ms >= PING_MS) {
			w->pinged_ms = s->now_ms;
			tp_ws_say(w, TP_WS_PING, "", 0);
			if (w->place.channel == TP_CHANNEL_LA_WS)
				tp_ws_la_ping(w);
			if (!w->dead)
				pump(w);
		}
	}
}

void
tp_ws_sweep(struct tp_server *s)
{
	struct tp_ws	*w, *next;

	if (!s->has_dead)
		return;
	s->has_dead = false;
	for (w = s->sockets; w != NULL; w = next) {
		next = w->next;
		if (w->dead)
			unlink_free(w);
	}
}

void
tp_ws_end(struct tp_server *s)
{
	struct tp_ws	*w;

	for (w = s->sockets; w != NULL; w = w->next)
		if (!w->dead && w->urh != NULL) {
			say_close(w, TP_WS_AWAY);
			pump(w);
			end(w);
		}
	tp_ws_sweep(s);
}

static void
greet(struct tp_ws *w)
{
	struct tp_board	*board = w->s->conf->board;
	struct tp_buf	 b = { 0 };
	const char	*event;

	if (w->place.channel == TP_CHANNEL_LA_WS)
		tp_ws_la_welcome(w);
	tp_board_lock(board);
	event = tp_board_hello(board, w->place.channel, tp_clock_wall_ms(),
	    &b);
	tp_board_unlock(board);
	if (event != NULL)
		tp_hub_own(&w->place, event, b.p, b.n);
	tp_buf_release(&b);
}

/* For libmicrohttpd: the socket is ours from now on. */
static void
opened(void *ws, struct MHD_Connection *c, void *call, const char *extra,
    size_t nextra, MHD_socket fd, struct MHD_UpgradeResponseHandle *urh)
{
	struct tp_ws		*w = ws;
	struct tp_call		*q = call;
	struct epoll_event	 ev = {
		.events = EPOLLIN,
		.data.ptr = &w->watch,
	};

	(void)c;
	q->ws = NULL;
	w->urh = urh;
	w->watch.fd = fd;
	w->s->stats.ws++;
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	epoll_ctl(w->s->ep, EPOLL_CTL_ADD, fd, &ev);
	greet(w);
	if (nextra > TP_WS_IN) {
		say_close(w, TP_WS_TOO_LONG);
	} else if (nextra > 0) {
		w->in = tp_malloc(TP_WS_IN);
		memcpy(w->in, extra, nextra);
		w->nin = nextra;
		take_frames(w);
	}
	if (!w->dead)
		pump(w);
}

static bool
well_formed(const struct tp_call *q, const char **key)
{
	const char	*upgrade, *how, *version;

	upgrade = tp_call_header(q, "Upgrade");
	how = tp_call_header(q, "Connection");
	version = tp_call_header(q, "Sec-WebSocket-Version");
	*key = tp_call_header(q, "Sec-WebSocket-Key");
	return upgrade != NULL && tp_list_accepts(upgrade, "websocket") &&
	    how != NULL && tp_list_accepts(how, "upgrade") &&
	    version != NULL && strcmp(version, "13") == 0 &&
	    *key != NULL && strlen(*key) == 24;
}

/* base64(SHA-1(key GUID)), section 4.2.2. */
static void
accept_key(struct tp_buf *out, const char *key)
{
	uint8_t		digest[TP_SHA1];
	struct tp_buf	b = { 0 };

	tp_buf_str(&b, key);
	tp_buf_str(&b, guid);
	tp_sha1(digest, b.p, b.n);
	tp_base64_encode(out, digest, sizeof(digest));
	tp_buf_release(&b);
}

enum MHD_Result
tp_ws_start(struct tp_call *q, enum tp_channel channel)
{
	struct tp_server	*s = q->s;
	struct MHD_Response	*r;
	struct tp_buf		 accept = { 0 };
	struct tp_ws		*w;
	const char		*key;
	enum MHD_Result		 rc;

	if (!well_formed(q, &key))
		return tp_reply_problem(q, 426, "this path is for WebSockets "
		    "of version 13");
	w = tp_calloc(1, sizeof(*w));
	w->watch = (struct tp_watch){ .kind = TP_WATCH_WS, .of = w };
	w->s = s;
	w->conn = q->conn;
	w->heard_ms = w->pinged_ms = s->now_ms;
	tp_hub_join(&s->hub, &w->place, channel);
	w->next = s->sockets;
	w->prev = &s->sockets;
	if (w->next != NULL)
		w->next->prev = &w->next;
	s->sockets = w;
	accept_key(&accept, key);
	r = MHD_create_response_for_upgrade(opened, w);
	if (r == NULL)
		tp_die("out of memory");
	MHD_add_response_header(r, "Upgrade", "websocket");
	MHD_add_response_header(r, "Sec-WebSocket-Accept",
	    tp_buf_cstr(&accept));
	tp_buf_release(&accept);
	tp_conn_enter(s, q->conn, TP_CONN_STREAM);
	rc = MHD_queue_response(q->c, MHD_HTTP_SWITCHING_PROTOCOLS, r);
	MHD_destroy_response(r);
	q->ws = w;
	return rc;
}

/* The connection ended: what was never opened is of no use. */
void
tp_ws_call_done(struct tp_call *q)
{
	if (q->ws != NULL && q->ws->urh == NULL)
		unlink_free(q->ws);
	q->ws = NULL;
}
