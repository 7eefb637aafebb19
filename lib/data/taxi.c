/* Trips in their order, driven. */
#include "data/taxi.h"

#include <inttypes.h>

#include "base/opt.h"
#include "data/drive.h"

#define TURN		TP_MINUTE	/* until a taxi takes another trip */
#define MPH_PER_MS	(3.6 / TP_KMH_PER_MPH)
#define TAIL_MAX	48

const struct tp_taxi_conf	tp_taxi_defaults = {
	.every = 10 * TP_SECOND,
	.box = { 40.4, -74.5, 41.2, -73.4 },
	.memory = (size_t)64 << 20,
	.files = 1,
};

/* A trip on its way. */
struct tp_ride {
	struct tp_trip	 trip;
	struct tp_drive	 drive;
	struct tp_taxipath path;
	int64_t		 t;		/* of the next position */
	bool		 over;		/* the last one was written */
	char		 tail[TAIL_MAX];	/* ,"trip_id":... */
	int		 taillen;
};

void
tp_taxi_open(struct tp_taxi *x, struct tp_events *ev)
{
	x->ev = ev;
	x->conf = ev->conf->taxi;
	if (x->closed == 0) {
		tp_tripsort_release(&x->sort);
		tp_tripsort_init(&x->sort, x->conf->memory);
	}
	tp_taxicsv_open(&x->table, ev, x->conf);
}

void
tp_taxi_release(struct tp_taxi *x)
{
	size_t	i;

	for (i = 0; i < x->ntaxis; i++) {
		tp_seg_release(&x->taxis[i]);
		tp_taxipath_release(&x->rides[i].path);
	}
	free(x->taxis);
	free(x->rides);
	tp_queue_release(&x->free);
	tp_queue_release(&x->queue);
	free(x->steady.v);
	tp_taxiroute_release(&x->route);
	tp_tripsort_release(&x->sort);
	tp_taxicsv_release(&x->table);
	*x = (struct tp_taxi){ 0 };
}

/* The number of a taxi without a trip, a new one if need be. */
static uint32_t
find_taxi(struct tp_taxi *x)
{
	char	id[32];
	int	n;

	if (x->free.n > 0)
		return tp_queue_pop(&x->free).i;
	TP_GROW(x->taxis, x->taxicap, x->ntaxis + 1);
	TP_GROW(x->rides, x->ridecap, x->ntaxis + 1);
	n = snprintf(id, sizeof(id), "taxi_%05zu", x->ntaxis + 1);
	tp_seg_init(&x->taxis[x->ntaxis], x->ev, "vehicle_id", id, (size_t)n);
	x->rides[x->ntaxis] = (struct tp_ride){ 0 };
	return (uint32_t)x->ntaxis++;
}

static bool
same(const struct tp_taxi *x, const struct tp_trip *t)
{
	return x->has_last && tp_trip_compare(&x->last, t) == 0;
}

static void
begin_ride(struct tp_taxi *x, const struct tp_trip *t)
{
	uint32_t	 i;
	struct tp_ride	*r;

	if (same(x, t)) {
		x->conf->left_out[TP_TAXI_TWICE]++;
		return;
	}
	x->last = *t;
	x->has_last = true;
	i = find_taxi(x);
	r = &x->rides[i];
	r->trip = *t;
	r->t = t->from;
	r->over = false;
	tp_drive_init(&r->drive, t->metres,
	    (double)(t->to - t->from) / 1000);
	if (!tp_taxiroute_find(&x->route, t->a, t->b, &r->path))
		x->conf->off_road++;
	r->taillen = snprintf(r->tail, sizeof(r->tail),
	    ",\"trip_id\":\"trip_%016" PRIx64 "\"", t->id);
	tp_queue_push(&x->queue, (struct tp_wait){ r->t, 0, i, i });
}

/* Writes the position of r at its time, if it is wanted. */
static int
put_position(struct tp_taxi *x, const struct tp_seg *s, struct tp_ride *r,
    struct tp_out *out)
{
	struct tp_drive	*d = &r->drive;
	struct tp_point	 p;
	struct tp_buf	*b;
	double		 metres, speed, share;

