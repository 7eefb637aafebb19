#include "forecast/scoreby.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "forecast/score.h"

#define SLOW_MPH	45.0

const char *
tp_by_name(enum tp_by by)
{
	static const char *const	names[TP_BYS] = {
		"", "hour", "segment", "day", "traffic", "week", "confidence",
	};

	return names[by];
}

int64_t
tp_by_part(enum tp_by by, const struct tp_by_pair *p, struct tp_tz *tz)
{
	int64_t	local, day;

	if (by == TP_BY_SEGMENT)
		return (int64_t)p->seg;
	if (by == TP_BY_TRAFFIC)
		return p->truth >= tp_speed_convert(SLOW_MPH, TP_UNIT_MPH,
		    p->unit);
	if (by == TP_BY_CONFIDENCE)
		return isfinite(p->confidence) ? tp_score_bin(p->confidence) :
		    -1;
	local = p->target + tp_tz_offset(tz, p->target);
	if (by == TP_BY_HOUR)
		return (local % TP_DAY + TP_DAY) % TP_DAY / TP_HOUR;
	day = tp_floor_div(local, TP_DAY);
	/* 1970-01-01 was a Thursday */
	return by == TP_BY_DAY ? day : ((day + 3) % 7 + 7) % 7 > 4;
}

void
tp_by_put(enum tp_by by, int64_t part, const struct tp_map *ids,
    struct tp_buf *b)
{
	struct tp_json_val	v = { .type = TP_JSON_STR };
	struct tp_buf		t = { 0 };

	if (by == TP_BY_HOUR) {
		tp_buf_printf(b, "%02" PRId64, part);
	} else if (by == TP_BY_DAY) {
		tp_buf_time(&t, part * TP_DAY);
		tp_buf_add(b, t.p, strcspn(tp_buf_cstr(&t), "T"));
	} else if (by == TP_BY_TRAFFIC) {
		tp_buf_str(b, part == 0 ? "slow" : "free");
	} else if (by == TP_BY_WEEK) {
		tp_buf_str(b, part == 0 ? "weekday" : "weekend");
	} else if (by == TP_BY_CONFIDENCE) {
		tp_buf_printf(b, "0.%" PRId64, part);
	} else {
		v.p = ids->keys[part].p;
		v.n = ids->keys[part].n;
		if (tp_json_unescape(&v, b) != 0)
			tp_buf_char(b, '?');
	}
	tp_buf_release(&t);
}
