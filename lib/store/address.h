/*
 * Private to lib/store: where a store is, as its URL says; nothing is opened.
 * Strings that are given are the caller's to free.
 */
#ifndef TP_STORE_ADDRESS_H
#define TP_STORE_ADDRESS_H

#include <stddef.h>

#include "base/err.h"

/* How long the word before the colon is, and what is behind; 0: there is none,
 * and all of it is a path. */
size_t tp_address_scheme(const char *url, const char **rest);

struct tp_redis_at {
	char	*host;		/* or the path of a socket; the caller's */
	int	 port;		/* 0: a socket */
	int	 db;		/* number of the database; 0 if not named */
};

/*
 * HOST, HOST:PORT or [HOST]:PORT with or without /DB, or the path of a socket
 * with or without ?db=DB; "//" may stand before it.  A name and password
 * before the host are refused.  0, or -1 where it is none of them.
 */
int tp_address_redis(const char *s, struct tp_redis_at *a,
    struct tp_err *e);

/*
 * "key=value ..." or "//user@host/database" as libpq wants it, and what may be
 * shown of it: no password.  0, or -1 with a name that shows nothing.
 */
int tp_address_pg(const char *s, char **conninfo, char **shown,
    struct tp_err *e);

#endif
