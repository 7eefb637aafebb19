/* What the answers of each service look like. */
#include <inttypes.h>
#include <math.h>

#include "base/clock.h"
#include "data/flowitem.h"

#define KMH_PER_MS	3.6
#define JAM_CLOSED	10

/* What the parts of one document share. */
struct document {
	struct tp_flow		*f;
	struct tp_out		*out;
	struct tp_flow_line	 line;
	int64_t			 t;
	enum tp_unit		 unit;
	const char		*why;	/* after -1, static */
};

/* Levels of the document, by depth; siblings share one. */
enum { DOC, LIST_1, ITEM_1, LIST_2, ITEM_2, LIST_3, ITEM_3, PART, LIST_4,
    ITEM_4, LEVELS };
_Static_assert((int)LEVELS == TP_FLOW_LEVELS, "a level for each name");

/*
 * Scans v into a level of the document and returns it: without fields where v
 * is NULL or no object or array.
 */
static const struct tp_json_obj *
enter(struct document *d, int level, const struct tp_json_val *v)
{
	struct tp_json_obj	*o = &d->f->level[level];
	int			 rc = -1;

	if (v != NULL && v->type == TP_JSON_OBJ)
		rc = tp_json_object(o, v->p, v->n);
	else if (v != NULL && v->type == TP_JSON_ARR)
		rc = tp_json_array(o, v->p, v->n);
	if (rc != 0)
		o->n = 0;
	return o;
}

static const struct tp_json_val *
get(const struct tp_json_obj *o, const char *key)
{
	const struct tp_json_field	*f = tp_json_find(o, key);

	return f != NULL ? &f->v : NULL;
}

/* A number of an object, or NAN. */
static double
num(const struct tp_json_obj *o, const char *key)
{
	const struct tp_json_val	*v = get(o, key);
	double				 x;

	return v != NULL && v->type == TP_JSON_NUM &&
	    tp_json_num(v, &x) == 0 ? x : NAN;
}

/* A text of an object; where there is none, one of 0 bytes. */
static struct tp_json_val
text(const struct tp_json_obj *o, const char *key)
{
	const struct tp_json_val	*v = get(o, key);

	return v != NULL && v->type == TP_JSON_STR ? *v :
	    (struct tp_json_val){ .p = "" };
}

static bool
is(struct tp_json_val v, const char *word)
{
	return v.n == strlen(word) && memcmp(v.p, word, v.n) == 0;
}

/* Sets d->t from a text; absent: as it was.  0, or -1. */
static int
set_time(struct document *d, struct tp_json_val s)
{
	return s.n == 0 ? 0 : tp_table_time(d->f->ev->conf->tz, s.p, s.n,
	    TP_TIME_NONE, &d->t, &d->why);
}

/* The id of a TMC point, "tmc:D:25:20926+", or NULL where it is none. */
static const char *
tmc_id(struct document *d, const struct tp_json_obj *rws,
    const struct tp_json_obj *tmc)
{
	const struct tp_json_val	*point = get(tmc, "PC");
	struct tp_json_val		 country = text(rws,
					    "EBU_COUNTRY_CODE");
	struct tp_json_val		 table = text(rws, "TABLE_ID");
	struct tp_json_val		 way = text(tmc, "QD");
	struct tp_buf			*b = &d->f->text;
	int64_t				 pc;

	if (point == NULL || table.n == 0 || tp_json_int(point, &pc) != 0)
		return NULL;
	b->n = 0;
	tp_buf_lit(b, "tmc:");
	tp_json_unescape(&country, b);
	tp_buf_char(b, ':');
	tp_json_unescape(&table, b);
	tp_buf_printf(b, ":%" PRId64, pc);
	tp_json_unescape(&way, b);
	return tp_buf_cstr(b);
}

/* The points of SHP: [{"value":["lat,lon lat,lon "]}, ..]. */
static void
v6_shape(struct document *d, const struct tp_json_val *shp)
{
	const struct tp_json_obj	*parts, *texts;
	size_t				 i, k;

	d->line.n = 0;
	parts = enter(d, PART, shp);
	for (i = 0; i < parts->n; i++) {
		texts = enter(d, ITEM_4, get(enter(d, LIST_4,
		    &parts->f[i].v), "value"));
		for (k = 0; k < texts->n; k++)
			if (texts->f[k].v.type == TP_JSON_STR)
				tp_flow_line_text(&d->line, texts->f[k].v.p,
				    texts->f[k].v.n);
	}
}

/* A list of fields: FI of FIS of a road RW in a list RWS. */
static int
v6_item(struct document *d, const struct tp_json_obj *rws,
    struct tp_json_val road, const struct tp_json_val *v)
{
	const struct tp_json_obj	*fi = enter(d, ITEM_3, v), *tmc, *cf;
	struct tp_flow_item		 item = {
		.service = "here", .road = road, .t = d->t, .unit = d->unit,
		.line = &d->line,
	};

