/*
 * HDF5 files as pandas writes them: DataFrame.to_hdf() in "fixed" or
 * "table" format, with names of strings or integers and an index of times.
 * The only user of hdf5.h.  HDF5's own messages are turned off.
 */
#ifndef TP_DATA_HDF5_H
#define TP_DATA_HDF5_H

#include "data/wide.h"

/* True for a regular file that is HDF5 by its content, or by its name. */
bool tp_hdf5_is(const char *path);

/*
 * Reads the frame of path (w->ev->conf->key names it where there are many)
 * through w, which has been opened.  Returns 0, 1 where the run shall stop,
 * or -1 with the error.
 */
int tp_hdf5_read(struct tp_wide *w, const char *path, struct tp_out *out,
    struct tp_err *e);

#endif
