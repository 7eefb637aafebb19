#include "base/opttime.h"

#include "base/opt.h"

int
tp_opt_time(struct tp_tz *z, const char *name, const char *s, int64_t *t,
    struct tp_err *e)
{
	const char	*why;
	size_t		 n = s != NULL ? strlen(s) : 0;

	if (s == NULL || (n > 10 && tp_parse_int(s, n, t) == 0))
		return 0;
	if (tp_time_parse(z, s, n, t, &why) != 0)
		return tp_opt_error(e, "--%s: time '%s': %s", name, s, why);
	return 0;
}

int
tp_opt_range(struct tp_tz *z, const char *from, const char *to, int64_t *lo,
    int64_t *hi, struct tp_err *e)
{
	if (tp_opt_time(z, "from", from, lo, e) != 0 ||
	    tp_opt_time(z, "to", to, hi, e) != 0)
		return -1;
	if (*lo >= *hi)
		return tp_opt_error(e, "--to must be later than --from");
	return 0;
}
