/* Topics as they are beside topics as they should be.  Nothing is owned but
 * what is said so. */
#ifndef TP_KAFKA_KTOPICDIFF_H
#define TP_KAFKA_KTOPICDIFF_H

#include "base/buf.h"
#include "kafka/kadmin.h"

/*
 * Asks for the n topics wanted and sorts them into those that are there, in
 * their order, and behind them the others.  *have gets those that are there,
 * with settings, in the same order, for tp_ktopics_free().  Returns how many
 * they are, or -1.
 */
int tp_ktopics_match(struct tp_kadmin *a, struct tp_ktopic *want, size_t n,
    struct tp_ktopic **have, struct tp_err *e);
/* Appends a line "NAME: SETTING is THIS, not THAT" for each thing that is
 * not as wanted. */
void tp_ktopic_diff(const struct tp_ktopic *have,
    const struct tp_ktopic *want, struct tp_buf *out);

#endif
