/*
 * The filter of tp-validate.
 *
 * A record is read and its new line is made in one pass over its fields.  The
 * line stays behind the end of the output buffer until all checks are done,
 * so that a refused record leaves nothing to undo.
 */
#include "rec/check.h"

#include <math.h>

#include "rec/checkstate.h"
#include "rec/name.h"

#define EARTH_M		6371008.8	/* mean radius, IUGG */
#define VERSION_SEED	3	/* of hashes of what tells versions apart */

const struct tp_check_conf	tp_check_defaults = {
	.tz = { .utc = true },
	.max_kmh = 200, .max_mph = 120,
	.max_volume = 20000,	/* eight lanes of 2,400, and some */
	.min_time = INT64_C(946684800000),	/* 2000-01-01 */
	.max_ahead = 5 * TP_MINUTE,
	.max_id = 128,
	.max_distance = 1000,
	.dedupe = 262144,
	.twins = TP_TWINS_DROP,
	.processor_id = "tp-validate",
};

/* True where the record has one of the fields of a speed. */
static inline bool
has_speed(const struct tp_rec *r, enum tp_field family)
{
	return r->at[family + 2] != NULL || r->at[family + 1] != NULL ||
	    r->at[family] != NULL;
}

/* True where something is forecast; the name may have the horizon. */
static inline bool
has_forecast(const struct tp_rec *r)
{
	struct tp_horizon	h;

	return has_speed(r, TP_F_PREDICTED_SPEED) ||
	    (has_speed(r, TP_F_CURRENT_SPEED) &&
	    tp_rec_horizons(r, &h, 1) > 0);
}

/* Which fields are the speed of the event; NONE where it has none. */
static inline enum tp_field
find_speed(const struct tp_rec *r)
{
	if (has_speed(r, TP_F_SPEED) || r->at[TP_F_SPEED_MS] != NULL)
		return TP_F_SPEED;
	if (r->at[TP_F_WINDOW_START] != NULL ||
	    r->at[TP_F_HORIZON_MINUTES] != NULL || has_forecast(r))
		return TP_F_NONE;	/* no reading */
	if (has_speed(r, TP_F_CURRENT_SPEED))
		return TP_F_CURRENT_SPEED;
	return has_speed(r, TP_F_AVG_SPEED) ? TP_F_AVG_SPEED : TP_F_NONE;
}

/* The speed f must say its unit, if it is there. */
static int
check_unit(struct tp_check *c, enum tp_field f)
{
	const struct tp_json_val *const	*at = c->r->at;

	if (c->conf->speed_unit != TP_UNIT_NONE || at[f + 1] != NULL ||
	    at[f + 2] != NULL || (f == TP_F_SPEED ?
	    at[TP_F_SPEED_MS] != NULL : at[f] == NULL))
		return 0;
	return tp_check_refuse(c, "speed-unit",
	    "%s: the name has no unit; --speed-unit tells it",
	    tp_field_name(f));
}

/* What every record must have; events a reading too. */
static int
check_fields(struct tp_check *c)
{
	const struct tp_json_val *const	*at = c->r->at;

	if (c->idhash == 0)
		return tp_check_refuse(c, "schema", "no segment_id");
	if (at[tp_check_when(c->r)] == NULL)
		return tp_check_refuse(c, "schema", "no timestamp");
	if (c->speed != TP_F_NONE)
		return check_unit(c, c->speed);
	if (at[TP_F_WINDOW_START] != NULL)
		return check_unit(c, TP_F_AVG_SPEED);
	if (has_forecast(c->r))
		return check_unit(c, TP_F_PREDICTED_SPEED);
	if (at[TP_F_VOLUME_VPH] == NULL && at[TP_F_VOLUME] == NULL &&
	    at[TP_F_OCCUPANCY_PERCENT] == NULL &&
	    at[TP_F_OCCUPANCY] == NULL && at[TP_F_JAM_FACTOR] == NULL)
		return tp_check_refuse(c, "schema",
		    "no reading: no speed, volume, occupancy or jam_factor");
	return 0;
}

static int
refuse_time(struct tp_check *c, const char *rule, const char *what)
{
	struct tp_buf	b = { 0 };

	tp_buf_time(&b, c->t);
	tp_check_refuse(c, rule, "timestamp: %s is %s", tp_buf_cstr(&b), what);
	tp_buf_release(&b);
	return -1;
}

