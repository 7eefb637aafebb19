#include "kafka/ktopicfile.h"

#include "base/clock.h"
#include "base/map.h"
#include "io/file.h"
#include "kafka/kuri.h"

#define BLANKS		" \t\r"

/* One file while it is read. */
struct reader {
	struct tp_ktopicfile *f;
	struct tp_kconf	*conf;
	struct tp_ktopic common;	/* of the lines of * */
	struct tp_map	 names;
	struct tp_buf	 where;		/* "FILE:LINE" */
};

void
tp_ktopicfile_release(struct tp_ktopicfile *f)
{
	tp_ktopics_free(f->v, f->n);
	*f = (struct tp_ktopicfile){ 0 };
}

/* "2MiB" to bytes; -1 where it is none. */
static int
scan_size(const char *s, int64_t *v)
{
	static const char *const	units[] = { "KiB", "MiB", "GiB" };
	size_t				n = strspn(s, "0123456789"), i;

	if (tp_parse_int(s, n, v) == -1)
		return -1;
	for (i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(s + n, units[i]) == 0) {
			if (*v > INT64_MAX >> (10 * (i + 1)))
				return -1;
			*v <<= 10 * (i + 1);
			return 0;
		}
	return -1;
}

static int
set_number(const struct reader *r, const char *key, const char *value,
    int32_t *to, int64_t max, struct tp_err *e)
{
	int64_t	v;

	if (tp_parse_int(value, strlen(value), &v) == -1 || v < 1 || v > max)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: %s: '%s' is not in "
		    "1..%lld", r->where.p, key, value, (long long)max);
	*to = (int32_t)v;
	return 0;
}

/* Sets what one word KEY=VALUE says. */
static int
set_word(const struct reader *r, struct tp_ktopic *t, const char *key,
    const char *value, struct tp_err *e)
{
	char	text[32];
	size_t	n = strlen(value);
	int64_t	v;

	if (strcmp(key, "partitions") == 0)
		return set_number(r, key, value, &t->partitions,
		    TP_KTOPIC_PARTITIONS_MAX, e);
	if (strcmp(key, "replication") == 0)
		return set_number(r, key, value, &t->replicas,
		    TP_KTOPIC_REPLICAS_MAX, e);
	if (key[strspn(key, "abcdefghijklmnopqrstuvwxyz.")] != '\0')
		return tp_err_set(e, TP_EXIT_USAGE, "%s: '%s' is no setting "
		    "of a topic", r->where.p, key);
	if (n > TP_KTOPIC_VALUE_MAX || t->nset == TP_KTOPIC_SETTINGS_MAX)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: '%s' is too long, or "
		    "one too many", r->where.p, key);
	/* What ends in a letter has a unit. */
	if ((value[n - 1] | 0x20) >= 'a' && (value[n - 1] | 0x20) <= 'z' &&
	    (tp_ends_with(key, ".ms") || tp_ends_with(key, ".bytes"))) {
		if ((tp_ends_with(key, ".ms") ? tp_duration_parse(value, &v) :
		    scan_size(value, &v)) == -1)
			return tp_err_set(e, TP_EXIT_USAGE, "%s: %s: no %s "
			    "'%s'", r->where.p, key, tp_ends_with(key, ".ms") ?
			    "time" : "size", value);
		snprintf(text, sizeof(text), "%lld", (long long)v);
		value = text;
	}
	tp_ktopic_set(t, key, value);
	return 0;
}

/* Sets what the words of s up to end say; it is changed. */
static int
set_words(const struct reader *r, struct tp_ktopic *t, char *s,
    struct tp_err *e)
{
	struct tp_map	seen = { 0 };
	int		rc = 0;

	while (rc == 0 && *(s += strspn(s, BLANKS)) != '\0' && *s != '#') {
		char	*next = s + strcspn(s, BLANKS);
		char	*eq = memchr(s, '=', (size_t)(next - s));
		bool	 last = *next == '\0';

		*next = '\0';
		if (eq == NULL || eq == s || eq[1] == '\0') {
			rc = tp_err_set(e, TP_EXIT_USAGE, "%s: no KEY=VALUE: "
			    "'%s'", r->where.p, s);
			break;
		}
		*eq = '\0';
		if (tp_map_find(&seen, s, (size_t)(eq - s)) != SIZE_MAX) {
			rc = tp_err_set(e, TP_EXIT_USAGE, "%s: '%s' is there "
			    "twice", r->where.p, s);
			break;
		}
		tp_map_add(&seen, s, (size_t)(eq - s));
		rc = set_word(r, t, s, eq + 1, e);
		s = last ? next : next + 1;
	}
	tp_map_release(&seen);
	return rc;
}

