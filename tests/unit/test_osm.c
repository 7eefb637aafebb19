/* Speed limits, tags, and the text form of OpenStreetMap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "graph/graph.h"
#include "graph/maxspeed.h"
#include "graph/opl.h"
#include "graph/osmroad.h"

static struct tp_slice
slice(const char *s)
{
	return (struct tp_slice){ s, strlen(s) };
}

static void
test_maxspeed(void **state)
{
	static const struct {
		const char	*text;
		double		 kmh;
	} cases[] = {
		{ "50", 50 }, { "50 km/h", 50 }, { "50km/h", 50 },
		{ "50 kmh", 50 }, { "7.5", 7.5 }, { " 30 ", 30 },
		{ "30 mph", 48.28032 }, { "30mph", 48.28032 },
		{ "10 knots", 18.52 }, { "walk", 7 }, { "DE:walk", 7 },
		{ "none", 130 }, { "unlimited", 130 }, { "signals", 0 },
		{ "variable", 0 }, { "50;30", 30 }, { "30; 50", 30 },
		{ "100|80", 80 }, { "signals;60", 60 }, { "DE:urban", 50 },
		{ "de:URBAN", 50 }, { "DE:rural", 100 }, { "CH:rural", 80 },
		{ "RO:urban", 50 }, { "RU:urban", 60 },
		{ "GB:nsl_single", 96.56064 }, { "FR:motorway", 130 },
		{ "CH:motorway", 120 }, { "zone30", 30 }, { "DE:zone:20", 20 },
		{ "DE:zone30", 30 }, { "DE:30", 30 }, { "", 0 }, { ";", 0 },
		{ "fast", 0 }, { "50 furlongs", 0 }, { "-50", 0 }, { "0", 0 },
		{ "1e9", 0 }, { "5000", 0 }, { "50 50", 0 }, { "..", 0 },
		{ "DE:", 0 }, { "zone", 0 }, { "mph", 0 },
	};
	size_t	i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		double	v = tp_maxspeed(cases[i].text,
			    strlen(cases[i].text));

		if (fabs(v - cases[i].kmh) > 1e-9)
			fail_msg("'%s': %g, not %g", cases[i].text, v,
			    cases[i].kmh);
	}
}

static void
test_roads(void **state)
{
	static const struct {
		const char	*tags;
		int		 ways;		/* 1 forward, 2 backward */
		double		 kmh, back;
	} cases[] = {
		{ "highway=residential", 3, 25, 25 },
		{ "highway=footway", 0, 0, 0 },
		{ "highway=track", 0, 0, 0 },
		{ "building=yes", 0, 0, 0 },
		{ "highway=primary,oneway=yes", 1, 65, 65 },
		{ "highway=primary,oneway=-1", 2, 65, 65 },
		{ "highway=primary,oneway=reversible", 0, 0, 0 },
		{ "highway=motorway", 1, 90, 90 },
		{ "highway=motorway_link,oneway=no", 3, 45, 45 },
		{ "highway=trunk", 3, 85, 85 },
		{ "highway=tertiary,junction=roundabout", 1, 40, 40 },
		{ "highway=service,access=private", 0, 0, 0 },
		{ "highway=service,access=no,motor_vehicle=yes", 3, 15, 15 },
		{ "highway=service,motorcar=no", 0, 0, 0 },
		{ "highway=service,access=destination", 3, 15, 15 },
		{ "highway=primary,route=ferry", 0, 0, 0 },
		{ "route=ferry", 0, 0, 0 },
		{ "highway=service,area=yes", 0, 0, 0 },
		{ "highway=primary,maxspeed=50", 3, 50, 50 },
		{ "highway=primary,maxspeed=50,maxspeed:forward=30%20%mph", 3,
		    48.28032, 50 },
		{ "highway=primary,maxspeed:backward=80", 3, 65, 80 },
	};
	struct tp_osm_road	r;
	struct tp_buf		name = { 0 };
	size_t			i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool	ok = tp_osm_road_read(&r, slice(cases[i].tags), &name);
		int	ways = ok ? r.forward + 2 * r.backward : 0;

		if (ways != cases[i].ways || (ok &&
		    (fabs(r.kmh - cases[i].kmh) > 1e-9 ||
		    fabs(r.kmh_back - cases[i].back) > 1e-9)))
			fail_msg("%s: %d, %g, %g", cases[i].tags, ways, r.kmh,
			    r.kmh_back);
	}
	assert_true(tp_osm_road_read(&r, slice("highway=primary,maxspeed=x,"
	    "ref=A%20%1,name=Bahnhofstra%df%e"), &name));
	assert_true(r.odd_speed);
	assert_string_equal(tp_buf_cstr(&name), "Bahnhofstra\xc3\x9f" "e");
	assert_true(tp_osm_node_open(slice("barrier=gate")));
	assert_false(tp_osm_node_open(slice("barrier=gate,access=private")));
	assert_false(tp_osm_node_open(slice("barrier=bollard")));
	assert_true(tp_osm_node_open(slice("barrier=bollard,access=yes")));
	assert_int_equal(tp_osm_turn_read(slice("type=restriction,"
	    "restriction=no_u_turn")), TP_OSM_TURN_NO);
	assert_int_equal(tp_osm_turn_read(slice("type=restriction,"
	    "restriction=only_straight_on")), TP_OSM_TURN_ONLY);
	assert_int_equal(tp_osm_turn_read(slice("type=restriction,"
	    "restriction=no_u_turn,except=psv;motorcar")), TP_OSM_TURN_NONE);
	assert_int_equal(tp_osm_turn_read(slice("type=restriction,"
	    "restriction:hgv=no_u_turn")), TP_OSM_TURN_NONE);
	tp_buf_release(&name);
}

