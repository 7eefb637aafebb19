#include <librdkafka/rdkafka.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/file.h"
#include "kafka/kconf.h"
#include "kafka/kerr.h"

/* What librdkafka has for a setting after tp_kconf_make(). */
static void
made(const struct tp_kconf *c, enum tp_kconf_use use, const char *key,
    const char *value)
{
	struct tp_err	 e = { 0 };
	rd_kafka_conf_t	*conf = tp_kconf_make(c, use, &e);
	char		 got[512];
	size_t		 n = sizeof(got);

	assert_non_null(conf);
	assert_int_equal(rd_kafka_conf_get(conf, key, got, &n),
	    RD_KAFKA_CONF_OK);
	assert_string_equal(got, value);
	rd_kafka_conf_destroy(conf);
}

static void
refused(const char *text, size_t n, const char *part)
{
	struct tp_kconf	c = { 0 };
	struct tp_err	e = { 0 };

	assert_int_equal(tp_kconf_text(&c, TP_KCONF_FILE, text, n, "x.conf",
	    &e), -1);
	assert_int_equal(e.code, TP_EXIT_USAGE);
	if (strstr(e.text, part) == NULL)
		fail_msg("'%s' lacks '%s'", e.text, part);
	tp_kconf_release(&c);
}

static void
a_file(void **state)
{
	static const char	text[] =
				    "# brokers\n"
				    "\n"
				    "bootstrap.servers = a:1 , b:2 \t\r\n"
				    " \t# more = less\n"
				    "linger.ms=7\n"
				    "sasl.password= p=q # r \n"
				    "linger.ms=8";
	struct tp_kconf		c = { 0 };
	struct tp_err		e = { 0 };

	(void)state;
	assert_int_equal(tp_kconf_text(&c, TP_KCONF_FILE, text,
	    sizeof(text) - 1, "x.conf", &e), 0);
	assert_int_equal(c.n, 3);
	assert_string_equal(tp_kconf_get(&c, "bootstrap.servers"),
	    "a:1 , b:2");
	assert_string_equal(tp_kconf_get(&c, "metadata.broker.list"),
	    "a:1 , b:2");
	assert_string_equal(tp_kconf_get(&c, "sasl.password"), "p=q # r");
	assert_string_equal(tp_kconf_get(&c, "linger.ms"), "8");
	assert_null(tp_kconf_get(&c, "acks"));
	assert_null(tp_kconf_get(&c, "no.such"));
	made(&c, TP_KCONF_PRODUCER, "linger.ms", "8");
	tp_kconf_release(&c);
}

static void
what_is_wrong(void **state)
{
	(void)state;
	refused("linger.ms=5\n\nlinger=5\n", 22, "x.conf:3: librdkafka ");
	refused("linger.ms=5\n\nlinger=5\n", 22, " has no setting 'linger'");
	refused("linger.ms=soon", 14, "x.conf:1: 'linger.ms' does not take "
	    "'soon'; it takes 0 .. 900000");
	refused("linger.ms", 9, "x.conf:1: no KEY=VALUE");
	refused("\n = 5\n", 6, "x.conf:2: no KEY=VALUE");
	refused("client.id=a\0b", 13, "x.conf:1: a NUL byte");
	refused("debug=none,such", 15, "'debug' does not take");
	refused("rebalance_cb=1", 14, "'rebalance_cb' does not take '1'");
	refused("sasl.oauthbearer.method=geheim", 30,
	    "does not take this value");
}

/* Each rank has the setting; the greatest wins however they come. */
static void
ranks(void **state)
{
	static const enum tp_kconf_rank	order[] = {
		TP_KCONF_ENV, TP_KCONF_SYSTEM, TP_KCONF_LINE, TP_KCONF_USER,
		TP_KCONF_DEFAULT, TP_KCONF_FILE,
	};
	struct tp_kconf			c = { 0 };
	struct tp_err			e = { 0 };
	enum tp_kconf_rank		best = TP_KCONF_DEFAULT;
	char				pair[64], value[16];
	size_t				i;

	(void)state;
	for (i = 0; i < sizeof(order) / sizeof(*order); i++) {
		/* an alias every other time */
		snprintf(pair, sizeof(pair), "%s=%d", i % 2 == 0 ?
		    "linger.ms" : "queue.buffering.max.ms", 100 + order[i]);
		assert_int_equal(tp_kconf_pair(&c, order[i], pair, "here", &e),
		    0);
		if (order[i] > best)
			best = order[i];
		snprintf(value, sizeof(value), "%d", 100 + best);
		assert_string_equal(tp_kconf_get(&c, "linger.ms"), value);
		made(&c, TP_KCONF_PRODUCER, "linger.ms", value);
	}
	tp_kconf_release(&c);
}

