/* The consumer: members, messages, and what the group wants. */
#include "kafka/kcons.h"

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/kconf.h"
#include "kafka/kerr.h"
#include "kafka/kprivate.h"
#include "kafka/kwatch.h"

/* Blocked for so long, we poll, lest the group throws us out after
 * max.poll.interval.ms (5 min); earlier it would only cost the prefetched. */
#define IDLE_NS		INT64_C(10000000000)
#define POLL_NS		INT64_C(1000000000)
#define WAKE_BYTES	((size_t)2 << 20)	/* an eighth of the queue */
#define WAKE_MS		10

size_t
kcons_topic_index(const struct tp_kcons *c, const char *name)
{
	size_t	i;

	for (i = 0; i < c->ntopics; i++)
		if (strcmp(c->topics[i], name) == 0)
			return i;
	return SIZE_MAX;
}

/*
 * Runs inside a poll.  It only notes what is wanted: the group waits for
 * assign(), which tp_kcons_assign() and tp_kcons_unassign() call.
 */
static void
rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t err,
    rd_kafka_topic_partition_list_t *l, void *arg)
{
	struct tp_kcons	*c = arg;
	int		 i;

	if (c->closing) {
		rd_kafka_assign(rk, NULL);
		return;
	}
	if (c->turn_list != NULL)
		rd_kafka_topic_partition_list_destroy(c->turn_list);
	c->turn_list = rd_kafka_topic_partition_list_copy(l);
	c->turn_parts = tp_realloc(c->turn_parts, (size_t)l->cnt + 1,
	    sizeof(*c->turn_parts));
	c->nturn = 0;
	for (i = 0; i < l->cnt; i++)
		c->turn_parts[c->nturn++] = (struct tp_kpart){
			.topic = (uint32_t)kcons_topic_index(c,
			    l->elems[i].topic),
			.partition = l->elems[i].partition,
			.offset = -1,
		};
	if (err == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS)
		c->turn = TP_KCONS_ASSIGN;
	else
		c->turn = rd_kafka_assignment_lost(rk) ? TP_KCONS_LOST :
		    TP_KCONS_REVOKE;
}

static int
set(rd_kafka_conf_t *conf, const char *k, const char *v, struct tp_err *e)
{
	char	why[300];

	if (rd_kafka_conf_set(conf, k, v, why, sizeof(why)) ==
	    RD_KAFKA_CONF_OK)
		return 0;
	return tp_err_set(e, TP_EXIT_USAGE, "%s", why);
}

static rd_kafka_conf_t *
make_conf(const struct tp_kcons_conf *c, struct tp_kcons *k, struct tp_err *e)
{
	rd_kafka_conf_t	*conf = tp_kconf_make(c->kconf, TP_KCONF_CONSUMER, e);

	if (conf == NULL)
		return NULL;
	/* without a group one is still to be named; it is never joined */
	if (set(conf, "group.id", c->group != NULL ? c->group : "tp-none",
	    e) == -1 || (c->group != NULL && c->instance != NULL &&
	    set(conf, "group.instance.id", c->instance, e) == -1) ||
	    set(conf, "enable.auto.commit", "false", e) == -1 ||
	    set(conf, "enable.partition.eof", "true", e) == -1 ||
	    set(conf, "auto.offset.reset", "error", e) == -1) {
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	rd_kafka_conf_set_rebalance_cb(conf, rebalance);
	kvoice_set(conf, &k->voice);
	return conf;
}

struct tp_kcons *
tp_kcons_new(const struct tp_kcons_conf *c, struct tp_err *e)
{
	struct tp_kcons	*k = tp_calloc(1, sizeof(*k));
	rd_kafka_conf_t	*conf;
	char		 why[300];

	k->topics = c->topics;
	k->ntopics = c->ntopics;
	k->grouped = c->group != NULL;
	conf = make_conf(c, k, e);
	if (conf == NULL) {
		free(k);
		return NULL;
	}
	k->rk = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof(why));
	if (k->rk == NULL) {
		tp_err_set(e, TP_EXIT_USAGE, "%s", why);
		rd_kafka_conf_destroy(conf);
		free(k);
		return NULL;
	}
	rd_kafka_poll_set_consumer(k->rk);
	k->queue = rd_kafka_queue_get_consumer(k->rk);
	return k;
}

static void
give_back(struct tp_kcons *c)
{
	size_t	i;

	for (i = 0; i < c->ngot; i++)
		rd_kafka_message_destroy(c->got[i]);
	c->ngot = 0;
}

