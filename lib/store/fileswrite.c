/* Writing to a folder: parts, and whole hours. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/sink.h"
#include "store/files.h"

/* Makes the folders of a path. */
static int
make_folders(const char *path, struct tp_err *e)
{
	char	*p = tp_strdup(path), *slash = p;
	int	 rc = 0;

	while (rc == 0 && (slash = strchr(slash + 1, '/')) != NULL) {
		*slash = '\0';
		if (mkdir(p, 0777) == -1 && errno != EEXIST)
			rc = tp_err_sys(e, "cannot make '%s'", p);
		*slash = '/';
	}
	free(p);
	return rc;
}

/* Makes the names in a path's folder last over a crash. */
static int
sync_folder(const char *path, struct tp_err *e)
{
	char	*p = tp_strndup(path, (size_t)(strrchr(path, '/') - path));
	int	 fd = open(p, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd == -1 || fsync(fd) == -1)
		rc = tp_err_sys(e, "cannot sync '%s'", p);
	if (fd != -1)
		close(fd);
	free(p);
	return rc;
}

/* The length of a file without a half line at its end. */
static int
whole_lines(int fd, const char *path, off_t *size, struct tp_err *e)
{
	char	c[4096];
	ssize_t	n;
	off_t	at = lseek(fd, 0, SEEK_END);

	while (at > 0) {
		n = at < (off_t)sizeof(c) ? (ssize_t)at : (ssize_t)sizeof(c);
		if (pread(fd, c, (size_t)n, at - n) != n)
			return tp_err_sys(e, "cannot read '%s'", path);
		while (n > 0 && c[n - 1] != '\n') {
			n--;
			at--;
		}
		if (n > 0)
			break;
	}
	*size = at;
	return 0;
}

static int
write_all(int fd, const char *p, size_t n)
{
	ssize_t	k;

	while (n > 0) {
		k = write(fd, p, n);
		if (k == -1 && errno != EINTR)
			return -1;
		if (k > 0) {
			p += k;
			n -= (size_t)k;
		}
	}
	return 0;
}

/* Appends lines to a part; where that fails it is as before. */
static int
append(const char *path, const struct tp_buf *b, struct tp_err *e)
{
	off_t	size = 0;
	int	fd, rc;

	if (make_folders(path, e) == -1)
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd == -1)
		return tp_err_sys(e, "cannot open '%s'", path);
	rc = whole_lines(fd, path, &size, e);
	if (rc == 0 && ftruncate(fd, size) == -1)
		rc = tp_err_sys(e, "cannot write '%s'", path);
	if (rc == 0 && (lseek(fd, size, SEEK_SET) == -1 ||
	    write_all(fd, b->p, b->n) == -1 || fdatasync(fd) == -1)) {
		rc = tp_err_sys(e, "cannot write '%s'", path);
		if (ftruncate(fd, size) == -1)
			rc = -1;
	}
	close(fd);
	return rc;
}

/* Notes that there is a part. */
static void
add_part(struct tp_files *f, const char *name, int64_t hour)
{
	size_t	i = tp_map_add(&f->parts, name, strlen(name));

	TP_GROW(f->ends, f->ends_cap, f->parts.n);
	f->ends[i] = hour + TP_HOUR;
}

/* The lines of a batch by hour. */
struct sorted {
	struct tp_map	 hours;		/* by the 8 bytes of their time */
	struct tp_buf	*lines;
	size_t		 cap;
};

static void
sort_lines(struct sorted *l, const struct tp_batch *b,
    enum tp_store_kind k)
{
	const struct tp_rows	*r = &b->kind[k];
	int64_t			 hour, last = INT64_MIN;
	size_t			 i, at = 0, n;

	for (i = 0; i < r->n; i++) {
		if (tp_batch_is_part(b, &r->v[i]))
			continue;
		hour = tp_floor_div(r->v[i].v[tp_tables[k].time], TP_HOUR) *
		    TP_HOUR;
		if (hour != last) {
			n = l->hours.n;
			at = tp_map_add(&l->hours, (const char *)&hour,
			    sizeof(hour));
			TP_GROW(l->lines, l->cap, l->hours.n);
			if (at == n)
				l->lines[at] = (struct tp_buf){ 0 };
			last = hour;
		}
		tp_buf_add(&l->lines[at], b->text.p + r->v[i].line,
		    r->v[i].linelen);
		tp_buf_char(&l->lines[at], '\n');
	}
}

