/*
 * Tilings of the earth, by which places become cells: squares of so many
 * metres, geohashes, or Uber's H3 hexagons (where its library is installed).
 * A cell is a text: "250m/58021/41913", "dr5ru7", "882a100d65fffff".
 *
 * Plain data that owns nothing.
 */
#ifndef TP_REC_TILE_H
#define TP_REC_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rec/rec.h"

enum tp_tile_kind {
	TP_TILE_NONE,
	TP_TILE_GRID,		/* rows of squares from the south pole */
	TP_TILE_GEOHASH,	/* Niemeyer 2008: base 32, 1..12 characters */
	TP_TILE_H3,		/* resolution 0..15 */
};

struct tp_tiling {
	enum tp_tile_kind kind;
	double	metres;		/* grid: side of a square */
	double	height;		/* likewise, in degrees of latitude */
	int	level;		/* geohash: characters; h3: resolution */
};

#define TP_TILE_MAX	80	/* bytes of a cell's text, NUL included */
#define TP_TILE_AROUND	8	/* neighbours of a cell, at most */

/* What tp_tiling_parse() reads, for messages. */
#define TP_TILING_TEXT	"grid:SIZE (1m to 1000km), geohash:1 to 12 or h3:0 to 15"

/* "grid:250m" or "grid:1.5km" (1 m to 1000 km), "geohash:6", "h3:8"; -1 where
 * it is none of these. */
int tp_tiling_parse(struct tp_tiling *t, const char *s);
/* Finds libh3 where it is needed: 0, or -1 and the error. */
int tp_tiling_open(const struct tp_tiling *t, struct tp_err *e);

/*
 * Writes the cell at a place, -90..90 and -180..180 degrees, with a NUL;
 * returns its length.
 */
size_t tp_tile_of(const struct tp_tiling *t, double lat, double lon,
    char tile[TP_TILE_MAX]);

/* A cell that was met. */
struct tp_tile_met {
	uint64_t number;		/* differs for each cell of a tiling */
	size_t	 n;			/* of text; 0: none */
	size_t	 index;			/* the caller's; 0 where new */
	char	 text[TP_TILE_MAX];	/* NUL included */
};

/*
 * The cells met last, and the rows they are in: most places are in one of
 * them, whose text need not be made again.  All zero is an empty one; it owns
 * its cells.
 */
#define TP_TILE_ROWS	64	/* a power of two */
struct tp_tile_memo {
	struct tp_tile_met *met;
	struct {
		double	row, columns;	/* columns 0: none */
	}		 rows[TP_TILE_ROWS];
};

void tp_tile_memo_release(struct tp_tile_memo *m);
/*
 * The cell that a record's latitude and longitude are in, or of one without
 * both that its segment_id names; valid until the next call.  NULL and a
 * static text in *why where it is in none.  All calls are of one tiling.
 */
struct tp_tile_met *tp_tile_rec(struct tp_tile_memo *m,
    const struct tp_tiling *t, const struct tp_rec *r, const char **why);
/* The middle of a cell, whose text tp_tile_of() wrote, with its NUL. */
void tp_tile_middle(const struct tp_tiling *t, const char *tile,
    double *lat, double *lon);
/*
 * The same of a text of n bytes that anybody may have written: false where no
 * cell of the tiling is called that.
 */
bool tp_tile_find(const struct tp_tiling *t, const char *text, size_t n,
    double *lat, double *lon);
/* How many decimals of a degree tell the middle of a cell of a tiling. */
int tp_tile_decimals(const struct tp_tiling *t);
/*
 * The cells next to one, corners included, in no order; returns how many, at
 * most TP_TILE_AROUND.
 */
size_t tp_tile_around(const struct tp_tiling *t, const char *tile,
    char around[TP_TILE_AROUND][TP_TILE_MAX]);

#endif
