/* Rows of a pandas frame to readings; frame.c knows where they are. */
#include "data/hdf5.h"

#include <math.h>
#include <strings.h>
#include <sys/stat.h>

#include "data/h5child.h"

bool
tp_hdf5_is(const char *path)
{
	const char	*dot = strrchr(path, '.');
	struct stat	 st;

	if (stat(path, &st) == -1 || !S_ISREG(st.st_mode))
		return false;
	if (dot != NULL && (strcasecmp(dot, ".h5") == 0 ||
	    strcasecmp(dot, ".hdf5") == 0 || strcasecmp(dot, ".hdf") == 0))
		return true;
	return tp_frame_is(path);
}

struct rows {
	struct tp_wide	*w;
	const struct tp_frame *f;
	struct tp_out	*out;
	struct tp_buf	 text;		/* of a number */
	struct tp_tz	 utc;
};

static int
reject(struct rows *r, uint64_t row, int64_t index, const char *rule,
    const char *text)
{
	char	raw[32];
	int	n;

	n = snprintf(raw, sizeof(raw), "%lld", (long long)index);
	return tp_events_reject(r->w->ev, r->out, raw, (size_t)n, row, rule,
	    "%s", text);
}

/* An index value to a time: 0, 1 to stop, -1 where it was refused. */
static int
row_time(struct rows *r, uint64_t row, int64_t v, int64_t *t)
{
	struct tp_wide	*w = r->w;
	struct tp_tz	*tz = w->ev->conf->tz;
	struct tp_civil	 c;
	int64_t		 d = r->f->per_ms;

	if (d > 0)
		*t = tp_floor_div(v, d);
	else
		*t = v > -TP_DAY * 36500000 / 1000 &&
		    v < TP_DAY * 36500000 / 1000 ? v * 1000 : INT64_MIN;
	if (*t < -TP_DAY * 1000000 || *t > TP_DAY * 3000000)
		return reject(r, row, v, "time",
		    "the index holds no time here") != 0 ? 1 : -1;
	if (!r->f->zoned && !tz->utc) {
		tp_tz_civil(&r->utc, *t, &c);
		if (tp_tz_time(tz, &c, t) == -1)
			return reject(r, row, v, "time",
			    "the local time of the index did not happen: "
			    "the clock was put forward") != 0 ? 1 : -1;
		*t = tp_table_second(tz, *t, w->last);
	}
	if (w->last != TP_TIME_NONE && *t <= w->last)
		return reject(r, row, v, "time-order", *t == w->last ?
		    "the time is that of the row before" :
		    "the time is earlier than that of the row before") != 0 ? 1 : -1;
	w->last = *t;
	return 0;
}

static int
take_cells(struct rows *r, uint64_t row, int64_t index, int64_t t,
    const double *v)
{
	struct tp_wide	*w = r->w;
	uint64_t	 missing = 0;
	size_t		 i;
	int		 rc = 0;

	for (i = 0; i < w->n && rc == 0; i++) {
		if (!w->cols[i].wanted)
			continue;
		if (isnan(v[i]) || tp_wide_missing(w, v[i])) {
			missing++;
			continue;
		}
		if (isinf(v[i])) {
			rc = reject(r, row, index, "number",
			    "a value is not finite");
			continue;
		}
		r->text.n = 0;
		if (r->f->single)
			tp_buf_float(&r->text, (float)v[i]);
		else
			tp_buf_num(&r->text, v[i]);
		rc = tp_wide_put(w, r->out, &w->cols[i], t, r->text.p,
		    r->text.n);
	}
	if (missing > 0)
		tp_out_count(r->out, TP_COUNT_MISSING, missing);
	return rc;
}

static int
take_row(struct rows *r, uint64_t row, int64_t index, const double *v)
{
	int64_t	t;
	int	rc;

	rc = row_time(r, row, index, &t);
	if (rc != 0)
		return rc > 0;
	return tp_events_in_range(r->w->ev, t) ?
	    take_cells(r, row, index, t, v) : 0;
}

static int
read_rows(struct rows *r, struct tp_h5child *c, struct tp_err *e)
{
	uint64_t	row = 0;
	size_t		i;
	int		rc;

	while ((rc = tp_h5child_rows(c, e)) == 1)
		for (i = 0; i < c->nrows; i++)
			if (take_row(r, ++row, c->index[i],
			    c->v + i * c->frame.ncols) != 0)
				return 1;
	return rc;
}

int
tp_hdf5_read(struct tp_wide *w, const char *path, struct tp_out *out,
    struct tp_err *e)
{
	struct tp_h5child	c;
	struct rows		r = {
		.w = w, .f = &c.frame, .out = out, .utc = { .utc = true },
	};
	int			rc;

	rc = tp_h5child_start(&c, path, w->ev->conf->key, e);
	if (rc == 0)
		rc = tp_wide_columns(w, c.frame.names, c.frame.ncols, path,
		    e);
	if (rc == 0)
		rc = read_rows(&r, &c, e);
	tp_h5child_end(&c);
	tp_buf_release(&r.text);
	return rc;
}
