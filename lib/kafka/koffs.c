/* The consumer's offsets: committed ones, those of times, and seeking. */
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/sig.h"
#include "kafka/kcons.h"
#include "kafka/kerr.h"
#include "kafka/kprivate.h"
#include "kafka/kwatch.h"

#define PAUSE_US	100000		/* between two questions */

rd_kafka_topic_partition_list_t *
kparts_list(const struct tp_kcons *c, const struct tp_kpart *l, size_t n)
{
	rd_kafka_topic_partition_list_t	*x;
	rd_kafka_topic_partition_t	*p;
	size_t				 i;

	x = rd_kafka_topic_partition_list_new((int)n);
	for (i = 0; i < n; i++) {
		p = rd_kafka_topic_partition_list_add(x,
		    c->topics[l[i].topic], l[i].partition);
		p->offset = l[i].offset >= 0 ? l[i].offset :
		    RD_KAFKA_OFFSET_INVALID;
		if (l[i].meta[0] == '\0')
			continue;
		/* the list frees it */
		p->metadata = tp_strdup(l[i].meta);
		p->metadata_size = strlen(l[i].meta);
	}
	return x;
}

/* Repeats a question while the answer is one that passes by itself. */
static bool
ask_again(rd_kafka_resp_err_t err, int64_t start_ns, const char *what)
{
	if (tp_kerr_kind(err) == TP_KERR_STOP || tp_sig_stop() != 0 ||
	    tp_clock_ms_since(start_ns) > KASK_MS)
		return false;
	tp_kwatch_say(1, "kafka: %s: %s; asking again", what,
	    rd_kafka_err2str(err));
	usleep(PAUSE_US);
	return true;
}

static rd_kafka_resp_err_t
first_error(rd_kafka_resp_err_t err, const rd_kafka_topic_partition_list_t *l)
{
	int	i;

	for (i = 0; i < l->cnt && err == 0; i++)
		err = l->elems[i].err;
	return err;
}

static int
unknown_topic(const struct tp_kcons *c, size_t i, struct tp_err *e)
{
	return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s' does not exist; "
	    "tp-topics creates topics", c->topics[i]);
}

/* Asks for one topic: its partitions, 0 where to ask again, or -1. */
static int32_t
partitions_of(struct tp_kcons *c, size_t i, int ms,
    rd_kafka_resp_err_t *err, struct tp_err *e)
{
	const struct rd_kafka_metadata	*md;
	rd_kafka_topic_t		*t;
	int32_t				 n;

	t = rd_kafka_topic_new(c->rk, c->topics[i], NULL);
	if (t == NULL)
		return tp_err_set(e, TP_EXIT_USAGE, "'%s' is no topic name",
		    c->topics[i]);
	*err = rd_kafka_metadata(c->rk, 0, t, &md, ms);
	rd_kafka_topic_destroy(t);
	if (*err != 0)
		return 0;
	*err = md->topic_cnt == 1 ? md->topics[0].err :
	    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	n = *err == 0 ? md->topics[0].partition_cnt : 0;
	rd_kafka_metadata_destroy(md);
	if (*err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		return unknown_topic(c, i, e);
	if (*err != 0 && tp_kerr_kind(*err) == TP_KERR_STOP)
		return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s': %s",
		    c->topics[i], rd_kafka_err2str(*err));
	return n;
}

int
tp_kcons_check(struct tp_kcons *c, int32_t *n, int64_t ms, struct tp_err *e)
{
	int64_t			start = tp_clock_mono_ns();
	rd_kafka_resp_err_t	err = 0;
	size_t			i = 0;

	while (i < c->ntopics) {
		tp_kwatch_on("asking for topics");
		n[i] = partitions_of(c, i, 1000, &err, e);
		tp_kwatch_off();
		if (n[i] == -1)
			return -1;
		if (n[i] > 0) {
			i++;
			continue;
		}
		/* messages of the library: it may know why */
		rd_kafka_poll(c->rk, 0);
		if (c->voice.refused)
			return tp_err_set(e, TP_EXIT_KAFKA, "%s",
			    c->voice.why);
		if (tp_sig_stop() != 0 || tp_clock_ms_since(start) > ms)
			return tp_err_set(e, TP_EXIT_KAFKA, "no broker "
			    "answered within %.1f s%s%s",
			    (double)ms / 1000, c->voice.why[0] != '\0' ?
			    ": " : "", c->voice.why);
		usleep(PAUSE_US);
	}
	return 0;
}

int
tp_kcons_committed(struct tp_kcons *c, struct tp_kpart *l, size_t n,
    struct tp_err *e)
{
	rd_kafka_topic_partition_list_t	*x = kparts_list(c, l, n);
	rd_kafka_topic_partition_t	*p;
	rd_kafka_resp_err_t		 err;
	int64_t				 start = tp_clock_mono_ns();
	size_t				 i, k;

