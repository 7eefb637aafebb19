/* The folder itself. */
#include "store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sig.h"

#define PAUSE_MS	100	/* between two attempts to lock */

/* One process writes a folder: the kernel takes the lock back when it ends. */
static int
lock(struct tp_files *f, int64_t wait_ms, struct tp_err *e)
{
	struct tp_buf	path = { 0 };
	struct timespec	pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int64_t		since = tp_clock_mono_ns();

	f->lock = open(tp_files_path(&path, f, ".lock", ""), O_RDWR | O_CREAT |
	    O_CLOEXEC, 0666);
	tp_buf_release(&path);
	if (f->lock == -1)
		return tp_err_sys(e, "cannot lock");
	while (flock(f->lock, LOCK_EX | LOCK_NB) == -1) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return tp_err_sys(e, "cannot lock");
		if (tp_sig_stop() != 0 || tp_clock_ms_since(since) > wait_ms)
			return tp_err_set(e, TP_EXIT_SYS, "locked by another "
			    "program for too long");
		nanosleep(&pause, NULL);
	}
	return 0;
}

static int
files_open(struct tp_store *s, const char *rest, struct tp_err *e)
{
	struct tp_files	*f = tp_calloc(1, sizeof(*f));
	struct stat	 st;
	size_t		 n = strlen(rest);

	s->db = f;
	f->retain.newest = TP_TIME_NONE;
	f->lock = -1;
	while (n > 1 && rest[n - 1] == '/')
		n--;
	f->dir = tp_strndup(rest, n);
	if (s->conf.mode == TP_STORE_WRITE && mkdir(f->dir, 0777) == -1 &&
	    errno != EEXIST)
		return tp_err_sys(e, "cannot make the folder");
	if (stat(f->dir, &st) == -1)
		return tp_err_sys(e, "cannot read");
	if (!S_ISDIR(st.st_mode))
		return tp_err_set(e, TP_EXIT_DATA, "not a folder");
	if (s->conf.mode == TP_STORE_READ)
		return 0;
	if (lock(f, s->conf.busy_ms, e) == -1)
		return -1;
	return tp_files_resume(f, e);
}

static void
files_close(struct tp_store *s)
{
	struct tp_files	*f = s->db;

	if (f == NULL)
		return;
	if (f->lock != -1)
		close(f->lock);
	tp_batch_release(&f->batch);
	tp_map_release(&f->parts);
	free(f->ends);
	free(f->dir);
	free(f);
}

const struct tp_backend tp_backend_files = {
	.scheme = "files",
	.lines = true,
	.open = files_open,
	.close = files_close,
	.write = tp_files_write,
	.rows = tp_files_rows,
	.shape = tp_files_shape,
	.info = tp_files_info,
	.check = tp_files_check,
};
