#include "rec/tile.h"

#include <inttypes.h>
#include <math.h>

#include "base/buf.h"
#include "base/mem.h"
#include "rec/tileh3.h"

#define EARTH_M		6371008.8	/* mean radius, IUGG */
#define DEGREES		(180 / M_PI)
#define HASH_BITS	30		/* of each coordinate */
#define MET		4096		/* cells kept in mind, a power of two */

static const char	base32[] = "0123456789bcdefghjkmnpqrstuvwxyz";

static int
parse_metres(struct tp_tiling *t, const char *s)
{
	size_t	n = strlen(s);
	double	v, scale = 1;

	if (n > 2 && strcmp(s + n - 2, "km") == 0) {
		scale = 1000;
		n -= 2;
	} else if (n > 1 && s[n - 1] == 'm') {
		n--;
	} else {
		return -1;
	}
	if (tp_parse_num(s, n, &v) < 0 || !(v * scale >= 1) ||
	    v * scale > 1e6)
		return -1;
	t->metres = v * scale;
	t->height = t->metres / EARTH_M * DEGREES;
	return 0;
}

int
tp_tiling_parse(struct tp_tiling *t, const char *s)
{
	static const struct {
		const char	*name;
		enum tp_tile_kind kind;
		int64_t		 lo, hi;
	} kinds[] = {
		{ "grid:", TP_TILE_GRID, 0, 0 },
		{ "geohash:", TP_TILE_GEOHASH, 1, 12 },
		{ "h3:", TP_TILE_H3, 0, 15 },
	};
	size_t	i, n;
	int64_t	level;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		n = strlen(kinds[i].name);
		if (strncmp(s, kinds[i].name, n) != 0)
			continue;
		*t = (struct tp_tiling){ .kind = kinds[i].kind };
		if (kinds[i].kind == TP_TILE_GRID)
			return parse_metres(t, s + n);
		if (tp_parse_int(s + n, strlen(s + n), &level) < 0 ||
		    level < kinds[i].lo || level > kinds[i].hi)
			return -1;
		t->level = (int)level;
		return 0;
	}
	return -1;
}

int
tp_tiling_open(const struct tp_tiling *t, struct tp_err *e)
{
	return t->kind == TP_TILE_H3 ? tp_h3_open(e) : 0;
}

/*
 * Rows of equal height from the south pole; each row has as many cells, all
 * alike, as make them at least as wide as high in the middle of the row.
 */
static double
grid_columns(double height, double row)
{
	double	middle = -90 + (row + 0.5) * height;
	double	n = floor(360 * cos(middle / DEGREES) / height);

	return n > 1 ? n : 1;
}

/* The columns of a row, which are kept in mind; m may be NULL. */
static double
columns_of(const struct tp_tiling *t, struct tp_tile_memo *m, double row)
{
	size_t	i = (size_t)row & (TP_TILE_ROWS - 1);

	if (m == NULL)
		return grid_columns(t->height, row);
	if (m->rows[i].columns == 0 || m->rows[i].row != row) {
		m->rows[i].row = row;
		m->rows[i].columns = grid_columns(t->height, row);
	}
	return m->rows[i].columns;
}

/* A cell's row and column; there are less than 2^26 of each. */
static uint64_t
grid_number(const struct tp_tiling *t, struct tp_tile_memo *m, double lat,
    double lon)
{
	/* a cast is floor(): both are 0 or more */
	uint64_t	row = (uint64_t)(int64_t)((lat + 90) / t->height);
	uint64_t	col;
	double		columns = columns_of(t, m, (double)(int64_t)row);

	col = (uint64_t)(int64_t)((lon + 180) / 360 * columns);
	if ((double)(int64_t)col >= columns)		/* 180 is -180 */
		col = 0;
	return row << 32 | col;
}

static size_t
grid_text(const struct tp_tiling *t, uint64_t number, char *tile)
{
	struct tp_buf	b = { tile, 0, TP_TILE_MAX };

	tp_buf_num(&b, t->metres);
	tp_buf_lit(&b, "m/");
	tp_buf_int(&b, (int64_t)(number >> 32));
	tp_buf_char(&b, '/');
	tp_buf_int(&b, (int64_t)(number & UINT32_MAX));
	tile[b.n] = '\0';
	return b.n;
}

/* Sets height and width too, in degrees. */
static void
grid_middle(const struct tp_tiling *t, const char *tile, double *lat,
    double *lon, double *high, double *wide)
{
	const char	*row = strchr(tile, '/') + 1;
	const char	*col = strchr(row, '/') + 1;
	double		 r = 0, c = 0;

	tp_parse_num(row, (size_t)(col - 1 - row), &r);
	tp_parse_num(col, strlen(col), &c);
	*high = t->height;
	*wide = 360 / grid_columns(*high, r);
	*lat = fmin(90, -90 + (r + 0.5) * *high);
	*lon = (c + 0.5) * *wide - 180;
}

