#include "num/parallel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#define MOST	64		/* threads */

struct job {
	void		(*fn)(void *arg, size_t i);
	void		*arg;
	size_t		 n;
	atomic_size_t	 next;
};

static void *
work(void *p)
{
	struct job	*j = p;
	size_t		 i;

	while ((i = atomic_fetch_add(&j->next, 1)) < j->n)
		j->fn(j->arg, i);
	return NULL;
}

/* Threads that cannot be made are done without. */
void
tp_parallel(int threads, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
	struct job	 j = { fn, arg, n, 0 };
	pthread_t	 t[MOST];
	sigset_t	 all, old;
	int		 i, made = 0;

	if (threads < 1)
		threads = (int)sysconf(_SC_NPROCESSORS_ONLN);
	if (threads > MOST)
		threads = MOST;
	/* signals are for the thread that reads */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (i = 1; i < threads && (size_t)i < n; i++)
		if (pthread_create(&t[made], NULL, work, &j) == 0)
			made++;
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	work(&j);
	for (i = 0; i < made; i++)
		pthread_join(t[i], NULL);
}
