/* What LA's clients send: forecasts, readings, and what they ask to be done.
 * Speeds are mph. */
#include "graph/point.h"
#include "serve/compat.h"
#include "serve/put.h"

#define SAME_PLACE	100.0	/* metres: a reading there is the segment's */

static void
put_received(struct tp_buf *out, int64_t now_ms)
{
	tp_put_open(out, '{');
	tp_put_bool_of(out, "success", true);
	tp_put_str_of(out, "message", "Prediction received");
	tp_compat_put_iso(out, "timestamp", now_ms);
	tp_put_close(out, '}');
}

/* Takes the forecast into the board. */
int
tp_la_post_prediction(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct tp_rec	 r = {
		.source = "POST /api/predictions", .now_ms = q->now_ms,
		.assume = b->conf.assumed,
	};
	const char	*rule, *why = NULL;
	int		 rc = 400;

	if (tp_rec_parse(&r, q->body, q->nbody) != 0)
		why = r.o.why;
	else if (!tp_issued_is(&r))
		why = "no forecast";
	else if (tp_board_take(b, &r, &rule, &why) == 0)
		rc = 200;
	tp_rec_release(&r);
	if (rc == 200)
		put_received(out, q->now_ms);
	else
		tp_buf_str(out, why);
	return rc;
}

/*
 * A record of LA's web as a line of ours: the same members behind the id of
 * the segment that is there, or of one that is named by the place, and with
 * the units that LA does not say.  Returns what is wrong, or NULL.
 */
static const char *
as_event(const struct tp_board *b, const struct tp_rec *r, const char *members,
    struct tp_buf *line)
{
	double		lat, lon, speed, volume, metres;
	struct tp_point	at;
	size_t		seg;

	if (tp_json_find(&r->o, "id") != NULL)
		return "a record gets its id here";
	if (tp_rec_num(r, TP_F_LATITUDE, &lat) != 0 ||
	    tp_rec_num(r, TP_F_LONGITUDE, &lon) != 0 ||
	    tp_rec_num(r, TP_F_SPEED, &speed) != 0 ||
	    tp_point_set(&at, lat, lon) != 0)
		return "location, with latitude and longitude, timestamp and "
		    "speed are wanted";
	seg = tp_compat_nearest(b, lat, lon, &metres);
	tp_buf_lit(line, "{\"segment_id\":");
	if (metres <= SAME_PLACE)
		tp_put_id(line, &b->ids.keys[seg]);
	else
		tp_buf_printf(line, "\"segment:%.6f,%.6f\"", lat, lon);
	tp_put_num_of(line, "speed_mph", speed, 6);
	if (tp_rec_num(r, TP_F_VOLUME, &volume) == 0)
		tp_put_num_of(line, "volume_vph", volume, 6);
	tp_buf_char(line, ',');
	tp_buf_str(line, members);
	memset(tp_buf_room(line, TP_JSON_PAD), 0, TP_JSON_PAD);
	return NULL;
}

/* Takes the reading into the board; the answer is the record and its id. */
int
tp_la_post_traffic(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	struct tp_rec	 said = { 0 }, r = {
		.source = "POST /api/traffic", .now_ms = q->now_ms,
		.assume = b->conf.assumed,
	};
	struct tp_buf	 line = { 0 };
	const char	*members = NULL, *rule, *why = NULL;

	if (tp_rec_parse(&said, q->body, q->nbody) != 0) {
		why = said.o.why;
	} else {
		members = strchr(q->body, '{') + 1;
		why = as_event(b, &said, members, &line);
	}
	if (why == NULL && tp_rec_parse(&r, line.p, line.n) != 0)
		why = r.o.why;
	if (why == NULL)
		tp_board_take(b, &r, &rule, &why);
	if (why == NULL)
		tp_buf_printf(out, "{\"id\":\"traffic-%lld\",%s",
		    (long long)q->now_ms, members);
	else
		tp_buf_str(out, why);
	tp_rec_release(&said);
	tp_rec_release(&r);
	tp_buf_release(&line);
	return why == NULL ? 201 : 400;
}

