/*
 * The board begins with what a store remembers.
 */
#ifndef TP_SERVE_RECALL_H
#define TP_SERVE_RECALL_H

#include "base/clock.h"
#include "base/err.h"

struct tp_board;

/*
 * Gives the board the records of the last span_ms of the store of that URL, in
 * the order of their time, before anything else.  0 or -1.
 */
int tp_board_recall(struct tp_board *b, const char *store, int64_t span_ms,
    struct tp_err *e);

#endif