	v6_shape(d, get(fi, "SHP"));
	tmc = enter(d, PART, get(fi, "TMC"));
	item.id = tmc_id(d, rws, tmc);
	if (item.id == NULL && d->line.n == 0) {
		d->why = "a section has neither a TMC point nor a shape";
		return -1;
	}
	if (item.road.n == 0)
		item.road = text(tmc, "DE");
	item.direction = text(tmc, "QD");
	item.km = num(tmc, "LE");
	if (d->unit == TP_UNIT_MPH)
		item.km *= TP_KMH_PER_MPH;
	cf = enter(d, PART, get(fi, "CF"));
	cf = enter(d, LIST_4, cf->n > 0 ? &cf->f[0].v : NULL);
	item.speed = num(cf, "SP");
	item.free_flow = num(cf, "FF");
	item.jam = num(cf, "JF");
	item.confidence = num(cf, "CN");
	item.closed = item.jam >= JAM_CLOSED && !(item.speed >= 0);
	return tp_flow_emit(d->f, &item, d->out);
}

static int
v6_road(struct document *d, const struct tp_json_obj *rws,
    const struct tp_json_val *v)
{
	const struct tp_json_obj	*rw = enter(d, ITEM_2, v), *fis, *fi;
	struct tp_json_val		 road = text(rw, "DE");
	size_t				 i, k;
	int				 rc;

	if (set_time(d, text(rw, "PBT")) != 0)
		return -1;
	fis = enter(d, ITEM_2, get(rw, "FIS"));
	for (i = 0; i < fis->n; i++) {
		fi = enter(d, LIST_3, get(enter(d, LIST_3, &fis->f[i].v),
		    "FI"));
		for (k = 0; k < fi->n; k++)
			if ((rc = v6_item(d, rws, road, &fi->f[k].v)) != 0)
				return rc;
	}
	return 0;
}

static int
v6(struct document *d, const struct tp_json_obj *doc)
{
	struct tp_json_val		 units = text(doc, "UNITS");
	const struct tp_json_obj	*list, *rws, *roads;
	size_t				 i, k;
	int				 rc;

	if (set_time(d, text(doc, "CREATED_TIMESTAMP")) != 0)
		return -1;
	list = enter(d, LIST_1, get(doc, "RWS"));
	for (i = 0; i < list->n; i++) {
		rws = enter(d, ITEM_1, &list->f[i].v);
		if (text(rws, "UNITS").n > 0)
			units = text(rws, "UNITS");
		d->unit = is(units, "imperial") ? TP_UNIT_MPH : TP_UNIT_KMH;
		roads = enter(d, LIST_2, get(rws, "RW"));
		for (k = 0; k < roads->n; k++)
			if ((rc = v6_road(d, rws, &roads->f[k].v)) != 0)
				return rc;
	}
	return 0;
}

/* The points of shape: {"links":[{"points":[{"lat":..,"lng":..}]}]}. */
static void
v7_shape(struct document *d, const struct tp_json_val *shape)
{
	const struct tp_json_obj	*links, *points, *p;
	size_t				 i, k;

	d->line.n = 0;
	links = enter(d, LIST_3, get(enter(d, LIST_3, shape), "links"));
	for (i = 0; i < links->n; i++) {
		points = enter(d, LIST_4, get(enter(d, LIST_4,
		    &links->f[i].v), "points"));
		for (k = 0; k < points->n; k++) {
			p = enter(d, ITEM_4, &points->f[k].v);
			tp_flow_line_add(&d->line, num(p, "lat"),
			    num(p, "lng"));
		}
	}
}

static int
v7_item(struct document *d, const struct tp_json_val *v)
{
	const struct tp_json_obj	*result = enter(d, ITEM_1, v);
	const struct tp_json_obj	*location, *flow;
	struct tp_flow_item		 item = {
		.service = "here", .t = d->t, .unit = TP_UNIT_KMH,
		.line = &d->line,
	};

	location = enter(d, ITEM_2, get(result, "location"));
	v7_shape(d, get(location, "shape"));
	if (d->line.n == 0) {
		d->why = "a location has no shape (locationReferencing=shape "
		    "asks for it)";
		return -1;
	}
	item.road = text(location, "description");
	item.km = num(location, "length") / 1000;
	flow = enter(d, ITEM_2, get(result, "currentFlow"));
	item.speed = num(flow, "speed") * KMH_PER_MS;
	item.free_flow = num(flow, "freeFlow") * KMH_PER_MS;
	item.jam = num(flow, "jamFactor");
	item.confidence = num(flow, "confidence");
	item.closed = is(text(flow, "traversability"), "closed");
	return tp_flow_emit(d->f, &item, d->out);
}

