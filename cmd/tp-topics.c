/*
 * tp-topics: creates, checks, lists and deletes Kafka topics, as a file says
 * that they should be.
 */
#include "base/clock.h"
#include "base/log.h"
#include "io/sink.h"
#include "kafka/kadmin.h"
#include "kafka/kconf.h"
#include "kafka/ktopicdiff.h"
#include "kafka/ktopicfile.h"
#include "kafka/kwatch.h"
#include "stream/run.h"

struct conf {
	struct tp_run_opts	 run;
	struct tp_opt_list	 pairs;
	const char		*brokers, *file;
	int64_t			 timeout_ms;
	bool			 only_new;
	struct tp_kconf		 kconf;
	struct tp_ktopicfile	 want;
	struct tp_buf		 out;	/* for standard output */
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ TP_OPT_FILE, 'F', "topics", AT(file), "FILE", NULL,
	    "the topics, and settings of the connection", 0, 0 },
	{ TP_OPT_STR, 'b', "brokers", AT(brokers), "HOST:PORT,...", NULL,
	    "brokers to begin with (default 127.0.0.1:9092)", 0, 0 },
	{ TP_OPT_LIST, 'X', "set", AT(pairs), "KEY=VALUE", NULL,
	    "a setting of librdkafka; list or dump shows them", 0, 0 },
	{ TP_OPT_DUR, 0, "broker-timeout", AT(timeout_ms), "TIME", NULL,
	    "wait so long for brokers, at most 30s (default 30s)", 0, 0 },
	{ TP_OPT_FLAG, 0, "new", AT(only_new), NULL, NULL,
	    "create: make none if one of them is there", 0, 0 },
	{ TP_OPT_COUNT, 'q', "quiet", AT(run.quiet), NULL, NULL,
	    "print errors only", 0, 0 },
	{ TP_OPT_COUNT, 'v', "verbose", AT(run.verbose), NULL, NULL,
	    "say more", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Commands:\n"
    "  create  make the topics that are not there\n"
    "  check   print how they differ from FILE; exit 1 if they do\n"
    "  list    print those that are there (without FILE: all), as FILE has "
    "them\n"
    "  delete  remove them, with all their records\n"
    "TOPIC: only these of FILE.\n"
    "\n"
    "Example:\n"
    "  tp-topics create -F examples/topics-la.conf\n";

static const struct tp_tool tool = {
	.name = "tp-topics",
	.brief = "create, check, list and delete Kafka topics",
	.operands = "create|check|list|delete [TOPIC ...]",
	.opts = options,
	.help_tail = tail,
};

static void
say(int level, const char *text)
{
	if (level == 0)
		tp_log_note("%s", text);
	else if (level <= tp_log_level())
		tp_log_detail("%s", text);
}

/* Leaves only the topics named by the operands behind the command. */
static int
select_topics(struct conf *c, struct tp_err *e)
{
	const struct tp_opt_list	*names = &c->run.inputs;
	struct tp_ktopic		*t;
	size_t				 i, n = 0;

	if (names->n < 2)
		return 0;
	for (i = 1; i < names->n; i++) {
		struct tp_ktopic	chosen;

		t = tp_ktopics_find(c->want.v, c->want.n, names->v[i]);
		if (t == NULL)
			return tp_opt_error(e, "%s: no topic '%s'", c->file,
			    names->v[i]);
		if (t < c->want.v + n)	/* named twice */
			continue;
		chosen = *t;
		*t = c->want.v[n];
		c->want.v[n++] = chosen;
	}
	while (c->want.n > n)
		tp_ktopic_release(&c->want.v[--c->want.n]);
	return 0;
}

/* Prints how the first n topics differ; returns the exit code. */
static int
differences(struct conf *c, const struct tp_ktopic *have, int n)
{
	int	i;

	for (i = 0; i < n; i++)
		tp_ktopic_diff(&have[i], &c->want.v[i], &c->out);
	return c->out.n > 0 ? TP_EXIT_NO : TP_EXIT_OK;
}

static int
check(struct conf *c, struct tp_kadmin *a, struct tp_err *e)
{
	struct tp_ktopic	*have;
	int			 n, rc;
	size_t			 i;

	n = tp_ktopics_match(a, c->want.v, c->want.n, &have, e);
	if (n == -1)
		return -1;
	rc = differences(c, have, n);
	for (i = (size_t)n; i < c->want.n; i++) {
		tp_buf_printf(&c->out, "%s: is not there\n",
		    c->want.v[i].name);
		rc = TP_EXIT_NO;
	}
	tp_ktopics_free(have, (size_t)n);
	return rc;
}

/* The error of those of n topics that failed. */
static int
failures(const struct tp_ktopic *t, size_t n, const char *doing,
    struct tp_err *e)
{
	const struct tp_ktopic	*last = NULL;
	size_t			 i;

	for (i = 0; i < n; i++) {
		if (t[i].error == 0)
			continue;
		if (last != NULL)
			tp_log_error("%s '%s': %s", doing, last->name,
			    last->why);
		last = &t[i];
	}
	return tp_err_set(e, TP_EXIT_KAFKA, "%s '%s': %s", doing, last->name,
	    last->why);
}

static int
create(struct conf *c, struct tp_kadmin *a, struct tp_err *e)
{
	struct tp_ktopic	*have, *t;
	size_t			 absent;
	int			 n, i, rc, failed;

	n = tp_ktopics_match(a, c->want.v, c->want.n, &have, e);
	if (n == -1)
		return -1;
	if (c->only_new && n > 0) {
		for (i = 0; i < n; i++)
			tp_buf_printf(&c->out, "%s: is there\n",
			    have[i].name);
		tp_ktopics_free(have, (size_t)n);
		return TP_EXIT_NO;
	}
	rc = differences(c, have, n);
	tp_ktopics_free(have, (size_t)n);
	t = c->want.v + n;
	absent = c->want.n - (size_t)n;
	failed = tp_kadmin_create(a, t, absent, e);
	if (failed == -1)
		return -1;
	for (; t < c->want.v + c->want.n; t++)
		if (t->error == 0)
			tp_log_note("%s: created", t->name);
	return failed == 0 ? rc :
	    failures(t - absent, absent, "cannot create", e);
}

static int
delete(struct conf *c, struct tp_kadmin *a, struct tp_err *e)
{
	struct tp_ktopic	*have;
	int			 n, failed, i;

	n = tp_ktopics_match(a, c->want.v, c->want.n, &have, e);
	if (n == -1)
		return -1;
	failed = tp_kadmin_delete(a, have, (size_t)n, e);
	for (i = 0; i < n && failed != -1; i++)
		if (have[i].error == 0)
			tp_log_note("%s: deleted", have[i].name);
	if (failed > 0)
		failed = failures(have, (size_t)n, "cannot delete", e);
	tp_ktopics_free(have, (size_t)n);
	return failed;
}

static int
list(struct conf *c, struct tp_kadmin *a, struct tp_err *e)
{
	struct tp_ktopic	*all;
	size_t			 n, i;
	int			 rc;

	if (tp_kadmin_topics(a, &all, &n, e) == -1)
		return -1;
	rc = tp_kadmin_settings(a, all, n, NULL, e);
	for (i = 0; i < n && rc == 0; i++)
		if (c->file == NULL ||
		    tp_ktopics_find(c->want.v, c->want.n, all[i].name) != NULL)
			tp_ktopic_print(&all[i], &c->out);
	tp_ktopics_free(all, n);
	return rc;
}

static const struct {
	const char	*name;
	int		 (*run)(struct conf *, struct tp_kadmin *,
			    struct tp_err *);
} commands[] = {
	{ "create", create }, { "check", check }, { "list", list },
	{ "delete", delete },
};

#define COMMANDS	(sizeof(commands) / sizeof(*commands))

/*
 * Reads the settings and the file.  Returns 0; 1 where -X list or -X dump was
 * answered and nothing is left to do; or -1.
 */
static int
configure(struct conf *c, struct tp_err *e)
{
	bool	dump = false;
	size_t	i, n = 0;
	int	rc;

	for (i = 0; i < c->pairs.n; i++) {
		if (strcmp(c->pairs.v[i], "list") == 0)
			tp_kconf_list(&c->out);
		else if (strcmp(c->pairs.v[i], "dump") == 0)
			dump = true;
		else
			c->pairs.v[n++] = c->pairs.v[i];
	}
	rc = tp_kconf_open(&c->kconf, c->brokers, c->pairs.v, n, NULL, e);
	if (rc == 0 && c->file != NULL)
		rc = tp_ktopicfile_load(&c->want, &c->kconf, c->file, e);
	if (rc == 0 && dump)
		rc = tp_kconf_dump(&c->kconf, TP_KCONF_ADMIN, &c->out, e);
	return rc == 0 && c->out.n > 0 ? 1 : rc;
}

static int
run(struct conf *c, struct tp_err *e)
{
	const char		*name = c->run.inputs.n > 0 ?
				    c->run.inputs.v[0] : NULL;
	struct tp_kadmin	*a;
	size_t			 i;
	int			 rc = configure(c, e);

	if (rc != 0)
		return rc == 1 ? 0 : -1;
	if (name == NULL)
		return tp_opt_error(e, "no command; one of create, check, "
		    "list, delete");
	for (i = 0; i < COMMANDS && strcmp(commands[i].name, name) != 0; i++)
		continue;
	if (i == COMMANDS)
		return tp_opt_error(e, "no command '%s'; one of create, "
		    "check, list, delete", name);
	if (c->file == NULL && (commands[i].run != list ||
	    c->run.inputs.n > 1))
		return tp_opt_error(e, "%s: no file of topics (-F)", name);
	if (c->only_new && commands[i].run != create)
		return tp_opt_error(e, "%s: --new is for create", name);
	if (select_topics(c, e) == -1)
		return -1;
	a = tp_kadmin_new(&c->kconf, c->timeout_ms, e);
	if (a == NULL)
		return -1;
	rc = commands[i].run(c, a, e);
	tp_kadmin_free(a);
	return rc;
}

/* Writes what is to be written, also where something failed. */
static int
finish(struct conf *c, int rc, struct tp_err *e)
{
	struct tp_err	 why = { 0 };
	struct tp_sink	*s;
	int		 w = 0;

	if (c->out.n > 0) {
		s = tp_sink_open("-", &why);
		w = s == NULL ? -1 : tp_sink_write(s, c->out.p, c->out.n,
		    &why);
		if (s != NULL && tp_sink_close(s, w == 0 ? &why :
		    &(struct tp_err){ 0 }) == -1)
			w = -1;
	}
	if (w == -1 && rc != -1) {
		*e = why;
		rc = -1;
	}
	tp_buf_release(&c->out);
	tp_ktopicfile_release(&c->want);
	tp_kconf_release(&c->kconf);
	free(c->pairs.v);
	return rc;
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults,
		.timeout_ms = 30 * TP_SECOND,
	};
	struct tp_err	e = { 0 };
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	tp_kwatch_listen(say);
	rc = finish(&c, run(&c, &e), &e);
	return tp_run_exit(rc, &e);
}
