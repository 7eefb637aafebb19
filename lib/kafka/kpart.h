/*
 * A partition and a position in it, as kcons.h and kprod.h take and give it.
 * Owns nothing but itself.
 */
#ifndef TP_KAFKA_KPART_H
#define TP_KAFKA_KPART_H

#include <stddef.h>
#include <stdint.h>

#define TP_KPART_META	4096	/* bytes of commit metadata; brokers take no
				 * more by default */

struct tp_kpart {
	uint32_t	 topic;		/* index in those subscribed to */
	int32_t		 partition;
	int64_t		 offset;	/* -1: none */
	char		 meta[TP_KPART_META];	/* of the commit; "": none */
};

#endif
