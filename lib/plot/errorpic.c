#include "plot/errorpic.h"

#include <math.h>

#include "base/mem.h"

#define HORIZONS_MAX	200
#define BARS_MAX	6	/* horizons; more are drawn as lines */

void
tp_errorpic_release(struct tp_errorpic *p)
{
	size_t	i;

	for (i = 0; i < p->n; i++) {
		free(p->v[i].version);
		free(p->v[i].kind);
		free(p->v[i].split);
	}
	free(p->v);
	p->v = NULL;
	p->n = p->cap = 0;
}

/* The text of a field, or of `other` where it has none. */
static char *
text(const struct tp_rec *r, const char *name, const char *other)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, name);
	struct tp_buf			 b = { 0 };
	char				*s;

	if (f == NULL || f->v.type != TP_JSON_STR || f->v.n == 0 ||
	    tp_json_unescape(&f->v, &b) != 0) {
		tp_buf_release(&b);
		return tp_strdup(other);
	}
	s = tp_strdup(tp_buf_cstr(&b));	/* up to the first NUL */
	tp_buf_release(&b);
	return s;
}

static double
figure(const struct tp_rec *r, const char *name)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, name);
	double				 v;

	return f != NULL && tp_json_num(&f->v, &v) == 0 && v >= 0 && v < 1e6 ?
	    v : (double)NAN;
}

static int64_t
time_of(const struct tp_rec *r, const char *name)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, name);
	int64_t				 t;

	return f != NULL && tp_json_int(&f->v, &t) == 0 && t >= 0 &&
	    t < 300000 * TP_DAY ? t : TP_TIME_NONE;
}

int
tp_errorpic_add(struct tp_errorpic *p, const struct tp_rec *r,
    const char **why)
{
	struct tp_errorpic_score	s = { .unit = TP_UNIT_MPH };
	const struct tp_json_field	*f = tp_json_find(&r->o, "saved");
	int64_t				 minutes;

	if (tp_json_find(&r->o, "by") != NULL)
		return 0;
	*why = "no score record: prediction_horizon_minutes is missing";
	if (tp_rec_int(r, TP_F_HORIZON_MINUTES, &minutes) != 0 ||
	    minutes < 1 || minutes > 1000000)
		return -1;
	s.minutes = (int)minutes;
	s.mae = figure(r, "mae_mph");
	s.rmse = figure(r, "rmse_mph");
	if (isnan(s.mae)) {
		s.unit = TP_UNIT_KMH;
		s.mae = figure(r, "mae_kmh");
		s.rmse = figure(r, "rmse_kmh");
	}
	f = f != NULL && f->v.type == TP_JSON_TRUE ? f : NULL;
	s.saved = f != NULL;
	s.from = time_of(r, "from");
	s.to = time_of(r, "to");
	*why = "no score record: mae_mph or mae_kmh is missing";
	if (isnan(s.mae))
		return tp_json_find(&r->o, "n") != NULL ? 0 : -1;
	*why = "more score records than can be shown";
	if (p->n >= TP_ERRORPIC_MAX)
		return -1;
	s.version = text(r, "model_version", "?");
	s.kind = text(r, "model_kind", s.version);
	s.split = text(r, "split", "?");
	TP_GROW(p->v, p->cap, p->n + 1);
	p->v[p->n++] = s;
	return 0;
}

/* The figures of one picture. */
struct chart {
	const struct tp_errorpic *p;
	const char	*split;
	enum tp_unit	 unit;
	const char	*version[TP_ERRORPIC_SERIES];
	const char	*kind[TP_ERRORPIC_SERIES];
	int		 nseries, left_out;
	int		 minutes[HORIZONS_MAX], nh;
};

static bool
has_split(const struct tp_errorpic *p, const char *split)
{
	size_t	i;

	for (i = 0; i < p->n; i++)
		if (strcmp(p->v[i].split, split) == 0)
			return true;
	return false;
}

static void
add_series(struct chart *c, const struct tp_errorpic_score *s)
{
	int	i;

	for (i = 0; i < c->nseries; i++)
		if (strcmp(c->version[i], s->version) == 0)
			return;
	if (c->nseries == TP_ERRORPIC_SERIES) {
		c->left_out++;
		return;
	}
	c->version[c->nseries] = s->version;
	c->kind[c->nseries++] = s->kind;
}

static void
add_minutes(struct chart *c, int minutes)
{
	int	i, k;

	for (i = 0; i < c->nh && c->minutes[i] < minutes; i++)
		;
	if ((i < c->nh && c->minutes[i] == minutes) || c->nh == HORIZONS_MAX)
		return;
	for (k = c->nh++; k > i; k--)
		c->minutes[k] = c->minutes[k - 1];
	c->minutes[i] = minutes;
}