void
tp_kcons_free(struct tp_kcons *c)
{
	if (c == NULL)
		return;
	give_back(c);
	c->closing = true;
	tp_kwatch_on("closing the consumer");
	if (c->turn != TP_KCONS_STAY)
		rd_kafka_assign(c->rk, NULL);
	rd_kafka_queue_destroy(c->queue);
	rd_kafka_consumer_close(c->rk);
	rd_kafka_destroy(c->rk);
	tp_kwatch_off();
	if (c->turn_list != NULL)
		rd_kafka_topic_partition_list_destroy(c->turn_list);
	free(c->turn_parts);
	free(c->got);
	free(c);
}

int
tp_kcons_subscribe(struct tp_kcons *c, struct tp_err *e)
{
	rd_kafka_topic_partition_list_t	*l;
	rd_kafka_resp_err_t		 err;
	size_t				 i;

	l = rd_kafka_topic_partition_list_new((int)c->ntopics);
	for (i = 0; i < c->ntopics; i++)
		rd_kafka_topic_partition_list_add(l, c->topics[i],
		    RD_KAFKA_PARTITION_UA);
	err = rd_kafka_subscribe(c->rk, l);
	rd_kafka_topic_partition_list_destroy(l);
	return err == 0 ? 0 : tp_err_set(e, TP_EXIT_KAFKA,
	    "cannot subscribe: %s", rd_kafka_err2str(err));
}

/* A message that is an error: 0 where it passes by itself. */
static int
message_error(struct tp_kcons *c, const rd_kafka_message_t *m,
    struct tp_err *e)
{
	char			why[500];
	rd_kafka_resp_err_t	fatal;
	const char		*topic = m->rkt != NULL ?
				    rd_kafka_topic_name(m->rkt) : "kafka";

	if (m->err == RD_KAFKA_RESP_ERR__FATAL) {
		fatal = rd_kafka_fatal_error(c->rk, why, sizeof(why));
		return tp_kerr_fatal(e, fatal, why);
	}
	if (m->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET)
		return tp_err_set(e, TP_EXIT_KAFKA, "%s [%d]: records from "
		    "offset %lld on are gone (deleted by retention?); --on-gap "
		    "skip goes on behind them", topic, m->partition,
		    (long long)m->offset);
	if (tp_kerr_kind(m->err) == TP_KERR_STOP)
		return tp_kerr_set(e, m->err, topic,
		    rd_kafka_message_errstr(m));
	tp_kwatch_say(1, "kafka: %s", rd_kafka_message_errstr(m));
	return 0;
}

/* True where the message is for the caller. */
static bool
convert(struct tp_kcons *c, const rd_kafka_message_t *m, struct tp_kmsg *out)
{
	rd_kafka_timestamp_type_t	type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
	size_t				topic;

	topic = c->ntopics == 1 ? 0 : m->rkt == NULL ? SIZE_MAX :
	    kcons_topic_index(c, rd_kafka_topic_name(m->rkt));
	if (topic == SIZE_MAX)
		return false;
	out->kind = m->err != 0 ? TP_KMSG_END : TP_KMSG_RECORD;
	out->topic = (uint32_t)topic;
	out->partition = m->partition;
	out->offset = m->offset;
	out->p = m->err != 0 ? NULL : m->payload;
	out->n = m->err != 0 ? 0 : m->len;
	out->key = m->err != 0 ? NULL : m->key;
	out->keylen = m->err != 0 ? 0 : m->key_len;
	out->t = m->err != 0 ? -1 : rd_kafka_message_timestamp(m, &type);
	out->appended = type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME;
	return true;
}

/*
 * Those that are there, else the first that comes within ms: the call for
 * many would wait until they are many, and be the latency of a trickle.
 */
static size_t
fetch(struct tp_kcons *c, int ms, size_t max)
{
	rd_kafka_message_t	*m;
	ssize_t			 k;

	k = rd_kafka_consume_batch_queue(c->queue, 0, c->got, max);
	if (k > 0)
		return (size_t)k;
	if (ms == 0 || c->turn != TP_KCONS_STAY)
		return 0;
	m = rd_kafka_consumer_poll(c->rk, ms);
	if (m == NULL)
		return 0;
	c->got[0] = m;
	k = c->turn != TP_KCONS_STAY || max < 2 ? 0 :
	    rd_kafka_consume_batch_queue(c->queue, 0, c->got + 1, max - 1);
	return 1 + (k > 0 ? (size_t)k : 0);
}

/*
 * Before librdkafka 2.2 the thread of a broker that has found the queue full
 * sleeps for a second, however soon there is room.  An answer of that broker
 * wakes it up; the question for it is of no other use.
 */
static void
wake_broker(struct tp_kcons *c)
{
	const rd_kafka_message_t	*m;
	int64_t				 low, high;
	size_t				 i;

	if (rd_kafka_version() >= 0x02020000 || c->ngot == 0)
		return;
	for (i = 0; i < c->ngot; i++)
		c->taken += c->got[i]->len;
	m = c->got[c->ngot - 1];
	if (c->taken < WAKE_BYTES || m->rkt == NULL)
		return;
	c->taken = 0;
	rd_kafka_query_watermark_offsets(c->rk, rd_kafka_topic_name(m->rkt),
	    m->partition, &low, &high, WAKE_MS);
}

