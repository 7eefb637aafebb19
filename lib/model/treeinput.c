#include "model/treeinput.h"

#include <endian.h>
#include <math.h>

#include "base/mem.h"
#include "model/column.h"
#include "model/near.h"

#define NEAR	TP_TREE_NEAR
#define MISSING	TP_TREE_MISSING
#define FIXED	7		/* inputs behind the lags, see own() */
#define USUAL	5		/* of these, what is usual now */
#define PAST	2		/* steps back of the neighbours' other lag */
#define EARLIER	3		/* likewise of the network's */

/* Columns of earlier days, of the road graph and of cells are taken as they
 * are. */
static bool
extra(const char *column)
{
	return strncmp(column, "trail_", 6) == 0 ||
	    strncmp(column, "upstream_mean_", 14) == 0 ||
	    strncmp(column, "downstream_mean_", 16) == 0 ||
	    strncmp(column, "around_", 7) == 0 ||
	    strcmp(column, "event_count") == 0;
}

bool
tp_treeinput_wants(const char *column)
{
	int	k = tp_column_lag(column);

	return (k >= 0 && k < TP_TREE_LAGS) ||
	    strcmp(column, TP_COLUMN_AGE) == 0 || extra(column);
}

int
tp_treeinput_init(struct tp_treeinput *t, const struct tp_shape *s,
    struct tp_err *e)
{
	size_t	i;

	t->nseg = s->nseg;
	t->ncol = s->ncol;
	t->nh = s->nh;
	for (i = 0; i < s->nh; i++)
		t->horizon[i] = s->horizon[i];
	t->nlag = tp_column_lags(s, t->lag, TP_TREE_LAGS);
	t->age = tp_column_find(s, TP_COLUMN_AGE);
	if (t->nlag == 0 || t->age == s->ncol)
		return tp_err_set(e, TP_EXIT_DATA, "models of trees need "
		    "columns lag_0_*, lag_1_*, ... and " TP_COLUMN_AGE
		    " (tp-features --groups lag)");
	t->more = tp_calloc(s->ncol + 1, sizeof(*t->more));
	for (i = 0; i < s->ncol; i++)
		if (extra(s->names[i]))
			t->more[t->nmore++] = i;
	t->nin = t->nlag + FIXED + t->nh + 2 * NEAR + 2 + t->nmore;
	t->usual.nseg = s->nseg;
	t->usual.slots = s->slots_per_day;
	return 0;
}

void
tp_treeinput_release(struct tp_treeinput *t)
{
	free(t->more);
	free(t->near);
	tp_profile_release(&t->usual);
	memset(t, 0, sizeof(*t));
}

void
tp_treeinput_fit(struct tp_treeinput *t, const struct tp_panel *p,
    int threads)
{
	tp_profile_fit(&t->usual, p);
	t->near = tp_calloc(t->nseg * NEAR + 1, sizeof(*t->near));
	tp_near_fit(t->near, NEAR, p, &t->usual, t->lag, t->nlag, threads);
}

void
tp_treeinput_names(const struct tp_treeinput *t,
    const struct tp_modelfile *m, char (*name)[TP_FORMULA_NAME])
{
	const char	*u = m->unit;
	size_t		 n = 0, k;

#define NAME(...)	snprintf(name[n++], TP_FORMULA_NAME, __VA_ARGS__)
	for (k = 0; k < t->nlag; k++)
		NAME("%s", m->columns[t->lag[k]]);
	NAME("%s", m->columns[t->age]);
	NAME("seen");
	NAME("slot");
	NAME("day");
	NAME("segment_number");
	NAME("usual_0_%s", u);
	NAME("off_0_%s", u);
	for (k = 0; k < t->nh; k++)
		NAME("usual_%d_%s", m->minutes[k], u);
	for (k = 0; k < t->nmore; k++)
		NAME("%s", m->columns[t->more[k]]);
	for (k = 0; k < NEAR; k++) {
		NAME("near_%zu_off_0_%s", k, u);
		NAME("near_%zu_off_%d_%s", k, PAST, u);
	}
	NAME("network_off_0_%s", u);
	NAME("network_off_%d_%s", EARLIER, u);
#undef NAME
}

static float
known(float v)
{
	return isfinite(v) ? v : MISSING;
}

/* How far a row's lag k is from usual. */
static float
deviation(const struct tp_treeinput *t, const struct tp_ask *a, size_t i,
    size_t k)
{
	return a->x[i * t->ncol + t->lag[k < t->nlag ? k : t->nlag - 1]] -
	    tp_profile_at(&t->usual, a->seg[i], a->day, a->slot, -(int)k);
}

