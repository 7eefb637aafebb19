/*
 * Lists of names as PyTables keeps them in attributes: Python's pickle
 * format, protocol 0, which is text.  Nothing but a list of strings and
 * integers is read; nothing is ever run.
 */
#ifndef TP_DATA_PICKLE_H
#define TP_DATA_PICKLE_H

#include "base/buf.h"

/* What is called for each name; not 0 ends the reading with -1. */
typedef int tp_pickle_fn(void *arg, const char *s, size_t n);

/* Reads p[0..n).  Returns 0, or -1 where it is anything else. */
int tp_pickle_names(const char *p, size_t n, tp_pickle_fn *fn, void *arg);

#endif