int
tp_kcons_poll(struct tp_kcons *c, int ms, struct tp_kmsg *m, size_t max,
    struct tp_err *e)
{
	size_t	i;
	int	n = 0;

	give_back(c);
	if (c->turn != TP_KCONS_STAY)
		return 0;
	TP_GROW(c->got, c->cap, max);
	c->ngot = fetch(c, ms, max);
	wake_broker(c);
	for (i = 0; i < c->ngot; i++) {
		if (c->got[i]->err != 0 &&
		    c->got[i]->err != RD_KAFKA_RESP_ERR__PARTITION_EOF) {
			if (message_error(c, c->got[i], e) == -1)
				return -1;
		} else if (convert(c, c->got[i], &m[n]))
			n++;
	}
	if (n > 0)
		kvoice_up(&c->voice);
	return n;
}

enum tp_kcons_turn
tp_kcons_turn(struct tp_kcons *c, const struct tp_kpart **l, size_t *n)
{
	*l = c->turn_parts;
	*n = c->nturn;
	return c->turn;
}

bool
tp_kcons_cooperative(struct tp_kcons *c)
{
	const char	*p = rd_kafka_rebalance_protocol(c->rk);

	return p != NULL && strcmp(p, "COOPERATIVE") == 0;
}

int
tp_kcons_assign(struct tp_kcons *c, const struct tp_kpart *l, size_t n,
    struct tp_err *e)
{
	rd_kafka_topic_partition_list_t	*x = kparts_list(c, l, n);
	rd_kafka_resp_err_t		 err = 0;
	rd_kafka_error_t		*er;

	c->turn = TP_KCONS_STAY;
	if (c->grouped && tp_kcons_cooperative(c)) {
		er = rd_kafka_incremental_assign(c->rk, x);
		if (er != NULL)
			err = rd_kafka_error_code(er);
		rd_kafka_error_destroy(er);
	} else
		err = rd_kafka_assign(c->rk, x);
	rd_kafka_topic_partition_list_destroy(x);
	return err == 0 ? 0 : tp_err_set(e, TP_EXIT_RESTART,
	    "cannot take partitions: %s", rd_kafka_err2str(err));
}

/* All that we have, paused or going on. */
static void
pause_all(struct tp_kcons *c, bool on)
{
	rd_kafka_topic_partition_list_t	*l;

	if (rd_kafka_assignment(c->rk, &l) != 0)
		return;
	if (on)
		rd_kafka_pause_partitions(c->rk, l);
	else
		rd_kafka_resume_partitions(c->rk, l);
	rd_kafka_topic_partition_list_destroy(l);
}

int
tp_kcons_unassign(struct tp_kcons *c, struct tp_err *e)
{
	rd_kafka_resp_err_t	 err = 0;
	rd_kafka_error_t	*er;

	c->turn = TP_KCONS_STAY;
	/* else they would be so when they come back */
	if (c->paused)
		pause_all(c, false);
	if (tp_kcons_cooperative(c)) {
		er = rd_kafka_incremental_unassign(c->rk, c->turn_list);
		if (er != NULL)
			err = rd_kafka_error_code(er);
		rd_kafka_error_destroy(er);
	} else
		err = rd_kafka_assign(c->rk, NULL);
	return err == 0 ? 0 : tp_err_set(e, TP_EXIT_RESTART,
	    "cannot give partitions up: %s", rd_kafka_err2str(err));
}

void
tp_kcons_pause(struct tp_kcons *c, const struct tp_kpart *p, bool on)
{
	rd_kafka_topic_partition_list_t	*l = kparts_list(c, p, 1);

	if (on)
		rd_kafka_pause_partitions(c->rk, l);
	else
		rd_kafka_resume_partitions(c->rk, l);
	rd_kafka_topic_partition_list_destroy(l);
}

void
tp_kcons_idle(struct tp_kcons *c)
{
	int64_t			 now = tp_clock_mono_ns();
	rd_kafka_message_t	*m;

	if (c->idle_ns == 0)
		c->idle_ns = now + IDLE_NS;
	if (now < c->idle_ns || c->turn != TP_KCONS_STAY)
		return;
	c->idle_ns = now + POLL_NS;
	/* each time: some may be new */
	pause_all(c, true);
	c->paused = true;
	/* what was fetched before the pause is asked for again later */
	while ((m = rd_kafka_consumer_poll(c->rk, 0)) != NULL)
		rd_kafka_message_destroy(m);
}

bool
tp_kcons_resume(struct tp_kcons *c)
{
	bool	was = c->paused;

	c->idle_ns = 0;
	c->paused = false;
	if (was)
		pause_all(c, false);
	return was;
}
