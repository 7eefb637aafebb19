/* Topics in Avro: a registry of schemas that is away is waited for. */
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sig.h"
#include "stream/kafkactx.h"

#define AGAIN_S	1

/*
 * Whether the same is to be asked again: after a second, where the registry
 * did not answer, and for --broker-timeout from the first time on, which is
 * in *since.
 */
static bool
again(struct tp_ctx *c, int64_t *since)
{
	struct timespec	pause = { .tv_sec = AGAIN_S };

	if (c->e->code != TP_EXIT_RESTART)
		return false;
	if (*since == 0) {
		*since = tp_clock_mono_ns();
		tp_log_note("%s; waiting", c->e->text);
	}
	if (tp_clock_ms_since(*since) >= c->k->wait_ms || tp_sig_stop() != 0)
		return false;
	nanosleep(&pause, NULL);
	*c->e = (struct tp_err){ 0 };
	return true;
}

struct tp_wire *
tp_ctx_kafka_wire(struct tp_ctx *c, const struct tp_kuri *u, bool writes)
{
	struct tp_wire	*w;
	int64_t		 since = 0;

	do {
		w = tp_wire_open(u->avro, u->schema_id, u->topic, writes,
		    c->e);
	} while (w == NULL && again(c, &since));
	return w;
}

int
tp_ctx_kafka_json(struct tp_ctx *c, const struct tp_kmsg *m,
    struct tp_kmsg *text, char *why, size_t size)
{
	struct tp_buf	*b = &c->k->json;
	int64_t		 since = 0;
	int		 rc;

	do {
		b->n = 0;
		rc = tp_wire_decode(c->k->wires[m->topic], m->p, m->n, b, why,
		    size, c->e);
	} while (rc == -1 && again(c, &since));
	if (rc == -1)
		return tp_ctx_fail(c);
	*text = *m;
	text->p = b->p;
	text->n = b->n;
	return rc;
}
