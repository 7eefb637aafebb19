/*
 * Many clients of tp-serve's event stream: opens N connections to PORT, says
 * "ready", reads all that comes, and for each line of its standard input says
 * how many ticks and bytes that were so far.
 *	listens PORT N
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char	ask[] = "GET /api/v1/stream HTTP/1.1\r\n"
    "Host: localhost\r\n\r\n";
static const char	mark[] = "event: tick\n";	/* no end begins it */

struct client {
	int	fd;
	size_t	seen;		/* bytes of the mark that came last */
};

static unsigned long	ticks, bytes;

static void
count(struct client *c, const char *p, size_t n)
{
	bytes += n;
	for (; n > 0; n--, p++) {
		if (*p != mark[c->seen])
			c->seen = 0;
		if (*p == mark[c->seen] && ++c->seen == sizeof(mark) - 1) {
			ticks++;
			c->seen = 0;
		}
	}
}

static int
open_client(int ep, struct client *c, int port)
{
	struct sockaddr_in	a = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	struct epoll_event	ev = { .events = EPOLLIN, .data.ptr = c };

	c->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (c->fd == -1 || connect(c->fd, (struct sockaddr *)&a,
	    sizeof(a)) == -1 || send(c->fd, ask, sizeof(ask) - 1, 0) == -1) {
		perror("listens");
		return -1;
	}
	return epoll_ctl(ep, EPOLL_CTL_ADD, c->fd, &ev);
}

/* Reads what there is, for at most ms; false at the end of standard input. */
static int
serve(int ep, int ms)
{
	static char		text[1 << 16];
	struct epoll_event	ev[256];
	struct client		*c;
	ssize_t			k;
	int			n = epoll_wait(ep, ev, 256, ms), i;

	for (i = 0; i < n; i++) {
		c = ev[i].data.ptr;
		k = read(c->fd, text, sizeof(text));
		if (c->fd != STDIN_FILENO) {
			if (k > 0)
				count(c, text, (size_t)k);
			else
				epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, NULL);
		} else if (k > 0) {
			printf("%lu %lu\n", ticks, bytes);
			fflush(stdout);
		} else {
			return 0;
		}
	}
	return 1;
}

int
main(int argc, char **argv)
{
	int			n = argc > 2 ? atoi(argv[2]) : 0, i;
	int			ep = epoll_create1(0);
	struct client		*c = calloc((size_t)n + 1, sizeof(*c));
	struct epoll_event	ev = { .events = EPOLLIN, .data.ptr = c };

	if (n == 0 || c == NULL || ep == -1)
		return 2;
	for (i = 1; i <= n; i++) {
		if (open_client(ep, &c[i], atoi(argv[1])) == -1)
			return 1;
		serve(ep, 0);
	}
	c[0].fd = STDIN_FILENO;
	if (epoll_ctl(ep, EPOLL_CTL_ADD, STDIN_FILENO, &ev) == -1)
		return 1;
	puts("ready");
	fflush(stdout);
	while (serve(ep, -1))
		;
	return 0;
}
