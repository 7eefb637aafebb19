#include "kafka/kadmin.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "kafka/kconf.h"
#include "kafka/kerr.h"
#include "kafka/kprivate.h"
#include "kafka/kwatch.h"

#define PAUSE_US	50000
#define ASK_MS		1000	/* for one question about topics */

struct tp_kadmin {
	struct kvoice	 voice;		/* the callbacks' argument */
	rd_kafka_t	*rk;
	rd_kafka_queue_t *queue;
	int		 wait_ms;	/* < TP_KWATCH_S */
};

void
tp_ktopic_release(struct tp_ktopic *t)
{
	while (t->nset > 0) {
		t->nset--;
		free(t->set[t->nset].key);
		free(t->set[t->nset].value);
	}
	free(t->set);
	free(t->name);
	free(t->why);
	*t = (struct tp_ktopic){ 0 };
}

static struct tp_ksetting *
find_setting(const struct tp_ktopic *t, const char *key)
{
	size_t	i;

	for (i = 0; i < t->nset; i++)
		if (strcmp(t->set[i].key, key) == 0)
			return &t->set[i];
	return NULL;
}

void
tp_ktopic_set(struct tp_ktopic *t, const char *key, const char *value)
{
	struct tp_ksetting	*s = find_setting(t, key);

	if (s != NULL) {
		free(s->value);
		s->value = tp_strdup(value);
		return;
	}
	TP_GROW(t->set, t->cap, t->nset + 1);
	t->set[t->nset++] = (struct tp_ksetting){
		.key = tp_strdup(key), .value = tp_strdup(value),
	};
}

const char *
tp_ktopic_get(const struct tp_ktopic *t, const char *key)
{
	const struct tp_ksetting	*s = find_setting(t, key);

	return s != NULL ? s->value : NULL;
}

struct tp_ktopic *
tp_ktopics_find(struct tp_ktopic *v, size_t n, const char *name)
{
	size_t	i;

	for (i = 0; i < n; i++)
		if (strcmp(v[i].name, name) == 0)
			return &v[i];
	return NULL;
}

void
tp_ktopics_free(struct tp_ktopic *t, size_t n)
{
	while (n > 0)
		tp_ktopic_release(&t[--n]);
	free(t);
}

/*
 * All topics; one that is asked for by name might be made by asking.  NULL
 * where there was no answer in time.
 */
static const struct rd_kafka_metadata *
ask_topics(struct tp_kadmin *a, rd_kafka_resp_err_t *err)
{
	const struct rd_kafka_metadata	*md = NULL;

	tp_kwatch_on("asking for topics");
	*err = rd_kafka_metadata(a->rk, 1, NULL, &md, ASK_MS);
	tp_kwatch_off();
	rd_kafka_poll(a->rk, 0);
	if (*err != 0)
		return NULL;
	kvoice_up(&a->voice);
	return md;
}

/* As ask_topics(), until a broker answers or the time is over. */
static const struct rd_kafka_metadata *
topics(struct tp_kadmin *a, struct tp_err *e)
{
	const struct rd_kafka_metadata	*md;
	rd_kafka_resp_err_t		 err;
	int64_t				 start = tp_clock_mono_ns();

	while ((md = ask_topics(a, &err)) == NULL) {
		if (a->voice.refused) {
			tp_err_set(e, TP_EXIT_KAFKA, "%s", a->voice.why);
			return NULL;
		}
		if (tp_clock_ms_since(start) > a->wait_ms ||
		    tp_kerr_kind(err) == TP_KERR_STOP) {
			tp_err_set(e, TP_EXIT_KAFKA, "no broker answered "
			    "within %.1f s: %s", a->wait_ms / 1e3,
			    a->voice.why[0] != '\0' ? a->voice.why :
			    tp_kerr_text(err));
			return NULL;
		}
		usleep(PAUSE_US);
	}
	return md;
}