	do {
		tp_kwatch_on("asking for committed offsets");
		err = rd_kafka_committed(c->rk, x, KCALL_MS);
		tp_kwatch_off();
		err = first_error(err, x);
	} while (err != 0 && ask_again(err, start, "committed offsets"));
	for (i = 0; err == 0 && i < n; i++) {
		p = &x->elems[i];
		l[i].offset = p->offset >= 0 ? p->offset : -1;
		k = p->metadata_size;
		if (k >= sizeof(l[i].meta))
			k = sizeof(l[i].meta) - 1;
		if (k > 0)
			memcpy(l[i].meta, p->metadata, k);
		l[i].meta[k] = '\0';
	}
	rd_kafka_topic_partition_list_destroy(x);
	return err == 0 ? 0 : tp_kerr_set(e, err, "committed offsets", NULL);
}

int
tp_kcons_range(struct tp_kcons *c, const struct tp_kpart *p, int64_t *lo,
    int64_t *hi, struct tp_err *e)
{
	rd_kafka_resp_err_t	err;
	int64_t			start = tp_clock_mono_ns(), was = -1;
	bool			again;

	do {
		tp_kwatch_on("asking for offsets");
		err = rd_kafka_query_watermark_offsets(c->rk,
		    c->topics[p->topic], p->partition, lo, hi, KCALL_MS);
		tp_kwatch_off();
		if (err != 0) {
			again = ask_again(err, start, "offsets");
			continue;
		}
		/* 2.16 gives one answer for both where the other failed */
		again = *lo == *hi && *lo != was;
		was = *lo;
	} while (again);
	return err == 0 ? 0 : tp_err_set(e,
	    tp_kerr_kind(err) == TP_KERR_STOP ? TP_EXIT_KAFKA :
	    TP_EXIT_RESTART, "%s [%d]: offsets: %s", c->topics[p->topic],
	    (int)p->partition, rd_kafka_err2str(err));
}

int
tp_kcons_at_time(struct tp_kcons *c, struct tp_kpart *l, size_t n,
    int64_t t, struct tp_err *e)
{
	rd_kafka_topic_partition_list_t	*x;
	rd_kafka_resp_err_t		 err;
	int64_t				 start = tp_clock_mono_ns(), lo, hi;
	size_t				 i;

	do {
		for (i = 0; i < n; i++)
			l[i].offset = t;
		x = kparts_list(c, l, n);
		tp_kwatch_on("asking for the offset of a time");
		err = rd_kafka_offsets_for_times(c->rk, x, KCALL_MS);
		tp_kwatch_off();
		err = first_error(err, x);
		for (i = 0; err == 0 && i < n; i++)
			l[i].offset = x->elems[i].offset;
		rd_kafka_topic_partition_list_destroy(x);
	} while (err != 0 && ask_again(err, start, "offset of a time"));
	if (err != 0)
		return tp_kerr_set(e, err, "offset of a time", NULL);
	for (i = 0; i < n; i++) {
		if (l[i].offset >= 0)
			continue;
		/* no record so late: the end */
		if (tp_kcons_range(c, &l[i], &lo, &hi, e) == -1)
			return -1;
		l[i].offset = hi;
	}
	return 0;
}

int64_t
tp_kcons_high(struct tp_kcons *c, const struct tp_kpart *p)
{
	int64_t	lo, hi;

	if (rd_kafka_get_watermark_offsets(c->rk, c->topics[p->topic],
	    p->partition, &lo, &hi) != 0 || hi < 0)
		return -1;
	return hi;
}

int
tp_kcons_seek(struct tp_kcons *c, const struct tp_kpart *l, size_t n,
    struct tp_err *e)
{
	rd_kafka_topic_partition_list_t	*x = kparts_list(c, l, n);
	rd_kafka_error_t		*er;
	rd_kafka_resp_err_t		 err;
	int				 rc = 0;

	tp_kwatch_on("seeking");
	/* 2.0.2 takes its limit for microseconds: none, and the watchdog */
	er = rd_kafka_seek_partitions(c->rk, x, -1);
	tp_kwatch_off();
	err = first_error(0, x);
	if (er != NULL)
		rc = tp_err_set(e, TP_EXIT_RESTART, "seeking: %s",
		    rd_kafka_error_string(er));
	else if (err != 0)
		rc = tp_err_set(e, TP_EXIT_RESTART, "seeking: %s",
		    rd_kafka_err2str(err));
	rd_kafka_error_destroy(er);
	rd_kafka_topic_partition_list_destroy(x);
	return rc;
}

/* The group no longer counts us in: what was done is done again elsewhere. */
static bool
moved_on(rd_kafka_resp_err_t err)
{
	return err == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION ||
	    err == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
	    err == RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS;
}

int
tp_kcons_commit(struct tp_kcons *c, const struct tp_kpart *l, size_t n,
    struct tp_err *e)
{
	rd_kafka_topic_partition_list_t	*x = kparts_list(c, l, n);
	rd_kafka_resp_err_t		 err;
	int64_t				 start = tp_clock_mono_ns();

	do {
		tp_kwatch_on("committing offsets");
		err = rd_kafka_commit(c->rk, x, 0);
		tp_kwatch_off();
		err = first_error(err, x);
	} while (err != 0 && !moved_on(err) &&
	    ask_again(err, start, "committing offsets"));
	rd_kafka_topic_partition_list_destroy(x);
	if (err == 0 || moved_on(err))
		return err != 0;
	return tp_kerr_set(e, err, "committing offsets", NULL);
}
