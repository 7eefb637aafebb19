/* Bytes in: plain, gzip and Zstandard, told apart by their first bytes. */
#include "io/src.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/mem.h"

#define RAW_SIZE	(256 * 1024)

enum packing { UNKNOWN, PLAIN, GZIP, ZSTD };

struct tp_src {
	char		*name;
	int		 fd;
	bool		 regular, eof;
	enum packing	 packing;
	uint64_t	 done;
	char		*raw;		/* read but not yet unpacked */
	size_t		 raw_at, raw_n;
	z_stream	 z;
	ZSTD_DStream	*zd;
	bool		 mid;		/* inside a compressed member */
	bool		 full;		/* the last unpacking filled its room */
};

struct tp_src *
tp_src_open(const char *path, struct tp_err *e)
{
	struct tp_src	*s;
	struct stat	 st;
	int		 fd = STDIN_FILENO;

	if (strcmp(path, "-") != 0)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1 ||
	    (S_ISDIR(st.st_mode) && (errno = EISDIR))) {
		tp_err_sys(e, "cannot read '%s'", path);
		if (fd > STDIN_FILENO)
			close(fd);
		return NULL;
	}
	s = tp_calloc(1, sizeof(*s));
	s->name = tp_strdup(fd == STDIN_FILENO ? "stdin" : path);
	s->fd = fd;
	s->regular = S_ISREG(st.st_mode);
	s->raw = tp_malloc(RAW_SIZE);
	return s;
}

void
tp_src_close(struct tp_src *s)
{
	if (s == NULL)
		return;
	if (s->packing == GZIP)
		inflateEnd(&s->z);
	ZSTD_freeDStream(s->zd);
	if (s->fd != STDIN_FILENO)
		close(s->fd);
	free(s->raw);
	free(s->name);
	free(s);
}

const char *
tp_src_name(const struct tp_src *s)
{
	return s->name;
}

uint64_t
tp_src_done(const struct tp_src *s)
{
	return s->done;
}

int
tp_src_poll_fd(const struct tp_src *s)
{
	return s->regular ? -1 : s->fd;
}

bool
tp_src_ready(const struct tp_src *s)
{
	struct pollfd	p = { .fd = s->fd, .events = POLLIN };

	if (s->regular || s->eof || s->full || s->raw_at < s->raw_n)
		return true;
	return poll(&p, 1, 0) != 0;
}

/* read(2) with its errors said; 0 at the end. */
static ssize_t
read_fd(struct tp_src *s, char *p, size_t n, struct tp_err *e)
{
	struct pollfd	wait = { .fd = s->fd, .events = POLLIN };
	ssize_t		got;

	/* whoever shares a pipe with us may have made it non-blocking */
	do {
		got = read(s->fd, p, n);
	} while (got == -1 && errno == EAGAIN && poll(&wait, 1, -1) != -1);
	if (got == -1) {
		if (errno == EINTR)
			e->code = 0;
		else
			tp_err_sys(e, "%s: read", s->name);
		return -1;
	}
	s->eof = got == 0;
	s->done += (uint64_t)got;
	return got;
}

/* Fills the raw buffer when it is empty: 1, 0 at the end, -1. */
static int
fill_raw(struct tp_src *s, struct tp_err *e)
{
	ssize_t	got;

	if (s->raw_at < s->raw_n)
		return 1;
	s->raw_at = s->raw_n = 0;
	got = read_fd(s, s->raw, RAW_SIZE, e);
	if (got > 0)
		s->raw_n = (size_t)got;
	return got == -1 ? -1 : got > 0;
}

