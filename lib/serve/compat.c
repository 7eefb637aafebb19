/* What the tables of older systems share. */
#include "serve/compat.h"

#include "graph/point.h"
#include "serve/put.h"

int
tp_compat_parse(const char *list, unsigned *compat)
{
	static const char *const names[] = { "la", "hanoi", "nyc" };
	const char		*p;
	size_t			 n, i;

	for (p = list; *p != '\0'; p += n + (p[n] == ',')) {
		n = strcspn(p, ",");
		for (i = 0; i < 3; i++)
			if (strlen(names[i]) == n &&
			    memcmp(names[i], p, n) == 0)
				break;
		if (i == 3)
			return -1;
		*compat |= 1u << i;
	}
	return 0;
}

void
tp_compat_tables(unsigned compat, const struct tp_http_route **t)
{
	if (compat & TP_COMPAT_LA) {
		*t++ = tp_la_routes;
		*t++ = tp_la_web_routes;
	}
	if (compat & TP_COMPAT_HANOI)
		*t++ = tp_hanoi_routes;
	if (compat & TP_COMPAT_NYC)
		*t++ = tp_nyc_routes;
	*t = NULL;
}

double
tp_compat_mph(double kmh)
{
	return tp_speed_convert(kmh, TP_UNIT_KMH, TP_UNIT_MPH);
}

void
tp_compat_put_uuid(struct tp_buf *out, const char *name,
    const struct tp_map_key *id, int64_t more)
{
	uint64_t	a = tp_hash(id->p, id->n, (uint64_t)more);
	uint64_t	b = tp_hash(id->p, id->n, ~(uint64_t)more);

	tp_put_key(out, name);
	tp_buf_printf(out, "\"%08x-%04x-8%03x-%04x-%012llx\"",
	    (unsigned)(a >> 32), (unsigned)(a >> 16 & 0xffff),
	    (unsigned)(a & 0xfff), (unsigned)(b >> 48 & 0x3fff) | 0x8000,
	    (unsigned long long)(b & 0xffffffffffff));
}

void
tp_compat_put_num(struct tp_buf *out, const char *name, double v,
    int decimals)
{
	tp_put_key(out, name);
	tp_put_num(out, v, decimals);
}

void
tp_compat_put_str(struct tp_buf *out, const char *name, const char *s)
{
	tp_put_key(out, name);
	tp_put_str(out, s);
}

void
tp_compat_put_iso(struct tp_buf *out, const char *name, int64_t t)
{
	tp_put_key(out, name);
	tp_put_iso(out, t);
}

void
tp_compat_put_kind(const struct tp_board *b, const char *name,
    struct tp_buf *out)
{
	const char	*v = b->measure.version;

	tp_put_key(out, name);
	if (v == NULL)
		tp_buf_lit(out, "null");
	else
		tp_json_write_str(out, v, strcspn(v, "-"));
}

const char *
tp_compat_three(double mph)
{
	return mph < 30 ? "high" : mph < 45 ? "medium" : "low";
}

const struct tp_seg_forecast *
tp_compat_next(const struct tp_board *b, const struct tp_seg *s,
    int *minutes)
{
	const struct tp_seg_forecast	*f;
	unsigned			 i;

	for (i = 0; i < b->nhorizons; i++) {
		f = tp_board_forecast(s, b->order[i]);
		*minutes = b->horizon[b->order[i]];
		if (f != NULL)
			return f;
	}
	return NULL;
}

size_t
tp_compat_nearest(const struct tp_board *b, double lat, double lon,
    double *metres)
{
	struct tp_point	p, q;
	size_t		best = SIZE_MAX, i;
	double		d;

	*metres = INFINITY;
	if (tp_point_set(&p, lat, lon) != 0)
		return SIZE_MAX;
	for (i = 0; i < b->ids.n; i++) {
		if (tp_point_set(&q, b->seg[i].lat, b->seg[i].lon) != 0)
			continue;
		d = tp_point_metres(p, q);
		if (d < *metres) {
			*metres = d;
			best = i;
		}
	}
	return best;
}

size_t
tp_compat_slowest(const struct tp_board *b, size_t *v, size_t max)
{
	size_t	i, k, n = 0;

	for (i = 0; i < b->ids.n; i++) {
		const struct tp_seg	*s = &b->seg[i];

		if (!tp_board_live(b, s) || isnan(s->speed) || (n == max &&
		    s->speed >= b->seg[v[n - 1]].speed))
			continue;
		if (n < max)
			n++;
		for (k = n - 1; k > 0 && b->seg[v[k - 1]].speed > s->speed;
		    k--)
			v[k] = v[k - 1];
		v[k] = i;
	}
	return n;
}