static int
check_clock(struct tp_check *c)
{
	const struct tp_check_conf	*conf = c->conf;
	int64_t				 now = c->r->now_ms;

	if (c->t < conf->min_time)
		return refuse_time(c, "clock", "before --min-time");
	if (conf->max_ahead > 0 && c->t > now + conf->max_ahead)
		return refuse_time(c, "clock", "too far ahead of the clock");
	if (conf->max_age > 0 && c->t < now - conf->max_age)
		return refuse_time(c, "clock", "too old");
	return 0;
}

double
tp_check_distance(double lat1, double lon1, double lat2, double lon2)
{
	const double	rad = 3.14159265358979323846 / 180;
	double		a = sin((lat2 - lat1) * rad / 2);
	double		b = sin((lon2 - lon1) * rad / 2);
	double		h;

	h = a * a + cos(lat1 * rad) * cos(lat2 * rad) * b * b;
	return 2 * EARTH_M * asin(sqrt(h < 1 ? h : 1));
}

/* The index of the segment among the known ones, or SIZE_MAX. */
static size_t
find_id(const struct tp_check *c)
{
	struct tp_json_val	v = {
		.p = c->id.p + 1, .n = (uint32_t)(c->id.n - 2),
	};
	struct tp_buf		plain = { 0 };
	size_t			i = SIZE_MAX;

	if (memchr(v.p, '\\', v.n) == NULL)
		return tp_map_find(c->conf->ids, v.p, v.n);
	if (tp_json_unescape(&v, &plain) == 0)
		i = tp_map_find(c->conf->ids, plain.p, plain.n);
	tp_buf_release(&plain);
	return i;
}

/* The known place of the segment, or NULL; the id must be a known one. */
static int
known_place(struct tp_check *c, const struct tp_check_place **place)
{
	const struct tp_check_conf	*conf = c->conf;
	size_t				 i;

	*place = NULL;
	if (conf->ids == NULL)
		return 0;
	i = find_id(c);
	if (i == SIZE_MAX)
		return tp_check_refuse(c, "place",
		    "segment_id: '%.*s' is not one of the known sensors",
		    (int)c->id.n - 2, c->id.p + 1);
	if (conf->places != NULL && isfinite(conf->places[i].latitude) &&
	    isfinite(conf->places[i].longitude))
		*place = &conf->places[i];
	return 0;
}

static bool
in_box(const struct tp_check_conf *conf, double lat, double lon)
{
	bool	between;

	/* A box may cross the 180th meridian. */
	between = conf->west <= conf->east ?
	    lon >= conf->west && lon <= conf->east :
	    lon >= conf->west || lon <= conf->east;
	return between && lat >= conf->south && lat <= conf->north;
}

static int
check_place(struct tp_check *c)
{
	const struct tp_check_conf	*conf = c->conf;
	const struct tp_check_place	*known;
	double				 lat, lon, m;
	bool				 placed;

	if (known_place(c, &known) < 0)
		return -1;
	placed = tp_rec_num(c->r, TP_F_LATITUDE, &lat) == 0 &&
	    tp_rec_num(c->r, TP_F_LONGITUDE, &lon) == 0;
	if (placed && known != NULL) {
		m = tp_check_distance(lat, lon, known->latitude,
		    known->longitude);
		if (m > conf->max_distance)
			return tp_check_refuse(c, "place", "%.6g %.6g is "
			    "%.0f m from the known place of the sensor",
			    lat, lon, m);
	} else if (known != NULL && c->r->at[TP_F_LATITUDE] == NULL &&
	    c->r->at[TP_F_LONGITUDE] == NULL) {
		lat = known->latitude;
		lon = known->longitude;
		c->p = tp_check_put_name(c, c->p, TP_F_LATITUDE);
		c->p = tp_check_put_num(c->p, lat);
		c->p = tp_check_put_name(c, c->p, TP_F_LONGITUDE);
		c->p = tp_check_put_num(c->p, lon);
		placed = true;
	}
	if (conf->boxed && placed && !in_box(conf, lat, lon))
		return tp_check_refuse(c, "place",
		    "%.6g %.6g is outside --bbox", lat, lon);
	return 0;
}

/* The fields behind all others; only the time changes, with each block. */
static void
make_tail(struct tp_check *c, int64_t now_ms)
{
	struct tp_buf	*b = &c->tail;

	b->n = 0;
	tp_buf_lit(b, ",\"processed_at\":");
	tp_buf_int(b, now_ms);
	tp_buf_lit(b, ",\"processor_id\":");
	tp_json_write_str(b, c->conf->processor_id,
	    strlen(c->conf->processor_id));
	tp_buf_lit(b, ",\"validation_status\":\"valid\"}");
	tp_buf_room(b, 16);		/* tp_check_put() reads so far */
	c->tail_ms = now_ms;
}

