/* Keys of windows: segments, roads, cells. */
#include "window/winkey.h"

#define BETWEEN		'\x1f'		/* road name and direction */

static int
refuse(const char **rule, const char **why, const char *a, const char *b)
{
	*rule = a;
	*why = b;
	return -1;
}

static int
road_key(const struct tp_rec *r, struct tp_buf *b, const char **rule,
    const char **why)
{
	const struct tp_json_val	*road = r->at[TP_F_ROAD_NAME];
	const struct tp_json_val	*dir = r->at[TP_F_DIRECTION];

	if (road == NULL || road->type != TP_JSON_STR || road->n == 0)
		return refuse(rule, why, "road", "road_name: missing");
	tp_buf_add(b, road->p, road->n);
	if (dir != NULL && dir->type == TP_JSON_STR && dir->n > 0) {
		tp_buf_char(b, BETWEEN);
		tp_buf_add(b, dir->p, dir->n);
	}
	return 0;
}

int
tp_winkey_get(struct tp_winkeys *k, const struct tp_rec *r,
    const struct tp_reading *rd, struct tp_winkey *key, const char **rule,
    const char **why)
{
	struct tp_tile_met	*cell;

	*key = (struct tp_winkey){ rd->id, rd->idlen, NULL };
	if (k->conf->by == TP_WINDOW_ROAD) {
		k->road.n = 0;
		if (road_key(r, &k->road, rule, why) < 0)
			return -1;
		key->p = k->road.p;
		key->n = k->road.n;
	} else if (k->conf->by == TP_WINDOW_CELL) {
		*rule = "place";
		cell = tp_tile_rec(&k->cells, &k->conf->tiling, r, why);
		if (cell == NULL)
			return -1;
		*key = (struct tp_winkey){ cell->text, cell->n,
			    &cell->index };
	}
	if (key->n > TP_WINKEY_MAX)
		return refuse(rule, why, "key-length",
		    "segment_id or road_name longer than 4096 bytes");
	return 0;
}

void
tp_winkeys_release(struct tp_winkeys *k)
{
	tp_buf_release(&k->road);
	tp_tile_memo_release(&k->cells);
}

static void
add_shown(const struct tp_window_conf *c, const char *key, size_t n,
    struct tp_buf *b)
{
	const char	*cut;

	tp_buf_add(b, key, n);
	cut = memchr(key, BETWEEN, n);
	if (c->by == TP_WINDOW_ROAD && cut != NULL)
		b->p[b->n - n + (size_t)(cut - key)] = ' ';
}

static void
add_road(const char *key, size_t n, struct tp_buf *b)
{
	const char	*cut = memchr(key, BETWEEN, n);
	size_t		 road = cut != NULL ? (size_t)(cut - key) : n;

	tp_buf_lit(b, ",\"road_name\":\"");
	tp_buf_add(b, key, road);
	tp_buf_char(b, '"');
	if (cut == NULL)
		return;
	tp_buf_lit(b, ",\"direction\":\"");
	tp_buf_add(b, cut + 1, n - road - 1);
	tp_buf_char(b, '"');
}

/* The middle of the cell. */
static void
add_place(const struct tp_tiling *t, const char *tile, struct tp_buf *b)
{
	int	decimals = tp_tile_decimals(t);
	double	lat, lon;

	tp_tile_middle(t, tile, &lat, &lon);
	tp_buf_lit(b, ",\"latitude\":");
	tp_buf_fixed(b, lat, decimals);
	tp_buf_lit(b, ",\"longitude\":");
	tp_buf_fixed(b, lon, decimals);
}

void
tp_winkey_text(const struct tp_window_conf *c, const char *key, size_t n,
    struct tp_group *g)
{
	struct tp_buf	b = { 0 };

	tp_buf_lit(&b, "{\"aggregate_id\":\"AGG_");
	g->idat = (uint32_t)b.n;
	add_shown(c, key, n, &b);
	g->idlen = (uint32_t)b.n - g->idat;
	tp_buf_char(&b, '_');
	g->headlen = (uint32_t)b.n;
	tp_buf_lit(&b, "\",\"segment_id\":\"");
	add_shown(c, key, n, &b);
	tp_buf_char(&b, '"');
	if (c->by == TP_WINDOW_ROAD)
		add_road(key, n, &b);
	else if (c->by == TP_WINDOW_CELL)
		add_place(&c->tiling, key, &b);
	tp_buf_lit(&b, ",\"window_start\":");
	g->midlen = (uint32_t)b.n - g->headlen;
	g->text = tp_strndup(b.p, b.n);
	tp_buf_release(&b);
}