struct tp_kadmin *
tp_kadmin_new(const struct tp_kconf *c, int64_t wait_ms, struct tp_err *e)
{
	rd_kafka_conf_t			*conf;
	const struct rd_kafka_metadata	*md;
	struct tp_kadmin		*a;
	char				 why[256];

	conf = tp_kconf_make(c, TP_KCONF_ADMIN, e);
	if (conf == NULL)
		return NULL;
	a = tp_calloc(1, sizeof(*a));
	a->wait_ms = wait_ms < KTXN_MS ? (int)wait_ms : KTXN_MS;
	kvoice_set(conf, &a->voice);
	a->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof(why));
	if (a->rk == NULL) {
		rd_kafka_conf_destroy(conf);
		free(a);
		tp_err_set(e, TP_EXIT_USAGE, "%s", why);
		return NULL;
	}
	a->queue = rd_kafka_queue_new(a->rk);
	md = topics(a, e);
	if (md == NULL) {
		tp_kadmin_free(a);
		return NULL;
	}
	rd_kafka_metadata_destroy(md);
	return a;
}

void
tp_kadmin_free(struct tp_kadmin *a)
{
	if (a == NULL)
		return;
	tp_kwatch_on("closing");
	rd_kafka_queue_destroy(a->queue);
	rd_kafka_destroy(a->rk);
	tp_kwatch_off();
	free(a);
}

static int
by_name(const void *x, const void *y)
{
	const struct tp_ktopic	*a = x, *b = y;

	return strcmp(a->name, b->name);
}

int
tp_kadmin_topics(struct tp_kadmin *a, struct tp_ktopic **t, size_t *n,
    struct tp_err *e)
{
	const struct rd_kafka_metadata	*md = topics(a, e);
	struct tp_ktopic		*v;
	int				 i;

	if (md == NULL)
		return -1;
	v = tp_calloc((size_t)md->topic_cnt + 1, sizeof(*v));
	*n = 0;
	for (i = 0; i < md->topic_cnt; i++) {
		const struct rd_kafka_metadata_topic	*m = &md->topics[i];

		/* __consumer_offsets and its kind; and just being removed */
		if (strncmp(m->topic, "__", 2) == 0 || m->err ==
		    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
			continue;
		v[*n].name = tp_strdup(m->topic);
		v[*n].partitions = m->partition_cnt;
		v[*n].replicas = m->partition_cnt > 0 ?
		    m->partitions[0].replica_cnt : 0;
		++*n;
	}
	rd_kafka_metadata_destroy(md);
	qsort(v, *n, sizeof(*v), by_name);
	*t = v;
	return 0;
}

static rd_kafka_AdminOptions_t *
options(struct tp_kadmin *a, rd_kafka_admin_op_t op)
{
	rd_kafka_AdminOptions_t	*o = rd_kafka_AdminOptions_new(a->rk, op);
	char			 why[256];

	rd_kafka_AdminOptions_set_request_timeout(o, a->wait_ms, why,
	    sizeof(why));
	if (op != RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS)
		rd_kafka_AdminOptions_set_operation_timeout(o, a->wait_ms,
		    why, sizeof(why));
	return o;
}

/* The answer to a request; NULL with the error.  To be destroyed. */
static rd_kafka_event_t *
answer(struct tp_kadmin *a, const char *doing, struct tp_err *e)
{
	rd_kafka_event_t	*ev;
	rd_kafka_resp_err_t	 err;

	tp_kwatch_on(doing);
	/* Its own limit comes first. */
	ev = rd_kafka_queue_poll(a->queue, a->wait_ms + 5000);
	tp_kwatch_off();
	rd_kafka_poll(a->rk, 0);
	err = ev != NULL ? rd_kafka_event_error(ev) :
	    RD_KAFKA_RESP_ERR__TIMED_OUT;
	if (err == 0)
		return ev;
	tp_kerr_set(e, err, doing, ev != NULL ?
	    rd_kafka_event_error_string(ev) : NULL);
	/* Nobody restarts this tool. */
	e->code = TP_EXIT_KAFKA;
	if (ev != NULL)
		rd_kafka_event_destroy(ev);
	return NULL;
}

/* Takes the settings of one topic that are its own or wanted. */
static void
take_settings(struct tp_ktopic *t, const struct tp_ktopic *want,
    const rd_kafka_ConfigResource_t *r)
{
	const rd_kafka_ConfigEntry_t	**v;
	const char			*key, *value;
	size_t				 n, i;

	v = rd_kafka_ConfigResource_configs(r, &n);
	for (i = 0; i < n; i++) {
		key = rd_kafka_ConfigEntry_name(v[i]);
		value = rd_kafka_ConfigEntry_value(v[i]);
		if (value != NULL && (rd_kafka_ConfigEntry_source(v[i]) ==
		    RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG ||
		    (want != NULL && tp_ktopic_get(want, key) != NULL)))
			tp_ktopic_set(t, key, value);
	}
}

static int
take_all(rd_kafka_event_t *ev, struct tp_ktopic *t, size_t n,
    const struct tp_ktopic *want, struct tp_err *e)
{
	const rd_kafka_ConfigResource_t	**r;
	struct tp_ktopic		*to;
	rd_kafka_resp_err_t		 err;
	size_t				 nr, i;

	r = rd_kafka_DescribeConfigs_result_resources(
	    rd_kafka_event_DescribeConfigs_result(ev), &nr);
	for (i = 0; i < nr; i++) {
		to = tp_ktopics_find(t, n, rd_kafka_ConfigResource_name(r[i]));
		err = rd_kafka_ConfigResource_error(r[i]);
		if (to == NULL)
			continue;
		if (err != 0)
			return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s': "
			    "settings: %s", to->name, tp_kerr_text(err));
		take_settings(to, want != NULL ? want + (to - t) : NULL,
		    r[i]);
	}
	return 0;
}

