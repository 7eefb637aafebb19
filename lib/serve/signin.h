/* Private to lib/serve/signin*.c: what all ways of signing in share. */
#ifndef TP_SERVE_SIGNIN_H
#define TP_SERVE_SIGNIN_H

#include "serve/serverctx.h"

/* A way to sign in: what its body must be, and its answers. */
struct tp_signin_way {
	bool		 form;		/* the body is a form, not JSON */
	bool		 token;		/* a member "token" will do, too */
	const char	*name;		/* the member with the user's name;
					 * its password is in "password" */
	unsigned	 bad;		/* the status where it is not so, */
	const char	*wanted;	/* and what the body must have */
	enum MHD_Result	(*good)(struct tp_call *q, enum tp_role role,
	    const char *name);
};

/* Lets the caller in by its password or token, or refuses.  It is called
 * again for the same request once a password was looked at. */
enum MHD_Result tp_signin(struct tp_call *q, const struct tp_signin_way *w);
/* Counts a try of this address; false where there were too many: refused. */
bool tp_signin_few_tries(struct tp_call *q, enum MHD_Result *refused);
/* Audits and answers what failed; why is a static text. */
enum MHD_Result tp_signin_refuse(struct tp_call *q, const char *name,
    unsigned status, const char *why);
/* 404: there are no users. */
enum MHD_Result tp_signin_nobody(struct tp_call *q);

#endif
