/*
 * Private to lib/store: the record of a row again, for what its columns do not
 * have; of batches with keep_lines.  The struct owns both; all zero is none.
 */
#ifndef TP_STORE_ROWREC_H
#define TP_STORE_ROWREC_H

#include "store/batch.h"

struct tp_rowrec {
	struct tp_rec	 rec;
	struct tp_buf	 line;
};

void tp_rowrec_release(struct tp_rowrec *x);
/* Parses the line of a row into x->rec. */
void tp_rowrec_get(struct tp_rowrec *x, const struct tp_batch *b,
    const struct tp_row *r);
/*
 * Appends the congestion level as the bytes of a JSON string: in the record's
 * words, else by the speed (0.001 km/h) in small letters.  Whether there is
 * one.
 */
bool tp_rowrec_level(const struct tp_rowrec *x, int64_t speed,
    struct tp_buf *b);

#endif
