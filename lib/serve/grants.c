#include "serve/grants.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX	((size_t)1 << 20)	/* bytes */
#define NAME_LONGEST	64
#define HASH_MAX	256

void
tp_grants_release(struct tp_grants *g)
{
	size_t	i;

	for (i = 0; i < g->n; i++) {
		free(g->v[i].name);
		free(g->v[i].hash);
	}
	free(g->v);
	*g = (struct tp_grants){ 0 };
}

/* The next word of a line, and where it ends; n is 0 at the line's end. */
static const char *
word(const char **at, const char *end, size_t *n)
{
	const char	*s = *at;

	while (s < end && (*s == ' ' || *s == '\t' || *s == '\r'))
		s++;
	for (*at = s; *at < end && **at != ' ' && **at != '\t' &&
	    **at != '\r'; (*at)++)
		;
	*n = (size_t)(*at - s);
	return s;
}

/* Names are shown and logged: letters, digits and a few signs. */
static bool
good_name(const char *s, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++)
		if (!((s[i] >= '0' && s[i] <= '9') ||
		    ((s[i] | 0x20) >= 'a' && (s[i] | 0x20) <= 'z') ||
		    (s[i] != '\0' && strchr("._@-+", s[i]) != NULL)))
			return false;
	return n > 0 && n <= NAME_LONGEST;
}

/* NULL, or what is wrong with the line. */
static const char *
parse_line(struct tp_grants *g, enum tp_grant_kind kind, const char *s,
    const char *end)
{
	struct tp_grant	 x = { 0 };
	size_t		 n[4];
	const char	*w[4];
	int		 i;

	for (i = 0; i < 4; i++)
		w[i] = word(&s, end, &n[i]);
	if (n[0] == 0 || w[0][0] == '#')
		return NULL;
	x.role = tp_role_find(w[0], n[0]);
	if (x.role == TP_ROLE_NONE)
		return "the role must be viewer, user or admin";
	if (kind == TP_GRANT_TOKENS && (n[1] != 2 * TP_SHA256 ||
	    tp_hex_decode(x.digest, TP_SHA256, w[1]) == -1))
		return "the second word must be the SHA-256 of the token, "
		    "64 hex digits";
	if (kind == TP_GRANT_USERS && (n[1] < 4 || n[1] > HASH_MAX ||
	    memcmp(w[1], "$y$", 3) != 0))
		return "the second word must be a yescrypt hash ($y$...)";
	if (!good_name(w[2], n[2]))
		return "the third word must be a name of letters, digits "
		    "and ._@+-";
	if (n[3] != 0)
		return "there are more than three words";
	x.name = tp_strndup(w[2], n[2]);
	if (kind == TP_GRANT_USERS) {
		x.hash = tp_strndup(w[1], n[1]);
		if (tp_grants_user(g, x.name) != NULL) {
			free(x.name);
			free(x.hash);
			return "this name was there before";
		}
	}
	TP_GROW(g->v, g->cap, g->n + 1);
	g->v[g->n++] = x;
	return NULL;
}

int
tp_grants_parse(struct tp_grants *g, enum tp_grant_kind kind,
    const char *text, size_t n, const char *path, struct tp_err *e)
{
	const char	*end = text + n, *eol, *why;
	unsigned	 line;

	for (line = 1; text < end; line++, text = eol + 1) {
		eol = memchr(text, '\n', (size_t)(end - text));
		if (eol == NULL)
			eol = end;
		why = parse_line(g, kind, text, eol);
		if (why != NULL)
			return tp_err_set(e, TP_EXIT_USAGE, "%s:%u: %s", path,
			    line, why);
	}
	if (g->n == 0)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: nobody is in it",
		    path);
	return 0;
}

int
tp_grants_slurp(const char *path, struct tp_buf *out, struct tp_err *e)
{
	struct stat	st;
	ssize_t		k = 1;
	int		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd == -1 || fstat(fd, &st) == -1) {
		tp_err_sys(e, "%s", path);
		if (fd != -1)
			close(fd);
		return -1;
	}
	if (!S_ISREG(st.st_mode))
		tp_err_set(e, TP_EXIT_USAGE, "%s: must be a file", path);
	else if (st.st_mode & 027)
		tp_err_set(e, TP_EXIT_USAGE, "%s: mode %03o lets others read "
		    "or write it; use chmod 600", path, st.st_mode & 0777u);
	else if (st.st_uid != 0 && st.st_uid != geteuid())
		tp_err_set(e, TP_EXIT_USAGE, "%s: belongs to another user",
		    path);
	else
		while (k > 0 && out->n <= FILE_MAX) {
			k = read(fd, tp_buf_room(out, 4096), 4096);
			if (k > 0)
				out->n += (size_t)k;
		}
	close(fd);
	if (e->code != 0)
		return -1;
	if (k == -1)
		return tp_err_sys(e, "%s", path);
	return out->n <= FILE_MAX ? 0 : tp_err_set(e, TP_EXIT_USAGE,
	    "%s: more than 1 MB", path);
}

const struct tp_grant *
tp_grants_token(const struct tp_grants *g, const char *token, size_t n)
{
	const struct tp_grant	*found = NULL;
	uint8_t			 digest[TP_SHA256];
	size_t			 i;

	tp_sha256(digest, token, n);
	for (i = 0; i < g->n; i++)
		if (tp_secret_same(g->v[i].digest, digest, TP_SHA256))
			found = &g->v[i];
	return found;
}

const struct tp_grant *
tp_grants_user(const struct tp_grants *g, const char *name)
{
	size_t	i;

	for (i = 0; i < g->n; i++)
		if (strcmp(g->v[i].name, name) == 0)
			return &g->v[i];
	return NULL;
}
