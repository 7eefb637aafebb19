/*
 * Signals, as section 5 of the design has them: the first SIGINT/SIGTERM asks
 * for a drain, the second kills; SIGHUP asks for a reload; SIGPIPE has its
 * default unless a tool asks otherwise.
 */
#ifndef TP_BASE_SIG_H
#define TP_BASE_SIG_H

#include <stdbool.h>

/* Installs the handlers.  Call once. */
void tp_sig_init(void);
/* From here on there is nothing to drain: SIGINT and SIGTERM kill at once. */
void tp_sig_kill(void);
/* The signal that asks to stop, or 0. */
int tp_sig_stop(void);
/* True once after each SIGHUP. */
bool tp_sig_reload(void);
/*
 * A descriptor that becomes readable when a signal has come (a self-pipe),
 * for poll(2).  tp_sig_drain() empties it.
 */
int tp_sig_fd(void);
void tp_sig_drain(void);
/* Restores the default action and sends the signal to this process. */
_Noreturn void tp_sig_reraise(int sig);

#endif
