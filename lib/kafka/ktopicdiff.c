#include "kafka/ktopicdiff.h"

#include "base/mem.h"

int
tp_ktopics_match(struct tp_kadmin *a, struct tp_ktopic *want, size_t n,
    struct tp_ktopic **have, struct tp_err *e)
{
	struct tp_ktopic	*all, *t;
	size_t			 nall, i, k = 0;

	if (tp_kadmin_topics(a, &all, &nall, e) == -1)
		return -1;
	*have = tp_calloc(n + 1, sizeof(**have));
	for (i = 0; i < n; i++) {
		struct tp_ktopic	moved = want[i];

		t = tp_ktopics_find(all, nall, moved.name);
		if (t == NULL)
			continue;
		(*have)[k].name = tp_strdup(t->name);
		(*have)[k].partitions = t->partitions;
		(*have)[k].replicas = t->replicas;
		memmove(want + k + 1, want + k, (i - k) * sizeof(moved));
		want[k++] = moved;
	}
	tp_ktopics_free(all, nall);
	if (tp_kadmin_settings(a, *have, k, want, e) == 0)
		return (int)k;
	tp_ktopics_free(*have, k);
	return -1;
}

void
tp_ktopic_diff(const struct tp_ktopic *have, const struct tp_ktopic *want,
    struct tp_buf *out)
{
	const char	*value;
	size_t		 i;

	if (have->partitions != want->partitions)
		tp_buf_printf(out, "%s: partitions is %d, not %d\n",
		    have->name, (int)have->partitions, (int)want->partitions);
	if (want->replicas > 0 && have->replicas != want->replicas)
		tp_buf_printf(out, "%s: replication is %d, not %d\n",
		    have->name, (int)have->replicas, (int)want->replicas);
	for (i = 0; i < want->nset; i++) {
		const struct tp_ksetting	*s = &want->set[i];

		value = tp_ktopic_get(have, s->key);
		if (value == NULL)
			tp_buf_printf(out, "%s: brokers know no setting "
			    "'%s'\n", have->name, s->key);
		else if (strcmp(value, s->value) != 0)
			tp_buf_printf(out, "%s: %s is %s, not %s\n",
			    have->name, s->key, value, s->value);
	}
}
