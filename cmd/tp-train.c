/*
 * tp-train: reads feature rows with targets, fits a model, scores it beside
 * persistence and the historical average, and saves it.
 */
#include <unistd.h>

#include "base/log.h"
#include "base/sig.h"
#include "forecast/dataset.h"
#include "forecast/trainer.h"
#include "forecast/trainreport.h"
#include "io/file.h"
#include "io/sink.h"
#include "stream/run.h"

struct conf {
	struct tp_run_opts	 run;
	const char		*model_path, *report_path, *gate_path;
	int			 kind;		/* index into kinds */
	const char		*split;
	double			 coverage, alpha, margin;
	int64_t			 seed, threads, min_windows;
	double			 share[3];	/* percent */
	struct tp_modelfile	 gate;
	const struct tp_model_kind *kinds[3];
	struct tp_dataset_conf	 data;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "The model" },
	{ TP_OPT_CHOICE, 0, "model", AT(kind), "KIND",
	    "persistence|ha|linear", "what to fit (default linear)", 0, 0 },
	{ TP_OPT_FILE, 'o', "output", AT(model_path), "FILE", NULL,
	    "save the model in FILE, replaced whole, instead of writing it "
	    "to standard output", 0, 0 },
	{ TP_OPT_STR, 0, "split", AT(split), "LIST", NULL,
	    "percent of the windows for train, validation and test, in time "
	    "order (default 70,10,20)", 0, 0 },
	{ TP_OPT_NUM, 0, "coverage", AT(coverage), "PERCENT", NULL,
	    "how many truths shall be in the intervals (default 90)",
	    50, 99.9 },
	{ TP_OPT_NUM, 0, "alpha", AT(alpha), "SHARE", NULL,
	    "the same, as the share outside (default 0.1)", 0.001, 0.5 },
	{ TP_OPT_INT, 0, "seed", AT(seed), "N", NULL,
	    "of random numbers (default 1)", 0, 9e15 },
	{ TP_OPT_INT, 0, "min-windows", AT(min_windows), "N", NULL,
	    "refuse to train on less (default 288)", 3, 4e9 },
	{ TP_OPT_INT, 'j', "threads", AT(threads), "N", NULL,
	    "threads to fit with; the result is the same (default: one a "
	    "core)", 1, 64 },
	{ .kind = TP_OPT_HEADING, .help = "Judging it" },
	{ TP_OPT_FILE, 0, "report", AT(report_path), "FILE", NULL,
	    "write score records to FILE", 0, 0 },
	{ TP_OPT_FILE, 0, "gate", AT(gate_path), "MODEL", NULL,
	    "save nothing and exit with 1 where MODEL is better on the "
	    "validation part", 0, 0 },
	{ TP_OPT_NUM, 0, "gate-margin", AT(margin), "PERCENT", NULL,
	    "how much worse the new model may be (default 0)", 0, 1000 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-replay --format metr-la FILE | tp-features --targets 15,30,60 |\n"
    "      tp-train --model linear --report report.jsonl -o la.model\n";

static const struct tp_tool tool = {
	.name = "tp-train",
	.brief = "fit a forecasting model to feature rows",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

static int
set_split(struct conf *c, struct tp_err *e)
{
	const char	*s = c->split;
	double		 sum = 0;
	size_t		 n;
	int		 i;

	for (i = 0; i < 3; i++) {
		n = strcspn(s, ",");
		if (tp_parse_num(s, n, &c->share[i]) != 0 ||
		    !(c->share[i] > 0) || s[n] != (i < 2 ? ',' : '\0'))
			break;
		sum += c->share[i];
		s += n + 1;
	}
	if (i < 3 || sum < 99.999 || sum > 100.001)
		return tp_opt_error(e, "--split: '%s' is no list of three "
		    "positive numbers with the sum 100", c->split);
	return 0;
}

static int
read_gate(struct conf *c, struct tp_err *e)
{
	char	*p;
	size_t	 n;
	int	 rc;

	if (tp_file_read(c->gate_path, TP_MODELFILE_MAX, &p, &n, e) != 0)
		return -1;
	rc = tp_modelfile_read(&c->gate, p, n, e);
	free(p);
	if (rc != 0)
		return tp_err_prefix(e, "%s", c->gate_path);
	c->kinds[1] = c->gate.kind;
	return 0;
}

static int
configure(struct conf *c, struct tp_err *e)
{
	c->kinds[0] = tp_model_kinds[c->kind];
	c->data.kinds = c->kinds;
	if (c->coverage > 0 && c->alpha > 0)
		return tp_opt_error(e, "--coverage and --alpha say the same; "
		    "give one of them");
	if (c->alpha <= 0)
		c->alpha = c->coverage > 0 ? 1 - c->coverage / 100 : 0.1;
	c->alpha = tp_fixed(c->alpha, 6);
	if (set_split(c, e) != 0)
		return -1;
	if (strcmp(c->model_path, "-") == 0 && isatty(STDOUT_FILENO))
		return tp_opt_error(e, "a model is not for a terminal; "
		    "-o FILE saves it");
	/* nothing but the model goes out, and that at the end */
	c->run.output = "/dev/null";
	return c->gate_path != NULL ? read_gate(c, e) : 0;
}

static void
note(const char *what)
{
	tp_log_detail("fitting %s", what);
}

/* The model, unless it was refused; returns what main returns. */
static int
save(const struct conf *c, const struct tp_train_result *r, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	int		rc;

	if (c->report_path != NULL && tp_file_replace(c->report_path,
	    r->report.p, r->report.n, e) != 0)
		return -1;
	if (r->refused) {
		tp_log_note("not saved: mean absolute error %.4f on the "
		    "validation part, %.4f by the model in use '%s'",
		    r->new_mae, r->old_mae, c->gate.version);
		return TP_EXIT_NO;
	}
	tp_modelfile_write(&r->model, &b);
	rc = tp_file_replace(c->model_path, b.p, b.n, e);
	tp_buf_release(&b);
	return rc;
}

static int
train(const struct conf *c, struct tp_dataset *d, struct tp_err *e)
{
	struct tp_train_opts	o = {
		.kind = c->kinds[0],
		.model = {
			.seed = (uint64_t)c->seed,
			.threads = (int)c->threads,
		},
		.alpha = c->alpha,
		.gate = c->gate_path != NULL ? &c->gate : NULL,
		.margin = c->margin / 100,
		.note = note,
	};
	struct tp_train_result	r = { 0 };
	struct tp_buf		table = { 0 };
	int			rc;

	if (tp_dataset_finish(d, c->share, c->min_windows, e) != 0 ||
	    tp_train(d, &o, &r, e) != 0)
		return -1;
	if (c->run.quiet == 0) {
		tp_train_table(&r, TP_SPLIT_TEST, &table);
		fputs(tp_buf_cstr(&table), stderr);
		tp_buf_release(&table);
	}
	rc = save(c, &r, e);
	tp_train_release(&r);
	return rc;
}

int
main(int argc, char **argv)
{
	struct tp_dataset	data = { 0 };
	struct conf		c = {
		.run = tp_run_defaults,
		.model_path = "-",
		.kind = 2,
		.split = "70,10,20",
		.seed = 1,
		.min_windows = 288,
	};
	struct tp_run		run = {
		.opts = &c.run,
		.filter = &tp_dataset_filter,
		.conf = &c.data,
		.state = &data,
		.what = "rows",
	};
	struct tp_err		e = { 0 };
	int			rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = configure(&c, &e);
	if (rc == 0)
		rc = tp_run(&run, &e);
	if (rc == 0 && tp_sig_stop() == 0)
		rc = train(&c, &data, &e);
	tp_dataset_release(&data);
	tp_modelfile_release(&c.gate);
	return tp_run_exit(rc, &e);
}
