/* What every format shares: time shifts, segments, rejects, cells. */
#include "data/event.h"

#include "json/json.h"

#define SEGS_MAX	(1u << 17)	/* kept in the table at a time */
#define LOOP_GAP	(5 * TP_MINUTE)	/* where one time says no step */

void
tp_events_init(struct tp_events *ev, const struct tp_replay_conf *conf)
{
	*ev = (struct tp_events){ .conf = conf };
}

static void
clear_segs(struct tp_events *ev)
{
	size_t	i;

	for (i = 0; i < ev->ids.n; i++)
		tp_seg_release(&ev->segs[i]);
	tp_map_release(&ev->ids);
}

void
tp_events_release(struct tp_events *ev)
{
	clear_segs(ev);
	free(ev->segs);
	*ev = (struct tp_events){ 0 };
}

/* Rounds of --loop go on in time where the one before ended. */
void
tp_events_open(struct tp_events *ev, const char *source, int64_t pass)
{
	int64_t	step = ev->conf->step;

	ev->source = source;
	if (pass == ev->pass)
		return;
	ev->pass = pass;
	ev->timed = false;
	if (step <= 0)
		step = ev->gap > 0 ? ev->gap : LOOP_GAP;
	if (ev->any)
		ev->shift += ev->last - ev->first + step;
}

/* The extent of pass 0, and its smallest step. */
static void
note_time(struct tp_events *ev, int64_t t)
{
	int64_t	d;

	if (!ev->any) {
		ev->first = ev->last = t;
		ev->any = true;
		return;
	}
	d = t > ev->t ? t - ev->t : ev->t - t;
	if (d > 0 && (ev->gap == 0 || d < ev->gap))
		ev->gap = d;
	if (t < ev->first)
		ev->first = t;
	if (t > ev->last)
		ev->last = t;
}

void
tp_events_set_time(struct tp_events *ev, int64_t t)
{
	struct tp_buf	b = { ev->ts, 0, sizeof(ev->ts) };

	if (!ev->anchored && ev->conf->rebase != TP_TIME_NONE)
		ev->shift += ev->conf->rebase - t;
	ev->anchored = true;
	if (ev->pass == 0)
		note_time(ev, t);
	ev->timed = true;
	ev->t = t;
	ev->out_t = t + ev->shift;
	tp_buf_int(&b, ev->out_t);
	ev->tslen = b.n;
}

void
tp_seg_init(struct tp_seg *s, const struct tp_events *ev, const char *name,
    const char *id, size_t n)
{
	const struct tp_replay_conf	*conf = ev->conf;
	struct tp_buf			 b = { 0 };
	size_t				 at;

	*s = (struct tp_seg){ .wanted = true };
	if (conf->only != NULL) {
		at = tp_map_find(conf->only, id, n);
		s->wanted = at != SIZE_MAX;
		if (s->wanted && conf->seen != NULL)
			conf->seen[at] = true;
	}
	if (conf->sensors != NULL)
		s->place = tp_sensors_find(conf->sensors, id, n);
	tp_buf_lit(&b, "{\"");
	tp_buf_str(&b, name);
	tp_buf_lit(&b, "\":");
	at = b.n + 1;
	tp_json_write_str(&b, id, n);
	s->keylen = b.n - 1 - at;
	tp_buf_lit(&b, ",\"timestamp\":");
	s->head = b.p;
	s->headlen = b.n;
	s->key = s->head + at;
}

void
tp_seg_release(struct tp_seg *s)
{
	free(s->head);
	*s = (struct tp_seg){ 0 };
}

const struct tp_seg *
tp_events_seg(struct tp_events *ev, const char *id, size_t n)
{
	size_t	i = tp_map_find(&ev->ids, id, n);

	if (i != SIZE_MAX)
		return &ev->segs[i];
	if (ev->ids.n == SEGS_MAX)
		clear_segs(ev);		/* a bound on memory, not on ids */
	i = tp_map_add(&ev->ids, id, n);
	TP_GROW(ev->segs, ev->cap, i + 1);
	tp_seg_init(&ev->segs[i], ev, "segment_id", id, n);
	return &ev->segs[i];
}

