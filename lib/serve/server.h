/*
 * The HTTP server: one thread with its own epoll, in which libmicrohttpd,
 * the listening sockets and the WebSockets are.  It asks the board for bodies
 * and tells its news to the clients of streams.
 *
 * The server owns its sockets and thread; the configuration and what it
 * points to must outlive it.
 */
#ifndef TP_SERVE_SERVER_H
#define TP_SERVE_SERVER_H

#include "base/opt.h"
#include "serve/board.h"

struct tp_server;

struct tp_server_conf {
	struct tp_board	*board;
	/* up to a NULL: tables of routes; a route of an earlier one wins */
	const struct tp_http_route *const *routes;
	/* "HOST:PORT", ":PORT" (loopback), "unix:PATH"; port 0: any */
	struct tp_opt_list listen;
	int64_t		 max_connections, max_per_address;
};

/* Opens the sockets and starts the thread; NULL with the error. */
struct tp_server *tp_server_start(const struct tp_server_conf *c,
    struct tp_err *e);
/* Stops taking connections, lets answers finish for a second, ends all. */
void tp_server_stop(struct tp_server *s);
/* From any thread: the board has news. */
void tp_server_poke(struct tp_server *s);
/* Appends where it listens, as "http://127.0.0.1:8080", one a line. */
void tp_server_where(const struct tp_server *s, struct tp_buf *out);

#endif
