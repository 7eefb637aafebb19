#include <stdarg.h>

#include "base/buf.h"

void
tp_buf_release(struct tp_buf *b)
{
	free(b->p);
	*b = (struct tp_buf){ 0 };
}

char *
tp_buf_room_slow(struct tp_buf *b, size_t more)
{
	size_t	need, cap;

	if (__builtin_add_overflow(b->n, more, &need))
		tp_die("out of memory: buffer of %zu bytes", b->n);
	if (need > b->cap || b->p == NULL) {
		cap = b->cap < SIZE_MAX / 2 ? 2 * b->cap : need;
		if (cap < need)
			cap = need;
		if (cap < 64)
			cap = 64;
		b->p = tp_realloc(b->p, cap, 1);
		b->cap = cap;
	}
	return b->p + b->n;
}

void
tp_buf_str(struct tp_buf *b, const char *s)
{
	tp_buf_add(b, s, strlen(s));
}

void
tp_buf_printf(struct tp_buf *b, const char *fmt, ...)
{
	va_list	ap;
	int	n;

	tp_buf_room(b, 64);
	va_start(ap, fmt);
	n = vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
	va_end(ap);
	if (n < 0)
		tp_die("bad format '%s'", fmt);
	if ((size_t)n >= b->cap - b->n) {
		tp_buf_room(b, (size_t)n + 1);
		va_start(ap, fmt);
		vsnprintf(b->p + b->n, b->cap - b->n, fmt, ap);
		va_end(ap);
	}
	b->n += (size_t)n;
}

const char *
tp_buf_cstr(struct tp_buf *b)
{
	*tp_buf_room(b, 1) = '\0';
	return b->p;
}