int
tp_events_reject(struct tp_events *ev, struct tp_out *out, const char *raw,
    size_t n, uint64_t lineno, const char *rule, const char *fmt, ...)
{
	struct tp_rec	r = {
		.line = raw, .len = n, .source = ev->source, .lineno = lineno,
	};
	char		text[400];
	va_list		ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tp_err_mask(text);
	return -tp_out_reject(out, &r, rule, text);
}

/* Epochs tell their unit by their number of digits; those of 2001 on do. */
static int
epoch_time(const char *s, size_t n, int64_t *t)
{
	int64_t	v;

	if (n < 9 || n > 19 || tp_parse_int(s, n, &v) == -1 || v < 0)
		return -1;
	switch (n) {
	case 9: case 10:
		*t = v * 1000;
		return 0;
	case 12: case 13:
		*t = v;
		return 0;
	case 15: case 16:
		*t = v / 1000;
		return 0;
	case 18: case 19:
		*t = v / 1000000;
		return 0;
	}
	return -1;
}

int64_t
tp_table_second(struct tp_tz *z, int64_t t, int64_t last)
{
	struct tp_civil	a, b;

	if (last == TP_TIME_NONE || t > last || z->utc)
		return t;
	tp_tz_civil(z, t, &a);
	tp_tz_civil(z, t + TP_HOUR, &b);
	return a.hour == b.hour && a.minute == b.minute && a.day == b.day ?
	    t + TP_HOUR : t;
}

/* A number of one or two digits with `behind` behind it; -1: there is none. */
static int
small_number(const char **s, const char *end, char behind)
{
	const char	*p = *s;
	int		 v = 0;

	while (p < end && p - *s < 2 && *p >= '0' && *p <= '9')
		v = 10 * v + *p++ - '0';
	if (p == *s || p == end || *p != behind)
		return -1;
	*s = p + 1;
	return v;
}

/* Reads two small numbers before a year, such as 1.3. of 1.3.2025; returns
 * where the year begins, or NULL. */
static const char *
two_before(const char *s, const char *end, char behind, int *a, int *b)
{
	if ((*a = small_number(&s, end, behind)) < 0 ||
	    (*b = small_number(&s, end, behind)) < 0)
		return NULL;
	return end - s >= 4 ? s : NULL;
}

/*
 * Writes "1.3.2025 8:05" as "2025-03-01 08:05": with dots the day comes first
 * wherever it is written so.  Returns the length in iso, 0 where there is no
 * such date or no room.
 */
static size_t
from_dots(const char *s, size_t n, char *iso, size_t size)
{
	const char	*end = s + n, *rest;
	bool		 short_hour;
	int		 day, month;
	size_t		 len, more;

	if ((s = two_before(s, end, '.', &day, &month)) == NULL)
		return 0;
	rest = s + 4;
	short_hour = end - rest > 2 && rest[0] == ' ' && rest[2] == ':';
	rest += short_hour;
	len = (size_t)snprintf(iso, size, "%.4s-%02d-%02d%s", s, month, day,
	    short_hour ? " 0" : "");
	more = (size_t)(end - rest);
	if (len + more > size)
		return 0;
	memcpy(iso + len, rest, more);
	return len + more;
}

int
tp_table_time(struct tp_tz *z, const char *s, size_t n, int64_t last,
    int64_t *t, const char **why)
{
	char	iso[40];
	size_t	len;
	int	a, b;

	if (epoch_time(s, n, t) == 0)
		return 0;
	if (two_before(s, s + n, '/', &a, &b) != NULL) {
		*why = "which is the month is not certain of dates with "
		    "slashes; write 2012-12-31";
		return -1;
	}
	len = from_dots(s, n, iso, sizeof(iso));
	if (len > 0) {
		s = iso;
		n = len;
	}
	if (tp_time_parse(z, s, n, t, why) == -1)
		return -1;
	*t = tp_table_second(z, *t, last);
	return 0;
}

