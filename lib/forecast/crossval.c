#include "forecast/crossval.h"

#include "forecast/trainreport.h"

/* The parts of fold number k of 1 .. folds. */
static void
set_parts(struct tp_panel *p, const uint32_t all[4], int folds, int k)
{
	uint64_t	n = all[3] - all[0], blocks = (uint64_t)folds + 1;
	uint64_t	from = n * (uint64_t)k / blocks;
	uint64_t	train = all[1] - all[0], both = all[2] - all[0];

	p->part[0] = all[0];
	p->part[1] = all[0] + (uint32_t)(from * train / both);
	p->part[2] = all[0] + (uint32_t)from;
	p->part[3] = all[0] + (uint32_t)(n * ((uint64_t)k + 1) / blocks);
}

int
tp_crossval(const struct tp_dataset *d, const struct tp_train_opts *o,
    int folds, void (*show)(const char *table), struct tp_buf *report,
    struct tp_err *e)
{
	struct tp_dataset	fold = *d;	/* another panel, no copy */
	struct tp_panel		*p = &fold.panel;
	struct tp_train_opts	 own = *o;
	struct tp_buf		 b = { 0 };
	int			 k;

	own.importance = false;		/* is not in the report of a fold */
	for (k = 1; k <= folds; k++) {
		struct tp_train_result	r = { 0 };

		set_parts(p, d->panel.part, folds, k);
		if (p->part[1] <= p->part[0] || p->part[2] <= p->part[1] ||
		    p->part[3] <= p->part[2])
			tp_err_set(e, TP_EXIT_DATA, "there are too few "
			    "windows for %d folds", folds);
		else if (tp_dataset_learnable(&fold, e) != 0 ||
		    tp_train(&fold, &own, &r, e) != 0)
			tp_err_prefix(e, "fold %d", k);
		if (e->code != 0)
			break;
		tp_train_fold_report(&r, &fold, k, report);
		tp_buf_printf(&b, "fold %d of %d\n", k, folds);
		tp_train_table(&r, TP_SPLIT_TEST, &b);
		if (show != NULL)
			show(tp_buf_cstr(&b));
		b.n = 0;
		tp_train_release(&r);
	}
	tp_buf_release(&b);
	return e->code == 0 ? 0 : -1;
}