/* A bound of the line's length: tp_check_put() may write 15 bytes more. */
static size_t
bound(const struct tp_check *c)
{
	const struct tp_rec	*r = c->r;

	return 2 * r->len + c->tail.n + 4 * TP_CHECK_NAME +
	    r->o.n * (2 * TP_CHECK_NAME + TP_CHECK_NUM);
}

/* What tells two forecasts or aggregates of one time apart. */
static uint64_t
hash_version(const struct tp_rec *r)
{
	static const enum tp_field	fields[] = {
		TP_F_HORIZON_MINUTES, TP_F_TARGET_TIMESTAMP,
		TP_F_MODEL_VERSION, TP_F_WINDOW_END, TP_F_REV,
	};
	uint64_t			h = 0;
	size_t				i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (r->at[fields[i]] != NULL)
			h += tp_hash(r->at[fields[i]]->p, r->at[fields[i]]->n,
			    VERSION_SEED + i);
	return h;
}

/*
 * Remembers the record.  Returns 1 where it is to be written, 0 where it was
 * seen before and is dropped, -1 where it is refused.
 */
static int
check_seen(struct tp_check *c, struct tp_out *out)
{
	uint64_t	segment = c->idhash;

	if (c->seen.max == 0)
		return 1;
	if (c->speed == TP_F_NONE)
		segment += hash_version(c->r);
	if (!tp_dedupe_push(&c->seen, segment, c->t, c->eventhash,
	    c->r->pos) ||
	    c->conf->twins == TP_TWINS_PASS)
		return 1;
	if (c->conf->twins == TP_TWINS_REJECT)
		return tp_check_refuse(c, "duplicate", "seen before");
	tp_out_count(out, TP_COUNT_DUPLICATE, 1);
	return 0;
}

static int
make_line(struct tp_check *c, char *line)
{
	size_t	i;

	c->p = line;
	for (i = 0; i < c->r->o.n; i++)
		if (tp_check_field(c, i) < 0)
			return -1;
	return 0;
}

static int
check_record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct tp_check	*c = st;
	struct tp_buf	*b = tp_out_begin(out, TP_OUT_MAIN);
	char		*line;
	int		 write;

	c->r = r;
	c->idhash = c->eventhash = 0;
	if (r->now_ms != c->tail_ms || c->tail.n == 0)
		make_tail(c, r->now_ms);
	c->speed = find_speed(r);
	line = tp_buf_room(b, bound(c));
	write = make_line(c, line);
	if (write == 0)
		write = check_fields(c);
	if (write == 0 && (check_clock(c) < 0 || check_place(c) < 0))
		write = -1;
	if (write == 0)
		write = check_seen(c, out);
	if (write < 0)
		return tp_out_reject(out, r, c->rule, c->why);
	if (write == 0)
		return 0;
	line[0] = '{';			/* in place of the first comma */
	c->p = tp_check_put(c->p, c->tail.p, c->tail.n);
	b->n += (size_t)(c->p - line);
	return tp_out_end(out, TP_OUT_MAIN, c->id.p + 1, c->id.n - 2, c->t);
}

static void
set_limits(struct tp_check *c, enum tp_field f, double lo, double hi)
{
	c->f[f].lo = lo;
	c->f[f].hi = hi;
}

