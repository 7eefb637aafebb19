#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/opt.h"
#include "feat/feat.h"
#include "rec/tile.h"

#define WORD_MAX	64
#define DAY_MINUTES	(24 * 60)

const struct tp_feat_spec tp_feat_spec_default = TP_FEAT_SPEC_INIT;

static const struct {
	const char	*name;
	unsigned	 bit;
} groups[] = {
	{ "time", TP_FEAT_TIME },
	{ "lag", TP_FEAT_LAG },
	{ "roll", TP_FEAT_ROLL },
	{ "change", TP_FEAT_CHANGE },
	{ "neighbour", TP_FEAT_NEIGHBOUR },
	{ "trail", TP_FEAT_TRAIL },
	{ "cell", TP_FEAT_CELL },
};

#define NGROUPS	(sizeof(groups) / sizeof(groups[0]))

/* Appends a duration as tp_duration_parse() reads it: "90s", "5m", "7d". */
static void
add_duration(struct tp_buf *b, int64_t ms)
{
	static const struct {
		int64_t		 ms;
		const char	*unit;
	} units[] = {
		{ TP_DAY, "d" }, { TP_HOUR, "h" }, { TP_MINUTE, "m" },
		{ TP_SECOND, "s" }, { 1, "ms" },
	};
	size_t	i = 0;

	while (ms % units[i].ms != 0)
		i++;
	tp_buf_int(b, ms / units[i].ms);
	tp_buf_str(b, units[i].unit);
}

static void
add_ints(struct tp_buf *b, const char *name, const int *v, int n)
{
	int	i;

	tp_buf_printf(b, " %s=", name);
	for (i = 0; i < n; i++)
		tp_buf_printf(b, "%s%d", i > 0 ? "," : "", v[i]);
}

static void
add_groups(struct tp_buf *b, unsigned bits)
{
	const char	*comma = "";
	size_t		 i;

	tp_buf_lit(b, " groups=");
	for (i = 0; i < NGROUPS; i++) {
		if ((bits & groups[i].bit) == 0)
			continue;
		tp_buf_printf(b, "%s%s", comma, groups[i].name);
		comma = ",";
	}
}

void
tp_feat_spec_print(const struct tp_feat_spec *s, struct tp_buf *b)
{
	const struct tp_feat_spec	*d = &tp_feat_spec_default;

	tp_buf_lit(b, "step=");
	add_duration(b, s->step_ms);
	tp_buf_printf(b, " lags=%d", s->lags);
	if (s->unit != TP_UNIT_NONE)
		tp_buf_printf(b, " unit=%s", tp_unit_suffix(s->unit));
	if (s->groups != d->groups)
		add_groups(b, s->groups);
	if (s->nroll != d->nroll || memcmp(s->roll, d->roll,
	    (size_t)s->nroll * sizeof(s->roll[0])) != 0)
		add_ints(b, "roll", s->roll, s->nroll);
	if (s->max_gap_ms != d->max_gap_ms) {
		tp_buf_lit(b, " max_gap=");
		add_duration(b, s->max_gap_ms);
	}
	if (s->expire_ms != d->expire_ms) {
		tp_buf_lit(b, " expire=");
		add_duration(b, s->expire_ms);
	}
	if (s->cell[0] != '\0')
		tp_buf_printf(b, " cell=%s", s->cell);
	if (strcmp(s->tz, d->tz) != 0)
		tp_buf_printf(b, " tz=%s", s->tz);
	if (s->ntargets > 0)
		add_ints(b, "targets", s->targets, s->ntargets);
	if (s->nahead > 0)
		add_ints(b, "ahead", s->ahead, s->nahead);
	if (s->trail_rate != d->trail_rate) {
		tp_buf_lit(b, " trail_rate=");
		tp_buf_num(b, s->trail_rate);
	}
	if (s->graph_hash != 0)
		tp_buf_printf(b, " graph=%016llx",
		    (unsigned long long)s->graph_hash);
}

