/*
 * The hub: what is told to all clients of a stream.  Each channel is a ring
 * of the last messages; a client has a place in it, and one that is too slow
 * loses the oldest.  Used by one thread, that of the server.
 *
 * The hub owns its messages; a client that is in the middle of one holds it.
 */
#ifndef TP_SERVE_HUB_H
#define TP_SERVE_HUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/buf.h"

#define TP_HUB_RING	256		/* messages */
#define TP_HUB_BYTES	((size_t)32 << 20)	/* of all in a ring */

/* Streams of different shapes. */
enum tp_channel {
	TP_CHANNEL_V1,		/* /api/v1/stream and /api/v1/ws */
	TP_CHANNEL_LA_SSE,	/* /api/predictions/stream */
	TP_CHANNEL_LA_WS,	/* /ws/real-time; events are subscriptions:
				 * traffic_data, predictions, alerts,
				 * system_status */
	TP_CHANNEL_HANOI,	/* /ws/notifications */
	TP_CHANNEL_NYC,		/* /ws/stream */
	TP_CHANNEL_MAX
};

struct tp_hub_msg {
	uint64_t	 seq;
	unsigned	 refs;
	const char	*event;		/* static */
	/* see hub.c: the chunk of an event and, in it, where the event and
	 * its JSON begin; and what goes before the JSON in a WebSocket */
	char		*sse, *ws;
	size_t		 nsse, sse_at, json_at, njson, nws;
};

struct tp_hub_ring {
	struct tp_hub_msg *msg[TP_HUB_RING];	/* of seq at seq % RING */
	uint64_t	 first, next;	/* those kept: first <= seq < next */
	size_t		 bytes;
	unsigned	 listeners;	/* without any nothing is kept, but in
				 * V1, where clients come back */
};

struct tp_hub {
	struct tp_hub_ring ring[TP_CHANNEL_MAX];
	struct tp_hub_msg *retry, *beat;	/* of SSE, without data */
	uint64_t	 events, lost;
	bool		 news;		/* since the server last looked */
};

/* An empty hub. */
void tp_hub_init(struct tp_hub *h);
void tp_hub_release(struct tp_hub *h);

/* The number that the next message of a channel will have. */
uint64_t tp_hub_next(const struct tp_hub *h, enum tp_channel c);
/* True where a message would reach somebody, now or by coming back. */
bool tp_hub_wanted(const struct tp_hub *h, enum tp_channel c);
/*
 * Sends one JSON object to all clients of a channel; it is copied.  event is
 * a static text: the SSE event's name, and the "type" that a WebSocket
 * message of V1 begins with; in the channels of others the JSON goes as it
 * is.
 */
void tp_hub_send(struct tp_hub *h, enum tp_channel c, const char *event,
    const char *json, size_t n);

/* One client's place. */
struct tp_hub_place {
	enum tp_channel	 channel;
	uint64_t	 at;		/* the next message for it */
	struct tp_hub_msg *held;	/* in the middle of this one; or NULL */
	size_t		 off;		/* bytes of it that are out */
	struct tp_hub_msg *own;		/* for it alone, the next; or NULL */
	uint64_t	 lost;		/* not yet told */
};

/* A new listener behind the newest message. */
void tp_hub_join(struct tp_hub *h, struct tp_hub_place *p, enum tp_channel c);
/* Goes back to the message after `seen`; false where that is gone. */
bool tp_hub_resume(struct tp_hub *h, struct tp_hub_place *p, uint64_t seen);
void tp_hub_leave(struct tp_hub *h, struct tp_hub_place *p);
/*
 * Holds the next message, if it holds none; false where there is none.  What
 * the ring has lost meanwhile is counted; in V1 a message tells the client.
 */
bool tp_hub_take(struct tp_hub *h, struct tp_hub_place *p);
/* Queues a message for this client alone, before those of the ring. */
void tp_hub_own(struct tp_hub_place *p, const char *event, const char *json,
    size_t n);
/* Holds what an SSE stream begins with: how soon to come back. */
void tp_hub_begin(struct tp_hub *h, struct tp_hub_place *p);
/* Holds a comment, against silence; p holds nothing. */
void tp_hub_beat(struct tp_hub *h, struct tp_hub_place *p);
/* Lets go of the message that is held. */
void tp_hub_done(struct tp_hub_place *p);

/* CHUNK: SSE, each message in a chunk of HTTP/1.1 (RFC 9112, 7.1). */
enum tp_hub_form { TP_HUB_SSE, TP_HUB_CHUNK, TP_HUB_WS };
#define TP_HUB_PIECES	2
/* What is left of the held message, in up to TP_HUB_PIECES pieces, of SSE in
 * one; returns how many. */
int tp_hub_rest(const struct tp_hub_place *p, enum tp_hub_form form,
    struct iovec *v);
/* n bytes of it are out; at its end it is let go of. */
void tp_hub_advance(struct tp_hub_place *p, enum tp_hub_form form, size_t n);
/* Copies up to max bytes of it, and advances.  Returns how many. */
size_t tp_hub_copy(struct tp_hub_place *p, enum tp_hub_form form, char *to,
    size_t max);

/* Appends the head of a WebSocket frame of n bytes (RFC 6455, 5.2) that is
 * whole and, as servers do, not masked. */
void tp_ws_head(struct tp_buf *b, int opcode, size_t n);

#endif
