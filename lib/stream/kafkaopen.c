/* What -i, -o and the options of Kafka say, before anything is read. */
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "stream/kafkactx.h"

#define COMMIT_MIN	50	/* ms; below, transactions fall behind */
#define LINGER_MIN	3	/* ms */
#define LINGER_MAX	100

static void
listen_to(int level, const char *text)
{
	if (level == 0)
		tp_log_note("%s", text);
	else if (tp_log_level() >= level)
		tp_log_detail("%s", text);
}

bool
tp_ctx_kafka_reads(const struct tp_ctx *c)
{
	return c->k != NULL && c->k->nin > 0;
}

bool
tp_ctx_kafka_goes_on(const struct tp_ctx *c)
{
	return tp_ctx_kafka_reads(c) &&
	    c->k->guarantee != TP_GUARANTEE_NONE;
}

/* How many endpoints there are, and how many of them are topics. */
static void
count_ends(const struct tp_ctx *c, size_t *ins, size_t *outs, size_t *all)
{
	const struct tp_run	*run = c->run;
	size_t			 i;

	*ins = *outs = *all = 0;
	for (i = 0; i < run->opts->inputs.n; i++)
		*ins += tp_kuri_is(run->opts->inputs.v[i]);
	/* a state of the caller's means that this is not written */
	if (run->state == NULL) {
		*outs += tp_kuri_is(run->opts->output);
		(*all)++;
	}
	for (i = 1; i < c->out.nbufs; i++) {
		if (run->paths == NULL || run->paths[i - 1] == NULL)
			continue;
		*outs += tp_kuri_is(run->paths[i - 1]);
		(*all)++;
	}
	if (run->opts->rejects != NULL) {
		*outs += tp_kuri_is(run->opts->rejects);
		(*all)++;
	}
}

/* One name for all inputs: that of the endpoint, of the option, or none. */
static int
one_name(struct tp_ctx *c, const char *what, const char *option,
    bool instance, char **out)
{
	const char	*name = option, *s;
	size_t		 i;

	for (i = 0; i < c->k->nin; i++) {
		s = instance ? c->k->in[i].instance : c->k->in[i].group;
		if (s == NULL)
			continue;
		if (name != NULL && strcmp(s, name) != 0)
			return tp_opt_error(c->e, "two names for the %s: "
			    "'%s' and '%s'", what, name, s);
		name = s;
	}
	*out = name != NULL ? tp_strdup(name) : NULL;
	return 0;
}

static int
open_inputs(struct tp_ctx *c)
{
	struct tp_ctx_kafka		*k = c->k;
	const struct tp_run_opts	*o = c->run->opts;
	size_t				 i;

	if (c->run->filter == NULL)
		return tp_opt_error(c->e, "'%s': files of foreign formats "
		    "are not read from Kafka", o->inputs.v[0]);
	k->in = tp_calloc(o->inputs.n, sizeof(*k->in));
	k->topics = tp_calloc(o->inputs.n, sizeof(*k->topics));
	k->nparts = tp_calloc(o->inputs.n, sizeof(*k->nparts));
	k->wires = tp_calloc(o->inputs.n, sizeof(*k->wires));
	for (i = 0; i < o->inputs.n; i++) {
		if (!tp_kuri_is(o->inputs.v[i]))
			return tp_opt_error(c->e, "'%s': inputs are all "
			    "topics, or none", o->inputs.v[i]);
		if (tp_kuri_parse(&k->in[i], o->inputs.v[i], c->e) == -1)
			return -1;
		k->topics[i] = k->in[i].topic;
		k->nin++;
		if (k->in[i].avro == NULL)
			continue;
		k->wires[i] = tp_ctx_kafka_wire(c, &k->in[i], false);
		if (k->wires[i] == NULL)
			return -1;
	}
	if (one_name(c, "group", o->group, false, &k->group) == -1 ||
	    one_name(c, "instance", o->instance, true, &k->instance) == -1)
		return -1;
	return 0;
}

/* What is promised, and whether the outputs allow it. */
static int
choose_guarantee(struct tp_ctx *c, size_t outs, size_t all)
{
	struct tp_ctx_kafka	*k = c->k;
	size_t			 i;
	bool			 parts = false;

	k->guarantee = (enum tp_guarantee)c->run->opts->guarantee;
	if (k->nin == 0)
		return 0;
	for (i = 0; i < k->nin; i++)
		parts = parts || k->in[i].nparts > 0;
	if (c->run->state != NULL || (parts &&
	    k->guarantee == TP_GUARANTEE_AUTO))
		k->guarantee = TP_GUARANTEE_NONE;
	if (parts && k->guarantee != TP_GUARANTEE_NONE)
		return tp_opt_error(c->e, "partition= is only for "
		    "--guarantee none: a group shares them out itself");
	if (k->guarantee == TP_GUARANTEE_AUTO)
		k->guarantee = outs == all && all > 0 ?
		    TP_GUARANTEE_EXACTLY : TP_GUARANTEE_LEAST;
	if (k->guarantee == TP_GUARANTEE_EXACTLY && outs < all)
		return tp_opt_error(c->e, "--guarantee exactly: every output "
		    "must be a topic, --rejects too");
	return 0;
}

