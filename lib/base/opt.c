#include <getopt.h>
#include <math.h>

#include "base/optlist.h"
#include "base/opttime.h"
#include "base/typo.h"
#include "base/version.h"

/* getopt_long's value of item i is LONG_BASE + 2 * i, + 1 for --no-NAME. */
#define LONG_BASE	256
#define LONG_VALUE(i)	(LONG_BASE + 2 * (int)(i))

/* What getopt_long(3) wants; all of it heap. */
struct tables {
	struct tp_buf	 letters;
	struct option	*longs;
	size_t		 n, cap;
	char		**names;	/* "no-NAME" */
	size_t		 nnames, names_cap;
};

int
tp_opt_error(struct tp_err *e, const char *fmt, ...)
{
	char	text[sizeof(e->text)];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return tp_err_set(e, TP_EXIT_USAGE, "%s", text);
}

static void
add_long(struct tables *t, const char *name, bool valued, int value)
{
	TP_GROW(t->longs, t->cap, t->n + 1);
	t->longs[t->n++] = (struct option){
		.name = name, .val = value,
		.has_arg = valued ? required_argument : no_argument,
	};
}

static void
tables_init(struct tables *t, const struct tp_opt_items *l)
{
	struct tp_buf	no = { 0 };
	size_t		i;

	*t = (struct tables){ 0 };
	/* The colon tells a missing value from an unknown option. */
	tp_buf_char(&t->letters, ':');
	for (i = 0; i < l->n; i++) {
		const struct tp_opt	*o = l->v[i].opt;

		if (o->kind == TP_OPT_HEADING)
			continue;
		if (l->v[i].letter != 0) {
			tp_buf_char(&t->letters, l->v[i].letter);
			if (tp_opt_valued(o))
				tp_buf_char(&t->letters, ':');
		}
		add_long(t, o->name, tp_opt_valued(o), LONG_VALUE(i));
		if (l->v[i].ask != TP_ASK_NONE ||
		    (o->kind != TP_OPT_FLAG && o->kind != TP_OPT_TRI))
			continue;
		no.n = 0;
		tp_buf_printf(&no, "no-%s", o->name);
		TP_GROW(t->names, t->names_cap, t->nnames + 1);
		t->names[t->nnames] = tp_strdup(tp_buf_cstr(&no));
		add_long(t, t->names[t->nnames++], false, LONG_VALUE(i) + 1);
	}
	tp_buf_release(&no);
	TP_GROW(t->longs, t->cap, t->n + 1);
	t->longs[t->n] = (struct option){ 0 };
}

static void
tables_release(struct tables *t)
{
	while (t->nnames > 0)
		free(t->names[--t->nnames]);
	free(t->names);
	free(t->longs);
	tp_buf_release(&t->letters);
}

static int
range_error(const struct tp_opt *o, const char *s, struct tp_err *e)
{
	if (isinf(o->hi))
		return tp_opt_error(e, "--%s: '%s' is below %.15g", o->name, s,
		    o->lo);
	if (isinf(o->lo))
		return tp_opt_error(e, "--%s: '%s' is above %.15g", o->name, s,
		    o->hi);
	return tp_opt_error(e, "--%s: '%s' is not in %.15g..%.15g", o->name, s,
	    o->lo, o->hi);
}

static bool
in_range(const struct tp_opt *o, double v)
{
	return (o->lo == 0 && o->hi == 0) || (v >= o->lo && v <= o->hi);
}

static int
set_int(const struct tp_opt *o, int64_t *to, const char *s, struct tp_err *e)
{
	int64_t	v;

	if (tp_parse_int(s, strlen(s), &v) < 0)
		return tp_opt_error(e, "--%s: no integer '%s'", o->name, s);
	if (!in_range(o, (double)v))
		return range_error(o, s, e);
	*to = v;
	return 0;
}

static int
set_num(const struct tp_opt *o, double *to, const char *s, struct tp_err *e)
{
	double	v;

	if (tp_parse_num(s, strlen(s), &v) < 0)
		return tp_opt_error(e, "--%s: no number '%s'", o->name, s);
	if (!in_range(o, v))
		return range_error(o, s, e);
	*to = v;
	return 0;
}

