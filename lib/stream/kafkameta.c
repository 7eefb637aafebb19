/* The texts of commits. */
#include <inttypes.h>

#include "stream/kafkactx.h"

/* Digits, sign and what stands before a number of 64 bits. */
#define NUMBER	21
_Static_assert((6 + 2 * TP_KMETA_PARTS + TP_SHAPER_WAIT) * NUMBER <
    TP_KPART_META, "the longest metadata has room");

void
tp_kmeta_write(char *text, const struct tp_kmeta *m)
{
	size_t	at;
	int32_t	i;

	at = (size_t)snprintf(text, TP_KPART_META, "%d %" PRId64 " %" PRId64
	    " %016" PRIx64 " %" PRId32, m->whole ? 2 : 1, m->pos, m->mark,
	    m->cfg, m->n);
	if (!m->whole) {
		for (i = 0; i < m->nwaits; i++)
			at += (size_t)snprintf(text + at, TP_KPART_META - at,
			    " %" PRId64, m->waits[i]);
		return;
	}
	at += (size_t)snprintf(text + at, TP_KPART_META - at, " %" PRId64,
	    m->done);
	for (i = 0; i < m->n; i++)
		at += (size_t)snprintf(text + at, TP_KPART_META - at,
		    " %" PRId64 "+%" PRId64, m->low[i], m->at[i] - m->low[i]);
}

/* What version 2 has besides, from the text on: 0 or -1. */
static int
read_logs(const char *s, struct tp_kmeta *m)
{
	int64_t	ahead;
	int32_t	i;
	int	n;

	if (m->n < 1 || m->n > TP_KMETA_PARTS ||
	    sscanf(s, " %" SCNd64 "%n", &m->done, &n) != 1)
		return -1;
	for (i = 0; i < m->n; i++) {
		s += n;
		if (sscanf(s, " %" SCNd64 "+%" SCNd64 "%n", &m->low[i],
		    &ahead, &n) != 2 || m->low[i] < 0 || ahead < 0 ||
		    ahead > INT64_MAX - m->low[i])
			return -1;
		m->at[i] = m->low[i] + ahead;
	}
	return 0;
}

/* The offsets behind version 1, if any: 0 or -1. */
static int
read_waits(const char *s, struct tp_kmeta *m)
{
	int	n;

	for (m->nwaits = 0; *s != '\0'; s += n)
		if (m->nwaits == TP_SHAPER_WAIT ||
		    sscanf(s, " %" SCNd64 "%n", &m->waits[m->nwaits],
		    &n) != 1 || m->waits[m->nwaits++] < 0)
			return -1;
	return 0;
}

int
tp_kmeta_read(const char *text, struct tp_kmeta *m)
{
	char	again[TP_KPART_META];
	int	version, n;

	if (sscanf(text, "%d %" SCNd64 " %" SCNd64 " %" SCNx64 " %" SCNd32
	    "%n", &version, &m->pos, &m->mark, &m->cfg, &m->n, &n) != 5 ||
	    version < 1 || version > 2)
		return -1;
	m->whole = version == 2;
	m->nwaits = 0;
	if ((m->whole ? read_logs(text + n, m) :
	    read_waits(text + n, m)) == -1)
		return -1;
	/* scanf takes much; what we wrote reads back as itself */
	tp_kmeta_write(again, m);
	return strcmp(text, again) == 0 && m->pos >= 0 && m->n > 0 ? 0 : -1;
}

void
tp_kmeta_meet(struct tp_kmeta *a, const struct tp_kmeta *b)
{
	int32_t	i;

	if (b->mark < a->mark)
		a->mark = b->mark;
	for (i = 0; i < a->n; i++) {
		if (b->low[i] < a->low[i])
			a->low[i] = b->low[i];
		if (b->at[i] < a->at[i])
			a->at[i] = b->at[i];
	}
}
