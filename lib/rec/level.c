/* Congestion levels. */
#include <math.h>
#include <strings.h>

#include "rec/rec.h"

#define LEVELS	5

static const char *const	level_names[LEVELS + 1] = {
	"UNKNOWN", "FREE_FLOW", "LIGHT", "MODERATE", "HEAVY", "SEVERE",
};

const struct tp_levels	tp_levels_default = { { 60, 45, 30, 15 }, false };

int
tp_levels_parse(struct tp_levels *l, const char *s)
{
	struct tp_levels	out = { { 0.8, 0.6, 0.4, 0.2 }, false };
	size_t			n;
	int			i;

	if (strncmp(s, "ratio", 5) == 0) {
		out.ratio = true;
		s += 5;
		if (*s == '\0') {
			*l = out;
			return 0;
		}
		if (*s++ != ':')
			return -1;
	}
	for (i = 0; i < LEVELS - 1; i++) {
		n = strcspn(s, ",");
		if (tp_parse_num(s, n, &out.mph[i]) < 0 || out.mph[i] < 0 ||
		    (i > 0 && out.mph[i] >= out.mph[i - 1]))
			return -1;
		s += n;
		if (*s != (i < LEVELS - 2 ? ',' : '\0'))
			return -1;
		s++;
	}
	*l = out;
	return 0;
}

int
tp_level(const struct tp_levels *l, double speed, double free_flow,
    enum tp_unit unit)
{
	double	v;
	int	i;

	v = l->ratio ? speed / free_flow :
	    tp_speed_convert(speed, unit, TP_UNIT_MPH);
	if (!(v >= 0))		/* NAN too: nothing is known */
		return 0;
	for (i = 0; i < LEVELS - 1; i++)
		if (v >= l->mph[i])
			break;
	return i + 1;
}

const char *
tp_level_name(int level)
{
	return level_names[level >= 1 && level <= LEVELS ? level : 0];
}

int
tp_level_of(const struct tp_json_val *v)
{
	int64_t	n;
	int	i;

	if (v->type == TP_JSON_NUM)
		return tp_json_int(v, &n) == 0 && n >= 1 && n <= LEVELS ?
		    (int)n : 0;
	if (v->type != TP_JSON_STR)
		return 0;
	for (i = 1; i <= LEVELS; i++)
		if (strlen(level_names[i]) == v->n &&
		    strncasecmp(level_names[i], v->p, v->n) == 0)
			return i;
	return 0;
}
