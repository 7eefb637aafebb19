/*
 * Bytes out: standard output, files, and .gz and .zst by name.  A sink owns
 * its descriptor.
 */
#ifndef TP_IO_SINK_H
#define TP_IO_SINK_H

#include <stddef.h>

#include "base/err.h"

struct tp_sink;

/*
 * Calls wait(arg, fd) before each write to a pipe or socket, which is then of
 * no more bytes than surely fit once poll(2) says that some do.  It returns 0
 * when they do, or -1, with which the write ends (and errno).
 */
typedef int tp_sink_wait_fn(void *arg, int fd);
void tp_sink_on_wait(struct tp_sink *s, tp_sink_wait_fn *wait, void *arg);

/* Opens (truncates) a path, "-" for standard output. */
struct tp_sink *tp_sink_open(const char *path, struct tp_err *e);
/* As tp_sink_open(), but behind what a file holds already; where its last line
 * was cut off, that is ended. */
struct tp_sink *tp_sink_append(const char *path, struct tp_err *e);
/*
 * Ends a file and goes on with the one that has its name now, made if need be;
 * what is no file stays as it is.  Returns 0, or -1: the old one goes on.
 */
int tp_sink_reopen(struct tp_sink *s, struct tp_err *e);
/* Writes all n bytes.  Returns 0 or -1. */
int tp_sink_write(struct tp_sink *s, const char *p, size_t n,
    struct tp_err *e);
/* Makes what was written readable for others (ends a compressed block). */
int tp_sink_flush(struct tp_sink *s, struct tp_err *e);
/* Flushes, closes and frees; a full disk shows here at the latest. */
int tp_sink_close(struct tp_sink *s, struct tp_err *e);

#endif
