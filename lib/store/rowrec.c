#include "store/rowrec.h"

#include "base/mem.h"

void
tp_rowrec_release(struct tp_rowrec *x)
{
	tp_rec_release(&x->rec);
	tp_buf_release(&x->line);
}

void
tp_rowrec_get(struct tp_rowrec *x, const struct tp_batch *b,
    const struct tp_row *r)
{
	x->line.n = 0;
	tp_buf_add(&x->line, b->text.p + r->line, r->linelen);
	memset(tp_buf_room(&x->line, TP_JSON_PAD), 0, TP_JSON_PAD);
	/* it was parsed before */
	if (tp_rec_parse(&x->rec, x->line.p, x->line.n) == -1)
		tp_die("a stored record cannot be read again");
}

bool
tp_rowrec_level(const struct tp_rowrec *x, int64_t speed, struct tp_buf *b)
{
	const struct tp_json_val	*v = x->rec.at[TP_F_CONGESTION_LEVEL];
	const char			*p;
	int				 level;

	if (v != NULL && v->type == TP_JSON_STR) {
		tp_buf_add(b, v->p, v->n);
		return true;
	}
	level = speed == TP_STORE_NULL ? 0 : tp_level(&tp_levels_default,
	    (double)speed / 1000, 0, TP_UNIT_KMH);
	if (level == 0)
		return false;
	for (p = tp_level_name(level); *p != '\0'; p++)
		tp_buf_char(b, *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p);
	return true;
}
