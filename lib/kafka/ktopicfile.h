/*
 * The file of tp-topics: one topic a line, its name and what it is to have,
 *
 *	# comment
 *	bootstrap.servers = host:9092
 *	*		replication=1 retention.ms=7d
 *	traffic-raw	partitions=5 cleanup.policy=delete
 *
 * A line KEY=VALUE is a setting as in kafka.conf.  The line of * says what
 * the lines below it have unless they say otherwise.  partitions (required)
 * and replication (default: the brokers') are numbers; all others are the
 * brokers' names of a topic's settings.  Times (.ms) may be written 7d or
 * 1h30m, sizes (.bytes) 512KiB, 2MiB, 1GiB.  The struct owns its topics.
 */
#ifndef TP_KAFKA_KTOPICFILE_H
#define TP_KAFKA_KTOPICFILE_H

#include "kafka/kadmin.h"
#include "kafka/kconf.h"

/* So that a line of * cannot grow to more than some 100 MB of copies. */
#define TP_KTOPIC_MAX			2000	/* topics of a file */
#define TP_KTOPIC_SETTINGS_MAX		64	/* of a topic */
#define TP_KTOPIC_VALUE_MAX		1000	/* bytes */

#define TP_KTOPIC_PARTITIONS_MAX	100000
#define TP_KTOPIC_REPLICAS_MAX		100

struct tp_ktopicfile {
	struct tp_ktopic *v;		/* in the order of the file */
	size_t		 n, cap;
};

void tp_ktopicfile_release(struct tp_ktopicfile *f);
/*
 * Parses n bytes of text with a NUL behind them; settings go to c as those of
 * -F.  `name` is what errors call it; their code is TP_EXIT_USAGE.  After an
 * error too *f is to be released.
 */
int tp_ktopicfile_parse(struct tp_ktopicfile *f, struct tp_kconf *c,
    const char *p, size_t n, const char *name, struct tp_err *e);
/* As tp_ktopicfile_parse, from a file. */
int tp_ktopicfile_load(struct tp_ktopicfile *f, struct tp_kconf *c,
    const char *path, struct tp_err *e);
/* Appends a topic as a line of such a file, settings in order of name. */
void tp_ktopic_print(struct tp_ktopic *t, struct tp_buf *out);

#endif
