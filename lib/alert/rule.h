/*
 * Alert rules: what is looked at, when it is bad, when it is good again.
 *
 *	NAME: CONDITION [and CONDITION]... [, for K of N]
 *	    [, clear at VALUE [for K]] [, severity HIGH | by depth]
 *	CONDITION = QUANTITY [at M min] OP VALUE [UNIT] [in M min]
 *
 * Quantities are forecast, speed, fall, jam_factor, ratio, occupancy and
 * confidence; OP is <, <=, > or >=; units are km/h, mph and %.  A rule set
 * owns its names.
 */
#ifndef TP_ALERT_RULE_H
#define TP_ALERT_RULE_H

#include "base/err.h"
#include "rec/rec.h"

#define TP_RULE_CONDS	4	/* conditions of one rule */
#define TP_RULE_N	64	/* the most of "for K of N" */
#define TP_RULES	32
#define TP_RULE_NAME	64	/* bytes, NUL included */

enum tp_quantity {
	TP_Q_FORECAST,		/* km/h */
	TP_Q_SPEED,		/* km/h, measured */
	TP_Q_FALL,		/* % of the present speed, forecast */
	TP_Q_JAM_FACTOR,	/* 0 .. 10 */
	TP_Q_RATIO,		/* measured or forecast speed / free flow */
	TP_Q_OCCUPANCY,		/* % */
	TP_Q_CONFIDENCE,	/* 0 .. 1 */
	TP_Q_MAX
};

enum tp_severity {
	TP_SEVERITY_BY_DEPTH = 0,
	TP_SEVERITY_LOW, TP_SEVERITY_MEDIUM, TP_SEVERITY_HIGH,
	TP_SEVERITY_CRITICAL,
};

struct tp_cond {
	enum tp_quantity q;
	bool		 above;		/* > or >=, else < or <= */
	bool		 equal;		/* the limit itself is bad too */
	double		 limit;		/* speeds in km/h */
	enum tp_unit	 unit;		/* that the limit was given in */
	int		 at, within;	/* horizon, minutes; 0: any */
};

struct tp_rule {
	char		 name[TP_RULE_NAME];
	struct tp_cond	 cond[TP_RULE_CONDS];	/* all must hold */
	int		 nconds;
	int		 k, n;		/* raise after k of n */
	double		 clear;		/* good again from here, cond[0] */
	int		 clear_k;	/* so often in a row */
	enum tp_severity severity;
	/* one time may have several lines (a horizon each) that count as one
	 * evaluation */
	bool		 several;
};

struct tp_rules {
	struct tp_rule	 r[TP_RULES];
	int		 n;
	int		 ring;		/* the sum of their n */
};

/*
 * Adds the rules of a text of n bytes: one a line, # begins a comment, a line
 * that begins with a blank continues the one before.  name is for messages
 * ("name:line: ..."), NULL for text of the command line.  Returns 0, or -1.
 */
int tp_rules_parse(struct tp_rules *s, const char *p, size_t n,
    const char *name, struct tp_err *e);

/* The built-in rules of this name ("hanoi", "la") as text, or NULL. */
const char *tp_rules_preset(const char *name);

/* What a record says, speeds in km/h; NAN where it says nothing. */
struct tp_values {
	double	q[TP_Q_MAX];
	int	horizon;		/* minutes; 0: no forecast */
};

/* Whether the rule looks at such a record at all. */
bool tp_rule_applies(const struct tp_rule *r, const struct tp_values *v);
/* Whether all its conditions hold. */
bool tp_rule_bad(const struct tp_rule *r, const struct tp_values *v);
/* Whether the first condition's quantity is back beyond `clear`. */
bool tp_rule_good(const struct tp_rule *r, const struct tp_values *v);
/* How bad, by the first condition's depth: 0 at its limit, 1 at the worst
 * that can be; quarters of it are LOW .. CRITICAL. */
enum tp_severity tp_rule_severity(const struct tp_rule *r,
    const struct tp_values *v);
const char *tp_severity_name(enum tp_severity s);

#endif
