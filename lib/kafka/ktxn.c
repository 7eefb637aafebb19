/*
 * Transactions: what is retriable is called again as it was, what wants an
 * abort is aborted for the caller to redo, all else ends the process with
 * code 75, to be started again under the same name.
 *
 * After an outage longer than transaction.timeout.ms an error has none of
 * these marks (_TIMED_OUT, NOT_COORDINATOR); half the time an abort works
 * then, else it says that the process must end.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/kconf.h"
#include "kafka/kerr.h"
#include "kafka/kprivate.h"
#include "kafka/kwatch.h"

#define PAUSE_US	20000

/* Takes er. */
static int
txn_error(struct tp_err *e, const char *what, rd_kafka_error_t *er)
{
	rd_kafka_resp_err_t	err = rd_kafka_error_code(er);

	if (rd_kafka_error_is_fatal(er))
		tp_kerr_fatal(e, err, rd_kafka_error_string(er));
	else
		tp_kerr_set(e, err, what, rd_kafka_error_string(er));
	rd_kafka_error_destroy(er);
	return -1;
}

/* True where the same call shall be made again; er is destroyed then. */
static bool
again(rd_kafka_error_t *er, const char *what, int64_t start_ns, int64_t ms)
{
	if (tp_kerr_txn(er) != TP_KERR_RETRY ||
	    tp_clock_ms_since(start_ns) > ms)
		return false;
	tp_kwatch_say(1, "kafka: %s: %s; again", what,
	    rd_kafka_error_string(er));
	rd_kafka_error_destroy(er);
	usleep(PAUSE_US);
	return true;
}

int
tp_kprod_init(struct tp_kprod *p, int64_t ms, struct tp_err *e)
{
	int64_t			 start = tp_clock_mono_ns();
	rd_kafka_error_t	*er;

	do {
		tp_kwatch_on("starting transactions");
		er = rd_kafka_init_transactions(p->rk, KTXN_MS);
		tp_kwatch_off();
	} while (er != NULL && again(er, "starting transactions", start, ms));
	return er == NULL ? 0 : txn_error(e, "starting transactions", er);
}

int
kprod_begin(struct tp_kprod *p, struct tp_err *e)
{
	rd_kafka_error_t	*er = rd_kafka_begin_transaction(p->rk);

	p->open = er == NULL;
	p->spoiled = false;
	return er == NULL ? 0 : txn_error(e, "beginning a transaction", er);
}

int
tp_kprod_abort(struct tp_kprod *p, struct tp_err *e)
{
	int64_t			 start = tp_clock_mono_ns();
	rd_kafka_error_t	*er;

	if (!p->open)
		return 0;
	do {
		tp_kwatch_on("aborting a transaction");
		er = rd_kafka_abort_transaction(p->rk, KTXN_MS);
		tp_kwatch_off();
	} while (er != NULL && again(er, "aborting", start, KASK_MS));
	p->open = p->spoiled = false;
	if (er == NULL)
		return 0;
	txn_error(e, "aborting a transaction", er);
	e->code = TP_EXIT_RESTART;
	return -1;
}

/* NULL, or what went wrong, as for the next one. */
static rd_kafka_error_t *
send_offsets(struct tp_kprod *p, const rd_kafka_topic_partition_list_t *l,
    const rd_kafka_consumer_group_metadata_t *g)
{
	int64_t			 start = tp_clock_mono_ns();
	rd_kafka_error_t	*er = NULL;

	if (l->cnt == 0)
		return NULL;
	do {
		tp_kwatch_on("sending offsets");
		er = rd_kafka_send_offsets_to_transaction(p->rk, l, g,
		    KCALL_MS);
		tp_kwatch_off();
	} while (er != NULL && again(er, "sending offsets", start, KASK_MS));
	return er;
}

