/*
 * What the kernel alone needs to tell many clients: accepts N connections,
 * reads a request from each, and for each byte of its standard input sends
 * the same SIZE bytes to all.
 *	sends PORT N SIZE
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int
listener(int port)
{
	struct sockaddr_in	a = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) },
	};
	int			fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    listen(fd, 4096) == -1) {
		perror("sends");
		exit(1);
	}
	return fd;
}

int
main(int argc, char **argv)
{
	char	request[4096], tick;
	int	n = argc > 3 ? atoi(argv[2]) : 0, l, i;
	size_t	size = argc > 3 ? (size_t)atol(argv[3]) : 0;
	int	*fd = calloc((size_t)n + 1, sizeof(*fd));
	char	*text = malloc(size + 1);

	if (n == 0 || fd == NULL || text == NULL)
		return 2;
	memset(text, 'x', size);
	l = listener(atoi(argv[1]));
	for (i = 0; i < n; i++) {
		fd[i] = accept(l, NULL, NULL);
		if (fd[i] == -1 || recv(fd[i], request, sizeof(request),
		    0) <= 0)
			return 1;
	}
	while (read(STDIN_FILENO, &tick, 1) == 1)
		for (i = 0; i < n; i++)
			send(fd[i], text, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	return 0;
}
