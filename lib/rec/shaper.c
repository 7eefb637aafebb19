/* Lines in the shapes of other systems, member by member. */
#include "rec/shapevalue.h"

#include <math.h>

/* Where the members written so far stand in the line. */
struct at {
	const char	*in;		/* the object that is open, or NULL */
	size_t		 object;	/* where it began */
	bool		 any;		/* a member is in it */
	const char	*without;	/* an object that is left out */
};

/* The forecasts of one line of Hanoi's. */
static const int	held_minutes[TP_SHAPE_HELD] = { 10, 20, 30 };

/* Finds the fields that a row may be made of. */
static void
resolve(struct tp_shape_col *c, const struct tp_shape_row *row)
{
	static const char *const	units[] = { "", "_kmh", "_mph" };
	static const struct {
		const char	*from, *next;
	} next[] = {
		{ "highway", "road_name" }, { "road_name", "highway" },
		{ "weather", "precipitation" },
	};
	size_t				 i, k;

	c->row = row;
	if (row->from == NULL)
		return;
	for (i = 0; i < 3; i++)
		snprintf(c->from[i].key, TP_SHAPE_KEY, "%s%s", row->from,
		    units[i]);
	for (k = 0; k < sizeof(next) / sizeof(next[0]); k++)
		if (strcmp(row->from, next[k].from) == 0)
			snprintf(c->from[1].key, TP_SHAPE_KEY, "%s",
			    next[k].next);
	for (i = 0; i < 3; i++) {
		c->from[i].n = strlen(c->from[i].key);
		c->from[i].f = tp_field_find(c->from[i].key, c->from[i].n);
	}
}

struct tp_shaper *
tp_shaper_new(const struct tp_shape_conf *conf)
{
	struct tp_shaper	*s = tp_calloc(1, sizeof(*s));
	size_t			 k, i, n;

	s->conf = conf;
	s->utc.utc = true;
	s->tz = conf->tz != NULL ? conf->tz : &s->utc;
	for (k = 0; k < TP_RECORD_MAX; k++) {
		const struct tp_shape_row	*rows =
		    tp_shape_forms[conf->shape][k].rows;

		if (rows == NULL)
			continue;
		for (n = 0; rows[n].name != NULL; n++)
			;
		s->cols[k] = tp_calloc(n + 1, sizeof(*s->cols[k]));
		for (i = 0; i < n; i++)
			resolve(&s->cols[k][i], &rows[i]);
		s->cols[k][n].row = &rows[n];
	}
	return s;
}

void
tp_shaper_free(struct tp_shaper *s)
{
	size_t	k;

	if (s == NULL)
		return;
	for (k = 0; k < TP_RECORD_MAX; k++)
		free(s->cols[k]);
	tp_buf_release(&s->held.id);
	tp_buf_release(&s->held.line);
	tp_buf_release(&s->held.lost);
	tp_buf_release(&s->line);
	tp_rec_release(&s->r);
	free(s->used);
	free(s);
}

const char *
tp_shaper_why(const struct tp_shaper *s)
{
	return s->why;
}

const char *
tp_shaper_raw(const struct tp_shaper *s, size_t *n)
{
	*n = s->raw->n;
	return s->raw->p;
}

void
tp_shaper_from(struct tp_shaper *s, int64_t pos)
{
	s->pos = pos;
}

int
tp_shaper_waits(const struct tp_shaper *s, int64_t at[TP_SHAPER_WAIT])
{
	memcpy(at, s->held.at, (size_t)s->held.n * sizeof(*at));
	return s->held.n;
}

uint64_t
tp_shaper_unplaced(struct tp_shaper *s)
{
	uint64_t	n = s->unplaced;

	s->unplaced = 0;
	return n;
}

const char *
tp_shaper_stamp(const struct tp_shaper *s)
{
	return tp_shape_forms[s->conf->shape][s->kind].stamp;
}

static int
refuse(struct tp_shaper *s, const char *why)
{
	snprintf(s->why, sizeof(s->why), "%s", why);
	s->raw = &s->line;
	return -1;
}

static bool
has_key(const struct tp_rec *r, const char *key)
{
	return tp_json_find(&r->o, key) != NULL;
}

