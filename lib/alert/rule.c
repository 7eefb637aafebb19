/* The language of alert rules, and their judgement of one record. */
#include "alert/rule.h"

#include <math.h>
#include <stdio.h>
#include <strings.h>

#define LIMIT_MAX	1e6	/* of any quantity */

static const struct {
	const char	*name;
	bool		 speed, forecast;
	double		 worst_low, worst_high;	/* of the scale's two ends */
} quantities[TP_Q_MAX] = {
	[TP_Q_FORECAST] = { "forecast", true, true, 0, 130 },
	[TP_Q_SPEED] = { "speed", true, false, 0, 130 },
	[TP_Q_FALL] = { "fall", false, true, 0, 100 },
	[TP_Q_JAM_FACTOR] = { "jam_factor", false, false, 0, 10 },
	[TP_Q_RATIO] = { "ratio", false, false, 0, 1 },
	[TP_Q_OCCUPANCY] = { "occupancy", false, false, 0, 100 },
	[TP_Q_CONFIDENCE] = { "confidence", false, true, 0, 1 },
};

static const char *const severities[] = {
	"by depth", "LOW", "MEDIUM", "HIGH", "CRITICAL",
};

/* A rule's text on its way: words and numbers are taken from its front. */
struct cursor {
	const char	*p, *end;
	const char	*why;		/* static, after an error */
};

static void
blanks(struct cursor *c)
{
	while (c->p < c->end && (*c->p == ' ' || *c->p == '\t' ||
	    *c->p == '\n' || *c->p == '\r'))
		c->p++;
}

static bool
word_byte(char b)
{
	return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') ||
	    (b >= '0' && b <= '9') || b == '_' || b == '-';
}

/* Takes the word, if it comes next. */
static bool
take(struct cursor *c, const char *word)
{
	size_t	n = strlen(word);

	blanks(c);
	if ((size_t)(c->end - c->p) < n || strncasecmp(c->p, word, n) != 0 ||
	    (word_byte(word[n - 1]) && c->p + n < c->end &&
	    word_byte(c->p[n])))
		return false;
	c->p += n;
	return true;
}

static int
wrong(struct cursor *c, const char *why)
{
	c->why = why;
	return -1;
}

static int
number(struct cursor *c, double *v)
{
	const char	*p;

	blanks(c);
	for (p = c->p; p < c->end && ((*p >= '0' && *p <= '9') ||
	    *p == '.' || *p == '-'); p++)
		;
	if (tp_parse_num(c->p, (size_t)(p - c->p), v) != 0)
		return wrong(c, "a number is expected");
	c->p = p;
	return 0;
}

static int
whole(struct cursor *c, int least, int most, int *v)
{
	double	d;

	if (number(c, &d) != 0)
		return -1;
	if (!(d >= least && d <= most) || d != floor(d))
		return wrong(c, "the number is out of range");
	*v = (int)d;
	return 0;
}

static int
minutes(struct cursor *c, int *v)
{
	if (whole(c, 1, 1440, v) != 0)
		return -1;
	return take(c, "min") || take(c, "minutes") ? 0 :
	    wrong(c, "'min' is expected");
}

/* A limit: speeds need their unit and become km/h. */
static int
limit(struct cursor *c, enum tp_quantity q, double *v, enum tp_unit *unit)
{
	if (number(c, v) != 0)
		return -1;
	if (fabs(*v) > LIMIT_MAX)
		return wrong(c, "the number is out of range");
	*unit = take(c, "km/h") || take(c, "kmh") ? TP_UNIT_KMH :
	    take(c, "mph") ? TP_UNIT_MPH : TP_UNIT_NONE;
	if (!quantities[q].speed) {
		if (*unit != TP_UNIT_NONE)
			return wrong(c, "this is no speed");
		take(c, "%");
		return 0;
	}
	if (*unit == TP_UNIT_NONE)
		return wrong(c, "a speed needs its unit, km/h or mph");
	*v = tp_speed_convert(*v, *unit, TP_UNIT_KMH);
	return 0;
}