/* Which of 2^30 parts of lo..-lo holds v; the limits of parts are exact. */
static uint32_t
hash_part(double v, double lo)
{
	double	part = -2 * lo / (1 << HASH_BITS);
	double	n = floor((v - lo) / part);

	if (v < lo + n * part)
		n--;
	else if (v >= lo + (n + 1) * part)
		n++;
	return n < 0 ? 0 : n >= (1 << HASH_BITS) ? (1 << HASH_BITS) - 1 :
	    (uint32_t)n;
}

/* Both coordinates; what is beyond the last character is 0. */
static uint64_t
hash_number(const struct tp_tiling *t, double lat, double lon)
{
	uint32_t	x = hash_part(lon, -180), y = hash_part(lat, -90);
	int		bits = 5 * t->level;

	x &= ~((UINT32_C(1) << (HASH_BITS - (bits + 1) / 2)) - 1);
	y &= ~((UINT32_C(1) << (HASH_BITS - bits / 2)) - 1);
	return (uint64_t)x << 32 | y;
}

/* Bits of longitude and latitude in turn, five to a character. */
static size_t
hash_text(const struct tp_tiling *t, uint64_t number, char *tile)
{
	uint32_t	x = (uint32_t)(number >> 32), y = (uint32_t)number;
	int		i, k, bit = HASH_BITS - 1;
	unsigned	five;

	for (i = 0; i < t->level; i++) {
		for (five = 0, k = 0; k < 5; k++) {
			five = five << 1 |
			    (((i * 5 + k) % 2 == 0 ? x : y) >> bit & 1);
			bit -= (i * 5 + k) % 2;
		}
		tile[i] = base32[five];
	}
	tile[i] = '\0';
	return (size_t)i;
}

static void
hash_middle(const char *tile, double *lat, double *lon, double *high,
    double *wide)
{
	double		x = -180, y = -90;
	unsigned	five;
	int		i, k;

	*wide = 360;
	*high = 180;
	for (i = 0; tile[i] != '\0'; i++) {
		five = (unsigned)(strchr(base32, tile[i]) - base32);
		for (k = 0; k < 5; k++) {
			double	bit = five >> (4 - k) & 1;

			if ((i * 5 + k) % 2 == 0)
				x += bit * (*wide /= 2);
			else
				y += bit * (*high /= 2);
		}
	}
	*lat = y + *high / 2;
	*lon = x + *wide / 2;
}

static size_t
h3_text(uint64_t cell, char *tile)
{
	return (size_t)snprintf(tile, TP_TILE_MAX, "%" PRIx64, cell);
}

static uint64_t
h3_number(const struct tp_tiling *t, double lat, double lon)
{
	struct tp_h3_point	p = { lat / DEGREES, lon / DEGREES };
	uint64_t		cell = 0;

	tp_h3.cell(&p, t->level, &cell);
	return cell;
}

static uint64_t
h3_cell(const char *tile)
{
	return strtoull(tile, NULL, 16);
}

/* The number of the cell at a place; m may be NULL. */
static uint64_t
number_of(const struct tp_tiling *t, struct tp_tile_memo *m, double lat,
    double lon)
{
	switch (t->kind) {
	case TP_TILE_GEOHASH:
		return hash_number(t, lat, lon);
	case TP_TILE_H3:
		return h3_number(t, lat, lon);
	default:
		return grid_number(t, m, lat, lon);
	}
}

static size_t
text_of(const struct tp_tiling *t, uint64_t number, char tile[TP_TILE_MAX])
{
	switch (t->kind) {
	case TP_TILE_GEOHASH:
		return hash_text(t, number, tile);
	case TP_TILE_H3:
		return h3_text(number, tile);
	default:
		return grid_text(t, number, tile);
	}
}

size_t
tp_tile_of(const struct tp_tiling *t, double lat, double lon,
    char tile[TP_TILE_MAX])
{
	return text_of(t, number_of(t, NULL, lat, lon), tile);
}

void
tp_tile_memo_release(struct tp_tile_memo *m)
{
	free(m->met);
	*m = (struct tp_tile_memo){ 0 };
}

/* Where a record is: one without a place may be about a cell. */
static bool
place_of(const struct tp_tiling *t, const struct tp_rec *r, double *lat,
    double *lon, const char **why)
{
	const struct tp_json_val	*id = r->at[TP_F_SEGMENT_ID];

	if (r->at[TP_F_LATITUDE] == NULL && r->at[TP_F_LONGITUDE] == NULL) {
		*why = "no latitude and longitude, and segment_id is no cell";
		return id != NULL && id->type == TP_JSON_STR &&
		    tp_tile_find(t, id->p, id->n, lat, lon);
	}
	*why = "latitude or longitude: missing or not a number";
	return tp_rec_num(r, TP_F_LATITUDE, lat) == 0 &&
	    tp_rec_num(r, TP_F_LONGITUDE, lon) == 0;
}

