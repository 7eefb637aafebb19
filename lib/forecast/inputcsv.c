#include "forecast/inputcsv.h"

#include <math.h>

#include "base/mem.h"

#define PIECE	((size_t)64 << 10)	/* bytes that are put at once */

struct writing {
	const struct tp_modelfile *m;
	const struct tp_dataset	*d;
	struct tp_fitted	 f;
	struct tp_formula	 formula;	/* where it has one */
	size_t			 nin;
	struct tp_buf		 b;
	/* inputs, forecasts, and of classes their probabilities */
	double			*x, *y, *p;
	size_t			 cap, unknown;
	int			 rc;
	struct tp_err		*e;
	int			(*put)(void *arg, struct tp_buf *b,
				    struct tp_err *e);
	void			*arg;
};

/* A field, in quotes where it must be (RFC 4180). */
static void
put_field(struct tp_buf *b, const char *s)
{
	if (strpbrk(s, ",\"\r\n") == NULL) {
		tp_buf_str(b, s);
		return;
	}
	tp_buf_char(b, '"');
	for (; *s != '\0'; s++) {
		if (*s == '"')
			tp_buf_char(b, '"');
		tp_buf_char(b, *s);
	}
	tp_buf_char(b, '"');
}

static void
put_numbers(struct tp_buf *b, const double *v, size_t n)
{
	size_t	i;

	for (i = 0; i < n; i++) {
		tp_buf_char(b, ',');
		if (isfinite(v[i]))
			tp_buf_num(b, v[i]);
	}
}

static void
put_head(struct writing *w)
{
	const struct tp_feat_spec	*s = &w->d->spec;
	char				 name[TP_CLASS_NAME];
	size_t				 i, k;
	int				 h;

	tp_buf_lit(&w->b, "segment_id,timestamp,segment");
	for (i = 0; i < w->nin; i++)
		tp_buf_printf(&w->b, ",%s", w->formula.name != NULL ?
		    w->formula.name[i] : w->m->columns[i]);
	for (i = 0; i < w->m->nh; i++)
		tp_buf_printf(&w->b, ",forecast_%d", w->m->minutes[i]);
	for (i = 0; i < w->m->nh; i++)
		for (k = 0; k < w->formula.nclass; k++)
			tp_buf_printf(&w->b, ",%s_%d",
			    tp_formula_class(w->m, k, name),
			    w->m->minutes[i]);
	for (h = 0; h < s->ntargets; h++)
		tp_buf_printf(&w->b, ",target_%d", s->targets[h]);
	tp_buf_char(&w->b, '\n');
}

/* The inputs of the rows of a step; of networks their columns. */
static void
fill_inputs(const struct writing *w, const struct tp_ask *a)
{
	size_t	i;

	if (w->formula.name != NULL)
		tp_formula_inputs(w->m, a, w->x);
	else
		for (i = 0; i < a->n * w->nin; i++)
			w->x[i] = (double)a->x[i];
}

static void
write_step(void *arg, const struct tp_ask *a, size_t row, size_t n)
{
	struct writing		*w = arg;
	const struct tp_panel	*p = &w->d->panel;
	size_t			 nin = w->nin, nh = w->m->nh, i, k;
	size_t			 np = nh * w->formula.nclass;

	if (w->rc != 0)
		return;
	if (n > w->cap) {
		w->cap = n;
		w->x = tp_realloc(w->x, n * nin, sizeof(*w->x));
		w->y = tp_realloc(w->y, n * nh, sizeof(*w->y));
		w->p = tp_realloc(w->p, n * np + 1, sizeof(*w->p));
	}
	if (a->n > 0) {
		fill_inputs(w, a);
		w->m->kind->predict(w->m->state, a, w->y);
		if (np > 0)
			tp_classify_probabilities(w->m->state, a, w->p);
	}
	for (i = 0; i < n; i++, row++) {
		k = w->f.place[i];
		if (k == SIZE_MAX) {
			w->unknown++;
			continue;
		}
		put_field(&w->b, w->d->segs.keys[p->seg[row]].p);
		tp_buf_printf(&w->b, ",%lld,%u", (long long)
		    tp_dataset_time(w->d, p->step[row]), a->seg[k]);
		put_numbers(&w->b, w->x + k * nin, nin);
		put_numbers(&w->b, w->y + k * nh, nh);
		put_numbers(&w->b, w->p + k * np, np);
		put_numbers(&w->b, p->y + row * p->shape.nh, p->shape.nh);
		tp_buf_char(&w->b, '\n');
	}
	if (w->b.n >= PIECE) {
		w->rc = w->put(w->arg, &w->b, w->e);
		w->b.n = 0;
	}
}

int
tp_inputcsv_write(const struct tp_modelfile *m, const struct tp_dataset *d,
    int (*put)(void *arg, struct tp_buf *b, struct tp_err *e), void *arg,
    size_t *unknown, struct tp_err *e)
{
	struct writing	w = { .m = m, .d = d, .e = e, .put = put, .arg = arg };

	w.nin = m->ncol;
	if (tp_formula_is(m->kind) &&
	    tp_formula_init(&w.formula, m, e) == 0)
		w.nin = w.formula.nin;
	w.rc = tp_fitted_adopt(&w.f, m, d, e);
	if (w.rc == 0) {
		put_head(&w);
		tp_fitted_steps(&w.f, d, 0, UINT32_MAX, write_step, &w);
	}
	if (w.rc == 0 && w.b.n > 0)
		w.rc = put(arg, &w.b, e);
	*unknown = w.unknown;
	tp_fitted_release(&w.f);
	tp_formula_release(&w.formula);
	tp_buf_release(&w.b);
	free(w.x);
	free(w.y);
	free(w.p);
	return w.rc;
}
