/* Pieces of a request's head.  Nothing here owns or keeps anything. */
#ifndef TP_SERVE_URLTEXT_H
#define TP_SERVE_URLTEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Appends s[0..n) to out with %XX undone and a NUL behind it, which counts;
 * plus: '+' is a blank.  Returns -1 (out as it was) where an escape is no two
 * hex digits or means a control byte.
 */
int tp_url_decode(struct tp_buf *out, const char *s, size_t n, bool plus);

/*
 * True where path fits the pattern, in which "{...}" stands for one whole
 * part that is not empty; at[i] and len[i] are set to what the i-th of at most
 * max stands for, still encoded.
 */
bool tp_url_match(const char *pattern, const char *path, const char **at,
    size_t *len, int max);

/* True where a list such as "gzip;q=0.8, br" takes that name. */
bool tp_list_accepts(const char *list, const char *name);
/* True where an If-None-Match names this ETag (with its quotes) or is "*". */
bool tp_list_has_etag(const char *list, const char *etag);
/* The value of a cookie and its length; NULL where it is not there. */
const char *tp_cookie_find(const char *cookies, const char *name, size_t *n);
/*
 * True where host, the value of a Host header, is name, case and port aside;
 * a name that has a port asks for it too.
 */
bool tp_host_is(const char *host, const char *name);

#endif
