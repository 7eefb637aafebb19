/*
 * Private to lib/rec/shape*.c: a shaper at work on one record.
 */
#ifndef TP_REC_SHAPEVALUE_H
#define TP_REC_SHAPEVALUE_H

#include "rec/shapetable.h"

#define TP_SHAPE_KEY	40	/* of one of our fields */
#define TP_SHAPE_HELD	3	/* forecasts in one line of Hanoi's */

/* A row of the table, with the fields it may be made of found once. */
struct tp_shape_col {
	const struct tp_shape_row *row;
	struct {
		char	 key[TP_SHAPE_KEY];	/* "": none */
		size_t	 n;
		enum tp_field f;		/* NONE: known by key alone */
	} from[3];		/* of speeds: without unit, km/h, mph; of
				 * others the second is the next best */
};

/* Forecasts that wait for the others of their time. */
struct tp_shape_held {
	struct tp_buf	 id, line;	/* of the first of them */
	struct tp_buf	 lost;		/* of one that was given up */
	int64_t		 t;
	int64_t		 at[TP_SHAPE_HELD];	/* of the input */
	double		 speed[TP_SHAPE_HELD], confidence;
	int		 n;
};

struct tp_shaper {
	const struct tp_shape_conf *conf;
	struct tp_tz	 utc, *tz;
	struct tp_shape_col *cols[TP_RECORD_MAX];
	struct tp_shape_held held;
	struct tp_buf	 line;		/* the record, and padding */
	struct tp_rec	 r;
	bool		*used;		/* of its fields */
	size_t		 usedcap;
	uint64_t	 unplaced;

	/* the record at hand */
	enum tp_record_kind kind;
	enum tp_unit	 unit;		/* of the shape's speeds */
	int64_t		 now_ms, pos;
	const struct tp_buf *raw;	/* of the one that was refused */
	char		 why[200];
};

enum tp_shape_got { TP_GOT_VALUE, TP_GOT_NOTHING, TP_GOT_BAD };

/*
 * Appends the value of a column to b.  Returns TP_GOT_NOTHING where the
 * record has none, or TP_GOT_BAD with s->why; b is then as it was.
 */
enum tp_shape_got tp_shape_value(struct tp_shaper *s,
    const struct tp_shape_col *c, struct tp_buf *b);

/* Candidate i of a column in the record, or NULL; it is then taken. */
const struct tp_json_val *tp_shape_find(struct tp_shaper *s,
    const struct tp_shape_col *c, int i);
/* Appends a value as it stands, or n bytes of plain text, in quotes. */
void tp_shape_raw(struct tp_buf *b, const struct tp_json_val *v);
void tp_shape_quoted(struct tp_buf *b, const char *p, size_t n);
/* The text or number of a column, by whichever candidate is there. */
enum tp_shape_got tp_shape_text(struct tp_shaper *s,
    const struct tp_shape_col *c, const struct tp_json_val **v);

/*
 * The speed of a column in the shape's unit, and in *raw its number where
 * that is in this unit already, else NULL.
 */
enum tp_shape_got tp_shape_speed(struct tp_shaper *s,
    const struct tp_shape_col *c, double *v, const struct tp_json_val **raw);

/* Says what is wrong with a column.  Returns TP_GOT_BAD. */
enum tp_shape_got tp_shape_bad(struct tp_shaper *s,
    const struct tp_shape_col *c, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Each makes one kind of value, as tp_shape_value(). */
#define TP_SHAPE_MAKER(name) \
	enum tp_shape_got name(struct tp_shaper *s, \
	    const struct tp_shape_col *c, struct tp_buf *b)
TP_SHAPE_MAKER(tp_shape_num);
TP_SHAPE_MAKER(tp_shape_level);
TP_SHAPE_MAKER(tp_shape_category);
TP_SHAPE_MAKER(tp_shape_diff);
TP_SHAPE_MAKER(tp_shape_source);
TP_SHAPE_MAKER(tp_shape_quality);
TP_SHAPE_MAKER(tp_shape_wet);
TP_SHAPE_MAKER(tp_shape_model);
TP_SHAPE_MAKER(tp_shape_model_kind);

#endif
