/*
 * Another program whose standard output is read.  It has our standard error,
 * and no standard input.  The struct owns the descriptor and the process.
 */
#ifndef TP_IO_CHILD_H
#define TP_IO_CHILD_H

#include <sys/types.h>

#include "base/err.h"

struct tp_child {
	const char	*name;		/* argv[0], borrowed */
	pid_t		 pid;
	int		 fd;		/* its output */
};

/*
 * Starts argv[0], looked up in PATH; need says what it is and where it comes
 * from, for the message when it is not there.  Returns 0 or -1.
 */
int tp_child_start(struct tp_child *c, char *const argv[], const char *need,
    struct tp_err *e);

/* Reads as tp_src_read(). */
ssize_t tp_child_read(struct tp_child *c, char *p, size_t n,
    struct tp_err *e);

/*
 * Closes its output and waits for its end.  Returns -1 where it failed, unless
 * e already has an error, which may be why.
 */
int tp_child_end(struct tp_child *c, struct tp_err *e);

#endif
