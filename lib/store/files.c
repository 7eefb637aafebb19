/* The folder itself. */
#include "store/files.h"

#include <errno.h>
#include <sys/stat.h>

static int
files_open(struct tp_store *s, const char *rest, struct tp_err *e)
{
	struct tp_files	*f = tp_calloc(1, sizeof(*f));
	struct stat	 st;
	size_t		 n = strlen(rest);

	s->db = f;
	f->newest = INT64_MIN;
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
	return s->conf.mode == TP_STORE_WRITE ? tp_files_resume(f, e) : 0;
}

static void
files_close(struct tp_store *s)
{
	struct tp_files	*f = s->db;

	if (f == NULL)
		return;
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