static int
v7(struct document *d, const struct tp_json_obj *doc)
{
	const struct tp_json_obj	*list;
	size_t				 i;
	int				 rc;

	if (set_time(d, text(doc, "sourceUpdated")) != 0)
		return -1;
	list = enter(d, LIST_1, get(doc, "results"));
	for (i = 0; i < list->n; i++)
		if ((rc = v7_item(d, &list->f[i].v)) != 0)
			return rc;
	return 0;
}

/* One section; the answer has no time. */
static int
tomtom(struct document *d, const struct tp_json_val *v)
{
	const struct tp_json_obj	*flow = enter(d, ITEM_1, v);
	const struct tp_json_obj	*points, *p;
	const struct tp_json_val	*closure = get(flow, "roadClosure");
	struct tp_flow_item		 item = {
		.service = "tomtom", .t = d->t, .unit = TP_UNIT_KMH,
		.line = &d->line,
	};
	size_t				 i;

	points = enter(d, LIST_2, get(enter(d, LIST_2, get(flow,
	    "coordinates")), "coordinate"));
	for (i = 0; i < points->n; i++) {
		p = enter(d, ITEM_2, &points->f[i].v);
		tp_flow_line_add(&d->line, num(p, "latitude"),
		    num(p, "longitude"));
	}
	if (d->line.n == 0) {
		d->why = "flowSegmentData has no coordinates";
		return -1;
	}
	item.speed = num(flow, "currentSpeed");
	item.free_flow = num(flow, "freeFlowSpeed");
	item.confidence = num(flow, "confidence");
	item.closed = closure != NULL && closure->type == TP_JSON_TRUE;
	item.km = item.free_flow * num(flow, "freeFlowTravelTime") / 3600;
	item.jam = item.free_flow > 0 && item.speed <= item.free_flow ?
	    JAM_CLOSED * (1 - item.speed / item.free_flow) : NAN;
	return tp_flow_emit(d->f, &item, d->out);
}

/* What a service says instead of an answer; false where it is no error. */
static bool
is_error(struct document *d, const struct tp_json_obj *doc, char *why,
    size_t n)
{
	static const char *const	keys[] = {
		"title", "error_description", "detailedError", "error",
		"cause", "Details", "errorText", "Message",
	};
	const struct tp_json_obj	*o;
	const struct tp_json_val	*v = NULL;
	double				 status = num(doc, "status");
	size_t				 i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]) && v == NULL; i++)
		v = get(doc, keys[i]);
	if (v != NULL && v->type == TP_JSON_ARR) {
		o = enter(d, LIST_1, v);
		v = o->n > 0 ? &o->f[0].v : NULL;
	}
	if (v != NULL && v->type == TP_JSON_OBJ)
		v = get(enter(d, LIST_1, v), "message");
	if (v == NULL || v->type != TP_JSON_STR)
		return false;
	if (status >= 100 && status < 1000)
		snprintf(why, n, "the service answered %d: %.*s", (int)status,
		    (int)(v->n < 200 ? v->n : 200), v->p);
	else
		snprintf(why, n, "the service answered: %.*s",
		    (int)(v->n < 200 ? v->n : 200), v->p);
	return true;
}

static bool
has_list(const struct tp_json_obj *doc, const char *key)
{
	const struct tp_json_val	*v = get(doc, key);

	return v != NULL && v->type == TP_JSON_ARR;
}

int
tp_flow_document(struct tp_flow *f, struct tp_out *out, char *why, size_t n)
{
	struct document			 d = { .f = f, .out = out,
					    .t = f->ev->conf->now };
	struct tp_json_obj		*doc = &f->level[DOC];
	const struct tp_json_val	*flow;
	int				 rc = -1;

	if (tp_json_object(doc, f->doc.p, f->doc.n) == -1) {
		snprintf(why, n, "bad JSON at byte %zu: %s", doc->at + 1,
		    doc->why);
		return -1;
	}
	flow = get(doc, "flowSegmentData");
	if (has_list(doc, "RWS"))
		rc = v6(&d, doc);
	else if (has_list(doc, "results"))
		rc = v7(&d, doc);
	else if (flow != NULL && flow->type == TP_JSON_OBJ)
		rc = tomtom(&d, flow);
	else if (!is_error(&d, doc, why, n))
		d.why = "not an answer of HERE (v6.2: RWS, v7: results) or "
		    "TomTom (flowSegmentData)";
	if (rc == -1 && d.why != NULL)
		snprintf(why, n, "%s", d.why);
	free(d.line.p);
	return rc;
}
