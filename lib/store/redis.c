/*
 * Redis, as the Hanoi system has it: what is known of each road now, not the
 * streams.  Keys and times to live:
 *
 *	road:ID:current		10 min	the newest event
 *	road:ID:predicted	30 min	the predictions made last
 *	graph:hanoi:version	-	of the newest route update; with it, in
 *	graph:hanoi:updated	-	one transaction, its time
 *	route:cache:FROM:TO	5 min	routes
 *
 * Ids are arguments of commands, never part of their text.
 */
#include <hiredis/hiredis.h>

#include <inttypes.h>
#include <sys/time.h>

#include "base/clock.h"
#include "base/sig.h"
#include "store/address.h"
#include "store/backend.h"
#include "store/rowrec.h"

#define PIPELINE	2000	/* commands before their replies are read */
#define HORIZONS	16	/* of one road's predictions */
#define PAUSE_MS	200	/* between two attempts to connect */

/* What was written of a road. */
struct road {
	int64_t		 t, made;	/* of the event; of the predictions */
	int		 n;
	int64_t		 minutes[HORIZONS], speed[HORIZONS];	/* 0.001 km/h */
	int64_t		 confidence;	/* the least of them, thousandths */
};

struct redis {
	redisContext	*c;
	struct tp_redis_at at;
	struct road	*roads;		/* by the batch's numbers */
	size_t		 nroads, cap;
	size_t		 pending;	/* commands without a reply yet */
	struct tp_rowrec again;
	struct tp_buf	 key, value, out;	/* out: commands to be sent */
};

static int
say(struct redis *d, struct tp_err *e)
{
	return tp_err_set(e, TP_EXIT_SYS, "%s", d->c == NULL ?
	    "out of memory" : d->c->errstr);
}

/* Sends what waits and reads the replies; one that is an error ends it. */
static int
settle(struct redis *d, struct tp_err *e)
{
	redisReply	*r;
	int		 rc = 0;

	if (redisAppendFormattedCommand(d->c, d->out.p, d->out.n) != REDIS_OK)
		return say(d, e);
	d->out.n = 0;
	for (; d->pending > 0; d->pending--) {
		if (redisGetReply(d->c, (void **)&r) != REDIS_OK)
			return say(d, e);
		if (r->type == REDIS_REPLY_ERROR && rc == 0)
			rc = tp_err_set(e, TP_EXIT_SYS, "%s", r->str);
		freeReplyObject(r);
	}
	return rc;
}

/* An argument of a command: "$5\r\nvalue\r\n". */
static void
put_argument(struct tp_buf *b, const char *p, size_t n)
{
	tp_buf_char(b, '$');
	tp_buf_int(b, (int64_t)n);
	tp_buf_lit(b, "\r\n");
	tp_buf_add(b, p, n);
	tp_buf_lit(b, "\r\n");
}

/* What was put into d->out is one command more.  They go together, since each
 * call of the server's costs both sides as much as some of them. */
static int
sent(struct redis *d, struct tp_err *e)
{
	return ++d->pending < PIPELINE ? 0 : settle(d, e);
}

/* A command of words. */
static int
send_words(struct redis *d, int n, const char *const *word, struct tp_err *e)
{
	int	i;

	tp_buf_printf(&d->out, "*%d\r\n", n);
	for (i = 0; i < n; i++)
		put_argument(&d->out, word[i], strlen(word[i]));
	return sent(d, e);
}

/*
 * SET key value, or SETEX key seconds value, of d->key and d->value.  SET .. EX
 * is the same with one argument more, which costs the server 6 %.
 */
static int
set_key(struct redis *d, const char *seconds, struct tp_err *e)
{
	struct tp_buf	*b = &d->out;

	if (seconds == NULL)
		tp_buf_lit(b, "*3\r\n$3\r\nSET\r\n");
	else
		tp_buf_lit(b, "*4\r\n$5\r\nSETEX\r\n");
	put_argument(b, d->key.p, d->key.n);
	if (seconds != NULL)
		put_argument(b, seconds, strlen(seconds));
	put_argument(b, d->value.p, d->value.n);
	return sent(d, e);
}

