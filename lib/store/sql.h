/*
 * Private to lib/store: the statements that SQLite and PostgreSQL share, made
 * from the descriptions of the tables.
 */
#ifndef TP_STORE_SQL_H
#define TP_STORE_SQL_H

#include "base/buf.h"
#include "store/kind.h"

#define TP_STORE_VERSION	1	/* of the schema */

/* "sensor,t,speed,volume,occupancy,shape,rest", each with `before` it. */
void tp_sql_columns(struct tp_buf *b, const struct tp_table *t,
    const char *before);
/* "sensor,t" */
void tp_sql_key(struct tp_buf *b, const struct tp_table *t);
/*
 * "ON CONFLICT(sensor,t) DO UPDATE SET speed=excluded.speed,...", to be put
 * behind an INSERT into a table of this name.
 */
void tp_sql_upsert(struct tp_buf *b, const struct tp_table *t,
    const char *name);

#endif
