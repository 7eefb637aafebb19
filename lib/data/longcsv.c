/* Long tables: one reading a row, columns by name. */
#include "data/longcsv.h"

#include <inttypes.h>

#include "json/json.h"

#define NO_COLUMN	SIZE_MAX

enum col_kind {
	COL_OTHER,		/* a number where it is one, else text */
	COL_NUMBER,		/* must be a number */
	COL_TEXT,
	COL_TIME,
	COL_ID,
};

struct tp_longcsv_column {
	enum col_kind	 kind;
	bool		 reading;	/* speed, volume or occupancy */
	bool		 speed;
	unsigned	 place;		/* 1 << enum tp_place, or 0 */
	char		*key;		/* ,"name": */
	size_t		 keylen;
};

/* Names of columns, in lower case; `as` is the field they become. */
static const struct {
	const char	*name, *as;
	enum col_kind	 kind;
	bool		 reading, speed;
} known[] = {
	{ "speed", NULL, COL_NUMBER, true, true },
	{ "speed_mph", "speed_mph", COL_NUMBER, true, true },
	{ "speed_kmh", "speed_kmh", COL_NUMBER, true, true },
	{ "speed_kph", "speed_kmh", COL_NUMBER, true, true },
	{ "speed_ms", "speed_ms", COL_NUMBER, true, true },
	{ "speed_mps", "speed_ms", COL_NUMBER, true, true },
	{ "volume", "volume", COL_NUMBER, true, false },
	{ "volume_vph", "volume_vph", COL_NUMBER, true, false },
	{ "flow_vph", "volume_vph", COL_NUMBER, true, false },
	{ "volume_vehicles_per_hour", "volume_vph", COL_NUMBER, true, false },
	{ "occupancy", "occupancy", COL_NUMBER, true, false },
	{ "occupancy_percent", "occupancy_percent", COL_NUMBER, true, false },
	{ "occupancy_percentage", "occupancy_percent", COL_NUMBER, true,
	    false },
	{ "event_id", "event_id", COL_TEXT, false, false },
};

/* In order of preference; a second one in the header is a plain column. */
static const char *const time_names[] = {
	"timestamp", "event_timestamp", "event_time", "datetime", "date_time",
	"time", "date", "measured_at", "observed_at",
};
static const char *const id_names[] = {
	"segment_id", "sensor_id", "road_id", "station_id", "station",
	"detector_id", "cell_id", "vehicle_id", "sensor", "detector",
};

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

static size_t
find_column(const struct tp_csv_row *row, const char *const *names, size_t n)
{
	size_t	i, k;

	for (k = 0; k < n; k++)
		for (i = 0; i < row->n; i++)
			if (tp_csv_named(&row->f[i], names[k]))
				return i;
	return NO_COLUMN;
}

bool
tp_longcsv_has_reading(const struct tp_csv_row *row)
{
	size_t	i, k;

	for (i = 0; i < row->n; i++)
		for (k = 0; k < COUNT(known); k++)
			if (known[k].reading &&
			    tp_csv_named(&row->f[i], known[k].name))
				return true;
	return false;
}

bool
tp_longcsv_is(const struct tp_csv_row *row)
{
	return find_column(row, time_names, COUNT(time_names)) != NO_COLUMN &&
	    find_column(row, id_names, COUNT(id_names)) != NO_COLUMN &&
	    tp_longcsv_has_reading(row);
}

static void
drop_columns(struct tp_longcsv *l)
{
	size_t	i;

	for (i = 0; i < l->n; i++)
		free(l->cols[i].key);
	free(l->cols);
	l->cols = NULL;
	l->n = 0;
}

void
tp_longcsv_open(struct tp_longcsv *l, struct tp_events *ev)
{
	drop_columns(l);
	l->ev = ev;
	l->header = false;
	l->when.n = 0;
	l->nlast = 0;
	tp_csv_init(&l->csv, ev->conf->max_line);
}

void
tp_longcsv_release(struct tp_longcsv *l)
{
	drop_columns(l);
	tp_csv_release(&l->csv);
	tp_buf_release(&l->when);
	free(l->last);
	*l = (struct tp_longcsv){ 0 };
}

static int
header_error(struct tp_longcsv *l, const struct tp_csv_row *row,
    const char *what, const char *name)
{
	return tp_err_set(l->e, TP_EXIT_DATA, "%s:%" PRIu64 ": %s%s%s%s",
	    l->ev->source, row->lineno, what, name != NULL ? " '" : "",
	    name != NULL ? name : "", name != NULL ? "'" : "");
}

static void
make_key(struct tp_longcsv_column *c, const char *name, size_t n)
{
	struct tp_buf	b = { 0 };

	tp_buf_char(&b, ',');
	tp_json_write_str(&b, name, n);
	tp_buf_char(&b, ':');
	c->key = b.p;
	c->keylen = b.n;
}

