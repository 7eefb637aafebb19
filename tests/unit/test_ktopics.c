#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kafka/ktopicdiff.h"
#include "kafka/ktopicfile.h"

static void
parse(struct tp_ktopicfile *f, const char *text)
{
	struct tp_kconf	c = { 0 };
	struct tp_err	e = { 0 };

	if (tp_ktopicfile_parse(f, &c, text, strlen(text), "x", &e) == -1)
		fail_msg("%s", e.text);
	tp_kconf_release(&c);
}

static void
refused(const char *text, const char *part)
{
	struct tp_ktopicfile	f;
	struct tp_kconf		c = { 0 };
	struct tp_err		e = { 0 };

	assert_int_equal(tp_ktopicfile_parse(&f, &c, text, strlen(text), "x",
	    &e), -1);
	assert_int_equal(e.code, TP_EXIT_USAGE);
	if (strstr(e.text, part) == NULL)
		fail_msg("'%s' lacks '%s'", e.text, part);
	tp_ktopicfile_release(&f);
	tp_kconf_release(&c);
}

static void
a_file(void **state)
{
	static const char	text[] =
				    "# topics\n"
				    "\tlinger.ms = 7\n"
				    "plain partitions=3 # all is the brokers'\r\n"
				    "* replication=2 retention.ms=1h30m\n"
				    "*\tsegment.bytes=1GiB partitions=4\n"
				    "\n"
				    "a.b partitions=5 retention.ms=-1 \n"
				    "c\tmax.message.bytes=512KiB "
				    "cleanup.policy=compact,delete\n"
				    "d segment.ms=250 retention.bytes=1000";
	struct tp_ktopicfile	f;
	struct tp_kconf		c = { 0 };
	struct tp_err		e = { 0 };
	struct tp_buf		out = { 0 };
	size_t			i;

	(void)state;
	assert_int_equal(tp_ktopicfile_parse(&f, &c, text, strlen(text), "x",
	    &e), 0);
	assert_string_equal(tp_kconf_get(&c, "linger.ms"), "7");
	assert_int_equal(f.n, 4);
	assert_int_equal(f.v[0].replicas, -1);
	for (i = 0; i < f.n; i++)
		tp_ktopic_print(&f.v[i], &out);
	assert_string_equal(tp_buf_cstr(&out),
	    "plain partitions=3\n"
	    "a.b partitions=5 replication=2 retention.ms=-1 "
	    "segment.bytes=1073741824\n"
	    "c partitions=4 replication=2 cleanup.policy=compact,delete "
	    "max.message.bytes=524288 retention.ms=5400000 "
	    "segment.bytes=1073741824\n"
	    "d partitions=4 replication=2 retention.bytes=1000 "
	    "retention.ms=5400000 segment.bytes=1073741824 segment.ms=250\n");
	tp_buf_release(&out);
	tp_ktopicfile_release(&f);
	tp_kconf_release(&c);
}

static void
what_is_wrong(void **state)
{
	struct tp_buf	b = { 0 };
	int		i;

	(void)state;
	refused("a", "x:1: topic 'a': no partitions=N");
	refused("\na partitions=0", "x:2: partitions: '0' is not in 1..");
	refused("a partitions=1.5", "'1.5' is not in");
	refused("a partitions=100001", "is not in 1..100000");
	refused("a partitions=1 replication=0", "replication: '0'");
	refused("a partitions=1 partitions=2", "'partitions' is there twice");
	refused("a partitions=1\na partitions=1", "x:2: topic 'a' is there "
	    "twice");
	refused("a/b partitions=1", "topic 'a/b': only letters");
	refused("a partitions=1 retention", "no KEY=VALUE: 'retention'");
	refused("a partitions=1 retention.ms=", "no KEY=VALUE");
	refused("a partitions=1 Retention.ms=1", "no setting of a topic");
	refused("a partitions=1 retention.ms=7x", "retention.ms: no time "
	    "'7x'");
	refused("a partitions=1 segment.bytes=7MB", "segment.bytes: no size "
	    "'7MB'");
	refused("a partitions=1 segment.bytes=9007199254740993GiB", "no size");
	refused("lingers.ms = 1", "x:1: librdkafka ");
	for (i = 0; i <= TP_KTOPIC_MAX; i++)
		tp_buf_printf(&b, "t%d partitions=1\n", i);
	refused(tp_buf_cstr(&b), "x:2001: more than 2000 topics");
	b.n = 0;
	tp_buf_str(&b, "a partitions=1");
	for (i = 0; i <= TP_KTOPIC_SETTINGS_MAX; i++)
		tp_buf_printf(&b, " x.%c%c=1", 'a' + i / 26, 'a' + i % 26);
	refused(tp_buf_cstr(&b), "one too many");
	tp_buf_release(&b);
}

static void
differences(void **state)
{
	struct tp_ktopicfile	have, want;
	struct tp_buf		out = { 0 };

	(void)state;
	parse(&have, "t partitions=3 replication=1 retention.ms=7d a.b=c\n"
	    "u partitions=1");
	parse(&want, "t partitions=4 replication=2 retention.ms=8d d.e=f\n"
	    "u partitions=1");
	tp_ktopic_diff(&have.v[0], &want.v[0], &out);
	assert_string_equal(tp_buf_cstr(&out),
	    "t: partitions is 3, not 4\n"
	    "t: replication is 1, not 2\n"
	    "t: retention.ms is 604800000, not 691200000\n"
	    "t: brokers know no setting 'd.e'\n");
	out.n = 0;
	tp_ktopic_diff(&have.v[1], &want.v[1], &out);
	/* Who does not say a replication does not mind it. */
	tp_ktopic_diff(&have.v[0], &have.v[0], &out);
	assert_int_equal(out.n, 0);
	tp_buf_release(&out);
	assert_ptr_equal(tp_ktopics_find(have.v, have.n, "u"), &have.v[1]);
	assert_null(tp_ktopics_find(have.v, have.n, "v"));
	tp_ktopicfile_release(&have);
	tp_ktopicfile_release(&want);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(a_file),
		cmocka_unit_test(what_is_wrong),
		cmocka_unit_test(differences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
