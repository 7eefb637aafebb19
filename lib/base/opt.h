/*
 * Options are data: one table per tool is parsed by getopt_long(3), prints
 * -h and --help, and writes the completions of bash, zsh and fish.  Values
 * go into the tool's own conf struct by offset, so that tables are const.
 */
#ifndef TP_BASE_OPT_H
#define TP_BASE_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum tp_opt_kind {
	TP_OPT_END = 0,
	TP_OPT_FLAG,	/* bool; long flags also have --no-NAME */
	TP_OPT_COUNT,	/* int, + 1 each time */
	TP_OPT_STR,	/* const char * */
	TP_OPT_FILE,	/* const char *; completes file names */
	TP_OPT_LIST,	/* struct tp_opt_list: may be given many times */
	TP_OPT_INT,	/* int64_t, lo..hi */
	TP_OPT_NUM,	/* double, lo..hi */
	TP_OPT_DUR,	/* int64_t ms by tp_duration_parse */
	TP_OPT_TIME,	/* int64_t ms by tp_opt_time, in UTC */
	TP_OPT_CHOICE,	/* int: index into choices */
	TP_OPT_TRI,	/* int: 0 not given, 1 --NAME, -1 --no-NAME */
	TP_OPT_HEADING,	/* help is a heading line in --help */
};

struct tp_opt {
	enum tp_opt_kind kind;
	char		 letter;	/* 0: long form only */
	const char	*name;		/* long form; NULL in headings */
	size_t		 offset;	/* of the value in the conf struct */
	const char	*arg;		/* the value's name, "SECONDS" */
	const char	*choices;	/* CHOICE: "final|updates|both" */
	const char	*help;		/* one sentence, no full stop */
	double		 lo, hi;	/* INT, NUM; both 0: no limits */
};

struct tp_opt_list {
	const char	**v;		/* heap; the strings are argv's */
	size_t		  n;
};

struct tp_tool {
	const char	*name;		/* "tp-window" */
	const char	*brief;		/* what it does, one line */
	const char	*operands;	/* "[FILE ...]" or "" */
	const struct tp_opt *opts;	/* the tool's own, up to TP_OPT_END */
	const struct tp_opt *shared;	/* those of lib/stream, or NULL */
	size_t		 shared_offset;	/* where their struct is in conf */
	const char	*help_tail;	/* end of --help, or NULL */
};

/*
 * Parses argv into conf (already holding the defaults).  -h, --help, -V and
 * --completions SHELL are answered here: they print to stdout and *done is
 * true.  Returns the index of the first operand, or -1 with code
 * TP_EXIT_USAGE.
 */
int tp_opt_parse(const struct tp_tool *tool, int argc, char **argv,
    void *conf, bool *done, struct tp_err *e);

/* A usage error in the same words as those of tp_opt_parse().  Returns -1. */
int tp_opt_error(struct tp_err *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Splits "15,30,60" into at most max integers in lo..hi; returns how many,
 * or -1. */
int tp_opt_ints(const char *s, int64_t *v, int max, int64_t lo, int64_t hi);

#endif
