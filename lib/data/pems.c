/* PeMS Station 5-Minute files. */
#include "data/pems.h"

#include <inttypes.h>

#include "json/json.h"

#define PER_HOUR	12	/* intervals of 5 minutes */
#define LANE_COLUMNS	5	/* samples, flow, occupancy, speed, observed */
#define LANES_MAX	100

/* The numbers of a row that are written, and where they are. */
enum { SPEED, FLOW, OCCUPANCY, OBSERVED, NUMBERS };
static const enum tp_pems_item	number_items[NUMBERS] = {
	[SPEED] = TP_PEMS_SPEED, [FLOW] = TP_PEMS_FLOW,
	[OCCUPANCY] = TP_PEMS_OCCUPANCY, [OBSERVED] = TP_PEMS_OBSERVED,
};

/* Names in headers, lower case; several per item, NULL last. */
static const char *const names[TP_PEMS_ITEMS][4] = {
	{ "timestamp", "time", NULL },
	{ "station", "station id", "station_id", NULL },
	{ "district", NULL },
	{ "freeway #", "freeway", "fwy", NULL },
	{ "direction of travel", "direction", "dir", NULL },
	{ "lane type", "lane_type", "type", NULL },
	{ "station length", "station_length", "length", NULL },
	{ "samples", NULL },
	{ "% observed", "observed", "pct_observed", NULL },
	{ "total flow", "total_flow", "flow", NULL },
	{ "avg occupancy", "avg_occupancy", "occupancy", NULL },
	{ "avg speed", "avg_speed", "speed", NULL },
};

/* "11/06/2006 00:05:00": the US order, which PeMS alone writes. */
static bool
is_us_time(const struct tp_csv_field *f)
{
	static const char	form[] = "00/00/0000 00:00:00";
	size_t			i;

	if (f->n != sizeof(form) - 1)
		return false;
	for (i = 0; i < f->n; i++)
		if (form[i] == '0' ? f->p[i] < '0' || f->p[i] > '9' :
		    f->p[i] != form[i])
			return false;
	return true;
}

static size_t
find_item(const struct tp_csv_row *row, enum tp_pems_item item)
{
	size_t	i, k;

	for (k = 0; names[item][k] != NULL; k++)
		for (i = 0; i < row->n; i++)
			if (tp_csv_named(&row->f[i], names[item][k]))
				return i;
	return SIZE_MAX;
}

bool
tp_pems_is(const struct tp_csv_row *row)
{
	static const enum tp_pems_item	sure[] = {
		TP_PEMS_TIME, TP_PEMS_STATION, TP_PEMS_LANE_TYPE,
		TP_PEMS_OBSERVED, TP_PEMS_FLOW, TP_PEMS_SPEED,
	};
	size_t				i;

	if (row->n >= TP_PEMS_ITEMS && is_us_time(&row->f[0]) &&
	    (row->n - TP_PEMS_ITEMS) % LANE_COLUMNS == 0)
		return true;
	for (i = 0; i < sizeof(sure) / sizeof(sure[0]); i++)
		if (find_item(row, sure[i]) == SIZE_MAX)
			return false;
	return true;
}

void
tp_pems_open(struct tp_pems *s, struct tp_events *ev)
{
	s->ev = ev;
	s->known = false;
	s->last = TP_TIME_NONE;
	s->when.n = 0;
	tp_csv_init(&s->csv, ev->conf->max_line);
}

void
tp_pems_release(struct tp_pems *s)
{
	tp_csv_release(&s->csv);
	tp_buf_release(&s->when);
	*s = (struct tp_pems){ 0 };
}

static int
take_header(struct tp_pems *s, const struct tp_csv_row *row)
{
	int	k;

	for (k = 0; k < TP_PEMS_ITEMS; k++)
		s->at[k] = find_item(row, (enum tp_pems_item)k);
	s->n = row->n;
	if (s->at[TP_PEMS_TIME] == SIZE_MAX ||
	    s->at[TP_PEMS_STATION] == SIZE_MAX ||
	    (s->at[TP_PEMS_SPEED] == SIZE_MAX &&
	    s->at[TP_PEMS_FLOW] == SIZE_MAX))
		return tp_err_set(s->e, TP_EXIT_DATA, "%s:%" PRIu64
		    ": neither a PeMS header (Timestamp, Station, ..., "
		    "Total Flow, Avg Speed) nor a PeMS row", s->ev->source,
		    row->lineno);
	return 0;
}

