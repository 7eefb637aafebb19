#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "serve/serverctx.h"

#define ACCEPT_AT_ONCE	256	/* connections, before others have a turn */

/* How long each phase may take, ms; 0: as long as it likes. */
static const int64_t limits[TP_CONN_PHASES] = {
	[TP_CONN_HEAD] = 10 * TP_SECOND,
	[TP_CONN_BODY] = 30 * TP_SECOND,
	[TP_CONN_REPLY] = 120 * TP_SECOND,
	/* libmicrohttpd ends silence at 60 s; this ends slow heads */
	[TP_CONN_IDLE] = 70 * TP_SECOND,
};

void
tp_conn_init(struct tp_server *s)
{
	int	i;

	for (i = 0; i < TP_CONN_PHASES; i++)
		s->phases[i].next = s->phases[i].prev = &s->phases[i];
}

static void
leave(struct tp_conn *k)
{
	k->prev->next = k->next;
	k->next->prev = k->prev;
}

static void
enter(struct tp_server *s, struct tp_conn *k, enum tp_conn_phase p)
{
	struct tp_conn	*ring = &s->phases[p];

	k->phase = p;
	k->since_ms = s->now_ms;
	k->prev = ring->prev;
	k->next = ring;
	k->prev->next = k;
	ring->prev = k;
}

void
tp_conn_enter(struct tp_server *s, struct tp_conn *k, enum tp_conn_phase p)
{
	leave(k);
	enter(s, k, p);
}

void
tp_conn_cut(const struct tp_conn *k)
{
	const struct linger	none = { .l_onoff = 1 };

	/* else the kernel would keep it for a peer that may never take it */
	setsockopt(k->fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	/* libmicrohttpd sees the end of it and closes */
	shutdown(k->fd, SHUT_RDWR);
}

void
tp_conn_reap(struct tp_server *s)
{
	struct tp_conn	*k;
	int		 i;

	for (i = 0; i < TP_CONN_PHASES; i++)
		while (limits[i] > 0 && (k = s->phases[i].next) !=
		    &s->phases[i] && s->now_ms - k->since_ms >= limits[i]) {
			tp_conn_cut(k);
			tp_conn_enter(s, k, TP_CONN_STREAM);
			s->stats.late++;
		}
}

void
tp_conn_notify(void *server, struct MHD_Connection *c, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct tp_server		*s = server;
	struct tp_conn			*k = *context;
	const struct sockaddr		*a;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (k != NULL) {
			leave(k);
			free(k);
			s->stats.connections--;
		}
		*context = NULL;
		return;
	}
	k = *context = tp_calloc(1, sizeof(*k));
	k->fd = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	a = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
	k->address = tp_address_key(a);
	k->local = tp_address_local(a);
	enter(s, k, TP_CONN_HEAD);
	s->stats.connections++;
}

/* There is no descriptor for the next that waits: else it would wait on, and
 * epoll tell of it again and again. */
static void
turn_away(struct tp_server *s, const struct tp_listener *l)
{
	close(s->spare);
	close(accept4(l->fd, NULL, NULL, SOCK_CLOEXEC));
	s->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	s->stats.turned_away++;
}

void
tp_conn_accept(struct tp_server *s, const struct tp_listener *l)
{
	struct sockaddr_storage	 a;
	socklen_t		 len;
	int			 fd, i;

	for (i = 0; i < ACCEPT_AT_ONCE; i++) {
		len = sizeof(a);
		fd = accept4(l->fd, (struct sockaddr *)&a, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1) {
			if (errno == EMFILE || errno == ENFILE)
				turn_away(s, l);
			return;
		}
		if (s->stats.connections >=
		    (uint64_t)s->conf->max_connections) {
			close(fd);
			s->stats.turned_away++;
			continue;
		}
		/* it closes the descriptor where it fails */
		if (MHD_add_connection(s->mhd, fd, (struct sockaddr *)&a,
		    len) != MHD_YES)
			s->stats.turned_away++;
	}
}