static int
connect_to(struct redis *d, struct tp_err *e)
{
	struct timeval	 limit = { .tv_sec = 10 };
	const char	*password = getenv("TP_REDIS_PASSWORD");
	const char	*auth[] = { "AUTH", password };
	char		 db[16];
	const char	*choose[] = { "SELECT", db };

	if (d->c != NULL)
		redisFree(d->c);
	d->pending = d->out.n = 0;
	d->c = d->at.port == 0 ?
	    redisConnectUnixWithTimeout(d->at.host, limit) :
	    redisConnectWithTimeout(d->at.host, d->at.port, limit);
	if (d->c == NULL || d->c->err != 0)
		return say(d, e);
	redisSetTimeout(d->c, limit);
	snprintf(db, sizeof(db), "%d", d->at.db);
	if ((password != NULL && send_words(d, 2, auth, e) == -1) ||
	    (d->at.db != 0 && send_words(d, 2, choose, e) == -1))
		return -1;
	return d->pending > 0 ? settle(d, e) : 0;
}

static int
redis_open(struct tp_store *s, const char *rest, struct tp_err *e)
{
	struct redis	*d = tp_calloc(1, sizeof(*d));

	s->db = d;
	if (tp_address_redis(rest, &d->at, e) == 0)
		return connect_to(d, e);
	if (strchr(rest, '@') != NULL) {	/* not to be shown */
		free(s->name);
		s->name = tp_strdup("redis");
	}
	return -1;
}

static void
redis_close(struct tp_store *s)
{
	struct redis	*d = s->db;

	if (d == NULL)
		return;
	if (d->c != NULL)
		redisFree(d->c);
	tp_rowrec_release(&d->again);
	tp_buf_release(&d->key);
	tp_buf_release(&d->value);
	tp_buf_release(&d->out);
	free(d->roads);
	free(d->at.host);
	free(d);
}

/* "road:ID:what", the id as it is in the JSON string. */
static void
road_key(struct redis *d, const struct tp_batch *b, int64_t segment,
    const char *what)
{
	const struct tp_map_key	*k = &b->segments.keys[segment];

	d->key.n = 0;
	tp_buf_lit(&d->key, "road:");
	tp_buf_add(&d->key, k->p, k->n);
	tp_buf_str(&d->key, what);
}

static int
set_current(struct redis *d, const struct tp_batch *b,
    const struct tp_row *r, struct tp_err *e)
{
	const struct tp_json_val	*jam;
	size_t				 before;

	tp_rowrec_get(&d->again, b, r);
	jam = d->again.rec.at[TP_F_JAM_FACTOR];
	d->value.n = 0;
	tp_buf_lit(&d->value, "{\"timestamp\":\"");
	tp_buf_time(&d->value, r->v[1]);
	tp_buf_char(&d->value, '"');
	if (r->v[2] != TP_STORE_NULL) {
		tp_buf_lit(&d->value, ",\"speed\":");
		tp_buf_num(&d->value, (double)r->v[2] / 1000);
	}
	if (jam != NULL && jam->type == TP_JSON_NUM) {
		tp_buf_lit(&d->value, ",\"jam_factor\":");
		tp_buf_add(&d->value, jam->p, jam->n);
	}
	before = d->value.n;
	tp_buf_lit(&d->value, ",\"congestion_level\":\"");
	if (tp_rowrec_level(&d->again, r->v[2], &d->value))
		tp_buf_char(&d->value, '"');
	else
		d->value.n = before;
	tp_buf_char(&d->value, '}');
	road_key(d, b, r->v[0], ":current");
	return set_key(d, "600", e);
}

/* The newest event of each road; the rows are in the order of road, time. */
static int
write_events(struct redis *d, const struct tp_batch *b, struct tp_err *e)
{
	const struct tp_rows	*rows = &b->kind[TP_STORE_EVENT];
	const struct tp_row	*r;
	size_t			 i;

	for (i = 0; i < rows->n; i++) {
		r = &rows->v[i];
		if ((i + 1 < rows->n && r[1].v[0] == r->v[0]) ||
		    r->v[1] < d->roads[r->v[0]].t)
			continue;
		d->roads[r->v[0]].t = r->v[1];
		if (set_current(d, b, r, e) == -1)
			return -1;
	}
	return 0;
}

