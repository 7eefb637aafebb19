/* Private to lib/serve: passwords are checked by a thread of their own.  Who
 * asks owns the job once it is collected. */
#ifndef TP_SERVE_LOGIN_H
#define TP_SERVE_LOGIN_H

#include <pthread.h>

#include "serve/grants.h"

#define TP_LOGIN_MAX	16	/* that wait at once */

struct tp_login_job {
	struct tp_login_job *next;
	void		*of;		/* who asks */
	char		*name, *password, *hash;
	enum tp_role	 role;
	bool		 nobody;	/* no user has this name */
	bool		 good, finished;
};

struct tp_login {
	pthread_t	 thread;
	pthread_mutex_t	 lock;		/* of todo, done and stop */
	pthread_cond_t	 more;
	struct tp_login_job *todo, *done;
	bool		 stop, running;
	unsigned	 waiting;	/* asked and not collected */
	int		 wake;		/* eventfd: some job is done */
};

/* Starts the thread: 0 or -1. */
int tp_login_start(struct tp_login *l, int wake, struct tp_err *e);
/* Ends it; what waits is never done. */
void tp_login_stop(struct tp_login *l);
/* Asks; NULL where too many wait.  users is not empty. */
struct tp_login_job *tp_login_ask(struct tp_login *l,
    const struct tp_grants *users, const char *name, const char *password,
    void *of);
/* A job that is finished, or NULL. */
struct tp_login_job *tp_login_collect(struct tp_login *l);
void tp_login_free(struct tp_login_job *j);

#endif
