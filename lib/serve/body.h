/*
 * The handlers of /api/v1, each a tp_http_handler.  What they answer is in
 * openapi.json.
 */
#ifndef TP_SERVE_BODY_H
#define TP_SERVE_BODY_H

#include "serve/boardstate.h"

tp_http_handler	tp_body_info, tp_body_segments, tp_body_live, tp_body_system;
tp_http_handler	tp_body_frames, tp_body_history, tp_body_hotspots;
tp_http_handler	tp_body_hourly, tp_body_week, tp_body_congested, tp_body_trend;
tp_http_handler	tp_body_net, tp_body_nearest, tp_body_route;
tp_http_handler	tp_body_model, tp_body_alerts, tp_body_ack;

#endif
