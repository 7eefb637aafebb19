/*
 * Files that say who may do what, a line each: "ROLE SECRET NAME".  In a file
 * of tokens the secret is the SHA-256 of the token in hex, in one of users a
 * yescrypt hash of the password; '#' begins a comment.  The struct owns its
 * texts.
 */
#ifndef TP_SERVE_GRANTS_H
#define TP_SERVE_GRANTS_H

#include "base/err.h"
#include "serve/http.h"
#include "serve/secret.h"

enum tp_grant_kind { TP_GRANT_TOKENS, TP_GRANT_USERS };

struct tp_grant {
	enum tp_role	 role;
	char		*name;
	char		*hash;			/* of users */
	uint8_t		 digest[TP_SHA256];	/* of tokens */
};

struct tp_grants {
	struct tp_grant	*v;
	size_t		 n, cap;
};

/* Frees its texts; it is empty again. */
void tp_grants_release(struct tp_grants *g);
/* Reads the text of a file of that name: 0, or -1 with file:line. */
int tp_grants_parse(struct tp_grants *g, enum tp_grant_kind kind,
    const char *text, size_t n, const char *path, struct tp_err *e);
/*
 * Reads a whole file that only its owner and group may read, and nobody else
 * write: -1 where others may, too.
 */
int tp_grants_slurp(const char *path, struct tp_buf *out, struct tp_err *e);
/* Whose token this is, or NULL; in a time that depends on the file and n
 * alone. */
const struct tp_grant *tp_grants_token(const struct tp_grants *g,
    const char *token, size_t n);
/* The user of that name, or NULL. */
const struct tp_grant *tp_grants_user(const struct tp_grants *g,
    const char *name);

#endif
