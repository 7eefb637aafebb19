#include "model/classes.h"

#include "base/opt.h"

const struct tp_classes	tp_classes_levels = {
	.n = 5,
	.name = { "FREE_FLOW", "LIGHT", "MODERATE", "HEAVY", "SEVERE" },
	.limit = { 0.8, 0.6, 0.4, 0.2, 0 },
	.ratio = true,
};

/* Letters, digits, _ and -: what needs no escape anywhere. */
static bool
good_name(const char *s, size_t n)
{
	return n > 0 && n < TP_CLASS_NAME && strspn(s,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_-") >= n;
}

/* "0.75", "20mph" or "30kmh"; all limits are of one kind. */
static int
parse_limit(struct tp_classes *c, const char *s, size_t n, bool first)
{
	double	*v = &c->limit[c->n];
	bool	 unit = n > 3 && (memcmp(s + n - 3, "mph", 3) == 0 ||
		    memcmp(s + n - 3, "kmh", 3) == 0);
	bool	 mph = unit && s[n - 3] == 'm';

	if (first) {
		c->ratio = !unit;
		c->mph = mph;
	}
	if (c->ratio != !unit || c->mph != mph ||
	    tp_parse_num(s, unit ? n - 3 : n, v) != 0 || !(*v > 0) ||
	    *v > (unit ? 1000 : 10))
		return -1;
	return first || *v < c->limit[c->n - 1] ? 0 : -1;
}

int
tp_classes_parse(struct tp_classes *c, const char *s)
{
	size_t	n, name;
	bool	limits = strchr(s, ':') != NULL, last = false;
	int	i;

	*c = (struct tp_classes){ .ratio = true };
	for (; !last; s += n + 1, c->n++) {
		n = strcspn(s, ",");
		last = s[n] == '\0';
		name = strcspn(s, ":,");
		if (c->n == TP_CLASSES || !good_name(s, name) ||
		    (name < n) != (limits && !last))
			return -1;
		memcpy(c->name[c->n], s, name);
		for (i = 0; i < c->n; i++)
			if (strcmp(c->name[i], c->name[c->n]) == 0)
				return -1;
		if (name < n && parse_limit(c, s + name + 1, n - name - 1,
		    c->n == 0) != 0)
			return -1;
		if (last)
			c->limit[c->n] = 0;
	}
	for (i = 0; !limits && i < c->n - 1; i++)
		c->limit[i] = tp_fixed((double)(c->n - i) / (c->n + 1), 6);
	return c->n > 1 ? 0 : -1;
}

int
tp_classes_option(struct tp_classes *c, const char *s, struct tp_err *e)
{
	return s == NULL || tp_classes_parse(c, s) == 0 ? 0 :
	    tp_opt_error(e, "--classes: '%s' is no list of 2 to 8 names, "
	    "best first, with falling limits or without", s);
}

void
tp_classes_print(const struct tp_classes *c, struct tp_buf *b)
{
	int	i;

	for (i = 0; i < c->n; i++) {
		if (i > 0)
			tp_buf_char(b, ',');
		tp_buf_str(b, c->name[i]);
		if (i == c->n - 1)
			break;
		tp_buf_char(b, ':');
		tp_buf_num(b, c->limit[i]);
		if (!c->ratio)
			tp_buf_str(b, c->mph ? "mph" : "kmh");
	}
}
