/*
 * What the names of national limits mean is as in the car profile of OSRM
 * (profiles/car.lua: maxspeed_table), but for roads without a limit.
 */
#include "graph/maxspeed.h"

#include <ctype.h>
#include <strings.h>

#include "base/buf.h"
#include "graph/slice.h"

#define MPH		1.609344
#define KNOT		1.852
#define WALK_KMH	7
#define NONE_KMH	130	/* advised where there is no limit */
#define KMH_MAX		200	/* more is a slip of the keyboard */

static const struct {
	const char	*name;
	double		 kmh;
} by_country[] = {
	{ "AT:rural", 100 }, { "AT:trunk", 100 }, { "BE:motorway", 120 },
	{ "BE-VLG:rural", 70 }, { "BY:motorway", 110 }, { "BY:urban", 60 },
	{ "CH:motorway", 120 }, { "CH:rural", 80 }, { "CH:trunk", 100 },
	{ "DE:living_street", 7 }, { "DE:rural", 100 }, { "DK:rural", 80 },
	{ "FR:rural", 80 }, { "GB:motorway", 70 * MPH },
	{ "GB:nsl_dual", 70 * MPH }, { "GB:nsl_single", 60 * MPH },
	{ "NL:rural", 80 }, { "NL:trunk", 100 }, { "NO:motorway", 110 },
	{ "NO:rural", 80 }, { "PL:motorway", 140 }, { "PL:rural", 100 },
	{ "PL:trunk", 120 }, { "RO:trunk", 100 },
	{ "RU:living_street", 20 }, { "RU:motorway", 110 },
	{ "RU:urban", 60 }, { "UK:motorway", 70 * MPH },
	{ "UK:nsl_dual", 70 * MPH }, { "UK:nsl_single", 60 * MPH },
	{ "ZA:rural", 100 }, { "ZA:urban", 60 },
};

/* What the words mean in other countries. */
static const struct {
	const char	*name;
	double		 kmh;
} by_word[] = {
	{ "bicycle_road", 30 }, { "living_street", 10 }, { "motorway", 130 },
	{ "nsl_dual", 112 }, { "nsl_single", 96 }, { "rural", 90 },
	{ "trunk", 110 }, { "urban", 50 }, { "walk", WALK_KMH },
};

static bool
same(struct tp_slice s, const char *name)
{
	return strlen(name) == s.n && strncasecmp(s.p, name, s.n) == 0;
}

/* "50", "50 km/h", "30mph" and the like; 0: no number with a known unit. */
static double
of_number(struct tp_slice s)
{
	size_t	digits = 0;
	double	v;

	while (digits < s.n && (isdigit((unsigned char)s.p[digits]) ||
	    s.p[digits] == '.'))
		digits++;
	if (tp_parse_num(s.p, digits, &v) != 0)
		return 0;
	s.p += digits;
	s.n -= digits;
	while (s.n > 0 && s.p[0] == ' ') {
		s.p++;
		s.n--;
	}
	if (s.n == 0 || same(s, "km/h") || same(s, "kmh") || same(s, "kph"))
		return v;
	return same(s, "mph") ? v * MPH : same(s, "knots") ? v * KNOT : 0;
}

/* The words behind a country, "DE:urban"; "zone30", "zone:30", "30". */
static double
of_rule(struct tp_slice s)
{
	const char	*colon = memchr(s.p, ':', s.n);
	size_t		 i;

	for (i = 0; i < sizeof(by_country) / sizeof(*by_country); i++)
		if (same(s, by_country[i].name))
			return by_country[i].kmh;
	if (colon != NULL) {
		s.n -= (size_t)(colon + 1 - s.p);
		s.p = colon + 1;
	}
	for (i = 0; i < sizeof(by_word) / sizeof(*by_word); i++)
		if (same(s, by_word[i].name))
			return by_word[i].kmh;
	if (s.n > 4 && strncasecmp(s.p, "zone", 4) == 0) {
		s.p += 4;
		s.n -= 4;
		if (s.p[0] == ':') {
			s.p++;
			s.n--;
		}
	}
	return of_number(s);
}

static double
of_one(struct tp_slice s)
{
	double	v;

	while (s.n > 0 && s.p[0] == ' ') {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	if (s.n == 0)
		return 0;
	if (same(s, "none") || same(s, "unlimited"))
		return NONE_KMH;
	v = isdigit((unsigned char)s.p[0]) ? of_number(s) : of_rule(s);
	return v >= 1 && v <= KMH_MAX ? v : 0;
}

double
tp_maxspeed(const char *s, size_t n)
{
	const char	*end = s + n, *q;
	double		 least = 0, v;

	for (;; s = q + 1) {
		for (q = s; q < end && memchr(";|,", *q, 3) == NULL; q++)
			continue;
		v = of_one((struct tp_slice){ s, (size_t)(q - s) });
		if (v > 0 && (least == 0 || v < least))
			least = v;
		if (q == end)
			return least;
	}
}
