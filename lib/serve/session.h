/*
 * Who is signed in: secrets that this server gave away, kept as digests.  A
 * session lasts for hours, a ticket for one use within half a minute.  Of
 * more than there is room for the oldest is forgotten.
 */
#ifndef TP_SERVE_SESSION_H
#define TP_SERVE_SESSION_H

#include "serve/http.h"
#include "serve/secret.h"

#define TP_SESSION_MAX		1024
#define TP_SESSION_MS		(INT64_C(12) * 3600 * 1000)
#define TP_TICKET_MS		INT64_C(30000)
#define TP_SESSION_TEXT		(2 * TP_SHA256)	/* hex digits of a secret */

struct tp_session {
	uint8_t		 digest[TP_SHA256];
	enum tp_role	 role;
	char		 name[65];
	bool		 once;		/* a ticket */
	int64_t		 until_ms;	/* monotonic; 0: free */
};

struct tp_sessions {
	struct tp_session v[TP_SESSION_MAX];
};

/* Makes one, and writes its secret and a NUL to text. */
void tp_session_open(struct tp_sessions *s, enum tp_role role,
    const char *name, bool once, int64_t now_ms,
    char text[TP_SESSION_TEXT + 1]);
/* The one with that secret, or NULL.  A ticket ends by it: what is returned
 * is valid until the next call of any of these. */
const struct tp_session *tp_session_find(struct tp_sessions *s,
    const char *secret, size_t n, bool once, int64_t now_ms);
/* Ends it, if there is one. */
void tp_session_close(struct tp_sessions *s, const char *secret, size_t n);
/* Ends those of names that the keys do not have, and gives the others the
 * roles they have now; those by JWT go on. */
struct tp_keys;
void tp_session_prune(struct tp_sessions *s, const struct tp_keys *k);

#endif
