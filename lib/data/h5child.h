/*
 * HDF5 files are read in a child process: the library reads and writes
 * outside of its memory on some damaged files, and then it is the child that
 * dies, with a limit on its memory and its time.  What comes from it is
 * checked like any other input.  The struct owns the child and the pipe.
 */
#ifndef TP_DATA_H5CHILD_H
#define TP_DATA_H5CHILD_H

#include <sys/types.h>

#include "data/frame.h"

struct tp_h5child {
	const char	*path;
	pid_t		 pid;		/* 0: none */
	int		 fd;		/* of the pipe's reading end */
	/* what the frame is like; only names, ncols, per_ms, zoned, single */
	struct tp_frame	 frame;

	/* the rows received last */
	size_t		 nrows;
	int64_t		*index;
	double		*v;		/* nrows * ncols */
	size_t		 index_cap, v_cap;
};

/*
 * Starts a child that reads the frame named key (NULL: the one) of path, and
 * receives what the frame is like.  Returns 0 or -1; in both cases
 * tp_h5child_end() frees.
 */
int tp_h5child_start(struct tp_h5child *c, const char *path, const char *key,
    struct tp_err *e);
/* The next rows: 1, 0 after the last, or -1. */
int tp_h5child_rows(struct tp_h5child *c, struct tp_err *e);
/* Ends the child, wherever it is. */
void tp_h5child_end(struct tp_h5child *c);

#endif