static int
condition(struct cursor *c, struct tp_cond *d)
{
	int	q;

	for (q = 0; q < TP_Q_MAX; q++)
		if (take(c, quantities[q].name))
			break;
	if (q == TP_Q_MAX)
		return wrong(c, "forecast, speed, fall, jam_factor, ratio, "
		    "occupancy or confidence is expected");
	*d = (struct tp_cond){ .q = (enum tp_quantity)q };
	if (take(c, "at") && minutes(c, &d->at) != 0)
		return -1;
	blanks(c);
	if (c->p == c->end || (*c->p != '<' && *c->p != '>'))
		return wrong(c, "<, <=, > or >= is expected");
	d->above = *c->p++ == '>';
	d->equal = c->p < c->end && *c->p == '=';
	c->p += d->equal;
	if (limit(c, d->q, &d->limit, &d->unit) != 0)
		return -1;
	if (take(c, "in") && minutes(c, &d->within) != 0)
		return -1;
	if ((d->at > 0 || d->within > 0) && !quantities[q].forecast)
		return wrong(c, "only forecasts are for a time ahead");
	return 0;
}

static int
clear_clause(struct cursor *c, struct tp_rule *r)
{
	const struct tp_cond	*d = &r->cond[0];
	enum tp_unit		 unit;

	if (!take(c, "at"))
		return wrong(c, "'clear at' is expected");
	if (limit(c, d->q, &r->clear, &unit) != 0)
		return -1;
	if (d->above ? r->clear > d->limit : r->clear < d->limit)
		return wrong(c, "what clears is worse than what raises");
	return take(c, "for") ? whole(c, 1, 1000, &r->clear_k) : 0;
}

static int
severity_clause(struct cursor *c, struct tp_rule *r)
{
	size_t	i;

	if (take(c, "by"))
		return take(c, "depth") ? 0 : wrong(c, "'by depth' is "
		    "expected");
	for (i = 1; i < sizeof(severities) / sizeof(severities[0]); i++)
		if (take(c, severities[i])) {
			r->severity = (enum tp_severity)i;
			return 0;
		}
	return wrong(c, "LOW, MEDIUM, HIGH, CRITICAL or 'by depth' is "
	    "expected");
}

static int
clause(struct cursor *c, struct tp_rule *r)
{
	if (take(c, "for")) {
		if (whole(c, 1, TP_RULE_N, &r->k) != 0)
			return -1;
		r->n = r->k;
		return take(c, "of") ? whole(c, r->k, TP_RULE_N, &r->n) : 0;
	}
	if (take(c, "clear"))
		return clear_clause(c, r);
	if (take(c, "severity"))
		return severity_clause(c, r);
	return wrong(c, "'for', 'clear at' or 'severity' is expected");
}

/* A third of the limit away, as 20 from 15 km/h. */
static void
defaults(struct tp_rule *r)
{
	const struct tp_cond	*d = &r->cond[0];
	int			 i;

	r->k = r->n = r->clear_k = 1;
	/* towards the good side, which is that of 0 or the other one */
	r->clear = d->above == (d->limit > 0) ? d->limit * 2 / 3 :
	    d->limit * 4 / 3;
	for (i = 0; i < r->nconds; i++)
		if (quantities[r->cond[i].q].forecast && r->cond[i].at == 0)
			r->several = true;
}

static int
parse_rule(struct cursor *c, struct tp_rule *r)
{
	size_t	n = 0;

	*r = (struct tp_rule){ 0 };
	blanks(c);
	while (c->p + n < c->end && word_byte(c->p[n]))
		n++;
	if (n == 0 || n >= sizeof(r->name))
		return wrong(c, "a name of 1 to 63 letters, digits, _ and - "
		    "is expected");
	memcpy(r->name, c->p, n);
	c->p += n;
	if (!take(c, ":"))
		return wrong(c, "':' is expected behind the name");
	do {
		if (r->nconds == TP_RULE_CONDS)
			return wrong(c, "more than four conditions");
		if (condition(c, &r->cond[r->nconds++]) != 0)
			return -1;
	} while (take(c, "and"));
	defaults(r);
	while (take(c, ","))
		if (clause(c, r) != 0)
			return -1;
	blanks(c);
	return c->p == c->end ? 0 : wrong(c, "',' is expected");
}