static int
set_predicted(struct redis *d, const struct tp_batch *b, int64_t segment,
    struct tp_err *e)
{
	const struct road	*w = &d->roads[segment];
	struct tp_buf		*v = &d->value;
	int			 i;

	v->n = 0;
	for (i = 0; i < w->n; i++) {
		tp_buf_printf(v, "%c\"speed_%" PRId64 "min\":",
		    i == 0 ? '{' : ',', w->minutes[i]);
		tp_buf_num(v, (double)w->speed[i] / 1000);
	}
	if (w->confidence != TP_STORE_NULL) {
		tp_buf_lit(v, ",\"confidence\":");
		tp_buf_milli(v, w->confidence, 3);
	}
	tp_buf_char(v, '}');
	road_key(d, b, segment, ":predicted");
	return set_key(d, "1800", e);
}

/* Notes a prediction; one that is made later ends those before.  More than
 * HORIZONS of one time are not kept. */
static void
note(struct road *w, const struct tp_row *r)
{
	int	i;

	if (r->v[1] > w->made) {
		w->made = r->v[1];
		w->n = 0;
		w->confidence = TP_STORE_NULL;
	}
	for (i = 0; i < w->n && w->minutes[i] != r->v[2]; i++)
		;
	if (i == HORIZONS)
		return;
	w->minutes[i] = r->v[2];
	w->speed[i] = r->v[3];
	w->n += i == w->n;
	if (r->v[6] != TP_STORE_NULL && (w->confidence == TP_STORE_NULL ||
	    r->v[6] < w->confidence))
		w->confidence = r->v[6];
}

static int
write_predictions(struct redis *d, const struct tp_batch *b,
    struct tp_err *e)
{
	const struct tp_rows	*rows = &b->kind[TP_STORE_PREDICTION];
	size_t			 i;

	for (i = 0; i < rows->n; i++) {
		const struct tp_row	*r = &rows->v[i];
		struct road		*w = &d->roads[r->v[0]];

		if (r->v[1] >= w->made && r->v[3] != TP_STORE_NULL)
			note(w, r);
		if ((i + 1 == rows->n || r[1].v[0] != r->v[0]) && w->n > 0 &&
		    set_predicted(d, b, r->v[0], e) == -1)
			return -1;
	}
	return 0;
}

/* The newest version of the roads and when it came, at once. */
static int
write_update(struct redis *d, const struct tp_batch *b, struct tp_err *e)
{
	const struct tp_rows	*rows = &b->kind[TP_STORE_UPDATE];
	const struct tp_row	*r = rows->v;
	struct tp_cell_text	 x;
	const char		*word[] = { "MULTI", "EXEC" };
	size_t			 i;

	if (rows->n == 0)
		return 0;
	for (i = 1; i < rows->n; i++)
		if (rows->v[i].v[1] >= r->v[1])
			r = &rows->v[i];
	x = tp_batch_text(b, r->v[0]);
	if (send_words(d, 1, &word[0], e) == -1)
		return -1;
	d->key.n = d->value.n = 0;
	tp_buf_lit(&d->key, "graph:hanoi:version");
	tp_buf_add(&d->value, x.p, x.n);
	if (set_key(d, NULL, e) == -1)
		return -1;
	d->key.n = d->value.n = 0;
	tp_buf_lit(&d->key, "graph:hanoi:updated");
	tp_buf_time(&d->value, r->v[1]);
	if (set_key(d, NULL, e) == -1)
		return -1;
	return send_words(d, 1, &word[1], e);
}

