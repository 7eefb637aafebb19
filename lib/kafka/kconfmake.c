/* From the list of settings to a client's configuration, and to people. */
#include <librdkafka/rdkafka.h>

#include "base/log.h"
#include "kafka/kcatalog.h"
#include "kafka/kconf.h"

#define MASKED		"******"

struct setting {
	const char	*key, *value;
};

static const struct setting	common[] = {
	{ "bootstrap.servers", "127.0.0.1:9092" },
	{ "socket.nagle.disable", "true" },
	/* 10 s by default: too long to wait for a broker that is back. */
	{ "reconnect.backoff.max.ms", "2000" },
	{ NULL, NULL },
};

static const struct setting	consumer[] = {
	{ "isolation.level", "read_committed" },
	/* A gap must stop the tool, not be skipped. */
	{ "auto.offset.reset", "error" },
	{ "enable.auto.commit", "false" },
	{ "enable.auto.offset.store", "false" },
	{ "partition.assignment.strategy", "range" },
	{ "session.timeout.ms", "10000" },
	{ "heartbeat.interval.ms", "1000" },
	{ "fetch.wait.max.ms", "100" },
	{ "allow.auto.create.topics", "false" },
	{ NULL, NULL },
};

/*
 * With a full queue librdkafka looks again after fetch.queue.backoff.ms: 1 s,
 * where a tenth of the default queue is as fast if it looks soon.  Before 2.2
 * it cannot be changed: tp_kcons_poll() wakes it up there, which needs
 * queued.min.messages not to be the limit.
 */
static const struct setting	backoff = { "fetch.queue.backoff.ms", "5" };
static const struct setting	queue[] = {
	{ "queued.max.messages.kbytes", "16384" },
	{ NULL, NULL },
};
static const struct setting	old_queue[] = {
	{ "queued.min.messages", "10000000" },
	{ NULL, NULL },
};

static const struct setting	producer[] = {
	{ "enable.idempotence", "true" },
	{ "acks", "all" },
	/* Never 0: it sends one request a record. */
	{ "linger.ms", "3" },
	/* As Java's; the default puts keys elsewhere than other programs do. */
	{ "partitioner", "murmur2_random" },
	{ "transaction.timeout.ms", "10000" },
	{ NULL, NULL },
};

static int
set_all(rd_kafka_conf_t *conf, const struct setting *s, struct tp_err *e)
{
	char	why[256];

	for (; s->key != NULL; s++)
		if (rd_kafka_conf_set(conf, s->key, s->value, why,
		    sizeof(why)) != RD_KAFKA_CONF_OK)
			return tp_err_set(e, TP_EXIT_KAFKA, "librdkafka %s: "
			    "%s", rd_kafka_version_str(), why);
	return 0;
}

static int
set_defaults(rd_kafka_conf_t *conf, enum tp_kconf_use use, struct tp_err *e)
{
	const struct setting	name[] = {
		{ "client.id", tp_log_tool() }, { NULL, NULL },
	};

	if (set_all(conf, common, e) == -1)
		return -1;
	if (name[0].value != NULL && name[0].value[0] != '\0' &&
	    set_all(conf, name, e) == -1)
		return -1;
	switch (use) {
	case TP_KCONF_CONSUMER:
		if (set_all(conf, consumer, e) == -1)
			return -1;
		if (set_all(conf, queue, e) == -1)
			return -1;
		return rd_kafka_conf_set(conf, backoff.key, backoff.value,
		    NULL, 0) == RD_KAFKA_CONF_OK ? 0 :
		    set_all(conf, old_queue, e);
	case TP_KCONF_PRODUCER:
		return set_all(conf, producer, e);
	case TP_KCONF_ADMIN:
		break;
	}
	return 0;
}

/* Whether a client of that kind has the setting. */
static bool
concerns(const char *key, enum tp_kconf_use use)
{
	const struct kcatalog_item	*known = kcatalog_find(key);
	char				 who = known != NULL ? known->who : '*';

	return who == '*' || (who == 'C' && use == TP_KCONF_CONSUMER) ||
	    (who == 'P' && use == TP_KCONF_PRODUCER);
}

rd_kafka_conf_t *
tp_kconf_make(const struct tp_kconf *c, enum tp_kconf_use use,
    struct tp_err *e)
{
	rd_kafka_conf_t	*conf = rd_kafka_conf_new();
	int		 r = set_defaults(conf, use, e);
	char		 why[256];
	size_t		 i;

	for (i = 0; i < c->n && r == 0; i++) {
		const struct tp_kconf_item	*t = &c->v[i];

		if (concerns(t->key, use) && rd_kafka_conf_set(conf, t->key,
		    t->value, why, sizeof(why)) != RD_KAFKA_CONF_OK)
			r = tp_err_set(e, TP_EXIT_USAGE, "%s: '%s' is refused",
			    t->where, t->key);
	}
	if (r == 0)
		return conf;
	rd_kafka_conf_destroy(conf);
	return NULL;
}

void
tp_kconf_list(struct tp_buf *out)
{
	const struct kcatalog	*c = kcatalog();

	tp_buf_add(out, c->text, c->ntext);
}

/* Where a setting comes from, or NULL for a default. */
static const char *
origin(const struct tp_kconf *c, const char *key)
{
	const struct kcatalog_item	*known = kcatalog_find(key);
	size_t				 i;

	for (i = c->n; known != NULL && i > 0; i--)
		if (strcmp(c->v[i - 1].key, known->name) == 0)
			return c->v[i - 1].where;
	return NULL;
}

/* n strings: key, value, key, value ... */
static void
add_pairs(const struct tp_kconf *c, enum tp_kconf_use use,
    const char *const *v, size_t n, struct tp_buf *out)
{
	const char	*where;
	size_t		 i;

	for (i = 0; i + 1 < n; i += 2) {
		/* Functions and addresses of the library are no settings. */
		if (!concerns(v[i], use) || strchr(v[i], '_') != NULL ||
		    strcmp(v[i], "opaque") == 0 ||
		    strcmp(v[i], "interceptors") == 0)
			continue;
		where = origin(c, v[i]);
		tp_buf_printf(out, "%s = %s%s%s\n", v[i],
		    tp_kconf_secret(v[i]) && v[i + 1][0] != '\0' ? MASKED :
		    v[i + 1], where != NULL ? "\t# " : "",
		    where != NULL ? where : "");
	}
}

int
tp_kconf_dump(const struct tp_kconf *c, enum tp_kconf_use use,
    struct tp_buf *out, struct tp_err *e)
{
	rd_kafka_conf_t		*conf = tp_kconf_make(c, use, e);
	rd_kafka_topic_conf_t	*topic;
	const char		**v;
	size_t			 n;

	if (conf == NULL)
		return -1;
	v = rd_kafka_conf_dump(conf, &n);
	add_pairs(c, use, v, n, out);
	rd_kafka_conf_dump_free(v, n);
	topic = rd_kafka_conf_get_default_topic_conf(conf);
	if (topic != NULL) {
		v = rd_kafka_topic_conf_dump(topic, &n);
		add_pairs(c, use, v, n, out);
		rd_kafka_conf_dump_free(v, n);
	}
	rd_kafka_conf_destroy(conf);
	return 0;
}