static int
add(struct tp_rules *s, const char *p, const char *end, const char *name,
    uint64_t lineno, struct tp_err *e)
{
	struct cursor	 c = { p, end, NULL };
	struct tp_rule	*r = &s->r[s->n];
	char		 where[32] = "";
	int		 i;

	if (s->n == TP_RULES)
		c.why = "more than 32 rules";
	else if (parse_rule(&c, r) == 0)
		for (i = 0; i < s->n && c.why == NULL; i++)
			if (strcmp(s->r[i].name, r->name) == 0)
				c.why = "a rule of this name was there before";
	if (c.why == NULL) {
		s->ring += r->n;
		s->n++;
		return 0;
	}
	if (name != NULL)
		snprintf(where, sizeof(where), ":%llu",
		    (unsigned long long)lineno);
	return tp_err_set(e, TP_EXIT_USAGE, "%s%s: rule '%.*s': byte %d: %s",
	    name != NULL ? name : "--rule", where,
	    (int)(end - p < 120 ? end - p : 120), p, (int)(c.p - p) + 1,
	    c.why);
}

/* The end of the rule that begins at p: lines that begin with a blank are
 * part of it. */
static const char *
rule_end(const char *p, const char *end)
{
	for (; p < end; p++)
		if (*p == '#' || (*p == '\n' && (p + 1 == end ||
		    (p[1] != ' ' && p[1] != '\t'))))
			break;
	return p;
}

int
tp_rules_parse(struct tp_rules *s, const char *p, size_t n,
    const char *name, struct tp_err *e)
{
	const char	*end = p + n, *q;
	uint64_t	 lineno = 1, first;

	while (p < end) {
		if (*p == '#') {
			while (p < end && *p != '\n')
				p++;
			continue;
		}
		if (*p == '\n' || *p == ' ' || *p == '\t' || *p == '\r') {
			lineno += *p++ == '\n';
			continue;
		}
		first = lineno;
		q = rule_end(p, end);
		if (add(s, p, q, name, first, e) != 0)
			return -1;
		for (; p < q; p++)
			lineno += *p == '\n';
	}
	return 0;
}

const char *
tp_rules_preset(const char *name)
{
	if (strcmp(name, "hanoi") == 0)
		return
		    "heavy_congestion: forecast < 15 km/h, clear at 20 km/h\n"
		    "sudden_jam: fall > 50 % in 10 min, clear at 30 %\n"
		    "severe_traffic: jam_factor > 3, clear at 2\n";
	if (strcmp(name, "la") == 0)
		return
		    "congestion: forecast < 30 mph, clear at 35 mph\n";
	return NULL;
}

static double
value(const struct tp_cond *d, const struct tp_values *v)
{
	if (d->at > 0 && v->horizon != d->at)
		return NAN;
	if (d->within > 0 && !(v->horizon > 0 && v->horizon <= d->within))
		return NAN;
	return v->q[d->q];
}

bool
tp_rule_applies(const struct tp_rule *r, const struct tp_values *v)
{
	int	i;

	for (i = 0; i < r->nconds; i++)
		if (isnan(value(&r->cond[i], v)))
			return false;
	return true;
}

bool
tp_rule_bad(const struct tp_rule *r, const struct tp_values *v)
{
	const struct tp_cond	*d;
	double			 x;
	int			 i;

	for (i = 0; i < r->nconds; i++) {
		d = &r->cond[i];
		x = value(d, v);
		if (d->equal ? (d->above ? x < d->limit : x > d->limit) :
		    (d->above ? x <= d->limit : x >= d->limit))
			return false;
	}
	return true;
}

bool
tp_rule_good(const struct tp_rule *r, const struct tp_values *v)
{
	double	x = value(&r->cond[0], v);

	return r->cond[0].above ? x <= r->clear : x >= r->clear;
}

enum tp_severity
tp_rule_severity(const struct tp_rule *r, const struct tp_values *v)
{
	const struct tp_cond	*d = &r->cond[0];
	double			 worst = d->above ?
				    quantities[d->q].worst_high :
				    quantities[d->q].worst_low;
	double			 depth;

	if (r->severity != TP_SEVERITY_BY_DEPTH)
		return r->severity;
	depth = (value(d, v) - d->limit) / (worst - d->limit);
	return depth >= 0.75 ? TP_SEVERITY_CRITICAL :
	    depth >= 0.5 ? TP_SEVERITY_HIGH :
	    depth >= 0.25 ? TP_SEVERITY_MEDIUM : TP_SEVERITY_LOW;
}

const char *
tp_severity_name(enum tp_severity s)
{
	return severities[s];
}
