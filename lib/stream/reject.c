/* Records that were refused: one JSON line each, and the policy. */
#include <inttypes.h>

#include "stream/ctx.h"
#include "stream/kafkactx.h"

static void
write_reject(struct tp_ctx *c, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	struct tp_buf	*b = &c->reject_buf;

	tp_buf_lit(b, "{\"reason\":");
	tp_json_write_str(b, reason, strlen(reason));
	tp_buf_lit(b, ",\"rule\":");
	tp_json_write_str(b, rule, strlen(rule));
	tp_buf_lit(b, ",\"tool\":");
	tp_json_write_str(b, tp_log_tool(), strlen(tp_log_tool()));
	tp_buf_lit(b, ",\"source\":");
	tp_json_write_str(b, r->source, strlen(r->source));
	if (r->lineno > 0) {
		tp_buf_lit(b, ",\"line\":");
		tp_buf_int(b, (int64_t)r->lineno);
	} else {
		tp_buf_lit(b, ",\"partition\":");
		tp_buf_int(b, r->partition);
		tp_buf_lit(b, ",\"offset\":");
		tp_buf_int(b, r->offset);
	}
	tp_buf_lit(b, ",\"raw\":");
	tp_json_write_str(b, r->line, r->len);
	tp_buf_lit(b, "}\n");
}

static void
place(const struct tp_rec *r, char *s, size_t n)
{
	if (r->lineno > 0)
		snprintf(s, n, "%s:%" PRIu64, r->source, r->lineno);
	else
		snprintf(s, n, "%s [%" PRId32 "] at offset %" PRId64,
		    r->source, r->partition, r->offset);
}

/* As tp_ctx_reject(), also of a line that the tool made itself. */
static int
refuse(struct tp_ctx *c, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	const struct tp_run_opts	*opts = c->run->opts;
	char				 at[600];

	c->run->rejected++;
	if (c->rejects.file != NULL || c->rejects.topic != NULL)
		write_reject(c, r, rule, reason);
	if (c->rejects.topic != NULL && tp_ctx_kafka_reject(c) == -1)
		return -1;
	place(r, at, sizeof(at));
	if (opts->on_error == TP_ON_ERROR_STOP) {
		tp_err_set(c->e, TP_EXIT_DATA, "%s: %s", at, reason);
		c->stop = TP_CTX_ERROR;
		return -1;
	}
	if (c->first_reject.n == 0)
		tp_buf_printf(&c->first_reject, "%s: %s", at, reason);
	tp_log_detail("%s: %s", at, reason);
	if (opts->max_errors >= 0 &&
	    c->run->rejected > (uint64_t)opts->max_errors) {
		tp_err_set(c->e, TP_EXIT_DATA,
		    "%s: more than %" PRId64 " records rejected, the last: %s",
		    at, opts->max_errors, reason);
		c->stop = TP_CTX_ERROR;
		return -1;
	}
	if (c->reject_buf.n >= TP_CTX_FLUSH && !tp_ctx_kafka_reads(c))
		return tp_ctx_flush(c);
	return 0;
}

int
tp_ctx_reject(struct tp_out *o, const struct tp_rec *r, const char *rule,
    const char *reason)
{
	struct tp_ctx	*c = (struct tp_ctx *)o;

	if (c->k != NULL && c->k->whole != NULL && !tp_ctx_whole_ours(c, r))
		return 0;
	return refuse(c, r, rule, reason);
}

int
tp_ctx_refuse_line(struct tp_ctx *c, const char *raw, size_t n,
    const char *rule, const char *reason)
{
	struct tp_rec	r = { .line = raw, .len = n };

	if (c->at != NULL) {
		r.source = c->at->source;
		r.partition = c->at->partition;
		r.offset = c->at->offset;
		r.lineno = c->at->lineno;
	} else {
		r.source = strcmp(c->run->opts->output, "-") == 0 ?
		    "stdout" : c->run->opts->output;
		r.lineno = ++c->unshaped;
	}
	return refuse(c, &r, rule, reason);
}