int
tp_kadmin_settings(struct tp_kadmin *a, struct tp_ktopic *t, size_t n,
    const struct tp_ktopic *want, struct tp_err *e)
{
	rd_kafka_ConfigResource_t	**r;
	rd_kafka_AdminOptions_t		 *o;
	rd_kafka_event_t		 *ev;
	size_t				  i;
	int				  rc;

	if (n == 0)
		return 0;
	r = tp_calloc(n, sizeof(*r));
	for (i = 0; i < n; i++)
		r[i] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC,
		    t[i].name);
	o = options(a, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_DescribeConfigs(a->rk, r, n, o, a->queue);
	ev = answer(a, "asking for settings", e);
	rc = ev == NULL ? -1 : take_all(ev, t, n, want, e);
	if (ev != NULL)
		rd_kafka_event_destroy(ev);
	rd_kafka_AdminOptions_destroy(o);
	rd_kafka_ConfigResource_destroy_array(r, n);
	free(r);
	return rc;
}

/* Why a broker did not do it: in our words where they say what to do. */
static const char *
why_not(int code, const char *theirs)
{
	const char	*ours = tp_kerr_text(code);

	return strcmp(ours, rd_kafka_err2str((rd_kafka_resp_err_t)code)) != 0 ?
	    ours : theirs != NULL ? theirs : "?";
}

/* Notes what became of each topic; returns how many failed. */
static int
take_results(struct tp_ktopic *t, size_t n, const rd_kafka_topic_result_t **r,
    size_t nr)
{
	struct tp_ktopic	*to;
	size_t			 i;
	int			 failed = 0;

	for (i = 0; i < nr; i++) {
		to = tp_ktopics_find(t, n, rd_kafka_topic_result_name(r[i]));
		if (to == NULL || rd_kafka_topic_result_error(r[i]) == 0)
			continue;
		to->error = rd_kafka_topic_result_error(r[i]);
		free(to->why);
		to->why = tp_strdup(why_not(to->error,
		    rd_kafka_topic_result_error_string(r[i])));
		tp_err_mask(to->why);
		failed++;
	}
	return failed;
}

/* Whether a broker has the topic, with all its leaders. */
static bool
usable(const struct rd_kafka_metadata *md, const struct tp_ktopic *t)
{
	int	i, k;

	for (i = 0; i < md->topic_cnt; i++) {
		const struct rd_kafka_metadata_topic	*m = &md->topics[i];

		if (strcmp(m->topic, t->name) != 0)
			continue;
		if (m->err != 0 || m->partition_cnt == 0)
			return false;
		for (k = 0; k < m->partition_cnt; k++)
			if (m->partitions[k].leader == -1)
				return false;
		return true;
	}
	return false;
}

static bool
gone(const struct rd_kafka_metadata *md, const struct tp_ktopic *t)
{
	int	i;

	for (i = 0; i < md->topic_cnt; i++)
		if (strcmp(md->topics[i].topic, t->name) == 0)
			return md->topics[i].err ==
			    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	return true;
}

