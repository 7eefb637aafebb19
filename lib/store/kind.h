/*
 * The kinds of records that a store keeps, and the table of each.  All
 * backends have the same tables with the same columns, which are made from
 * these descriptions; the codec (store/shape.h) fills them.  Static data.
 */
#ifndef TP_STORE_KIND_H
#define TP_STORE_KIND_H

#include "rec/rec.h"

enum tp_store_kind {
	TP_STORE_EVENT, TP_STORE_AGGREGATE, TP_STORE_PREDICTION,
	TP_STORE_SCORE, TP_STORE_ALERT, TP_STORE_UPDATE, TP_STORE_ROUTE,
	TP_STORE_KINDS,
};
#define TP_STORE_KIND_NAMES \
	"event|aggregate|prediction|score|alert|update|route"

/* What a column holds, always as an integer or a text. */
enum tp_column_type {
	TP_COLUMN_SENSOR,	/* number of a segment, by the table sensor */
	TP_COLUMN_TIME,		/* ms since 1970 */
	TP_COLUMN_SPAN,		/* ms from the record's time to this one */
	TP_COLUMN_INT,
	TP_COLUMN_MILLI,	/* a number times 1000 */
	TP_COLUMN_SPEED,	/* 0.001 km/h, whatever unit the record has */
	TP_COLUMN_TEXT,		/* of a JSON string, escapes as they are */
};

#define TP_STORE_COLUMNS	8	/* of a table, at most */
#define TP_STORE_NULL		INT64_MIN	/* a value that is not there */

struct tp_column {
	const char	*name;
	uint8_t		 type;
	uint8_t		 field;		/* speeds: the first of three;
					 * TP_F_NONE: by key */
	const char	*key;		/* _kmh or _mph are added for speeds */
};

struct tp_table {
	const char	*name;
	int		 nkey;		/* so many columns make a row unique */
	int		 n;
	int		 sensor;	/* the column with the segment, or -1 */
	int		 time;		/* that with the time */
	int		 newer;		/* only a row with no less in this
					 * column takes another's place; -1 */
	struct tp_column col[TP_STORE_COLUMNS];
};

extern const struct tp_table tp_tables[TP_STORE_KINDS];

/* Its word: "event". */
const char *tp_store_kind_name(enum tp_store_kind k);
/* What kind of record this is; TP_STORE_KINDS: none of them. */
enum tp_store_kind tp_store_kind_of(const struct tp_rec *r);

#endif
