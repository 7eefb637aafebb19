/* Sockets to listen at.  A listener owns its descriptor and, of a Unix
 * socket, the file. */
#ifndef TP_SERVE_LISTEN_H
#define TP_SERVE_LISTEN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/err.h"

#define TP_LISTEN_MAX	16

struct tp_listener {
	int		 fd;
	bool		 local;		/* only this machine can reach it */
	struct sockaddr_storage addr;
	socklen_t	 len;
};

/*
 * Opens "HOST:PORT", "[V6]:PORT", ":PORT" (both loopback addresses) or
 * "unix:PATH"; each address becomes one of at most max listeners.  Returns
 * how many, or -1.
 */
int tp_listen_open(const char *where, struct tp_listener *l, size_t max,
    struct tp_err *e);
void tp_listen_close(struct tp_listener *l);
/* Appends "http://127.0.0.1:8080" or "unix:/run/x". */
void tp_listen_name(const struct tp_listener *l, bool tls,
    struct tp_buf *out);

/* True for an address of this machine alone. */
bool tp_address_local(const struct sockaddr *a);
/*
 * A number for a client's address: equal for all of one IPv4 address, of one
 * /64 of IPv6, and for all of Unix sockets.
 */
uint64_t tp_address_key(const struct sockaddr *a);
/* Appends it as text. */
void tp_address_text(const struct sockaddr *a, struct tp_buf *out);

#endif
