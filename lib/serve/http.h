/*
 * What a route of the HTTP server is: a row of a table.  The server checks
 * the caller, finds the row, and calls its handler with the board locked;
 * headers, packing, ETags and errors are its own business.
 *
 * A request owns nothing: its texts are valid until the handler returns.
 */
#ifndef TP_SERVE_HTTP_H
#define TP_SERVE_HTTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct tp_board;

/* Each role may do what those before it may. */
enum tp_role { TP_ROLE_NONE, TP_ROLE_VIEWER, TP_ROLE_USER, TP_ROLE_ADMIN };

/* "viewer", "user", "admin"; NULL for NONE. */
const char *tp_role_name(enum tp_role r);
/* The role of that name, NONE where there is no such. */
enum tp_role tp_role_find(const char *name, size_t n);

/* What the server counts. */
struct tp_http_stats {
	int64_t		 started_ms;	/* wall clock */
	uint64_t	 requests;	/* answered */
	uint64_t	 refused;	/* of them 401, 403, 421, 429 */
	uint64_t	 late;		/* cut by a limit of time */
	uint64_t	 slow;		/* clients of streams, cut */
	uint64_t	 turned_away;	/* connections beyond a limit */
	uint64_t	 lost;		/* events that slow clients missed */
	uint64_t	 events;	/* sent to the hub */
	uint64_t	 connections, sse, ws;	/* open now */
};

#define TP_HTTP_ARGS	2

struct tp_http_query {
	const char	*name, *value;	/* decoded */
};

struct tp_http_req {
	const char	*method;	/* "GET" (also where HEAD was asked) */
	const char	*path;
	const char	*arg[TP_HTTP_ARGS];	/* what the {...} of the
					 * pattern stand for, decoded */
	const struct tp_http_query *query;
	size_t		 nquery;
	const char	*body;		/* with TP_JSON_PAD NULs behind it */
	size_t		 nbody;
	enum tp_role	 role;		/* of the caller */
	const char	*user;		/* its name; NULL: nobody signed in */
	const char	*auth;		/* "none", "token" or "login" */
	int64_t		 now_ms;	/* wall clock */
	const struct tp_http_stats *stats;
};

/* The value of a query parameter, "" where it has none, NULL where it is not
 * there. */
const char *tp_http_query(const struct tp_http_req *q, const char *name);
/*
 * A query parameter as an integer: 0 (*v unchanged where it is absent), or -1
 * where it is no integer or not in lo..hi, with the reason in out.
 */
int tp_http_query_int(const struct tp_http_req *q, const char *name,
    int64_t lo, int64_t hi, int64_t *v, struct tp_buf *out);

/*
 * Makes blanks of the newlines between the tokens of a JSON text, since
 * json/json.h scans one line; within strings they stay, and are refused.
 */
void tp_http_one_line(char *p, size_t n);

/*
 * Appends the body to out and returns the status 200, 201, 202 or 204; or
 * appends one sentence to out that says what is wrong, and returns 400 or
 * more: the server makes application/problem+json of it.
 */
typedef int tp_http_handler(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out);

enum tp_http_flags {
	/* The body is a function of the board alone, not of the request: it is
	 * made once for each tick, for everybody. */
	TP_HTTP_SHARED = 1,
};

struct tp_http_route {
	const char	*method;	/* "GET" or "POST"; NULL ends a table */
	const char	*pattern;	/* "/api/v1/segments/{id}/history" */
	enum tp_role	 role;		/* NONE: for everybody */
	tp_http_handler	*handle;
	unsigned	 flags;
	const char	*type;		/* NULL: application/json */
};

#endif
