/*
 * tp-train: reads feature rows with targets, fits a model, scores it beside
 * persistence and the historical average, and saves it.
 */
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sig.h"
#include "forecast/automix.h"
#include "forecast/crossval.h"
#include "forecast/trainreport.h"
#include "io/file.h"
#include "io/versions.h"
#include "plot/reportdir.h"
#include "stream/run.h"

struct conf {
	struct tp_run_opts	 run;
	const char		*model_path, *report_path, *gate_path;
	const char		*graph_path, *unit, *tracker;
	struct tp_progress	 progress;
	int			 kind, learner;	/* in tp_model_kinds; 1: forest */
	const char		*split;
	double			 interval, min_gain;
	int64_t			 seed, threads, min_windows, keep, cv, epochs;
	bool			 importance, folder;	/* model_path is one */
	const char		*member_list, *report_dir, *class_list;
	int64_t			 budget_ms;
	struct tp_members	 members;
	double			 share[3];	/* percent */
	struct tp_modelfile	 gate;
	const struct tp_model_kind *kinds[3];	/* of the model, the gate; NULL */
	struct tp_dataset_conf	 data;
	struct tp_classes	 classes;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "The model" },
	{ TP_OPT_CHOICE, 0, "model", AT(kind), "KIND",
	    "persistence|ha|linear|tree|forest|gbt|mlp|gwnet|lstm|"
	    "lstm-calendar|classify|ensemble|auto",
	    "what to fit (default linear)", 0, 0 },
	{ TP_OPT_FILE, 'o', "output", AT(model_path), "FILE|FOLDER/", NULL,
	    "save the model in FILE, replaced whole, or as a new version in "
	    "FOLDER, whose link 'current' then names it (default: standard "
	    "output)", 0, 0 },
	{ TP_OPT_INT, 0, "keep", AT(keep), "N", NULL,
	    "leave N versions in FOLDER, the newest and the current one "
	    "(default: all)", 1, 1e6 },
	{ TP_OPT_STR, 0, "members", AT(member_list), "LIST", NULL,
	    "files of the models that an ensemble is made of", 0, 0 },
	{ TP_OPT_CHOICE, 0, "weights", AT(members.weights), "HOW",
	    "learned|mean", "of an ensemble's members (default learned)", 0, 0 },
	{ TP_OPT_DUR, 0, "budget", AT(budget_ms), "TIME", NULL,
	    "what --model auto may take (default 10m)", 0, 0 },
	{ TP_OPT_STR, 0, "classes", AT(class_list), "LIST", NULL,
	    "classes of speed, best first: low,medium,high", 0, 0 },
	{ TP_OPT_CHOICE, 0, "learner", AT(learner), "HOW", "gbt|forest",
	    "how --model classify learns them (default gbt)", 0, 0 },
	{ TP_OPT_STR, 0, "tracker", AT(tracker), "HOST:PORT", NULL,
	    "train gbt with others, who meet there", 0, 0 },
	{ TP_OPT_FILE, 0, "graph", AT(graph_path), "FILE", NULL,
	    "CSV table from,to,distance_m: the road graph that networks mix "
	    "over", 0, 0 },
	{ TP_OPT_INT, 0, "epochs", AT(epochs), "N", NULL,
	    "passes over the train part, of networks (default: by kind)",
	    1, 10000 },
	{ TP_OPT_STR, 0, "split", AT(split), "LIST", NULL,
	    "percent of the windows for train, validation and test, in time "
	    "order (default 70,10,20)", 0, 0 },
	{ TP_OPT_NUM, 0, "interval", AT(interval), "SHARE", NULL,
	    "how many truths the intervals shall hold (default 0.9)",
	    0.5, 0.999 },
	{ TP_OPT_INT, 0, "seed", AT(seed), "N", NULL,
	    "of random numbers (default 1)", 0, 9e15 },
	{ TP_OPT_INT, 0, "min-windows", AT(min_windows), "N", NULL,
	    "refuse to train on less (default 288)", 3, 4e9 },
	{ TP_OPT_INT, 'j', "threads", AT(threads), "N", NULL,
	    "threads to fit with; the result is the same (default: one a "
	    "core)", 1, 64 },
	{ .kind = TP_OPT_HEADING, .help = "Judging it" },
	{ TP_OPT_INT, 0, "cv", AT(cv), "N", NULL,
	    "cross-validate first, in N folds in the order of time", 1, 50 },
	{ TP_OPT_FILE, 0, "report", AT(report_path), "FILE", NULL,
	    "write score records to FILE", 0, 0 },
	{ TP_OPT_FILE, 0, "report-dir", AT(report_dir), "FOLDER", NULL,
	    "write them there, with pictures and a page of HTML", 0, 0 },
	{ TP_OPT_FLAG, 0, "importance", AT(importance), NULL, NULL,
	    "also how much worse it is without each input", 0, 0 },
	{ TP_OPT_FILE, 0, "gate", AT(gate_path), "MODEL", NULL,
	    "save nothing and exit with 1 unless the new model is better "
	    "than MODEL on the validation part", 0, 0 },
	{ TP_OPT_NUM, 0, "min-gain", AT(min_gain), "PERCENT", NULL,
	    "by more than so much; below 0: it may be so much worse "
	    "(default 0)", -1000, 100 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Example:\n"
    "  tp-replay --format metr-la FILE | tp-features --targets 15,30,60 |\n"
    "      tp-train --model linear --gate models/la/current -o models/la/\n";

static const struct tp_tool tool = {
	.name = "tp-train",
	.brief = "fit a forecasting model to feature rows",
	.operands = "[FILE ...]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

/* Reads the model in use, where there is one. */
static int
read_gate(struct conf *c, struct tp_err *e)
{
	tp_modelfile_release(&c->gate);
	if (c->gate_path == NULL || (c->folder &&
	    tp_versions_none(c->model_path, c->gate_path)))
		return 0;
	if (tp_modelfile_open(&c->gate, c->gate_path, e) != 0)
		return -1;
	c->kinds[1] = c->gate.kind;
	return 0;
}

static int
configure(struct conf *c, struct tp_err *e)
{
	c->kinds[0] = tp_model_kinds[c->kind];
	if (c->kinds[0] == NULL)		/* auto */
		c->kinds[0] = &tp_model_ensemble;
	c->data.kinds = c->kinds;
	if (tp_dataset_shares(c->split, c->share) != 0)
		return tp_opt_error(e, "--split: '%s' is no list of three "
		    "positive numbers with the sum 100", c->split);
	c->folder = tp_versions_is(c->model_path);
	if (c->keep > 0 && !c->folder)
		return tp_opt_error(e, "--keep is for versions in a folder; "
		    "-o FOLDER/ names it");
	if (c->cv > 0 && (tp_model_kinds[c->kind] == NULL ||
	    c->kinds[0] == &tp_model_ensemble))
		return tp_opt_error(e, "--cv is not for ensemble and auto");
	if (strcmp(c->model_path, "-") == 0 && isatty(STDOUT_FILENO))
		return tp_opt_error(e, "a model is not for a terminal; "
		    "-o FILE saves it");
	c->run.output = "/dev/null";	/* the model goes out at the end */
	if (c->member_list != NULL && tp_model_kinds[c->kind] !=
	    &tp_model_ensemble)
		return tp_opt_error(e, "--members is for --model ensemble");
	if (c->tracker != NULL && (c->kinds[0] != &tp_model_gbt || c->cv > 0))
		return tp_opt_error(e, "--tracker is for one --model gbt");
	if (c->kinds[0] == &tp_model_classify)
		c->classes = tp_classes_levels;
	if (tp_classes_option(&c->classes, c->class_list, e) != 0 ||
	    tp_members_open(&c->members, c->member_list, e) != 0)
		return -1;
	return read_gate(c, e);
}

static void
note_epoch(void *arg, const struct tp_epoch *e)
{
	const struct conf	*c = arg;

	tp_log_detail("epoch %d of %d: mean absolute error %.3f in training, "
	    "%.3f %s on the validation part; %.1f s, %.0f GFLOP/s", e->number,
	    e->of, e->train, e->valid, c->unit, e->seconds, e->gflops);
}

static void
note_progress(void *arg, uint64_t done, uint64_t total)
{
	struct conf	*c = arg;

	tp_progress_show(&c->progress, done, done, total);
}

/* Compares with the model in use, where there is one. */
static int
judge(struct conf *c, const struct tp_dataset *d, struct tp_train_result *r,
    struct tp_err *e)
{
	struct tp_buf	b = { 0 };

	/* another training may have moved `current` meanwhile */
	if (c->folder && read_gate(c, e) != 0)
		return -1;
	if (c->gate_path == NULL)
		return 0;
	if (c->gate.kind == NULL) {
		tp_log_note("no model is in use yet in '%s'", c->model_path);
		return 0;
	}
	if (tp_train_gate(d, &c->gate, c->min_gain, r, e) != 0)
		return -1;
	tp_gate_explain(&r->gate, c->gate.version, r->refused, &b);
	tp_log_note("%s", tp_buf_cstr(&b));
	tp_buf_release(&b);
	return 0;
}

static int
add_version(const struct conf *c, struct tp_versions *v,
    const struct tp_buf *b, struct tp_err *e)
{
	int64_t	now = c->run.now_ms != TP_TIME_NONE ? c->run.now_ms :
	    tp_clock_wall_ms();
	size_t	removed = 0;

	if (tp_versions_add(v, now, b->p, b->n, e) != 0 || (c->keep > 0 &&
	    tp_versions_prune(v, (size_t)c->keep, &removed, e) != 0))
		return -1;
	tp_log_note("'%s/%s' is the current model%s", v->dir, v->added,
	    removed > 0 ? "; older ones were removed" : "");
	return 0;
}

static void
show(const char *table)
{
	fputs(table, stderr);
}

/*
 * The model goes out, unless the gate refuses it; returns what main returns.
 * v is locked where the output is a folder.
 */
static int
publish(struct conf *c, const struct tp_dataset *d, struct tp_train_result *r,
    struct tp_versions *v, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	int		rc;

	if (judge(c, d, r, e) != 0)
		return -1;
	tp_train_report(r, d);
	if (c->run.quiet == 0) {
		tp_train_table(r, TP_SPLIT_TEST, &b);
		show(tp_buf_cstr(&b));
		b.n = 0;
	}
	rc = c->report_path == NULL ? 0 : tp_file_replace(c->report_path,
	    r->report.p, r->report.n, e);
	if (rc == 0 && r->refused) {
		rc = TP_EXIT_NO;
	} else if (rc == 0) {
		tp_modelfile_write(&r->model, &b);
		rc = c->folder ? add_version(c, v, &b, e) :
		    tp_file_replace(c->model_path, b.p, b.n, e);
	}
	/* what fails here does not cost the model */
	if (rc >= 0 && c->report_dir != NULL &&
	    tp_reportdir_write(c->report_dir, r, d, e) != 0)
		rc = -1;
	tp_buf_release(&b);
	return rc;
}

static int
train(struct conf *c, struct tp_dataset *d, struct tp_err *e)
{
	struct tp_fit_watch	watch = { note_epoch, note_progress, c };
	struct tp_train_opts	o = {
		.kind = c->kinds[0],
		.model = {
			.seed = (uint64_t)c->seed,
			.threads = (int)c->threads,
			.epochs = (int)c->epochs,
			.watch = &watch,
			.members = &c->members,
			.forest = c->learner, .tracker = c->tracker,
		},
		.alpha = tp_fixed(1 - c->interval, 6),
		.importance = c->importance,
		.detail = tp_log_detail,
		.say = tp_log_note,
	};
	struct tp_train_result	r = { 0 };
	struct tp_versions	v = { .fd = -1 };
	int			rc;

	if (tp_dataset_finish(d, c->share, c->min_windows, e) != 0 ||
	    tp_dataset_learnable(d, e) != 0 ||
	    (c->graph_path != NULL &&
	    tp_dataset_graph(d, c->graph_path, e) != 0))
		return -1;
	c->unit = tp_unit_suffix(d->spec.unit);
	tp_dataset_classes(d, &c->classes);
	tp_progress_init(&c->progress, "windows", c->run.progress);
	c->members.ids = &d->segs;
	rc = tp_model_kinds[c->kind] != NULL ?
	    tp_crossval(d, &o, (int)c->cv, c->run.quiet > 0 ? NULL : show,
	    &r.report, e) :
	    tp_automix_train(&c->members, d, &o, c->budget_ms, e);
	if (rc == 0)
		rc = tp_train(d, &o, &r, e);
	tp_progress_end(&c->progress);
	if (rc == 0 && c->folder)
		rc = tp_versions_lock(&v, c->model_path, ".model", e);
	if (rc == 0)
		rc = publish(c, d, &r, &v, e);
	tp_versions_release(&v);
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
		.kind = 2,	/* linear */
		.split = "70,10,20",
		.interval = 0.9,
		.seed = 1, .min_windows = 288,
		.budget_ms = 10 * TP_MINUTE,
	};
	struct tp_run		run = {
		.opts = &c.run,
		.filter = &tp_dataset_filter,
		.conf = &c.data,
		.state = &data,
		.whole = true,
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
	tp_sig_kill();
	if (rc == 0 && tp_sig_stop() == 0)
		rc = train(&c, &data, &e);
	tp_dataset_release(&data);
	tp_modelfile_release(&c.gate);
	tp_members_release(&c.members);
	return tp_run_exit(rc, &e);
}