/* The models in their order, the saved ones first, persistence behind. */
static void
collect(struct chart *c)
{
	size_t	i;
	int	pass;

	for (pass = 0; pass < 3; pass++)
		for (i = 0; i < c->p->n; i++) {
			const struct tp_errorpic_score	*s = &c->p->v[i];
			bool	base = strcmp(s->kind, "persistence") == 0;

			if (strcmp(s->split, c->split) != 0)
				continue;
			if (pass == (s->saved ? 0 : base ? 2 : 1)) {
				add_series(c, s);
				add_minutes(c, s->minutes);
			}
		}
}

/* The figure of a series and horizon, the last said; NAN: none. */
static double
value(const struct chart *c, int series, int minutes, bool rmse)
{
	size_t	i = c->p->n;

	while (i-- > 0) {
		const struct tp_errorpic_score	*s = &c->p->v[i];

		if (s->minutes == minutes && strcmp(s->split, c->split) == 0 &&
		    strcmp(s->version, c->version[series]) == 0)
			return tp_speed_convert(rmse ? s->rmse : s->mae,
			    s->unit, c->unit);
	}
	return NAN;
}

/* $E: a line for each horizon: minutes, then the series.  Returns the
 * largest figure. */
static double
put_data(const struct chart *c, const char *name, bool rmse, struct tp_buf *b)
{
	double	most = 0, v;
	int	h, k;

	tp_buf_printf(b, "$%s << EOD\n", name);
	for (h = 0; h < c->nh; h++) {
		tp_buf_printf(b, "%d", c->minutes[h]);
		for (k = 0; k < c->nseries; k++) {
			v = value(c, k, c->minutes[h], rmse);
			if (isnan(v))
				tp_buf_lit(b, " NaN");
			else
				tp_buf_printf(b, " %.6g", v);
			most = v > most ? v : most;
		}
		tp_buf_char(b, '\n');
	}
	tp_buf_lit(b, "EOD\n");
	return most;
}

static const char *
colour(const struct chart *c, int k)
{
	static const char *const	others[] = {
		TP_COLOUR_MODEL, TP_COLOUR_OTHER, TP_COLOUR_BAND, "#e69f00",
		"#999999", "#000000",
	};
	int				i, n = 0;

	if (strcmp(c->kind[k], "persistence") == 0)
		return TP_COLOUR_BASE;
	if (strcmp(c->kind[k], "ha") == 0)
		return TP_COLOUR_MEAN;
	for (i = 0; i < k; i++)
		n += strcmp(c->kind[i], "persistence") != 0 &&
		    strcmp(c->kind[i], "ha") != 0;
	return others[n];
}

/* A series' name: its kind, or the version where two have that kind. */
static void
put_name(const struct chart *c, int k, struct tp_buf *b)
{
	const char	*s = c->kind[k];
	int		 i;

	for (i = 0; i < c->nseries; i++)
		if (i != k && strcmp(c->kind[i], c->kind[k]) == 0)
			s = c->version[k];
	if (strcmp(s, "ha") == 0)
		s = "ha (weekly mean)";
	tp_buf_lit(b, "title ");
	tp_page_text(b, s, strlen(s), 40);
}

static void
put_bars(const struct chart *c, const char *name, double label_px,
    struct tp_buf *b)
{
	double	w = 0.84 / c->nseries, at;
	int	k;

	tp_buf_printf(b, "set boxwidth %.6g\n", w * 0.92);
	for (k = 0; k < c->nseries; k++) {
		at = (k - (c->nseries - 1) / 2.0) * w;
		tp_buf_printf(b, "%s$%s using ($0 + %.6g):%d with boxes "
		    "fillstyle solid 1 noborder fillcolor rgb '%s' ",
		    k > 0 ? ", " : "plot ", name, at, k + 2, colour(c, k));
		put_name(c, k, b);
		if (label_px > 0)
			tp_buf_printf(b, ", $%s using ($0 + %.6g):%d:"
			    "(sprintf('%%.2f', $%d)) with labels offset 0,0.6 "
			    "font ',%.4g' textcolor rgb '" TP_COLOUR_TEXT
			    "' notitle", name, at, k + 2, k + 2, label_px);
	}
	tp_buf_char(b, '\n');
}