static enum tp_record_kind
kind_of(const struct tp_rec *r)
{
	if (has_key(r, "alert_id") || has_key(r, "score_id") ||
	    has_key(r, "update_type") || has_key(r, "profile_id"))
		return TP_RECORD_OTHER;
	if (r->at[TP_F_HORIZON_MINUTES] != NULL ||
	    r->at[TP_F_PREDICTED_SPEED] != NULL ||
	    r->at[TP_F_PREDICTED_SPEED_KMH] != NULL ||
	    r->at[TP_F_PREDICTED_SPEED_MPH] != NULL)
		return TP_RECORD_PREDICTION;
	if (r->at[TP_F_WINDOW_START] != NULL)
		return TP_RECORD_AGGREGATE;
	if (r->at[TP_F_SEGMENT_ID] == NULL)
		return TP_RECORD_OTHER;
	return r->at[TP_F_VALIDATION_STATUS] != NULL ? TP_RECORD_VALID :
	    TP_RECORD_RAW;
}

/* Reads a copy of the line, which has the padding that the scanner wants. */
static int
take(struct tp_shaper *s, const char *line, size_t n)
{
	s->line.n = 0;
	tp_buf_room(&s->line, n + 1 + TP_JSON_PAD);
	tp_buf_add(&s->line, line, n);
	memset(s->line.p + n, 0, TP_JSON_PAD);
	if (tp_rec_parse(&s->r, s->line.p, n) != 0)
		return refuse(s, s->r.o.why);
	TP_GROW(s->used, s->usedcap, s->r.o.n + 1);
	memset(s->used, 0, s->r.o.n * sizeof(*s->used));
	return 0;
}

/* Closes the object that is open; one without members is taken out. */
static void
close_object(struct at *at, struct tp_buf *b)
{
	if (at->in == NULL)
		return;
	if (at->any)
		tp_buf_char(b, '}');
	else
		b->n = at->object;
	at->in = NULL;
}

/* Opens the object of a row where it is another than the last one's. */
static void
enter(struct at *at, const struct tp_shape_row *row, struct tp_buf *b)
{
	if (at->in == row->in ||
	    (at->in != NULL && row->in != NULL &&
	    strcmp(at->in, row->in) == 0))
		return;
	close_object(at, b);
	at->without = NULL;
	if (row->in == NULL)
		return;
	at->object = b->n;
	tp_buf_printf(b, ",\"%s\":{", row->in);
	at->in = row->in;
	at->any = false;
}

/* What stands where there is no value: 0, or -1 where that cannot be. */
static int
put_else(struct tp_shaper *s, const struct tp_shape_col *c, struct at *at,
    size_t member, struct tp_buf *b)
{
	switch ((enum tp_shape_need)c->row->need) {
	case TP_ELSE_NULL:
		tp_buf_lit(b, "null");
		at->any = true;
		return 0;
	case TP_ELSE_ZERO:
		tp_buf_char(b, '0');
		at->any = true;
		return 0;
	case TP_ELSE_UNKNOWN:
		tp_buf_lit(b, "\"UNKNOWN\"");
		at->any = true;
		return 0;
	case TP_ELSE_REFUSE:
		tp_shape_bad(s, c, "not known, and the shape needs it");
		return -1;
	case TP_ELSE_OBJECT:
		b->n = at->object;
		at->without = c->row->in;
		at->any = false;
		return 0;
	case TP_ELSE_LEAVE:
		break;
	}
	b->n = member;
	return 0;
}

/* ,"predicted_speed_10min":... and the least of their confidences. */
static void
put_held(const struct tp_shaper *s, struct tp_buf *b)
{
	int	i;

	for (i = 0; i < TP_SHAPE_HELD; i++) {
		tp_buf_printf(b, ",\"predicted_speed_%dmin\":",
		    held_minutes[i]);
		tp_buf_num(b, s->held.speed[i]);
	}
	tp_buf_lit(b, ",\"prediction_confidence\":");
	tp_buf_num(b, s->held.confidence);
}

static int
put_member(struct tp_shaper *s, const struct tp_shape_col *c, struct at *at,
    struct tp_buf *b)
{
	enum tp_shape_got	got;
	size_t			member;

	enter(at, c->row, b);
	if (at->without != NULL)
		return 0;
	if (c->row->how == TP_AS_HORIZONS) {
		put_held(s, b);
		return 0;
	}
	member = b->n;
	tp_buf_printf(b, "%s\"%s\":", at->in != NULL && !at->any ? "" : ",",
	    c->row->name);
	got = tp_shape_value(s, c, b);
	if (got == TP_GOT_VALUE)
		at->any = true;
	else if (got == TP_GOT_NOTHING)
		return put_else(s, c, at, member, b);
	return got == TP_GOT_BAD ? -1 : 0;
}

