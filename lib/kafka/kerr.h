/*
 * What an error of librdkafka or of a broker means for us.  Codes are those
 * of rd_kafka_resp_err_t.  Nothing is owned.
 */
#ifndef TP_KAFKA_KERR_H
#define TP_KAFKA_KERR_H

#include <stdbool.h>

#include "base/err.h"

struct rd_kafka_error_s;	/* rd_kafka_error_t */

enum tp_kerr_kind {
	TP_KERR_NONE,		/* no error */
	TP_KERR_RETRY,		/* passes by itself: the same call again */
	TP_KERR_ABORT,		/* give the transaction up, read anew */
	TP_KERR_RESTART,	/* end with 75: a new process can go on */
	TP_KERR_STOP,		/* end with 5: somebody has to do something */
};

/* What to do about a code outside of transactions. */
enum tp_kerr_kind tp_kerr_kind(int code);
/* The same as a text for people, and what to do about it where that is
 * known; a static string. */
const char *tp_kerr_text(int code);

/*
 * What to do about the error of a call of the transaction API, by its flags
 * and its code; err may be NULL (none).  An error without any flag is to be
 * aborted; where that does not work either, restart.
 */
enum tp_kerr_kind tp_kerr_txn(const struct rd_kafka_error_s *err);

/*
 * "doing: text (what the library says)" with the code of its kind; why may be
 * NULL.  Returns -1.
 */
int tp_kerr_set(struct tp_err *e, int code, const char *doing,
    const char *why);
/* As tp_kerr_set for a client's fatal error: `code` and `why` are those of
 * rd_kafka_fatal_error().  Returns -1. */
int tp_kerr_fatal(struct tp_err *e, int code, const char *why);

#endif
