/* Which format a file is in, and the calls to its reader. */
#include "data/replay.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "base/opt.h"
#include "data/eventfile.h"
#include "data/flow.h"
#include "data/hdf5.h"
#include "data/longcsv.h"
#include "data/pems.h"
#include "data/scenario.h"
#include "data/taxi.h"

#define SNIFF_MAX	(1024 * 1024)	/* of a first line */

struct replay {
	const struct tp_replay_conf *conf;
	struct tp_events ev;
	int		 format;	/* of this file; AUTO: not yet known */
	bool		 started;	/* the first bytes were looked at */
	struct tp_buf	 head;		/* the first bytes, AUTO: line, so far */
	struct tp_wide	 wide;
	struct tp_longcsv lng;
	struct tp_pems	 pems;
	struct tp_eventfile json;
	struct tp_flow	 flow;
	struct tp_taxi	 taxi;
};

int
tp_replay_units(struct tp_replay_conf *c, const char *missing,
    struct tp_err *e)
{
	c->has_missing = missing != NULL;
	if (missing != NULL && tp_parse_num(missing, strlen(missing),
	    &c->missing) == -1)
		return tp_opt_error(e, "--missing: '%s' is no number",
		    missing);
	if (c->format == TP_FORMAT_METR_LA) {
		if (missing != NULL || c->unit == TP_UNIT_KMH)
			return tp_opt_error(e, "--format metr-la is in mph "
			    "with 0 for missing; say --format wide");
		c->unit = TP_UNIT_MPH;
		c->has_missing = true;
		c->missing = 0;
	}
	if (c->format == TP_FORMAT_WIDE && c->unit == TP_UNIT_NONE)
		return tp_opt_error(e,
		    "--format wide: --speed-unit must be given");
	return 0;
}

static int
replay_init(void *st, const void *conf, struct tp_err *e)
{
	struct replay	*r = st;

	(void)e;
	r->conf = conf;
	tp_events_init(&r->ev, r->conf);
	return 0;
}

static void
replay_clear(void *st)
{
	struct replay	*r = st;

	tp_wide_release(&r->wide);
	tp_longcsv_release(&r->lng);
	tp_pems_release(&r->pems);
	tp_eventfile_release(&r->json);
	tp_flow_release(&r->flow);
	tp_taxi_release(&r->taxi);
	tp_events_release(&r->ev);
	tp_buf_release(&r->head);
}

static void
start_format(struct replay *r, int format)
{
	r->format = format;
	switch (format) {
	case TP_FORMAT_METR_LA:
	case TP_FORMAT_WIDE:
		tp_wide_open(&r->wide, &r->ev);
		break;
	case TP_FORMAT_LONG:
		tp_longcsv_open(&r->lng, &r->ev);
		break;
	case TP_FORMAT_PEMS:
		tp_pems_open(&r->pems, &r->ev);
		break;
	case TP_FORMAT_EVENTS:
		tp_eventfile_open(&r->json, &r->ev);
		break;
	case TP_FORMAT_HERE:
		tp_flow_open(&r->flow, &r->ev);
		break;
	case TP_FORMAT_NYC:
		tp_taxi_open(&r->taxi, &r->ev);
		break;
	}
}

/* HDF5 files are known by their first bytes, and read by their path. */
static int
replay_open(void *st, const char *name, int64_t pass, struct tp_err *e)
{
	struct replay	*r = st;

	(void)e;
	tp_events_open(&r->ev, name, pass);
	r->head.n = 0;
	r->started = false;
	if (r->conf->scenario != NULL)
		return 1;
	if (strcmp(name, "stdin") != 0 && tp_hdf5_is(name))
		return 1;
	start_format(r, r->conf->format);
	return 0;
}

static int
replay_whole(void *st, const char *path, struct tp_out *out,
    struct tp_err *e)
{
	struct replay	*r = st;
	int		 format = r->conf->format;

	if (r->conf->scenario != NULL)
		return tp_scenario_run(r->conf->scenario, &r->ev, out);
	if (format != TP_FORMAT_METR_LA && format != TP_FORMAT_WIDE)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: an HDF5 table of "
		    "speeds: say --format metr-la (mph, 0 is missing) or "
		    "--format wide --speed-unit UNIT", path);
	tp_wide_open(&r->wide, &r->ev);
	return tp_hdf5_read(&r->wide, path, out, e);
}

static int
give(struct replay *r, const char *p, size_t n, struct tp_out *out,
    struct tp_err *e)
{
	switch (r->format) {
	case TP_FORMAT_METR_LA:
	case TP_FORMAT_WIDE:
		return tp_wide_bytes(&r->wide, p, n, out, e);
	case TP_FORMAT_LONG:
		return tp_longcsv_bytes(&r->lng, p, n, out, e);
	case TP_FORMAT_PEMS:
		return tp_pems_bytes(&r->pems, p, n, out, e);
	case TP_FORMAT_HERE:
		return tp_flow_bytes(&r->flow, p, n, out, e);
	case TP_FORMAT_NYC:
		return tp_taxi_bytes(&r->taxi, p, n, out, e);
	}
	return tp_eventfile_bytes(&r->json, p, n, out, e);
}

