#include "model/column.h"

#include <string.h>

int
tp_column_number(const char *name, const char *prefix, const char *suffix)
{
	size_t	n = strlen(prefix);
	int	k = 0, digits = 0;

	if (strncmp(name, prefix, n) != 0)
		return -1;
	for (name += n; *name >= '0' && *name <= '9' && digits < 5; name++) {
		k = 10 * k + (*name - '0');
		digits++;
	}
	if (digits == 0)
		return -1;
	if (suffix != NULL)
		return strcmp(name, suffix) == 0 ? k : -1;
	return strcmp(name, "_mph") == 0 || strcmp(name, "_kmh") == 0 ? k :
	    -1;
}

int
tp_column_lag(const char *name)
{
	return tp_column_number(name, "lag_", NULL);
}

size_t
tp_column_find(const struct tp_shape *s, const char *name)
{
	size_t	c;

	for (c = 0; c < s->ncol; c++)
		if (strcmp(s->names[c], name) == 0)
			break;
	return c;
}

size_t
tp_column_lags(const struct tp_shape *s, size_t *col, size_t most)
{
	size_t	n = 0, c;

	for (n = 0; n < most; n++) {
		for (c = 0; c < s->ncol; c++)
			if (tp_column_lag(s->names[c]) == (int)n)
				break;
		if (c == s->ncol)
			break;
		col[n] = c;
	}
	return n;
}
