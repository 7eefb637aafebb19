/* The settings of windows: defaults, texts, checks. */
#include "window/window.h"

#include "window/panetime.h"

#define PANES_MAX	1000000		/* open at a time */

const struct tp_window_conf	tp_window_defaults = {
	.size = 5 * TP_MINUTE,
	.slide = 5 * TP_MINUTE,
	.by = TP_WINDOW_SEGMENT,
	.max_future = 5 * TP_MINUTE,
	.every = 10 * TP_SECOND,
	.idle = 30 * TP_SECOND,
	.fill_for = TP_HOUR,
	.max_keys = 1000000,
	.aggs = {
		.bits = TP_WINDOW_N | TP_WINDOW_MEAN | TP_WINDOW_MIN |
		    TP_WINDOW_MAX | TP_WINDOW_STD | TP_WINDOW_VOLUME |
		    TP_WINDOW_OCCUPANCY | TP_WINDOW_LEVEL | TP_WINDOW_QUALITY,
		.npct = 3,
		.pct = { 15, 50, 85 },
		.name = { "p15", "p50", "p85" },
	},
	.levels = { { 60, 45, 30, 15 }, false },
};

static int
add_percentile(struct tp_window_aggs *a, const char *s, size_t n)
{
	double	v;
	int	i;

	for (i = 0; i < a->npct; i++)
		if (strlen(a->name[i]) == n && memcmp(a->name[i], s, n) == 0)
			return 0;	/* a line has no field twice */
	if (a->npct == TP_WINDOW_PCTS || n >= sizeof(a->name[0]) ||
	    s[1] < '0' || s[1] > '9' || strcspn(s, "eE") < n ||
	    tp_parse_num(s + 1, n - 1, &v) < 0 || v > 100)
		return -1;
	memcpy(a->name[a->npct], s, n);
	a->name[a->npct][n] = '\0';
	a->pct[a->npct++] = v;
	return 0;
}

static int
add_agg(struct tp_window_aggs *a, const char *s, size_t n)
{
	static const struct {
		const char	*name;
		unsigned	 bit;
	} names[] = {
		{ "n", TP_WINDOW_N }, { "mean", TP_WINDOW_MEAN },
		{ "min", TP_WINDOW_MIN }, { "max", TP_WINDOW_MAX },
		{ "std", TP_WINDOW_STD }, { "last", TP_WINDOW_LAST },
		{ "volume", TP_WINDOW_VOLUME },
		{ "occupancy", TP_WINDOW_OCCUPANCY },
		{ "level", TP_WINDOW_LEVEL }, { "quality", TP_WINDOW_QUALITY },
		{ "vehicles", TP_WINDOW_VEHICLES },
	};
	size_t	i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strlen(names[i].name) == n &&
		    memcmp(names[i].name, s, n) == 0) {
			a->bits |= names[i].bit;
			return 0;
		}
	return n > 1 && *s == 'p' ? add_percentile(a, s, n) : -1;
}

int
tp_window_aggs_parse(struct tp_window_aggs *a, const char *s)
{
	struct tp_window_aggs	out = { 0 };
	size_t			n;

	for (;; s += n + 1) {
		n = strcspn(s, ",");
		if (add_agg(&out, s, n) < 0)
			return -1;
		if (s[n] == '\0')
			break;
	}
	*a = out;
	return 0;
}

int
tp_window_by_parse(struct tp_window_conf *c, const char *s)
{
	if (strcmp(s, "segment") == 0 || strcmp(s, "road") == 0) {
		c->by = *s == 's' ? TP_WINDOW_SEGMENT : TP_WINDOW_ROAD;
		return 0;
	}
	return tp_window_cell_parse(c, s);
}

int
tp_window_cell_parse(struct tp_window_conf *c, const char *s)
{
	c->by = TP_WINDOW_CELL;
	return tp_tiling_parse(&c->tiling, s);
}

/* Whether more panes may be open at a time than the memory should have. */
static bool
too_many_panes(const struct tp_window_conf *c)
{
	struct tp_panetime	p;

	tp_panetime_init(&p, c->size, c->slide, 0, NULL);
	return (c->size + c->grace + c->delay) / p.pane > PANES_MAX;
}

int
tp_window_conf_check(const struct tp_window_conf *c, struct tp_err *e)
{
	if (c->size <= 0)
		return tp_err_set(e, TP_EXIT_USAGE, "--size must be positive");
	if (c->slide <= 0 || c->slide > c->size)
		return tp_err_set(e, TP_EXIT_USAGE,
		    "--slide must be positive and at most --size");
	if (c->tz != NULL && (c->size % TP_DAY != 0 ||
	    c->slide % TP_DAY != 0))
		return tp_err_set(e, TP_EXIT_USAGE,
		    "--tz is for windows of whole days: hours and less do "
		    "not depend on the zone");
	if (c->tz != NULL && c->offset != 0)
		return tp_err_set(e, TP_EXIT_USAGE,
		    "--offset and --tz cannot be used together");
	if (too_many_panes(c))
		return tp_err_set(e, TP_EXIT_USAGE,
		    "--size, --delay and --grace are more than a million "
		    "times what --size and --slide have in common");
	if (c->every <= 0)
		return tp_err_set(e, TP_EXIT_USAGE, "--every must be positive");
	if (c->late == TP_WINDOW_LATE_UPDATE && c->grace == 0)
		return tp_err_set(e, TP_EXIT_USAGE,
		    "--late update needs --grace, the time to wait for late "
		    "events");
	if (c->fill != TP_WINDOW_FILL_NONE &&
	    c->late == TP_WINDOW_LATE_UPDATE)
		return tp_err_set(e, TP_EXIT_USAGE,
		    "--fill and --late update cannot be used together");
	if (c->top > 0 && (c->emit != TP_WINDOW_FINAL ||
	    c->fill != TP_WINDOW_FILL_NONE ||
	    c->late == TP_WINDOW_LATE_UPDATE))
		return tp_err_set(e, TP_EXIT_USAGE, "--top is of whole "
		    "windows: not with --emit, --fill or --late update");
	if (c->top > 0 && c->rank == TP_WINDOW_RANK_VEHICLES &&
	    (c->aggs.bits & TP_WINDOW_VEHICLES) == 0)
		return tp_err_set(e, TP_EXIT_USAGE,
		    "--rank vehicles needs vehicles in --agg");
	return c->by == TP_WINDOW_CELL ? tp_tiling_open(&c->tiling, e) : 0;
}
