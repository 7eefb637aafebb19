#include "base/typo.h"

#include <string.h>

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
tp_typo_distance(const char *a, size_t n, const char *b)
{
	size_t	row[3][TP_TYPO_MAX + 1];	/* i - 2, i - 1, i of a */
	size_t	*two = row[0], *one = row[1], *d = row[2], *t;
	size_t	m = strlen(b), i, j;

	if (n > TP_TYPO_MAX || m > TP_TYPO_MAX)
		return TP_TYPO_MAX + 1;
	for (j = 0; j <= m; j++)
		d[j] = j;
	for (i = 1; i <= n; i++) {
		t = two;
		two = one;
		one = d;
		d = t;
		d[0] = i;
		for (j = 1; j <= m; j++) {
			d[j] = one[j - 1] + (a[i - 1] != b[j - 1]);
			d[j] = least(d[j], least(one[j], d[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				d[j] = least(d[j], two[j - 2] + 1);
		}
	}
	return d[m];
}
