/*
 * What WebSocket clients send (RFC 6455, section 5.2), strictly: whole
 * messages of at most 2 kB, masked as they must be.  They have little to say.
 */
#ifndef TP_SERVE_WSFRAME_H
#define TP_SERVE_WSFRAME_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TP_WS_MAX	2048			/* bytes of a message */
#define TP_WS_IN	(TP_WS_MAX + 8)		/* and of its frame */

enum tp_ws_opcode {
	TP_WS_TEXT = 1, TP_WS_BINARY = 2, TP_WS_CLOSE = 8, TP_WS_PING = 9,
	TP_WS_PONG = 10,
};

/* Why a connection is closed (section 7.4.1). */
enum tp_ws_code {
	TP_WS_NORMAL = 1000, TP_WS_AWAY = 1001, TP_WS_PROTOCOL = 1002,
	TP_WS_TYPE = 1003, TP_WS_TOO_LONG = 1009,
};

struct tp_ws_frame {
	enum tp_ws_opcode opcode;
	const char	*p;		/* in the bytes that were given */
	size_t		 n;
};

/*
 * Reads a frame at p[0..n), and takes its mask off in place.  Returns how
 * many bytes it has; 0 where more must come; or minus the tp_ws_code to close
 * with.
 */
ssize_t tp_ws_parse(struct tp_ws_frame *f, uint8_t *p, size_t n);

#endif
