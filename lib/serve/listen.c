#include "serve/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/map.h"

#define BACKLOG	4096

/* An IPv4 address that came over IPv6, as IPv4; else NULL. */
static const struct in_addr *
mapped(const struct sockaddr *a)
{
	const struct sockaddr_in6	*six = (const void *)a;

	return a->sa_family == AF_INET6 &&
	    IN6_IS_ADDR_V4MAPPED(&six->sin6_addr) ?
	    (const void *)&six->sin6_addr.s6_addr[12] : NULL;
}

static const struct in_addr *
four(const struct sockaddr *a)
{
	return a->sa_family == AF_INET ?
	    &((const struct sockaddr_in *)(const void *)a)->sin_addr :
	    mapped(a);
}

bool
tp_address_local(const struct sockaddr *a)
{
	const struct in_addr	*v4 = four(a);

	if (v4 != NULL)
		return ntohl(v4->s_addr) >> 24 == 127;
	return a->sa_family == AF_UNIX || (a->sa_family == AF_INET6 &&
	    IN6_IS_ADDR_LOOPBACK(
	    &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr));
}

uint64_t
tp_address_key(const struct sockaddr *a)
{
	const struct in_addr	*v4 = four(a);

	if (v4 != NULL)
		return tp_hash(v4, sizeof(*v4), 4);
	if (a->sa_family == AF_INET6)
		return tp_hash(&((const struct sockaddr_in6 *)(const void *)a)
		    ->sin6_addr, 8, 6);
	return 0;
}

void
tp_address_text(const struct sockaddr *a, struct tp_buf *out)
{
	const struct in_addr	*v4 = four(a);
	char			 text[INET6_ADDRSTRLEN] = "local";

	if (v4 != NULL)
		inet_ntop(AF_INET, v4, text, sizeof(text));
	else if (a->sa_family == AF_INET6)
		inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)
		    (const void *)a)->sin6_addr, text, sizeof(text));
	tp_buf_str(out, text);
}

static int
open_one(struct tp_listener *l, const struct sockaddr *a, socklen_t len,
    const char *where, struct tp_err *e)
{
	int	yes = 1;

	l->fd = socket(a->sa_family, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0);
	if (l->fd == -1)
		return tp_err_sys(e, "%s: socket", where);
	if (a->sa_family != AF_UNIX) {
		setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
		/* inherited by what is accepted: replies go out whole */
		setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	}
	if (a->sa_family == AF_INET6)
		setsockopt(l->fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes,
		    sizeof(yes));
	if (bind(l->fd, a, len) == -1 || listen(l->fd, BACKLOG) == -1) {
		tp_err_sys(e, "cannot listen at %s", where);
		close(l->fd);
		return -1;
	}
	l->len = sizeof(l->addr);
	getsockname(l->fd, (struct sockaddr *)&l->addr, &l->len);
	l->local = tp_address_local((struct sockaddr *)&l->addr);
	return 0;
}