static void
put_lines(const struct chart *c, const char *name, struct tp_buf *b)
{
	int	k;

	for (k = 0; k < c->nseries; k++) {
		tp_buf_printf(b, "%s$%s using 1:%d with linespoints "
		    "pointtype %d pointsize 0.8 linewidth 2.2 "
		    "linecolor rgb '%s' ", k > 0 ? ", " : "plot ", name,
		    k + 2, k == 0 ? 7 : 4 + k, colour(c, k));
		put_name(c, k, b);
	}
	tp_buf_char(b, '\n');
}

/* One panel: MAE or RMSE. */
static void
put_panel(const struct chart *c, const struct tp_page *page, bool rmse,
    struct tp_buf *b)
{
	const char	*name = rmse ? "R" : "E";
	bool		 text = page->kind == TP_PAGE_TEXT;
	double		 most = put_data(c, name, rmse, b), px;
	double		 scale = tp_page_scale(page);
	int		 h;

	px = page->width * 0.4 * 0.84 / (c->nh * c->nseries);
	tp_buf_printf(b, "set yrange [0:%.6g]\nset ylabel '%s, %s'\n"
	    "set xlabel 'minutes ahead'\n", most > 0 ? most * 1.28 : 1,
	    rmse ? "root mean square error" : "mean absolute error",
	    tp_page_unit(c->unit));
	if (c->nh > BARS_MAX) {
		tp_buf_lit(b, "set xtics auto\n");
		put_lines(c, name, b);
		return;
	}
	tp_buf_printf(b, "set xrange [-0.6:%.1f]\nset xtics (", c->nh - 0.4);
	for (h = 0; h < c->nh; h++)
		tp_buf_printf(b, "%s\"%d\" %d", h > 0 ? ", " : "",
		    c->minutes[h], h);
	tp_buf_lit(b, ") scale 0\n");
	put_bars(c, name, !text && px > 31 * scale ?
	    (page->kind == TP_PAGE_PNG ? 8.5 : 11) * scale : 0, b);
}

/* "Error by horizon, test split, 4 to 27 Jun 2012" */
static void
make_title(const struct chart *c, const struct tp_page *page,
    struct tp_buf *t)
{
	int64_t	from = TP_TIME_NONE, to = TP_TIME_NONE;
	size_t	i;

	for (i = 0; i < c->p->n; i++) {
		const struct tp_errorpic_score	*s = &c->p->v[i];

		if (strcmp(s->split, c->split) != 0 ||
		    s->from == TP_TIME_NONE || s->to == TP_TIME_NONE)
			continue;
		if (from == TP_TIME_NONE || s->from < from)
			from = s->from;
		if (to == TP_TIME_NONE || s->to > to)
			to = s->to;
	}
	tp_buf_lit(t, "Error by horizon");
	if (strcmp(c->split, "eval") != 0 && strcmp(c->split, "?") != 0)
		tp_buf_printf(t, ", %.40s split", c->split);
	if (from != TP_TIME_NONE) {
		tp_buf_lit(t, ", ");
		tp_page_dates(page, t, from, to);
	}
}

int
tp_errorpic_draw(const struct tp_errorpic *p, const char *split,
    const struct tp_page *page, enum tp_unit unit, struct tp_buf *b,
    struct tp_err *e)
{
	struct chart	c = { .p = p, .split = split, .unit = unit };
	struct tp_buf	t = { 0 };

	if (p->n == 0)
		return tp_err_set(e, TP_EXIT_DATA, "no score records");
	if (split == NULL)
		c.split = has_split(p, "test") ? "test" :
		    has_split(p, "eval") ? "eval" : p->v[0].split;
	if (c.unit == TP_UNIT_NONE)
		c.unit = p->v[0].unit;
	collect(&c);
	if (c.nseries == 0)
		return tp_err_set(e, TP_EXIT_DATA,
		    "no score record of split '%s'", c.split);
	tp_page_begin(page, b);
	make_title(&c, page, &t);
	if (page->kind == TP_PAGE_TEXT) {
		tp_buf_lit(b, "set title ");
		tp_page_title(page, b, tp_buf_cstr(&t));
		tp_buf_lit(b, "set key below\n");
		put_panel(&c, page, false, b);
	} else {
		tp_buf_lit(b, "set key top left reverse Left samplen 1.2\n"
		    "set tmargin 2\n"
		    "set multiplot layout 1,2 title ");
		tp_page_title(page, b, tp_buf_cstr(&t));
		put_panel(&c, page, false, b);
		tp_buf_lit(b, "unset key\n");
		put_panel(&c, page, true, b);
		tp_buf_lit(b, "unset multiplot\n");
	}
	tp_buf_release(&t);
	return 0;
}