/* What the column of this name becomes: 0 or -1. */
static int
make_column(struct tp_longcsv *l, const struct tp_csv_row *row, size_t i)
{
	const struct tp_csv_field	*f = &row->f[i];
	struct tp_longcsv_column	*c = &l->cols[i];
	const char			*as;
	char				 name[24];
	int				 place;
	size_t				 k;

	if (f->n == 0)
		return header_error(l, row, "a column has no name", NULL);
	if ((place = tp_place_column(f->p, f->n)) >= 0) {
		as = tp_place_name((enum tp_place)place);
		c->place = 1u << place;
		c->kind = place == TP_PLACE_ROAD_NAME ||
		    place == TP_PLACE_DIRECTION ? COL_TEXT : COL_NUMBER;
		make_key(c, as, strlen(as));
		return 0;
	}
	for (k = 0; k < COUNT(known); k++)
		if (tp_csv_named(f, known[k].name))
			break;
	if (k == COUNT(known)) {
		make_key(c, f->p, f->n);
		return 0;
	}
	c->kind = known[k].kind;
	c->reading = known[k].reading;
	c->speed = known[k].speed;
	if (known[k].as != NULL) {
		make_key(c, known[k].as, strlen(known[k].as));
		return 0;
	}
	if (l->ev->conf->unit == TP_UNIT_NONE)
		return header_error(l, row, "give --speed-unit, since it is "
		    "not told by the name of column", f->p);
	snprintf(name, sizeof(name), "speed_%s",
	    tp_unit_suffix(l->ev->conf->unit));
	make_key(c, name, strlen(name));
	return 0;
}

static int
check_twice(struct tp_longcsv *l, const struct tp_csv_row *row)
{
	struct tp_map	m = { 0 };
	size_t		i, n = 0;
	int		rc = 0;

	for (i = 0; i < l->n && rc == 0; i++)
		if (l->cols[i].key != NULL && tp_map_add(&m, l->cols[i].key,
		    l->cols[i].keylen) != n++)
			rc = header_error(l, row,
			    "two columns hold the same field as",
			    row->f[i].p);
	tp_map_release(&m);
	return rc;
}

static int
take_header(struct tp_longcsv *l, const struct tp_csv_row *row)
{
	size_t	i;

	l->header = true;
	if (row->why != NULL)
		return header_error(l, row, row->why, NULL);
	l->time = find_column(row, time_names, COUNT(time_names));
	l->id = find_column(row, id_names, COUNT(id_names));
	if (l->time == NO_COLUMN || l->id == NO_COLUMN)
		return header_error(l, row, l->time == NO_COLUMN ?
		    "no column has a name that times have, such as" :
		    "a table with a column a sensor is --format wide; here no "
		    "column has a name that ids have, such as",
		    l->time == NO_COLUMN ? "timestamp" : "sensor_id");
	l->cols = tp_calloc(row->n, sizeof(*l->cols));
	l->n = row->n;
	for (i = 0; i < l->n; i++)
		if (i == l->time)
			l->cols[i].kind = COL_TIME;
		else if (i == l->id)
			l->cols[i].kind = COL_ID;
		else if (make_column(l, row, i) == -1)
			return -1;
	return check_twice(l, row);
}

static int
reject(struct tp_longcsv *l, const struct tp_csv_row *row, const char *rule,
    const char *what, const char *text, const char *why)
{
	return tp_events_reject(l->ev, l->out, row->raw, row->rawlen,
	    row->lineno, rule, "%s '%.100s': %s", what, text, why);
}

/* Checks the row's numbers, so that no half line is begun: 0, 1 to stop, -1
 * where the row was refused. *any: it holds a reading. */
static int
check_cells(struct tp_longcsv *l, const struct tp_csv_row *row, bool *any)
{
	const struct tp_csv_field	*f = row->f;
	enum tp_table_cell			 kind;
	double				 v;
	bool				 zero;
	size_t				 i;

	*any = false;
	for (i = 0; i < l->n; i++) {
		if (l->cols[i].kind != COL_NUMBER)
			continue;
		kind = tp_table_cell(f[i].p, f[i].n, &zero, &v);
		if (kind == TP_TABLE_TEXT)
			return reject(l, row, "number", "text", f[i].p,
			    "no number") != 0 ? 1 : -1;
		*any |= kind != TP_TABLE_NONE && l->cols[i].reading;
	}
	return 0;
}

static bool
is_missing(const struct tp_longcsv *l, const struct tp_csv_field *f)
{
	const struct tp_replay_conf	*c = l->ev->conf;
	double				 v;

	return c->has_missing && tp_parse_num(f->p, f->n, &v) == 0 &&
	    v >= c->missing && v <= c->missing;
}

