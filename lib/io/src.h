/*
 * Bytes in: standard input, files, and .gz and .zst by name or by their first
 * bytes.  A source owns its descriptor.
 */
#ifndef TP_IO_SRC_H
#define TP_IO_SRC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

struct tp_src;

/* Opens a path, "-" for standard input.  The result is for tp_src_close(). */
struct tp_src *tp_src_open(const char *path, struct tp_err *e);
void tp_src_close(struct tp_src *s);

/* "stdin" or the path. */
const char *tp_src_name(const struct tp_src *s);

/*
 * Reads up to n bytes (unpacked).  Returns how many, 0 at the end, or -1; a
 * signal that interrupts gives -1 with code 0 in e.  A compressed file that
 * ends early is an error of code TP_EXIT_DATA.
 */
ssize_t tp_src_read(struct tp_src *s, char *p, size_t n, struct tp_err *e);

/* False where the next read would wait (pipes and terminals). */
bool tp_src_ready(const struct tp_src *s);
/* The descriptor for poll(2), or -1 for files, which never wait. */
int tp_src_poll_fd(const struct tp_src *s);

/* Packed bytes read so far. */
uint64_t tp_src_done(const struct tp_src *s);

#endif
