/*
 * A pandas DataFrame in an HDF5 file: where its names, index and values are.
 * The struct owns the HDF5 handles and the names.  Files are not trusted:
 * sizes are checked against what is stored before anything is allocated.
 */
#ifndef TP_DATA_FRAME_H
#define TP_DATA_FRAME_H

#include "base/err.h"
#include "data/csvrow.h"

#define TP_FRAME_NAMES	1000000		/* columns at most */
#define TP_FRAME_NAME	4096		/* bytes of a name at most */

struct tp_frame {
	const char	*path;
	int64_t		 file;		/* handles, 0 or less: none */
	int64_t		 group;
	int64_t		 index;		/* fixed format only */
	int64_t		 values;	/* or the table */
	bool		 table;		/* "table" format */

	uint64_t	 nrows;
	size_t		 ncols;
	struct tp_csv_field *names;	/* ncols of them */
	size_t		 cap;
	struct tp_buf	 text;		/* of the names */
	int64_t		 per_ms;	/* index units in 1 ms; 0: seconds */
	bool		 zoned;		/* the index is UTC, not local */
	bool		 single;	/* values are 32-bit floats */
	size_t		 chunk_rows;	/* 0: not in chunks */
};

/* True for a file with HDF5's signature. */
bool tp_frame_is(const char *path);

/*
 * Opens the frame named key, or the only one where key is NULL.  Returns 0,
 * or -1 with an error that says what the file holds instead.  Nothing closes
 * it: only the child of h5child.c opens one, and ends with it.
 */
int tp_frame_open(struct tp_frame *f, const char *path, const char *key,
    struct tp_err *e);

/* Reads n rows from row `at`: index[n], v[n * ncols].  0 or -1. */
int tp_frame_rows(const struct tp_frame *f, uint64_t at, size_t n,
    int64_t *index, double *v, struct tp_err *e);

#endif