/* Appends the column's field, if the cell has a value. */
static unsigned
put_cell(const struct tp_longcsv *l, struct tp_buf *b,
    const struct tp_longcsv_column *c, const struct tp_csv_field *f)
{
	enum tp_table_cell	kind;
	double		v;
	bool		zero;

	kind = tp_table_cell(f->p, f->n, &zero, &v);
	if (kind == TP_TABLE_NONE || (c->speed && is_missing(l, f)))
		return 0;
	tp_buf_add(b, c->key, c->keylen);
	if (c->kind == COL_TEXT || kind == TP_TABLE_TEXT ||
	    (c->kind == COL_OTHER && kind == TP_TABLE_NUM))
		tp_json_write_str(b, f->p, f->n);
	else if (kind == TP_TABLE_JSON)
		tp_buf_add(b, f->p, f->n);
	else
		tp_buf_num(b, v);
	return c->place;
}

static int
take_event(struct tp_longcsv *l, const struct tp_csv_row *row,
    const struct tp_seg *s, int64_t t)
{
	struct tp_buf	*b;
	unsigned	 mask = 0;
	size_t		 i;

	b = tp_events_begin(l->ev, l->out, s, t);
	for (i = 0; i < l->n; i++)
		if (l->cols[i].key != NULL)
			mask |= put_cell(l, b, &l->cols[i], &row->f[i]);
	return tp_events_end(l->ev, l->out, s, mask);
}

/* Sets l->t and l->twice; rows of one time often follow each other. */
static int
row_time(struct tp_longcsv *l, const struct tp_csv_field *f,
    const char **why)
{
	struct tp_tz	*tz = l->ev->conf->tz, utc = { .utc = true };
	int64_t		 t;

	if (f->n > 0 && f->n == l->when.n &&
	    memcmp(f->p, l->when.p, f->n) == 0)
		return 0;
	l->when.n = 0;
	if (tp_table_time(tz, f->p, f->n, TP_TIME_NONE, &l->t, why) == -1)
		return -1;
	/* A time that says its zone is the same in each. */
	l->twice = tp_table_second(tz, l->t, l->t) != l->t &&
	    tp_table_time(&utc, f->p, f->n, TP_TIME_NONE, &t, why) == 0 &&
	    t != l->t;
	tp_buf_add(&l->when, f->p, f->n);
	return 0;
}

/*
 * The time of a row of s: where l->t happens twice, the second if s was there
 * already.
 */
static int64_t
time_of(struct tp_longcsv *l, const struct tp_seg *s)
{
	size_t	k = (size_t)(s - l->ev->segs);

	if (!l->twice)
		return l->t;
	TP_GROW(l->last, l->cap, k + 1);
	while (l->nlast <= k)
		l->last[l->nlast++] = TP_TIME_NONE;
	l->last[k] = tp_table_second(l->ev->conf->tz, l->t, l->last[k]);
	return l->last[k];
}

static int
take_row(void *arg, const struct tp_csv_row *row)
{
	struct tp_longcsv	*l = arg;
	const struct tp_seg	*s;
	const char		*why;
	int64_t			 t;
	bool			 any;
	int			 rc;

	if (!l->header)
		return take_header(l, row);
	if (row->why != NULL)
		return tp_events_reject(l->ev, l->out, row->raw, row->rawlen,
		    row->lineno, row->rule, "%s", row->why);
	if (row->n != l->n)
		return tp_events_reject(l->ev, l->out, row->raw, row->rawlen,
		    row->lineno, "columns", "the row has %zu fields, "
		    "the header has %zu", row->n, l->n);
	if (row_time(l, &row->f[l->time], &why) == -1)
		return reject(l, row, "time", "time", row->f[l->time].p, why);
	if (row->f[l->id].n == 0)
		return reject(l, row, "segment-id", "id", "", "is empty");
	if ((rc = check_cells(l, row, &any)) != 0)
		return rc > 0;
	s = tp_events_seg(l->ev, row->f[l->id].p, row->f[l->id].n);
	t = time_of(l, s);
	if (!s->wanted || !tp_events_in_range(l->ev, t))
		return 0;
	if (!any) {
		tp_out_count(l->out, TP_COUNT_MISSING, 1);
		return 0;
	}
	return take_event(l, row, s, t);
}

int
tp_longcsv_bytes(struct tp_longcsv *l, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e)
{
	l->out = out;
	l->e = e;
	return tp_csv_bytes(&l->csv, p, n, take_row, l);
}

int
tp_longcsv_close(struct tp_longcsv *l, struct tp_out *out, struct tp_err *e)
{
	int	rc;

	l->out = out;
	l->e = e;
	rc = tp_csv_end(&l->csv, take_row, l);
	if (rc == 0 && !l->header)
		return tp_err_set(e, TP_EXIT_DATA, "%s: file is empty: "
		    "a header is expected", l->ev->source);
	return rc;
}
