/* Private to lib/kafka: what its files share, with the types of rdkafka.h. */
#ifndef TP_KAFKA_KPRIVATE_H
#define TP_KAFKA_KPRIVATE_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>

#include "kafka/kcons.h"
#include "kafka/kprod.h"

/* The time limits of calls, in ms; all less than TP_KWATCH_S. */
#define KCALL_MS	15000
#define KTXN_MS		30000
#define KASK_MS		60000	/* for asking again while brokers move */

/* Messages of the library, told once per outage; shared by both clients. */
struct kvoice {
	bool		 down;		/* "no broker answers" was said */
	bool		 refused;	/* TLS or a password was refused */
	char		 why[300];	/* the last reason of a broker's error */
};

struct tp_kcons {
	struct kvoice	 voice;		/* first: the callbacks' argument */
	rd_kafka_t	*rk;
	rd_kafka_queue_t *queue;
	const char	*const *topics;
	size_t		 ntopics;
	rd_kafka_message_t **got;	/* given out, to be destroyed */
	size_t		 ngot, cap;
	size_t		 taken;		/* bytes since wake_broker() asked */
	enum tp_kcons_turn turn;
	struct tp_kpart	*turn_parts;
	size_t		 nturn;
	rd_kafka_topic_partition_list_t *turn_list;
	bool		 grouped, closing;
	/* tp_kcons_idle() */
	int64_t		 idle_ns;
	bool		 paused;
};

struct tp_kdest {
	struct tp_kdest *next;
	rd_kafka_topic_t *rkt;
	int32_t		 partitions;
};

struct tp_kprod {
	struct kvoice	 voice;		/* first: the callbacks' argument */
	rd_kafka_t	*rk;
	struct tp_kdest *topics;
	bool		 txn;		/* has an id */
	bool		 open;		/* a transaction was begun */
	bool		 spoiled;	/* it can only be aborted */
	unsigned	 unserved;	/* records since the last poll */
	rd_kafka_resp_err_t failed;	/* a record can never be delivered */
	char		 failed_topic[256];
};

/* Where messages of the library go; opaque is a struct kvoice. */
void kvoice_set(rd_kafka_conf_t *conf, struct kvoice *v);
/* A broker has answered. */
void kvoice_up(struct kvoice *v);

/* Begins a transaction; 0 or -1. */
int kprod_begin(struct tp_kprod *p, struct tp_err *e);

/* Our list as theirs, offsets and metadata too; to be destroyed. */
rd_kafka_topic_partition_list_t *kparts_list(const struct tp_kcons *c,
    const struct tp_kpart *l, size_t n);
/* The index of a topic, or SIZE_MAX. */
size_t kcons_topic_index(const struct tp_kcons *c, const char *name);

#endif
