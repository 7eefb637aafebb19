/*
 * Any lines into the alert filter, under rules that the first line is: each
 * line it writes must be a record, and a state rebuilt somewhere must go on
 * as the straight one does.
 */
#include "rebuilt.h"
#include "alert/alert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The bytes up to the first NUL are rules, the rest is the log. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct tp_tz	utc = { .utc = true };
	struct tp_alert_conf	c = { .expire = TP_HOUR, .tz = &utc,
				    .day_start = 4 * TP_HOUR,
				    .max_keys = 1000 };
	struct rebuild		b = { .filter = &tp_alert_filter,
				    .conf = &c };
	struct rebuild_run	x;
	struct tp_err		e = { 0 };
	const uint8_t		*nul = n > 0 ? memchr(data, 0, n) : NULL;
	struct tp_buf		log = { 0 };
	char			*rules;
	size_t			k;

	if (nul == NULL)
		return 0;
	k = (size_t)(nul - data);
	rules = malloc(k + 1);		/* so that overruns are seen */
	memcpy(rules, data, k);
	if (tp_rules_parse(&c.rules, rules, k, k % 2 ? "f" : NULL, &e) != 0 ||
	    c.rules.n == 0) {
		free(rules);
		return 0;
	}
	free(rules);
	c.as = (enum tp_alert_as)(k % 3);
	tp_buf_add(&log, (const char *)nul + 1, n - k - 1);
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = log.p;
	b.n = log.n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	check_records(&x.bufs[0]);
	rebuild_stop(&x);
	if (b.n > 1)
		rebuild_check_at(&b, rebuild_line(&b, b.n / 2));
	tp_buf_release(&log);
	return 0;
}
