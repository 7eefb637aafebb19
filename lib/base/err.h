/*
 * Errors as values: lib functions return 0/-1 (or NULL) and fill a
 * struct tp_err; only cmd prints it.  The struct owns its text.
 */
#ifndef TP_BASE_ERR_H
#define TP_BASE_ERR_H

#include <stdarg.h>

#include "base/banned.h"

/* Exit codes of every tool; the table is in tp(7). */
enum tp_exit {
	TP_EXIT_OK = 0,
	TP_EXIT_NO = 1,		/* a negative answer the tool exists to give */
	TP_EXIT_USAGE = 2,
	TP_EXIT_DATA = 3,	/* bad input data */
	TP_EXIT_SYS = 4,	/* system or output error */
	TP_EXIT_KAFKA = 5,
	TP_EXIT_RESTART = 75,	/* a supervisor should start it again */
};

struct tp_err {
	enum tp_exit code;	/* 0 while nothing has failed */
	char text[1000];	/* lower case, no full stop, one line */
};

/*
 * Sets code and text, replacing what was there.  Control bytes in the text
 * are shown as '?'.  Always returns -1, so that "return tp_err_set(...)"
 * reads well.
 */
int tp_err_set(struct tp_err *e, enum tp_exit code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As tp_err_set with code TP_EXIT_SYS, and ": strerror(errno)" appended; errno
 * stays as it is. */
int tp_err_sys(struct tp_err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Makes a NUL-terminated text safe to show: control bytes become '?' (UTF-8
 * is left alone), and a character cut off at the end is dropped.
 */
void tp_err_mask(char *s);

/* Puts "text: " in front of what the error says.  Returns -1. */
int tp_err_prefix(struct tp_err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
