#include "plot/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sig.h"

#define CHUNK		65536
#define MESSAGE_MAX	4096	/* of what it says on stderr */

extern char	**environ;

/* Our ends of what the child reads and writes; -1: closed. */
struct child {
	pid_t	pid;
	int	in, out, err;
};

static void
shut(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

/*
 * Its standard input is a socket, since a write to a socket can be told not
 * to raise SIGPIPE.  All are close-on-exec; dup2() in the child clears that.
 */
static int
open_ends(int in[2], int out[2], int err[2], struct tp_err *e)
{
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) == -1)
		return tp_err_sys(e, "gnuplot: socketpair");
	if (pipe2(out, O_CLOEXEC) == -1)
		return tp_err_sys(e, "gnuplot: pipe");
	if (pipe2(err, O_CLOEXEC) == -1)
		return tp_err_sys(e, "gnuplot: pipe");
	return 0;
}

/* -d: without the user's start-up files, so that pictures are the same. */
static int
start(struct child *c, struct tp_err *e)
{
	char				 name[] = "gnuplot", option[] = "-d";
	char				*argv[] = { name, option, NULL };
	posix_spawn_file_actions_t	 fa;
	int				 in[2] = { -1, -1 };
	int				 out[2] = { -1, -1 };
	int				 err[2] = { -1, -1 };
	int				 rc = -1, i;

	if (open_ends(in, out, err, e) == 0) {
		posix_spawn_file_actions_init(&fa);
		posix_spawn_file_actions_adddup2(&fa, in[1], 0);
		posix_spawn_file_actions_adddup2(&fa, out[1], 1);
		posix_spawn_file_actions_adddup2(&fa, err[1], 2);
		rc = posix_spawnp(&c->pid, name, &fa, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&fa);
		if (rc == ENOENT)
			tp_err_set(e, TP_EXIT_SYS, "gnuplot is not "
			    "installed (Debian: gnuplot-nox), and pictures "
			    "need it");
		else if (rc != 0) {
			errno = rc;
			tp_err_sys(e, "gnuplot");
		}
	}
	for (i = 0; i < 2; i++)
		if (rc != 0 || i == 1) {
			shut(&in[i]);
			shut(&out[i]);
			shut(&err[i]);
		}
	c->in = in[0];
	c->out = out[0];
	c->err = err[0];
	return rc == 0 ? 0 : -1;
}

static void
feed(struct child *c, const struct tp_buf *script, size_t *at)
{
	ssize_t	k;

	k = send(c->in, script->p + *at, script->n - *at,
	    MSG_NOSIGNAL | MSG_DONTWAIT);
	if (k > 0)
		*at += (size_t)k;
	else if (k == -1 && errno != EAGAIN && errno != EINTR)
		*at = script->n;	/* it has ended; its status says why */
	if (*at == script->n)
		shut(&c->in);
}

static void
drain(int *fd, struct tp_buf *b, size_t max)
{
	ssize_t	k = read(*fd, tp_buf_room(b, CHUNK), CHUNK);

	if (k > 0 && b->n < max)
		b->n += (size_t)k;
	else if (k == 0 || (k == -1 && errno != EINTR))
		shut(fd);
}

/* Writes the script and reads both outputs, as each is ready, to the end. */
static int
talk(struct child *c, const struct tp_buf *script, struct tp_buf *out,
    struct tp_buf *said)
{
	size_t	at = 0;

	while (c->out != -1 || c->err != -1) {
		struct pollfd	p[] = {
			{ .fd = c->in, .events = POLLOUT },
			{ .fd = c->out, .events = POLLIN },
			{ .fd = c->err, .events = POLLIN },
			{ .fd = tp_sig_fd(), .events = POLLIN },
		};

		if (tp_sig_stop() != 0)
			return -1;
		if (poll(p, 4, -1) == -1)
			continue;
		if (p[0].revents != 0)
			feed(c, script, &at);
		if (p[1].revents != 0)
			drain(&c->out, out, SIZE_MAX);
		if (p[2].revents != 0)
			drain(&c->err, said, MESSAGE_MAX);
		if (p[3].revents != 0)
			tp_sig_drain();
	}
	return 0;
}

/* The line of what it said that tells what is wrong: the last one that does
 * not only point at a place in the script. */
static const char *
complaint(struct tp_buf *said)
{
	static const char	warning[] = "warning:";
	char			*p, *nl, *found = NULL;

	tp_buf_char(said, '\0');
	for (p = said->p; p != NULL; p = nl != NULL ? nl + 1 : NULL) {
		nl = strchr(p, '\n');
		if (nl != NULL)
			*nl = '\0';
		p += strspn(p, " \t^");
		if (*p != '\0' && strstr(p, warning) == NULL)
			found = p;
	}
	return found != NULL ? found : "no message";
}

int
tp_gnuplot_run(const struct tp_buf *script, struct tp_buf *out,
    struct tp_err *e)
{
	struct child	c = { .in = -1, .out = -1, .err = -1 };
	struct tp_buf	said = { 0 };
	size_t		had = out->n;
	int		rc, status = 0;

	if (start(&c, e) != 0)
		return -1;
	rc = talk(&c, script, out, &said);
	if (rc != 0)
		kill(c.pid, SIGTERM);
	shut(&c.in);
	shut(&c.out);
	shut(&c.err);
	while (waitpid(c.pid, &status, 0) == -1 && errno == EINTR)
		;
	if (rc != 0)
		tp_err_set(e, TP_EXIT_SYS, "interrupted");
	else if (WIFSIGNALED(status))
		rc = tp_err_set(e, TP_EXIT_SYS, "gnuplot: killed by "
		    "signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0 || out->n == had)
		rc = tp_err_set(e, TP_EXIT_SYS, "gnuplot: %s",
		    complaint(&said));
	tp_buf_release(&said);
	return rc;
}
