/*
 * Feature rows read back from their text, for tools that take what
 * tp-features wrote.  Rows of one stream have the same keys in the same
 * order, some left out; so a key is first compared with the column that
 * followed the last one, and looked up only where that fails.
 *
 * The reader owns its names and the arrays that a row points to, which hold
 * until the next row.
 */
#ifndef TP_FEAT_ROWREAD_H
#define TP_FEAT_ROWREAD_H

#include "base/map.h"
#include "feat/feat.h"

struct tp_feat_row {
	const char	*id;		/* raw bytes of the JSON string */
	uint32_t	 idlen;
	int64_t		 t;		/* start of the step */
	double		 now, last;	/* NAN where not known */
	double		*x;		/* cols.n, NAN where not known */
	double		*target;	/* spec.ntargets, likewise */
};

struct tp_rowread {
	struct tp_feat_spec spec;	/* of the first row */
	struct tp_feat_cols cols;
	bool		 known;		/* a row was read */
	/* the rest is private */
	struct tp_buf	 text;		/* feature_set of the first row */
	struct tp_map	 keys;		/* all keys of a row, in order */
	double		*values;	/* one a key */
};

/* An all-zero struct is a reader of rows of any one spec. */
void tp_rowread_release(struct tp_rowread *rr);
/*
 * Reads one row.  All rows must have the feature_set of the first.  Returns
 * 0, or -1 with a static text in *why and the field's name (or NULL) in *field
 * where it is no feature row.
 */
int tp_rowread_parse(struct tp_rowread *rr, const struct tp_rec *r,
    struct tp_feat_row *row, const char **why, const char **field);

#endif
