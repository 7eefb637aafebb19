/* Options of Kafka that are about the command, not the run. */
#include <unistd.h>

#include "kafka/kconf.h"
#include "kafka/kuri.h"
#include "stream/kafkaopts.h"

/* The bytes of one option's value, from the conf struct. */
static void
add_value(struct tp_buf *b, const struct tp_opt *o, const char *conf)
{
	const char			*at = conf + o->offset;
	const struct tp_opt_list	*l;
	const char			*s;
	size_t				 i;

	switch (o->kind) {
	case TP_OPT_FLAG:
		tp_buf_add(b, at, sizeof(bool));
		break;
	case TP_OPT_COUNT:
	case TP_OPT_CHOICE:
	case TP_OPT_TRI:
		tp_buf_add(b, at, sizeof(int));
		break;
	case TP_OPT_INT:
	case TP_OPT_DUR:
	case TP_OPT_TIME:
	case TP_OPT_NUM:
		tp_buf_add(b, at, sizeof(int64_t));
		break;
	case TP_OPT_STR:
		memcpy(&s, at, sizeof(s));
		tp_buf_str(b, s != NULL ? s : "");
		break;
	case TP_OPT_LIST:
		l = (const void *)at;
		for (i = 0; i < l->n; i++) {
			tp_buf_str(b, l->v[i]);
			tp_buf_char(b, '\n');
		}
		break;
	default:
		break;		/* files: what is in them may change */
	}
	tp_buf_char(b, '\n');
}

uint64_t
tp_run_conf_hash(const struct tp_tool *tool, const void *conf)
{
	const struct tp_opt	*o;
	struct tp_buf		 b = { 0 };
	uint64_t		 hash;

	tp_buf_str(&b, tool->name);
	for (o = tool->opts; o->kind != TP_OPT_END; o++) {
		if (o->kind == TP_OPT_HEADING)
			continue;
		tp_buf_str(&b, o->name);
		tp_buf_char(&b, '=');
		add_value(&b, o, conf);
	}
	hash = tp_hash(b.p, b.n, 0);
	tp_buf_release(&b);
	return hash;
}

static int
dump(const struct tp_run_opts *o, struct tp_buf *out, struct tp_err *e)
{
	struct tp_opt_list	rest = { 0 };
	struct tp_kconf		conf = { 0 };
	size_t			i;
	int			rc;

	rest.v = tp_calloc(o->settings.n, sizeof(*rest.v));
	for (i = 0; i < o->settings.n; i++)
		if (strcmp(o->settings.v[i], "dump") != 0)
			rest.v[rest.n++] = o->settings.v[i];
	rc = tp_kconf_open(&conf, o->brokers, rest.v, rest.n,
	    o->settings_file, e);
	if (rc == 0)
		rc = tp_kconf_dump(&conf, o->inputs.n > 0 &&
		    !tp_kuri_is(o->inputs.v[0]) ? TP_KCONF_PRODUCER :
		    TP_KCONF_CONSUMER, out, e);
	tp_kconf_release(&conf);
	free(rest.v);
	return rc;
}

int
tp_run_kafka_ask(const struct tp_run_opts *o, struct tp_err *e)
{
	struct tp_buf	out = { 0 };
	size_t		i;
	int		rc = 0;

	for (i = 0; i < o->settings.n && rc == 0; i++) {
		if (strcmp(o->settings.v[i], "list") == 0) {
			tp_kconf_list(&out);
			rc = 1;
		} else if (strcmp(o->settings.v[i], "dump") == 0)
			rc = dump(o, &out, e) == -1 ? -1 : 1;
	}
	if (rc == 1 && out.n > 0 && fwrite(out.p, 1, out.n, stdout) != out.n)
		rc = tp_err_sys(e, "stdout: write");
	tp_buf_release(&out);
	return rc;
}
