#include "graph/osmroad.h"

#include "graph/graph.h"
#include "graph/maxspeed.h"
#include "graph/opl.h"

enum key {
	K_ACCESS, K_AREA, K_BARRIER, K_EXCEPT, K_HIGHWAY, K_JUNCTION,
	K_MAXSPEED, K_MAXSPEED_BACK, K_MAXSPEED_FORWARD, K_MOTORCAR,
	K_MOTOR_VEHICLE, K_NAME, K_ONEWAY, K_REF, K_RESTRICTION,
	K_RESTRICTION_CAR, K_RESTRICTION_MOTOR, K_ROUTE, K_TYPE, K_VEHICLE,
	K_MAX
};

static const char *const keys[K_MAX] = {
	"access", "area", "barrier", "except", "highway", "junction",
	"maxspeed", "maxspeed:backward", "maxspeed:forward", "motorcar",
	"motor_vehicle", "name", "oneway", "ref", "restriction",
	"restriction:motorcar", "restriction:motor_vehicle", "route", "type",
	"vehicle",
};

/*
 * Usual speeds where no limit is given: those of the car profile of OSRM
 * (profiles/car.lua), which come from driven speeds.
 */
static const struct {
	const char	*highway;
	uint8_t		 kind;
	double		 kmh;
} roads[] = {
	{ "residential", TP_ROAD_RESIDENTIAL, 25 },
	{ "service", TP_ROAD_SERVICE, 15 },
	{ "unclassified", TP_ROAD_UNCLASSIFIED, 25 },
	{ "tertiary", TP_ROAD_TERTIARY, 40 },
	{ "secondary", TP_ROAD_SECONDARY, 55 },
	{ "primary", TP_ROAD_PRIMARY, 65 },
	{ "living_street", TP_ROAD_LIVING_STREET, 10 },
	{ "trunk", TP_ROAD_TRUNK, 85 },
	{ "motorway", TP_ROAD_MOTORWAY, 90 },
	{ "motorway_link", TP_ROAD_MOTORWAY | TP_ROAD_LINK, 45 },
	{ "trunk_link", TP_ROAD_TRUNK | TP_ROAD_LINK, 40 },
	{ "primary_link", TP_ROAD_PRIMARY | TP_ROAD_LINK, 30 },
	{ "secondary_link", TP_ROAD_SECONDARY | TP_ROAD_LINK, 25 },
	{ "tertiary_link", TP_ROAD_TERTIARY | TP_ROAD_LINK, 20 },
	{ "road", TP_ROAD_UNCLASSIFIED, 25 },
};

struct tags {
	struct tp_slice	v[K_MAX];	/* n 0: not there */
};

static void
read_tags(struct tags *t, struct tp_slice list)
{
	struct tp_slice	key, value;
	int		i;

	*t = (struct tags){ 0 };
	while (tp_opl_tag(&list, &key, &value))
		for (i = 0; i < K_MAX; i++)
			if (tp_slice_is(key, keys[i]))
				t->v[i] = value;
}

/* True where v is one of the words in the list, which ends with NULL. */
static bool
among(struct tp_slice v, const char *const *words)
{
	while (*words != NULL && !tp_slice_is(v, *words))
		words++;
	return *words != NULL;
}

/* The most special of the tags that say who may pass decides. */
static struct tp_slice
access_of(const struct tags *t)
{
	return t->v[K_MOTORCAR].n > 0 ? t->v[K_MOTORCAR] :
	    t->v[K_MOTOR_VEHICLE].n > 0 ? t->v[K_MOTOR_VEHICLE] :
	    t->v[K_VEHICLE].n > 0 ? t->v[K_VEHICLE] : t->v[K_ACCESS];
}

static bool
is_closed(struct tp_slice access)
{
	static const char *const	words[] = {
		"no", "private", "agricultural", "forestry",
		"agricultural;forestry", "emergency", "psv", "bus",
		"military", NULL,
	};

	return among(access, words);
}

/* The limit in a tag; 0 where there is none. */
static double
limit(struct tp_osm_road *r, struct tp_slice value, struct tp_buf *scratch)
{
	static const char *const	changing[] = {
		"signals", "variable", NULL,
	};
	double				v;

	if (value.n == 0)
		return 0;
	scratch->n = 0;
	tp_opl_unescape(value, scratch);
	v = tp_maxspeed(scratch->p, scratch->n);
	r->odd_speed |= v == 0 && !among(value, changing);
	return v;
}

