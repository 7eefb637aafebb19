/* Wide tables of speeds as CSV: METR-LA, PEMS-BAY and their like. */
#include "data/wide.h"

#include <inttypes.h>

#include "data/longcsv.h"
#include "data/pems.h"
#include "data/taxicsv.h"

void
tp_wide_open(struct tp_wide *w, struct tp_events *ev)
{
	size_t	i;

	for (i = 0; i < w->n; i++)
		tp_seg_release(&w->cols[i]);
	free(w->cols);
	w->cols = NULL;
	w->n = 0;
	w->ev = ev;
	w->header = false;
	w->last = TP_TIME_NONE;
	snprintf(w->key, sizeof(w->key), ",\"speed_%s\":",
	    tp_unit_suffix(ev->conf->unit));
	w->keylen = strlen(w->key);
	tp_csv_init(&w->csv, ev->conf->max_line);
}

void
tp_wide_release(struct tp_wide *w)
{
	size_t	i;

	for (i = 0; i < w->n; i++)
		tp_seg_release(&w->cols[i]);
	free(w->cols);
	tp_csv_release(&w->csv);
	*w = (struct tp_wide){ 0 };
}

int
tp_wide_columns(struct tp_wide *w, const struct tp_csv_field *names,
    size_t n, const char *at, struct tp_err *e)
{
	struct tp_map	seen = { 0 };
	size_t		i, k;
	int		rc = 0;

	w->cols = tp_calloc(n, sizeof(*w->cols));
	for (i = 0; i < n && rc == 0; i++) {
		if (names[i].n == 0)
			rc = tp_err_set(e, TP_EXIT_DATA,
			    "%s: column %zu has no name", at, i + 2);
		if (rc == 0 && (k = tp_map_add(&seen, names[i].p,
		    names[i].n)) != i)
			rc = tp_err_set(e, TP_EXIT_DATA,
			    "%s: columns %zu and %zu have the same name '%s'",
			    at, k + 2, i + 2, names[i].p);
		if (rc == 0) {
			tp_seg_init(&w->cols[i], w->ev, "segment_id", names[i].p,
			    names[i].n);
			w->n = i + 1;
		}
	}
	tp_map_release(&seen);
	return rc;
}

static int
reject(struct tp_wide *w, const struct tp_csv_row *row, const char *rule,
    const char *text)
{
	return tp_events_reject(w->ev, w->out, row->raw, row->rawlen,
	    row->lineno, rule, "%s", text);
}

/* Of a first row that no wide table has, the format whose it is; or NULL. */
static const char *
other_format(const struct tp_csv_row *row)
{
	if (row->rawlen > 0 && row->raw[0] == '{')
		return "events";	/* whose quotes are no CSV */
	if (row->why != NULL)
		return NULL;
	if (tp_pems_is(row))
		return "pems";
	/* two columns may be a time and the speed of the only sensor */
	if (tp_longcsv_is(row) || (row->n > 2 && tp_longcsv_has_reading(row)))
		return "long";
	return tp_taxicsv_is(row) ? "nyc" : NULL;
}

static int
take_header(struct tp_wide *w, const struct tp_csv_row *row)
{
	const char	*other, *why;
	char		 at[600];
	int64_t		 t;

	w->header = true;
	snprintf(at, sizeof(at), "%s:%" PRIu64, w->ev->source, row->lineno);
	if (!tp_csv_is_text(row))
		return tp_err_set(w->e, TP_EXIT_DATA,
		    "%s: control characters: this is no table of text", at);
	other = other_format(row);
	if (other != NULL)
		return tp_err_set(w->e, TP_EXIT_DATA, "%s: this is no header "
		    "of a table with a column a sensor: say --format %s", at,
		    other);
	if (row->why != NULL)
		return tp_err_set(w->e, TP_EXIT_DATA, "%s: %s", at, row->why);
	if (row->n < 2)
		return tp_err_set(w->e, TP_EXIT_DATA, "%s: a header of the "
		    "time and the sensors' ids is expected here, parted by "
		    "commas, semicolons or tabs", at);
	if (row->f[0].n > 0 && tp_table_time(w->ev->conf->tz, row->f[0].p,
	    row->f[0].n, TP_TIME_NONE, &t, &why) == 0)
		return tp_err_set(w->e, TP_EXIT_DATA, "%s: a header of the "
		    "sensors' ids is expected here, not the row of '%s'", at,
		    row->f[0].p);
	return tp_wide_columns(w, row->f + 1, row->n - 1, at, w->e);
}

