/*
 * Private to lib/serve/signin*.c: what all ways of signing in share.  They
 * own nothing but what the call does.
 */
#ifndef TP_SERVE_SIGNIN_H
#define TP_SERVE_SIGNIN_H

#include "json/json.h"
#include "serve/serverctx.h"

/* Appends the text of a string member, with a NUL behind it that does not
 * count; false where it is none, or has a NUL in it. */
bool tp_signin_text(const struct tp_json_obj *o, const char *name,
    struct tp_buf *out);
/* Counts a try of this address; false where there were too many. */
bool tp_signin_few_tries(struct tp_call *q);
/* The connection waits until the password was looked at: then the route's
 * own() is called again with q->job. */
enum MHD_Result tp_signin_ask(struct tp_call *q, const char *name,
    const char *password);
/* Audits and answers what failed; why is a static text. */
enum MHD_Result tp_signin_refuse(struct tp_call *q, const char *name,
    unsigned status, const char *why);

#endif
