/*
 * Allocation that cannot fail to the caller: out of memory and overflow of a
 * size end the process with a message and exit code 4.  The caller owns what
 * is returned and frees it with free(3).
 */
#ifndef TP_BASE_MEM_H
#define TP_BASE_MEM_H

#include <stddef.h>

#include "base/banned.h"

/* As malloc and calloc; the caller frees. */
void *tp_malloc(size_t n);
void *tp_calloc(size_t n, size_t size);
/* Resizes to n * size bytes; contents beyond the old size are undefined. */
void *tp_realloc(void *p, size_t n, size_t size);
char *tp_strdup(const char *s);
/* Copies n bytes and adds a NUL. */
char *tp_strndup(const char *s, size_t n);

/* Ends the process: "tool: fatal: text", code 4.  For broken invariants. */
_Noreturn void tp_die(const char *fmt, ...)
    __attribute__((format(printf, 1, 2)));

/*
 * Makes room for at least `need` elements in the array `p`, whose capacity is
 * kept in `cap`: grows by half, so appending n elements costs O(n).
 */
#define TP_GROW(p, cap, need)						\
	do {								\
		if ((size_t)(need) > (cap)) {				\
			(cap) = (cap) + (cap) / 2 + 16;			\
			if ((cap) < (size_t)(need))			\
				(cap) = (need);				\
			(p) = tp_realloc((p), (cap), sizeof(*(p)));	\
		}							\
	} while (0)

#endif
