#include "data/tripsort.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "base/mem.h"

#define PART_LEAST	((size_t)8 * 1024)	/* bytes of a read */

void
tp_tripsort_init(struct tp_tripsort *s, size_t bytes)
{
	*s = (struct tp_tripsort){ .fd = -1 };
	s->room = bytes / sizeof(struct tp_trip);
	if (s->room < 2)
		s->room = 2;
}

void
tp_tripsort_release(struct tp_tripsort *s)
{
	size_t	i;

	for (i = 0; i < s->nruns; i++)
		free(s->runs[i].v);
	free(s->runs);
	free(s->v);
	tp_queue_release(&s->queue);
	if (s->fd > 0)			/* 0: not even begun */
		close(s->fd);
	*s = (struct tp_tripsort){ .fd = -1 };
}

static int
compare(const void *a, const void *b)
{
	return tp_trip_compare(a, b);
}

/* A file that is gone when it is closed. */
static int
open_file(struct tp_tripsort *s, struct tp_err *e)
{
	const char	*dir = getenv("TMPDIR");
	char		 path[PATH_MAX];
	int		 n;

	if (dir == NULL || *dir == '\0')
		dir = "/tmp";
	n = snprintf(path, sizeof(path), "%s/tp-replay-XXXXXX", dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return tp_err_set(e, TP_EXIT_SYS, "TMPDIR is too long");
	s->fd = mkostemp(path, O_CLOEXEC);
	if (s->fd == -1)
		return tp_err_sys(e, "%s", path);
	unlink(path);
	return 0;
}

/* Writes the trips in memory as one run. */
static int
write_run(struct tp_tripsort *s, struct tp_err *e)
{
	const char	*p = (const char *)s->v;
	size_t		 left = s->n * sizeof(*s->v);
	struct tp_triprun *r;
	ssize_t		 k;

	if (s->fd == -1 && open_file(s, e) == -1)
		return -1;
	qsort(s->v, s->n, sizeof(*s->v), compare);
	TP_GROW(s->runs, s->runcap, s->nruns + 1);
	r = &s->runs[s->nruns++];
	*r = (struct tp_triprun){ .at = s->size };
	for (; left > 0; left -= (size_t)k, p += k, s->size += k) {
		k = pwrite(s->fd, p, left, s->size);
		if (k == -1 && errno == EINTR)
			k = 0;
		if (k == -1)
			return tp_err_sys(e, "file of trips in $TMPDIR");
	}
	r->end = s->size;
	s->n = 0;
	return 0;
}

int
tp_tripsort_add(struct tp_tripsort *s, const struct tp_trip *t,
    struct tp_err *e)
{
	if (s->n == s->room && write_run(s, e) == -1)
		return -1;
	if (s->n == s->cap) {
		s->cap = s->cap * 2 + 1024 < s->room ? s->cap * 2 + 1024 :
		    s->room;
		s->v = tp_realloc(s->v, s->cap, sizeof(*s->v));
	}
	s->v[s->n++] = *t;
	return 0;
}

/* Reads the next part of a run: no trip where it has ended. */
static int
read_part(struct tp_tripsort *s, struct tp_triprun *r, struct tp_err *e)
{
	size_t	n = s->part * sizeof(*r->v), got = 0;
	ssize_t	k;

	if ((int64_t)n > r->end - r->at)
		n = (size_t)(r->end - r->at);
	for (; got < n; got += (size_t)k) {
		k = pread(s->fd, (char *)r->v + got, n - got,
		    r->at + (int64_t)got);
		if (k == -1 && errno == EINTR)
			k = 0;
		else if (k <= 0)
			return tp_err_sys(e, "file of trips in $TMPDIR");
	}
	r->at += (int64_t)n;
	r->i = 0;
	r->n = n / sizeof(*r->v);
	return 0;
}

static struct tp_wait
first_of(const struct tp_tripsort *s, size_t i)
{
	const struct tp_trip	*t = &s->runs[i].v[s->runs[i].i];

	return (struct tp_wait){ t->from, t->to, t->id, (uint32_t)i };
}

int
tp_tripsort_end(struct tp_tripsort *s, struct tp_err *e)
{
	size_t	i;

	if (s->fd == -1) {
		if (s->n > 0)
			qsort(s->v, s->n, sizeof(*s->v), compare);
		return 0;
	}
	if (s->n > 0 && write_run(s, e) == -1)
		return -1;
	free(s->v);
	s->v = NULL;
	s->cap = 0;
	s->part = s->room / s->nruns;
	if (s->part < PART_LEAST / sizeof(struct tp_trip))
		s->part = PART_LEAST / sizeof(struct tp_trip);
	for (i = 0; i < s->nruns; i++) {
		s->runs[i].v = tp_malloc(s->part * sizeof(struct tp_trip));
		if (read_part(s, &s->runs[i], e) == -1)
			return -1;
		tp_queue_push(&s->queue, first_of(s, i));
	}
	return 0;
}

int
tp_tripsort_next(struct tp_tripsort *s, struct tp_trip *t, struct tp_err *e)
{
	struct tp_triprun	*r;
	uint32_t		 i;

	if (s->fd == -1) {
		if (s->next == s->n)
			return 0;
		*t = s->v[s->next++];
		return 1;
	}
	if (s->queue.n == 0)
		return 0;
	i = s->queue.v[0].i;
	r = &s->runs[i];
	*t = r->v[r->i++];
	if (r->i == r->n && read_part(s, r, e) == -1)
		return -1;
	if (r->n > 0)
		tp_queue_replace(&s->queue, first_of(s, i));
	else
		tp_queue_pop(&s->queue);
	return 1;
}