static int
write_kind(struct tp_files *f, const struct tp_batch *b,
    enum tp_store_kind k, struct tp_err *e)
{
	struct sorted	l = { 0 };
	struct tp_buf	name = { 0 }, path = { 0 };
	int64_t		hour;
	size_t		i;
	int		rc = 0;

	sort_lines(&l, b, k);
	for (i = 0; i < l.hours.n; i++) {
		memcpy(&hour, l.hours.keys[i].p, sizeof(hour));
		name.n = 0;
		tp_files_name(&name, k, hour);
		if (rc == 0)
			rc = append(tp_files_path(&path, f,
			    tp_buf_cstr(&name), ".part"), &l.lines[i], e);
		if (rc == 0)
			add_part(f, name.p, hour);
		tp_buf_release(&l.lines[i]);
	}
	free(l.lines);
	tp_map_release(&l.hours);
	tp_buf_release(&name);
	tp_buf_release(&path);
	return rc;
}

/* The first name that is free for a finished file of an hour. */
static const char *
free_name(struct tp_files *f, const char *name, struct tp_buf *path)
{
	int	i;

	for (i = 0; access(tp_files_finished(path, f, name, i), F_OK) == 0; i++)
		;
	return path->p;
}

/* The rows of kind k in the order of time; each line once. */
static void
put_hour(const struct tp_batch *b, const struct tp_map *had,
    struct tp_buf *out)
{
	const struct tp_row	*r;
	size_t			 k, i;

	for (k = 0; k < TP_STORE_KINDS; k++)
		for (i = 0; i < b->kind[k].n; i++) {
			r = &b->kind[k].v[i];
			if (tp_batch_is_part(b, r) || tp_map_find(had,
			    b->text.p + r->line, r->linelen) != SIZE_MAX)
				continue;
			tp_buf_add(out, b->text.p + r->line, r->linelen);
			tp_buf_char(out, '\n');
		}
}

/* Writes a finished file under another name, and renames it. */
static int
write_whole(const char *path, const struct tp_buf *b, struct tp_err *e)
{
	struct tp_buf	 tmp = { 0 };
	struct tp_sink	*s;
	int		 fd, rc = 0;

	/* the name must end so for it to be packed */
	tp_buf_printf(&tmp, "%.*s/.tmp.zst", (int)(strrchr(path, '/') - path),
	    path);
	if ((s = tp_sink_open(tp_buf_cstr(&tmp), e)) == NULL)
		rc = -1;
	else {
		rc = tp_sink_write(s, b->p, b->n, e);
		if (tp_sink_close(s, rc == 0 ? e : &(struct tp_err){ 0 }) ==
		    -1)
			rc = -1;
	}
	fd = rc == 0 ? open(tmp.p, O_RDONLY | O_CLOEXEC) : -1;
	if (rc == 0 && (fd == -1 || fsync(fd) == -1 ||
	    rename(tmp.p, path) == -1))
		rc = tp_err_sys(e, "cannot write '%s'", path);
	if (fd != -1)
		close(fd);
	if (rc == -1)
		unlink(tmp.p);
	tp_buf_release(&tmp);
	return rc == 0 ? sync_folder(path, e) : -1;
}

