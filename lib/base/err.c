#include <errno.h>

#include "base/err.h"

/*
 * How many bytes a UTF-8 character that starts with c has; 1 for bytes that
 * cannot start one.
 */
static size_t
utf8_size(unsigned char c)
{
	return c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
}

void
tp_err_mask(char *s)
{
	size_t	n, tail;

	for (n = 0; s[n] != '\0'; n++) {
		unsigned char	c = (unsigned char)s[n];

		if (c < 0x20 || c == 0x7f)
			s[n] = '?';
	}
	/* snprintf(3) cuts at a byte, which may be inside a character. */
	for (tail = 1; tail <= 3 && tail <= n; tail++) {
		unsigned char	c = (unsigned char)s[n - tail];

		if ((c & 0xc0) == 0x80)
			continue;
		if (utf8_size(c) > tail)
			s[n - tail] = '\0';
		break;
	}
}

int
tp_err_set(struct tp_err *e, enum tp_exit code, const char *fmt, ...)
{
	char	text[sizeof(e->text)];
	va_list	ap;

	/* The arguments may point into e->text. */
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tp_err_mask(text);
	memcpy(e->text, text, sizeof(text));
	e->code = code;
	return -1;
}

int
tp_err_sys(struct tp_err *e, const char *fmt, ...)
{
	int	no = errno;
	char	text[sizeof(e->text)], why[128];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	tp_err_set(e, TP_EXIT_SYS, "%s: %s", text,
	    strerror_r(no, why, sizeof(why)));
	errno = no;
	return -1;
}

int
tp_err_prefix(struct tp_err *e, const char *fmt, ...)
{
	char	text[sizeof(e->text)];
	va_list	ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	return tp_err_set(e, e->code, "%s: %s", text, e->text);
}