/* Whether there is a newest forecast so many minutes ahead, of a segment or
 * (SIZE_MAX) of any. */
static bool
is_foreseen(const struct tp_board *b, size_t seg, int64_t minutes)
{
	int	h = tp_board_horizon(b, minutes);
	size_t	i;

	if (h == -1 || b->horizon[h] != minutes)
		return false;
	if (seg != SIZE_MAX)
		return tp_board_forecast(&b->seg[seg], (unsigned)h) != NULL;
	for (i = 0; i < b->ids.n; i++)
		if (tp_board_forecast(&b->seg[i], (unsigned)h) != NULL)
			return true;
	return false;
}

/* The horizons that are asked for, each a parameter of its own, as members of
 * an array; or what is wrong. */
static const char *
put_horizons(const struct tp_board *b, const struct tp_http_req *q,
    size_t seg, struct tp_buf *out)
{
	static const struct tp_http_query	usual[] = {
		{ "horizons", "15" }, { "horizons", "30" },
		{ "horizons", "60" },
	};
	bool		 named = tp_http_query(q, "horizons") != NULL;
	const struct tp_http_query *v = named ? q->query : usual;
	size_t		 n = named ? q->nquery : sizeof(usual) /
	    sizeof(*usual), i;
	int64_t		 minutes;

	for (i = 0; i < n; i++) {
		if (strcmp(v[i].name, "horizons") != 0)
			continue;
		if (tp_parse_int(v[i].value, strlen(v[i].value),
		    &minutes) == 0 && is_foreseen(b, seg, minutes))
			tp_put_int(out, minutes);
		else if (named)
			return "no forecast is made so many minutes ahead";
	}
	return NULL;
}

/*
 * Forecasts are made by tp-predict as readings come, so that those who ask for
 * some find that they are there, or that nothing makes them.
 */
int
tp_la_generate(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	const char	*id = tp_http_query(q, "sensor_id"), *why;
	struct tp_buf	 horizons = { 0 };
	size_t		 seg = id != NULL ? tp_board_find(b, id) : SIZE_MAX;

	if (id != NULL && seg == SIZE_MAX) {
		tp_buf_lit(out, "Sensor not found");
		return 404;
	}
	tp_put_open(&horizons, '[');
	why = put_horizons(b, q, seg, &horizons);
	if (why == NULL && horizons.n == 1)
		why = "no forecasts come here";
	tp_put_close(&horizons, ']');
	if (why == NULL) {
		tp_put_open(out, '{');
		tp_put_str_of(out, "message", "The newest forecasts are at "
		    "/api/predictions/latest");
		tp_compat_put_str(out, "sensor_id", id);
		tp_put_key(out, "horizons");
		tp_buf_add(out, horizons.p, horizons.n);
		tp_put_str_of(out, "status", "completed");
		tp_put_close(out, '}');
	} else {
		tp_buf_str(out, why);
	}
	tp_buf_release(&horizons);
	return why == NULL ? 200 : 404;
}

int
tp_la_not_here(struct tp_board *b, const struct tp_http_req *q,
    struct tp_buf *out)
{
	static const char *const	whose[][2] = {
		{ "/api/ml/train", "models are trained by tp-train" },
		{ "/api/ml/model/load", "models are loaded by tp-predict" },
		{ "/api/ml/simulate/stream", "streams are made by tp-replay" },
		{ "/api/system/status", "the status is told by the streams "
		    "that come, not by what is said of it" },
	};
	size_t				i;

	(void)b;
	for (i = 0; i < sizeof(whose) / sizeof(*whose); i++)
		if (strcmp(q->path, whose[i][0]) == 0)
			tp_buf_str(out, whose[i][1]);
	return 404;
}