/* Reads the first four bytes (a pipe may dribble) and tells the packing. */
static int
detect(struct tp_src *s, struct tp_err *e)
{
	const unsigned char	*m = (const unsigned char *)s->raw;
	ssize_t			 got;

	while (s->raw_n < 4) {
		got = read_fd(s, s->raw + s->raw_n, RAW_SIZE - s->raw_n, e);
		if (got == -1)
			return -1;
		if (got == 0)
			break;
		s->raw_n += (size_t)got;
		if (s->raw_n > 0 && m[0] != 0x1F && m[0] != 0x28)
			break;
	}
	s->packing = PLAIN;
	if (s->raw_n >= 2 && m[0] == 0x1F && m[1] == 0x8B) {
		s->packing = GZIP;
		if (inflateInit2(&s->z, 15 + 16) != Z_OK)
			tp_die("zlib: out of memory");
	} else if (s->raw_n >= 4 && memcmp(m, "\x28\xB5\x2F\xFD", 4) == 0) {
		s->packing = ZSTD;
		s->zd = ZSTD_createDStream();
		if (s->zd == NULL)
			tp_die("zstd: out of memory");
	}
	return 0;
}

static ssize_t
read_plain(struct tp_src *s, char *p, size_t n, struct tp_err *e)
{
	size_t	left = s->raw_n - s->raw_at;

	if (left == 0)
		return s->eof && !s->regular ? 0 : read_fd(s, p, n, e);
	if (left < n)
		n = left;
	memcpy(p, s->raw + s->raw_at, n);
	s->raw_at += n;
	return (ssize_t)n;
}

static int
cut_short(struct tp_src *s, struct tp_err *e)
{
	return tp_err_set(e, TP_EXIT_DATA, "%s: the compressed data end early",
	    s->name);
}

/* Members may follow one another, as gzip(1) has it. */
static ssize_t
read_gzip(struct tp_src *s, char *p, size_t n, struct tp_err *e)
{
	int	rc;

	s->z.next_out = (unsigned char *)p;
	s->z.avail_out = (unsigned)n;
	while (s->z.avail_out == n) {
		if (!s->full && (rc = fill_raw(s, e)) <= 0)
			return rc == 0 && s->mid ? cut_short(s, e) : rc;
		s->z.next_in = (unsigned char *)s->raw + s->raw_at;
		s->z.avail_in = (unsigned)(s->raw_n - s->raw_at);
		s->mid = true;
		rc = inflate(&s->z, Z_NO_FLUSH);
		s->raw_at = s->raw_n - s->z.avail_in;
		s->full = s->z.avail_out == 0;
		if (rc == Z_STREAM_END) {
			inflateReset(&s->z);
			s->mid = s->full = false;
		} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
			return tp_err_set(e, TP_EXIT_DATA,
			    "%s: bad gzip data: %s", s->name,
			    s->z.msg != NULL ? s->z.msg : "unknown error");
		}
	}
	return (ssize_t)(n - s->z.avail_out);
}

static ssize_t
read_zstd(struct tp_src *s, char *p, size_t n, struct tp_err *e)
{
	ZSTD_outBuffer	out = { p, n, 0 };
	ZSTD_inBuffer	in;
	size_t		left;
	int		rc;

	while (out.pos == 0) {
		if (!s->full && (rc = fill_raw(s, e)) <= 0)
			return rc == 0 && s->mid ? cut_short(s, e) : rc;
		in.src = s->raw;
		in.size = s->raw_n;
		in.pos = s->raw_at;
		left = ZSTD_decompressStream(s->zd, &out, &in);
		if (ZSTD_isError(left))
			return tp_err_set(e, TP_EXIT_DATA,
			    "%s: bad zstd data: %s", s->name,
			    ZSTD_getErrorName(left));
		s->raw_at = in.pos;
		s->mid = left != 0;
		s->full = out.pos == out.size;
	}
	return (ssize_t)out.pos;
}

ssize_t
tp_src_read(struct tp_src *s, char *p, size_t n, struct tp_err *e)
{
	if (s->packing == UNKNOWN && detect(s, e) == -1)
		return -1;
	switch (s->packing) {
	case GZIP:
		return read_gzip(s, p, n, e);
	case ZSTD:
		return read_zstd(s, p, n, e);
	default:
		return read_plain(s, p, n, e);
	}
}
