/* Whole files: read at once, or replaced at once. */
#ifndef TP_IO_FILE_H
#define TP_IO_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Replaces a file whole: writes PATH.tmp.PID, fsyncs, renames.  "-" writes to
 * standard output.
 */
int tp_file_replace(const char *path, const char *p, size_t n,
    struct tp_err *e);
/* Reads a whole file ("-": stdin) into a new buffer with 16 zero
 * bytes behind; the caller frees *p.  More than max bytes is an error. */
int tp_file_read(const char *path, size_t max, char **p, size_t *n,
    struct tp_err *e);

/* A file as it was when somebody looked; plain data. */
struct tp_file_seen {
	uint64_t dev, ino;
	int64_t	 size, sec, nsec;	/* of the last change */
};
/*
 * True where the file is another than that of the last look, was written
 * since, or is gone; *seen is this look.  False for "-".
 */
bool tp_file_changed(const char *path, struct tp_file_seen *seen);

#endif
