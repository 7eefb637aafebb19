#include "kafka/kwatch.h"

#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/err.h"

static const char *volatile	where = "";
static tp_kwatch_say_fn		*listener;

static void
on_alarm(int sig)
{
	static const char	text[] = "kafka: no answer for 45 s, stuck in ";
	const char		*w = where;
	size_t			 n = 0;
	ssize_t			 k;

	(void)sig;
	while (w[n] != '\0')
		n++;
	/* nothing can be done where stderr does not take it */
	k = write(STDERR_FILENO, text, sizeof(text) - 1);
	k = write(STDERR_FILENO, w, n);
	k = write(STDERR_FILENO, "\n", 1);
	(void)k;
	_exit(TP_EXIT_RESTART);
}

void
tp_kwatch_on(const char *what)
{
	static bool		installed;
	struct sigaction	sa = { .sa_handler = on_alarm };

	where = what;
	if (!installed) {
		sigemptyset(&sa.sa_mask);
		sigaction(SIGALRM, &sa, NULL);
		installed = true;
	}
	alarm(TP_KWATCH_S);
}

void
tp_kwatch_off(void)
{
	alarm(0);
}

void
tp_kwatch_listen(tp_kwatch_say_fn *f)
{
	listener = f;
}

void
tp_kwatch_say(int level, const char *fmt, ...)
{
	char	text[1000];
	va_list	ap;

	if (listener == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tp_err_mask(text);
	listener(level, text);
}
