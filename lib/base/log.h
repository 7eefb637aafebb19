/*
 * Messages to people, on stderr: "tool: text", one write each, control bytes
 * masked.  cmd uses it for errors; lib/stream for warnings, the closing count
 * and progress; nothing else in lib prints.
 */
#ifndef TP_BASE_LOG_H
#define TP_BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* level: -1 quiet (errors only), 0 notes, 1.. details (-v, -vv). */
void tp_log_init(const char *tool, int level);
const char *tp_log_tool(void);
int tp_log_level(void);
void tp_log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void tp_log_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A note for each line of the text, which ends with a newline or is empty. */
void tp_log_notes(const char *p, size_t n);
void tp_log_detail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * A progress line on stderr: nothing for the first second, then at most ten
 * times a second, only where stderr is a terminal (or `force`).
 */
struct tp_progress {
	const char	*what;		/* "events" */
	bool		 on, shown;
	int64_t		 start_ns, last_ns;
};
/* force: -1 never, 0 when stderr is a terminal, 1 always. */
void tp_progress_init(struct tp_progress *p, const char *what, int force);
/* done: so far; total: 0 where it is not known (then no time left). */
void tp_progress_show(struct tp_progress *p, uint64_t done, uint64_t bytes,
    uint64_t total_bytes);
/* Removes the line. */
void tp_progress_end(struct tp_progress *p);

/* True where colour may be used on descriptor fd: a terminal, no NO_COLOR,
 * TERM not "dumb". */
bool tp_log_colour(int fd);

#endif