int
tp_feat_groups_parse(const char *s, size_t n, unsigned *bits)
{
	const char	*end = s + n;

	*bits = 0;
	for (;;) {
		const char	*comma = memchr(s, ',', (size_t)(end - s));
		size_t		 len = (size_t)((comma ? comma : end) - s), i;

		for (i = 0; i < NGROUPS; i++)
			if (strlen(groups[i].name) == len &&
			    memcmp(groups[i].name, s, len) == 0)
				break;
		if (i == NGROUPS)
			return -1;
		*bits |= groups[i].bit;
		if (comma == NULL)
			return 0;
		s = comma + 1;
	}
}

/* "3,6,12" into at most max ints >= 1; returns how many, or -1. */
static int
parse_ints(const char *s, int *v, int max)
{
	int64_t	wide[TP_FEAT_TARGETS];
	int	i, n = tp_opt_ints(s, wide, max, 1, DAY_MINUTES * 7);

	for (i = 0; i < n; i++)
		v[i] = (int)wide[i];
	return n;
}

static int
parse_hash(const char *s, uint64_t *hash)
{
	size_t	i;

	*hash = 0;
	if (strlen(s) != 16)
		return -1;
	for (i = 0; i < 16; i++) {
		const char	*hex = "0123456789abcdef";
		const char	*at = strchr(hex, s[i]);

		if (at == NULL)
			return -1;
		*hash = *hash << 4 | (uint64_t)(at - hex);
	}
	return 0;
}

/* One "key=value" of a spec; both NUL-terminated. */
static int
parse_pair(struct tp_feat_spec *s, const char *key, const char *value)
{
	int64_t	i;

	if (strcmp(key, "step") == 0)
		return tp_duration_parse(value, &s->step_ms);
	if (strcmp(key, "max_gap") == 0)
		return tp_duration_parse(value, &s->max_gap_ms);
	if (strcmp(key, "expire") == 0)
		return tp_duration_parse(value, &s->expire_ms);
	if (strcmp(key, "groups") == 0)
		return tp_feat_groups_parse(value, strlen(value), &s->groups);
	if (strcmp(key, "graph") == 0)
		return parse_hash(value, &s->graph_hash);
	if (strcmp(key, "lags") == 0) {
		if (tp_parse_int(value, strlen(value), &i) != 0 || i < 1 ||
		    i > TP_FEAT_STEPS)
			return -1;
		s->lags = (int)i;
		return 0;
	}
	if (strcmp(key, "unit") == 0) {
		s->unit = strcmp(value, "mph") == 0 ? TP_UNIT_MPH :
		    strcmp(value, "kmh") == 0 ? TP_UNIT_KMH : TP_UNIT_NONE;
		return s->unit != TP_UNIT_NONE ? 0 : -1;
	}
	if (strcmp(key, "roll") == 0) {
		s->nroll = parse_ints(value, s->roll, TP_FEAT_ROLLS);
		return s->nroll > 0 ? 0 : -1;
	}
	if (strcmp(key, "targets") == 0) {
		s->ntargets = parse_ints(value, s->targets, TP_FEAT_TARGETS);
		return s->ntargets > 0 ? 0 : -1;
	}
	if (strcmp(key, "ahead") == 0) {
		s->nahead = parse_ints(value, s->ahead, TP_FEAT_TARGETS);
		return s->nahead > 0 ? 0 : -1;
	}
	if (strcmp(key, "trail_rate") == 0)
		return tp_parse_num(value, strlen(value), &s->trail_rate);
	if (strcmp(key, "cell") == 0 && *value != '\0' &&
	    strlen(value) < sizeof(s->cell)) {
		memcpy(s->cell, value, strlen(value) + 1);
		return 0;
	}
	if (strcmp(key, "tz") == 0 && strlen(value) < sizeof(s->tz)) {
		memcpy(s->tz, value, strlen(value) + 1);
		return 0;
	}
	return -1;
}

