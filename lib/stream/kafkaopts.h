/* Private to lib/stream: what the options of Kafka ask before a run. */
#ifndef TP_STREAM_KAFKAOPTS_H
#define TP_STREAM_KAFKAOPTS_H

#include "base/map.h"
#include "stream/run.h"

/* A number that differs when the tool's own options do (files aside). */
uint64_t tp_run_conf_hash(const struct tp_tool *tool, const void *conf);
/* Answers -X list and -X dump: 1 where there was one, 0, or -1. */
int tp_run_kafka_ask(const struct tp_run_opts *o, struct tp_err *e);

#endif