/* A socket file that nobody listens at is in the way. */
static void
remove_stale(const struct sockaddr_un *a)
{
	struct stat	st;
	int		fd;

	if (lstat(a->sun_path, &st) == -1 || !S_ISSOCK(st.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	if (connect(fd, (const struct sockaddr *)a, sizeof(*a)) == -1 &&
	    errno == ECONNREFUSED)
		unlink(a->sun_path);
	close(fd);
}

static int
open_unix(const char *path, struct tp_listener *l, const char *where,
    struct tp_err *e)
{
	struct sockaddr_un	a = { .sun_family = AF_UNIX };
	size_t			n = strlen(path);

	if (n == 0 || n >= sizeof(a.sun_path))
		return tp_err_set(e, TP_EXIT_USAGE, "--listen %s: the path "
		    "of a socket has 1 to %zu bytes", where,
		    sizeof(a.sun_path) - 1);
	memcpy(a.sun_path, path, n + 1);
	remove_stale(&a);
	if (open_one(l, (struct sockaddr *)&a, sizeof(a), where, e) == -1)
		return -1;
	if (chmod(path, 0660) == -1)
		return tp_err_sys(e, "%s", where);
	return 1;
}

/* All addresses of a name; those of a family that this machine lacks are
 * passed over where another was opened. */
static int
open_names(const char *host, const char *port, struct tp_listener *l,
    size_t max, const char *where, struct tp_err *e)
{
	struct addrinfo	 hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV | AI_PASSIVE,
	};
	struct addrinfo	*list, *a;
	int		 n = 0, rc;

	rc = getaddrinfo(host, port, &hints, &list);
	if (rc != 0)
		return tp_err_set(e, TP_EXIT_USAGE, "--listen %s: %s", where,
		    gai_strerror(rc));
	for (a = list; a != NULL && (size_t)n < max; a = a->ai_next)
		if (open_one(&l[n], a->ai_addr, a->ai_addrlen, where, e) == 0)
			n++;
	freeaddrinfo(list);
	return n > 0 ? n : -1;
}

/* Both loopback addresses, at the same port where it is free to choose. */
static int
open_loopback(const char *port, struct tp_listener *l, size_t max,
    const char *where, struct tp_err *e)
{
	struct tp_err	none;
	char		same[8];
	int		n = open_names("127.0.0.1", port, l, max, where, e);

	if (n != 1 || max == 1)
		return n;
	snprintf(same, sizeof(same), "%u", ntohs(
	    ((const struct sockaddr_in *)(const void *)&l->addr)->sin_port));
	return open_names("::1", same, l + 1, max - 1, where, &none) == 1 ?
	    2 : 1;
}

int
tp_listen_open(const char *where, struct tp_listener *l, size_t max,
    struct tp_err *e)
{
	const char	*colon = strrchr(where, ':');
	char		*host;
	int64_t		 port;
	size_t		 n;
	int		 rc;

	if (max == 0)
		return tp_err_set(e, TP_EXIT_USAGE, "--listen %s: too many "
		    "addresses", where);
	if (strncmp(where, "unix:", 5) == 0)
		return open_unix(where + 5, l, where, e);
	if (colon == NULL || tp_parse_int(colon + 1, strlen(colon + 1),
	    &port) == -1 || port < 0 || port > 65535)
		return tp_err_set(e, TP_EXIT_USAGE, "--listen %s: must be "
		    "HOST:PORT, :PORT or unix:PATH", where);
	if (colon == where)
		return open_loopback(colon + 1, l, max, where, e);
	n = (size_t)(colon - where);
	host = where[0] == '[' && n > 2 && where[n - 1] == ']' ?
	    tp_strndup(where + 1, n - 2) : tp_strndup(where, n);
	rc = open_names(strcmp(host, "*") == 0 ? NULL : host, colon + 1, l,
	    max, where, e);
	free(host);
	return rc;
}

void
tp_listen_close(struct tp_listener *l)
{
	if (l->addr.ss_family == AF_UNIX)
		unlink(((const struct sockaddr_un *)(const void *)&l->addr)
		    ->sun_path);
	close(l->fd);
}

void
tp_listen_name(const struct tp_listener *l, bool tls, struct tp_buf *out)
{
	const struct sockaddr	*a = (const struct sockaddr *)&l->addr;
	bool			 six = a->sa_family == AF_INET6;

	if (a->sa_family == AF_UNIX) {
		tp_buf_printf(out, "unix:%s", ((const struct sockaddr_un *)
		    (const void *)a)->sun_path);
		return;
	}
	tp_buf_str(out, tls ? "https://" : "http://");
	if (six)
		tp_buf_char(out, '[');
	tp_address_text(a, out);
	tp_buf_printf(out, "%s:%u", six ? "]" : "", ntohs(six ?
	    ((const struct sockaddr_in6 *)(const void *)a)->sin6_port :
	    ((const struct sockaddr_in *)(const void *)a)->sin_port));
}
