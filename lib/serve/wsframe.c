#include "serve/wsframe.h"

ssize_t
tp_ws_parse(struct tp_ws_frame *f, uint8_t *p, size_t n)
{
	size_t	len, head = 2, i;

	if (n < 2)
		return 0;
	f->opcode = p[0] & 15;
	/* FIN set and nothing reserved; so no continuations either */
	if ((p[0] & 0xf0) != 0x80 || (f->opcode != TP_WS_TEXT &&
	    f->opcode != TP_WS_BINARY && f->opcode != TP_WS_CLOSE &&
	    f->opcode != TP_WS_PING && f->opcode != TP_WS_PONG))
		return -TP_WS_PROTOCOL;
	if ((p[1] & 0x80) == 0)
		return -TP_WS_PROTOCOL;
	len = p[1] & 127;
	if (f->opcode >= TP_WS_CLOSE && len > 125)
		return -TP_WS_PROTOCOL;
	if (len == 127)
		return -TP_WS_TOO_LONG;
	if (len == 126) {
		if (n < 4)
			return 0;
		len = (size_t)p[2] << 8 | p[3];
		head = 4;
		if (len < 126)
			return -TP_WS_PROTOCOL;
		if (len > TP_WS_MAX)
			return -TP_WS_TOO_LONG;
	}
	if (n < head + 4 + len)
		return 0;
	for (i = 0; i < len; i++)
		p[head + 4 + i] ^= p[head + (i & 3)];
	f->p = (const char *)p + head + 4;
	f->n = len;
	return (ssize_t)(head + 4 + len);
}
