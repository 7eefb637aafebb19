/*
 * PMML 4.4 of one horizon.  Weighted sums: a RegressionModel for each segment,
 * of which that of the row's segment_id is taken.  Trees: the sum of a
 * RegressionModel, which passes on the first input, and TreeModels.  Classes:
 * a chain of the sums of each class's TreeModels, and a RegressionModel that
 * makes probabilities of them.
 */
#include "base/mem.h"
#include "base/version.h"
#include "exchange/exchange.h"

#define SEGMENT	"segment_id"

/* Text of an attribute; ids stand as in records. */
static void
put_text(struct tp_buf *b, const char *s)
{
	for (; *s != '\0'; s++)
		switch (*s) {
		case '&':	tp_buf_lit(b, "&amp;"); break;
		case '<':	tp_buf_lit(b, "&lt;"); break;
		case '>':	tp_buf_lit(b, "&gt;"); break;
		case '"':	tp_buf_lit(b, "&quot;"); break;
		default:	tp_buf_char(b, *s);
		}
}

/* The field that is the target, as an attribute's text. */
static const char *
target_of(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    char s[32])
{
	snprintf(s, 32, "%s_%d", f->nclass > 0 ? "class" : "forecast",
	    m->minutes[h]);
	return s;
}

static void
put_target(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    struct tp_buf *b)
{
	char	target[32], class[TP_CLASS_NAME];
	size_t	k;

	tp_buf_printf(b, "<DataField name=\"%s\" optype=\"%s\" dataType="
	    "\"%s\">", target_of(m, f, h, target),
	    f->nclass > 0 ? "categorical" : "continuous",
	    f->nclass > 0 ? "string" : "double");
	for (k = 0; k < f->nclass; k++)
		tp_buf_printf(b, "<Value value=\"%s\"/>",
		    tp_formula_class(m, k, class));
	tp_buf_lit(b, "</DataField>\n");
}

static void
put_head(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    struct tp_buf *b)
{
	bool	linear = f->form == TP_FORMULA_LINEAR;
	size_t	i;

	tp_buf_lit(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	    "<PMML xmlns=\"http://www.dmg.org/PMML-4_4\" version=\"4.4\">\n"
	    "<Header description=\"");
	put_text(b, m->version);
	tp_buf_lit(b, "; ");
	put_text(b, m->spec);
	tp_buf_lit(b, "\"><Application name=\"tp-model\" version=\""
	    TP_VERSION "\"/></Header>\n");
	tp_buf_printf(b, "<DataDictionary numberOfFields=\"%zu\">\n",
	    f->nin + 1 + (linear ? 1 : 0));
	if (linear)
		tp_buf_lit(b, "<DataField name=\"" SEGMENT "\" "
		    "optype=\"categorical\" dataType=\"string\"/>\n");
	for (i = 0; i < f->nin; i++)
		tp_buf_printf(b, "<DataField name=\"%s\" optype="
		    "\"continuous\" dataType=\"double\"/>\n", f->name[i]);
	put_target(m, f, h, b);
	tp_buf_lit(b, "</DataDictionary>\n");
}

/* The fields of a model; target: also what comes out, nothing below 0. */
static void
put_schema(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    bool target, struct tp_buf *b)
{
	char	name[32];
	size_t	i;

	target_of(m, f, h, name);
	tp_buf_lit(b, "<MiningSchema>");
	if (target && f->form == TP_FORMULA_LINEAR)
		tp_buf_lit(b, "<MiningField name=\"" SEGMENT "\"/>");
	for (i = 0; i < f->nin; i++)
		tp_buf_printf(b, "<MiningField name=\"%s\"/>", f->name[i]);
	if (target)
		tp_buf_printf(b, "<MiningField name=\"%s\" usageType="
		    "\"target\"/>", name);
	tp_buf_lit(b, "</MiningSchema>\n");
	if (target && f->nclass == 0)
		tp_buf_printf(b, "<Targets><Target field=\"%s\" min=\"0\"/>"
		    "</Targets>\n", name);
}

static void
put_sum(const struct tp_formula *f, const double *coef, struct tp_buf *b)
{
	size_t	i;

	tp_buf_lit(b, "<RegressionTable intercept=\"0\">");
	for (i = 0; i < f->nin; i++) {
		if (!(coef[i] < 0 || coef[i] > 0))
			continue;
		tp_buf_printf(b, "<NumericPredictor name=\"%s\" "
		    "coefficient=\"", f->name[i]);
		tp_buf_num(b, coef[i]);
		tp_buf_lit(b, "\"/>");
	}
	tp_buf_lit(b, "</RegressionTable>");
}

static void
put_linear(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    struct tp_buf *b)
{
	size_t	i;

	tp_buf_lit(b, "<Segmentation multipleModelMethod=\"selectFirst\">\n");
	for (i = 0; i < f->nseg; i++) {
		tp_buf_lit(b, "<Segment><SimplePredicate field=\"" SEGMENT
		    "\" operator=\"equal\" value=\"");
		put_text(b, m->segs.keys[i].p);
		tp_buf_lit(b, "\"/><RegressionModel functionName="
		    "\"regression\">");
		put_schema(m, f, h, false, b);
		put_sum(f, f->coef + (i * f->nh + h) * f->nin, b);
		tp_buf_lit(b, "</RegressionModel></Segment>\n");
	}
	tp_buf_lit(b, "</Segmentation>\n");
}

