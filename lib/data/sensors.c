/* The table of sensors' places. */
#include "data/sensors.h"

#include <inttypes.h>
#include <math.h>
#include <strings.h>

#include "data/csvrow.h"
#include "graph/sites.h"
#include "io/file.h"
#include "json/json.h"

#define TABLE_MAX	((size_t)256 << 20)	/* bytes of a file */
#define LINE_MAX_BYTES	(1024 * 1024)
#define TEXT_MAX	4096		/* of one sensor's fields */

struct reading {
	struct tp_sensors *s;
	const char	*name;
	struct tp_err	*e;
	bool		 header;
	size_t		 ncols;
	size_t		 id;		/* column of the id */
	size_t		 at[TP_PLACE_MAX];	/* SIZE_MAX: no such column */
};

static const char *const id_names[] = {
	"sensor_id", "segment_id", "station", "station_id", "sensor", "id",
	"detector_id", "road_id", "sid", "locationid", "zone_id",
};

static const struct {
	const char	*name;
	enum tp_place	 place;
} place_names[] = {
	{ "latitude", TP_PLACE_LATITUDE },
	{ "lat", TP_PLACE_LATITUDE },
	{ "longitude", TP_PLACE_LONGITUDE },
	{ "lon", TP_PLACE_LONGITUDE },
	{ "lng", TP_PLACE_LONGITUDE },
	{ "long", TP_PLACE_LONGITUDE },
	{ "road_name", TP_PLACE_ROAD_NAME },
	{ "road", TP_PLACE_ROAD_NAME },
	{ "highway", TP_PLACE_ROAD_NAME },
	{ "freeway", TP_PLACE_ROAD_NAME },
	{ "fwy", TP_PLACE_ROAD_NAME },
	{ "direction", TP_PLACE_DIRECTION },
	{ "dir", TP_PLACE_DIRECTION },
	{ "lanes", TP_PLACE_LANES },
	{ "lane_count", TP_PLACE_LANES },
};

static const char *const field_names[TP_PLACE_MAX] = {
	"latitude", "longitude", "road_name", "direction", "lanes",
};

static bool
same(const char *a, const char *p, size_t n)
{
	return strlen(a) == n && strncasecmp(a, p, n) == 0;
}

int
tp_place_column(const char *name, size_t n)
{
	size_t	i;

	for (i = 0; i < sizeof(place_names) / sizeof(place_names[0]); i++)
		if (same(place_names[i].name, name, n))
			return (int)place_names[i].place;
	return -1;
}

const char *
tp_place_name(enum tp_place place)
{
	return field_names[place];
}

/* The column of the ids: the first of id_names that is there. */
static size_t
id_column(const struct tp_csv_row *row)
{
	size_t	i, k;

	for (k = 0; k < sizeof(id_names) / sizeof(id_names[0]); k++)
		for (i = 0; i < row->n; i++)
			if (tp_csv_named(&row->f[i], id_names[k]))
				return i;
	return SIZE_MAX;
}

static int
take_header(struct reading *r, const struct tp_csv_row *row)
{
	size_t	i;
	int	k;

	for (k = 0; k < TP_PLACE_MAX; k++)
		r->at[k] = SIZE_MAX;
	for (i = 0; i < row->n; i++) {
		k = tp_place_column(row->f[i].p, row->f[i].n);
		if (k >= 0 && r->at[k] == SIZE_MAX)
			r->at[k] = i;
	}
	r->id = id_column(row);
	if (r->id == SIZE_MAX)
		return tp_err_set(r->e, TP_EXIT_DATA, "%s:%" PRIu64
		    ": no column 'sensor_id' in the header",
		    r->name, row->lineno);
	r->ncols = row->n;
	r->header = true;
	return 0;
}

static int
add_number(struct reading *r, const struct tp_csv_row *row, struct tp_buf *b,
    enum tp_place place, const struct tp_csv_field *f)
{
	static const double	limit[TP_PLACE_MAX] = { 90, 180, 0, 0, 100 };
	double			v;
	bool			lanes = place == TP_PLACE_LANES;