/* A topic is there (or gone) only some ms after the answer that it is. */
static int
wait_until(struct tp_kadmin *a,
    bool (*is)(const struct rd_kafka_metadata *, const struct tp_ktopic *),
    const struct tp_ktopic *t, size_t n, struct tp_err *e)
{
	const struct rd_kafka_metadata	*md;
	int64_t				 start = tp_clock_mono_ns();
	size_t				 i = 0;

	for (;;) {
		md = topics(a, e);
		if (md == NULL)
			return -1;
		while (i < n && (t[i].error != 0 || is(md, &t[i])))
			i++;
		rd_kafka_metadata_destroy(md);
		if (i == n)
			return 0;
		if (tp_clock_ms_since(start) > a->wait_ms)
			return tp_err_set(e, TP_EXIT_KAFKA, "topic '%s': the "
			    "brokers do not agree on it after %.1f s",
			    t[i].name, a->wait_ms / 1e3);
		usleep(PAUSE_US);
	}
}

static rd_kafka_NewTopic_t *
new_topic(struct tp_ktopic *t)
{
	char			 why[256];
	rd_kafka_NewTopic_t	*k = rd_kafka_NewTopic_new(t->name,
				    t->partitions, t->replicas, why,
				    sizeof(why));
	size_t			 i;

	if (k == NULL) {
		t->error = RD_KAFKA_RESP_ERR__INVALID_ARG;
		free(t->why);
		t->why = tp_strdup(why);
		return NULL;
	}
	for (i = 0; i < t->nset; i++)
		rd_kafka_NewTopic_set_config(k, t->set[i].key,
		    t->set[i].value);
	return k;
}

int
tp_kadmin_create(struct tp_kadmin *a, struct tp_ktopic *t, size_t n,
    struct tp_err *e)
{
	rd_kafka_NewTopic_t		**k = tp_calloc(n + 1, sizeof(*k));
	const rd_kafka_topic_result_t	**r;
	rd_kafka_AdminOptions_t		 *o;
	rd_kafka_event_t		 *ev = NULL;
	size_t				  i, m = 0, nr;
	int				  failed = 0;

	for (i = 0; i < n; i++) {
		k[m] = new_topic(&t[i]);
		if (k[m] == NULL)
			failed++;
		else
			m++;
	}
	o = options(a, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	if (m > 0) {
		rd_kafka_CreateTopics(a->rk, k, m, o, a->queue);
		ev = answer(a, "creating topics", e);
		if (ev == NULL)
			failed = -1;
	}
	if (ev != NULL) {
		r = rd_kafka_CreateTopics_result_topics(
		    rd_kafka_event_CreateTopics_result(ev), &nr);
		failed += take_results(t, n, r, nr);
		rd_kafka_event_destroy(ev);
	}
	rd_kafka_AdminOptions_destroy(o);
	rd_kafka_NewTopic_destroy_array(k, m);
	free(k);
	if (failed != -1 && wait_until(a, usable, t, n, e) == -1)
		return -1;
	return failed;
}

int
tp_kadmin_delete(struct tp_kadmin *a, struct tp_ktopic *t, size_t n,
    struct tp_err *e)
{
	rd_kafka_DeleteTopic_t		**k;
	const rd_kafka_topic_result_t	**r;
	rd_kafka_AdminOptions_t		 *o;
	rd_kafka_event_t		 *ev;
	size_t				  i, nr;
	int				  failed = -1;

	if (n == 0)
		return 0;
	k = tp_calloc(n, sizeof(*k));
	for (i = 0; i < n; i++)
		k[i] = rd_kafka_DeleteTopic_new(t[i].name);
	o = options(a, RD_KAFKA_ADMIN_OP_DELETETOPICS);
	rd_kafka_DeleteTopics(a->rk, k, n, o, a->queue);
	ev = answer(a, "deleting topics", e);
	if (ev != NULL) {
		r = rd_kafka_DeleteTopics_result_topics(
		    rd_kafka_event_DeleteTopics_result(ev), &nr);
		failed = take_results(t, n, r, nr);
		rd_kafka_event_destroy(ev);
	}
	rd_kafka_AdminOptions_destroy(o);
	rd_kafka_DeleteTopic_destroy_array(k, n);
	free(k);
	if (failed != -1 && wait_until(a, gone, t, n, e) == -1)
		return -1;
	return failed;
}
