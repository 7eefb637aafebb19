/* Profile records: the text of a struct tp_trail. */
#include <math.h>

#include "base/mem.h"
#include "feat/trail.h"
#include "io/file.h"

#define SPEED_MAX	1000.0		/* in either unit */
#define FILE_MAX	((size_t)1 << 30)

static const char *const	kinds[TP_TRAIL_KINDS] = {
	"weekday", "saturday", "sunday",
};

static void
put_head(const struct tp_trail *t, size_t seg, size_t kind, struct tp_buf *b)
{
	const struct tp_map_key	*id = &t->ids.keys[seg];
	struct tp_buf		 day = { 0 };

	tp_buf_lit(b, "{\"profile_id\":\"");
	tp_buf_add(b, id->p, id->n);
	tp_buf_printf(b, ":%s\",\"segment_id\":\"", kinds[kind]);
	tp_buf_add(b, id->p, id->n);
	tp_buf_time(&day, t->last * TP_DAY);
	tp_buf_printf(b, "\",\"day_type\":\"%s\",\"step_ms\":%lld,"
	    "\"tz\":\"%s\",\"last_day\":\"%.10s\",\"usual_%s\":[",
	    kinds[kind], (long long)t->step_ms, t->tz, day.p,
	    tp_unit_suffix(t->unit));
	tp_buf_release(&day);
}

/* One segment and kind of day, unless it never had a reading. */
static void
put_line(const struct tp_trail *t, size_t seg, size_t kind, struct tp_buf *b)
{
	size_t	n = (size_t)t->slots, at = (seg * TP_TRAIL_KINDS + kind) * n;
	size_t	i = 0;

	while (i < n && t->days[at + i] == 0)
		i++;
	if (i == n)
		return;
	put_head(t, seg, kind, b);
	for (i = 0; i < n; i++) {
		tp_buf_num(b, t->mean[at + i] / 1000.0);
		tp_buf_char(b, ',');
	}
	b->p[b->n - 1] = ']';
	tp_buf_lit(b, ",\"days\":[");
	for (i = 0; i < n; i++) {
		tp_buf_int(b, t->days[at + i]);
		tp_buf_char(b, ',');
	}
	b->p[b->n - 1] = ']';
	tp_buf_lit(b, "}\n");
}

void
tp_trail_write(const struct tp_trail *t, struct tp_buf *b)
{
	size_t	seg, kind;

	for (seg = 0; seg < t->ids.n && t->last != TP_TIME_NONE; seg++)
		for (kind = 0; kind < TP_TRAIL_KINDS; kind++)
			put_line(t, seg, kind, b);
}

/* One line being read. */
struct line {
	const char		*name;
	size_t			 no;
	struct tp_json_obj	 o, numbers;
	struct tp_err		*e;
};

static int
bad(const struct line *l, const char *key, const char *why)
{
	return tp_err_set(l->e, TP_EXIT_DATA, "%s:%zu: %s: %s", l->name,
	    l->no, key, why);
}

/* The string `key`, or NULL with the error. */
static const struct tp_json_val *
text(const struct line *l, const char *key)
{
	const struct tp_json_field	*f = tp_json_find(&l->o, key);

	if (f != NULL && f->v.type == TP_JSON_STR && f->v.n > 0)
		return &f->v;
	bad(l, key, f == NULL ? "missing" : "not a string");
	return NULL;
}

static bool
is(const struct tp_json_val *v, const char *s)
{
	return v->n == strlen(s) && memcmp(v->p, s, v->n) == 0;
}

/* The day, zone and step of a line; those of the first are the table's. */
static int
read_head(struct tp_trail *t, const struct line *l)
{
	const struct tp_json_val	*tz = text(l, "tz"), *day;
	const struct tp_json_field	*step = tp_json_find(&l->o, "step_ms");
	struct tp_feat_spec		 s = tp_feat_spec_default;
	struct tp_tz			 utc = { 0 };
	const char			*why = NULL;
	int64_t				 ms;

	day = tz != NULL ? text(l, "last_day") : NULL;
	if (day == NULL)
		return -1;
	if (step == NULL || tp_json_int(&step->v, &s.step_ms) != 0)
		return bad(l, "step_ms", "not a number of milliseconds");
	if (tz->n >= sizeof(s.tz))
		return bad(l, "tz", "too long");
	memcpy(s.tz, tz->p, tz->n);
	s.tz[tz->n] = '\0';
	s.unit = tp_json_find(&l->o, "usual_mph") != NULL ? TP_UNIT_MPH :
	    TP_UNIT_KMH;
	s.groups |= TP_FEAT_TRAIL;
	if (tp_feat_spec_check(&s, l->e) != 0)
		return bad(l, "step_ms", "no such step or zone");
	if (tp_tz_open(&utc, "UTC", l->e) != 0 || day->n != 10 ||
	    tp_time_parse(&utc, day->p, day->n, &ms, &why) != 0)
		return bad(l, "last_day", "not a date");
	if (t->slots == 0)
		tp_trail_init(t, &s, SIZE_MAX);
	else if (t->step_ms != s.step_ms || t->unit != s.unit ||
	    strcmp(t->tz, s.tz) != 0)
		return bad(l, "profile_id",
		    "another step, zone or unit than in the first line");
	if (t->last == TP_TIME_NONE || ms / TP_DAY > t->last)
		t->last = ms / TP_DAY;
	return 0;
}