	if (tp_parse_num(f->p, f->n, &v) == -1 ||
	    v > limit[place] || v < (lanes ? 0 : -limit[place]))
		return tp_err_set(r->e, TP_EXIT_DATA, "%s:%" PRIu64
		    ": %s '%s' is no number in its range", r->name,
		    row->lineno, field_names[place], f->p);
	tp_buf_num(b, v);
	return 0;
}

static int
add_sensor(struct reading *r, const struct tp_csv_row *row, struct tp_buf *b,
    struct tp_sensor *p)
{
	const struct tp_csv_field	*f;
	int				 k;

	for (k = 0; k < TP_PLACE_MAX; k++) {
		p->at[k] = (uint16_t)b->n;
		if (r->at[k] == SIZE_MAX || row->f[r->at[k]].n == 0)
			continue;
		f = &row->f[r->at[k]];
		tp_buf_lit(b, ",\"");
		tp_buf_str(b, field_names[k]);
		tp_buf_lit(b, "\":");
		if (k == TP_PLACE_ROAD_NAME || k == TP_PLACE_DIRECTION)
			tp_json_write_str(b, f->p, f->n);
		else if (add_number(r, row, b, (enum tp_place)k, f) == -1)
			return -1;
		if (b->n > TEXT_MAX)
			return tp_err_set(r->e, TP_EXIT_DATA, "%s:%" PRIu64
			    ": more than %d bytes of text", r->name,
			    row->lineno, TEXT_MAX);
	}
	p->at[k] = (uint16_t)b->n;
	return 0;
}

static int
take_row(void *arg, const struct tp_csv_row *row)
{
	struct reading			*r = arg;
	struct tp_sensors		*s = r->s;
	const struct tp_csv_field	*id;
	struct tp_buf			 b = { 0 };
	struct tp_sensor		 p;
	size_t				 i;

	if (row->why != NULL)
		return tp_err_set(r->e, TP_EXIT_DATA, "%s:%" PRIu64 ": %s",
		    r->name, row->lineno, row->why);
	if (!r->header)
		return take_header(r, row);
	if (row->n != r->ncols)
		return tp_err_set(r->e, TP_EXIT_DATA, "%s:%" PRIu64
		    ": the row has %zu fields, the header has %zu", r->name,
		    row->lineno, row->n, r->ncols);
	id = &row->f[r->id];
	if (id->n == 0 || tp_map_find(&s->ids, id->p, id->n) != SIZE_MAX)
		return tp_err_set(r->e, TP_EXIT_DATA, "%s:%" PRIu64
		    ": sensor '%s' %s", r->name, row->lineno, id->p,
		    id->n == 0 ? "has no id" : "is there twice");
	if (add_sensor(r, row, &b, &p) == -1) {
		tp_buf_release(&b);
		return -1;
	}
	p.text = b.p;
	i = tp_map_add(&s->ids, id->p, id->n);
	TP_GROW(s->v, s->cap, i + 1);
	s->v[i] = p;
	return 0;
}

static void
find_places(struct tp_sensors *s)
{
	size_t	i;

	s->places = tp_calloc(s->ids.n + 1, sizeof(*s->places));
	for (i = 0; i < s->ids.n; i++) {
		s->places[i] = (struct tp_check_place){ NAN, NAN };
		tp_sensor_where(&s->v[i], &s->places[i].latitude,
		    &s->places[i].longitude);
	}
}

int
tp_sensors_parse(struct tp_sensors *s, const char *name, const char *text,
    size_t n, struct tp_err *e)
{
	struct reading	r = { .s = s, .name = name, .e = e };
	struct tp_csv	csv = { 0 };
	int		rc;

	tp_csv_init(&csv, LINE_MAX_BYTES);
	rc = tp_csv_bytes(&csv, text, n, take_row, &r);
	if (rc == 0)
		rc = tp_csv_end(&csv, take_row, &r);
	if (rc == 0 && !r.header)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: file is empty", name);
	tp_csv_release(&csv);
	find_places(s);
	return rc;
}