/* The words that pandas reads as missing; cells are short. */
static bool
is_missing_word(const char *s, size_t n)
{
	static const char *const words[] = {
		"nan", "na", "n/a", "#n/a", "<na>", "null", "none", "-nan",
		"nat",
	};
	size_t			 i, k;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		for (k = 0; k < n && words[i][k] != '\0'; k++)
			if (words[i][k] != (s[k] | ('A' <= s[k] &&
			    s[k] <= 'Z' ? 0x20 : 0)))
				break;
		if (k == n && words[i][k] == '\0')
			return true;
	}
	return false;
}

/* Numbers that are no JSON: +5, .5, 5., 007; made into JSON first. */
static enum tp_table_cell
odd_cell(const char *s, size_t n, double *v)
{
	const char	*end = s + n, *from, *dot;
	char		 text[64];
	size_t		 k = 0;

	if (is_missing_word(s, n))
		return TP_TABLE_NONE;
	if (n > sizeof(text) - 2)
		return TP_TABLE_TEXT;
	if (*s == '-')
		text[k++] = '-';
	if (*s == '-' || *s == '+')
		s++;
	for (from = s; s < end && *s == '0'; s++)
		;
	if (s > from && (s == end || *s < '0' || *s > '9'))
		s--;		/* the last 0 before the point stays */
	dot = memchr(s, '.', (size_t)(end - s));
	if (dot == s) {
		if (end - s < 2 || s[1] < '0' || s[1] > '9')
			return TP_TABLE_TEXT;
		text[k++] = '0';
	}
	if (s == end || *s == '-' || *s == '+')
		return TP_TABLE_TEXT;
	memcpy(text + k, s, (size_t)(end - s));
	k += (size_t)(end - s);
	if (dot == end - 1 && strspn(s, "0123456789") == (size_t)(dot - s))
		k--;
	return tp_parse_num(text, k, v) == 0 ? TP_TABLE_NUM : TP_TABLE_TEXT;
}

/* Bytes of the longest JSON number at the start of s; 0: none.  *large: it
 * may be more than a double holds. */
static size_t
json_number(const char *s, size_t n, bool *zero, bool *large)
{
	size_t	i = n > 0 && s[0] == '-', from = i;
	char	any = 0;

	for (; i < n && s[i] >= '0' && s[i] <= '9'; i++)
		any |= (char)(s[i] - '0');
	if (i == from || (s[from] == '0' && i > from + 1))
		return 0;
	if (i + 1 < n && s[i] == '.' && s[i + 1] >= '0' && s[i + 1] <= '9')
		for (i++; i < n && s[i] >= '0' && s[i] <= '9'; i++)
			any |= (char)(s[i] - '0');
	*zero = any == 0;
	*large = n > 300;
	if (i < n && (s[i] | 0x20) == 'e') {
		from = i + 1;
		if (from < n && (s[from] == '+' || s[from] == '-'))
			from++;
		if (from == n || s[from] < '0' || s[from] > '9')
			return i;
		for (i = from; i < n && s[i] >= '0' && s[i] <= '9'; i++)
			;
		*large = true;
	}
	return i;
}

enum tp_table_cell
tp_table_cell(const char *s, size_t n, bool *zero, double *v)
{
	bool	large = false;

	*zero = false;
	if (n == 0)
		return TP_TABLE_NONE;
	if (json_number(s, n, zero, &large) == n)
		return !large || tp_parse_num(s, n, v) == 0 ?
		    TP_TABLE_JSON : TP_TABLE_TEXT;
	*zero = false;
	return odd_cell(s, n, v);
}