/* An hour is over: its part becomes a whole file. */
static int
finish_hour(struct tp_files *f, const char *name, struct tp_err *e)
{
	struct tp_map	had = { 0 };
	struct tp_buf	out = { 0 }, path = { 0 };
	size_t		k, i;
	int		rc;

	/* what is in finished files of this hour already */
	if (tp_files_load(f, name, false, e) == -1)
		return -1;
	for (k = 0; k < TP_STORE_KINDS; k++)
		for (i = 0; i < f->batch.kind[k].n; i++)
			tp_map_add(&had, f->batch.text.p +
			    f->batch.kind[k].v[i].line,
			    f->batch.kind[k].v[i].linelen);
	rc = tp_files_load(f, name, true, e);
	if (rc == 0)
		put_hour(&f->batch, &had, &out);
	if (rc == 0 && out.n > 0)
		rc = write_whole(free_name(f, name, &path), &out, e);
	if (rc == 0 && unlink(tp_files_path(&path, f, name, ".part")) == -1)
		rc = tp_err_sys(e, "cannot remove '%s'", path.p);
	tp_map_release(&had);
	tp_buf_release(&out);
	tp_buf_release(&path);
	return rc;
}

static int
finish_hours(struct tp_files *f, struct tp_err *e)
{
	int64_t	now = tp_retain_now(&f->retain);
	size_t	i, left = 0;

	for (i = 0; i < f->parts.n; i++) {
		if (f->ends[i] == TP_STORE_NULL)
			continue;
		if (f->ends[i] + TP_FILES_GRACE > now) {
			left++;
			continue;
		}
		if (finish_hour(f, f->parts.keys[i].p, e) == -1)
			return -1;
		f->ends[i] = TP_STORE_NULL;
	}
	if (left == 0) {
		tp_map_release(&f->parts);
		f->parts = (struct tp_map){ 0 };
	}
	return 0;
}

/* Removes a folder that is empty now, and those above it up to the kind's. */
static void
remove_empty(struct tp_buf *path)
{
	int	i;

	for (i = 0; i < 3; i++) {
		*strrchr(path->p, '/') = '\0';
		if (rmdir(path->p) == -1)
			return;
	}
}

/* What --retain says of an hour. */
struct old {
	struct tp_files	*f;
	int64_t		 before;
};

/* An hour that is finished and old goes, all of its files. */
static int
remove_hour(void *arg, const char *name, int64_t hour, struct tp_err *e)
{
	const struct old	*o = arg;
	struct tp_buf		 path = { 0 };
	int			 i, rc = 0;

	if (hour + TP_HOUR > o->before)
		return 1;	/* nor are those after it */
	if (access(tp_files_path(&path, o->f, name, ".part"), F_OK) == 0) {
		tp_buf_release(&path);
		return 0;
	}
	for (i = 0; rc == 0 && access(tp_files_finished(&path, o->f, name, i),
	    F_OK) == 0; i++)
		if (unlink(path.p) == -1)
			rc = tp_err_sys(e, "cannot remove '%s'", path.p);
	if (rc == 0)
		remove_empty(&path);
	tp_buf_release(&path);
	return rc;
}

static int
remove_old(struct tp_store *s, struct tp_err *e)
{
	struct tp_files	*f = s->db;
	struct old	 o = { .f = f };
	int		 k;

	if (!tp_retain_due(&f->retain, s->conf.retain_ms, &o.before))
		return 0;
	for (k = 0; k < TP_STORE_KINDS; k++)
		if (tp_files_walk(f, (enum tp_store_kind)k, remove_hour, &o,
		    e) == -1)
			return -1;
	return 0;
}

int
tp_files_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e)
{
	struct tp_files	*f = s->db;
	int		 k;

	for (k = 0; k < TP_STORE_KINDS; k++)
		if (write_kind(f, b, (enum tp_store_kind)k, e) == -1)
			return -1;
	tp_retain_note(&f->retain, b);
	if (finish_hours(f, e) == -1)
		return -1;
	return remove_old(s, e);
}


static int
take_part(void *arg, const char *name, int64_t hour, struct tp_err *e)
{
	struct tp_files	*f = arg;
	struct tp_buf	 path = { 0 };

	(void)e;
	if (access(tp_files_path(&path, f, name, ".part"), F_OK) == 0)
		add_part(f, name, hour);
	tp_buf_release(&path);
	return 0;
}

int
tp_files_resume(struct tp_files *f, struct tp_err *e)
{
	int	k;

	for (k = 0; k < TP_STORE_KINDS; k++)
		if (tp_files_walk(f, (enum tp_store_kind)k, take_part, f,
		    e) == -1)
			return -1;
	return 0;
}
