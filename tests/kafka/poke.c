/*
 * What operators do to topics, for the tests:
 *	poke BROKERS trim TOPIC PARTITION OFFSET	delete what is before
 *	poke BROKERS grow TOPIC PARTITIONS		add partitions
 *	poke BROKERS reset TOPIC PARTITION OFFSET GROUP	set its position
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WAIT_MS	20000

/* The position v[2] of partition v[1] of topic v[0]. */
static rd_kafka_topic_partition_list_t *
position(char **v)
{
	rd_kafka_topic_partition_list_t	*l;

	l = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(l, v[0],
	    (int32_t)strtol(v[1], NULL, 10))->offset =
	    strtoll(v[2], NULL, 10);
	return l;
}

static void
trim(rd_kafka_t *rk, rd_kafka_queue_t *q, char **v)
{
	rd_kafka_topic_partition_list_t	*l = position(v);
	rd_kafka_DeleteRecords_t	*d;

	d = rd_kafka_DeleteRecords_new(l);
	rd_kafka_DeleteRecords(rk, &d, 1, NULL, q);
	rd_kafka_DeleteRecords_destroy(d);
	rd_kafka_topic_partition_list_destroy(l);
}

/* As kafka-consumer-groups.sh --reset-offsets. */
static void
reset(rd_kafka_t *rk, rd_kafka_queue_t *q, char **v)
{
	rd_kafka_AlterConsumerGroupOffsets_t	*a;
	rd_kafka_topic_partition_list_t		*l = position(v);

	a = rd_kafka_AlterConsumerGroupOffsets_new(v[3], l);
	rd_kafka_AlterConsumerGroupOffsets(rk, &a, 1, NULL, q);
	rd_kafka_AlterConsumerGroupOffsets_destroy(a);
	rd_kafka_topic_partition_list_destroy(l);
}

static void
grow(rd_kafka_t *rk, rd_kafka_queue_t *q, char **v)
{
	char				 why[256];
	rd_kafka_NewPartitions_t	*p;

	p = rd_kafka_NewPartitions_new(v[0],
	    (size_t)strtol(v[1], NULL, 10), why, sizeof(why));
	if (p == NULL) {
		fprintf(stderr, "poke: %s\n", why);
		exit(2);
	}
	rd_kafka_CreatePartitions(rk, &p, 1, NULL, q);
	rd_kafka_NewPartitions_destroy(p);
}

int
main(int argc, char **argv)
{
	char			 why[256];
	rd_kafka_conf_t		*conf = rd_kafka_conf_new();
	rd_kafka_t		*rk;
	rd_kafka_queue_t	*q;
	rd_kafka_event_t	*ev;

	if (argc < 5 || rd_kafka_conf_set(conf, "bootstrap.servers", argv[1],
	    why, sizeof(why)) != RD_KAFKA_CONF_OK)
		return 2;
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (rk == NULL)
		return 2;
	q = rd_kafka_queue_new(rk);
	if (strcmp(argv[2], "trim") == 0 && argc == 6)
		trim(rk, q, argv + 3);
	else if (strcmp(argv[2], "reset") == 0 && argc == 7)
		reset(rk, q, argv + 3);
	else
		grow(rk, q, argv + 3);
	ev = rd_kafka_queue_poll(q, WAIT_MS);
	if (ev == NULL || rd_kafka_event_error(ev) != 0) {
		fprintf(stderr, "poke: %s\n", ev == NULL ? "no answer" :
		    rd_kafka_event_error_string(ev));
		return 1;
	}
	rd_kafka_event_destroy(ev);
	rd_kafka_queue_destroy(q);
	rd_kafka_destroy(rk);
	return 0;
}