static int
put_line(struct tp_shaper *s, struct tp_buf *b)
{
	const struct tp_shape_col	*c = s->cols[s->kind];
	struct at			 at = { 0 };
	size_t				 start = b->n, i;

	for (; c->row->name != NULL; c++)
		if (put_member(s, c, &at, b) != 0) {
			b->n = start;
			s->raw = &s->line;
			return -1;
		}
	close_object(&at, b);
	b->p[start] = '{';		/* in place of the first comma */
	tp_buf_char(b, '}');
	for (i = 0; i < s->r.o.n; i++)
		s->unplaced += !s->used[i] &&
		    s->r.o.f[i].v.type != TP_JSON_NULL;
	return 1;
}

int
tp_shaper_end(struct tp_shaper *s)
{
	struct tp_shape_held	*h = &s->held;
	struct tp_buf		 lost;

	if (h->n == 0)
		return 0;
	snprintf(s->why, sizeof(s->why), "the shape needs forecasts of 10, "
	    "20 and 30 minutes; %d of them came", h->n);
	h->n = 0;
	lost = h->lost;			/* the line goes there, to be shown */
	h->lost = h->line;
	h->line = lost;
	s->raw = &h->lost;
	return -1;
}

/* Which of those held a forecast is: 0.., or -1. */
static int
held_place(const struct tp_rec *r)
{
	int64_t	minutes;
	int	i;

	if (tp_rec_int(r, TP_F_HORIZON_MINUTES, &minutes) != 0)
		return -1;
	for (i = 0; i < TP_SHAPE_HELD; i++)
		if (held_minutes[i] == minutes)
			return i;
	return -1;
}

/* Keeps a forecast: 1 where it is the last of its line, 0, or -1. */
static int
hold(struct tp_shaper *s, const struct tp_shape_col *c)
{
	struct tp_shape_held		*h = &s->held;
	const struct tp_rec		*r = &s->r;
	const struct tp_json_val	*raw, *id = r->at[TP_F_SEGMENT_ID];
	double				 v, confidence;
	int64_t				 t;
	int				 i = held_place(r), given_up = 0;

	if (i < 0)
		return refuse(s, "prediction_horizon_minutes: the shape has "
		    "10, 20 and 30 only");
	if (id == NULL || tp_rec_time(r, TP_F_TIMESTAMP, s->tz, &t, NULL) != 0)
		return refuse(s, "segment_id or timestamp: not known");
	if (tp_rec_num(r, TP_F_CONFIDENCE_SCORE, &confidence) != 0)
		return refuse(s, "confidence_score: not known, and the shape "
		    "needs it");
	if (tp_shape_speed(s, c, &v, &raw) != TP_GOT_VALUE)
		return refuse(s, "predicted_speed: not known");
	if (h->n > 0 && (t != h->t || id->n != h->id.n ||
	    memcmp(id->p, h->id.p, id->n) != 0 || h->n != i))
		given_up = tp_shaper_end(s);
	if (i != h->n)
		return given_up != 0 ? -1 : refuse(s, "prediction_horizon_"
		    "minutes: the shape wants 10, 20 and 30 in this order");
	h->speed[i] = v;
	h->at[i] = s->pos;
	h->confidence = i == 0 ? confidence : fmin(confidence, h->confidence);
	h->t = t;
	if (i == 0) {
		h->id.n = h->line.n = 0;
		tp_buf_add(&h->id, id->p, id->n);
		tp_buf_add(&h->line, s->line.p, s->line.n);
	}
	h->n = i + 1;
	s->used[r->index[TP_F_HORIZON_MINUTES]] = true;
	s->used[r->index[TP_F_CONFIDENCE_SCORE]] = true;
	return given_up != 0 ? -1 : h->n == TP_SHAPE_HELD;
}

int
tp_shaper_line(struct tp_shaper *s, const char *line, size_t n,
    int64_t now_ms, struct tp_buf *to)
{
	const struct tp_shape_col	*c;
	int				 rc;

	if (take(s, line, n) != 0)
		return -1;
	s->kind = kind_of(&s->r);
	s->unit = tp_shape_forms[s->conf->shape][s->kind].unit;
	s->now_ms = now_ms;
	if (s->cols[s->kind] == NULL)
		return refuse(s, "the shape has no such records");
	for (c = s->cols[s->kind]; c->row->name != NULL; c++)
		if (c->row->how == TP_AS_HORIZONS) {
			rc = hold(s, c);
			if (rc != 1)
				return rc;
			s->held.n = 0;
		}
	return put_line(s, to);
}
