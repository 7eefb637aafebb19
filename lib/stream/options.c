/* The options every tool has, and the two ends of every main. */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sig.h"
#include "kafka/kuri.h"
#include "stream/kafkaopts.h"
#include "stream/run.h"

#define AT(field)	offsetof(struct tp_run_opts, field)

const struct tp_opt tp_run_options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Options of every tool" },
	{ TP_OPT_LIST, 'i', "input", AT(inputs), "FILE", NULL,
	    "read FILE; - is standard input; .gz and .zst are unpacked", 0, 0 },
	{ TP_OPT_FILE, 'o', "output", AT(output), "FILE", NULL,
	    "write to FILE instead of standard output", 0, 0 },
	{ TP_OPT_FILE, 0, "rejects", AT(rejects), "FILE", NULL,
	    "write refused records to FILE, with the reason; "
	    "implies --on-error skip", 0, 0 },
	{ TP_OPT_CHOICE, 0, "on-error", AT(on_error), "POLICY", "stop|skip",
	    "what to do with a bad record: end with exit code 3, "
	    "or count it and go on", 0, 0 },
	{ TP_OPT_INT, 0, "max-errors", AT(max_errors), "N", NULL,
	    "end with exit code 3 when more than N records were refused",
	    0, 1e15 },
	{ TP_OPT_INT, 0, "max-line", AT(max_line), "BYTES", NULL,
	    "refuse longer lines (default 64 MiB)", 1024, 4e9 },
	{ TP_OPT_INT, 'c', "count", AT(count), "N", NULL,
	    "end after N lines of output", 1, 1e15 },
	{ TP_OPT_FLAG, 'u', "unbuffered", AT(unbuffered), NULL, NULL,
	    "flush after each line; the default is when the next read "
	    "would wait", 0, 0 },
	{ TP_OPT_DUR, 0, "stats", AT(stats_ms), "TIME", NULL,
	    "print a JSON line of counters on standard error this often",
	    0, 0 },
	{ TP_OPT_FILE, 0, "metrics", AT(metrics), "FILE", NULL,
	    "keep the counters in FILE as OpenMetrics text", 0, 0 },
	{ TP_OPT_TRI, 0, "progress", AT(progress), NULL, NULL,
	    "show progress on standard error (default: on a terminal)", 0, 0 },
	{ TP_OPT_TIME, 0, "now", AT(now_ms), "TIME", NULL,
	    "take TIME for the present instead of the clock", 0, 0 },
	{ TP_OPT_COUNT, 'q', "quiet", AT(quiet), NULL, NULL,
	    "print errors only", 0, 0 },
	{ TP_OPT_COUNT, 'v', "verbose", AT(verbose), NULL, NULL,
	    "say more", 0, 0 },
	{ .kind = TP_OPT_HEADING, .help = "Kafka (see tp-kafka(7))" },
	{ TP_OPT_STR, 'b', "brokers", AT(brokers), "HOST:PORT,...", NULL,
	    "brokers to begin with (default 127.0.0.1:9092)", 0, 0 },
	{ TP_OPT_LIST, 'X', "set", AT(settings), "KEY=VALUE", NULL,
	    "a setting of librdkafka; list or dump shows them", 0, 0 },
	{ TP_OPT_FILE, 'F', "settings", AT(settings_file), "FILE", NULL,
	    "read settings from FILE", 0, 0 },
	{ TP_OPT_STR, 'G', "group", AT(group), "NAME", NULL,
	    "consumer group (default: tool and topic)", 0, 0 },
	{ TP_OPT_STR, 0, "instance", AT(instance), "NAME", NULL,
	    "keep this place in the group over restarts", 0, 0 },
	{ TP_OPT_STR, 0, "start", AT(start), "WHERE", NULL,
	    "where to begin without a committed offset: earliest (default), "
	    "latest or a time", 0, 0 },
	{ TP_OPT_FLAG, 'e', "end", AT(at_end), NULL, NULL,
	    "end at the end of the topics", 0, 0 },
	{ TP_OPT_CHOICE, 0, "guarantee", AT(guarantee), "WHAT",
	    "auto|exactly|least|none", "exactly once, at least once, or "
	    "without a group (default auto: the best that the outputs "
	    "allow)", 0, 0 },
	{ TP_OPT_DUR, 0, "commit", AT(commit_ms), "TIME", NULL,
	    "time between two commits (default 200ms)", 0, 0 },
	{ TP_OPT_DUR, 0, "broker-timeout", AT(broker_timeout_ms), "TIME",
	    NULL, "wait so long for brokers at start and end (default 30s)",
	    0, 0 },
	{ TP_OPT_CHOICE, 0, "on-gap", AT(on_gap), "POLICY", "stop|skip",
	    "where records that are still needed were deleted", 0, 0 },
	{ TP_OPT_FLAG, 0, "rebuild", AT(rebuild), NULL, NULL,
	    "take over a group that ran with other options", 0, 0 },
	{ TP_OPT_FLAG, 0, "headers", AT(headers), NULL, NULL,
	    "give records the headers processed_at and processor_id", 0, 0 },
	{ TP_OPT_STR, 0, "resume", AT(resume), "NAME", NULL,
	    "from files to Kafka exactly once: go on where NAME stopped",
	    0, 0 },
	{ .kind = TP_OPT_END },
};

