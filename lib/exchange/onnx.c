/* ONNX: the messages of onnx.proto that a model of ours needs. */
#include "base/version.h"
#include "exchange/exchange.h"
#include "exchange/onnxform.h"
#include "exchange/onnxnet.h"
#include "exchange/proto.h"
#include "model/netmodel.h"

static void
put_metadata(struct tp_buf *b, const char *key, const char *value)
{
	struct tp_buf	entry = { 0 };

	tp_proto_str(&entry, TP_ONNX_ENTRY_KEY, key);
	tp_proto_str(&entry, TP_ONNX_ENTRY_VALUE, value);
	tp_proto_message(b, TP_ONNX_MODEL_METADATA, &entry);
	tp_buf_release(&entry);
}

/* What somebody needs who has nothing but the file; f NULL: a network. */
static void
put_about(struct tp_buf *b, const struct tp_modelfile *m,
    const struct tp_formula *f)
{
	char		name[TP_CLASS_NAME];
	struct tp_buf	list = { 0 };
	size_t		i, n = f != NULL ? f->nin : m->ncol;

	put_metadata(b, "model_version", m->version);
	put_metadata(b, "feature_set", m->spec);
	put_metadata(b, "unit", m->unit);
	for (i = 0; i < n; i++)
		tp_buf_printf(&list, "%s%s", i > 0 ? "," : "",
		    f != NULL ? f->name[i] : m->columns[i]);
	put_metadata(b, "inputs", tp_buf_cstr(&list));
	list.n = 0;
	for (i = 0; i < m->nh; i++)
		tp_buf_printf(&list, "%s%d", i > 0 ? "," : "", m->minutes[i]);
	put_metadata(b, "horizon_minutes", tp_buf_cstr(&list));
	list.n = 0;
	for (i = 0; i < m->segs.n; i++)
		tp_buf_printf(&list, "%s\"%s\"", i > 0 ? "," : "[",
		    m->segs.keys[i].p);
	tp_buf_char(&list, ']');
	put_metadata(b, "segments", tp_buf_cstr(&list));
	list.n = 0;
	for (i = 0; f != NULL && i < f->nclass; i++)
		tp_buf_printf(&list, "%s%s", i > 0 ? "," : "",
		    tp_formula_class(m, i, name));
	if (list.n > 0)
		put_metadata(b, "classes", tp_buf_cstr(&list));
	tp_buf_release(&list);
}

static void
put_opset(struct tp_buf *b, const char *domain, int64_t version)
{
	struct tp_buf	o = { 0 };

	tp_proto_str(&o, TP_ONNX_OPSET_DOMAIN, domain);
	tp_proto_int(&o, TP_ONNX_OPSET_VERSION, version);
	tp_proto_message(b, TP_ONNX_MODEL_OPSET, &o);
	tp_buf_release(&o);
}

static int
put_graph(struct tp_onnx_graph *g, const struct tp_modelfile *m,
    const struct tp_formula *f, struct tp_err *e)
{
	int	rc = 0;

	if (f == NULL)
		tp_onnx_put_net(g, m->state);
	else if (f->form == TP_FORMULA_MIX)
		rc = tp_onnx_put_mix(g, m, f, e);
	else
		tp_onnx_put_formula(g, f);
	tp_proto_str(&g->b, TP_ONNX_GRAPH_NAME, m->kind->name);
	return rc;
}

int
tp_export_onnx(const struct tp_modelfile *m, struct tp_buf *b,
    struct tp_err *e)
{
	struct tp_formula	formula = { 0 }, *f = NULL;
	struct tp_onnx_graph	graph = { .prefix = "" };
	int			rc = 0;

	if (!tp_netmodel_is(m->kind)) {
		f = &formula;
		if (tp_formula_init(f, m, e) != 0)
			return -1;
	}
	tp_proto_int(b, TP_ONNX_MODEL_IR, 7);
	tp_proto_str(b, TP_ONNX_MODEL_PRODUCER, "tp-model");
	tp_proto_str(b, TP_ONNX_MODEL_PRODUCER_VERSION, TP_VERSION);
	rc = put_graph(&graph, m, f, e);
	tp_proto_message(b, TP_ONNX_MODEL_GRAPH, &graph.b);
	put_opset(b, "", 13);
	put_opset(b, "ai.onnx.ml", 1);
	put_about(b, m, f);
	tp_buf_release(&graph.b);
	tp_formula_release(&formula);
	return rc;
}
