/* Cuts the input into documents; what they hold is in flowdoc.c. */
#include "data/flow.h"

#include "data/flowitem.h"

#define SHOWN	200		/* bytes of a refused document */

void
tp_shapes_release(struct tp_shapes *s)
{
	tp_map_release(&s->ids);
	tp_buf_release(&s->text);
}

bool
tp_flow_is(const char *p, size_t n)
{
	static const char *const	first[] = {
		"{\"RWS\":", "{\"sourceUpdated\":", "{\"flowSegmentData\":",
		"{\"results\":[{\"location\":",
	};
	char				s[64];
	size_t				i, k = 0;

	for (i = 0; i < n && k < sizeof(s); i++)
		if (strchr(" \t\r\n", p[i]) == NULL)
			s[k++] = p[i];
	for (i = 0; i < sizeof(first) / sizeof(first[0]); i++)
		if (k >= strlen(first[i]) &&
		    memcmp(s, first[i], strlen(first[i])) == 0)
			return true;
	return false;
}

void
tp_flow_open(struct tp_flow *f, struct tp_events *ev)
{
	f->ev = ev;
	f->doc.n = 0;
	f->lineno = 1;
	f->depth = 0;
	f->string = f->escape = f->noise = f->passed = false;
}

void
tp_flow_release(struct tp_flow *f)
{
	size_t	i;

	tp_buf_release(&f->doc);
	tp_buf_release(&f->id);
	tp_buf_release(&f->text);
	for (i = 0; i < TP_FLOW_LEVELS; i++)
		tp_json_obj_release(&f->level[i]);
	*f = (struct tp_flow){ 0 };
}

static int
refuse(struct tp_flow *f, struct tp_out *out, const char *why)
{
	size_t	n = f->doc.n < SHOWN ? f->doc.n : SHOWN;

	return tp_events_reject(f->ev, out, f->doc.p, n, f->first, "flow",
	    "%s", why);
}

/* The whole document is in f->doc. */
static int
take_document(struct tp_flow *f, struct tp_out *out)
{
	char	why[300];
	int	rc;

	memset(tp_buf_room(&f->doc, TP_JSON_PAD), 0, TP_JSON_PAD);
	rc = tp_flow_document(f, out, why, sizeof(why));
	return rc == -1 ? refuse(f, out, why) : rc;
}

/* Moves on by a byte inside a document; true where it is the last one. */
static bool
step(struct tp_flow *f, char c)
{
	if (f->escape) {
		f->escape = false;
	} else if (f->string) {
		f->escape = c == '\\';
		f->string = c != '"';
	} else if (c == '"') {
		f->string = true;
	} else if (c == '{' || c == '[') {
		f->depth++;
	} else if (c == '}' || c == ']') {
		return --f->depth == 0;
	}
	return false;
}

/* Passes over what is between documents; returns its length. */
static size_t
between(struct tp_flow *f, const char *p, size_t n)
{
	size_t	i = 0;

	while (i < n && (p[i] == ' ' || p[i] == '\t' || p[i] == '\r' ||
	    p[i] == '\n' || p[i] == ','))
		f->lineno += p[i++] == '\n';
	f->doc.n = 0;
	f->first = f->lineno;
	return i;
}

/* HTML, or some other text, of which the first bytes are shown. */
static int
take_noise(struct tp_flow *f, const char *p, size_t n, bool end,
    struct tp_out *out)
{
	size_t	room = SHOWN - f->doc.n;

	f->noise = true;
	tp_buf_add(&f->doc, p, n < room ? n : room);
	if (f->doc.n < SHOWN && !end)
		return 0;
	f->passed = true;
	return refuse(f, out, f->doc.p[0] == '<' ?
	    "the answer is HTML or XML, not JSON" : "the answer is not JSON");
}

/*
 * Takes the bytes up to the document's end, or all; returns how many.  Ends
 * of lines become blanks, since the scanner reads one line.
 */
static size_t
inside(struct tp_flow *f, const char *p, size_t n)
{
	char	*to = tp_buf_room(&f->doc, n);
	bool	 last = false;
	size_t	 i = 0;

	for (; i < n && !last; i++) {
		f->lineno += p[i] == '\n';
		to[i] = p[i] == '\n' && !f->string ? ' ' : p[i];
		last = step(f, p[i]);
	}
	f->doc.n += i;
	return i;
}

int
tp_flow_bytes(struct tp_flow *f, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e)
{
	size_t	i = 0;
	int	rc;

	(void)e;
	while (i < n && !f->passed) {
		if (f->depth == 0 && !f->noise) {
			i += between(f, p + i, n - i);
			if (i == n)
				break;
		}
		if (f->noise || (f->depth == 0 && p[i] != '{' &&
		    p[i] != '['))
			return take_noise(f, p + i, n - i, false, out);
		i += inside(f, p + i, n - i);
		if (f->doc.n > f->ev->conf->max_line) {
			f->passed = true;
			return refuse(f, out,
			    "document longer than --max-line");
		}
		if (f->depth == 0 && (rc = take_document(f, out)) != 0)
			return rc;
	}
	return 0;
}

int
tp_flow_close(struct tp_flow *f, struct tp_out *out, struct tp_err *e)
{
	(void)e;
	if (f->passed)
		return 0;
	if (f->noise)
		return take_noise(f, NULL, 0, true, out);
	return f->depth > 0 ? refuse(f, out, "the document is cut off") : 0;
}
