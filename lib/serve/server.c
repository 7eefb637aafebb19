#include "serve/server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/serverctx.h"

#define TICK_MIN_MS	50	/* between two ticks, at least */
#define TICK_MAX_MS	250	/* and at most, while records come */
#define BEAT_MS		1000	/* between looks at what waits for long */
#define DRAIN_MS	1000	/* for replies at the end */

static int
watch(struct tp_server *s, struct tp_watch *w)
{
	struct epoll_event	ev = { .events = EPOLLIN, .data.ptr = w };

	return epoll_ctl(s->ep, EPOLL_CTL_ADD, w->fd, &ev);
}

static void
tick(struct tp_server *s)
{
	s->ticked_ms = s->now_ms;
	s->poked = false;
	tp_board_lock(s->conf->board);
	tp_board_tick(s->conf->board, &s->hub, tp_clock_wall_ms());
	tp_board_unlock(s->conf->board);
	if (!s->hub.news)
		return;
	s->hub.news = false;
	tp_sse_wake(s);
	tp_ws_wake(s);
}

/* How long to wait for events, ms. */
static int
patience(const struct tp_server *s)
{
	MHD_UNSIGNED_LONG_LONG	mhd;
	int64_t			ms;

	ms = s->ticked_ms + (s->poked ? TICK_MIN_MS : TICK_MAX_MS) -
	    s->now_ms;
	if (MHD_get_timeout(s->mhd, &mhd) == MHD_YES && (int64_t)mhd < ms)
		ms = (int64_t)mhd;
	return ms > 0 ? (int)ms : 0;
}

/* What the main thread wants to be used from now on. */
static void
take_fresh(struct tp_server *s)
{
	struct tp_keys	*fresh = atomic_exchange(&s->fresh, NULL);
	int		 fd = atomic_exchange(&s->fresh_audit, -1);

	if (fresh != NULL) {
		fresh->older = s->keys;
		s->keys = fresh;
		tp_session_prune(&s->sessions, s->keys);
	}
	if (fd != -1) {
		close(s->audit_fd);
		s->audit_fd = fd;
	}
}

static void
serve_event(struct tp_server *s, struct tp_watch *w, uint32_t events)
{
	uint64_t	count;

	switch (w->kind) {
	case TP_WATCH_MHD:
		break;		/* MHD_run() follows in any case */
	case TP_WATCH_WAKE:
		if (read(w->fd, &count, sizeof(count)) > 0)
			s->poked = true;
		take_fresh(s);
		tp_signin_collect(s);
		break;
	case TP_WATCH_LISTENER:
		tp_conn_accept(s, w->of);
		break;
	case TP_WATCH_WS:
		tp_ws_ready(w, events);
		break;
	case TP_WATCH_SSE:
		tp_sse_ready(w, events);
		break;
	}
}

/* libmicrohttpd is to leave paths and queries as they are. */
static size_t
no_unescape(void *none, struct MHD_Connection *c, char *text)
{
	(void)none;
	(void)c;
	return strlen(text);
}

/* One turn of the loop. */
static void
turn(struct tp_server *s)
{
	struct epoll_event	ev[64];
	int			n, i;

	n = epoll_wait(s->ep, ev, 64, patience(s));
	s->now_ms = tp_clock_mono_ns() / 1000000;
	for (i = 0; i < n; i++)
		serve_event(s, ev[i].data.ptr, ev[i].events);
	if (s->now_ms - s->ticked_ms >= (s->poked ? TICK_MIN_MS : TICK_MAX_MS))
		tick(s);
	if (s->now_ms - s->beat_ms >= BEAT_MS) {
		s->beat_ms = s->now_ms;
		tp_conn_reap(s);
		tp_sse_beat(s);
		tp_ws_beat(s);
	}
	MHD_run(s->mhd);
	tp_ws_sweep(s);
}

static void *
run(void *arg)
{
	struct tp_server	*s = arg;
	int64_t			 end;
	size_t			 i;

	while (!atomic_load(&s->stop))
		turn(s);
	for (i = 0; i < s->nlisteners; i++)
		tp_listen_close(&s->listeners[i]);
	s->nlisteners = 0;
	s->draining = true;
	tick(s);
	tp_sse_end(s);
	tp_ws_end(s);
	end = s->now_ms + DRAIN_MS;
	while (s->now_ms < end && (s->streams != NULL ||
	    s->phases[TP_CONN_REPLY].next != &s->phases[TP_CONN_REPLY]))
		turn(s);
	return NULL;
}