static int
choice_error(const struct tp_opt *o, const char *s, struct tp_err *e)
{
	struct tp_buf	list = { 0 };
	const char	*p;

	for (p = o->choices; *p != '\0'; p++)
		tp_buf_printf(&list, *p == '|' ? ", " : "%c", *p);
	tp_opt_error(e, "--%s: '%s' is not one of %s", o->name, s,
	    tp_buf_cstr(&list));
	tp_buf_release(&list);
	return -1;
}

static int
set_choice(const struct tp_opt *o, int *to, const char *s, struct tp_err *e)
{
	const char	*p = o->choices;
	size_t		 n = strlen(s), len;
	int		 i;

	for (i = 0; *p != '\0'; i++) {
		len = strcspn(p, "|");
		if (len == n && memcmp(p, s, n) == 0) {
			*to = i;
			return 0;
		}
		p += len;
		p += *p == '|';
	}
	return choice_error(o, s, e);
}

static void
add_value(struct tp_opt_list *l, const char *s)
{
	l->v = tp_realloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = s;
}

/* Puts the value s (NULL for flags) into the conf; no: by --no-NAME. */
static int
set(const struct tp_opt_item *it, bool no, const char *s, char *conf,
    struct tp_err *e)
{
	const struct tp_opt	*o = it->opt;
	struct tp_tz		 utc = { .utc = true };
	void			*to = conf + it->offset;

	switch (o->kind) {
	case TP_OPT_FLAG:
		*(bool *)to = !no;
		break;
	case TP_OPT_TRI:
		*(int *)to = no ? -1 : 1;
		break;
	case TP_OPT_COUNT:
		++*(int *)to;
		break;
	case TP_OPT_STR:
	case TP_OPT_FILE:
		*(const char **)to = s;
		break;
	case TP_OPT_LIST:
		add_value(to, s);
		break;
	case TP_OPT_INT:
		return set_int(o, to, s, e);
	case TP_OPT_NUM:
		return set_num(o, to, s, e);
	case TP_OPT_DUR:
		if (tp_duration_parse(s, to) < 0)
			return tp_opt_error(e, "--%s: no duration '%s', "
			    "as 30s, 5m, 2h or 1d", o->name, s);
		break;
	case TP_OPT_TIME:
		return tp_opt_time(&utc, o->name, s, to, e);
	case TP_OPT_CHOICE:
		return set_choice(o, to, s, e);
	case TP_OPT_HEADING:
	case TP_OPT_END:
		tp_die("--%s has no value", o->name);
	}
	return 0;
}

/* Looks at the option behind entry i of the table. */
static bool
entry_shown(const struct tables *t, const struct tp_opt_items *l, size_t i)
{
	return tp_opt_shown(&l->v[(t->longs[i].val - LONG_BASE) / 2]);
}

/*
 * Which options the n bytes at p may stand for, as the end of a message;
 * returns how many begin so.
 */
static size_t
guess(const struct tables *t, const struct tp_opt_items *l, const char *p,
    size_t n, struct tp_buf *b)
{
	const char	*name, *near = NULL;
	size_t		 i, d, best = TP_TYPO_MAX, hits = 0;

	for (i = 0; i < t->n; i++) {
		name = t->longs[i].name;
		if (!entry_shown(t, l, i))
			continue;
		if (n > 0 && strncmp(name, p, n) == 0)
			tp_buf_printf(b, "%s --%s", hits++ > 0 ? "," :
			    " is ambiguous:", name);
		d = tp_typo_distance(p, n, name);
		if (tp_typo_likely(p, n, name) && d < best) {
			best = d;
			near = name;
		}
	}
	if (hits == 0 && near != NULL)
		tp_buf_printf(b, "; did you mean '--%s'?", near);
	return hits;
}

/* Says what was wrong with `word`, the argument that getopt_long refused. */
static int
unknown(const struct tables *t, const struct tp_opt_items *l,
    const char *word, struct tp_err *e)
{
	struct tp_buf	more = { 0 };
	size_t		n, hits;

	if (optopt >= LONG_BASE)
		return tp_opt_error(e, "option '--%s%s' takes no value",
		    (optopt - LONG_BASE) % 2 != 0 ? "no-" : "",
		    l->v[(optopt - LONG_BASE) / 2].opt->name);
	if (optopt != 0)
		return tp_opt_error(e, "unknown option '-%c'", optopt);
	n = strcspn(word, "=");
	hits = guess(t, l, word + 2, n - 2, &more);
	tp_opt_error(e, "%s '%.*s'%s", hits > 0 ? "option" : "unknown option",
	    (int)n, word, tp_buf_cstr(&more));
	tp_buf_release(&more);
	return -1;
}

