/* Private to lib/serve/ws*.c: one WebSocket. */
#ifndef TP_SERVE_WS_H
#define TP_SERVE_WS_H

#include "serve/serverctx.h"
#include "serve/wsframe.h"

#define TP_WS_SUBJECTS	4	/* that clients of LA subscribe to */

struct tp_ws {
	struct tp_watch	 watch;		/* in our epoll */
	struct tp_server *s;
	struct MHD_UpgradeResponseHandle *urh;	/* NULL: not yet open */
	const struct tp_conn *conn;
	struct tp_hub_place place;
	uint8_t		*in;		/* TP_WS_IN bytes, or NULL */
	size_t		 nin;
	struct tp_buf	 out;		/* frames for this client only */
	size_t		 off;		/* bytes of out that are gone */
	bool		 closing;	/* after out there is nothing more */
	bool		 dead;
	bool		 behind;	/* it does not take all there is, */
	int64_t		 behind_ms;	/* since then */
	unsigned	 subjects;	/* bits of those it subscribed to */
	char		 id[37];	/* a UUID */
	int64_t		 heard_ms, pinged_ms;
	struct tp_ws	*next, **prev;
};

/* Queues a frame for this client. */
void tp_ws_say(struct tp_ws *w, enum tp_ws_opcode opcode, const char *p,
    size_t n);

/* wsla.c: the messages of LA's clients. */
/* The first message to a client. */
void tp_ws_la_welcome(struct tp_ws *w);
/* Answers a message. */
void tp_ws_la_message(struct tp_ws *w, const char *p, size_t n);
/* Asks for a sign of life, and tells the status to those who want it. */
void tp_ws_la_ping(struct tp_ws *w);
/* True where the client has subscribed to this event. */
bool tp_ws_la_wants(const struct tp_ws *w, const char *event);

#endif
