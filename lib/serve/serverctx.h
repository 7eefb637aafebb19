/*
 * What the files of the server share.  Private to lib/serve; all of it is of
 * one thread, but what server.c says.
 */
#ifndef TP_SERVE_SERVERCTX_H
#define TP_SERVE_SERVERCTX_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "serve/listen.h"
#include "serve/server.h"

#define TP_SERVE_BODY	((size_t)1 << 20)	/* bytes of a request, at most */
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

/* A body that many ask for, as it is in this version of the board. */
struct tp_shared {
	uint64_t	 version;
	struct MHD_Response *plain, *packed;
	char		 etag[24];
};

/* A route as the server keeps it. */
struct tp_entry {
	struct tp_http_route r;
	/* what answers where it is one of the server's own */
	enum MHD_Result	(*own)(struct tp_call *q);
	struct tp_shared shared;
};

struct tp_server {
	const struct tp_server_conf *conf;
	struct tp_listener listeners[TP_LISTEN_MAX];
	size_t		 nlisteners;
	struct MHD_Daemon *mhd;
	int		 ep, wake;
	pthread_t	 thread;
	atomic_bool	 stop;
	bool		 draining;

	struct tp_hub	 hub;
	struct tp_http_stats stats;
	int64_t		 now_ms;	/* monotonic, of this round */
	int64_t		 ticked_ms, beat_ms;
	bool		 poked;
	struct tp_conn	 phases[TP_CONN_PHASES];	/* heads of rings */
	struct tp_sse	*streams;
	struct tp_entry	*entries;	/* the first that fits is taken */
	size_t		 nentries, entrycap;
};

/* One request, from its head to the end of its reply. */
struct tp_call {
	struct tp_server *s;
	struct MHD_Connection *c;
	struct tp_conn	*conn;
	struct tp_entry	*entry;		/* NULL until it is found */
	struct tp_http_req req;
	struct tp_buf	 body;
	struct tp_buf	 texts;		/* decoded, for req */
	struct tp_http_query query[TP_CALL_QUERY];
	size_t		 at[TP_CALL_QUERY][2];	/* of query in texts */
	size_t		 args[TP_HTTP_ARGS], nargs;
};

/* conn.c: deadlines and limits of connections. */
void tp_conn_init(struct tp_server *s);
/* Moves a connection to a phase, from now on. */
void tp_conn_enter(struct tp_server *s, struct tp_conn *k,
    enum tp_conn_phase p);
/* Cuts those that took too long. */
void tp_conn_reap(struct tp_server *s);
/* For libmicrohttpd: a connection begins or ends. */
void tp_conn_notify(void *server, struct MHD_Connection *c, void **context,
    enum MHD_ConnectionNotificationCode what);
/* Takes what waits at a listening socket. */
void tp_conn_accept(struct tp_server *s, const struct tp_listener *l);

/* server.c: adds a route behind those there are; own may be NULL. */
void tp_server_route(struct tp_server *s, const struct tp_http_route *r,
    enum MHD_Result (*own)(struct tp_call *q));

/* handle.c: what libmicrohttpd calls for each request, and at its end. */
enum MHD_Result tp_handle(void *server, struct MHD_Connection *c,
    const char *url, const char *method, const char *version,
    const char *upload, size_t *nupload, void **call);
void tp_handle_done(void *server, struct MHD_Connection *c, void **call,
    enum MHD_RequestTerminationCode why);

/* own.c: adds the routes that the server answers itself. */
void tp_own_routes(struct tp_server *s);

/* reply.c: each queues a reply. */
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
/* An answer that has no body. */
enum MHD_Result tp_reply_empty(struct tp_call *q, unsigned status);
/* Adds the headers that every reply has. */
void tp_reply_headers(const struct tp_call *q, struct MHD_Response *r);
void tp_reply_release(struct tp_server *s);

/* sse.c: streams of events. */
enum MHD_Result tp_sse_start(struct tp_call *q, enum tp_channel channel);
/* Wakes those for whom there is something. */
void tp_sse_wake(struct tp_server *s);
/* A comment for those that were told nothing for long. */
void tp_sse_beat(struct tp_server *s);
/* Ends all. */
void tp_sse_end(struct tp_server *s);

#endif