static const struct tp_opt_item *
find_item(const struct tp_opt_items *l, int value, bool *no)
{
	size_t	i;

	*no = value >= LONG_BASE && (value - LONG_BASE) % 2 != 0;
	if (value >= LONG_BASE)
		return &l->v[(value - LONG_BASE) / 2];
	for (i = 0; i < l->n; i++)
		if (l->v[i].letter == value)
			return &l->v[i];
	tp_die("option letter %d without a table entry", value);
}

/* Answers -h, --help, -V and the hidden ones on stdout. */
static int
answer(const struct tp_tool *tool, const struct tp_opt_items *l,
    enum tp_opt_ask ask, const char *value, struct tp_err *e)
{
	struct tp_buf	out = { 0 };
	int		r = 0;

	switch (ask) {
	case TP_ASK_USAGE:
		tp_opt_usage(tool, l, &out);
		break;
	case TP_ASK_HELP:
		tp_opt_help(tool, l, &out);
		break;
	case TP_ASK_VERSION:
		tp_buf_printf(&out, "%s %s\n", tool->name, TP_VERSION);
		break;
	case TP_ASK_COMPLETIONS:
		if (tp_opt_completions(tool, l, value, &out) < 0)
			r = tp_opt_error(e, "--completions: '%s' is not one "
			    "of bash, zsh, fish", value);
		break;
	case TP_ASK_OPTIONS:
		tp_opt_listing(l, &out);
		break;
	case TP_ASK_NONE:
		break;
	}
	/* Whether stdout took it is checked where stdout is closed. */
	if (out.n > 0)
		fwrite(out.p, 1, out.n, stdout);
	tp_buf_release(&out);
	return r;
}

static int
parse(const struct tp_tool *tool, const struct tp_opt_items *l,
    struct tables *t, int argc, char **argv, void *conf, bool *done,
    struct tp_err *e)
{
	const struct tp_opt_item	*it;
	enum tp_opt_ask			 ask;
	bool				 no;
	int				 c;

	/* 0, not 1, makes glibc forget an earlier scan. */
	optind = 0;
	opterr = 0;
	for (;;) {
		c = getopt_long(argc, argv, tp_buf_cstr(&t->letters),
		    t->longs, NULL);
		if (c == -1)
			return optind;
		if (c == '?')
			return unknown(t, l, argv[optind - 1], e);
		if (c == ':') {
			it = find_item(l, optopt, &no);
			return tp_opt_error(e, "option '--%s' needs a value",
			    it->opt->name);
		}
		it = find_item(l, c, &no);
		ask = it->ask == TP_ASK_HELP && c == 'h' ? TP_ASK_USAGE :
		    it->ask;
		if (ask != TP_ASK_NONE) {
			if (answer(tool, l, ask, optarg, e) < 0)
				return -1;
			*done = true;
			return optind;
		}
		if (set(it, no, optarg, conf, e) < 0)
			return -1;
	}
}

int
tp_opt_parse(const struct tp_tool *tool, int argc, char **argv,
    void *conf, bool *done, struct tp_err *e)
{
	struct tp_opt_items	l;
	struct tables		t;
	int			r;

	*done = false;
	tp_opt_items_init(&l, tool);
	tables_init(&t, &l);
	r = parse(tool, &l, &t, argc, argv, conf, done, e);
	tables_release(&t);
	tp_opt_items_release(&l);
	return r;
}

int
tp_opt_ints(const char *s, int64_t *v, int max, int64_t lo, int64_t hi)
{
	int	n = 0;

	for (;;) {
		size_t	len = strcspn(s, ",");

		if (n == max || tp_parse_int(s, len, &v[n]) < 0 ||
		    v[n] < lo || v[n] > hi)
			return -1;
		n++;
		if (s[len] == '\0')
			return n;
		s += len + 1;
	}
}
