#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/sig.h"

static volatile sig_atomic_t	stop_signal, reload_wanted;
static int			pipe_fd[2] = { -1, -1 };

static void
on_signal(int sig)
{
	int	no = errno;
	ssize_t	k;

	if (sig == SIGHUP) {
		reload_wanted = 1;
	} else if (stop_signal == 0) {
		stop_signal = sig;
	} else {
		/* It is blocked until we return; then it kills. */
		signal(sig, SIG_DFL);
		raise(sig);
	}
	/* A full pipe is as good a wake-up as one byte more. */
	k = write(pipe_fd[1], "", 1);
	(void)k;
	errno = no;
}

static void
catch(int sig, int flags)
{
	struct sigaction	sa = { .sa_handler = on_signal };

	sigemptyset(&sa.sa_mask);
	sa.sa_flags = flags;
	if (sigaction(sig, &sa, NULL) < 0)
		tp_die("sigaction: %s", strerror(errno));
}

void
tp_sig_init(void)
{
	struct sigaction	old;

	if (pipe_fd[0] < 0 && pipe2(pipe_fd, O_NONBLOCK | O_CLOEXEC) < 0)
		tp_die("pipe: %s", strerror(errno));
	/* No SA_RESTART: a read that waits has to notice. */
	catch(SIGTERM, 0);
	/* A shell without job control ignores it for what runs behind "&". */
	if (sigaction(SIGINT, NULL, &old) < 0 || old.sa_handler != SIG_IGN)
		catch(SIGINT, 0);
	catch(SIGHUP, SA_RESTART);
}

void
tp_sig_kill(void)
{
	struct sigaction	old;

	signal(SIGTERM, SIG_DFL);
	if (sigaction(SIGINT, NULL, &old) == 0 && old.sa_handler == on_signal)
		signal(SIGINT, SIG_DFL);
}

int
tp_sig_stop(void)
{
	return stop_signal;
}

bool
tp_sig_reload(void)
{
	if (!reload_wanted)
		return false;
	reload_wanted = 0;
	return true;
}

int
tp_sig_fd(void)
{
	return pipe_fd[0];
}

void
tp_sig_drain(void)
{
	char	bytes[64];
	ssize_t	k;

	do {
		k = read(pipe_fd[0], bytes, sizeof(bytes));
	} while (k > 0 || (k < 0 && errno == EINTR));
}

void
tp_sig_reraise(int sig)
{
	sigset_t	set;

	signal(sig, SIG_DFL);
	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	raise(sig);
	/* Only where its default is not to end the process. */
	_exit(128 + sig);
}
