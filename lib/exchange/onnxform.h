/* Formulas and their mixes as graphs of ONNX; for lib/exchange. */
#ifndef TP_EXCHANGE_ONNXFORM_H
#define TP_EXCHANGE_ONNXFORM_H

#include "exchange/onnxput.h"
#include "model/formula.h"

/*
 * Appends inputs, constants, nodes and the output of a formula that is no mix;
 * see tp_export_onnx().
 */
void tp_onnx_put_formula(struct tp_onnx_graph *g, const struct tp_formula *f);

/*
 * The same of an ensemble, f being its formula: `inputs`, double, rows x nin,
 * and `segment` where a member needs it.  Where a member is a network, all
 * segments of a step go in together: `inputs`, steps x segments x nin, `slot`
 * and `day`; and the forecasts come out so.  Returns 0, or -1 with code
 * TP_EXIT_USAGE where a member does not tell speeds.
 */
int tp_onnx_put_mix(struct tp_onnx_graph *g, const struct tp_modelfile *m,
    const struct tp_formula *f, struct tp_err *e);

#endif
