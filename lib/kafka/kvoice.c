/*
 * What the library says, in fewer words: one line when no broker answers any
 * more and one when one does again, the rest with -v.  (It writes four to six
 * lines a client for each refused connection.)
 */
#include "base/err.h"
#include "kafka/kprivate.h"
#include "kafka/kwatch.h"

static void
on_log(const rd_kafka_t *rk, int level, const char *fac, const char *text)
{
	(void)rk;
	(void)level;
	/* which settings are only for the other client is of no interest */
	if (strcmp(fac, "CONFWARN") != 0)
		tp_kwatch_say(2, "kafka: %s: %s", fac, text);
}

static void
on_error(rd_kafka_t *rk, int err, const char *reason, void *arg)
{
	struct kvoice	*v = arg;

	(void)rk;
	switch (err) {
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
		if (!v->down)
			tp_kwatch_say(0, "kafka: no broker answers; waiting");
		v->down = true;
		break;
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
	case RD_KAFKA_RESP_ERR__SSL:
		v->refused = true;
		/* fall through */
	default:
		if (!v->down || v->refused)
			snprintf(v->why, sizeof(v->why), "%s", reason);
		break;
	}
}

void
kvoice_up(struct kvoice *v)
{
	if (v->down)
		tp_kwatch_say(0, "kafka: a broker answers again");
	v->down = false;
}

void
kvoice_set(rd_kafka_conf_t *conf, struct kvoice *v)
{
	rd_kafka_conf_set_opaque(conf, v);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
}
