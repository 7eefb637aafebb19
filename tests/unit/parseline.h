/* Records from lines of C, for the tests of lib/rec. */
#ifndef TESTS_UNIT_PARSELINE_H
#define TESTS_UNIT_PARSELINE_H

#include "rec/rec.h"

/* Parses a line in a buffer of just its size; the caller frees *keep. */
static inline int
parse(struct tp_rec *r, const char *line, char **keep)
{
	size_t	n = strlen(line);

	*keep = tp_calloc(1, n + TP_JSON_PAD);
	memcpy(*keep, line, n);
	return tp_rec_parse(r, *keep, n);
}

#endif
