/*
 * Private to kafkawhole.c and kafkameet.c: the state of a run over whole
 * steps, and where it stands.
 */
#ifndef TP_STREAM_KAFKAWHOLE_H
#define TP_STREAM_KAFKAWHOLE_H

#include "stream/kafkactx.h"
#include "stream/merge.h"

struct tp_kwhole {
	size_t		 n;		/* partitions, of all topics */
	struct tp_kstate **s;		/* n: of each */
	void		*st;		/* the state; NULL: none */
	struct tp_merge	 merge;
	bool		 active;	/* between load and stop */
	bool		 rebuilt;	/* [LOW, POS) was read again */
	bool		 bounded;	/* what comes after the end is not read */
	int64_t		*until;		/* n: POS, to be rebuilt to */
	int64_t		 seq;		/* number of the next record */
	/* rising: a seq, then the n positions of all partitions before it */
	int64_t		*points;
	size_t		 npoints, cap;
};

/* The number of a state among all partitions. */
size_t tp_kwhole_index(const struct tp_kwhole *w, const struct tp_kstate *s);

#endif
