/* The child that reads HDF5, and what it says: a tag, a size, bytes. */
#include "data/h5child.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CELLS		65536		/* sent at a time, about */
#define CELLS_MAX	(1u << 23)	/* at most, for the sake of a chunk */
#define MEMORY_MAX	((rlim_t)4 << 30)
#define SECONDS		60		/* of CPU time, and one more */
#define SECONDS_PER	(1 << 20)	/* for so many bytes of the file */

/* AddressSanitizer reserves more memory than any limit allows. */
#ifdef __SANITIZE_ADDRESS__
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#endif

enum tag { TAG_FRAME = 'F', TAG_NAMES = 'N', TAG_ROWS = 'R', TAG_END = 'Z',
	TAG_ERROR = 'E' };

struct head {
	uint32_t	tag;
	uint32_t	n;		/* names, rows; else 0 */
	uint64_t	size;		/* bytes that follow */
};

struct about {
	int64_t	per_ms;
	uint8_t	zoned, single;
};

/* In the child: SIGPIPE ends it when the parent has gone. */
static void
put(int fd, const void *p, size_t n)
{
	const char	*s = p;
	ssize_t		 k;

	for (; n > 0; s += k, n -= (size_t)k)
		if ((k = write(fd, s, n)) == -1) {
			if (errno != EINTR)
				_exit(TP_EXIT_SYS);
			k = 0;
		}
}

static void
say(int fd, enum tag tag, size_t n, const void *p, size_t size)
{
	struct head	h = { (uint32_t)tag, (uint32_t)n, size };

	put(fd, &h, sizeof(h));
	put(fd, p, size);
}

static void
say_names(int fd, const struct tp_frame *f)
{
	struct tp_buf	b = { 0 };
	size_t		i;
	uint32_t	n;

	for (i = 0; i < f->ncols; i++) {
		n = (uint32_t)f->names[i].n;
		tp_buf_add(&b, (const char *)&n, sizeof(n));
		tp_buf_add(&b, f->names[i].p, n);
		tp_buf_char(&b, '\0');
	}
	say(fd, TAG_NAMES, f->ncols, b.p, b.n);
}

/* What one read takes: whole chunks where there are chunks. */
static size_t
batch_rows(const struct tp_frame *f)
{
	size_t	n = CELLS / f->ncols;

	if (n == 0)
		n = 1;
	if (f->chunk_rows > 0 && f->chunk_rows <= CELLS_MAX / f->ncols)
		n = n > f->chunk_rows ? n - n % f->chunk_rows :
		    f->chunk_rows;
	return n;
}

static int
say_rows(int fd, const struct tp_frame *f, struct tp_err *e)
{
	size_t		 batch = batch_rows(f), n;
	uint64_t	 at;
	int64_t		*index = tp_calloc(batch, sizeof(*index));
	double		*v = tp_calloc(batch, f->ncols * sizeof(*v));

	for (at = 0; at < f->nrows; at += n) {
		n = f->nrows - at < batch ? (size_t)(f->nrows - at) : batch;
		if (tp_frame_rows(f, at, n, index, v, e) == -1)
			return -1;
		say(fd, TAG_ROWS, n, index, n * sizeof(*index));
		put(fd, v, n * f->ncols * sizeof(*v));
	}
	say(fd, TAG_END, 0, NULL, 0);
	return 0;
}

static void
set_limits(const char *path)
{
	struct stat	st;
	struct rlimit	cpu = { SECONDS, SECONDS };

	if (stat(path, &st) == 0)
		cpu.rlim_cur = cpu.rlim_max = SECONDS +
		    (rlim_t)st.st_size / SECONDS_PER;
	setrlimit(RLIMIT_CPU, &cpu);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
#ifndef SANITIZED
	setrlimit(RLIMIT_DATA, &(struct rlimit){ MEMORY_MAX, MEMORY_MAX });
#endif
}

static _Noreturn void
child(int fd, const char *path, const char *key)
{
	struct tp_frame	f;
	struct tp_err	e = { 0 };
	struct about	a;

	/* the parent says when to end; a terminal's signal is for both */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGSEGV, SIG_DFL);
	set_limits(path);
	if (tp_frame_open(&f, path, key, &e) == 0) {
		memset(&a, 0, sizeof(a));
		a.per_ms = f.per_ms;
		a.zoned = f.zoned;
		a.single = f.single;
		say(fd, TAG_FRAME, 0, &a, sizeof(a));
		say_names(fd, &f);
		if (say_rows(fd, &f, &e) == 0)
			_exit(0);
	}
	say(fd, TAG_ERROR, 0, &e, sizeof(e));
	_exit(0);
}

