/*
 * How a record is taken apart into the columns of its table, and put together
 * again to the same bytes (but for blanks between them).
 *
 * What does not fit a column exactly goes into `rest`, an array of the values
 * that are left, in their order.  The names of the fields, their order, and
 * where the value of each is to be found are the record's shape: its text
 * with holes in it, as
 *
 *	{"segment_id":$s,"timestamp":$t1,"speed_mph":$m23,"note":$_}
 *
 * A stream has few shapes, so that a row holds but the number of its own.
 * Behind $ stand what the hole takes, the column and the decimals:
 *
 *	s n	the segment as string or number
 *	t j	a time, an integer
 *	d k m	thousandths; of a speed in km/h or mph
 *	x	a text
 *	e g	the end of the window; the time a forecast is about
 *	i	the id that our tools make of a row's key
 *	_ l	the next value of rest; all of rest, which is the whole line
 *	c	nothing: the line is another row's of the same record
 */
#ifndef TP_STORE_SHAPE_H
#define TP_STORE_SHAPE_H

#include "store/kind.h"

/* A row as it is read: texts are the store's. */
struct tp_cells {
	int64_t		 v[TP_STORE_COLUMNS];	/* TP_STORE_NULL: none */
	struct tp_cell_text {
		const char	*p;	/* NULL: none */
		size_t		 n;
	} text[TP_STORE_COLUMNS];	/* of columns of texts */
	const char	*segment;	/* bytes of its JSON string */
	size_t		 segmentlen;
	struct tp_cell_text rest;
};

struct tp_shape_hole {
	uint32_t	 at, n;		/* bytes of the text before it */
	char		 code;		/* 0: the end of the text */
	uint8_t		 column, decimals;
};

/* The struct owns both; all zero is an empty one. */
struct tp_shape {
	char		*text;
	struct tp_shape_hole *hole;
	size_t		 n;
};

/* Reads a shape for rows of a table.  Returns 0, or -1 where it is none. */
int tp_shape_init(struct tp_shape *s, const struct tp_table *t,
    const char *text, size_t n);
void tp_shape_release(struct tp_shape *s);

/* Whether its rows have no line of their own. */
static inline bool
tp_shape_is_part(const struct tp_shape *s)
{
	return s->hole[0].code == 'c';
}

/*
 * Appends the record without a newline.  Returns 0, or -1 where the row does
 * not go with the shape: it is damaged.
 */
int tp_shape_write(const struct tp_shape *s, const struct tp_table *t,
    const struct tp_cells *c, struct tp_buf *b);

/* A number of thousandths with so many decimals (0..3), as in 1.50. */
void tp_buf_milli(struct tp_buf *b, int64_t v, int decimals);
/*
 * Reads a JSON number with at most three decimals that tp_buf_milli() writes
 * the same.  Returns how many it has, or -1.
 */
int tp_milli_parse(const char *p, size_t n, int64_t *v);
/* Between 0.001 mph and 0.001 km/h; from mph and back is exact below 10^9. */
int64_t tp_milli_kmh(int64_t mph);
int64_t tp_milli_mph(int64_t kmh);

/* Appends the id that our tools make of the key of a row, with its quotes;
 * of tables that have none nothing. */
void tp_shape_id(const struct tp_table *t, const struct tp_cells *c,
    struct tp_buf *b);

#endif