/* Limits of a value in the unit of its own field, and how it is written. */
static void
init_speeds(struct tp_check *c)
{
	static const enum tp_field	families[] = {
		TP_F_SPEED, TP_F_FREE_FLOW, TP_F_AVG_SPEED, TP_F_STD_SPEED,
		TP_F_CURRENT_SPEED, TP_F_PREDICTED_SPEED, TP_F_LOWER,
		TP_F_UPPER,
	};
	const struct tp_check_conf	*conf = c->conf;
	double				 kmh = conf->max_kmh;
	double				 mph = conf->max_mph, lo;
	size_t				 i;
	enum tp_field			 f, k;

	/* What is converted must still be valid. */
	if (conf->units == TP_UNIT_KMH)
		mph = kmh / TP_KMH_PER_MPH;
	else if (conf->units == TP_UNIT_MPH)
		kmh = mph * TP_KMH_PER_MPH;
	for (i = 0; i < sizeof(families) / sizeof(*families); i++) {
		f = families[i];
		/* Limits of an interval may be below 0. */
		lo = f == TP_F_LOWER || f == TP_F_UPPER ? -kmh : 0;
		set_limits(c, f, lo,
		    conf->speed_unit == TP_UNIT_MPH ? mph : kmh);
		set_limits(c, f + 1, lo, kmh);
		set_limits(c, f + 2, lo, mph);
		for (k = f; k <= f + 2; k++) {
			c->f[k].act = TP_ACT_SPEED;
			c->f[k].family = (uint8_t)f;
		}
	}
	set_limits(c, TP_F_SPEED_MS, 0, kmh / 3.6);
	c->f[TP_F_SPEED_MS].act = TP_ACT_SPEED;
	c->f[TP_F_SPEED_MS].family = TP_F_SPEED;
}

static void
init_limits(struct tp_check *c)
{
	const struct tp_check_conf	*conf = c->conf;

	set_limits(c, TP_F_VOLUME_VPH, 0, conf->max_volume);
	set_limits(c, TP_F_VOLUME, 0, conf->volume_ms == 0 ?
	    conf->max_volume : conf->max_volume * (double)conf->volume_ms /
	    (double)TP_HOUR);
	set_limits(c, TP_F_OCCUPANCY_PERCENT, 0, 100);
	set_limits(c, TP_F_OCCUPANCY, 0,
	    conf->occupancy == TP_OCCUPANCY_SHARE ? 1 : 100);
	set_limits(c, TP_F_JAM_FACTOR, 0, 10);
	set_limits(c, TP_F_QUALITY, 0, 1);
	set_limits(c, TP_F_CONFIDENCE_SCORE, 0, 1);
	set_limits(c, TP_F_LATITUDE, -90, 90);
	set_limits(c, TP_F_LONGITUDE, -180, 180);
	set_limits(c, TP_F_LANES, 0, 100);
	c->f[TP_F_VOLUME].act = TP_ACT_VOLUME;
	c->f[TP_F_OCCUPANCY].act = TP_ACT_OCCUPANCY;
	c->f[TP_F_PROCESSED_AT].act = TP_ACT_DROP;
	c->f[TP_F_PROCESSOR_ID].act = TP_ACT_DROP;
	c->f[TP_F_VALIDATION_STATUS].act = TP_ACT_DROP;
	c->f[TP_F_SEGMENT_ID].act = TP_ACT_ID;
	c->f[TP_F_EVENT_ID].act = TP_ACT_ID;
}

static int
check_init(void *st, const void *conf, struct tp_err *e)
{
	static const enum tp_check_act	acts[] = {
		[TP_KIND_ANY] = TP_ACT_COPY, [TP_KIND_ID] = TP_ACT_TEXT,
		[TP_KIND_TEXT] = TP_ACT_TEXT, [TP_KIND_TIME] = TP_ACT_TIME,
		[TP_KIND_NUM] = TP_ACT_NUM, [TP_KIND_INT] = TP_ACT_INT,
	};
	struct tp_check		*c = st;
	unsigned		 f;

	(void)e;
	c->conf = conf;
	c->tz = c->conf->tz;
	for (f = TP_F_NONE + 1; f < TP_F_MAX; f++) {
		c->f[f].n = (uint8_t)snprintf(c->f[f].text,
		    sizeof(c->f[f].text), ",\"%s\":",
		    tp_field_name((enum tp_field)f));
		c->f[f].act = (uint8_t)acts[tp_field_kind((enum tp_field)f)];
		set_limits(c, (enum tp_field)f, -HUGE_VAL, HUGE_VAL);
	}
	init_limits(c);
	init_speeds(c);
	tp_dedupe_init(&c->seen, (size_t)c->conf->dedupe);
	return 0;
}

static int64_t
check_low(const void *st)
{
	const struct tp_check	*c = st;

	return tp_dedupe_low(&c->seen);
}

static void
check_clear(void *st)
{
	struct tp_check	*c = st;

	tp_dedupe_release(&c->seen);
	tp_buf_release(&c->tail);
	tp_buf_release(&c->id);
	tp_buf_release(&c->event);
}

const struct tp_filter	tp_check_filter = {
	.size = sizeof(struct tp_check),
	.init = check_init,
	.record = check_record,
	.low = check_low,
	.clear = check_clear,
};