	if (!s->wanted || !tp_events_in_range(x->ev, r->t))
		return 0;
	metres = tp_drive_at(d, (double)(r->t - r->trip.from) / 1000, &speed);
	share = d->metres > 0 ? metres / d->metres : 0;
	p = tp_taxipath_at(&r->path, share);
	b = tp_events_begin(x->ev, out, s, r->t);
	tp_buf_lit(b, ",\"latitude\":");
	tp_buf_fixed(b, tp_degrees(p.lat), 6);
	tp_buf_lit(b, ",\"longitude\":");
	tp_buf_fixed(b, tp_degrees(p.lon), 6);
	tp_buf_lit(b, ",\"speed_mph\":");
	tp_buf_fixed(b, speed * MPH_PER_MS, 2);
	tp_buf_add(b, r->tail, (size_t)r->taillen);
	return tp_events_end(x->ev, out, s, (1u << TP_PLACE_MAX) - 1);
}

static void
ring_push(struct tp_taxiring *q, uint32_t i)
{
	uint32_t	*v;
	size_t		 cap, k;

	if (q->n == q->cap) {
		cap = q->cap > 0 ? 2 * q->cap : 64;
		v = tp_calloc(cap, sizeof(*v));
		for (k = 0; k < q->n; k++)
			v[k] = q->v[(q->head + k) & (q->cap - 1)];
		free(q->v);
		q->v = v;
		q->head = 0;
		q->cap = cap;
	}
	q->v[(q->head + q->n++) & (q->cap - 1)] = i;
}

/* The taxi that is next, of those at one time the first by number; false
 * where there is none. */
static bool
find_next(const struct tp_taxi *x, uint32_t *i, bool *steady)
{
	const struct tp_queue		*q = &x->queue;
	const struct tp_taxiring	*s = &x->steady;
	int64_t				 t;

	*steady = s->n > 0;
	if (s->n > 0) {
		*i = s->v[s->head];
		t = x->rides[*i].t;
		*steady = q->n == 0 || t < q->v[0].t ||
		    (t == q->v[0].t && *i < q->v[0].i);
	}
	if (!*steady && q->n > 0)
		*i = q->v[0].i;
	return *steady || q->n > 0;
}

/* Taxi i, which is next: its position, or the end of its trip. */
static int
step(struct tp_taxi *x, uint32_t i, bool steady, struct tp_out *out)
{
	struct tp_ride	*r = &x->rides[i];

	if (steady) {
		x->steady.head = (x->steady.head + 1) & (x->steady.cap - 1);
		x->steady.n--;
	} else {
		tp_queue_pop(&x->queue);
	}
	if (r->over) {
		tp_queue_push(&x->free, (struct tp_wait){ i, 0, 0, i });
		return 0;
	}
	if (put_position(x, &x->taxis[i], r, out) != 0)
		return 1;
	if (r->t + x->conf->every < r->trip.to) {
		r->t += x->conf->every;
		ring_push(&x->steady, i);
		return 0;
	}
	r->over = r->t == r->trip.to;
	r->t = r->over ? r->t + TURN : r->trip.to;
	tp_queue_push(&x->queue, (struct tp_wait){ r->t, 0, i, i });
	return 0;
}

/* Drives all trips: 0, 1 to stop, or -1. */
static int
drive(struct tp_taxi *x, struct tp_out *out, struct tp_err *e)
{
	struct tp_trip	t;
	uint32_t	i;
	bool		more = true, steady;
	int		rc = tp_tripsort_end(&x->sort, e);

	if (x->conf->graph != x->route.g)
		tp_taxiroute_init(&x->route, x->conf->graph);
	x->has_last = false;
	while (rc == 0 && (more || x->steady.n + x->queue.n > 0)) {
		if (more) {
			rc = tp_tripsort_next(&x->sort, &t, e);
			more = rc == 1;
			rc = rc < 0 ? -1 : 0;
		}
		while (rc == 0 && find_next(x, &i, &steady) &&
		    (!more || x->rides[i].t < t.from))
			rc = step(x, i, steady, out);
		if (rc == 0 && more)
			begin_ride(x, &t);
	}
	return rc;
}