static void
read_speeds(struct tp_osm_road *r, const struct tags *t, double usual,
    struct tp_buf *scratch)
{
	double	both = limit(r, t->v[K_MAXSPEED], scratch);
	double	forth = limit(r, t->v[K_MAXSPEED_FORWARD], scratch);
	double	back = limit(r, t->v[K_MAXSPEED_BACK], scratch);

	both = both > 0 ? both : usual;
	r->kmh = forth > 0 ? forth : both;
	r->kmh_back = back > 0 ? back : both;
}

/* Returns false where the direction changes with the time of day. */
static bool
read_directions(struct tp_osm_road *r, const struct tags *t)
{
	static const char *const	along[] = { "yes", "true", "1", NULL };
	static const char *const	against[] = { "-1", "reverse", NULL };
	static const char *const	changing[] = {
		"reversible", "alternating", NULL,
	};
	struct tp_slice			v = t->v[K_ONEWAY];
	bool				implied;

	if (among(v, changing))
		return false;
	implied = (r->kind & TP_ROAD_ROUNDABOUT) != 0 ||
	    (r->kind & TP_ROAD_KIND) == TP_ROAD_MOTORWAY;
	r->forward = !among(v, against);
	r->backward = !r->forward ||
	    !(among(v, along) || (implied && !tp_slice_is(v, "no")));
	return true;
}

bool
tp_osm_road_read(struct tp_osm_road *r, struct tp_slice list,
    struct tp_buf *name)
{
	struct tags	t;
	size_t		i;

	*r = (struct tp_osm_road){ 0 };
	read_tags(&t, list);
	for (i = 0; i < sizeof(roads) / sizeof(*roads); i++)
		if (tp_slice_is(t.v[K_HIGHWAY], roads[i].highway))
			break;
	if (i == sizeof(roads) / sizeof(*roads) ||
	    tp_slice_is(t.v[K_AREA], "yes") ||
	    tp_slice_is(t.v[K_ROUTE], "ferry") || is_closed(access_of(&t)))
		return false;
	r->kind = roads[i].kind;
	if (tp_slice_is(t.v[K_JUNCTION], "roundabout") ||
	    tp_slice_is(t.v[K_JUNCTION], "circular"))
		r->kind |= TP_ROAD_ROUNDABOUT;
	if (!read_directions(r, &t))
		return false;
	read_speeds(r, &t, roads[i].kmh, name);
	name->n = 0;
	tp_opl_unescape(t.v[K_NAME].n > 0 ? t.v[K_NAME] : t.v[K_REF], name);
	return true;
}

bool
tp_osm_node_open(struct tp_slice list)
{
	/* as in the car profile of OSRM */
	static const char *const	passable[] = {
		"cattle_grid", "border_control", "toll_booth", "sally_port",
		"gate", "lift_gate", "swing_gate", "no", "entrance", "kerb",
		"height_restrictor", "arch", "yes", NULL,
	};
	struct tags			t;
	struct tp_slice			access;

	read_tags(&t, list);
	if (t.v[K_BARRIER].n == 0)
		return true;
	access = access_of(&t);
	return access.n > 0 ? !is_closed(access) :
	    among(t.v[K_BARRIER], passable);
}

/* True where the list "psv;bicycle" names cars. */
static bool
spares_cars(struct tp_slice v)
{
	static const char *const	words[] = {
		"motorcar", "motor_vehicle", "vehicle", NULL,
	};
	struct tp_slice			f[8];
	size_t				n = tp_slice_cut(v, ';', f, 8), i;

	for (i = 0; i < n && i < 8; i++)
		if (among(f[i], words))
			return true;
	return false;
}

enum tp_osm_turn
tp_osm_turn_read(struct tp_slice list)
{
	struct tags	t;
	struct tp_slice	v;

	read_tags(&t, list);
	v = t.v[K_RESTRICTION_CAR].n > 0 ? t.v[K_RESTRICTION_CAR] :
	    t.v[K_RESTRICTION_MOTOR].n > 0 ? t.v[K_RESTRICTION_MOTOR] :
	    t.v[K_RESTRICTION];
	if (!tp_slice_is(t.v[K_TYPE], "restriction") ||
	    (t.v[K_EXCEPT].n > 0 && spares_cars(t.v[K_EXCEPT])))
		return TP_OSM_TURN_NONE;
	return v.n > 3 && memcmp(v.p, "no_", 3) == 0 ? TP_OSM_TURN_NO :
	    v.n > 5 && memcmp(v.p, "only_", 5) == 0 ? TP_OSM_TURN_ONLY :
	    TP_OSM_TURN_NONE;
}
