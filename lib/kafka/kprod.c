/* The producer: topics, records, delivery. */
#include "kafka/kprod.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/sig.h"
#include "kafka/kconf.h"
#include "kafka/kerr.h"
#include "kafka/kprivate.h"
#include "kafka/kwatch.h"

#define STOP_MS		2000	/* for a full queue, once we are to end */
#define SERVE_EACH	1000	/* records between two looks at deliveries */

/* Errors that no later try can change. */
static bool
hopeless(rd_kafka_resp_err_t err)
{
	switch ((int)err) {
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
		return true;
	default:
		return false;
	}
}

static void
note_failure(struct tp_kprod *p, rd_kafka_resp_err_t err, const char *topic)
{
	if (p->failed != 0)
		return;
	p->failed = err;
	snprintf(p->failed_topic, sizeof(p->failed_topic), "%s", topic);
}

/*
 * Called for errors only.  In a transaction what can be tried again is: it is
 * aborted and done anew.
 */
static void
on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *arg)
{
	struct tp_kprod	*p = arg;

	(void)rk;
	if (m->err == 0)
		return;
	if (!p->txn || hopeless(m->err))
		note_failure(p, m->err, rd_kafka_topic_name(m->rkt));
	else
		p->spoiled = true;
}

static int
failure(const struct tp_kprod *p, struct tp_err *e)
{
	if (p->failed == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
		return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s': a record is "
		    "larger than message.max.bytes (here, by -X) or "
		    "max.message.bytes (of the topic) allow",
		    p->failed_topic);
	return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s': not delivered: %s",
	    p->failed_topic, tp_kerr_text(p->failed));
}

static rd_kafka_conf_t *
make_conf(const struct tp_kprod_conf *c, struct tp_kprod *p, struct tp_err *e)
{
	rd_kafka_conf_t		*conf;
	char			 why[300];

	conf = tp_kconf_make(c->kconf, TP_KCONF_PRODUCER, e);
	if (conf == NULL)
		return NULL;
	if ((c->id != NULL && rd_kafka_conf_set(conf, "transactional.id",
	    c->id, why, sizeof(why)) != RD_KAFKA_CONF_OK) ||
	    rd_kafka_conf_set(conf, "enable.idempotence", "true", why,
	    sizeof(why)) != RD_KAFKA_CONF_OK ||
	    rd_kafka_conf_set(conf, "delivery.report.only.error", "true", why,
	    sizeof(why)) != RD_KAFKA_CONF_OK) {
		tp_err_set(e, TP_EXIT_USAGE, "%s", why);
		rd_kafka_conf_destroy(conf);
		return NULL;
	}
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	kvoice_set(conf, &p->voice);
	return conf;
}

struct tp_kprod *
tp_kprod_new(const struct tp_kprod_conf *c, struct tp_err *e)
{
	struct tp_kprod	*p = tp_calloc(1, sizeof(*p));
	rd_kafka_conf_t	*conf = make_conf(c, p, e);
	char		 why[300];

	p->txn = c->id != NULL;
	if (conf == NULL) {
		free(p);
		return NULL;
	}
	p->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (p->rk == NULL) {
		tp_err_set(e, TP_EXIT_USAGE, "%s", why);
		rd_kafka_conf_destroy(conf);
		free(p);
		return NULL;
	}
	return p;
}

void
tp_kprod_free(struct tp_kprod *p)
{
	struct tp_kdest	*t;

	if (p == NULL)
		return;
	tp_kwatch_on("closing the producer");
	while ((t = p->topics) != NULL) {
		p->topics = t->next;
		rd_kafka_topic_destroy(t->rkt);
		free(t);
	}
	rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE |
	    RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
	rd_kafka_destroy(p->rk);
	tp_kwatch_off();
	free(p);
}

