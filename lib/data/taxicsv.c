#include "data/taxicsv.h"

#include <inttypes.h>
#include <math.h>

#include "data/taxi.h"

#define METRES_PER_MILE	(1000 * TP_KMH_PER_MPH)
#define FASTEST		(130 / 3.6)	/* metres a second */
#define NONE		SIZE_MAX

static const struct {
	const char		*name;	/* lower case */
	enum tp_taxi_column	 column;
} names[] = {
	{ "tpep_pickup_datetime", TP_TAXI_FROM },
	{ "lpep_pickup_datetime", TP_TAXI_FROM },
	{ "pickup_datetime", TP_TAXI_FROM },
	{ "trip_pickup_datetime", TP_TAXI_FROM },
	{ "tpep_dropoff_datetime", TP_TAXI_TO },
	{ "lpep_dropoff_datetime", TP_TAXI_TO },
	{ "dropoff_datetime", TP_TAXI_TO },
	{ "trip_dropoff_datetime", TP_TAXI_TO },
	{ "trip_distance", TP_TAXI_MILES },
	{ "pickup_longitude", TP_TAXI_FROM_LON },
	{ "start_lon", TP_TAXI_FROM_LON },
	{ "pickup_latitude", TP_TAXI_FROM_LAT },
	{ "start_lat", TP_TAXI_FROM_LAT },
	{ "dropoff_longitude", TP_TAXI_TO_LON },
	{ "end_lon", TP_TAXI_TO_LON },
	{ "dropoff_latitude", TP_TAXI_TO_LAT },
	{ "end_lat", TP_TAXI_TO_LAT },
	{ "pulocationid", TP_TAXI_FROM_ZONE },
	{ "dolocationid", TP_TAXI_TO_ZONE },
};

/* Sets at[] to the columns of the header. */
static void
find_columns(const struct tp_csv_row *row, size_t at[TP_TAXI_COLUMNS])
{
	size_t	i, k;

	for (k = 0; k < TP_TAXI_COLUMNS; k++)
		at[k] = NONE;
	for (i = 0; i < row->n; i++)
		for (k = 0; k < sizeof(names) / sizeof(*names); k++)
			if (at[names[k].column] == NONE &&
			    tp_csv_named(&row->f[i], names[k].name))
				at[names[k].column] = i;
}

static bool
has_places(const size_t at[TP_TAXI_COLUMNS])
{
	return at[TP_TAXI_FROM_LON] != NONE && at[TP_TAXI_FROM_LAT] != NONE &&
	    at[TP_TAXI_TO_LON] != NONE && at[TP_TAXI_TO_LAT] != NONE;
}

static bool
has_zones(const size_t at[TP_TAXI_COLUMNS])
{
	return at[TP_TAXI_FROM_ZONE] != NONE && at[TP_TAXI_TO_ZONE] != NONE;
}

bool
tp_taxicsv_is(const struct tp_csv_row *row)
{
	size_t	at[TP_TAXI_COLUMNS];

	find_columns(row, at);
	return at[TP_TAXI_FROM] != NONE && at[TP_TAXI_TO] != NONE &&
	    (has_places(at) || has_zones(at));
}

static int
take_header(struct tp_taxicsv *t, const struct tp_csv_row *row)
{
	const char	*what = NULL;

	t->header = true;
	if (row->why != NULL)
		return tp_err_set(t->e, TP_EXIT_DATA, "%s:%" PRIu64 ": %s",
		    t->ev->source, row->lineno, row->why);
	find_columns(row, t->at);
	t->ncols = row->n;
	if (t->at[TP_TAXI_FROM] == NONE)
		what = "the header has no column 'pickup_datetime'";
	else if (t->at[TP_TAXI_TO] == NONE)
		what = "the header has no column 'dropoff_datetime'";
	else if (!has_places(t->at) && !has_zones(t->at))
		what = "the header has neither pickup_longitude and its like "
		    "nor PULocationID and DOLocationID";
	else if (!has_places(t->at) && t->conf->zones == NULL)
		what = "trips are between zones: --zones must say where "
		    "these are";
	return what == NULL ? 0 : tp_err_set(t->e, TP_EXIT_DATA, "%s:%" PRIu64
	    ": %s", t->ev->source, row->lineno, what);
}

/* Refuses the row: 1 to stop, else -1. */
static int
refuse(struct tp_taxicsv *t, const struct tp_csv_row *row, const char *rule,
    const char *what, const char *text, const char *why)
{
	return tp_events_reject(t->ev, t->out, row->raw, row->rawlen,
	    row->lineno, rule, "%s '%.100s': %s", what, text, why) != 0 ?
	    1 : -1;
}

static int
leave_out(struct tp_taxicsv *t, enum tp_taxi_reason why)
{
	t->conf->left_out[why]++;
	return -1;
}

/* The number in a column, 0 where it is empty.  0, or as refuse(). */
static int
number(struct tp_taxicsv *t, const struct tp_csv_row *row,
    enum tp_taxi_column c, double *v)
{
	const struct tp_csv_field	*f;
	enum tp_table_cell			 kind;
	bool				 zero;

	*v = 0;
	if (t->at[c] == NONE)
		return 0;
	f = &row->f[t->at[c]];
	kind = tp_table_cell(f->p, f->n, &zero, v);
	if (kind == TP_TABLE_NONE || kind == TP_TABLE_NUM ||
	    (kind == TP_TABLE_JSON && tp_parse_num(f->p, f->n, v) == 0))
		return 0;
	return refuse(t, row, "number", "text", f->p, "no number");
}

