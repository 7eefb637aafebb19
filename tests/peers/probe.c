/*
 * Traffic for tests/bench-kafka, and clocks at both ends of it.
 *	probe fill BROKERS TOPIC FROM TO PER_SECOND RATE
 *		events FROM .. TO - 1, PER_SECOND of them to a second of event
 *		time, RATE a second by the clock (0: as fast as can be)
 *	probe pass BROKERS IN OUT RATE SECONDS
 *		the time from an event in IN to the record with its id in OUT
 *	probe steps BROKERS IN OUT SEGMENTS STEPS MS
 *		a step of 5 minutes each MS; the time from the event that
 *		closes it, the first of the next one, to each forecast in OUT
 * The last two print "RECORDS P50 P90 P99 MAX" in ms.  Readers of OUT see what
 * is committed.  Times of the first WARM_NS are left out.
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define START_MS	INT64_C(1696723200000)	/* a full hour */
#define STEP_MS		INT64_C(300000)
#define SEGMENTS	20000
#define WARM_NS		INT64_C(8000000000)
#define LOST_NS		INT64_C(20000000000)	/* nothing for so long: the end */
#define TIMES_MAX	(1 << 20)
#define STEPS_MAX	10000
#define PARTS_MAX	16

static const char	*brokers;
static int64_t		 begun;		/* when the feeder began */
static _Atomic int64_t	 closed[STEPS_MAX][PARTS_MAX];	/* see steps */
static atomic_bool	 fed;

static void
die(const char *why)
{
	fprintf(stderr, "probe: %s\n", why);
	exit(1);
}

