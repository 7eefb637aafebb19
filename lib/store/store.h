/*
 * Stores of records: SQLite, PostgreSQL, Redis and folders of files behind
 * one face.  Records are read back exactly as they came in.
 *
 * A store belongs to one thread.  Others may write to the same place while it
 * is read, and the other way round.  What callbacks are given is valid until
 * they return; a callback that returns other than 0 ends the work, which then
 * returns that.
 */
#ifndef TP_STORE_STORE_H
#define TP_STORE_STORE_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/err.h"
#include "store/kind.h"

struct tp_store;
struct tp_batch;

enum tp_store_mode {
	TP_STORE_READ,		/* what is not there is an error */
	TP_STORE_WRITE,		/* made where it is not there */
};

/* Whose tables a database of PostgreSQL has. */
enum tp_store_schema { TP_SCHEMA_OWN, TP_SCHEMA_LA, TP_SCHEMA_HANOI };
#define TP_STORE_SCHEMA_NAMES "own|la|hanoi"

struct tp_store_conf {
	enum tp_store_mode mode;
	enum tp_store_schema schema;	/* of PostgreSQL; others: own */
	int64_t		 retain_ms;	/* older records are removed; 0: no */
	int64_t		 busy_ms;	/* waits so long for another's lock,
					 * and for a server to come back */
};

/*
 * Opens "sqlite:FILE" (or FILE), "postgres:CONNINFO", "redis:ADDRESS" or
 * "files:DIR".  NULL with the error.  The result is for tp_store_close().
 */
struct tp_store *tp_store_open(const char *url,
    const struct tp_store_conf *conf, struct tp_err *e);
void tp_store_close(struct tp_store *s);
/* The URL as it may be shown: without a password; the store owns it. */
const char *tp_store_name(const struct tp_store *s);

/* Makes a batch one for this store too: whether it must keep lines, and what
 * it refuses. */
void tp_store_suit(const struct tp_store *s, struct tp_batch *b);

struct tp_store_query {
	enum tp_store_kind kind;
	int64_t		 from, to;	/* ms, from <= t < to; TP_TIME_NONE:
					 * no limit */
	/* ids as the bytes of their JSON strings; 0 of them: all */
	const char	*const *segments;
	size_t		 nsegments;
};

/* One record, without a newline; t is its time, ms. */
typedef int tp_store_line_fn(void *arg, const char *line, size_t n,
    int64_t t);
/* The records in the order of their time, of one time by segment. */
int tp_store_read(struct tp_store *s, const struct tp_store_query *q,
    tp_store_line_fn *fn, void *arg, struct tp_err *e);

struct tp_store_info {
	int64_t		 version;	/* of the schema; 0: not ours */
	uint64_t	 bytes;		/* 0: not known */
	uint64_t	 segments;
	struct {
		uint64_t rows;
		int64_t	 from, to;	/* first and last; TP_TIME_NONE */
	} kind[TP_STORE_KINDS];
};
/* How much is in it, of each kind.  0 or -1. */
int tp_store_info(struct tp_store *s, struct tp_store_info *i,
    struct tp_err *e);
/* Gives back the room of what was removed. */
int tp_store_vacuum(struct tp_store *s, struct tp_err *e);
/* Looks for damage: 0, 1 where there is some (e says what), or -1. */
int tp_store_check(struct tp_store *s, struct tp_err *e);

/*
 * Writes a batch (store/batch.h), sorted by tp_batch_sort(), in one
 * transaction: its rows, and how far its sources were read, so that rows whose
 * source the store knows to be further are passed over.  On -1 nothing of it
 * was written; code TP_EXIT_RESTART: another writer has moved one of the
 * sources.
 */
int tp_store_write(struct tp_store *s, const struct tp_batch *b,
    struct tp_err *e);
/* How far a source was read: the next position to store, or -1; always so
 * where a store does not note it (Redis, files). */
int tp_store_position(struct tp_store *s, const char *source,
    int32_t partition, int64_t *next, struct tp_err *e);
/* Forgets that; of a source that was written to before -1 comes of it. */
int tp_store_forget(struct tp_store *s, const char *source,
    int32_t partition, struct tp_err *e);

#endif