/* ":LAT,LON" of a waypoint, or ":NODE"; -1 where it has neither. */
static int
put_place(struct tp_buf *b, const struct tp_json_val *v, struct tp_buf *pad)
{
	const struct tp_json_field	*lat, *lon, *node;
	struct tp_json_obj		 o = { 0 };
	int				 rc = -1;

	pad->n = 0;
	tp_buf_add(pad, v->p, v->n);
	memset(tp_buf_room(pad, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (v->type == TP_JSON_OBJ && tp_json_object(&o, pad->p, pad->n) == 0) {
		lat = tp_json_find(&o, "lat");
		lon = tp_json_find(&o, "lon");
		node = tp_json_find(&o, "node");
		tp_buf_char(b, ':');
		rc = 0;
		if (lat != NULL && lon != NULL) {
			tp_buf_add(b, lat->v.p, lat->v.n);
			tp_buf_char(b, ',');
			tp_buf_add(b, lon->v.p, lon->v.n);
		} else if (node != NULL)
			tp_buf_add(b, node->v.p, node->v.n);
		else
			rc = -1;
	}
	tp_json_obj_release(&o);
	return rc;
}

static int
set_route(struct redis *d, const struct tp_batch *b, const struct tp_row *r,
    struct tp_err *e)
{
	const struct tp_json_field	*w;
	struct tp_json_obj		 l = { 0 };
	struct tp_buf			 pad = { 0 };
	int				 rc = 0;

	tp_rowrec_get(&d->again, b, r);
	w = tp_json_find(&d->again.rec.o, "waypoints");
	if (w == NULL || w->v.type != TP_JSON_ARR || r->v[3] == TP_STORE_NULL ||
	    r->v[4] == TP_STORE_NULL)
		return 0;
	d->key.n = d->value.n = 0;
	tp_buf_lit(&d->key, "route:cache");
	tp_buf_add(&d->value, w->v.p, w->v.n);
	memset(tp_buf_room(&d->value, TP_JSON_PAD), 0, TP_JSON_PAD);
	if (tp_json_array(&l, d->value.p, d->value.n) == 0 && l.n > 0 &&
	    put_place(&d->key, &l.f[0].v, &pad) == 0 &&
	    put_place(&d->key, &l.f[l.n - 1].v, &pad) == 0) {
		d->value.n = 0;
		tp_buf_lit(&d->value, "{\"route_waypoints\":");
		tp_buf_add(&d->value, w->v.p, w->v.n);
		tp_buf_lit(&d->value, ",\"eta\":");
		tp_buf_num(&d->value, (double)r->v[4] / 1000);
		tp_buf_lit(&d->value, ",\"distance\":");
		tp_buf_num(&d->value, (double)r->v[3] / 1000);
		tp_buf_char(&d->value, '}');
		rc = set_key(d, "300", e);
	}
	tp_json_obj_release(&l);
	tp_buf_release(&pad);
	return rc;
}

static int
write_all(struct redis *d, const struct tp_batch *b, struct tp_err *e)
{
	const struct tp_rows	*routes = &b->kind[TP_STORE_ROUTE];
	size_t			 i;

	TP_GROW(d->roads, d->cap, b->segments.n);
	for (; d->nroads < b->segments.n; d->nroads++)
		d->roads[d->nroads] = (struct road){ .t = INT64_MIN,
		    .made = INT64_MIN, .confidence = TP_STORE_NULL };
	if (write_events(d, b, e) == -1 || write_predictions(d, b, e) == -1 ||
	    write_update(d, b, e) == -1)
		return -1;
	for (i = 0; i < routes->n; i++)
		if (set_route(d, b, &routes->v[i], e) == -1)
			return -1;
	return settle(d, e);
}

/* Everything again where the server was away: the same keys and values. */
static int
redis_write(struct tp_store *s, const struct tp_batch *b, struct tp_err *e)
{
	struct redis	*d = s->db;
	struct timespec	 pause = { .tv_nsec = PAUSE_MS * 1000000L };
	int64_t		 since = tp_clock_mono_ns();

	while (write_all(d, b, e) == -1) {
		if (d->c->err == 0) {
			/* it answers, but not as it should */
			connect_to(d, &(struct tp_err){ 0 });
			return -1;
		}
		do {
			if (tp_sig_stop() != 0 ||
			    tp_clock_ms_since(since) > s->conf.busy_ms)
				return -1;
			nanosleep(&pause, NULL);
		} while (connect_to(d, e) == -1);
		*e = (struct tp_err){ 0 };
	}
	return 0;
}

const struct tp_backend tp_backend_redis = {
	.scheme = "redis",
	.lines = true,
	.open = redis_open,
	.close = redis_close,
	.write = redis_write,
};
