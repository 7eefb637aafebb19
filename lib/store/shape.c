/* Rows back into records. */
#include "store/shape.h"

#include <inttypes.h>
#include <math.h>

#define EXACT_MAX	INT64_C(1000000000000)	/* thousandths */

void
tp_buf_milli(struct tp_buf *b, int64_t v, int decimals)
{
	uint64_t	u = v < 0 ? -(uint64_t)v : (uint64_t)v;
	uint64_t	part = u % 1000;

	if (v < 0)
		tp_buf_char(b, '-');
	tp_buf_int(b, (int64_t)(u / 1000));
	if (decimals > 0) {
		tp_buf_char(b, '.');
		tp_buf_char(b, (char)('0' + part / 100));
	}
	if (decimals > 1)
		tp_buf_char(b, (char)('0' + part / 10 % 10));
	if (decimals > 2)
		tp_buf_char(b, (char)('0' + part % 10));
}

int
tp_milli_parse(const char *p, size_t n, int64_t *v)
{
	const char	*end = p + n;
	bool		 minus = n > 0 && *p == '-';
	int64_t		 x = 0;
	int		 decimals = 0, i;

	if (n == 0 || n > 14)
		return -1;
	for (p += minus; p < end && *p >= '0' && *p <= '9'; p++)
		x = 10 * x + (*p - '0');
	if (p < end && *p++ != '.')
		return -1;
	for (; p < end && *p >= '0' && *p <= '9'; p++, decimals++)
		x = 10 * x + (*p - '0');
	if (p < end || decimals > 3)
		return -1;
	for (i = decimals; i < 3; i++)
		x *= 10;
	if (x > EXACT_MAX || (minus && x == 0))
		return -1;
	*v = minus ? -x : x;
	return decimals;
}

int64_t
tp_milli_kmh(int64_t mph)
{
	return llround((double)mph * TP_KMH_PER_MPH);
}

int64_t
tp_milli_mph(int64_t kmh)
{
	return llround((double)kmh / TP_KMH_PER_MPH);
}

/* The column of a hole of this kind must be of this type. */
static bool
fits(const struct tp_table *t, const struct tp_shape_hole *h)
{
	enum tp_column_type	type;

	if (h->column >= t->n)
		return false;
	type = (enum tp_column_type)t->col[h->column].type;
	switch (h->code) {
	case 't':
		return type == TP_COLUMN_TIME;
	case 'j':
		return type == TP_COLUMN_INT;
	case 'd':
		return type == TP_COLUMN_MILLI;
	case 'k':
	case 'm':
		return type == TP_COLUMN_SPEED;
	case 'x':
		return type == TP_COLUMN_TEXT;
	case 'e':
		return type == TP_COLUMN_SPAN;
	default:
		return false;
	}
}

/* Reads what stands behind a $; returns how many bytes, 0 where it is bad. */
static size_t
read_hole(const struct tp_table *t, const char *p, size_t n,
    struct tp_shape_hole *h)
{
	if (n == 0)
		return 0;
	h->code = *p;
	switch (h->code) {
	case 's':
	case 'n':
		return t->sensor >= 0;
	case 'g':
		return t == &tp_tables[TP_STORE_PREDICTION];
	case 'i':
	case '_':
	case 'l':
	case 'c':
		return 1;
	default:
		break;
	}
	if (n < 2 || p[1] < '0' || p[1] > '9')
		return 0;
	h->column = (uint8_t)(p[1] - '0');
	if (!fits(t, h))
		return 0;
	if (strchr("dkm", h->code) == NULL)
		return 2;
	if (n < 3 || p[2] < '0' || p[2] > '3')
		return 0;
	h->decimals = (uint8_t)(p[2] - '0');
	return 3;
}

int
tp_shape_init(struct tp_shape *s, const struct tp_table *t, const char *text,
    size_t n)
{
	const char	*p, *end, *d;
	size_t		 cap = 0, used;

	*s = (struct tp_shape){ .text = tp_strndup(text, n) };
	for (p = s->text, end = p + n;; p = d + 1 + used) {
		d = memchr(p, '$', (size_t)(end - p));
		TP_GROW(s->hole, cap, s->n + 1);
		s->hole[s->n] = (struct tp_shape_hole){
			.at = (uint32_t)(p - s->text),
			.n = (uint32_t)((d != NULL ? d : end) - p),
		};
		if (d == NULL)
			break;
		used = read_hole(t, d + 1, (size_t)(end - d - 1),
		    &s->hole[s->n]);
		if (used == 0) {
			tp_shape_release(s);
			return -1;
		}
		s->n++;
	}
	s->n++;
	return 0;
}

void
tp_shape_release(struct tp_shape *s)
{
	free(s->text);
	free(s->hole);
	*s = (struct tp_shape){ 0 };
}

