#include "io/versions.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "io/file.h"

#define STAMP		"YYYYMMDDThhmmssZ-00000000"	/* of a version */
#define LINK		TP_VERSIONS_CURRENT ".tmp"	/* before its rename */

/* Names of files, each owned. */
struct names {
	char	**v;
	size_t	  n, cap;
};

bool
tp_versions_is(const char *path)
{
	size_t		n = strlen(path);
	struct stat	st;

	return n > 0 && (path[n - 1] == '/' ||
	    (stat(path, &st) == 0 && S_ISDIR(st.st_mode)));
}

/* The path without slashes at its end. */
static char *
trim(const char *path)
{
	size_t	n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return tp_strndup(path, n);
}

static char *
join(const char *dir, const char *name)
{
	struct tp_buf	b = { 0 };

	tp_buf_printf(&b, "%s/%s", dir, name);
	tp_buf_cstr(&b);
	return b.p;
}

char *
tp_versions_path(const char *path)
{
	char	*dir, *file;

	if (!tp_versions_is(path))
		return tp_strdup(path);
	dir = trim(path);
	file = join(dir, TP_VERSIONS_CURRENT);
	free(dir);
	return file;
}

bool
tp_versions_none(const char *folder, const char *path)
{
	char	*use = tp_versions_path(path);
	char	*own = tp_versions_path(folder);
	char	 target[2];
	bool	 none;

	none = strcmp(use, own) == 0 &&
	    readlink(use, target, sizeof(target)) == -1 && errno == ENOENT;
	free(use);
	free(own);
	return none;
}

/* Makes a folder and those above it. */
static int
make_dirs(char *dir, struct tp_err *e)
{
	char	*p;

	for (p = dir + 1; ; p++) {
		char	c = *p;

		if (c != '/' && c != '\0')
			continue;
		*p = '\0';
		if (mkdir(dir, 0777) == -1 && errno != EEXIST)
			return tp_err_sys(e, "cannot make the folder '%s'",
			    dir);
		*p = c;
		if (c == '\0')
			return 0;
	}
}

/* "la-" for .../models/la. */
static char *
prefix_of(const char *dir)
{
	char		*real = realpath(dir, NULL);
	const char	*slash = real != NULL ? strrchr(real, '/') : NULL;
	const char	*name = slash != NULL ? slash + 1 : "";
	struct tp_buf	 b = { 0 };

	tp_buf_printf(&b, "%s-", *name != '\0' ? name : "model");
	free(real);
	tp_buf_cstr(&b);
	return b.p;
}

/*
 * Where the name of a version ends in `name`: behind
 * "PREFIX20261121T033000Z-1a2b3c4dSUFFIX"; NULL for other names.
 */
static const char *
after_version(const struct tp_versions *v, const char *name)
{
	size_t		 np = strlen(v->prefix), ns = strlen(v->suffix), i;
	const char	*form = STAMP, *p = name + np;

	if (strncmp(name, v->prefix, np) != 0)
		return NULL;
	for (i = 0; form[i] != '\0'; i++, p++)
		if (form[i] == 'T' || form[i] == 'Z' || form[i] == '-' ?
		    *p != form[i] : *p == '\0' ||
		    strchr("0123456789abcdef", *p) == NULL)
			return NULL;
	return strncmp(p, v->suffix, ns) == 0 ? p + ns : NULL;
}

static bool
is_version(const struct tp_versions *v, const char *name)
{
	const char	*end = after_version(v, name);

	return end != NULL && *end == '\0';
}

/* True for what was being written by somebody who is gone: only the holder
 * of the lock writes. */
