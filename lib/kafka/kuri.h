/*
 * "kafka:TOPIC[?NAME=VALUE[&...]]", what -i, -o, --rejects and the like take.
 * NAME is one of
 *	group		the consumer group
 *	instance	the name of this member of it
 *	from		where to begin without a committed offset: earliest,
 *			latest, or a time (2012-03-01T00:00:00Z, or ms since
 *			1970)
 *	partition	read or write only these: 0,2,5-7
 *	avro		records are Avro: a file with the schema, or the URL of
 *			a schema registry
 *	id		of the schema in that file
 * each at most once.  In values %XX is the byte XX.  The struct owns its
 * strings.
 */
#ifndef TP_KAFKA_KURI_H
#define TP_KAFKA_KURI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TP_KURI_TOPIC_MAX	249	/* bytes; what brokers take */
#define TP_KURI_NAME_MAX	255	/* of a group or an instance */
#define TP_KURI_PARTS_MAX	4096

enum tp_kuri_from {
	TP_KURI_FROM_DEFAULT,	/* not given */
	TP_KURI_FROM_EARLIEST,
	TP_KURI_FROM_LATEST,
	TP_KURI_FROM_TIME,
};

struct tp_kuri {
	char		*topic;
	char		*group, *instance;	/* NULL: not given */
	enum tp_kuri_from from;
	int64_t		 from_ms;		/* of FROM_TIME */
	int32_t		*parts;			/* ascending, no two the same */
	size_t		 nparts;		/* 0: all */
	char		*avro;			/* NULL: records are JSON */
	int64_t		 schema_id;		/* -1: not given */
};

/* Whether an endpoint is one of Kafka ("kafka:..."). */
bool tp_kuri_is(const char *s);
/* Parses all of s; -1 with TP_EXIT_USAGE and nothing to release. */
int tp_kuri_parse(struct tp_kuri *u, const char *s, struct tp_err *e);
void tp_kuri_release(struct tp_kuri *u);
/*
 * What "earliest", "latest" or a time says where to begin; *t is ms since 1970
 * of a time.  Returns NULL, or a static text why it is none of these.
 */
const char *tp_kuri_from(const char *s, enum tp_kuri_from *from, int64_t *t);
/* NULL where brokers take this as the name of a topic, else what is wrong. */
const char *tp_kuri_topic_fault(const char *s);

#endif