int
tp_feat_spec_parse(struct tp_feat_spec *s, const char *p, size_t n)
{
	const char	*end = p + n;
	struct tp_err	 e;

	*s = tp_feat_spec_default;
	while (p < end) {
		const char	*blank = memchr(p, ' ', (size_t)(end - p));
		size_t		 len = (size_t)((blank ? blank : end) - p);
		const char	*eq = memchr(p, '=', len);
		char		 key[WORD_MAX], value[WORD_MAX * 2];
		size_t		 klen, vlen;

		if (eq == NULL)
			return -1;
		klen = (size_t)(eq - p);
		vlen = len - klen - 1;
		if (klen >= sizeof(key) || vlen >= sizeof(value) ||
		    memchr(p, '\0', len) != NULL)
			return -1;
		memcpy(key, p, klen);
		key[klen] = '\0';
		memcpy(value, eq + 1, vlen);
		value[vlen] = '\0';
		if (parse_pair(s, key, value) != 0)
			return -1;
		p += len + (blank != NULL);
	}
	return tp_feat_spec_check(s, &e);
}

/* Zone names hold nothing that a JSON string would have to escape. */
static bool
plain_zone(const char *tz)
{
	size_t	n = strspn(tz, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "abcdefghijklmnopqrstuvwxyz0123456789_+-/");

	return n > 0 && tz[n] == '\0';
}

/* Minutes ahead, of targets or trail_ahead. */
static int
check_ahead(const struct tp_feat_spec *s, const int *minutes, int n,
    const char *what, struct tp_err *e)
{
	int	i;

	for (i = 0; i < n; i++) {
		int64_t	ms = minutes[i] * TP_MINUTE;

		if (ms < s->step_ms)
			return tp_opt_error(e, "%s of %d minutes is in the "
			    "step itself", what, minutes[i]);
		if (ms / s->step_ms > TP_FEAT_STEPS)
			return tp_opt_error(e, "%s of %d minutes is more "
			    "than %d steps ahead", what, minutes[i],
			    TP_FEAT_STEPS);
		if (i > 0 && ms / s->step_ms <=
		    minutes[i - 1] * TP_MINUTE / s->step_ms)
			return tp_opt_error(e, "%ss do not ascend by "
			    "steps", what);
	}
	return 0;
}

static int
check_cell(const struct tp_feat_spec *s, struct tp_err *e)
{
	struct tp_tiling	t;

	if (s->cell[0] == '\0')
		return (s->groups & TP_FEAT_CELL) == 0 ? 0 : tp_opt_error(e,
		    "the group cell needs cells (--cell)");
	if (tp_tiling_parse(&t, s->cell) != 0)
		return tp_opt_error(e, "cell: '%s' is not " TP_TILING_TEXT,
		    s->cell);
	return 0;
}

static int
check_trail(const struct tp_feat_spec *s, struct tp_err *e)
{
	if ((s->groups & TP_FEAT_TRAIL) && s->step_ms < TP_MINUTE)
		return tp_opt_error(e, "trail is for steps of a minute or "
		    "more");
	if (!(s->trail_rate > 0 && s->trail_rate <= 1))
		return tp_opt_error(e, "trail rate is not above 0 and at "
		    "most 1");
	return check_ahead(s, s->ahead, s->nahead, "profile", e);
}

