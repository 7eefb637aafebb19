/* Event files: what was recorded, once more. */
#include "data/eventfile.h"

/* The times that --rebase and --loop move, as they may follow in a line. */
static const enum tp_field time_fields[] = {
	TP_F_TIMESTAMP, TP_F_WINDOW_START, TP_F_WINDOW_END,
	TP_F_TARGET_TIMESTAMP,
};
#define TIMES	(sizeof(time_fields) / sizeof(time_fields[0]))

static const enum tp_field place_fields[TP_PLACE_MAX] = {
	TP_F_LATITUDE, TP_F_LONGITUDE, TP_F_ROAD_NAME, TP_F_DIRECTION,
	TP_F_LANES,
};

void
tp_eventfile_open(struct tp_eventfile *f, struct tp_events *ev)
{
	f->ev = ev;
	tp_lines_init(&f->lines, ev->conf->max_line);
}

void
tp_eventfile_release(struct tp_eventfile *f)
{
	tp_lines_release(&f->lines);
	tp_rec_release(&f->rec);
	*f = (struct tp_eventfile){ 0 };
}

/* The line up to `end`, with its times moved by the shift. */
static void
put_shifted(struct tp_eventfile *f, struct tp_buf *b, const char *end)
{
	const struct tp_json_val	*v, *next;
	const char			*p = f->rec.line, *why;
	int64_t				 t;
	size_t				 i;

	for (;;) {
		next = NULL;
		for (i = 0; i < TIMES; i++) {
			v = f->rec.at[time_fields[i]];
			if (v != NULL && v->p >= p &&
			    (next == NULL || v->p < next->p) &&
			    tp_json_time(v, f->ev->conf->tz, &t, &why) == 0)
				next = v;
		}
		if (next == NULL)
			break;
		tp_json_time(next, f->ev->conf->tz, &t, &why);
		v = next;
		tp_buf_add(b, p, (size_t)(v->p - p) - (v->type ==
		    TP_JSON_STR));
		tp_buf_int(b, t + f->ev->shift);
		p = v->p + v->n + (v->type == TP_JSON_STR);
	}
	tp_buf_add(b, p, (size_t)(end - p));
}

/* The bits of the places that the record has itself. */
static unsigned
place_mask(const struct tp_rec *r)
{
	unsigned	mask = 0;
	size_t		k;

	for (k = 0; k < TP_PLACE_MAX; k++)
		if (r->at[place_fields[k]] != NULL)
			mask |= 1u << k;
	if (r->at[TP_F_HIGHWAY] != NULL)
		mask |= 1u << TP_PLACE_ROAD_NAME;
	return mask;
}

static int
put_line(struct tp_eventfile *f, const struct tp_json_val *id, int64_t t,
    const struct tp_sensor *place)
{
	const struct tp_rec	*r = &f->rec;
	struct tp_buf		*b = tp_out_begin(f->out, TP_OUT_MAIN);
	const char		*end = r->line + r->len;

	tp_events_at(f->ev, t);
	if (place != NULL)
		while (*--end != '}')
			;
	if (f->ev->shift != 0)
		put_shifted(f, b, end);
	else
		tp_buf_add(b, r->line, (size_t)(end - r->line));
	if (place != NULL) {
		tp_sensor_add(b, place, place_mask(r));
		tp_buf_add(b, end, (size_t)(r->line + r->len - end));
	}
	return -tp_out_end(f->out, TP_OUT_MAIN, id != NULL ? id->p : "",
	    id != NULL ? id->n : 0, f->ev->out_t);
}

static bool
wanted(const struct tp_eventfile *f, const struct tp_json_val *id)
{
	const struct tp_replay_conf	*c = f->ev->conf;
	size_t				 i;

	if (c->only == NULL)
		return true;
	if (id == NULL)
		return false;
	i = tp_map_find(c->only, id->p, id->n);
	if (i != SIZE_MAX && c->seen != NULL)
		c->seen[i] = true;
	return i != SIZE_MAX;
}

static int
take_object(struct tp_eventfile *f, const struct tp_line *l, const char *p,
    size_t n)
{
	struct tp_rec			*r = &f->rec;
	const struct tp_replay_conf	*c = f->ev->conf;
	const struct tp_json_val	*id;
	const struct tp_sensor		*place = NULL;
	const char			*why;
	int64_t				 t;

	if (tp_rec_parse(r, p, n) == -1)
		return tp_events_reject(f->ev, f->out, p, n, l->lineno,
		    "json", "bad JSON at byte %zu: %s", r->o.at + 1,
		    r->o.why);
	if (tp_rec_time(r, r->at[TP_F_TIMESTAMP] != NULL ? TP_F_TIMESTAMP :
	    TP_F_WINDOW_START, c->tz, &t, &why) == -1)
		return tp_events_reject(f->ev, f->out, p, n, l->lineno,
		    "timestamp", "timestamp: %s", why);
	id = r->at[TP_F_SEGMENT_ID];
	if (!wanted(f, id) || !tp_events_in_range(f->ev, t))
		return 0;
	if (c->sensors != NULL && id != NULL)
		place = tp_sensors_find(c->sensors, id->p, id->n);
	return put_line(f, id, t, place);
}

/* A line that holds an array: each of its elements is an event. */
static int
take_array(struct tp_eventfile *f, const struct tp_line *l)
{
	struct tp_json_obj	a = { 0 };
	size_t			i;
	int			rc = 0;

	if (tp_json_array(&a, l->p, l->n) == -1)
		rc = tp_events_reject(f->ev, f->out, l->p, l->n, l->lineno,
		    "json", "bad JSON at byte %zu: %s", a.at + 1, a.why);
	else
		for (i = 0; i < a.n && rc == 0; i++)
			rc = take_object(f, l, a.f[i].v.p, a.f[i].v.n);
	tp_json_obj_release(&a);
	return rc;
}

static int
take_line(void *arg, const struct tp_line *l)
{
	struct tp_eventfile	*f = arg;
	size_t			 i = 0;

	if (l->overlong)
		return tp_events_reject(f->ev, f->out, l->p, l->n, l->lineno,
		    "line-length", "line longer than --max-line");
	while (i < l->n && (l->p[i] == ' ' || l->p[i] == '\t' ||
	    l->p[i] == '\r'))
		i++;
	if (i == l->n)
		return 0;
	return l->p[i] == '[' ? take_array(f, l) :
	    take_object(f, l, l->p, l->n);
}

int
tp_eventfile_bytes(struct tp_eventfile *f, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e)
{
	(void)e;
	f->out = out;
	return tp_lines_bytes(&f->lines, p, n, take_line, f);
}

int
tp_eventfile_close(struct tp_eventfile *f, struct tp_out *out,
    struct tp_err *e)
{
	(void)e;
	f->out = out;
	return tp_lines_end(&f->lines, take_line, f);
}