/* The array `key`, of a number for each slot, into l->numbers. */
static int
read_array(const struct tp_trail *t, struct line *l, const char *key)
{
	const struct tp_json_field	*f = tp_json_find(&l->o, key);

	if (f == NULL || f->v.type != TP_JSON_ARR ||
	    tp_json_array(&l->numbers, f->v.p, f->v.n) != 0 ||
	    l->numbers.n != (size_t)t->slots)
		return bad(l, key, "not an array with a number for each step "
		    "of a day");
	return 0;
}

static int
read_means(struct tp_trail *t, struct line *l, size_t at)
{
	const char	*key = t->unit == TP_UNIT_MPH ? "usual_mph" :
			    "usual_kmh";
	size_t		 i;
	double		 v;
	int64_t		 n;

	if (read_array(t, l, key) != 0)
		return -1;
	for (i = 0; i < l->numbers.n; i++) {
		if (tp_json_num(&l->numbers.f[i].v, &v) != 0 ||
		    !(v >= 0 && v <= SPEED_MAX))
			return bad(l, key, "not a speed in 0..1000");
		t->mean[at + i] = (int32_t)lround(1000 * v);
	}
	if (read_array(t, l, "days") != 0)
		return -1;
	for (i = 0; i < l->numbers.n; i++) {
		if (tp_json_int(&l->numbers.f[i].v, &n) != 0 || n < 0 ||
		    n > UINT8_MAX)
			return bad(l, "days", "not a number in 0..255");
		t->days[at + i] = (uint8_t)n;
	}
	return 0;
}

static int
read_line(struct tp_trail *t, struct line *l, const char *p, size_t n)
{
	const struct tp_json_val	*id, *type;
	size_t				 kind = 0, seg;

	if (tp_json_object(&l->o, p, n) != 0)
		return bad(l, "json", l->o.why);
	id = text(l, "segment_id");
	type = id != NULL ? text(l, "day_type") : NULL;
	if (type == NULL || read_head(t, l) != 0)
		return -1;
	while (kind < TP_TRAIL_KINDS && !is(type, kinds[kind]))
		kind++;
	if (kind == TP_TRAIL_KINDS)
		return bad(l, "day_type", "not weekday, saturday or sunday");
	seg = tp_trail_add(t, id->p, id->n);
	return read_means(t, l,
	    (seg * TP_TRAIL_KINDS + kind) * (size_t)t->slots);
}

int
tp_trail_read(struct tp_trail *t, const char *p, size_t n, const char *name,
    struct tp_err *e)
{
	struct tp_trail	 new = { 0 };
	struct line	 l = { .name = name, .e = e };
	const char	*end = p + n, *nl;
	int		 rc = 0;

	for (; p < end && rc == 0; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		l.no++;
		if (nl > p)
			rc = read_line(&new, &l, p, (size_t)(nl - p));
	}
	tp_json_obj_release(&l.o);
	tp_json_obj_release(&l.numbers);
	if (rc == 0 && new.slots == 0)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: no profiles", name);
	else if (rc == 0 && t->slots > 0 && (new.step_ms != t->step_ms ||
	    strcmp(new.tz, t->tz) != 0))
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: profiles of another "
		    "step or time zone than before", name);
	if (rc != 0) {
		tp_trail_release(&new);
		return -1;
	}
	new.generation = t->generation + 1;
	tp_trail_release(t);
	*t = new;
	return 0;
}

int
tp_trail_open(struct tp_trail *t, const char *path, struct tp_err *e)
{
	char	*p;
	size_t	 n;
	int	 rc;

	if (tp_file_read(path, FILE_MAX, &p, &n, e) == -1)
		return -1;
	rc = tp_trail_read(t, p, n, path, e);
	free(p);
	return rc;
}