int
tp_sensors_open(struct tp_sensors *s, const char *path, struct tp_err *e)
{
	char	*text;
	size_t	 n;
	int	 rc;

	if (tp_file_read(path, TABLE_MAX, &text, &n, e) == -1)
		return -1;
	rc = tp_sensors_parse(s, path, text, n, e);
	free(text);
	return rc;
}

int
tp_sensors_shape(struct tp_sensors *s, const char *path,
    struct tp_shape_conf *shape, struct tp_err *e)
{
	if (path == NULL)
		return 0;
	if (tp_sensors_open(s, path, e) == -1)
		return -1;
	shape->ids = &s->ids;
	shape->places = s->places;
	return 0;
}

void
tp_sensors_release(struct tp_sensors *s)
{
	size_t	i;

	for (i = 0; i < s->ids.n; i++)
		free(s->v[i].text);
	free(s->v);
	free(s->places);
	tp_map_release(&s->ids);
	*s = (struct tp_sensors){ 0 };
}

const struct tp_sensor *
tp_sensors_find(const struct tp_sensors *s, const char *id, size_t n)
{
	size_t	i = tp_map_find(&s->ids, id, n);

	return i == SIZE_MAX ? NULL : &s->v[i];
}

/* The number behind ,"NAME": */
static int
field_number(const struct tp_sensor *p, enum tp_place k, double *v)
{
	size_t	skip = strlen(field_names[k]) + strlen(",\"\":");
	size_t	n = (size_t)(p->at[k + 1] - p->at[k]);

	return n > skip ?
	    tp_parse_num(p->text + p->at[k] + skip, n - skip, v) : -1;
}

int
tp_sensor_where(const struct tp_sensor *p, double *lat, double *lon)
{
	return field_number(p, TP_PLACE_LATITUDE, lat) == -1 ||
	    field_number(p, TP_PLACE_LONGITUDE, lon) == -1 ? -1 : 0;
}

void
tp_sensor_add(struct tp_buf *b, const struct tp_sensor *p, unsigned mask)
{
	int	k;

	if (p->text == NULL)
		return;
	if (mask == 0) {
		tp_buf_add(b, p->text, p->at[TP_PLACE_MAX]);
		return;
	}
	for (k = 0; k < TP_PLACE_MAX; k++)
		if ((mask & (1u << k)) == 0)
			tp_buf_add(b, p->text + p->at[k],
			    (size_t)(p->at[k + 1] - p->at[k]));
}

/*
 * Gives each sensor as a line of JSON to sites.  The line's number is that in
 * the table if this has no blank lines.
 */
static int
give(const struct tp_sensors *s, struct tp_sites *sites)
{
	struct tp_buf	b = { 0 };
	size_t		i;
	int		rc = 0;

	for (i = 0; i < s->ids.n && rc == 0; i++) {
		struct tp_line	l = { .lineno = i + 2 };

		b.n = 0;
		tp_buf_lit(&b, "{\"segment_id\":");
		tp_json_write_str(&b, s->ids.keys[i].p, s->ids.keys[i].n);
		tp_sensor_add(&b, &s->v[i], 0);
		tp_buf_char(&b, '}');
		memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
		l.p = b.p;
		l.n = b.n;
		rc = tp_sites_line(sites, &l);
	}
	tp_buf_release(&b);
	return rc;
}

int
tp_sensors_sites(struct tp_sites *sites, const char *path, struct tp_err *e)
{
	struct tp_sensors	s = { 0 };
	int			rc = tp_sensors_open(&s, path, e);

	sites->name = path;
	sites->e = e;
	if (rc == 0)
		rc = give(&s, sites);
	tp_sensors_release(&s);
	return rc;
}