/* As it would be where a segment is as usual: of one that is not known too. */
static float
usual(float d)
{
	return isfinite(d) ? d : 0;
}

/* Mean deviation of the rows that have a new reading. */
static float
network(const struct tp_treeinput *t, const struct tp_ask *a, size_t k)
{
	double	sum = 0;
	size_t	n = 0, i;
	float	d;

	for (i = 0; i < a->n; i++) {
		d = deviation(t, a, i, k);
		if (isfinite(d) && !(a->x[i * t->ncol + t->age] > 0)) {
			sum += (double)d;
			n++;
		}
	}
	return n > 0 ? (float)(sum / (double)n) : 0;
}

/* The inputs that concern the row alone; returns how many. */
static size_t
own(const struct tp_treeinput *t, const struct tp_ask *a, size_t i, float *x)
{
	const float	*c = a->x + i * t->ncol;
	size_t		 n = 0, k;
	float		 now;

	for (k = 0; k < t->nlag; k++)
		x[n++] = known(c[t->lag[k]]);
	now = tp_profile_at(&t->usual, a->seg[i], a->day, a->slot, 0);
	x[n++] = known(c[t->age]);
	x[n++] = isnan(a->now[i]) ? 0 : 1;
	x[n++] = (float)a->slot;
	x[n++] = (float)a->day;
	x[n++] = (float)a->seg[i];
	x[n++] = now;
	x[n++] = known(c[t->lag[0]] - now);
	for (k = 0; k < t->nh; k++)
		x[n++] = tp_profile_at(&t->usual, a->seg[i], a->day, a->slot,
		    t->horizon[k]);
	for (k = 0; k < t->nmore; k++)
		x[n++] = known(c[t->more[k]]);
	return n;
}

void
tp_treeinput_rows(const struct tp_treeinput *t, const struct tp_ask *a,
    float *x, double *base)
{
	float		 all[2] = { network(t, a, 0), network(t, a, EARLIER) };
	uint32_t	*row = tp_calloc(t->nseg, sizeof(*row));
	size_t		 i, k, n, at;

	/* each segment's row, counted from 1 */
	for (i = 0; i < a->n; i++)
		row[a->seg[i]] = (uint32_t)i + 1;
	for (i = 0; i < a->n; i++, x += t->nin) {
		n = own(t, a, i, x);
		for (k = 0; k < NEAR; k++) {
			at = row[t->near[a->seg[i] * NEAR + k]];
			x[n++] = at == 0 ? 0 :
			    usual(deviation(t, a, at - 1, 0));
			x[n++] = at == 0 ? 0 :
			    usual(deviation(t, a, at - 1, PAST));
		}
		x[n++] = all[0];
		x[n++] = all[1];
		base[i] = (double)(x[0] > MISSING ? x[0] :
		    x[t->nlag + USUAL]);
	}
	free(row);
}

void
tp_treeinput_save(const struct tp_treeinput *t, struct tp_buf *b)
{
	uint32_t	u;
	size_t		i;

	tp_pack_f32(b, t->usual.v, tp_profile_size(t->nseg, t->usual.slots));
	for (i = 0; i < t->nseg * NEAR; i++) {
		u = htole32(t->near[i]);
		tp_buf_add(b, (const char *)&u, 4);
	}
}

int
tp_treeinput_load(struct tp_treeinput *t, struct tp_unpack *u,
    struct tp_err *e)
{
	size_t	size = tp_profile_size(t->nseg, t->usual.slots), i;

	if (u->n / 4 < size || u->n / 4 - size < t->nseg * NEAR)
		return tp_err_set(e, TP_EXIT_DATA, "state is too short");
	t->usual.v = tp_calloc(size + 1, sizeof(*t->usual.v));
	tp_unpack_f32(u, t->usual.v, size);
	t->near = tp_calloc(t->nseg * NEAR + 1, sizeof(*t->near));
	for (i = 0; i < t->nseg * NEAR; i++) {
		memcpy(&t->near[i], u->p, 4);
		t->near[i] = le32toh(t->near[i]);
		u->p += 4;
		u->n -= 4;
		if (t->near[i] >= t->nseg)
			return tp_err_set(e, TP_EXIT_DATA,
			    "state names a segment that is not there");
	}
	return u->bad ? tp_err_set(e, TP_EXIT_DATA,
	    "state holds a number that is not finite") : 0;
}