struct tp_entry *
tp_server_route(struct tp_server *s, const struct tp_http_route *r,
    enum MHD_Result (*own)(struct tp_call *q))
{
	TP_GROW(s->entries, s->entrycap, s->nentries + 1);
	s->entries[s->nentries] = (struct tp_entry){ .r = *r, .own = own };
	return &s->entries[s->nentries++];
}

static void
list_routes(struct tp_server *s)
{
	const struct tp_http_route *const *t, *r;

	tp_own_routes(s);
	tp_signin_routes(s);
	if (s->conf->compat & TP_COMPAT_LA)
		tp_signin_la_routes(s);
	for (t = s->conf->routes; *t != NULL; t++)
		for (r = *t; r->method != NULL; r++)
			tp_server_route(s, r, NULL);
}

/* A descriptor for each connection, and some of our own. */
static void
raise_limit(uint64_t connections)
{
	struct rlimit	r;

	if (getrlimit(RLIMIT_NOFILE, &r) == -1 ||
	    r.rlim_cur >= connections + 64)
		return;
	r.rlim_cur = r.rlim_max < connections + 64 ? r.rlim_max :
	    connections + 64;
	setrlimit(RLIMIT_NOFILE, &r);
}

static int
open_listeners(struct tp_server *s, struct tp_err *e)
{
	const struct tp_opt_list	*l = &s->conf->listen;
	size_t				 i;
	int				 n;

	for (i = 0; i < l->n; i++) {
		n = tp_listen_open(l->v[i], &s->listeners[s->nlisteners],
		    TP_LISTEN_MAX - s->nlisteners, e);
		if (n == -1)
			return -1;
		s->nlisteners += (size_t)n;
	}
	for (i = 0; i < s->nlisteners; i++) {
		if (!s->listeners[i].local && !s->conf->insecure_open &&
		    strcmp(tp_keys_auth(s->keys), "none") == 0)
			return tp_err_set(e, TP_EXIT_USAGE, "others can reach "
			    "what --listen names: give --tokens, --users or "
			    "--jwt-key, or say --insecure-open");
		s->watches[i] = (struct tp_watch){ TP_WATCH_LISTENER,
		    s->listeners[i].fd, &s->listeners[i] };
		if (watch(s, &s->watches[i]) == -1)
			return tp_err_sys(e, "epoll");
	}
	return 0;
}

static int
open_daemon(struct tp_server *s, struct tp_err *e)
{
	unsigned	most = (unsigned)s->conf->max_connections;

	s->mhd = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
	    MHD_ALLOW_SUSPEND_RESUME | MHD_ALLOW_UPGRADE |
	    (s->keys->tls != NULL ? MHD_USE_TLS : 0u), 0, NULL, NULL,
	    tp_handle, s,
	    MHD_OPTION_ARRAY, tp_tls_options(s),
	    MHD_OPTION_CONNECTION_LIMIT, most,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, TP_SERVE_HEAD,
	    MHD_OPTION_CONNECTION_TIMEOUT, 60u,
	    MHD_OPTION_UNESCAPE_CALLBACK, no_unescape, NULL,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT,
	    (unsigned)s->conf->max_per_address,
	    MHD_OPTION_NOTIFY_CONNECTION, tp_conn_notify, s,
	    MHD_OPTION_NOTIFY_COMPLETED, tp_handle_done, s,
	    MHD_OPTION_END);
	if (s->mhd == NULL)
		return tp_err_sys(e, "cannot start the HTTP server");
	s->mhd_watch = (struct tp_watch){ TP_WATCH_MHD,
	    MHD_get_daemon_info(s->mhd, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
	    NULL };
	if (watch(s, &s->mhd_watch) == -1)
		return tp_err_sys(e, "epoll");
	return 0;
}

