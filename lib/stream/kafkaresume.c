/*
 * --resume NAME: from files to Kafka exactly once.  The run is made anew, and
 * the lines that an earlier one has committed are left out: each transaction
 * has with it, as the committed offset and metadata of the group NAME, how
 * many lines of each output it ends.  The same input and options give the
 * same lines (for tp-validate with --now).
 */
#include <inttypes.h>

#include "base/clock.h"
#include "stream/kafkactx.h"

#define FORMAT	"r1"		/* of the metadata */

/* "r1 CFG LINES0 LINES1 ... REJECTS" */
static int
read_mark(struct tp_ctx *c, const char *text)
{
	struct tp_ctx_kafka	*k = c->k;
	unsigned long long	 v, cfg;
	size_t			 i;
	int			 n = 0;

	if (sscanf(text, FORMAT " %llx%n", &cfg, &n) != 1)
		return -1;
	if (cfg != c->run->opts->conf_hash && !c->run->opts->rebuild)
		return -1;
	for (i = 0; i <= c->out.nbufs; i++) {
		text += n;
		if (sscanf(text, " %llu%n", &v, &n) != 1)
			return -1;
		k->skip[i] = v;
	}
	return 0;
}

int
tp_ctx_resume_open(struct tp_ctx *c)
{
	struct tp_ctx_kafka	*k = c->k;
	struct tp_kpart		 mark;

	k->skip = tp_calloc(c->out.nbufs + 1, sizeof(*k->skip));
	k->done = tp_calloc(c->out.nbufs + 1, sizeof(*k->done));
	k->commit_ns = tp_clock_mono_ns() +
	    c->run->opts->commit_ms * 1000000;
	if (tp_kprod_mark(&k->conf, k->id, k->mark_topic, &mark, c->e) == -1)
		return -1;
	if (mark.offset < 0)
		return 0;
	if (read_mark(c, mark.meta) == -1)
		return tp_err_set(c->e, TP_EXIT_KAFKA, "--resume %s: it was "
		    "written with other options; --rebuild goes on with "
		    "these", k->id);
	k->resuming = true;
	return 0;
}

bool
tp_ctx_resume_past(const struct tp_ctx *c)
{
	const struct tp_ctx_kafka	*k = c->k;

	return k != NULL && k->resuming && k->done[0] < k->skip[0];
}

int
tp_ctx_resume_skip(struct tp_ctx *c, const struct tp_ctx_sink *s)
{
	struct tp_ctx_kafka	*k = c->k;
	bool			 past = k->done[s->which] < k->skip[s->which];

	/* what came before, and not yet this line */
	if (!past && tp_ctx_resume_commit(c, false) == -1)
		return -1;
	k->done[s->which]++;
	return past;
}

int
tp_ctx_resume_commit(struct tp_ctx *c, bool now)
{
	struct tp_ctx_kafka	*k = c->k;
	struct tp_buf		 b = { 0 };
	enum tp_kdone		 rc;
	uint64_t		 n;
	size_t			 i;

	if (!now && tp_clock_mono_ns() < k->commit_ns)
		return 0;
	tp_buf_printf(&b, FORMAT " %" PRIx64, c->run->opts->conf_hash);
	for (i = 0; i <= c->out.nbufs; i++) {
		n = k->done[i] > k->skip[i] ? k->done[i] : k->skip[i];
		tp_buf_printf(&b, " %" PRIu64, n);
	}
	rc = tp_kprod_commit_mark(k->prod, k->id, k->mark_topic,
	    (int64_t)k->done[0], tp_buf_cstr(&b), c->e);
	tp_buf_release(&b);
	k->commit_ns = tp_clock_mono_ns() +
	    c->run->opts->commit_ms * 1000000;
	if (rc == TP_KDONE)
		return 0;
	if (rc == TP_KDONE_ABORTED)
		tp_err_set(c->e, TP_EXIT_RESTART, "--resume %s: a commit was "
		    "undone; start again", k->id);
	return tp_ctx_fail(c);
}