static void
defaults(void **state)
{
	struct tp_kconf	c = { 0 };
	struct tp_err	e = { 0 };
	rd_kafka_conf_t	*probe = rd_kafka_conf_new();

	(void)state;
	made(&c, TP_KCONF_CONSUMER, "bootstrap.servers", "127.0.0.1:9092");
	made(&c, TP_KCONF_CONSUMER, "isolation.level", "read_committed");
	made(&c, TP_KCONF_CONSUMER, "auto.offset.reset", "error");
	made(&c, TP_KCONF_CONSUMER, "enable.auto.commit", "false");
	made(&c, TP_KCONF_CONSUMER, "partition.assignment.strategy", "range");
	if (rd_kafka_conf_set(probe, "fetch.queue.backoff.ms", "5", NULL, 0) ==
	    RD_KAFKA_CONF_OK)
		made(&c, TP_KCONF_CONSUMER, "fetch.queue.backoff.ms", "5");
	else
		made(&c, TP_KCONF_CONSUMER, "queued.min.messages", "10000000");
	made(&c, TP_KCONF_PRODUCER, "enable.idempotence", "true");
	made(&c, TP_KCONF_PRODUCER, "acks", "-1");
	made(&c, TP_KCONF_PRODUCER, "transaction.timeout.ms", "10000");
	made(&c, TP_KCONF_PRODUCER, "partitioner", "murmur2_random");
	/* A consumer's setting is not given to a producer, nor to an admin. */
	assert_int_equal(tp_kconf_pair(&c, TP_KCONF_LINE,
	    "session.timeout.ms=7000", "-X", &e), 0);
	assert_int_equal(tp_kconf_pair(&c, TP_KCONF_LINE, "linger.ms=9", "-X",
	    &e), 0);
	made(&c, TP_KCONF_CONSUMER, "session.timeout.ms", "7000");
	made(&c, TP_KCONF_CONSUMER, "linger.ms", "5");
	made(&c, TP_KCONF_PRODUCER, "session.timeout.ms", "45000");
	made(&c, TP_KCONF_PRODUCER, "linger.ms", "9");
	made(&c, TP_KCONF_ADMIN, "linger.ms", "5");
	made(&c, TP_KCONF_ADMIN, "session.timeout.ms", "45000");
	tp_kconf_release(&c);
	rd_kafka_conf_destroy(probe);
}

static void
put(const char *path, const char *text)
{
	struct tp_err	e = { 0 };

	assert_int_equal(tp_file_replace(path, text, strlen(text), &e), 0);
}

/* All sources at once, in files of our own. */
static void
everywhere(void **state)
{
	static const char *const	pairs[] = { "linger.ms=4" };
	char				dir[] = "/tmp/tp-kconf.XXXXXX";
	char				path[64];
	struct tp_kconf			c = { 0 };
	struct tp_err			e = { 0 };

	(void)state;
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/tp", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	setenv("XDG_CONFIG_HOME", dir, 1);
	snprintf(path, sizeof(path), "%s/tp/kafka.conf", dir);
	put(path, "client.id=user\nlinger.ms=1\nbatch.size=1\ndebug=eos\n");
	snprintf(path, sizeof(path), "%s/x.conf", dir);
	put(path, "client.id=file\nlinger.ms=2\nbatch.size=2\n");
	setenv("TP_KAFKA_LINGER_MS", "3", 1);
	setenv("TP_KAFKA_CLIENT_ID", "env", 1);
	setenv("TP_KAFKA_BOOTSTRAP_SERVERS", "env:1", 1);
	setenv("TP_BROKERS", "env:2", 1);
	assert_int_equal(tp_kconf_open(&c, NULL, pairs, 1, path, &e), 0);
	assert_string_equal(tp_kconf_get(&c, "debug"), "eos");
	assert_string_equal(tp_kconf_get(&c, "batch.size"), "2");
	assert_string_equal(tp_kconf_get(&c, "client.id"), "env");
	assert_string_equal(tp_kconf_get(&c, "linger.ms"), "4");
	assert_string_equal(tp_kconf_get(&c, "bootstrap.servers"), "env:2");
	tp_kconf_release(&c);
	assert_int_equal(tp_kconf_open(&c, "line:1", NULL, 0, path, &e), 0);
	assert_string_equal(tp_kconf_get(&c, "bootstrap.servers"), "line:1");
	assert_string_equal(tp_kconf_get(&c, "linger.ms"), "3");
	tp_kconf_release(&c);
	setenv("TP_KAFKA_LINGER", "3", 1);
	assert_int_equal(tp_kconf_open(&c, NULL, NULL, 0, NULL, &e), -1);
	assert_non_null(strstr(e.text, "TP_KAFKA_LINGER: librdkafka "));
	tp_kconf_release(&c);
	unsetenv("TP_KAFKA_LINGER");
	assert_int_equal(tp_kconf_open(&c, "", NULL, 0, NULL, &e), -1);
	tp_kconf_release(&c);
	assert_int_equal(tp_kconf_open(&c, NULL, NULL, 0, "/no/file", &e), -1);
	tp_kconf_release(&c);
	unsetenv("TP_KAFKA_LINGER_MS");
	unsetenv("TP_KAFKA_CLIENT_ID");
	unsetenv("TP_KAFKA_BOOTSTRAP_SERVERS");
	unsetenv("TP_BROKERS");
	unlink(path);
	snprintf(path, sizeof(path), "%s/tp/kafka.conf", dir);
	unlink(path);
	snprintf(path, sizeof(path), "%s/tp", dir);
	rmdir(path);
	rmdir(dir);
}