const struct tp_run_opts tp_run_defaults = {
	.output = "-",
	.on_error = TP_ON_ERROR_STOP,
	.max_errors = -1,
	.max_line = 64 * 1024 * 1024,
	.now_ms = TP_TIME_NONE,
	.commit_ms = 200,
	.broker_timeout_ms = 30 * TP_SECOND,
};

/* The lists of inputs and settings, from tp_run_start() to tp_run_exit(). */
static const char	**input_list, **setting_list;

static void
add_input(struct tp_opt_list *l, const char *path)
{
	l->v = tp_realloc(l->v, l->n + 1, sizeof(*l->v));
	l->v[l->n++] = path;
}

/*
 * Undoes what a parent may have left.  A closed descriptor of the first three
 * would be taken by the next file, and results or messages go into that: it
 * becomes one that fails as a closed one does.  An ignored SIGPIPE, as systemd
 * has it, would make an error of "| head".
 */
static void
undo_parent(void)
{
	int	fd;

	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) == -1 && open("/dev/null",
		    fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			tp_die("/dev/null cannot be opened");
	signal(SIGPIPE, SIG_DFL);
}

int
tp_run_start(const struct tp_tool *tool, int argc, char **argv, void *conf,
    struct tp_run_opts *opts)
{
	struct tp_err	e = { 0 };
	bool		done = false;
	int		i;

	undo_parent();
	tp_log_init(tool->name, 0);
	i = tp_opt_parse(tool, argc, argv, conf, &done, &e);
	if (i == -1) {
		tp_log_error("%s; try '%s --help'", e.text, tool->name);
		return TP_EXIT_USAGE + 1;
	}
	if (done)
		return 1 + tp_run_exit(0, &e);
	for (; i < argc; i++)
		add_input(&opts->inputs, argv[i]);
	input_list = opts->inputs.v;
	setting_list = opts->settings.v;
	opts->conf_hash = tp_run_conf_hash(tool, conf);
	i = tp_run_kafka_ask(opts, &e);
	if (i != 0)
		return 1 + tp_run_exit(i == 1 ? 0 : -1, &e);
	if (opts->rejects != NULL)
		opts->on_error = TP_ON_ERROR_SKIP;
	tp_log_init(tool->name, opts->quiet > 0 ? -1 : opts->verbose);
	tp_sig_init();
	return 0;
}

int
tp_run_exit(int rc, const struct tp_err *e)
{
	free(input_list);
	free(setting_list);
	input_list = setting_list = NULL;
	if (rc == -1)
		tp_log_error("%s", e->text);
	else if (fflush(stdout) == EOF || ferror(stdout)) {
		tp_log_error("stdout: write failed");
		rc = TP_EXIT_SYS;
	}
	if (rc != -1 && tp_sig_stop() != 0)
		tp_sig_reraise(tp_sig_stop());
	if (rc == -1)
		rc = e->code != TP_EXIT_OK ? e->code : TP_EXIT_SYS;
	return rc;
}

int
tp_run_inputs_first(struct tp_run_opts *opts,
    const struct tp_opt_list *first, struct tp_err *e)
{
	struct tp_opt_list	*in = &opts->inputs;
	size_t			 i, stdins = 0;

	if (in->n == 0)
		add_input(in, "-");
	in->v = tp_realloc(in->v, in->n + first->n, sizeof(*in->v));
	input_list = in->v;
	memmove(in->v + first->n, in->v, in->n * sizeof(*in->v));
	for (i = 0; i < first->n; i++)
		in->v[i] = first->v[i];
	in->n += first->n;
	for (i = 0; i < in->n; i++)
		stdins += strcmp(in->v[i], "-") == 0;
	return stdins < 2 ? 0 :
	    tp_opt_error(e, "standard input can be read only once");
}

bool
tp_run_reads_topics(const struct tp_run_opts *opts)
{
	size_t	i;

	for (i = 0; i < opts->inputs.n; i++)
		if (tp_kuri_is(opts->inputs.v[i]))
			return true;
	return false;
}