/* The first row tells which form it is: 1 where it is a header, else 0. */
static int
decide(struct tp_pems *s, const struct tp_csv_row *row)
{
	int	k;

	s->known = true;
	if (row->why != NULL)
		return tp_err_set(s->e, TP_EXIT_DATA, "%s:%" PRIu64 ": %s",
		    s->ev->source, row->lineno, row->why);
	s->raw = row->n >= TP_PEMS_ITEMS && is_us_time(&row->f[0]);
	if (!s->raw)
		return take_header(s, row) == -1 ? -1 : 1;
	for (k = 0; k < TP_PEMS_ITEMS; k++)
		s->at[k] = (size_t)k;
	return 0;
}

static int
refuse(struct tp_pems *s, const struct tp_csv_row *row, const char *rule,
    const char *what, const char *text, const char *why)
{
	return tp_events_reject(s->ev, s->out, row->raw, row->rawlen,
	    row->lineno, rule, "%s '%.100s': %s", what, text, why) != 0 ?
	    1 : -1;
}

static const struct tp_csv_field *
item(const struct tp_pems *s, const struct tp_csv_row *row,
    enum tp_pems_item k)
{
	return s->at[k] == SIZE_MAX ? NULL : &row->f[s->at[k]];
}

/* Sets s->last to the row's time: 0, 1 to stop, -1 where it was refused. */
static int
row_time(struct tp_pems *s, const struct tp_csv_row *row)
{
	const struct tp_csv_field	*f = item(s, row, TP_PEMS_TIME);
	char				 iso[20];
	const char			*why, *p = f->p;
	int64_t				 t;

	if (f->n > 0 && f->n == s->when.n &&
	    memcmp(p, s->when.p, f->n) == 0)
		return 0;
	if (is_us_time(f)) {
		snprintf(iso, sizeof(iso), "%.4s-%.2s-%.2s %.8s", p + 6, p,
		    p + 3, p + 11);
		p = iso;
	}
	if (tp_table_time(s->ev->conf->tz, p, strlen(p),
	    s->last == TP_TIME_NONE ? s->last : s->last - 1, &t, &why) == -1)
		return refuse(s, row, "time", "time", f->p, why);
	if (s->last != TP_TIME_NONE && t < s->last)
		return refuse(s, row, "time-order", "time", f->p,
		    "earlier than that of the row before");
	s->last = t;
	s->when.n = 0;
	tp_buf_add(&s->when, f->p, f->n);
	return 0;
}

/* The number of a cell, if it has one: 0, 1 to stop, -1 where refused. */
static int
number(struct tp_pems *s, const struct tp_csv_row *row,
    enum tp_pems_item k, bool *have, double *v)
{
	const struct tp_csv_field	*f = item(s, row, k);
	bool				 zero;
	enum tp_table_cell			 kind;

	*have = false;
	if (f == NULL)
		return 0;
	kind = tp_table_cell(f->p, f->n, &zero, v);
	if (kind == TP_TABLE_NONE)
		return 0;
	if (kind == TP_TABLE_TEXT ||
	    (kind == TP_TABLE_JSON && tp_parse_num(f->p, f->n, v) == -1))
		return refuse(s, row, "number", names[k][0], f->p,
		    "no number");
	*have = true;
	return 0;
}

/* The text of the cell where it is JSON, else its value. */
static void
put_number(struct tp_buf *b, const struct tp_csv_field *f, double v)
{
	double	ignore;
	bool	zero;

	if (tp_table_cell(f->p, f->n, &zero, &ignore) == TP_TABLE_JSON)
		tp_buf_add(b, f->p, f->n);
	else
		tp_buf_num(b, v);
}

static void
put_text(struct tp_buf *b, const char *key, const struct tp_csv_field *f)
{
	if (f == NULL || f->n == 0)
		return;
	tp_buf_str(b, key);
	tp_json_write_str(b, f->p, f->n);
}

/* Raw form: lanes are those groups of columns that hold anything. */
static size_t
count_lanes(const struct tp_pems *s, const struct tp_csv_row *row)
{
	size_t	i;

	if (!s->raw)
		return 0;
	for (i = row->n; i > TP_PEMS_ITEMS && row->f[i - 1].n == 0; i--)
		;
	i = (i - TP_PEMS_ITEMS + LANE_COLUMNS - 1) / LANE_COLUMNS;
	return i > LANES_MAX ? 0 : i;
}

