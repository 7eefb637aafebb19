/*
 * Passwords.  To check one takes a tenth of a second by design, so a thread
 * does it while the connection waits; a few may wait, more are sent away.
 */
#include "serve/login.h"

#include <crypt.h>
#include <errno.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "serve/secret.h"

static bool
password_good(const struct tp_login_job *j, struct crypt_data *scratch)
{
	const char	*hash;
	size_t		 n = strlen(j->hash);

	memset(scratch, 0, sizeof(*scratch));
	hash = crypt_rn(j->password, j->hash, scratch, sizeof(*scratch));
	return hash != NULL && strlen(hash) == n &&
	    tp_secret_same(hash, j->hash, n) && !j->nobody;
}

static void *
work(void *arg)
{
	struct tp_login		*l = arg;
	struct crypt_data	*scratch = tp_malloc(sizeof(*scratch));
	struct tp_login_job	*j;
	uint64_t		 one = 1;
	ssize_t			 k;

	pthread_mutex_lock(&l->lock);
	while (!l->stop) {
		if ((j = l->todo) == NULL) {
			pthread_cond_wait(&l->more, &l->lock);
			continue;
		}
		l->todo = j->next;
		pthread_mutex_unlock(&l->lock);
		j->good = password_good(j, scratch);
		pthread_mutex_lock(&l->lock);
		j->next = l->done;
		l->done = j;
		k = write(l->wake, &one, sizeof(one));
		(void)k;
	}
	pthread_mutex_unlock(&l->lock);
	explicit_bzero(scratch, sizeof(*scratch));
	free(scratch);
	return NULL;
}

int
tp_login_start(struct tp_login *l, int wake, struct tp_err *e)
{
	sigset_t	all, old;
	int		rc;

	l->wake = wake;
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->more, NULL);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&l->thread, NULL, work, l);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	l->running = rc == 0;
	errno = rc;
	return rc == 0 ? 0 : tp_err_sys(e, "cannot start a thread");
}

void
tp_login_stop(struct tp_login *l)
{
	if (!l->running)
		return;
	pthread_mutex_lock(&l->lock);
	l->stop = true;
	pthread_cond_signal(&l->more);
	pthread_mutex_unlock(&l->lock);
	pthread_join(l->thread, NULL);
	l->running = false;
}

struct tp_login_job *
tp_login_ask(struct tp_login *l, const struct tp_grants *users,
    const char *name, const char *password, void *of)
{
	const struct tp_grant	*g = tp_grants_user(users, name);
	struct tp_login_job	*j, **last;

	if (l->waiting == TP_LOGIN_MAX)
		return NULL;
	j = tp_calloc(1, sizeof(*j));
	j->of = of;
	j->nobody = g == NULL;
	/* a name that nobody has takes as long as another */
	if (g == NULL)
		g = &users->v[0];
	j->role = g->role;
	j->hash = tp_strdup(g->hash);
	j->name = tp_strdup(name);
	j->password = tp_strdup(password);
	l->waiting++;
	pthread_mutex_lock(&l->lock);
	for (last = &l->todo; *last != NULL; last = &(*last)->next)
		;
	*last = j;
	pthread_cond_signal(&l->more);
	pthread_mutex_unlock(&l->lock);
	return j;
}

struct tp_login_job *
tp_login_collect(struct tp_login *l)
{
	struct tp_login_job	*j;

	if (!l->running || l->waiting == 0)
		return NULL;
	pthread_mutex_lock(&l->lock);
	if ((j = l->done) != NULL)
		l->done = j->next;
	pthread_mutex_unlock(&l->lock);
	if (j != NULL) {
		j->finished = true;
		l->waiting--;
	}
	return j;
}

void
tp_login_free(struct tp_login_job *j)
{
	if (j == NULL)
		return;
	explicit_bzero(j->password, strlen(j->password));
	free(j->password);
	free(j->hash);
	free(j->name);
	free(j);
}
