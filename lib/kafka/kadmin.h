/*
 * Topics: what there are, and making and removing them.  Every call ends
 * within the client's time limit.  A struct tp_ktopic owns its strings.
 */
#ifndef TP_KAFKA_KADMIN_H
#define TP_KAFKA_KADMIN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct tp_kconf;
struct tp_kadmin;

struct tp_ksetting {
	char		*key, *value;
};

struct tp_ktopic {
	char		*name;
	int32_t		 partitions;
	int32_t		 replicas;	/* of each; -1: the brokers' default */
	struct tp_ksetting *set;	/* of the topic itself */
	size_t		 nset, cap;
	int		 error;		/* rd_kafka_resp_err_t; 0: done */
	char		*why;		/* where error is not 0 */
};

/* Embedded; all-zero is a topic without a name. */
void tp_ktopic_release(struct tp_ktopic *t);
/* Sets or replaces one setting. */
void tp_ktopic_set(struct tp_ktopic *t, const char *key, const char *value);
/* The value, or NULL. */
const char *tp_ktopic_get(const struct tp_ktopic *t, const char *key);
void tp_ktopics_free(struct tp_ktopic *t, size_t n);
/* The topic of that name, or NULL. */
struct tp_ktopic *tp_ktopics_find(struct tp_ktopic *v, size_t n,
    const char *name);

/* Connects; wait_ms is how long to wait for a broker, and the limit of each
 * later call.  NULL with the error. */
struct tp_kadmin *tp_kadmin_new(const struct tp_kconf *c, int64_t wait_ms,
    struct tp_err *e);
void tp_kadmin_free(struct tp_kadmin *a);

/* All topics by name, without the brokers' own, settings not filled in.  For
 * tp_ktopics_free(). */
int tp_kadmin_topics(struct tp_kadmin *a, struct tp_ktopic **t, size_t *n,
    struct tp_err *e);
/* Fills in the settings that were given to each topic, and for those keys
 * that `want[i]` (n of them, or NULL) names, the value in force. */
int tp_kadmin_settings(struct tp_kadmin *a, struct tp_ktopic *t, size_t n,
    const struct tp_ktopic *want, struct tp_err *e);
/*
 * Makes the topics and waits until each can be used.  -1 where the request
 * failed as a whole; else the number of topics that failed, whose error and
 * why say what.
 */
int tp_kadmin_create(struct tp_kadmin *a, struct tp_ktopic *t, size_t n,
    struct tp_err *e);
/* Removes the topics and waits until they are gone; returns as
 * tp_kadmin_create(). */
int tp_kadmin_delete(struct tp_kadmin *a, struct tp_ktopic *t, size_t n,
    struct tp_err *e);

#endif