static void
release(struct tp_server *s)
{
	size_t	i;

	for (i = 0; i < s->nlisteners; i++)
		tp_listen_close(&s->listeners[i]);
	tp_login_stop(&s->login);
	if (s->mhd != NULL) {
		tp_signin_collect(s);
		MHD_stop_daemon(s->mhd);
	}
	tp_reply_release(s);
	tp_hub_release(&s->hub);
	take_fresh(s);
	tp_keys_free(s->keys);
	tp_jwt_key_release(&s->own_key);
	if (s->ep != -1)
		close(s->ep);
	if (s->wake.fd != -1)
		close(s->wake.fd);
	if (s->spare != -1)
		close(s->spare);
	if (s->audit_fd != -1)
		close(s->audit_fd);
	free(s->entries);
	free(s->csp);
	free(s);
}

/* The parts that may fail. */
static int
open_all(struct tp_server *s, struct tp_err *e)
{
	const struct tp_server_conf	*c = s->conf;

	s->keys = tp_keys_load(&c->keys, e);
	if (s->keys == NULL)
		return -1;
	if (c->audit != NULL &&
	    (s->audit_fd = tp_audit_open(c->audit, e)) == -1)
		return -1;
	s->ep = epoll_create1(EPOLL_CLOEXEC);
	s->wake.fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (s->ep == -1 || s->wake.fd == -1 || watch(s, &s->wake) == -1)
		return tp_err_sys(e, "epoll");
	s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (open_listeners(s, e) == -1 || open_daemon(s, e) == -1)
		return -1;
	return s->keys->users.n > 0 ?
	    tp_login_start(&s->login, s->wake.fd, e) : 0;
}

/* Signals are for the main thread. */
static int
start_thread(struct tp_server *s, struct tp_err *e)
{
	sigset_t	all, old;
	int		rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return 0;
	errno = rc;
	return tp_err_sys(e, "cannot start a thread");
}

struct tp_server *
tp_server_start(const struct tp_server_conf *c, struct tp_err *e)
{
	struct tp_server	*s = tp_calloc(1, sizeof(*s));

	s->conf = c;
	s->ep = s->wake.fd = s->spare = s->audit_fd = -1;
	s->wake.kind = TP_WATCH_WAKE;
	atomic_init(&s->fresh_audit, -1);
	s->stats.started_ms = tp_clock_wall_ms();
	s->now_ms = tp_clock_mono_ns() / 1000000;
	s->csp = tp_reply_csp(c->tiles_url);
	tp_jwt_key_random(&s->own_key);
	tp_hub_init(&s->hub);
	tp_conn_init(s);
	list_routes(s);
	raise_limit((uint64_t)c->max_connections);
	if (open_all(s, e) == 0 && start_thread(s, e) == 0)
		return s;
	release(s);
	return NULL;
}

void
tp_server_poke(struct tp_server *s)
{
	uint64_t	one = 1;
	ssize_t		k = write(s->wake.fd, &one, sizeof(one));

	(void)k;	/* full is as good */
}

void
tp_server_ready(struct tp_server *s)
{
	atomic_store(&s->ready, true);
}

int
tp_server_reload(struct tp_server *s, struct tp_err *e)
{
	const struct tp_server_conf	*c = s->conf;
	struct tp_keys			*k = tp_keys_load(&c->keys, e);
	int				 fd = -1;

	if (k == NULL)
		return -1;
	if (c->audit != NULL && (fd = tp_audit_open(c->audit, e)) == -1) {
		tp_keys_free(k);
		return -1;
	}
	tp_keys_free(atomic_exchange(&s->fresh, k));
	fd = atomic_exchange(&s->fresh_audit, fd);
	if (fd != -1)
		close(fd);
	tp_server_poke(s);
	return 0;
}

void
tp_server_stop(struct tp_server *s, struct tp_http_stats *stats)
{
	if (s == NULL)
		return;
	atomic_store(&s->stop, true);
	tp_server_poke(s);
	pthread_join(s->thread, NULL);
	*stats = s->stats;
	stats->events = s->hub.events;
	stats->lost = s->hub.lost;
	release(s);
}

void
tp_server_where(const struct tp_server *s, struct tp_buf *out)
{
	size_t	i;

	for (i = 0; i < s->nlisteners; i++) {
		tp_listen_name(&s->listeners[i], s->keys->tls != NULL, out);
		tp_buf_char(out, '\n');
	}
}
