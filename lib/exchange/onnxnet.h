/* Networks as graphs of ONNX; for lib/exchange. */
#ifndef TP_EXCHANGE_ONNXNET_H
#define TP_EXCHANGE_ONNXNET_H

#include "exchange/onnxput.h"

struct tp_netmodel;

/* Appends inputs, constants, nodes and the output of a network to a graph. */
void tp_onnx_put_net(struct tp_onnx_graph *g, const struct tp_netmodel *m);

#endif