/* A node and those below it; operator: how it is reached, NULL for a root. */
static void
put_node(const struct tp_formula *f, const struct tp_tree_node *v,
    const struct tp_tree_node *from, const char *operator, struct tp_buf *b)
{
	bool	leaf = v->step == 0;

	tp_buf_lit(b, "<Node");
	if (leaf) {
		tp_buf_lit(b, " score=\"");
		tp_buf_num(b, (double)tp_tree_number(v->key));
		tp_buf_char(b, '"');
	}
	tp_buf_char(b, '>');
	if (operator == NULL) {
		tp_buf_lit(b, "<True/>");
	} else {
		tp_buf_printf(b, "<SimplePredicate field=\"%s\" operator="
		    "\"%s\" value=\"", f->name[from->col +
		    (f->nclass > 0 ? 0 : 1)], operator);
		tp_buf_num(b, (double)tp_tree_number(from->key));
		tp_buf_lit(b, "\"/>");
	}
	if (!leaf) {		/* at most TP_TREES_DEPTH deep */
		put_node(f, v + v->step, v, "lessThan", b);
		put_node(f, v + v->step + 1, v, "greaterOrEqual", b);
	}
	tp_buf_lit(b, "</Node>");
}

/* Every step-th tree of horizon number h, a segment each. */
static void
put_every(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    size_t from, size_t step, struct tp_buf *b)
{
	const struct tp_trees	*t = &f->trees[h];
	size_t			 i;

	for (i = from; i < t->n; i += step) {
		tp_buf_lit(b, "<Segment><True/><TreeModel functionName="
		    "\"regression\" splitCharacteristic=\"binarySplit\">");
		put_schema(m, f, h, false, b);
		put_node(f, t->node + t->root[i], NULL, NULL, b);
		tp_buf_lit(b, "</TreeModel></Segment>\n");
	}
}

static void
put_trees(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    struct tp_buf *b)
{
	tp_buf_lit(b, "<Segmentation multipleModelMethod=\"sum\">\n"
	    "<Segment><True/><RegressionModel functionName=\"regression\">");
	put_schema(m, f, h, false, b);
	tp_buf_printf(b, "<RegressionTable intercept=\"0\">"
	    "<NumericPredictor name=\"%s\" coefficient=\"1\"/>"
	    "</RegressionTable></RegressionModel></Segment>\n", f->name[0]);
	put_every(m, f, h, 0, 1, b);
	tp_buf_lit(b, "</Segmentation>\n");
}

/* Makes probabilities of sum_0, sum_1, ..., which came before it. */
static void
put_normal(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    struct tp_buf *b)
{
	char	name[32], class[TP_CLASS_NAME];
	size_t	k;

	tp_buf_printf(b, "<Segment><True/><RegressionModel functionName="
	    "\"classification\" normalizationMethod=\"%s\">"
	    "<MiningSchema>", f->shares ? "simplemax" : "softmax");
	for (k = 0; k < f->nclass; k++)
		tp_buf_printf(b, "<MiningField name=\"sum_%zu\"/>", k);
	tp_buf_printf(b, "<MiningField name=\"%s\" usageType=\"target\"/>"
	    "</MiningSchema>\n<Output>", target_of(m, f, h, name));
	for (k = 0; k < f->nclass; k++) {
		tp_buf_printf(b, "<OutputField name=\"probability(%s)\" "
		    "optype=\"continuous\" dataType=\"double\" feature="
		    "\"probability\" value=\"%s\"/>",
		    tp_formula_class(m, k, class),
		    tp_formula_class(m, k, class));
	}
	tp_buf_lit(b, "</Output>\n");
	for (k = 0; k < f->nclass; k++)
		tp_buf_printf(b, "<RegressionTable intercept=\"0\" "
		    "targetCategory=\"%s\"><NumericPredictor name="
		    "\"sum_%zu\" coefficient=\"1\"/></RegressionTable>\n",
		    tp_formula_class(m, k, class), k);
	tp_buf_lit(b, "</RegressionModel></Segment>\n");
}

static void
put_classes(const struct tp_modelfile *m, const struct tp_formula *f, size_t h,
    struct tp_buf *b)
{
	size_t	k;

	tp_buf_lit(b, "<Segmentation multipleModelMethod=\"modelChain\">\n");
	for (k = 0; k < f->nclass; k++) {
		tp_buf_lit(b, "<Segment><True/><MiningModel functionName="
		    "\"regression\">");
		put_schema(m, f, h, false, b);
		tp_buf_printf(b, "<Output><OutputField name=\"sum_%zu\" "
		    "optype=\"continuous\" dataType=\"double\" feature="
		    "\"predictedValue\"/></Output>\n"
		    "<Segmentation multipleModelMethod=\"sum\">\n", k);
		put_every(m, f, h, k, f->nclass, b);
		tp_buf_lit(b, "</Segmentation>\n</MiningModel></Segment>\n");
	}
	put_normal(m, f, h, b);
	tp_buf_lit(b, "</Segmentation>\n");
}

int
tp_export_pmml(const struct tp_modelfile *m, const struct tp_formula *f,
    size_t h, struct tp_buf *b, struct tp_err *e)
{
	if (f->form == TP_FORMULA_DENSE || f->form == TP_FORMULA_MIX)
		return tp_err_set(e, TP_EXIT_USAGE, "a model of kind '%s' "
		    "cannot be written as PMML", m->kind->name);
	put_head(m, f, h, b);
	tp_buf_printf(b, "<MiningModel functionName=\"%s\">\n",
	    f->nclass > 0 ? "classification" : "regression");
	put_schema(m, f, h, true, b);
	if (f->form == TP_FORMULA_LINEAR)
		put_linear(m, f, h, b);
	else if (f->form == TP_FORMULA_CLASSES)
		put_classes(m, f, h, b);
	else
		put_trees(m, f, h, b);
	tp_buf_lit(b, "</MiningModel>\n</PMML>\n");
	return 0;
}