int
tp_feat_spec_check(const struct tp_feat_spec *s, struct tp_err *e)
{
	int	i;

	/* Whole seconds leave the low bits of a step's time free: grid.c. */
	if (s->step_ms < TP_SECOND || s->step_ms % TP_SECOND != 0 ||
	    s->step_ms > TP_DAY)
		return tp_opt_error(e, "step is not of 1 s to 1 day in whole "
		    "seconds");
	if (s->lags < 1 || s->lags > TP_FEAT_STEPS)
		return tp_opt_error(e, "lags are not 1 to %d", TP_FEAT_STEPS);
	for (i = 0; i < s->nroll; i++)
		if (s->roll[i] < 1 || s->roll[i] > TP_FEAT_STEPS)
			return tp_opt_error(e, "rolling windows are not of 1 "
			    "to %d steps", TP_FEAT_STEPS);
	for (i = 1; i < s->nroll; i++)
		if (s->roll[i] <= s->roll[i - 1])
			return tp_opt_error(e, "rolling windows do not ascend");
	if (s->max_gap_ms < 0 || s->expire_ms < s->step_ms)
		return tp_opt_error(e, "expiry is shorter than a step");
	if (s->max_gap_ms > s->expire_ms)
		return tp_opt_error(e, "max gap is longer than the expiry");
	if (!plain_zone(s->tz))
		return tp_opt_error(e, "time zone '%s' is no zone name",
		    s->tz);
	if (check_trail(s, e) != 0 || check_cell(s, e) != 0)
		return -1;
	return check_ahead(s, s->targets, s->ntargets, "target", e);
}

static void
add_name(struct tp_feat_cols *c, size_t *cap, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
add_name(struct tp_feat_cols *c, size_t *cap, const char *fmt, ...)
{
	va_list	ap;

	TP_GROW(c->name, *cap, c->n + 1);
	va_start(ap, fmt);
	vsnprintf(c->name[c->n++], TP_FEAT_NAME, fmt, ap);
	va_end(ap);
}

void
tp_feat_cols_init(struct tp_feat_cols *c, const struct tp_feat_spec *s)
{
	static const char *const calendar[TP_FEAT_CALENDAR] = {
		"minute_of_day", "hour", "day_of_week", "is_weekend",
		"is_rush_hour", "day_of_month", "month",
	};
	static const char *const stats[] = { "mean", "std", "min", "max" };
	const char	*u = tp_unit_suffix(s->unit);
	size_t		 cap = 0, k;
	int		 i;

	*c = (struct tp_feat_cols){ 0 };
	for (k = 0; (s->groups & TP_FEAT_TIME) && k < TP_FEAT_CALENDAR; k++)
		add_name(c, &cap, "%s", calendar[k]);
	if (s->groups & TP_FEAT_LAG) {
		for (i = 0; i < s->lags; i++)
			add_name(c, &cap, "lag_%d_%s", i, u);
		for (i = 0; i < s->lags; i++)
			add_name(c, &cap, "lag_%d_seen", i);
		add_name(c, &cap, "minutes_since_reading");
	}
	for (i = 0; (s->groups & TP_FEAT_ROLL) && i < s->nroll; i++)
		for (k = 0; k < 4; k++)
			add_name(c, &cap, "roll_%d_%s_%s", s->roll[i],
			    stats[k], u);
	if (s->groups & TP_FEAT_CHANGE) {
		add_name(c, &cap, "change_1_%s", u);
		add_name(c, &cap, "change_3_%s", u);
	}
	if (s->groups & TP_FEAT_NEIGHBOUR) {
		add_name(c, &cap, "upstream_mean_%s", u);
		add_name(c, &cap, "upstream_count");
		add_name(c, &cap, "downstream_mean_%s", u);
		add_name(c, &cap, "downstream_count");
	}
	if (s->groups & TP_FEAT_CELL) {
		add_name(c, &cap, "event_count");
		add_name(c, &cap, "around_mean_%s", u);
		add_name(c, &cap, "around_count");
	}
	if (s->groups & TP_FEAT_TRAIL) {
		for (i = 0; i < s->lags; i++)
			add_name(c, &cap, "trail_%d_%s", i, u);
		for (i = 0; i < s->nahead; i++)
			add_name(c, &cap, "trail_ahead_%d_%s", s->ahead[i], u);
	}
}

void
tp_feat_cols_release(struct tp_feat_cols *c)
{
	free(c->name);
	*c = (struct tp_feat_cols){ 0 };
}

void
tp_feat_target_name(const struct tp_feat_spec *s, size_t i,
    char name[TP_FEAT_NAME])
{
	snprintf(name, TP_FEAT_NAME, "target_%d_%s", s->targets[i],
	    tp_unit_suffix(s->unit));
}
