/*
 * What the files of the server share.  Private to lib/serve; all of it is of
 * one thread, but what server.c says.
 */
#ifndef TP_SERVE_SERVERCTX_H
#define TP_SERVE_SERVERCTX_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "serve/bucket.h"
#include "serve/listen.h"
#include "serve/login.h"
#include "serve/server.h"
#include "serve/session.h"

#define TP_SERVE_BODY	((size_t)1 << 20)	/* bytes of a request, at most */
#define TP_SERVE_LOGIN	((size_t)16 << 10)	/* of one by nobody */
#define TP_SERVE_HELD	((size_t)256 << 20)	/* of replies not yet taken */
#define TP_SERVE_HEAD	((size_t)8 << 10)	/* of its head */
#define TP_CALL_QUERY	32	/* parameters, at most */

/* What a connection is doing, each with a limit of time from its start. */
enum tp_conn_phase {
	TP_CONN_HEAD,		/* it was opened: a whole head is to come */
	TP_CONN_BODY,		/* the body is to come */
	TP_CONN_REPLY,		/* the reply is to be taken */
	TP_CONN_IDLE,		/* kept open: the next head is to come */
	TP_CONN_STREAM,		/* has no limit */
	TP_CONN_PHASES
};

struct tp_conn {
	int		 fd;
	uint64_t	 address;	/* number of it; see tp_address_key() */
	bool		 local;		/* loopback or a Unix socket */
	enum tp_conn_phase phase;
	int64_t		 since_ms;	/* monotonic */
	struct tp_conn	*next, *prev;	/* of the same phase, by age */
};

struct tp_call;
struct tp_sse;
struct tp_ws;

#define TP_SERVE_COOKIE	"tp_session"

/* A descriptor of ours in epoll. */
enum tp_watch_kind {
	TP_WATCH_MHD, TP_WATCH_WAKE, TP_WATCH_LISTENER, TP_WATCH_WS,
	TP_WATCH_SSE
};

struct tp_watch {
	enum tp_watch_kind kind;
	int		 fd;
	void		*of;		/* the listener, WebSocket or stream */
};

/* A body that many ask for, as it is in this version of the board. */
struct tp_shared {
	uint64_t	 version;
	struct MHD_Response *plain, *packed;	/* own the bytes below */
	const char	*text, *gzip;
	size_t		 ntext, ngzip;
	char		 etag[24];
};

/* A route as the server keeps it. */
struct tp_entry {
	struct tp_http_route r;
	/* what answers where it is one of the server's own */
	enum MHD_Result	(*own)(struct tp_call *q);
	bool		 stream;	/* a ticket will do */
	bool		 unlimited;	/* by --rate */
	struct tp_shared shared;
};

struct tp_server {
	const struct tp_server_conf *conf;
	struct tp_listener listeners[TP_LISTEN_MAX];
	struct tp_watch	 watches[TP_LISTEN_MAX];
	size_t		 nlisteners;
	struct MHD_Daemon *mhd;
	int		 ep;
	int		 spare;		/* a descriptor for when there is none */
	struct tp_watch	 mhd_watch, wake;
	pthread_t	 thread;
	/* from the main thread: */
	atomic_bool	 stop, ready;
	_Atomic(struct tp_keys *) fresh;	/* to be used from now on */
	atomic_int	 fresh_audit;		/* likewise; -1: none */
	bool		 draining;

	struct tp_hub	 hub;
	struct tp_http_stats stats;
	int64_t		 now_ms;	/* monotonic, of this round */
	int64_t		 ticked_ms, beat_ms;
	bool		 poked;
	struct tp_conn	 phases[TP_CONN_PHASES];	/* heads of rings */
	struct tp_sse	*streams;
	struct tp_ws	*sockets;
	bool		 has_dead;	/* some of them are to be freed */
	char		*csp;
	struct tp_keys	*keys;
	struct tp_jwt_key own_key;	/* signs where --jwt-key cannot */
	struct tp_sessions sessions;
	struct tp_buckets buckets;
	struct tp_login	 login;
	int		 audit_fd;
	size_t		 held;		/* bytes of replies not yet taken */
	uint64_t	 unaudited;	/* lines left out since the last */
	struct tp_entry	*entries;	/* the first that fits is taken */
	size_t		 nentries, entrycap;
};

/* One request, from its head to the end of its reply. */
struct tp_call {
	struct tp_server *s;
	struct MHD_Connection *c;
	struct tp_conn	*conn;
	struct tp_entry	*entry;		/* NULL until it is found */
	bool		 chunks;	/* the client knows them: HTTP/1.1 */
	struct tp_http_req req;
	struct tp_buf	 body;
	struct tp_buf	 texts;		/* decoded, for req */
	struct tp_http_query *query;
	char		 user[65];
	unsigned	 status;	/* 0, or it is refused, */
	const char	*why;		/* for this reason */
	const char	*origin;	/* of another site, allowed to ask */
	int64_t		 limit, left, wait_ms;	/* of its bucket; 0: none */
	struct tp_ws	*ws;		/* that is not yet open */
	struct tp_login_job *job;
};

/* A header of the request, or NULL. */
const char *tp_call_header(const struct tp_call *q, const char *name);

