#include "io/child.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sig.h"

extern char	**environ;

int
tp_child_start(struct tp_child *c, char *const argv[], const char *need,
    struct tp_err *e)
{
	posix_spawn_file_actions_t	fa;
	int				ends[2], rc;

	*c = (struct tp_child){ .name = argv[0], .fd = -1 };
	if (pipe2(ends, O_CLOEXEC) == -1)
		return tp_err_sys(e, "pipe");
	posix_spawn_file_actions_init(&fa);
	posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&fa, ends[1], 1);
	rc = posix_spawnp(&c->pid, argv[0], &fa, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&fa);
	close(ends[1]);
	if (rc != 0) {
		close(ends[0]);
		errno = rc;
		return rc == ENOENT ? tp_err_set(e, TP_EXIT_SYS, "%s is not "
		    "installed: %s", argv[0], need) :
		    tp_err_sys(e, "%s", argv[0]);
	}
	c->fd = ends[0];
	return 0;
}

ssize_t
tp_child_read(struct tp_child *c, char *p, size_t n, struct tp_err *e)
{
	ssize_t	got;

	do {
		if (tp_sig_stop() != 0)
			return -1;
		got = read(c->fd, p, n);
	} while (got == -1 && errno == EINTR);
	return got != -1 ? got : tp_err_sys(e, "%s", c->name);
}

int
tp_child_end(struct tp_child *c, struct tp_err *e)
{
	int	status = 0;

	close(c->fd);
	while (waitpid(c->pid, &status, 0) == -1 && errno == EINTR)
		continue;
	if (e->code != 0 || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return e->code != 0 ? -1 : 0;
	return WIFEXITED(status) ? tp_err_set(e, TP_EXIT_DATA, "%s failed "
	    "with status %d", c->name, WEXITSTATUS(status)) :
	    tp_err_set(e, TP_EXIT_SYS, "%s was ended by signal %d", c->name,
	    WTERMSIG(status));
}
