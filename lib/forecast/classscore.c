#include "forecast/classscore.h"

#include <inttypes.h>
#include <math.h>

#define FIGURES	(TP_CLASSES + 4)

static uint64_t
was(const struct tp_confusion *c, int k, int class)
{
	uint64_t	n = 0;
	int		i;

	for (i = 0; i < k; i++)
		n += c->n[class][i];
	return n;
}

static uint64_t
said(const struct tp_confusion *c, int k, int class)
{
	uint64_t	n = 0;
	int		i;

	for (i = 0; i < k; i++)
		n += c->n[i][class];
	return n;
}

/* How many there are of k classes. */
static uint64_t
count_all(const struct tp_confusion *c, int k)
{
	uint64_t	n = 0;
	int		i;

	for (i = 0; i < k; i++)
		n += was(c, k, i);
	return n;
}

static double
share(uint64_t a, uint64_t b)
{
	return b > 0 ? (double)a / (double)b : (double)NAN;
}

/* Percent of k classes that were right; NAN where there are none. */
static double
accuracy(const struct tp_confusion *c, int k)
{
	uint64_t	right = 0;
	int		i;

	for (i = 0; i < k; i++)
		right += c->n[i][i];
	return 100 * share(right, count_all(c, k));
}

/* Of one class; NAN where it never was, or never was said. */
static double
recall(const struct tp_confusion *c, int k, int class)
{
	return 100 * share(c->n[class][class], was(c, k, class));
}

static double
precision(const struct tp_confusion *c, int k, int class)
{
	return 100 * share(c->n[class][class], said(c, k, class));
}

/*
 * 2 x right / (was + was said); NAN where it neither was nor was said.  The
 * mean of those that are known is the macro F1.
 */
static double
f1(const struct tp_confusion *c, int k, int class)
{
	return share(2 * c->n[class][class], was(c, k, class) +
	    said(c, k, class));
}

static double
macro_f1(const struct tp_confusion *c, int k)
{
	double	sum = 0, f;
	int	i, n = 0;

	for (i = 0; i < k; i++) {
		f = f1(c, k, i);
		if (isnan(f))
			continue;
		sum += f;
		n++;
	}
	return n > 0 ? sum / n : (double)NAN;
}

static void
write_class(const struct tp_confusion *c, const struct tp_classes *names,
    int class, struct tp_score_of *of, struct tp_buf *b)
{
	char			name[TP_CLASSES][TP_CLASS_NAME + 8];
	struct tp_figure	f[FIGURES];
	int			k = names->n, i;

	of->by = "class";
	of->group = names->name[class];
	f[0] = (struct tp_figure){ "n", (double)was(c, k, class) };
	f[1] = (struct tp_figure){ "recall_percent",
	    recall(c, k, class) };
	f[2] = (struct tp_figure){ "precision_percent",
	    precision(c, k, class) };
	f[3] = (struct tp_figure){ "f1", f1(c, k, class) };
	for (i = 0; i < k; i++) {
		snprintf(name[i], sizeof(name[i]), "said_%s", names->name[i]);
		f[4 + i] = (struct tp_figure){ name[i],
		    (double)c->n[class][i] };
	}
	tp_score_write_figures(of, f, (size_t)k + 4, b);
	tp_buf_char(b, '\n');
}

void
tp_confusion_write(const struct tp_confusion *c,
    const struct tp_classes *names, const struct tp_score_of *about,
    struct tp_buf *b)
{
	struct tp_score_of	of = *about;
	struct tp_figure	f[3];
	int			k = names->n, i;

	of.by = "classes";
	of.group = "all";
	f[0] = (struct tp_figure){ "n", (double)count_all(c, k) };
	f[1] = (struct tp_figure){ "accuracy_percent",
	    accuracy(c, k) };
	f[2] = (struct tp_figure){ "macro_f1", macro_f1(c, k) };
	tp_score_write_figures(&of, f, 3, b);
	tp_buf_char(b, '\n');
	for (i = 0; i < k; i++)
		write_class(c, names, i, &of, b);
}

void
tp_confusion_table(const struct tp_confusion *c,
    const struct tp_classes *names, const char *what, struct tp_buf *b)
{
	int	k = names->n, i, j;

	tp_buf_printf(b, "%-14s accuracy %5.1f %%, macro F1 %.3f\n", what,
	    accuracy(c, k), macro_f1(c, k));
	tp_buf_printf(b, "  %-12s", "was / said");
	for (i = 0; i < k; i++)
		tp_buf_printf(b, " %10.10s", names->name[i]);
	tp_buf_char(b, '\n');
	for (i = 0; i < k; i++) {
		tp_buf_printf(b, "  %-12.12s", names->name[i]);
		for (j = 0; j < k; j++)
			tp_buf_printf(b, " %10" PRIu64, c->n[i][j]);
		tp_buf_char(b, '\n');
	}
}