/* conn.c: deadlines and limits of connections. */
void tp_conn_init(struct tp_server *s);
/* Moves a connection to a phase, from now on. */
void tp_conn_enter(struct tp_server *s, struct tp_conn *k,
    enum tp_conn_phase p);
/* Ends a connection at once, with what its peer has not taken. */
void tp_conn_cut(const struct tp_conn *k);
/* Cuts those that took too long. */
void tp_conn_reap(struct tp_server *s);
/* For libmicrohttpd: a connection begins or ends. */
void tp_conn_notify(void *server, struct MHD_Connection *c, void **context,
    enum MHD_ConnectionNotificationCode what);
/* Takes what waits at a listening socket. */
void tp_conn_accept(struct tp_server *s, const struct tp_listener *l);

/* server.c: adds a route behind those there are; own may be NULL.
 * Valid until the next. */
struct tp_entry *tp_server_route(struct tp_server *s,
    const struct tp_http_route *r, enum MHD_Result (*own)(struct tp_call *q));

/* handle.c: what libmicrohttpd calls for each request, and at its end. */
enum MHD_Result tp_handle(void *server, struct MHD_Connection *c,
    const char *url, const char *method, const char *version,
    const char *upload, size_t *nupload, void **call);
void tp_handle_done(void *server, struct MHD_Connection *c, void **call,
    enum MHD_RequestTerminationCode why);

/* access.c: 0, or the status to refuse with; `route` is what was found. */
unsigned tp_access_check(struct tp_call *q, unsigned route);
/* Makes the caller the one whose token this is: 0 or 401. */
unsigned tp_access_token(struct tp_call *q, const char *token, size_t n);
/* Reads a JWT of --jwt-key or of our own: NULL, or what is wrong. */
const char *tp_access_jwt(struct tp_call *q, enum tp_jwt_use use,
    const char *token, size_t n, struct tp_jwt *jwt);
/* Answers OPTIONS. */
enum MHD_Result tp_access_preflight(struct tp_call *q);

/* audit.c: opens the file: a descriptor or -1. */
int tp_audit_open(const char *path, struct tp_err *e);
/* Writes a line: what was done or refused, and by whom (NULL: not known). */
void tp_audit(struct tp_call *q, const char *what, const char *name,
    unsigned status);

/* signin.c: the routes of signing in and out. */
void tp_signin_routes(struct tp_server *s);
/* Goes on with those whose passwords were looked at. */
void tp_signin_collect(struct tp_server *s);
/* signinla.c: those of LA, /auth. */
void tp_signin_la_routes(struct tp_server *s);

/* tls.c: the options that libmicrohttpd is started with, ended by
 * MHD_OPTION_END; there is one server a process. */
const struct MHD_OptionItem *tp_tls_options(const struct tp_server *s);

/* urlread.c: finds the route and reads path and query; 0 or a status. */
unsigned tp_url_read(struct tp_call *q, const char *url);

/* own.c: adds the routes that the server answers itself. */
void tp_own_routes(struct tp_server *s);

/* reply.c: the Content-Security-Policy of a page with these tiles (or NULL);
 * the caller frees it. */
char *tp_reply_csp(const char *tiles);
/* Each queues a reply. */
/* Takes the body; type NULL: JSON. */
enum MHD_Result tp_reply_body(struct tp_call *q, unsigned status,
    const char *type, struct tp_buf *body);
/* A problem (RFC 9457) with this sentence for a detail. */
enum MHD_Result tp_reply_problem(struct tp_call *q, unsigned status,
    const char *detail);
/* The shared body of the call's route. */
enum MHD_Result tp_reply_shared(struct tp_call *q);
/* The file at path of the page; false where there is no such. */
bool tp_reply_asset(struct tp_call *q, const char *path,
    enum MHD_Result *result);
/* Adds the headers that every reply has, and those of this one. */
void tp_reply_headers(const struct tp_call *q, struct MHD_Response *r);
/* Those without what is for pages: a stream keeps its own as long as it is
 * open, 1.5 kB for each client. */
void tp_reply_few_headers(const struct tp_call *q, struct MHD_Response *r);
void tp_reply_release(struct tp_server *s);

/* sse.c: streams of events. */
enum MHD_Result tp_sse_start(struct tp_call *q, enum tp_channel channel);
/* The descriptor of one is ready. */
void tp_sse_ready(struct tp_watch *watch, uint32_t events);
/* Wakes those for whom there is something. */
void tp_sse_wake(struct tp_server *s);
/* A comment for those that were told nothing for long; cuts those that are
 * behind for too long. */
void tp_sse_beat(struct tp_server *s);
/* Ends all. */
void tp_sse_end(struct tp_server *s);

/* ws.c: WebSockets. */
enum MHD_Result tp_ws_start(struct tp_call *q, enum tp_channel channel);
/* Its descriptor is ready. */
void tp_ws_ready(struct tp_watch *watch, uint32_t events);
/* Sends what there is; pings, and cuts those that are behind for too long;
 * frees what has ended; ends all. */
void tp_ws_wake(struct tp_server *s);
void tp_ws_beat(struct tp_server *s);
void tp_ws_sweep(struct tp_server *s);
void tp_ws_end(struct tp_server *s);
/* The request is over, whether or not it became a WebSocket. */
void tp_ws_call_done(struct tp_call *q);

#endif
