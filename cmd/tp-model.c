/*
 * tp-model: says what is in model files, compares and checks them, writes
 * models in the formats of other programs, and takes models from them.
 */
#include <unistd.h>

#include "base/log.h"
#include "base/sig.h"
#include "exchange/exchange.h"
#include "forecast/inputcsv.h"
#include "io/file.h"
#include "io/sink.h"
#include "model/modelcheck.h"
#include "model/modelinfo.h"
#include "stream/run.h"

enum { ONNX, PMML, SAFETENSORS, XGBOOST_JSON };

struct conf {
	struct tp_run_opts	 run;
	const char		*output, *like;
	bool			 json;
	int			 to;		/* as above */
	int			 from;		/* enum tp_import */
	int64_t			 horizon;	/* minutes; 0: not given */
	struct tp_buf		 out;
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ TP_OPT_FILE, 'o', "output", AT(output), "FILE", NULL,
	    "write there instead of to standard output", 0, 0 },
	{ TP_OPT_FLAG, 0, "json", AT(json), NULL, NULL,
	    "info: one JSON object a model", 0, 0 },
	{ TP_OPT_CHOICE, 0, "to", AT(to), "FORMAT",
	    "onnx|pmml|safetensors|xgboost-json",
	    "export: what to write (default onnx)", 0, 0 },
	{ TP_OPT_INT, 0, "horizon", AT(horizon), "MINUTES", NULL,
	    "export: the horizon, for formats that have one a file", 1, 1e6 },
	{ TP_OPT_CHOICE, 0, "from", AT(from), "FORMAT",
	    "xgboost|lightgbm|onnx|keras-npz",
	    "import: what to read (default xgboost)", 0, 0 },
	{ TP_OPT_FILE, 0, "like", AT(like), "MODEL", NULL,
	    "import: the model whose inputs the imported one reads", 0, 0 },
	{ TP_OPT_COUNT, 'q', "quiet", AT(run.quiet), NULL, NULL,
	    "print errors only", 0, 0 },
	{ TP_OPT_COUNT, 'v', "verbose", AT(run.verbose), NULL, NULL,
	    "say more", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Commands:\n"
    "  info MODEL ...     print what is in model files\n"
    "  diff A B           print where B is not A; exit 1 if it is not\n"
    "  check MODEL ...    read and ask them; exit 1 if one is no good\n"
    "  export MODEL       write it in another format (--to)\n"
    "  import FILE ...    make a model of what others have learnt (--from,\n"
    "                     --like)\n"
    "  inputs MODEL [FILE ...]\n"
    "                     write what an exported model takes, as CSV, from\n"
    "                     feature rows with targets\n"
    "\n"
    "Example:\n"
    "  tp-model export --to pmml --horizon 15 la.model >la-15.pmml\n";

static const struct tp_tool tool = {
	.name = "tp-model",
	.brief = "look into model files, compare, check, export, import them",
	.operands = "info|diff|check|export|import|inputs FILE ...",
	.opts = options,
	.help_tail = tail,
};

/* A model and its file. */
struct opened {
	struct tp_modelfile	m;
	struct tp_modelinfo	info;
};

static int
open_model(const char *path, struct opened *o, struct tp_err *e)
{
	char	*p;
	size_t	 n;

	memset(o, 0, sizeof(*o));
	if (tp_modelfile_bytes(&o->m, path, &p, &n, e) != 0)
		return -1;
	tp_modelinfo_init(&o->info, &o->m, p, n);
	free(p);
	return 0;
}

static int
info(struct conf *c, struct tp_err *e)
{
	struct opened	o;
	size_t		i;

	for (i = 1; i < c->run.inputs.n; i++) {
		if (open_model(c->run.inputs.v[i], &o, e) != 0)
			return -1;
		if (c->json) {
			tp_modelinfo_json(&o.info, &c->out);
		} else {
			if (i > 1)
				tp_buf_char(&c->out, '\n');
			tp_modelinfo_text(&o.info, &c->out);
		}
		tp_modelfile_release(&o.m);
	}
	return 0;
}

static int
diff(struct conf *c, struct tp_err *e)
{
	struct opened	a, b;
	int		n;

	if (open_model(c->run.inputs.v[1], &a, e) != 0)
		return -1;
	if (open_model(c->run.inputs.v[2], &b, e) != 0) {
		tp_modelfile_release(&a.m);
		return -1;
	}
	n = tp_modelinfo_diff(&a.info, &b.info, &c->out);
	tp_modelfile_release(&a.m);
	tp_modelfile_release(&b.m);
	return n > 0 ? TP_EXIT_NO : TP_EXIT_OK;
}

/* All are looked at, whatever is wrong with one. */
static int
check(struct conf *c, struct tp_err *e)
{
	struct opened	o;
	size_t		i;
	int		rc = 0;

	(void)e;
	for (i = 1; i < c->run.inputs.n; i++) {
		struct tp_err	why = { 0 };

		if (open_model(c->run.inputs.v[i], &o, &why) != 0) {
			tp_log_error("%s", why.text);
			rc = TP_EXIT_NO;
			continue;
		}
		if (tp_modelcheck(&o.m, &why) != 0) {
			tp_log_error("%s: %s", c->run.inputs.v[i], why.text);
			rc = TP_EXIT_NO;
		} else {
			tp_buf_printf(&c->out, "%s: good, %s\n",
			    c->run.inputs.v[i], o.m.version);
		}
		tp_modelfile_release(&o.m);
	}
	return rc;
}

/* The number of --horizon in the model, or of its only one. */
static int
find_horizon(const struct conf *c, const struct tp_modelfile *m, size_t *h,
    struct tp_err *e)
{
	if (c->horizon == 0 && m->nh > 1)
		return tp_opt_error(e, "this format has one horizon a file; "
		    "--horizon says which of the model's %zu", m->nh);
	for (*h = 0; *h < m->nh; ++*h)
		if (c->horizon == 0 || m->minutes[*h] == c->horizon)
			return 0;
	return tp_opt_error(e, "--horizon: the model does not forecast %lld "
	    "minutes", (long long)c->horizon);
}

static int
export(struct conf *c, struct tp_err *e)
{
	struct tp_formula	f = { 0 };
	struct opened		o;
	size_t			h = 0;
	int			rc;

	if (open_model(c->run.inputs.v[1], &o, e) != 0)
		return -1;
	if (c->to == SAFETENSORS) {
		rc = tp_export_safetensors(&o.m, &c->out, e);
	} else if (c->to == ONNX) {
		rc = tp_export_onnx(&o.m, &c->out, e);
	} else {
		rc = tp_formula_init(&f, &o.m, e);
		if (rc == 0 && find_horizon(c, &o.m, &h, e) != 0)
			rc = -1;
		else if (rc == 0)
			rc = c->to == PMML ?
			    tp_export_pmml(&o.m, &f, h, &c->out, e) :
			    tp_export_xgboost(&o.m, &f, h, &c->out, e);
	}
	tp_formula_release(&f);
	tp_modelfile_release(&o.m);
	return rc;
}

static int
import(struct conf *c, struct tp_err *e)
{
	struct tp_modelfile	m = { 0 };
	int			rc;

	if (c->like == NULL)
		return tp_opt_error(e, "import: --like names the model whose "
		    "inputs it reads");
	if (tp_modelfile_open(&m, c->like, e) != 0)
		return -1;
	rc = tp_import(&m, (enum tp_import)c->from, c->run.inputs.v + 1,
	    c->run.inputs.n - 1, e);
	if (rc == 0)
		tp_modelfile_write(&m, &c->out);
	tp_modelfile_release(&m);
	return rc;
}

static int
put(void *arg, struct tp_buf *b, struct tp_err *e)
{
	return tp_sink_write(arg, b->p, b->n, e);
}

static int
write_inputs(const struct conf *c, const struct tp_modelfile *m,
    struct tp_dataset *d, struct tp_err *e)
{
	struct tp_sink	*s;
	size_t		 unknown;
	int		 rc;

	if (tp_dataset_rows(d, e) != 0 ||
	    (s = tp_sink_open(c->output != NULL ? c->output : "-", e)) == NULL)
		return -1;
	rc = tp_inputcsv_write(m, d, put, s, &unknown, e);
	if (tp_sink_close(s, rc == 0 ? e : &(struct tp_err){ 0 }) != 0)
		rc = -1;
	if (unknown > 0)
		tp_log_note("%zu rows of segments that the model does not "
		    "know were left out", unknown);
	return rc;
}

static int
inputs(struct conf *c, struct tp_err *e)
{
	const struct tp_model_kind	*kinds[2] = { NULL };
	struct tp_dataset_conf		 dc = { .kinds = kinds };
	struct tp_dataset		 d = { 0 };
	struct tp_run			 run = {
		.opts = &c->run, .filter = &tp_dataset_filter, .conf = &dc,
		.state = &d, .what = "rows",
	};
	struct opened			 o;
	size_t				 i;
	int				 rc;

	if (open_model(c->run.inputs.v[1], &o, e) != 0)
		return -1;
	kinds[0] = o.m.kind;
	for (i = 2; i < c->run.inputs.n; i++)
		c->run.inputs.v[i - 2] = c->run.inputs.v[i];
	c->run.inputs.n = i - 2;
	c->run.output = "/dev/null";
	rc = tp_run(&run, e);
	if (rc == 0 && tp_sig_stop() == 0)
		rc = write_inputs(c, &o.m, &d, e);
	tp_dataset_release(&d);
	tp_modelfile_release(&o.m);
	return rc;
}

static const struct command {
	const char	*name;
	size_t		 least, most;	/* operands behind it */
	int		(*run)(struct conf *c, struct tp_err *e);
} commands[] = {
	{ "info", 1, SIZE_MAX, info },
	{ "diff", 2, 2, diff },
	{ "check", 1, SIZE_MAX, check },
	{ "export", 1, 1, export },
	{ "import", 1, TP_MODEL_HORIZONS, import },
	{ "inputs", 1, SIZE_MAX, inputs },
};
#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

static int
run(struct conf *c, struct tp_err *e)
{
	const struct tp_opt_list	*l = &c->run.inputs;
	size_t				 i;

	if (l->n == 0)
		return tp_opt_error(e, "no command; one of info, diff, check, "
		    "export, import, inputs");
	for (i = 0; i < COMMANDS; i++)
		if (strcmp(commands[i].name, l->v[0]) == 0)
			break;
	if (i == COMMANDS)
		return tp_opt_error(e, "no command '%s'; one of info, diff, "
		    "check, export, import, inputs", l->v[0]);
	if (l->n - 1 < commands[i].least || l->n - 1 > commands[i].most)
		return tp_opt_error(e, "%s: takes %s", l->v[0],
		    commands[i].least == 2 ? "two models" :
		    commands[i].most == 1 ? "one model" :
		    commands[i].run == import ? "a file for each horizon" :
		    "a model");
	if (c->output == NULL && isatty(STDOUT_FILENO) &&
	    (commands[i].run == import || (commands[i].run == export &&
	    c->to != PMML && c->to != XGBOOST_JSON)))
		return tp_opt_error(e, "this format is not for a terminal; "
		    "-o FILE saves it");
	return commands[i].run(c, e);
}

int
main(int argc, char **argv)
{
	struct conf	c = { .run = tp_run_defaults };
	struct tp_err	e = { 0 };
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = run(&c, &e);
	if (rc >= 0 && c.out.n > 0 && tp_file_replace(c.output != NULL ?
	    c.output : "-", c.out.p, c.out.n, &e) != 0)
		rc = -1;
	tp_buf_release(&c.out);
	return tp_run_exit(rc, &e);
}