static int
keep_trip(void *arg, const struct tp_trip *t)
{
	struct tp_taxi	*x = arg;

	return tp_tripsort_add(&x->sort, t, x->table.e);
}

static void
enter(struct tp_taxi *x, struct tp_out *out, struct tp_err *e)
{
	x->table.fn = keep_trip;
	x->table.arg = x;
	x->table.out = out;
	x->table.e = e;
}

int
tp_taxi_bytes(struct tp_taxi *x, const char *p, size_t n, struct tp_out *out,
    struct tp_err *e)
{
	enter(x, out, e);
	return tp_taxicsv_bytes(&x->table, p, n);
}

int
tp_taxi_close(struct tp_taxi *x, struct tp_out *out, struct tp_err *e)
{
	int	rc;

	enter(x, out, e);
	rc = tp_taxicsv_end(&x->table);
	if (rc != 0 || ++x->closed < x->conf->files)
		return rc;
	x->closed = 0;
	return drive(x, out, e);
}

static int
parse_box(double box[4], const char *s)
{
	double	v[4];
	size_t	n;
	int	i;

	for (i = 0; i < 4; i++, s += n + 1) {
		n = strcspn(s, ",");
		if (tp_parse_num(s, n, &v[i]) == -1 ||
		    (s[n] == '\0') != (i == 3))
			return -1;
	}
	if (!(v[0] < v[2] && v[1] < v[3] && v[0] >= -90 && v[2] <= 90 &&
	    v[1] >= -180 && v[3] <= 180))
		return -1;
	memcpy(box, v, sizeof(v));
	return 0;
}

int
tp_taxi_conf_set(struct tp_taxi_conf *c, const char *box, struct tp_err *e)
{
	if (c->every < TP_SECOND || c->every > TP_HOUR)
		return tp_opt_error(e, "--every must be 1s to 1h");
	if (box != NULL && parse_box(c->box, box) == -1)
		return tp_opt_error(e, "--box: '%s' is not south,west,north,"
		    "east in degrees", box);
	return 0;
}

bool
tp_taxi_note(const struct tp_taxi_conf *c, char text[TP_TAXI_NOTE])
{
	static const char *const	why[] = {
		[TP_TAXI_NO_PLACE] = "without a place",
		[TP_TAXI_NO_ZONE] = "in an unknown zone",
		[TP_TAXI_SWAPPED] = "with swapped coordinates",
		[TP_TAXI_OUTSIDE] = "outside the box",
		[TP_TAXI_DURATION] = "without a duration",
		[TP_TAXI_TOO_FAST] = "faster than 130 km/h",
		[TP_TAXI_TWICE] = "there twice",
	};
	struct tp_buf			 b = { 0 };
	uint64_t			 sum = 0;
	bool				 any;
	int				 i;

	for (i = 0; i < TP_TAXI_REASONS; i++)
		sum += c->left_out[i];
	if (c->off_road > 0)
		tp_buf_printf(&b, "%" PRIu64 " trips without a way on the roads "
		    "go straight%s", c->off_road, sum > 0 ? "; " : "");
	if (sum > 0)
		tp_buf_printf(&b, "left out %" PRIu64 " of %" PRIu64 " trips",
		    sum, c->trips);
	for (i = 0, sum = 0; i < TP_TAXI_REASONS; i++)
		if (c->left_out[i] > 0)
			tp_buf_printf(&b, "%s %" PRIu64 " %s",
			    sum++ == 0 ? ":" : ",", c->left_out[i], why[i]);
	any = b.n > 0;
	snprintf(text, TP_TAXI_NOTE, "%s", tp_buf_cstr(&b));
	tp_buf_release(&b);
	return any;
}