/* The column of a type; every table that is asked for it has one. */
static int64_t
of_type(const struct tp_table *t, const struct tp_cells *c,
    enum tp_column_type type)
{
	int	i;

	for (i = 0; i < t->n; i++)
		if (t->col[i].type == type)
			return c->v[i];
	return TP_STORE_NULL;
}

void
tp_shape_id(const struct tp_table *t, const struct tp_cells *c,
    struct tp_buf *b)
{
	bool	window = t == &tp_tables[TP_STORE_AGGREGATE];

	if (!window && t != &tp_tables[TP_STORE_PREDICTION])
		return;
	tp_buf_str(b, window ? "\"AGG_" : "\"");
	tp_buf_add(b, c->segment, c->segmentlen);
	tp_buf_char(b, window ? '_' : ':');
	tp_buf_int(b, c->v[t->time]);
	tp_buf_char(b, window ? '_' : ':');
	tp_buf_int(b, c->v[2]);		/* length or minutes */
	tp_buf_char(b, '"');
}

static void
put_text(struct tp_buf *b, const char *p, size_t n)
{
	tp_buf_char(b, '"');
	tp_buf_add(b, p, n);
	tp_buf_char(b, '"');
}

/* The holes that are not of one column. */
static int
put_derived(const struct tp_shape_hole *h, const struct tp_table *t,
    const struct tp_cells *c, struct tp_buf *b)
{
	int64_t	at = c->v[t->time], x;

	switch (h->code) {
	case 's':
		put_text(b, c->segment, c->segmentlen);
		return 0;
	case 'n':
		tp_buf_add(b, c->segment, c->segmentlen);
		return 0;
	case 'e':
		x = of_type(t, c, TP_COLUMN_SPAN);
		break;
	case 'g':
		x = c->v[2];
		if (x == TP_STORE_NULL || __builtin_mul_overflow(x,
		    TP_MINUTE, &x))
			return -1;
		break;
	default:
		tp_shape_id(t, c, b);
		return 0;
	}
	if (x == TP_STORE_NULL || __builtin_add_overflow(x, at, &x))
		return -1;
	tp_buf_int(b, x);
	return 0;
}

static int
put_column(const struct tp_shape_hole *h, const struct tp_cells *c,
    struct tp_buf *b)
{
	int64_t	v = c->v[h->column];

	if (h->code == 'x') {
		if (c->text[h->column].p == NULL)
			return -1;
		put_text(b, c->text[h->column].p, c->text[h->column].n);
		return 0;
	}
	if (v == TP_STORE_NULL)
		return -1;
	if (h->code == 't' || h->code == 'j')
		tp_buf_int(b, v);
	else
		tp_buf_milli(b, h->code == 'm' ? tp_milli_mph(v) : v,
		    h->decimals);
	return 0;
}

/* The next value of rest, with its quotes where it is a string. */
static int
put_rest(const struct tp_json_obj *rest, size_t i, struct tp_buf *b)
{
	const struct tp_json_val	*v;

	if (i >= rest->n)
		return -1;
	v = &rest->f[i].v;
	if (v->type == TP_JSON_STR)
		put_text(b, v->p, v->n);
	else
		tp_buf_add(b, v->p, v->n);
	return 0;
}

static int
put_hole(const struct tp_shape_hole *h, const struct tp_table *t,
    const struct tp_cells *c, struct tp_buf *b)
{
	switch (h->code) {
	case 'l':
		if (c->rest.p == NULL)
			return -1;
		tp_buf_add(b, c->rest.p, c->rest.n);
		return 0;
	case 'c':
		return 0;
	case 's':
	case 'n':
		return c->segment != NULL ? put_derived(h, t, c, b) : -1;
	case 'e':
	case 'g':
	case 'i':
		return put_derived(h, t, c, b);
	default:
		return put_column(h, c, b);
	}
}

int
tp_shape_write(const struct tp_shape *s, const struct tp_table *t,
    const struct tp_cells *c, struct tp_buf *b)
{
	struct tp_json_obj	rest = { 0 };
	struct tp_buf		padded = { 0 };
	size_t			i, used = 0;
	int			rc = 0;

	for (i = 0; rc == 0 && i < s->n; i++) {
		tp_buf_add(b, s->text + s->hole[i].at, s->hole[i].n);
		if (s->hole[i].code == 0)
			break;
		if (s->hole[i].code != '_') {
			rc = put_hole(&s->hole[i], t, c, b);
			continue;
		}
		if (used == 0) {
			tp_buf_add(&padded, c->rest.p, c->rest.n);
			memset(tp_buf_room(&padded, TP_JSON_PAD), 0,
			    TP_JSON_PAD);
			if (tp_json_array(&rest, padded.p, padded.n) == -1)
				rest.n = 0;
		}
		rc = put_rest(&rest, used++, b);
	}
	tp_json_obj_release(&rest);
	tp_buf_release(&padded);
	return rc;
}
