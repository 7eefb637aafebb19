/*
 * Settings of librdkafka, from everywhere they may come from.  The list owns
 * its strings; an all-zero struct is an empty list.
 *
 * What is nearer to the command wins: the command line (-X, -b), then the
 * environment (TP_BROKERS, TP_KAFKA_NAME with _ for .), the file of -F, the
 * user's file ($XDG_CONFIG_HOME/tp/kafka.conf), /etc/tp/kafka.conf, and our
 * own defaults.  A setting that librdkafka does not know is an error that
 * says where it stands.
 */
#ifndef TP_KAFKA_KCONF_H
#define TP_KAFKA_KCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct rd_kafka_conf_s;		/* rd_kafka_conf_t */

#define TP_KCONF_FILE_MAX	(1 << 20)	/* bytes of a settings file */
#define TP_KCONF_ETC		"/etc/tp/kafka.conf"

/* Where a setting comes from; the greater wins. */
enum tp_kconf_rank {
	TP_KCONF_DEFAULT,	/* ours, where the caller has one of its own */
	TP_KCONF_SYSTEM,
	TP_KCONF_USER,
	TP_KCONF_FILE,
	TP_KCONF_ENV,
	TP_KCONF_LINE,
};

/* What for; each has defaults of its own, and settings that others lack. */
enum tp_kconf_use {
	TP_KCONF_CONSUMER,
	TP_KCONF_PRODUCER,
	TP_KCONF_ADMIN,
};

struct tp_kconf_item {
	char		*key, *value;
	char		*where;		/* "x.conf:3", "-X", "TP_BROKERS" */
	enum tp_kconf_rank rank;
};

struct tp_kconf {
	struct tp_kconf_item *v;	/* by rank, then as they came */
	size_t		 n, cap;
};

void tp_kconf_release(struct tp_kconf *c);

/*
 * Adds one setting; `where` begins the message of an error.  Names and values
 * that librdkafka refuses are errors of code TP_EXIT_USAGE; what they say
 * does not show secrets.
 */
int tp_kconf_set(struct tp_kconf *c, enum tp_kconf_rank rank, const char *key,
    const char *value, const char *where, struct tp_err *e);
/* As tp_kconf_set, from "KEY=VALUE". */
int tp_kconf_pair(struct tp_kconf *c, enum tp_kconf_rank rank,
    const char *pair, const char *where, struct tp_err *e);
/*
 * Adds the lines "KEY=VALUE" of n bytes of text, which has a NUL behind it.
 * Blanks around both and empty lines do not count, nor do lines that begin
 * with #.  `name` is what errors call it.
 */
int tp_kconf_text(struct tp_kconf *c, enum tp_kconf_rank rank, const char *p,
    size_t n, const char *name, struct tp_err *e);

/*
 * All of it, in order: brokers is the value of -b or NULL, pairs those of -X,
 * file that of -F or NULL.  The user's and the system's file may be absent.
 */
int tp_kconf_open(struct tp_kconf *c, const char *brokers,
    const char *const *pairs, size_t npairs, const char *file,
    struct tp_err *e);

/* The value that counts, or NULL where nobody has set one.  Aliases of a
 * name ("metadata.broker.list") are the same. */
const char *tp_kconf_get(const struct tp_kconf *c, const char *key);

/*
 * A new configuration with our defaults for that use and the settings; those
 * that only the other kind of client knows are left out.  NULL where one is
 * refused.  The caller gives it to rd_kafka_new() or destroys it.
 */
struct rd_kafka_conf_s *tp_kconf_make(const struct tp_kconf *c,
    enum tp_kconf_use use, struct tp_err *e);

/* Appends what librdkafka knows, one setting after another (-X list). */
void tp_kconf_list(struct tp_buf *out);
/*
 * Appends all settings as they would be used, "key = value", one a line, with
 * secrets masked (-X dump), and where those not ours come from.
 */
int tp_kconf_dump(const struct tp_kconf *c, enum tp_kconf_use use,
    struct tp_buf *out, struct tp_err *e);
/* Whether the value of this setting is not for others to see. */
bool tp_kconf_secret(const char *key);

#endif
