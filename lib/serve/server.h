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
#include "serve/keys.h"

struct tp_server;

/* Streams of other systems, by their own paths. */
enum tp_compat { TP_COMPAT_LA = 1, TP_COMPAT_HANOI = 2, TP_COMPAT_NYC = 4 };

struct tp_server_conf {
	struct tp_board	*board;
	/* up to a NULL: tables of routes; a route of an earlier one wins */
	const struct tp_http_route *const *routes;
	/* "HOST:PORT", ":PORT" (loopback), "unix:PATH"; port 0: any */
	struct tp_opt_list listen;
	unsigned	 compat;	/* enum tp_compat */
	int64_t		 max_connections, max_per_address;
	struct tp_keys_conf keys;
	/* Without keys: addresses that others can reach are refused, or
	 * those who come by them are viewers. */
	bool		 insecure_open;
	struct tp_opt_list hosts;	/* names to be reached by */
	struct tp_opt_list cors;	/* origins whose pages may ask */
	int64_t		 rate;		/* requests a minute; 0: no limit */
	int64_t		 slow_ms;	/* how long a stream's client may be
					 * behind before it is cut */
	const char	*audit;		/* file; NULL: none */
	const char	*tiles_url;	/* of the map; NULL: none */
};

/* Opens the sockets and starts the thread; NULL with the error. */
struct tp_server *tp_server_start(const struct tp_server_conf *c,
    struct tp_err *e);
/* Stops taking connections, lets answers finish for a second, ends all; what
 * was counted is in *stats.  NULL: does nothing. */
void tp_server_stop(struct tp_server *s, struct tp_http_stats *stats);
/* From any thread: the board has news. */
void tp_server_poke(struct tp_server *s);
/* The input is read as far as it goes: /readyz says so from now on. */
void tp_server_ready(struct tp_server *s);
/* Reads keys and certificate again; where one cannot be used, -1, and all
 * stays as it is. */
int tp_server_reload(struct tp_server *s, struct tp_err *e);
/* Appends where it listens, as "http://127.0.0.1:8080", one a line. */
void tp_server_where(const struct tp_server *s, struct tp_buf *out);

#endif
