/*
 * The same work for many numbers on several threads.  The work of one number
 * must not touch that of another, so the result does not depend on threads.
 */
#ifndef TP_NUM_PARALLEL_H
#define TP_NUM_PARALLEL_H

#include <stddef.h>

/* Calls fn(arg, i) once for each i < n; threads < 1: as many as cores. */
void tp_parallel(int threads, size_t n, void (*fn)(void *arg, size_t i),
    void *arg);

#endif
