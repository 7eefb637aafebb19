#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define NS		1e9
#define FIRST_NS	INT64_C(1000000000)	/* a short run shows nothing */
#define EACH_NS		INT64_C(100000000)
#define CLEAR		"\r\033[K"

static const char	*log_tool;
static int		 log_level;
static bool		 log_line;	/* a progress line is on the screen */

void
tp_log_init(const char *tool, int level)
{
	log_tool = tool;
	log_level = level;
}

const char *
tp_log_tool(void)
{
	return log_tool != NULL ? log_tool : program_invocation_short_name;
}

int
tp_log_level(void)
{
	return log_level;
}

/* All of it in one call, so that tools in a pipe do not mix their lines. */
static void
put(const char *s, size_t n)
{
	ssize_t	k;

	do {
		k = write(STDERR_FILENO, s, n);
	} while (k < 0 && errno == EINTR);
}

__attribute__((format(printf, 1, 0)))
static void
message(const char *fmt, va_list ap)
{
	char	line[4096], text[3800];
	int	n;

	vsnprintf(text, sizeof(text), fmt, ap);
	tp_err_mask(text);
	n = snprintf(line, sizeof(line), "%s%.200s: %s\n",
	    log_line ? CLEAR : "", tp_log_tool(), text);
	log_line = false;
	if (n > 0)
		put(line, (size_t)n);
}

void
tp_log_error(const char *fmt, ...)
{
	va_list	ap;

	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

void
tp_log_note(const char *fmt, ...)
{
	va_list	ap;

	if (log_level < 0)
		return;
	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

void
tp_log_notes(const char *p, size_t n)
{
	const char	*end = p + n, *nl;

	for (; p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		tp_log_note("%.*s", (int)(nl - p), p);
	}
}

void
tp_log_detail(const char *fmt, ...)
{
	va_list	ap;

	if (log_level < 1)
		return;
	va_start(ap, fmt);
	message(fmt, ap);
	va_end(ap);
}

void
tp_progress_init(struct tp_progress *p, const char *what, int force)
{
	*p = (struct tp_progress){
		.what = what,
		.on = force > 0 || (force == 0 && isatty(STDERR_FILENO)),
		.start_ns = tp_clock_mono_ns(),
	};
}

/* Appends "1.2 M", "340 k" or "17": three digits tell enough. */
static void
add_count(struct tp_buf *b, double v)
{
	static const char	*unit[] = { "", " k", " M", " G", " T" };
	size_t			 i = 0;

	while (v >= 1000 && i < 4) {
		v /= 1000;
		i++;
	}
	tp_buf_fixed(b, v, v < 10 && i > 0 ? 1 : 0);
	tp_buf_str(b, unit[i]);
}

/* Appends "3 s", "2 min" or "1 h 5 min". */
static void
add_left(struct tp_buf *b, double s)
{
	if (s < 100)
		tp_buf_printf(b, "%.0f s", s);
	else if (s < 3600)
		tp_buf_printf(b, "%.0f min", s / 60);
	else if (s < 360000)
		tp_buf_printf(b, "%d h %d min", (int)s / 3600,
		    (int)s % 3600 / 60);
	else
		tp_buf_printf(b, "%.0f days", s / 86400);
}

void
tp_progress_show(struct tp_progress *p, uint64_t done, uint64_t bytes,
    uint64_t total_bytes)
{
	struct tp_buf	b = { 0 };
	int64_t		now;
	double		s, part;

	if (!p->on)
		return;
	now = tp_clock_mono_ns();
	if (now - p->start_ns < FIRST_NS || now - p->last_ns < EACH_NS)
		return;
	p->last_ns = now;
	s = (double)(now - p->start_ns) / NS;
	tp_buf_lit(&b, CLEAR);
	tp_buf_str(&b, tp_log_tool());
	tp_buf_lit(&b, ": ");
	add_count(&b, (double)done);
	tp_buf_printf(&b, " %s, ", p->what);
	add_count(&b, (double)done / s);
	tp_buf_lit(&b, "/s");
	if (total_bytes > 0 && bytes > 0) {
		part = (double)bytes / (double)total_bytes;
		if (part > 1)
			part = 1;
		tp_buf_printf(&b, ", %.0f %%, ", 100 * part);
		add_left(&b, s * (1 - part) / part);
		tp_buf_lit(&b, " left");
	}
	put(b.p, b.n);
	tp_buf_release(&b);
	p->shown = log_line = true;
}

void
tp_progress_end(struct tp_progress *p)
{
	if (p->shown && log_line)
		put(CLEAR, sizeof(CLEAR) - 1);
	p->shown = log_line = false;
}

bool
tp_log_colour(int fd)
{
	const char	*no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && (no == NULL || *no == '\0') && term != NULL &&
	    strcmp(term, "dumb") != 0;
}
