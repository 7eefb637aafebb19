/* Lines out of blocks. */
#include "json/lines.h"

#include "json/json.h"

#define CUT	1024		/* bytes shown of an overlong line */

void
tp_lines_init(struct tp_lines *s, size_t max)
{
	tp_lines_release(s);
	s->max = max > CUT ? max : CUT;
}

void
tp_lines_release(struct tp_lines *s)
{
	tp_buf_release(&s->part);
	*s = (struct tp_lines){ 0 };
}

static int
give(struct tp_lines *s, const char *p, size_t n, tp_line_fn *fn, void *arg)
{
	struct tp_line	l = { p, n, ++s->lineno, n > s->max };

	if (l.lineno == 1 && n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0) {
		l.p += 3;
		l.n -= 3;
	}
	if (l.overlong)
		l.n = CUT;
	return fn(arg, &l);
}

/* Keeps the start of a line; gives it at once where it is too long. */
static int
keep(struct tp_lines *s, const char *p, size_t n, tp_line_fn *fn, void *arg)
{
	int	rc = 0;

	if (s->overlong)
		return 0;
	tp_buf_add(&s->part, p, n);
	if (s->part.n > s->max) {
		s->overlong = true;
		rc = give(s, s->part.p, s->part.n, fn, arg);
		s->part.n = 0;
	}
	return rc;
}

/* Ends the kept line: gives it with its newline and padding. */
static int
give_part(struct tp_lines *s, tp_line_fn *fn, void *arg)
{
	size_t	n = s->part.n;
	char	*pad;

	pad = tp_buf_room(&s->part, 1 + TP_JSON_PAD);
	memset(pad, 0, 1 + TP_JSON_PAD);
	*pad = '\n';
	s->part.n = 0;
	return give(s, s->part.p, n, fn, arg);
}

int
tp_lines_bytes(struct tp_lines *s, const char *p, size_t n, tp_line_fn *fn,
    void *arg)
{
	const char	*end = p + n, *nl;
	int		 rc = 0;

	while (rc == 0 && p < end &&
	    (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		if (s->overlong) {
			s->overlong = false;
		} else if (s->part.n > 0) {
			rc = keep(s, p, (size_t)(nl - p), fn, arg);
			if (rc == 0 && !s->overlong)
				rc = give_part(s, fn, arg);
			s->overlong = false;
		} else {
			rc = give(s, p, (size_t)(nl - p), fn, arg);
		}
		p = nl + 1;
	}
	return rc == 0 && p < end ? keep(s, p, (size_t)(end - p), fn, arg) :
	    rc;
}

int
tp_lines_end(struct tp_lines *s, tp_line_fn *fn, void *arg)
{
	if (s->part.n == 0)
		return 0;
	return give_part(s, fn, arg);
}