static int
put_event(struct tp_pems *s, const struct tp_csv_row *row,
    const struct tp_seg *seg, const double *v, const bool *have)
{
	struct tp_buf			*b;
	const struct tp_csv_field	*road, *dir;
	unsigned			 mask = 0;
	size_t				 lanes = count_lanes(s, row);

	b = tp_events_begin(s->ev, s->out, seg, s->last);
	if (have[SPEED]) {
		tp_buf_lit(b, ",\"speed_mph\":");
		put_number(b, item(s, row, TP_PEMS_SPEED), v[SPEED]);
	}
	if (have[FLOW]) {
		tp_buf_lit(b, ",\"volume_vph\":");
		tp_buf_fixed(b, v[FLOW] * PER_HOUR, 6);
	}
	if (have[OCCUPANCY]) {
		tp_buf_lit(b, ",\"occupancy_percent\":");
		tp_buf_fixed(b, v[OCCUPANCY] * 100, 6);
	}
	if (have[OBSERVED]) {
		tp_buf_lit(b, ",\"quality_score\":");
		tp_buf_fixed(b, v[OBSERVED] / 100, 6);
	}
	road = item(s, row, TP_PEMS_FREEWAY);
	dir = item(s, row, TP_PEMS_DIRECTION);
	put_text(b, ",\"road_name\":", road);
	put_text(b, ",\"direction\":", dir);
	put_text(b, ",\"lane_type\":", item(s, row, TP_PEMS_LANE_TYPE));
	if (lanes > 0) {
		tp_buf_lit(b, ",\"lanes\":");
		tp_buf_int(b, (int64_t)lanes);
		mask |= 1u << TP_PLACE_LANES;
	}
	if (road != NULL && road->n > 0)
		mask |= 1u << TP_PLACE_ROAD_NAME;
	if (dir != NULL && dir->n > 0)
		mask |= 1u << TP_PLACE_DIRECTION;
	return tp_events_end(s->ev, s->out, seg, mask);
}

static int
check_width(struct tp_pems *s, const struct tp_csv_row *row)
{
	char	text[100];

	if (!s->raw && row->n != s->n)
		snprintf(text, sizeof(text), "the row has %zu fields, "
		    "the header has %zu", row->n, s->n);
	else if (s->raw && (row->n < TP_PEMS_ITEMS ||
	    (row->n - TP_PEMS_ITEMS) % LANE_COLUMNS != 0))
		snprintf(text, sizeof(text), "the row has %zu fields; "
		    "%d and %d for each lane are expected", row->n,
		    TP_PEMS_ITEMS, LANE_COLUMNS);
	else
		return 0;
	return tp_events_reject(s->ev, s->out, row->raw, row->rawlen,
	    row->lineno, "columns", "%s", text) != 0 ? 1 : -1;
}

static int
take_reading(struct tp_pems *s, const struct tp_csv_row *row)
{
	const struct tp_csv_field	*id;
	const struct tp_seg		*seg;
	double				 v[NUMBERS] = { 0 };
	bool				 have[NUMBERS];
	size_t				 i;
	int				 rc;

	if ((rc = check_width(s, row)) != 0 || (rc = row_time(s, row)) != 0)
		return rc;
	id = item(s, row, TP_PEMS_STATION);
	if (id->n == 0)
		return refuse(s, row, "segment-id", "station", "",
		    "is empty");
	for (i = 0; i < NUMBERS; i++)
		if ((rc = number(s, row, number_items[i], &have[i],
		    &v[i])) != 0)
			return rc;
	seg = tp_events_seg(s->ev, id->p, id->n);
	if (!seg->wanted || !tp_events_in_range(s->ev, s->last))
		return 0;
	if (!have[SPEED] && !have[FLOW]) {
		tp_out_count(s->out, TP_COUNT_MISSING, 1);
		return 0;
	}
	return put_event(s, row, seg, v, have);
}

static int
take_row(void *arg, const struct tp_csv_row *row)
{
	struct tp_pems	*s = arg;
	int		 rc;

	if (!s->known && (rc = decide(s, row)) != 0)
		return rc == 1 ? 0 : rc;
	if (row->why != NULL)
		return tp_events_reject(s->ev, s->out, row->raw, row->rawlen,
		    row->lineno, row->rule, "%s", row->why);
	return take_reading(s, row) > 0;
}

int
tp_pems_bytes(struct tp_pems *s, const char *p, size_t n, struct tp_out *out,
    struct tp_err *e)
{
	s->out = out;
	s->e = e;
	return tp_csv_bytes(&s->csv, p, n, take_row, s);
}

int
tp_pems_close(struct tp_pems *s, struct tp_out *out, struct tp_err *e)
{
	int	rc;

	s->out = out;
	s->e = e;
	rc = tp_csv_end(&s->csv, take_row, s);
	if (rc == 0 && !s->known)
		return tp_err_set(e, TP_EXIT_DATA,
		    "%s: file is empty", s->ev->source);
	return rc;
}
