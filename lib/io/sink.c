/* Bytes out: plain, gzip and Zstandard, by the ending of the name. */
#include "io/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"

#define PACK_ROOM	(64 * 1024)

struct tp_sink {
	char		*name;
	int		 fd;
	z_stream	*z;		/* .gz */
	ZSTD_CStream	*zc;		/* .zst */
	char		*room;		/* packed, on its way out */
	tp_sink_wait_fn	*wait;
	void		*wait_arg;
};

/* All writes go to the end, also after somebody has made the file empty. */
static int
open_fd(const char *path, int how)
{
	return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | how,
	    0666);
}

static struct tp_sink *
open_sink(const char *path, int how, struct tp_err *e)
{
	struct tp_sink	*s;
	int		 fd = STDOUT_FILENO;

	if (strcmp(path, "-") != 0)
		fd = open_fd(path, how);
	if (fd == -1) {
		tp_err_sys(e, "cannot write '%s'", path);
		return NULL;
	}
	s = tp_calloc(1, sizeof(*s));
	s->name = tp_strdup(fd == STDOUT_FILENO ? "stdout" : path);
	s->fd = fd;
	if (tp_ends_with(path, ".gz")) {
		s->z = tp_calloc(1, sizeof(*s->z));
		if (deflateInit2(s->z, 6, Z_DEFLATED, 15 + 16, 8,
		    Z_DEFAULT_STRATEGY) != Z_OK)
			tp_die("zlib: out of memory");
	} else if (tp_ends_with(path, ".zst")) {
		s->zc = ZSTD_createCStream();
		if (s->zc == NULL)
			tp_die("zstd: out of memory");
	}
	if (s->z != NULL || s->zc != NULL)
		s->room = tp_malloc(PACK_ROOM);
	return s;
}

struct tp_sink *
tp_sink_open(const char *path, struct tp_err *e)
{
	return open_sink(path, O_TRUNC, e);
}

static bool
is_file(const struct tp_sink *s)
{
	struct stat	st;

	return s->fd != STDOUT_FILENO && fstat(s->fd, &st) == 0 &&
	    S_ISREG(st.st_mode);
}

