/* Rows of a pandas frame to readings; frame.c knows where they are. */
#include "data/hdf5.h"

#include <math.h>
#include <strings.h>
#include <sys/stat.h>

#include "data/frame.h"

#define CELLS		65536	/* read at a time, about */
#define CHUNK_CELLS	(1u << 23)	/* at most, for the sake of a chunk */

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

/* What one read takes: whole chunks where there are chunks. */
static size_t
batch_rows(const struct tp_frame *f)
{
	size_t	n = CELLS / f->ncols;

	if (n == 0)
		n = 1;
	if (f->chunk_rows > 0 && f->chunk_rows <= CHUNK_CELLS / f->ncols)
		n = n > f->chunk_rows ? n - n % f->chunk_rows :
		    f->chunk_rows;
	return n;
}

/* The fewest digits that read back as the same float. */
static void
put_float(struct tp_buf *b, float v)
{
	char	text[32];
	int	n, digits = 6;

	do {
		n = snprintf(text, sizeof(text), "%.*g", digits, (double)v);
	} while (digits++ < 9 && strtof(text, NULL) != v);
	if (memchr(text, 'e', (size_t)n) != NULL)
		tp_buf_num(b, strtod(text, NULL));
	else
		tp_buf_add(b, text, (size_t)n);
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
		*t = v / d - (v % d < 0);
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
			put_float(&r->text, (float)v[i]);
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
read_rows(struct rows *r, struct tp_err *e)
{
	const struct tp_frame	*f = r->f;
	size_t			 batch = batch_rows(f), n, i;
	uint64_t		 at;
	int64_t			*index;
	double			*v;
	int			 rc = 0;

	index = tp_calloc(batch, sizeof(*index));
	v = tp_calloc(batch, f->ncols * sizeof(*v));
	for (at = 0; at < f->nrows && rc == 0; at += n) {
		n = f->nrows - at < batch ? (size_t)(f->nrows - at) : batch;
		rc = tp_frame_rows(f, at, n, index, v, e);
		for (i = 0; i < n && rc == 0; i++)
			rc = take_row(r, at + i + 1, index[i],
			    v + i * f->ncols);
	}
	free(index);
	free(v);
	return rc;
}

int
tp_hdf5_read(struct tp_wide *w, const char *path, struct tp_out *out,
    struct tp_err *e)
{
	struct tp_frame	f = { 0 };
	struct rows	r = {
		.w = w, .f = &f, .out = out, .utc = { .utc = true },
	};
	int		rc;

	rc = tp_frame_open(&f, path, w->ev->conf->key, e);
	if (rc == 0)
		rc = tp_wide_columns(w, f.names, f.ncols, path, e);
	if (rc == 0)
		rc = read_rows(&r, e);
	tp_frame_close(&f);
	tp_buf_release(&r.text);
	return rc;
}