/* Reads n bytes: 0, or -1 where the child has died before. */
static int
get(struct tp_h5child *c, void *p, size_t n, struct tp_err *e)
{
	char	*s = p;
	ssize_t	 k;

	for (; n > 0; s += k, n -= (size_t)k) {
		k = read(c->fd, s, n);
		if (k == -1 && errno == EINTR)
			k = 0;
		else if (k <= 0)
			return tp_err_set(e, TP_EXIT_DATA, "%s: HDF5 failed "
			    "on this file: it is damaged", c->path);
	}
	return 0;
}

static int
nonsense(struct tp_h5child *c, struct tp_err *e)
{
	return tp_err_set(e, TP_EXIT_DATA,
	    "%s: HDF5 gives nonsense: the file is damaged", c->path);
}

/* The head of the next message; an error that the child tells is ours. */
static int
get_head(struct tp_h5child *c, struct head *h, struct tp_err *e)
{
	if (get(c, h, sizeof(*h), e) == -1)
		return -1;
	if (h->tag != TAG_ERROR)
		return 0;
	if (h->size != sizeof(*e) || get(c, e, sizeof(*e), e) == -1 ||
	    e->code == TP_EXIT_OK || e->text[0] == '\0')
		return nonsense(c, e);
	e->text[sizeof(e->text) - 1] = '\0';
	return -1;
}

static int
get_names(struct tp_h5child *c, const struct head *h, struct tp_err *e)
{
	struct tp_frame	*f = &c->frame;
	size_t		 at = 0;
	uint32_t	 n;

	if (h->tag != TAG_NAMES || h->n == 0 || h->n > TP_FRAME_NAMES ||
	    h->size > (uint64_t)h->n * (TP_FRAME_NAME + 5))
		return nonsense(c, e);
	f->names = tp_calloc(h->n, sizeof(*f->names));
	tp_buf_room(&f->text, h->size);
	if (get(c, f->text.p, h->size, e) == -1)
		return -1;
	for (f->ncols = 0; f->ncols < h->n; f->ncols++) {
		if (h->size - at < sizeof(n) + 1)
			return nonsense(c, e);
		memcpy(&n, f->text.p + at, sizeof(n));
		at += sizeof(n);
		if (n >= h->size - at || f->text.p[at + n] != '\0')
			return nonsense(c, e);
		f->names[f->ncols].p = f->text.p + at;
		f->names[f->ncols].n = n;
		at += n + 1;
	}
	return 0;
}

int
tp_h5child_start(struct tp_h5child *c, const char *path, const char *key,
    struct tp_err *e)
{
	struct head	h;
	struct about	a;
	int		p[2];

	*c = (struct tp_h5child){ .path = path, .fd = -1 };
	if (pipe(p) == -1)
		return tp_err_sys(e, "pipe");
	c->fd = p[0];
	c->pid = fork();
	if (c->pid == 0) {
		close(p[0]);
		child(p[1], path, key);
	}
	close(p[1]);
	if (c->pid == -1) {
		c->pid = 0;
		return tp_err_sys(e, "fork");
	}
	if (get_head(c, &h, e) == -1)
		return -1;
	if (h.tag != TAG_FRAME || h.size != sizeof(a))
		return nonsense(c, e);
	if (get(c, &a, sizeof(a), e) == -1 || get_head(c, &h, e) == -1)
		return -1;
	c->frame.per_ms = a.per_ms >= 0 ? a.per_ms : 0;
	c->frame.zoned = a.zoned != 0;
	c->frame.single = a.single != 0;
	return get_names(c, &h, e);
}

int
tp_h5child_rows(struct tp_h5child *c, struct tp_err *e)
{
	struct head	h;
	size_t		cells;

	if (get_head(c, &h, e) == -1)
		return -1;
	if (h.tag == TAG_END)
		return 0;
	cells = (size_t)h.n * c->frame.ncols;
	if (h.tag != TAG_ROWS || h.size != h.n * sizeof(*c->index) ||
	    (cells > CELLS_MAX && h.n > 1))
		return nonsense(c, e);
	TP_GROW(c->index, c->index_cap, h.n);
	TP_GROW(c->v, c->v_cap, cells);
	c->nrows = h.n;
	if (get(c, c->index, h.size, e) == -1 ||
	    get(c, c->v, cells * sizeof(*c->v), e) == -1)
		return -1;
	return 1;
}

void
tp_h5child_end(struct tp_h5child *c)
{
	if (c->fd >= 0)
		close(c->fd);
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		while (waitpid(c->pid, NULL, 0) == -1 && errno == EINTR)
			;
	}
	free(c->frame.names);
	tp_buf_release(&c->frame.text);
	free(c->index);
	free(c->v);
	*c = (struct tp_h5child){ .fd = -1 };
}
