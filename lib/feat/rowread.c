#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "feat/rowread.h"

#define AHEAD	8	/* keys looked at before the table is asked */

/* The keys of a row, in the order of tp_rowfilter's text. */
enum { KEY_ID, KEY_TIME, KEY_NOW, KEY_LAST, KEY_SPEC, KEY_COLUMNS };

void
tp_rowread_release(struct tp_rowread *rr)
{
	tp_feat_cols_release(&rr->cols);
	tp_buf_release(&rr->text);
	tp_map_release(&rr->keys);
	free(rr->values);
	*rr = (struct tp_rowread){ 0 };
}

static void
add_key(struct tp_rowread *rr, const char *fmt, const char *name)
{
	char	key[TP_FEAT_NAME * 2];
	int	n = snprintf(key, sizeof(key), fmt, name);

	tp_map_add(&rr->keys, key, (size_t)n);
}

/* Takes the spec of the first row. */
static int
learn(struct tp_rowread *rr, const struct tp_rec *r, const char **why,
    const char **field)
{
	const struct tp_json_field	*f = tp_json_find(&r->o, "feature_set");
	const char			*u;
	size_t				 i;

	*field = "feature_set";
	*why = "is missing: this is no row of tp-features";
	if (f == NULL)
		return -1;
	*why = "is no set of features";
	if (f->v.type != TP_JSON_STR ||
	    tp_feat_spec_parse(&rr->spec, f->v.p, f->v.n) != 0 ||
	    rr->spec.unit == TP_UNIT_NONE)
		return -1;
	rr->text.n = 0;
	tp_buf_add(&rr->text, f->v.p, f->v.n);
	u = tp_unit_suffix(rr->spec.unit);
	tp_feat_cols_init(&rr->cols, &rr->spec);
	add_key(rr, "segment_id", NULL);
	add_key(rr, "timestamp", NULL);
	add_key(rr, "speed_%s", u);
	add_key(rr, "last_speed_%s", u);
	add_key(rr, "feature_set", NULL);
	for (i = 0; i < rr->cols.n; i++)
		add_key(rr, "%s", rr->cols.name[i]);
	for (i = 0; i < (size_t)rr->spec.ntargets; i++) {
		char	name[TP_FEAT_NAME];

		tp_feat_target_name(&rr->spec, i, name);
		add_key(rr, "%s", name);
	}
	rr->values = tp_calloc(rr->keys.n, sizeof(*rr->values));
	rr->known = true;
	return 0;
}

/* The index of a field's key, most likely that at `next`; SIZE_MAX: none. */
static size_t
key_index(const struct tp_rowread *rr, const struct tp_json_field *f,
    size_t next)
{
	size_t	i, stop = next + AHEAD;

	if (stop > rr->keys.n)
		stop = rr->keys.n;
	for (i = next; i < stop; i++)
		if (rr->keys.keys[i].n == f->klen &&
		    memcmp(rr->keys.keys[i].p, f->key, f->klen) == 0)
			return i;
	return tp_map_find(&rr->keys, f->key, f->klen);
}

/* A field that is no number: id, time and feature_set. */
static int
read_head(const struct tp_rowread *rr, const struct tp_json_field *f,
    size_t key, struct tp_feat_row *row, const char **why)
{
	switch (key) {
	case KEY_ID:
		*why = "is no string";
		if (f->v.type != TP_JSON_STR || f->v.n == 0)
			return -1;
		row->id = f->v.p;
		row->idlen = f->v.n;
		return 0;
	case KEY_TIME:
		*why = "is no time in milliseconds";
		return tp_json_int(&f->v, &row->t);
	default:
		*why = "differs from that of the first row";
		return f->v.type == TP_JSON_STR && f->v.n == rr->text.n &&
		    memcmp(f->v.p, rr->text.p, f->v.n) == 0 ? 0 : -1;
	}
}

static bool
is_head(size_t key)
{
	return key == KEY_ID || key == KEY_TIME || key == KEY_SPEC;
}

static int
read_fields(struct tp_rowread *rr, const struct tp_rec *r,
    struct tp_feat_row *row, bool *same, const char **why,
    const char **field)
{
	size_t	i, next = 0;

	for (i = 0; i < r->o.n; i++) {
		const struct tp_json_field	*f = &r->o.f[i];
		size_t				 k = key_index(rr, f, next);

		if (k == SIZE_MAX)
			continue;
		next = k + 1;
		*field = rr->keys.keys[k].p;
		if (is_head(k)) {
			if (read_head(rr, f, k, row, why) != 0)
				return -1;
			*same |= k == KEY_SPEC;
		} else if (f->v.type != TP_JSON_NULL) {
			*why = "is no number";
			if (tp_json_num(&f->v, &rr->values[k]) != 0)
				return -1;
		}
	}
	return 0;
}

int
tp_rowread_parse(struct tp_rowread *rr, const struct tp_rec *r,
    struct tp_feat_row *row, const char **why, const char **field)
{
	bool	same = false;
	size_t	i;

	if (!rr->known && learn(rr, r, why, field) != 0)
		return -1;
	for (i = 0; i < rr->keys.n; i++)
		rr->values[i] = (double)NAN;
	row->id = NULL;
	row->t = TP_TIME_NONE;
	if (read_fields(rr, r, row, &same, why, field) != 0)
		return -1;
	*why = "is missing";
	*field = row->id == NULL ? "segment_id" :
	    row->t == TP_TIME_NONE ? "timestamp" : "feature_set";
	if (row->id == NULL || row->t == TP_TIME_NONE || !same)
		return -1;
	row->now = rr->values[KEY_NOW];
	row->last = rr->values[KEY_LAST];
	row->x = rr->values + KEY_COLUMNS;
	row->target = row->x + rr->cols.n;
	*why = *field = NULL;
	return 0;
}