/* Whether a file ends within a line. */
static bool
cut_off(const char *path)
{
	int	fd = open(path, O_RDONLY | O_CLOEXEC);
	char	last = '\n';

	if (fd == -1)
		return false;
	if (lseek(fd, -1, SEEK_END) != -1 && read(fd, &last, 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

struct tp_sink *
tp_sink_append(const char *path, struct tp_err *e)
{
	struct tp_sink	*s = open_sink(path, 0, e);

	if (s == NULL || s->room != NULL || !is_file(s) || !cut_off(path) ||
	    tp_sink_write(s, "\n", 1, e) == 0)
		return s;
	tp_sink_close(s, e);
	return NULL;
}

void
tp_sink_on_wait(struct tp_sink *s, tp_sink_wait_fn *wait, void *arg)
{
	struct stat	st;

	if (fstat(s->fd, &st) == -1 ||
	    (!S_ISFIFO(st.st_mode) && !S_ISSOCK(st.st_mode)))
		return;
	s->wait = wait;
	s->wait_arg = arg;
}

/* Whoever shares a pipe or terminal with us may have made it non-blocking. */
static bool
wait_room(struct tp_sink *s)
{
	struct pollfd	p = { .fd = s->fd, .events = POLLOUT };

	return poll(&p, 1, -1) != -1 || errno == EINTR;
}

static int
write_fd(struct tp_sink *s, const char *p, size_t n, struct tp_err *e)
{
	size_t	some;
	ssize_t	w;

	while (n > 0) {
		some = s->wait != NULL && n > PIPE_BUF ? PIPE_BUF : n;
		if (s->wait != NULL && s->wait(s->wait_arg, s->fd) == -1)
			return tp_err_sys(e, "%s: write", s->name);
		w = write(s->fd, p, some);
		if (w == -1 && (errno == EINTR ||
		    (errno == EAGAIN && wait_room(s))))
			continue;
		if (w == -1)
			return tp_err_sys(e, "%s: write", s->name);
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static int
write_gzip(struct tp_sink *s, const char *p, size_t n, int flush,
    struct tp_err *e)
{
	size_t	take;

	do {
		take = n < INT32_MAX ? n : INT32_MAX;
		/* zlib's next_in lacks a const; it does not write there */
		s->z->next_in = (unsigned char *)(uintptr_t)p;
		s->z->avail_in = (unsigned)take;
		do {
			s->z->next_out = (unsigned char *)s->room;
			s->z->avail_out = PACK_ROOM;
			deflate(s->z, take == n ? flush : Z_NO_FLUSH);
			if (write_fd(s, s->room, PACK_ROOM - s->z->avail_out,
			    e) == -1)
				return -1;
		} while (s->z->avail_out == 0);
		p += take;
		n -= take;
	} while (n > 0);
	return 0;
}

static int
write_zstd(struct tp_sink *s, const char *p, size_t n,
    ZSTD_EndDirective how, struct tp_err *e)
{
	ZSTD_inBuffer	in = { p, n, 0 };
	ZSTD_outBuffer	out;
	size_t		left;

	do {
		out = (ZSTD_outBuffer){ s->room, PACK_ROOM, 0 };
		left = ZSTD_compressStream2(s->zc, &out, &in, how);
		if (ZSTD_isError(left))
			return tp_err_set(e, TP_EXIT_SYS, "%s: zstd: %s",
			    s->name, ZSTD_getErrorName(left));
		if (write_fd(s, s->room, out.pos, e) == -1)
			return -1;
	} while (in.pos < in.size || (how != ZSTD_e_continue && left > 0));
	return 0;
}

int
tp_sink_write(struct tp_sink *s, const char *p, size_t n, struct tp_err *e)
{
	if (n == 0)
		return 0;
	if (s->z != NULL)
		return write_gzip(s, p, n, Z_NO_FLUSH, e);
	if (s->zc != NULL)
		return write_zstd(s, p, n, ZSTD_e_continue, e);
	return write_fd(s, p, n, e);
}

int
tp_sink_flush(struct tp_sink *s, struct tp_err *e)
{
	if (s->z != NULL)
		return write_gzip(s, NULL, 0, Z_SYNC_FLUSH, e);
	if (s->zc != NULL)
		return write_zstd(s, NULL, 0, ZSTD_e_flush, e);
	return 0;
}

/* Ends a packed stream; what is written then begins another. */
static int
end_packed(struct tp_sink *s, struct tp_err *e)
{
	int	rc = 0;

	if (s->z != NULL) {
		rc = write_gzip(s, NULL, 0, Z_FINISH, e);
		deflateReset(s->z);
	}
	if (s->zc != NULL)
		rc = write_zstd(s, NULL, 0, ZSTD_e_end, e);
	return rc;
}

int
tp_sink_reopen(struct tp_sink *s, struct tp_err *e)
{
	int	fd;

	if (!is_file(s))
		return 0;
	fd = open_fd(s->name, 0);
	if (fd == -1)
		return tp_err_sys(e, "cannot write '%s'", s->name);
	if (end_packed(s, e) == -1) {
		close(fd);
		return -1;
	}
	close(s->fd);
	s->fd = fd;
	return 0;
}

int
tp_sink_close(struct tp_sink *s, struct tp_err *e)
{
	int	rc;

	if (s == NULL)
		return 0;
	rc = end_packed(s, e);
	if (s->z != NULL)
		deflateEnd(s->z);
	free(s->z);
	if (s->zc != NULL)
		ZSTD_freeCStream(s->zc);
	if (close(s->fd) == -1 && rc == 0)
		rc = tp_err_sys(e, "%s: close", s->name);
	free(s->room);
	free(s->name);
	free(s);
	return rc;
}