/* One question for the topic's partitions: 0 where to ask again. */
static int32_t
ask_topic(struct tp_kprod *p, rd_kafka_topic_t *t, rd_kafka_resp_err_t *err)
{
	const struct rd_kafka_metadata	*md;
	int32_t				 n;

	tp_kwatch_on("asking for topics");
	*err = rd_kafka_metadata(p->rk, 0, t, &md, 1000);
	tp_kwatch_off();
	if (*err != 0)
		return 0;
	*err = md->topic_cnt == 1 ? md->topics[0].err :
	    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	n = *err == 0 ? md->topics[0].partition_cnt : 0;
	rd_kafka_metadata_destroy(md);
	return n;
}

/*
 * A topic that the broker makes for us is unknown for a moment (10 s are
 * more than any took).
 */
static int32_t
wait_topic(struct tp_kprod *p, rd_kafka_topic_t *t, int64_t ms,
    struct tp_err *e)
{
	const char		*name = rd_kafka_topic_name(t);
	int64_t			 start = tp_clock_mono_ns(), unknown = 0;
	rd_kafka_resp_err_t	 err;
	int32_t			 n;

	while ((n = ask_topic(p, t, &err)) == 0) {
		rd_kafka_poll(p->rk, 100);
		if (p->voice.refused)
			return tp_err_set(e, TP_EXIT_KAFKA, "%s",
			    p->voice.why);
		if (err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
			if (unknown == 0)
				unknown = tp_clock_mono_ns();
			else if (tp_clock_ms_since(unknown) > 10000)
				return tp_err_set(e, TP_EXIT_KAFKA, "topic "
				    "'%s' does not exist; tp-topics creates "
				    "topics", name);
		} else if (tp_kerr_kind(err) == TP_KERR_STOP)
			return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s': %s",
			    name, rd_kafka_err2str(err));
		else if (tp_sig_stop() != 0 || tp_clock_ms_since(start) > ms)
			return tp_err_set(e, TP_EXIT_KAFKA, "no broker "
			    "answered within %.1f s%s%s", (double)ms / 1000,
			    p->voice.why[0] != '\0' ? ": " : "",
			    p->voice.why);
	}
	return n;
}

struct tp_kdest *
tp_kprod_topic(struct tp_kprod *p, const char *name, int64_t ms, int32_t *n,
    struct tp_err *e)
{
	struct tp_kdest	*t;
	rd_kafka_topic_t	*rkt;

	for (t = p->topics; t != NULL; t = t->next) {
		if (strcmp(rd_kafka_topic_name(t->rkt), name) == 0) {
			*n = t->partitions;
			return t;
		}
	}
	rkt = rd_kafka_topic_new(p->rk, name, NULL);
	if (rkt == NULL) {
		tp_err_set(e, TP_EXIT_USAGE, "'%s' is no topic name", name);
		return NULL;
	}
	*n = wait_topic(p, rkt, ms, e);
	if (*n == -1) {
		rd_kafka_topic_destroy(rkt);
		return NULL;
	}
	t = tp_calloc(1, sizeof(*t));
	t->rkt = rkt;
	t->partitions = *n;
	t->next = p->topics;
	p->topics = t;
	return t;
}

int
tp_kprod_serve(struct tp_kprod *p, struct tp_err *e)
{
	char			why[500];
	rd_kafka_resp_err_t	fatal;

	p->unserved = 0;
	rd_kafka_poll(p->rk, 0);
	if (p->failed != 0)
		return failure(p, e);
	fatal = rd_kafka_fatal_error(p->rk, why, sizeof(why));
	return fatal != 0 ? tp_kerr_fatal(e, fatal, why) : 0;
}

