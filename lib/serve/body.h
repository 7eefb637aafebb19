/*
 * The handlers of /api/v1, each a tp_http_handler.  What they answer is in
 * openapi.json.
 */
#ifndef TP_SERVE_BODY_H
#define TP_SERVE_BODY_H

#include "serve/boardstate.h"

tp_http_handler	tp_body_info, tp_body_segments, tp_body_live, tp_body_system;

#endif
