/*
 * Runs a command against the mock cluster of librdkafka, which answers some
 * requests with errors:
 *	mock OUT ERRORS COMMAND...
 * ERRORS is "API=ERROR,ERROR... API=ERROR...": what the first requests of that
 * kind get.  The topic `in` (4 partitions) has EVENTS events; the values of
 * `out` go to the file OUT.  As long as the command exits with 75 it is
 * started again, up to 4 times; the exit codes are printed.
 */
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define EVENTS		400
#define PARTS		4
#define WAIT_MS		20000
#define STARTS_MAX	5
#define ERRORS_MAX	64

static const struct {
	const char	*name;
	int16_t		 key;
} apis[] = {
	{ "Produce", 0 }, { "Fetch", 1 }, { "ListOffsets", 2 },
	{ "Metadata", 3 }, { "OffsetCommit", 8 }, { "OffsetFetch", 9 },
	{ "FindCoordinator", 10 }, { "JoinGroup", 11 }, { "Heartbeat", 12 },
	{ "SyncGroup", 14 }, { "InitProducerId", 22 },
	{ "AddPartitionsToTxn", 24 }, { "AddOffsetsToTxn", 25 },
	{ "EndTxn", 26 }, { "TxnOffsetCommit", 28 },
};

static void
die(const char *what, const char *which)
{
	fprintf(stderr, "mock: %s '%s'\n", what, which);
	exit(2);
}

static void
set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char	why[256];

	if (rd_kafka_conf_set(conf, key, value, why, sizeof(why)) !=
	    RD_KAFKA_CONF_OK)
		die("no setting", why);
}

static rd_kafka_t *
client(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
	char		 why[256];
	rd_kafka_t	*rk;

	set(conf, "log_level", "0");
	rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (rk == NULL)
		die("no client", why);
	return rk;
}

static int16_t
api_of(const char *name)
{
	size_t	i;

	for (i = 0; i < sizeof(apis) / sizeof(*apis); i++)
		if (strcmp(apis[i].name, name) == 0)
			return apis[i].key;
	die("no API", name);
	return -1;
}

static rd_kafka_resp_err_t
error_of(const char *name)
{
	const struct rd_kafka_err_desc	*d;
	size_t				 i, n;

	rd_kafka_get_err_descs(&d, &n);
	for (i = 0; i < n; i++)
		if (d[i].name != NULL && strcmp(d[i].name, name) == 0)
			return d[i].code;
	die("no error", name);
	return 0;
}

/* Takes the text to pieces. */
static void
push_errors(rd_kafka_mock_cluster_t *mc, char *text)
{
	rd_kafka_resp_err_t	 v[ERRORS_MAX];
	char			*api, *name, *all, *one;
	size_t			 n;

	for (api = strtok_r(text, " ", &all); api != NULL;
	    api = strtok_r(NULL, " ", &all)) {
		n = 0;
		strtok_r(api, "=,", &one);
		while (n < ERRORS_MAX &&
		    (name = strtok_r(NULL, "=,", &one)) != NULL)
			v[n++] = error_of(name);
		rd_kafka_mock_push_request_errors_array(mc, api_of(api), n,
		    v);
	}
}

static void
fill(rd_kafka_t *rk)
{
	char	event[200], key[20];
	int	i, n;

	for (i = 0; i < EVENTS; i++) {
		n = snprintf(event, sizeof(event), "{\"event_id\":\"e%d\","
		    "\"segment_id\":\"s%d\",\"timestamp\":%lld,"
		    "\"speed_kmh\":50}", i, i % 10,
		    1700000000000LL + i * 1000);
		snprintf(key, sizeof(key), "s%d", i % 10);
		if (rd_kafka_producev(rk, RD_KAFKA_V_TOPIC("in"),
		    RD_KAFKA_V_PARTITION(i % PARTS),
		    RD_KAFKA_V_KEY(key, strlen(key)),
		    RD_KAFKA_V_VALUE(event, (size_t)n),
		    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		    RD_KAFKA_V_END) != 0)
			die("cannot fill", "in");
	}
	if (rd_kafka_flush(rk, WAIT_MS) != 0)
		die("cannot fill", "in");
}

static int
run(char **command)
{
	pid_t	pid = fork();
	int	status;

	if (pid == 0) {
		execvp(*command, command);
		_exit(127);
	}
	if (pid == -1 || waitpid(pid, &status, 0) == -1)
		die("cannot run", *command);
	return WIFEXITED(status) ? WEXITSTATUS(status) :
	    128 + WTERMSIG(status);
}

static void
print_topic(const char *brokers, const char *path)
{
	rd_kafka_conf_t			*conf = rd_kafka_conf_new();
	rd_kafka_t			*rk;
	rd_kafka_topic_partition_list_t	*l;
	rd_kafka_message_t		*m;
	FILE				*f = fopen(path, "w");
	int				 i, left = PARTS;

	if (f == NULL)
		die("cannot write", path);
	set(conf, "bootstrap.servers", brokers);
	set(conf, "group.id", "look");
	set(conf, "enable.partition.eof", "true");
	rk = client(RD_KAFKA_CONSUMER, conf);
	l = rd_kafka_topic_partition_list_new(PARTS);
	for (i = 0; i < PARTS; i++)
		rd_kafka_topic_partition_list_add(l, "out", i)->offset =
		    RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(rk, l);
	rd_kafka_topic_partition_list_destroy(l);
	while (left > 0 && (m = rd_kafka_consumer_poll(rk, WAIT_MS)) != NULL) {
		if (m->err == RD_KAFKA_RESP_ERR__PARTITION_EOF)
			left--;
		else if (m->err == 0 && m->len > 0)
			fprintf(f, "%.*s\n", (int)m->len,
			    (const char *)m->payload);
		rd_kafka_message_destroy(m);
	}
	if (fclose(f) != 0 || left > 0)
		die("cannot read", "out");
	rd_kafka_consumer_close(rk);
	rd_kafka_destroy(rk);
}

int
main(int argc, char **argv)
{
	rd_kafka_conf_t		*conf = rd_kafka_conf_new();
	rd_kafka_t		*rk;
	rd_kafka_mock_cluster_t	*mc;
	const char		*brokers;
	int			 i, status;

	if (argc < 4)
		return 2;
	set(conf, "test.mock.num.brokers", "3");
	rk = client(RD_KAFKA_PRODUCER, conf);
	mc = rd_kafka_handle_mock_cluster(rk);
	brokers = rd_kafka_mock_cluster_bootstraps(mc);
	rd_kafka_mock_topic_create(mc, "in", PARTS, 3);
	rd_kafka_mock_topic_create(mc, "out", PARTS, 3);
	fill(rk);
	push_errors(mc, argv[2]);
	setenv("TP_BROKERS", brokers, 1);
	for (i = 0; i < STARTS_MAX; i++) {
		status = run(argv + 3);
		printf("%s%d", i > 0 ? " " : "", status);
		if (status != 75)
			break;
	}
	putchar('\n');
	for (i = 0; i < (int)(sizeof(apis) / sizeof(*apis)); i++)
		rd_kafka_mock_clear_request_errors(mc, apis[i].key);
	print_topic(brokers, argv[1]);
	rd_kafka_destroy(rk);
	return 0;
}