static int
unknown(const struct replay *r, struct tp_err *e, bool trips, bool wide)
{
	if (trips)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: a table of taxi "
		    "trips: say --format nyc", r->ev.source);
	if (wide)
		return tp_err_set(e, TP_EXIT_USAGE, "%s: say --format metr-la "
		    "(a column a sensor, mph, 0 is missing), --format wide "
		    "--speed-unit UNIT (a column a sensor) or --format long "
		    "(a row a reading)", r->ev.source);
	return tp_err_set(e, TP_EXIT_DATA, "%s: the format is not certain "
	    "from the first line; say --format", r->ev.source);
}

struct first_row {
	bool	seen;
	int	format;
	bool	trips, wide;
};

static int
look_at_row(void *arg, const struct tp_csv_row *row)
{
	struct first_row	*f = arg;

	f->seen = true;
	if (row->why != NULL)
		return 1;
	if (tp_pems_is(row))
		f->format = TP_FORMAT_PEMS;
	else if (tp_longcsv_is(row))
		f->format = TP_FORMAT_LONG;
	else if (tp_taxicsv_is(row))
		f->trips = true;
	else if (row->n >= 2)
		f->wide = true;
	return 1;
}

static const char *
padded_head(struct replay *r)
{
	memset(tp_buf_room(&r->head, TP_JSON_PAD), 0, TP_JSON_PAD);
	return r->head.p;
}

/* Decides by the first line, and hands over what was kept. */
static int
sniff(struct replay *r, struct tp_out *out, struct tp_err *e)
{
	struct tp_csv		 csv = { 0 };
	struct first_row	 row = { .format = TP_FORMAT_AUTO };
	const char		*p = padded_head(r);
	size_t			 n = r->head.n, i = 0;

	if (n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0)
		i = 3;
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (i < n && (p[i] == '{' || p[i] == '[')) {
		row.format = tp_flow_is(p + i, n - i) ? TP_FORMAT_HERE :
		    TP_FORMAT_EVENTS;
	} else {
		tp_csv_init(&csv, SNIFF_MAX);
		tp_csv_bytes(&csv, p, n, look_at_row, &row);
		if (!row.seen)
			tp_csv_end(&csv, look_at_row, &row);
		tp_csv_release(&csv);
	}
	if (n == 0)
		return tp_err_set(e, TP_EXIT_DATA,
		    "%s: file is empty; say --format", r->ev.source);
	if (row.format == TP_FORMAT_AUTO)
		return unknown(r, e, row.trips, row.wide);
	start_format(r, row.format);
	return give(r, p, n, out, e);
}

/* The first bytes tell what no reader of text can read. */
static int
check_text(struct replay *r, struct tp_err *e)
{
	const char	*p = padded_head(r);
	size_t		 n = r->head.n;

	r->started = true;
	if (n >= 4 && memcmp(p, "\x89HDF", 4) == 0)
		return tp_err_set(e, TP_EXIT_DATA, "%s: HDF5 is read from a "
		    "file by its name, not from a pipe or packed",
		    r->ev.source);
	if (n >= 2 && (memcmp(p, "\xFF\xFE", 2) == 0 ||
	    memcmp(p, "\xFE\xFF", 2) == 0))
		return tp_err_set(e, TP_EXIT_DATA, "%s:1: UTF-16 text; "
		    "convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)",
		    r->ev.source);
	return 0;
}

static int
replay_bytes(void *st, const char *p, size_t n, struct tp_out *out,
    struct tp_err *e)
{
	struct replay	*r = st;

	if (r->started && r->format != TP_FORMAT_AUTO)
		return give(r, p, n, out, e);
	tp_buf_add(&r->head, p, n);
	if (!r->started && r->head.n < 4)
		return 0;
	if (!r->started && check_text(r, e) == -1)
		return -1;
	if (r->format != TP_FORMAT_AUTO)
		return give(r, padded_head(r), r->head.n, out, e);
	if (memchr(p, '\n', n) == NULL && r->head.n < SNIFF_MAX)
		return 0;
	return sniff(r, out, e);
}

static int
replay_close(void *st, struct tp_out *out, struct tp_err *e)
{
	struct replay	*r = st;
	int		 rc = 0;

	if (!r->started && check_text(r, e) == -1)
		return -1;
	if (r->format == TP_FORMAT_AUTO)
		rc = sniff(r, out, e);
	else if (r->head.n > 0 && r->head.n < 4)
		rc = give(r, padded_head(r), r->head.n, out, e);
	if (rc != 0)
		return rc;
	switch (r->format) {
	case TP_FORMAT_METR_LA:
	case TP_FORMAT_WIDE:
		return tp_wide_close(&r->wide, out, e);
	case TP_FORMAT_LONG:
		return tp_longcsv_close(&r->lng, out, e);
	case TP_FORMAT_PEMS:
		return tp_pems_close(&r->pems, out, e);
	case TP_FORMAT_HERE:
		return tp_flow_close(&r->flow, out, e);
	case TP_FORMAT_NYC:
		return tp_taxi_close(&r->taxi, out, e);
	}
	return tp_eventfile_close(&r->json, out, e);
}

const struct tp_reader tp_replay_reader = {
	.size = sizeof(struct replay),
	.init = replay_init,
	.open = replay_open,
	.whole = replay_whole,
	.bytes = replay_bytes,
	.close = replay_close,
	.clear = replay_clear,
};