/* Names for the group and for the transactions. */
static void
make_names(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;
	struct tp_buf		 b = { 0 };
	char			 host[65] = "";

	if (k->group == NULL && k->nin > 0) {
		tp_buf_printf(&b, "%s-%s", tp_log_tool(), k->topics[0]);
		k->group = tp_strdup(tp_buf_cstr(&b));
	}
	b.n = 0;
	if (k->nin == 0) {
		if (c->run->opts->resume != NULL)
			k->id = tp_strdup(c->run->opts->resume);
	} else if (k->guarantee == TP_GUARANTEE_EXACTLY) {
		if (k->instance != NULL)
			tp_buf_printf(&b, "%s-%s", k->group, k->instance);
		else {
			gethostname(host, sizeof(host) - 1);
			tp_buf_printf(&b, "%s-%s-%d-%llx", k->group, host,
			    (int)getpid(), (unsigned long long)
			    tp_clock_wall_ms());
		}
		k->id = tp_strdup(tp_buf_cstr(&b));
	}
	tp_buf_release(&b);
}

/*
 * What is written in a transaction is seen at its end, so that nobody waits
 * for records that wait for others; and the end does not wait for them.
 */
static int
set_linger(struct tp_ctx *c)
{
	int64_t	ms = c->run->opts->commit_ms / 10;
	char	text[24];

	snprintf(text, sizeof(text), "%d", ms < LINGER_MIN ? LINGER_MIN :
	    ms > LINGER_MAX ? LINGER_MAX : (int)ms);
	return tp_kconf_set(&c->k->conf, TP_KCONF_DEFAULT, "linger.ms", text,
	    "linger.ms", c->e);
}

static int
open_producer(struct tp_ctx *c)
{
	struct tp_kprod_conf	conf = {
		.kconf = &c->k->conf, .id = c->k->id,
	};

	if (conf.id != NULL && set_linger(c) == -1)
		return -1;
	c->k->prod = tp_kprod_new(&conf, c->e);
	return c->k->prod != NULL ? 0 : -1;
}

static int
open_consumer(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;
	struct tp_kcons_conf	 conf = {
		.kconf = &k->conf, .instance = k->instance,
		.topics = k->topics, .ntopics = k->nin,
		.group = k->guarantee == TP_GUARANTEE_NONE ? NULL : k->group,
	};
	size_t			 i;

	k->cons = tp_kcons_new(&conf, c->e);
	if (k->cons == NULL ||
	    tp_kcons_check(k->cons, k->nparts, k->wait_ms, c->e) == -1)
		return -1;
	k->states = tp_calloc(k->nin, sizeof(*k->states));
	for (i = 0; i < k->nin; i++)
		k->states[i] = tp_calloc((size_t)k->nparts[i],
		    sizeof(**k->states));
	return tp_ctx_whole_open(c);
}

int
tp_ctx_kafka_open(struct tp_ctx *c)
{
	const struct tp_run_opts	*o = c->run->opts;
	struct tp_ctx_kafka		*k;
	enum tp_kuri_from		 from;
	size_t				 ins, outs, all;
	const char			*why;
	int64_t				 t;

	count_ends(c, &ins, &outs, &all);
	if (ins == 0 && outs == 0)
		return o->resume == NULL ? 0 : tp_opt_error(c->e,
		    "--resume is for outputs that are topics");
	k = c->k = tp_calloc(1, sizeof(*k));
	k->partition = -1;
	k->wait_ms = o->broker_timeout_ms;
	k->kept.lines = tp_calloc(c->out.nbufs, sizeof(*k->kept.lines));
	tp_kwatch_listen(listen_to);
	if (o->commit_ms < COMMIT_MIN)
		return tp_opt_error(c->e, "--commit: at least %d ms",
		    COMMIT_MIN);
	if (o->start != NULL && (why = tp_kuri_from(o->start, &from, &t)) !=
	    NULL)
		return tp_opt_error(c->e, "--start '%s': %s", o->start, why);
	if (o->resume != NULL && (ins > 0 || outs < all))
		return tp_opt_error(c->e, "--resume is for inputs that are "
		    "files, and outputs that are all topics");
	if (tp_kconf_open(&k->conf, o->brokers, o->settings.v, o->settings.n,
	    o->settings_file, c->e) == -1)
		return -1;
	if (ins > 0 && open_inputs(c) == -1)
		return -1;
	if (choose_guarantee(c, outs, all) == -1)
		return -1;
	make_names(c);
	if (ins > 0 && open_consumer(c) == -1)
		return -1;
	if (ins > 0)
		signal(SIGPIPE, SIG_IGN);
	return outs > 0 ? open_producer(c) : 0;
}

int
tp_ctx_kafka_ready(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;

	if (k == NULL)
		return 0;
	if (k->id != NULL && tp_kprod_init(k->prod, k->wait_ms, c->e) == -1)
		return -1;
	return k->nin == 0 && k->id != NULL ? tp_ctx_resume_open(c) : 0;
}

void
tp_ctx_kafka_close(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;
	struct tp_kstate	*s;
	size_t			 i;

	if (k == NULL)
		return;
	tp_ctx_whole_close(c);
	for (i = 0; k->states != NULL &&
	    (s = tp_ctx_kafka_each(c, &i)) != NULL;)
		tp_kstate_drop(c, s);
	tp_kcons_free(k->cons);
	tp_kprod_free(k->prod);
	for (i = 0; i < k->nin; i++) {
		if (k->states != NULL)
			free(k->states[i]);
		tp_kuri_release(&k->in[i]);
		tp_wire_free(k->wires[i]);
	}
	free(k->states);
	free(k->wires);
	free(k->in);
	free(k->topics);
	free(k->nparts);
	free(k->group);
	free(k->instance);
	free(k->id);
	free(k->mark_topic);
	free(k->kept.lines);
	free(k->todo);
	free(k->skip);
	free(k->done);
	tp_rec_release(&k->rec);
	tp_buf_release(&k->line);
	tp_buf_release(&k->json);
	tp_kconf_release(&k->conf);
	free(k);
	c->k = NULL;
}
