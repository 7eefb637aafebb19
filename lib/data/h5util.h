/*
 * Careful reading of HDF5: attributes as text, and data sets whose sizes
 * have been checked.  Private to frame.c and h5util.c.
 */
#ifndef TP_DATA_H5UTIL_H
#define TP_DATA_H5UTIL_H

#include <hdf5.h>

#include "base/buf.h"
#include "base/err.h"

/* Appends why the last call of HDF5 failed, in its own words. */
int tp_h5_fail(struct tp_err *e, const char *path, const char *what);

/* The text of a string attribute into b (emptied before): 0, -1: none. */
int tp_h5_attr(hid_t obj, const char *name, struct tp_buf *b);
/* True where the attribute is there and is this text. */
bool tp_h5_attr_is(hid_t obj, const char *name, const char *text);

/*
 * The dimensions of a data set that must have `rank` of them (at most 2).
 * Returns 0, or -1 where it has not.
 */
int tp_h5_dims(hid_t dset, int rank, hsize_t *dims);
/*
 * Checks that a data set's data can be there (dims against what is stored)
 * and can be read (filters, chunk size, no other files).  *chunk_rows is the
 * height of its chunks or 0.  name is for messages.
 */
int tp_h5_check(hid_t dset, const char *path, const char *name,
    size_t *chunk_rows, struct tp_err *e);

#endif
