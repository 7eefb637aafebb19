#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

void
tp_die(const char *fmt, ...)
{
	char	text[1024];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tp_err_mask(text);
	dprintf(STDERR_FILENO, "%s: fatal: %s\n", program_invocation_short_name,
	    text);
	/*
	 * Not exit(3): what is in the output buffers may be half a record,
	 * and the exit handlers may need the memory that we do not have.
	 */
	_exit(TP_EXIT_SYS);
}

void *
tp_malloc(size_t n)
{
	void	*p = malloc(n > 0 ? n : 1);

	if (p == NULL)
		tp_die("out of memory: %zu bytes", n);
	return p;
}

void *
tp_calloc(size_t n, size_t size)
{
	void	*p = n > 0 && size > 0 ? calloc(n, size) : calloc(1, 1);

	if (p == NULL)
		tp_die("out of memory: %zu times %zu bytes", n, size);
	return p;
}

void *
tp_realloc(void *p, size_t n, size_t size)
{
	size_t	bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		tp_die("out of memory: %zu times %zu bytes", n, size);
	p = realloc(p, bytes > 0 ? bytes : 1);
	if (p == NULL)
		tp_die("out of memory: %zu bytes", bytes);
	return p;
}

char *
tp_strdup(const char *s)
{
	return tp_strndup(s, strlen(s));
}

char *
tp_strndup(const char *s, size_t n)
{
	char	*p;

	if (n == SIZE_MAX)
		tp_die("out of memory: %zu bytes", n);
	p = tp_malloc(n + 1);
	if (n > 0)
		memcpy(p, s, n);
	p[n] = '\0';
	return p;
}