static rd_kafka_error_t *
commit(struct tp_kprod *p)
{
	int64_t			 start = tp_clock_mono_ns();
	rd_kafka_error_t	*er;

	do {
		tp_kwatch_on("committing a transaction");
		er = rd_kafka_commit_transaction(p->rk, KTXN_MS);
		tp_kwatch_off();
	} while (er != NULL && again(er, "committing", start, KASK_MS));
	return er;
}

/* Where a record was not delivered, the offsets are sent to hear why. */
static enum tp_kdone
finish(struct tp_kprod *p, const rd_kafka_topic_partition_list_t *l,
    const rd_kafka_consumer_group_metadata_t *g, struct tp_err *e)
{
	rd_kafka_error_t	*er;
	enum tp_kerr_kind	 kind;

	if (!p->open && kprod_begin(p, e) == -1)
		return TP_KDONE_ERROR;
	if (tp_kprod_serve(p, e) == -1)
		return TP_KDONE_ERROR;
	er = send_offsets(p, l, g);
	if (er == NULL && !p->spoiled)
		er = commit(p);
	if (er == NULL && !p->spoiled) {
		p->open = false;
		kvoice_up(&p->voice);
		return TP_KDONE;
	}
	/* a record that can never be delivered, which fails each try */
	if (tp_kprod_serve(p, e) == -1) {
		rd_kafka_error_destroy(er);
		return TP_KDONE_ERROR;
	}
	kind = tp_kerr_txn(er);
	if (kind == TP_KERR_RESTART || kind == TP_KERR_STOP) {
		txn_error(e, "committing", er);
		return TP_KDONE_ERROR;
	}
	tp_kwatch_say(1, "kafka: %s; aborting the transaction", er != NULL ?
	    rd_kafka_error_string(er) : "a record was not delivered");
	rd_kafka_error_destroy(er);
	return tp_kprod_abort(p, e) == -1 ? TP_KDONE_ERROR :
	    TP_KDONE_ABORTED;
}

enum tp_kdone
tp_kprod_commit(struct tp_kprod *p, struct tp_kcons *c,
    const struct tp_kpart *l, size_t n, struct tp_err *e)
{
	rd_kafka_topic_partition_list_t		*x;
	rd_kafka_consumer_group_metadata_t	*g;
	enum tp_kdone				 rc;

	if (n == 0 && !p->open)
		return TP_KDONE;
	x = kparts_list(c, l, n);
	g = rd_kafka_consumer_group_metadata(c->rk);
	rc = finish(p, x, g, e);
	rd_kafka_consumer_group_metadata_destroy(g);
	rd_kafka_topic_partition_list_destroy(x);
	return rc;
}

enum tp_kdone
tp_kprod_commit_mark(struct tp_kprod *p, const char *group,
    const char *topic, int64_t number, const char *meta, struct tp_err *e)
{
	const struct tp_kcons			 c = { .topics = &topic };
	struct tp_kpart				 part = { .offset = number };
	rd_kafka_topic_partition_list_t		*x;
	rd_kafka_consumer_group_metadata_t	*g;
	enum tp_kdone				 rc;

	snprintf(part.meta, sizeof(part.meta), "%s", meta);
	x = kparts_list(&c, &part, 1);
	g = rd_kafka_consumer_group_metadata_new(group);
	rc = finish(p, x, g, e);
	rd_kafka_consumer_group_metadata_destroy(g);
	rd_kafka_topic_partition_list_destroy(x);
	return rc;
}

int
tp_kprod_mark(const struct tp_kconf *kconf, const char *group,
    const char *topic, struct tp_kpart *mark, struct tp_err *e)
{
	struct tp_kcons_conf	 conf = {
		.kconf = kconf, .group = group, .topics = &topic,
		.ntopics = 1,
	};
	struct tp_kcons		*c = tp_kcons_new(&conf, e);
	int			 rc;

	if (c == NULL)
		return -1;
	*mark = (struct tp_kpart){ .offset = -1 };
	rc = tp_kcons_committed(c, mark, 1, e);
	tp_kcons_free(c);
	return rc;
}