static void
test_opl(void **state)
{
	struct tp_opl	o;
	struct tp_slice	role;
	struct tp_point	at;
	struct tp_buf	b = { 0 };
	int64_t		id;
	char		type;

	(void)state;
	assert_null(tp_opl_parse(&o, slice("n-9223372036854775808 v1 dV "
	    "Ta=b,c=d x9.5270956 y47.0862971")));
	assert_int_equal(o.type, 'n');
	assert_true(o.id == INT64_MIN);
	assert_int_equal(o.at.lat, 470862971);
	assert_int_equal(o.at.lon, 95270956);
	assert_null(tp_opl_parse(&o, slice("n5 v1 dD x y")));
	assert_int_equal(o.at.lat, TP_NOWHERE);
	assert_null(tp_opl_parse(&o, slice("w1 Nn1x9.5y47.1,n2,n-3")));
	assert_int_equal(tp_opl_ref(&o.refs, &id, &at), 1);
	assert_int_equal(at.lon, 95000000);
	assert_int_equal(tp_opl_ref(&o.refs, &id, &at), 1);
	assert_int_equal(at.lat, TP_NOWHERE);
	assert_int_equal(tp_opl_ref(&o.refs, &id, &at), 1);
	assert_int_equal(id, -3);
	assert_int_equal(tp_opl_ref(&o.refs, &id, &at), 0);
	assert_null(tp_opl_parse(&o, slice("r1 Ttype=x Mw5@from,n6@,x7@to")));
	assert_int_equal(tp_opl_member(&o.members, &type, &id, &role), 1);
	assert_int_equal(type, 'w');
	assert_true(id == 5 && tp_slice_is(role, "from"));
	assert_int_equal(tp_opl_member(&o.members, &type, &id, &role), 1);
	assert_int_equal(tp_opl_member(&o.members, &type, &id, &role), -1);
	assert_non_null(tp_opl_parse(&o, slice("n9223372036854775808")));
	assert_non_null(tp_opl_parse(&o, slice("n1 x9 y91")));
	assert_non_null(tp_opl_parse(&o, slice("n1 x9")));
	assert_non_null(tp_opl_parse(&o, slice("x1")));
	assert_null(tp_opl_parse(&o, slice("")));
	assert_int_equal(o.type, 0);
	tp_opl_unescape(slice("a%20%b%1f600%%,%%zz%%d800%%20"), &b);
	assert_string_equal(tp_buf_cstr(&b),
	    "a b\xf0\x9f\x98\x80%,%%zz%%d800%%20");
	tp_buf_release(&b);
}

int
main(void)
{
	static const struct CMUnitTest	tests[] = {
		cmocka_unit_test(test_maxspeed),
		cmocka_unit_test(test_roads),
		cmocka_unit_test(test_opl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
