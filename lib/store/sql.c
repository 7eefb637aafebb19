/* Parts of SQL statements. */
#include "store/sql.h"

void
tp_sql_columns(struct tp_buf *b, const struct tp_table *t, const char *before)
{
	int	i;

	for (i = 0; i < t->n; i++)
		tp_buf_printf(b, "%s%s,", before, t->col[i].name);
	tp_buf_printf(b, "%sshape,%srest", before, before);
}

void
tp_sql_key(struct tp_buf *b, const struct tp_table *t)
{
	int	i;

	for (i = 0; i < t->nkey; i++)
		tp_buf_printf(b, "%s%s", i > 0 ? "," : "", t->col[i].name);
}

void
tp_sql_upsert(struct tp_buf *b, const struct tp_table *t, const char *name)
{
	const char	*newer;
	int		 i;

	tp_buf_lit(b, " ON CONFLICT(");
	tp_sql_key(b, t);
	tp_buf_lit(b, ") DO UPDATE SET ");
	for (i = t->nkey; i < t->n; i++)
		tp_buf_printf(b, "%s=excluded.%s,", t->col[i].name,
		    t->col[i].name);
	tp_buf_lit(b, "shape=excluded.shape,rest=excluded.rest");
	if (t->newer < 0)
		return;
	newer = t->col[t->newer].name;
	tp_buf_printf(b, " WHERE coalesce(excluded.%s,0)>=coalesce(%s.%s,0)",
	    newer, name, newer);
}