/* The time of the row: 0, 1 to stop, or -1 where the row was refused. */
static int
row_time(struct tp_wide *w, const struct tp_csv_row *row, int64_t *t)
{
	char		 text[300];
	const char	*why;

	if (row->n != w->n + 1) {
		snprintf(text, sizeof(text), "the row has %zu fields, "
		    "the header has %zu", row->n, w->n + 1);
		return reject(w, row, "columns", text) != 0 ? 1 : -1;
	}
	if (tp_table_time(w->ev->conf->tz, row->f[0].p, row->f[0].n, w->last,
	    t, &why) == -1) {
		snprintf(text, sizeof(text), "time '%.100s': %s",
		    row->f[0].p, why);
		return reject(w, row, "time", text) != 0 ? 1 : -1;
	}
	if (w->last != TP_TIME_NONE && *t <= w->last) {
		snprintf(text, sizeof(text), "time '%.100s' is %s the row "
		    "before", row->f[0].p, *t == w->last ? "that of" :
		    "earlier than that of");
		return reject(w, row, "time-order", text) != 0 ? 1 : -1;
	}
	w->last = *t;
	return 0;
}

/* A number in other than JSON's words, or no number. */
static int
take_odd(struct tp_wide *w, const struct tp_csv_row *row, size_t col,
    int64_t t, enum tp_table_cell kind, double v)
{
	struct tp_buf	b = { 0 };
	char		text[300];
	int		rc;

	if (kind == TP_TABLE_TEXT) {
		snprintf(text, sizeof(text), "column '%.*s': '%.100s' is no "
		    "number", tp_seg_shown(&w->cols[col]),
		    w->cols[col].key, row->f[col + 1].p);
		return reject(w, row, "number", text);
	}
	tp_buf_num(&b, v);
	rc = tp_wide_put(w, w->out, &w->cols[col], t, b.p, b.n);
	tp_buf_release(&b);
	return rc;
}

static int
take_cells(struct tp_wide *w, const struct tp_csv_row *row, int64_t t)
{
	const struct tp_csv_field	*f = row->f + 1;
	bool				 zero, zero_missing, compare;
	uint64_t			 missing = 0;
	double				 v;
	size_t				 i;
	enum tp_table_cell			 kind;
	int				 rc = 0;

	zero_missing = tp_wide_missing(w, 0);
	compare = w->ev->conf->has_missing && !zero_missing;
	for (i = 0; i < w->n && rc == 0; i++) {
		if (!w->cols[i].wanted)
			continue;
		kind = tp_table_cell(f[i].p, f[i].n, &zero, &v);
		if (compare && kind == TP_TABLE_JSON &&
		    tp_parse_num(f[i].p, f[i].n, &v) == -1)
			kind = TP_TABLE_TEXT;
		if (kind == TP_TABLE_NONE || (zero && zero_missing) ||
		    (kind == TP_TABLE_NUM && tp_wide_missing(w, v)) ||
		    (compare && kind == TP_TABLE_JSON &&
		    tp_wide_missing(w, v)))
			missing++;
		else if (kind == TP_TABLE_JSON)
			rc = tp_wide_put(w, w->out, &w->cols[i], t, f[i].p,
			    f[i].n);
		else
			rc = take_odd(w, row, i, t, kind, v);
	}
	if (missing > 0)
		tp_out_count(w->out, TP_COUNT_MISSING, missing);
	return rc;
}

static int
take_row(void *arg, const struct tp_csv_row *row)
{
	struct tp_wide	*w = arg;
	int64_t		 t;
	int		 rc;

	if (!w->header)
		return take_header(w, row);
	if (row->why != NULL)
		return reject(w, row, row->rule, row->why);
	rc = row_time(w, row, &t);
	if (rc != 0)
		return rc > 0;
	return tp_events_in_range(w->ev, t) ? take_cells(w, row, t) : 0;
}

int
tp_wide_bytes(struct tp_wide *w, const char *p, size_t n, struct tp_out *out,
    struct tp_err *e)
{
	w->out = out;
	w->e = e;
	return tp_csv_bytes(&w->csv, p, n, take_row, w);
}

int
tp_wide_close(struct tp_wide *w, struct tp_out *out, struct tp_err *e)
{
	int	rc;

	w->out = out;
	w->e = e;
	rc = tp_csv_end(&w->csv, take_row, w);
	if (rc == 0 && !w->header)
		return tp_err_set(e, TP_EXIT_DATA, "%s: file is empty: "
		    "a header of the sensors' ids is expected",
		    w->ev->source);
	return rc;
}
