/*
 * Private to lib/kafka: the settings that this librdkafka has, from the table
 * it prints of itself.  The catalogue is made once and kept.
 */
#ifndef TP_KAFKA_KCATALOG_H
#define TP_KAFKA_KCATALOG_H

#include <stddef.h>

struct kcatalog_item {
	char		*name;
	char		*range;		/* "0 .. 900000"; may be "" */
	char		*alias;		/* the real name, or NULL */
	char		 who;		/* 'C', 'P' or '*' */
};

struct kcatalog {
	struct kcatalog_item *v;
	size_t		 n, cap;
	char		*text;		/* as librdkafka prints it */
	size_t		 ntext;
};

/* Made at the first call; never NULL. */
const struct kcatalog *kcatalog(void);
/* NULL where there is none of that name; never an alias. */
const struct kcatalog_item *kcatalog_find(const char *name);

#endif