static int64_t
now_ns(void)
{
	struct timespec	t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void
sleep_until(int64_t ns)
{
	struct timespec	t = {
		.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000,
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

/* A client with settings "KEY", "VALUE", ..., NULL. */
static rd_kafka_t *
client(rd_kafka_type_t type, ...)
{
	rd_kafka_conf_t	*conf = rd_kafka_conf_new();
	const char	*key, *value;
	char		 why[300];
	rd_kafka_t	*rk;
	va_list		 ap;

	va_start(ap, type);
	if (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why,
	    sizeof(why)) != RD_KAFKA_CONF_OK)
		die(why);
	while ((key = va_arg(ap, const char *)) != NULL) {
		value = va_arg(ap, const char *);
		if (rd_kafka_conf_set(conf, key, value, why, sizeof(why)) !=
		    RD_KAFKA_CONF_OK)
			die(why);
	}
	va_end(ap);
	rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (rk == NULL)
		die(why);
	return rk;
}

static void
put(rd_kafka_t *rk, const char *topic, int32_t part, const char *key,
    const char *text, int n)
{
	rd_kafka_resp_err_t	err;

	do {
		err = rd_kafka_producev(rk, RD_KAFKA_V_TOPIC(topic),
		    RD_KAFKA_V_PARTITION(part),
		    RD_KAFKA_V_KEY(key, strlen(key)),
		    RD_KAFKA_V_VALUE((void *)(uintptr_t)text, (size_t)n),
		    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		    RD_KAFKA_V_END);
		if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL)
			rd_kafka_poll(rk, 10);
		else if (err != 0)
			die(rd_kafka_err2str(err));
	} while (err != 0);
}

static void
flush(rd_kafka_t *rk)
{
	if (rd_kafka_flush(rk, 60000) != 0)
		die("not delivered");
	rd_kafka_destroy(rk);
}

/* xorshift64 (Marsaglia 2003) of the event's number. */
static uint64_t
random_of(int64_t i)
{
	uint64_t	s = ((uint64_t)i + 1) * UINT64_C(0x9e3779b97f4a7c15);

	s ^= s << 13;
	s ^= s >> 7;
	return s ^ s << 17;
}

/* Event i as the LA system has it, of about 199 bytes; fills its key. */
static int
event(char *text, size_t size, char *key, size_t keysize, int64_t i,
    const char *id, int64_t t)
{
	uint64_t	a = random_of(2 * i), b = random_of(2 * i + 1);
	unsigned	seg = a % SEGMENTS;

	snprintf(key, keysize, "LA_%u", seg);
	return snprintf(text, size, "{\"event_id\":\"evt_%s\","
	    "\"segment_id\":\"%s\",\"timestamp\":%" PRId64 ","
	    "\"speed_kmh\":%.1f,\"volume_vph\":%u,"
	    "\"occupancy_percent\":%.1f,\"coordinates\":[%.4f,%.4f],"
	    "\"metadata\":{\"quality\":\"%s\"}}", id, key, t,
	    (double)((a >> 16) % 1300) / 10, (unsigned)((a >> 32) % 2200),
	    (double)((b >> 16) % 1000) / 10,
	    33.0 + seg * 7919 % 20000 / 1e4,
	    -119.0 + seg * 104729 % 20000 / 1e4,
	    (b >> 40) % 10 > 7 ? "low" : "high");
}

static void
fill(char **v)
{
	rd_kafka_t	*rk = client(RD_KAFKA_PRODUCER, "partitioner",
			    "murmur2_random", "linger.ms", "20",
			    "enable.idempotence", "true", NULL);
	int64_t		 i, from = strtoll(v[1], NULL, 10);
	int64_t		 to = strtoll(v[2], NULL, 10);
	double		 per_second = strtod(v[3], NULL);
	double		 rate = strtod(v[4], NULL);
	char		 text[400], key[20], id[24];
	int64_t		 start = now_ns(), t;
	int		 n;

	for (i = from; i < to; i++) {
		if (rate > 0)
			sleep_until(start + (int64_t)((double)(i - from) /
			    rate * 1e9));
		snprintf(id, sizeof(id), "%" PRId64, i);
		/* up to 3 s out of order */
		t = START_MS + (int64_t)((double)i * 1000 / per_second) +
		    (int64_t)(random_of(i) >> 20) % 3000;
		n = event(text, sizeof(text), key, sizeof(key), i, id, t);
		put(rk, v[0], RD_KAFKA_PARTITION_UA, key, text, n);
		if (i % 1000 == 0 || rate > 0)
			rd_kafka_poll(rk, 0);
	}
	flush(rk);
}

static int
by_value(const void *a, const void *b)
{
	double	x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(double *ms, size_t n)
{
	if (n == 0)
		die("nothing came");
	qsort(ms, n, sizeof(*ms), by_value);
	printf("%zu %.1f %.1f %.1f %.1f\n", n, ms[n / 2], ms[n * 9 / 10],
	    ms[n * 99 / 100], ms[n - 1]);
}

/* The number behind a text in a record, or -1. */
static int64_t
number_behind(const rd_kafka_message_t *m, const char *what)
{
	const char	*p = memmem(m->payload, m->len, what, strlen(what));

	return p == NULL ? -1 : strtoll(p + strlen(what), NULL, 10);
}

/* A reader of all partitions, at their ends when this returns. */
static rd_kafka_t *
reader(const char *topic)
{
	rd_kafka_t	*rk = client(RD_KAFKA_CONSUMER, "group.id", "probe",
			    "enable.auto.commit", "false", "fetch.wait.max.ms",
			    "10", "socket.nagle.disable", "true", NULL);
	rd_kafka_topic_t *rkt = rd_kafka_topic_new(rk, topic, NULL);
	rd_kafka_topic_partition_list_t	*l;
	const struct rd_kafka_metadata	*md;
	rd_kafka_message_t		*m;
	int64_t				 end;
	int				 i;

	if (rkt == NULL || rd_kafka_metadata(rk, 0, rkt, &md, 10000) != 0)
		die("no topic to read");
	l = rd_kafka_topic_partition_list_new(PARTS_MAX);
	for (i = 0; i < md->topics[0].partition_cnt; i++)
		rd_kafka_topic_partition_list_add(l, topic, i)->offset =
		    RD_KAFKA_OFFSET_END;
	rd_kafka_metadata_destroy(md);
	rd_kafka_topic_destroy(rkt);
	rd_kafka_poll_set_consumer(rk);
	rd_kafka_assign(rk, l);
	rd_kafka_topic_partition_list_destroy(l);
	for (end = now_ns() + 2000000000; now_ns() < end;)
		if ((m = rd_kafka_consumer_poll(rk, 50)) != NULL)
			rd_kafka_message_destroy(m);
	return rk;
}

/* Reads until nothing comes after the feeder's end; sent() says when the
 * cause of a record was sent, or -1. */
static void
clock_records(rd_kafka_t *rk, int64_t (*sent)(const rd_kafka_message_t *))
{
	static double		 ms[TIMES_MAX];
	rd_kafka_message_t	*m;
	int64_t			 last = now_ns(), now, t;
	size_t			 n = 0;

	while (!fed || now_ns() - last < LOST_NS / 10) {
		if (now_ns() - last > LOST_NS)
			die("nothing came any more");
		m = rd_kafka_consumer_poll(rk, 50);
		if (m == NULL)
			continue;
		now = now_ns();
		t = m->err == 0 ? sent(m) : -1;
		if (t > begun + WARM_NS && n < TIMES_MAX)
			ms[n++] = (double)(now - t) / 1e6;
		if (m->err == 0)
			last = now;
		rd_kafka_message_destroy(m);
	}
	rd_kafka_destroy(rk);
	report(ms, n);
}

static int64_t
sent_in_id(const rd_kafka_message_t *m)
{
	return number_behind(m, "\"event_id\":\"evt_");
}

/* The id of an event is when it was sent. */
static void *
feed_pass(void *arg)
{
	char		**v = arg;
	rd_kafka_t	*rk = client(RD_KAFKA_PRODUCER, "linger.ms", "0",
			    "partitioner", "murmur2_random",
			    "socket.nagle.disable", "true", NULL);
	double		 rate = strtod(v[2], NULL);
	int64_t		 i, total = (int64_t)(rate * strtod(v[3], NULL));
	char		 text[400], key[20], id[24];
	int		 n;

	for (i = 0; i < total; i++) {
		sleep_until(begun + (int64_t)((double)i / rate * 1e9));
		snprintf(id, sizeof(id), "%" PRId64, now_ns());
		n = event(text, sizeof(text), key, sizeof(key), i, id,
		    START_MS + i);
		put(rk, v[0], RD_KAFKA_PARTITION_UA, key, text, n);
		rd_kafka_poll(rk, 0);
	}
	flush(rk);
	fed = true;
	return NULL;
}

static int64_t
sent_to_close(const rd_kafka_message_t *m)
{
	int64_t	t = number_behind(m, "\"timestamp\":");
	int64_t	step = (t - START_MS) / STEP_MS + 1;

	if (t < START_MS || step >= STEPS_MAX || m->partition >= PARTS_MAX)
		return -1;
	t = closed[step][m->partition];
	return t > 0 ? t : -1;
}

/* Segment i goes to partition i % 4, by number, so that we know it. */
static void *
feed_steps(void *arg)
{
	char		**v = arg;
	rd_kafka_t	*rk = client(RD_KAFKA_PRODUCER, "linger.ms", "0",
			    "socket.nagle.disable", "true", NULL);
	long		 segments = strtol(v[2], NULL, 10), i, step;
	long		 steps = strtol(v[3], NULL, 10);
	int64_t		 each = strtoll(v[4], NULL, 10) * 1000000;
	char		 text[400], key[20];
	int		 n;

	for (step = 0; step < steps && step < STEPS_MAX; step++) {
		for (i = 0; i < segments; i++) {
			/* spread over the step's time, as sensors report */
			sleep_until(begun + step * each + i * each / segments);
			snprintf(key, sizeof(key), "LA_%ld", i);
			n = snprintf(text, sizeof(text), "{\"event_id\":"
			    "\"evt_%ld_%ld\",\"segment_id\":\"%s\","
			    "\"timestamp\":%" PRId64 ",\"speed_mph\":%.1f}",
			    step, i, key, START_MS + step * STEP_MS,
			    20 + (double)(random_of(step * segments + i) >>
			    20 & 511) / 10);
			if (closed[step][i % 4] == 0)
				closed[step][i % 4] = now_ns();
			put(rk, v[0], (int32_t)(i % 4), key, text, n);
			rd_kafka_poll(rk, 0);
		}
	}
	flush(rk);
	fed = true;
	return NULL;
}

static void
both(char **v, void *(*feed)(void *),
    int64_t (*sent)(const rd_kafka_message_t *))
{
	rd_kafka_t	*rk = reader(v[1]);
	pthread_t	 feeder;

	begun = now_ns();
	if (pthread_create(&feeder, NULL, feed, v) != 0)
		die("no thread");
	clock_records(rk, sent);
	pthread_join(feeder, NULL);
}

int
main(int argc, char **argv)
{
	if (argc < 7)
		die("fill|pass|steps BROKERS TOPIC ...");
	brokers = argv[2];
	if (strcmp(argv[1], "fill") == 0 && argc == 8)
		fill(argv + 3);
	else if (strcmp(argv[1], "pass") == 0 && argc == 7)
		both(argv + 3, feed_pass, sent_in_id);
	else if (strcmp(argv[1], "steps") == 0 && argc == 8)
		both(argv + 3, feed_steps, sent_to_close);
	else
		die("wrong arguments");
	return 0;
}
