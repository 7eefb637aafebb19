/* Whole files: read at once, or replaced at once. */
#include "io/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "io/sink.h"
#include "io/src.h"

#define PAD	16	/* as TP_JSON_PAD */

/* Writes p to the new file tmp and syncs it. */
static int
write_new(const char *tmp, const char *p, size_t n, struct tp_err *e)
{
	int	fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	ssize_t	w;

	if (fd == -1)
		return tp_err_sys(e, "cannot write '%s'", tmp);
	while (n > 0) {
		w = write(fd, p, n);
		if (w == -1 && errno == EINTR)
			continue;
		if (w == -1) {
			tp_err_sys(e, "%s: write", tmp);
			close(fd);
			return -1;
		}
		p += w;
		n -= (size_t)w;
	}
	if (fsync(fd) == -1 && errno != EINVAL && errno != EROFS) {
		tp_err_sys(e, "%s: fsync", tmp);
		close(fd);
		return -1;
	}
	if (close(fd) == -1)
		return tp_err_sys(e, "%s: close", tmp);
	return 0;
}

int
tp_file_replace(const char *path, const char *p, size_t n, struct tp_err *e)
{
	struct tp_sink	*out;
	struct tp_buf	 tmp = { 0 };
	int		 rc;

	if (strcmp(path, "-") == 0 || strncmp(path, "/dev/", 5) == 0) {
		if ((out = tp_sink_open(path, e)) == NULL)
			return -1;
		rc = tp_sink_write(out, p, n, e);
		return tp_sink_close(out, rc == 0 ? e : &(struct tp_err){ 0 })
		    == 0 ? rc : -1;
	}
	tp_buf_printf(&tmp, "%s.tmp.%ld", path, (long)getpid());
	rc = write_new(tp_buf_cstr(&tmp), p, n, e);
	if (rc == 0 && rename(tp_buf_cstr(&tmp), path) == -1)
		rc = tp_err_sys(e, "cannot replace '%s'", path);
	if (rc == -1)
		unlink(tp_buf_cstr(&tmp));
	tp_buf_release(&tmp);
	return rc;
}

int
tp_file_read(const char *path, size_t max, char **p, size_t *n,
    struct tp_err *e)
{
	struct tp_src	*s = tp_src_open(path, e);
	struct tp_buf	 b = { 0 };
	ssize_t		 got;

	if (s == NULL)
		return -1;
	do {
		char	*room = tp_buf_room(&b, 64 * 1024 + PAD);

		got = tp_src_read(s, room, 64 * 1024, e);
		if (got > 0)
			b.n += (size_t)got;
		if (b.n > max) {
			tp_err_set(e, TP_EXIT_DATA, "%s: more than %zu bytes",
			    tp_src_name(s), max);
			got = -1;
		}
	} while (got > 0 || (got == -1 && e->code == 0));
	tp_src_close(s);
	if (got == -1) {
		tp_buf_release(&b);
		return -1;
	}
	memset(tp_buf_room(&b, PAD), 0, PAD);
	*p = b.p;
	*n = b.n;
	return 0;
}

bool
tp_file_changed(const char *path, struct tp_file_seen *seen)
{
	struct tp_file_seen	now = { 0 };
	struct stat		st;
	bool			differs;

	if (strcmp(path, "-") == 0)
		return false;
	if (stat(path, &st) == 0)
		now = (struct tp_file_seen){
			(uint64_t)st.st_dev, (uint64_t)st.st_ino, st.st_size,
			st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
		};
	differs = memcmp(&now, seen, sizeof(now)) != 0;
	*seen = now;
	return differs;
}