struct tp_tile_met *
tp_tile_rec(struct tp_tile_memo *m, const struct tp_tiling *t,
    const struct tp_rec *r, const char **why)
{
	struct tp_tile_met	*c;
	uint64_t		 number;
	double			 lat, lon;

	if (!place_of(t, r, &lat, &lon, why))
		return NULL;
	*why = "latitude or longitude: out of range";
	if (!(fabs(lat) <= 90 && fabs(lon) <= 180))
		return NULL;
	if (m->met == NULL)
		m->met = tp_calloc(MET, sizeof(*m->met));
	number = number_of(t, m, lat, lon);
	c = &m->met[number * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (MET - 1)];
	if (c->n == 0 || c->number != number) {
		c->number = number;
		c->index = 0;
		c->n = text_of(t, number, c->text);
	}
	return c;
}

/* The middle of a cell that has a height and a width. */
static void
box_middle(const struct tp_tiling *t, const char *tile, double *lat,
    double *lon, double *high, double *wide)
{
	if (t->kind == TP_TILE_GRID)
		grid_middle(t, tile, lat, lon, high, wide);
	else
		hash_middle(tile, lat, lon, high, wide);
}

void
tp_tile_middle(const struct tp_tiling *t, const char *tile, double *lat,
    double *lon)
{
	struct tp_h3_point	p = { 0, 0 };
	double			high, wide;

	if (t->kind != TP_TILE_H3) {
		box_middle(t, tile, lat, lon, &high, &wide);
		return;
	}
	tp_h3.middle(h3_cell(tile), &p);
	*lat = p.lat * DEGREES;
	*lon = p.lng * DEGREES;
}

/* Whether the middle of what may be a cell's text can be asked for. */
static bool
has_shape(const struct tp_tiling *t, const char *text)
{
	const char	*row;

	switch (t->kind) {
	case TP_TILE_GEOHASH:
		return text[strspn(text, base32)] == '\0';
	case TP_TILE_H3:
		return true;
	default:
		row = strchr(text, '/');
		return row != NULL && strchr(row + 1, '/') != NULL;
	}
}

bool
tp_tile_find(const struct tp_tiling *t, const char *text, size_t n,
    double *lat, double *lon)
{
	char	tile[TP_TILE_MAX], own[TP_TILE_MAX];

	if (n >= sizeof(tile))
		return false;
	memcpy(tile, text, n);
	tile[n] = '\0';
	if (!has_shape(t, tile))
		return false;
	tp_tile_middle(t, tile, lat, lon);
	return fabs(*lat) <= 90 && fabs(*lon) <= 180 &&
	    tp_tile_of(t, *lat, *lon, own) == n && memcmp(own, tile, n) == 0;
}

int
tp_tile_decimals(const struct tp_tiling *t)
{
	return (t->kind == TP_TILE_GEOHASH && t->level > 8) ||
	    (t->kind == TP_TILE_H3 && t->level > 13) ? 9 : 6;
}

/* Adds the cell at a place, if it is neither `tile` nor there already. */
static size_t
add_tile(const struct tp_tiling *t, double lat, double lon, const char *tile,
    char around[TP_TILE_AROUND][TP_TILE_MAX], size_t n)
{
	size_t	i;

	if (!(lat >= -90 && lat <= 90))
		return n;
	tp_tile_of(t, lat, lon > 180 ? lon - 360 : lon < -180 ? lon + 360 :
	    lon, around[n]);
	for (i = 0; i < n; i++)
		if (strcmp(around[i], around[n]) == 0)
			return n;
	return strcmp(around[n], tile) == 0 ? n : n + 1;
}

static size_t
h3_around(const char *tile, char around[TP_TILE_AROUND][TP_TILE_MAX])
{
	uint64_t	disk[7] = { 0 }, own = h3_cell(tile);
	size_t		i, n = 0;

	if (tp_h3.disk(own, 1, disk) != 0)
		return 0;
	for (i = 0; i < 7; i++)
		if (disk[i] != 0 && disk[i] != own)
			h3_text(disk[i], around[n++]);
	return n;
}

size_t
tp_tile_around(const struct tp_tiling *t, const char *tile,
    char around[TP_TILE_AROUND][TP_TILE_MAX])
{
	double	lat, lon, high, wide;
	size_t	n = 0;
	int	i;

	if (t->kind == TP_TILE_H3)
		return h3_around(tile, around);
	box_middle(t, tile, &lat, &lon, &high, &wide);
	for (i = 0; i < 9; i++)
		if (i != 4)
			n = add_tile(t, lat + (i / 3 - 1) * high,
			    lon + (i % 3 - 1) * wide, tile, around, n);
	return n;
}