static void
dump_masks(void **state)
{
	static const char *const	set[] = {
		"sasl.password=geheim1", "ssl.key.password=geheim2",
		"sasl.oauthbearer.config=geheim3",
		"ssl.keystore.password=geheim4", "ssl.key.pem=geheim5",
		"sasl.username=geheim6", "sasl.mechanism=PLAIN",
		"session.timeout.ms=7001",
	};
	struct tp_kconf			c = { 0 };
	struct tp_err			e = { 0 };
	struct tp_buf			out = { 0 };
	const char			*s;
	size_t				i;

	(void)state;
	for (i = 0; i < sizeof(set) / sizeof(*set); i++)
		assert_int_equal(tp_kconf_pair(&c, TP_KCONF_LINE, set[i], "-X",
		    &e), 0);
	assert_int_equal(tp_kconf_dump(&c, TP_KCONF_CONSUMER, &out, &e), 0);
	s = tp_buf_cstr(&out);
	assert_null(strstr(s, "geheim"));
	assert_non_null(strstr(s, "\nsasl.password = ******\t# -X\n"));
	assert_non_null(strstr(s, "\nssl.key.password = ******\t# -X\n"));
	assert_non_null(strstr(s, "\nsasl.mechanisms = PLAIN\t# -X\n"));
	assert_non_null(strstr(s, "\nsession.timeout.ms = 7001\t# -X\n"));
	assert_non_null(strstr(s, "\nisolation.level = read_committed\n"));
	assert_null(strstr(s, "linger"));
	out.n = 0;
	tp_kconf_list(&out);
	assert_non_null(strstr(tp_buf_cstr(&out), "\nsession.timeout.ms "));
	tp_buf_release(&out);
	tp_kconf_release(&c);
	/* nor do messages show them */
	assert_int_equal(tp_kconf_pair(&c, TP_KCONF_LINE,
	    "sasl.oauthbearer.method=geheim", "-X", &e), -1);
	assert_null(strstr(e.text, "geheim"));
}

static void
what_errors_ask(void **state)
{
	struct tp_err	e = { 0 };

	(void)state;
	assert_int_equal(tp_kerr_kind(0), TP_KERR_NONE);
	assert_int_equal(tp_kerr_kind(RD_KAFKA_RESP_ERR_NOT_COORDINATOR),
	    TP_KERR_RETRY);
	assert_int_equal(tp_kerr_kind(
	    RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT), TP_KERR_RETRY);
	assert_int_equal(tp_kerr_kind(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION),
	    TP_KERR_ABORT);
	assert_int_equal(tp_kerr_kind(RD_KAFKA_RESP_ERR__FENCED),
	    TP_KERR_RESTART);
	assert_int_equal(tp_kerr_kind(RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID),
	    TP_KERR_RESTART);
	assert_int_equal(tp_kerr_kind(
	    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED), TP_KERR_STOP);
	assert_int_equal(tp_kerr_kind(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE),
	    TP_KERR_STOP);
	assert_int_equal(tp_kerr_kind(12345), TP_KERR_RESTART);
	assert_int_equal(tp_kerr_txn(NULL), TP_KERR_NONE);
	assert_int_equal(tp_kerr_set(&e,
	    RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, "topic 'x'", NULL),
	    -1);
	assert_int_equal(e.code, TP_EXIT_KAFKA);
	assert_string_equal(e.text, "topic 'x': this user may not use the "
	    "topic");
	tp_kerr_fatal(&e, RD_KAFKA_RESP_ERR__FENCED, "old epoch");
	assert_int_equal(e.code, TP_EXIT_RESTART);
	assert_non_null(strstr(e.text, "--instance"));
	assert_non_null(strstr(e.text, "(old epoch)"));
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_file),
		cmocka_unit_test(what_is_wrong),
		cmocka_unit_test(ranks),
		cmocka_unit_test(defaults),
		cmocka_unit_test(everywhere),
		cmocka_unit_test(dump_masks),
		cmocka_unit_test(what_errors_ask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