static void
copy_common(struct tp_ktopic *t, const struct tp_ktopic *from)
{
	size_t	i;

	t->partitions = from->partitions;
	t->replicas = from->replicas;
	for (i = 0; i < from->nset; i++)
		tp_ktopic_set(t, from->set[i].key, from->set[i].value);
}

/* A line that names a topic, or *. */
static int
topic_line(struct reader *r, char *name, char *rest, struct tp_err *e)
{
	struct tp_ktopicfile	*f = r->f;
	const char		*fault;
	struct tp_ktopic	*t;

	if (strcmp(name, "*") == 0)
		return set_words(r, &r->common, rest, e);
	fault = tp_kuri_topic_fault(name);
	if (fault != NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: topic '%s': %s",
		    r->where.p, name, fault);
	if (tp_map_find(&r->names, name, strlen(name)) != SIZE_MAX)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: topic '%s' is there "
		    "twice", r->where.p, name);
	if (f->n == TP_KTOPIC_MAX)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: more than %d topics",
		    r->where.p, TP_KTOPIC_MAX);
	tp_map_add(&r->names, name, strlen(name));
	TP_GROW(f->v, f->cap, f->n + 1);
	t = &f->v[f->n++];
	*t = (struct tp_ktopic){ .name = tp_strdup(name) };
	copy_common(t, &r->common);
	if (set_words(r, t, rest, e) == -1)
		return -1;
	if (t->partitions == 0)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: topic '%s': no "
		    "partitions=N", r->where.p, name);
	return 0;
}

/* One line, a string that may be changed. */
static int
read_line(struct reader *r, char *s, struct tp_err *e)
{
	char	*behind;

	s += strspn(s, BLANKS);
	if (*s == '\0' || *s == '#')
		return 0;
	behind = s + strcspn(s, BLANKS "=");
	if (behind[strspn(behind, BLANKS)] == '=')
		return tp_kconf_pair(r->conf, TP_KCONF_FILE, s,
		    tp_buf_cstr(&r->where), e);
	if (*behind != '\0')
		*behind++ = '\0';
	return topic_line(r, s, behind, e);
}

int
tp_ktopicfile_parse(struct tp_ktopicfile *f, struct tp_kconf *c,
    const char *p, size_t n, const char *name, struct tp_err *e)
{
	struct reader	 r = { .f = f, .conf = c, .common.replicas = -1 };
	const char	*end = p + n, *nl;
	unsigned	 line;
	int		 rc = 0;

	*f = (struct tp_ktopicfile){ 0 };
	for (line = 1; p < end && rc == 0; line++, p = nl + 1) {
		char	*copy;

		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		r.where.n = 0;
		tp_buf_printf(&r.where, "%s:%u", name, line);
		tp_buf_cstr(&r.where);
		if (memchr(p, '\0', (size_t)(nl - p)) != NULL) {
			rc = tp_err_set(e, TP_EXIT_USAGE, "%s: a NUL byte",
			    r.where.p);
			break;
		}
		copy = tp_strndup(p, (size_t)(nl - p));
		rc = read_line(&r, copy, e);
		free(copy);
	}
	tp_ktopic_release(&r.common);
	tp_map_release(&r.names);
	tp_buf_release(&r.where);
	return rc;
}

int
tp_ktopicfile_load(struct tp_ktopicfile *f, struct tp_kconf *c,
    const char *path, struct tp_err *e)
{
	char	*p;
	size_t	 n;
	int	 rc;

	*f = (struct tp_ktopicfile){ 0 };
	if (tp_file_read(path, TP_KCONF_FILE_MAX, &p, &n, e) == -1)
		return -1;
	rc = tp_ktopicfile_parse(f, c, p, n, path, e);
	free(p);
	return rc;
}

static int
by_key(const void *a, const void *b)
{
	const struct tp_ksetting	*x = a, *y = b;

	return strcmp(x->key, y->key);
}

void
tp_ktopic_print(struct tp_ktopic *t, struct tp_buf *out)
{
	size_t	i;

	tp_buf_printf(out, "%s partitions=%d", t->name, (int)t->partitions);
	if (t->replicas > 0)
		tp_buf_printf(out, " replication=%d", (int)t->replicas);
	if (t->nset > 0)
		qsort(t->set, t->nset, sizeof(*t->set), by_key);
	for (i = 0; i < t->nset; i++)
		tp_buf_printf(out, " %s=%s", t->set[i].key, t->set[i].value);
	tp_buf_char(out, '\n');
}
