/*
 * The filter that gives records to a board, and writes nothing.  All states
 * share the board; it keeps no position: what is shown comes from the log
 * again.
 */
#ifndef TP_SERVE_INTAKE_H
#define TP_SERVE_INTAKE_H

#include "rec/filter.h"
#include "serve/board.h"
#include "serve/server.h"

struct tp_intake_conf {
	struct tp_board	 *board;
	struct tp_server *server;	/* is told that there is news */
};

extern const struct tp_filter tp_intake_filter;	/* conf: tp_intake_conf */

#endif