/* The library did not take a record: 0 to go on, 1 to try again, or -1. */
static int
not_taken(struct tp_kprod *p, const struct tp_kdest *t,
    rd_kafka_resp_err_t err, int64_t start_ns, struct tp_err *e)
{
	if (err == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
		rd_kafka_poll(p->rk, 10);
		if (tp_kprod_serve(p, e) == -1)
			return -1;
		if (tp_sig_stop() != 0 && tp_clock_ms_since(start_ns) > STOP_MS)
			return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s': "
			    "%d records were not delivered before the signal",
			    rd_kafka_topic_name(t->rkt),
			    rd_kafka_outq_len(p->rk));
		return tp_clock_ms_since(start_ns) < KASK_MS ? 1 : tp_err_set(e,
		    TP_EXIT_KAFKA, "topic '%s': nothing was delivered for "
		    "%d s", rd_kafka_topic_name(t->rkt), KASK_MS / 1000);
	}
	if (hopeless(err)) {
		note_failure(p, err, rd_kafka_topic_name(t->rkt));
		return failure(p, e);
	}
	if (tp_kprod_serve(p, e) == -1)
		return -1;
	if (p->txn) {
		/* the transaction has failed; the commit will find out */
		p->spoiled = true;
		return 0;
	}
	return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s': %s",
	    rd_kafka_topic_name(t->rkt), rd_kafka_err2str(err));
}

int32_t
tp_kprod_partition(const char *key, size_t keylen, int32_t n)
{
	return rd_kafka_msg_partitioner_murmur2(NULL, key, keylen, n, NULL,
	    NULL);
}

/* One try to hand it over. */
static rd_kafka_resp_err_t
produce(struct tp_kprod *p, const struct tp_kdest *t,
    const struct tp_krec *r)
{
	/* the library copies, but its types lack the const */
	void	*value = (void *)(uintptr_t)r->p;
	void	*key = (void *)(uintptr_t)r->key;
	char	 ms[24];

	if (r->processor == NULL)
		return rd_kafka_producev(p->rk, RD_KAFKA_V_RKT(t->rkt),
		    RD_KAFKA_V_PARTITION(r->partition),
		    RD_KAFKA_V_KEY(key, r->keylen),
		    RD_KAFKA_V_VALUE(value, r->n),
		    RD_KAFKA_V_TIMESTAMP(r->t > 0 ? r->t : 0),
		    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		    RD_KAFKA_V_END);
	snprintf(ms, sizeof(ms), "%lld", (long long)r->processed_ms);
	return rd_kafka_producev(p->rk, RD_KAFKA_V_RKT(t->rkt),
	    RD_KAFKA_V_PARTITION(r->partition),
	    RD_KAFKA_V_KEY(key, r->keylen),
	    RD_KAFKA_V_VALUE(value, r->n),
	    RD_KAFKA_V_TIMESTAMP(r->t > 0 ? r->t : 0),
	    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	    RD_KAFKA_V_HEADER(r->stamp, ms, -1),
	    RD_KAFKA_V_HEADER("processor_id", r->processor, -1),
	    RD_KAFKA_V_END);
}

int
tp_kprod_put(struct tp_kprod *p, struct tp_kdest *t,
    const struct tp_krec *r, struct tp_err *e)
{
	rd_kafka_resp_err_t	err;
	int64_t			start = 0;
	int			rc;

	if (p->txn && !p->open && kprod_begin(p, e) == -1)
		return -1;
	if (p->spoiled)
		return 0;
	for (;;) {
		err = produce(p, t, r);
		if (err == 0)
			break;
		if (start == 0)
			start = tp_clock_mono_ns();
		rc = not_taken(p, t, err, start, e);
		if (rc != 1)
			return rc;
	}
	return ++p->unserved >= SERVE_EACH ? tp_kprod_serve(p, e) : 0;
}

int
tp_kprod_flush(struct tp_kprod *p, int64_t ms, struct tp_err *e)
{
	int64_t	start = tp_clock_mono_ns();
	int	left;

	while ((left = rd_kafka_outq_len(p->rk)) > 0) {
		rd_kafka_flush(p->rk, 100);
		if (tp_kprod_serve(p, e) == -1)
			return -1;
		if (tp_clock_ms_since(start) > ms)
			return tp_err_set(e, TP_EXIT_KAFKA, "%d records were "
			    "not delivered within %.1f s%s%s", left,
			    (double)ms / 1000, p->voice.why[0] != '\0' ?
			    ": " : "", p->voice.why);
	}
	return tp_kprod_serve(p, e);
}