static bool
is_half(const struct tp_versions *v, const char *name)
{
	const char	*end = after_version(v, name);

	return strcmp(name, LINK) == 0 || (end != NULL &&
	    strncmp(end, ".tmp.", 5) == 0);
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
release_names(struct names *l)
{
	while (l->n > 0)
		free(l->v[--l->n]);
	free(l->v);
}

/* The files of the folder that `take` takes, in order of their names. */
static int
list(const struct tp_versions *v, struct names *l,
    bool (*take)(const struct tp_versions *, const char *), struct tp_err *e)
{
	DIR		*d = opendir(v->dir);
	struct dirent	*f;

	if (d == NULL)
		return tp_err_sys(e, "cannot read the folder '%s'", v->dir);
	while ((f = readdir(d)) != NULL)
		if (take(v, f->d_name)) {
			TP_GROW(l->v, l->cap, l->n + 1);
			l->v[l->n++] = tp_strdup(f->d_name);
		}
	closedir(d);
	if (l->n > 0)
		qsort(l->v, l->n, sizeof(*l->v), by_text);
	return 0;
}

int
tp_versions_lock(struct tp_versions *v, const char *path, const char *suffix,
    struct tp_err *e)
{
	struct names	l = { 0 };
	size_t		i;
	int		rc = -1;

	v->fd = -1;
	v->dir = trim(path);
	v->suffix = tp_strdup(suffix);
	v->prefix = v->added = NULL;
	if (make_dirs(v->dir, e) == 0) {
		v->prefix = prefix_of(v->dir);
		v->fd = open(v->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		do
			rc = v->fd == -1 ? -1 : flock(v->fd, LOCK_EX);
		while (rc == -1 && errno == EINTR);
		if (rc == -1)
			tp_err_sys(e, "cannot lock the folder '%s'", v->dir);
	}
	if (rc == 0 && (rc = list(v, &l, is_half, e)) == 0)
		for (i = 0; i < l.n; i++)
			unlinkat(v->fd, l.v[i], 0);
	release_names(&l);
	if (rc == -1)
		tp_versions_release(v);
	return rc;
}

void
tp_versions_release(struct tp_versions *v)
{
	if (v->fd != -1)
		close(v->fd);
	free(v->dir);
	free(v->prefix);
	free(v->suffix);
	free(v->added);
	memset(v, 0, sizeof(*v));
	v->fd = -1;
}

/* A name must be on disk before anything points to it. */
static int
sync_names(const struct tp_versions *v, struct tp_err *e)
{
	if (fsync(v->fd) == -1 && errno != EINVAL && errno != EROFS)
		return tp_err_sys(e, "%s: fsync", v->dir);
	return 0;
}

static char *
name_of(const struct tp_versions *v, int64_t t, uint32_t hash)
{
	struct tp_buf	b = { 0 };
	struct tp_tz	utc;
	struct tp_civil	c;
	struct tp_err	e;

	tp_tz_open(&utc, "UTC", &e);
	tp_tz_civil(&utc, t, &c);
	tp_buf_printf(&b, "%s%04d%02d%02dT%02d%02d%02dZ-%08" PRIx32 "%s",
	    v->prefix, c.year, c.month, c.day, c.hour, c.minute, c.second,
	    hash, v->suffix);
	tp_buf_cstr(&b);
	return b.p;
}

/* Points `current` to a version of the folder. */
static int
point(struct tp_versions *v, const char *name, struct tp_err *e)
{
	if (symlinkat(name, v->fd, LINK) == -1)
		return tp_err_sys(e, "cannot make '%s/%s'", v->dir, LINK);
	if (renameat(v->fd, LINK, v->fd, TP_VERSIONS_CURRENT) == -1) {
		tp_err_sys(e, "cannot move '%s/%s'", v->dir,
		    TP_VERSIONS_CURRENT);
		unlinkat(v->fd, LINK, 0);
		return -1;
	}
	return sync_names(v, e);
}

int
tp_versions_add(struct tp_versions *v, int64_t t, const char *p, size_t n,
    struct tp_err *e)
{
	uint64_t h = tp_hash(p, n, 0);
	char	*path;
	int	 rc;

	free(v->added);
	v->added = name_of(v, t, (uint32_t)(h ^ h >> 32));
	path = join(v->dir, v->added);
	rc = tp_file_replace(path, p, n, e);
	if (rc == 0)
		rc = sync_names(v, e);
	if (rc == 0)
		rc = point(v, v->added, e);
	free(path);
	return rc;
}

int
tp_versions_prune(struct tp_versions *v, size_t keep, size_t *removed,
    struct tp_err *e)
{
	struct names	l = { 0 };
	char		current[1024];
	ssize_t		n;
	size_t		i, others = 0;

	*removed = 0;
	n = readlinkat(v->fd, TP_VERSIONS_CURRENT, current,
	    sizeof(current) - 1);
	current[n > 0 ? n : 0] = '\0';
	if (list(v, &l, is_version, e) == -1)
		return -1;
	for (i = l.n; i-- > 0; ) {
		if (strcmp(l.v[i], current) == 0)
			continue;
		if (++others < keep)
			continue;
		if (unlinkat(v->fd, l.v[i], 0) == 0)
			++*removed;
		else
			tp_err_sys(e, "%s/%s: cannot remove", v->dir, l.v[i]);
	}
	release_names(&l);
	return e->code == 0 ? 0 : -1;
}
