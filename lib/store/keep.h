/*
 * The filter of tp-store: puts records into a batch, and the batch into one
 * or several stores when it is full and whenever the runner asks for what is
 * pending.  All partitions share the batch; the position of each is written
 * with its rows, and what comes a second time is passed over by the stores.
 *
 * The conf is the caller's and must outlive the states; so are the stores.
 * What has failed is in its `e`, since a filter can but stop.
 */
#ifndef TP_STORE_KEEP_H
#define TP_STORE_KEEP_H

#include "rec/filter.h"
#include "store/batch.h"
#include "store/store.h"

struct tp_keep {
	struct tp_store	**stores;	/* nstores of them */
	size_t		 nstores;
	struct tp_batch	 batch;
	int64_t		 max_rows;	/* of a batch */
	int64_t		 kinds;		/* bits of those to keep; 0: all */
	bool		 anew;		/* begins topics that were made anew */
	struct tp_err	 e;
};

extern const struct tp_filter tp_keep_filter;

/*
 * A partition of a topic is taken on, whose next record will be `end`: no
 * store may be beyond it, or records would be passed over unseen.  With `anew`
 * such a store begins it again, else -1.  arg is the struct tp_keep.
 */
int tp_keep_taken(void *arg, const char *topic, int32_t partition,
    int64_t end, struct tp_err *e);
void tp_keep_release(struct tp_keep *k);

#endif