static bool
in_box(const struct tp_taxi_conf *c, double lat, double lon)
{
	return lat >= c->box[0] && lon >= c->box[1] && lat <= c->box[2] &&
	    lon <= c->box[3];
}

/* Checks a place: 0, or as leave_out(). */
static int
set_point(struct tp_taxicsv *t, double lat, double lon, struct tp_point *p)
{
	if (lat == 0 || lon == 0)
		return leave_out(t, TP_TAXI_NO_PLACE);
	if (!in_box(t->conf, lat, lon) || tp_point_set(p, lat, lon) == -1)
		return leave_out(t, in_box(t->conf, lon, lat) ?
		    TP_TAXI_SWAPPED : TP_TAXI_OUTSIDE);
	return 0;
}

/* Where the zone of a column is, or the place of two: 0, or -1, or 1. */
static int
place(struct tp_taxicsv *t, const struct tp_csv_row *row,
    enum tp_taxi_column lon, enum tp_taxi_column zone, struct tp_point *p)
{
	const struct tp_csv_field	*f;
	const struct tp_sensor		*z;
	double				 x, y;
	int				 rc;

	if (has_places(t->at)) {
		rc = number(t, row, lon, &x);
		if (rc == 0)
			rc = number(t, row, lon + 1, &y);
		return rc != 0 ? rc : set_point(t, y, x, p);
	}
	f = &row->f[t->at[zone]];
	z = tp_sensors_find(t->conf->zones, f->p, f->n);
	if (z == NULL || tp_sensor_where(z, &y, &x) == -1)
		return leave_out(t, TP_TAXI_NO_ZONE);
	return set_point(t, y, x, p);
}

static int
times(struct tp_taxicsv *t, const struct tp_csv_row *row,
    struct tp_trip *trip)
{
	const struct tp_csv_field	*a = &row->f[t->at[TP_TAXI_FROM]];
	const struct tp_csv_field	*b = &row->f[t->at[TP_TAXI_TO]];
	struct tp_tz			*tz = t->ev->conf->tz;
	const char			*why;

	if (tp_table_time(tz, a->p, a->n, TP_TIME_NONE, &trip->from, &why) ==
	    -1)
		return refuse(t, row, "time", "time", a->p, why);
	/* the end is after the start: the second hour when clocks go back */
	if (tp_table_time(tz, b->p, b->n, trip->from, &trip->to, &why) == -1)
		return refuse(t, row, "time", "time", b->p, why);
	return 0;
}

/* The longer of what the meter says and the straight line. */
static int
set_length(struct tp_taxicsv *t, double miles, struct tp_trip *trip)
{
	double	s = (double)(trip->to - trip->from) / 1000;

	if (trip->to <= trip->from || trip->to - trip->from > TP_DAY)
		return leave_out(t, TP_TAXI_DURATION);
	trip->metres = fmax(miles * METRES_PER_MILE,
	    tp_point_metres(trip->a, trip->b));
	return trip->metres > s * FASTEST ? leave_out(t, TP_TAXI_TOO_FAST) :
	    0;
}

/* Some years have commas at the end of rows that the header has not. */
static bool
right_size(const struct tp_taxicsv *t, const struct tp_csv_row *row)
{
	size_t	i;

	for (i = t->ncols; i < row->n; i++)
		if (row->f[i].n > 0)
			return false;
	return row->n >= t->ncols;
}

static int
take_row(void *arg, const struct tp_csv_row *row)
{
	struct tp_taxicsv	*t = arg;
	struct tp_trip		 trip;
	double			 miles;
	int			 rc;

	if (!t->header)
		return take_header(t, row);
	t->conf->trips++;
	if (row->why != NULL)
		return tp_events_reject(t->ev, t->out, row->raw, row->rawlen,
		    row->lineno, row->rule, "%s", row->why);
	if (!right_size(t, row))
		return tp_events_reject(t->ev, t->out, row->raw, row->rawlen,
		    row->lineno, "columns", "the row has %zu fields, "
		    "the header has %zu", row->n, t->ncols);
	if ((rc = times(t, row, &trip)) != 0 ||
	    (rc = number(t, row, TP_TAXI_MILES, &miles)) != 0 ||
	    (rc = place(t, row, TP_TAXI_FROM_LON, TP_TAXI_FROM_ZONE,
	    &trip.a)) != 0 || (rc = place(t, row, TP_TAXI_TO_LON,
	    TP_TAXI_TO_ZONE, &trip.b)) != 0 ||
	    (rc = set_length(t, miles, &trip)) != 0)
		return rc > 0;
	trip.id = tp_hash(row->raw, row->rawlen, 0);
	return t->fn(t->arg, &trip);
}

void
tp_taxicsv_open(struct tp_taxicsv *t, struct tp_events *ev,
    struct tp_taxi_conf *conf)
{
	t->ev = ev;
	t->conf = conf;
	t->header = false;
	tp_csv_init(&t->csv, ev->conf->max_line);
}

void
tp_taxicsv_release(struct tp_taxicsv *t)
{
	tp_csv_release(&t->csv);
	*t = (struct tp_taxicsv){ 0 };
}

int
tp_taxicsv_bytes(struct tp_taxicsv *t, const char *p, size_t n)
{
	return tp_csv_bytes(&t->csv, p, n, take_row, t);
}

int
tp_taxicsv_end(struct tp_taxicsv *t)
{
	int	rc = tp_csv_end(&t->csv, take_row, t);

	if (rc == 0 && !t->header)
		return tp_err_set(t->e, TP_EXIT_DATA, "%s: file is empty: "
		    "a header is expected", t->ev->source);
	return rc;
}
