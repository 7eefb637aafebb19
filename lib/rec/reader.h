/*
 * The contract of readers of foreign files (lib/data): the runner in
 * lib/stream opens, unpacks and reads; the reader is given bytes, in order,
 * and writes event lines.  Like a filter, it touches no descriptor and no
 * clock; formats that need a seekable file (HDF5) take its path, and one that
 * sorts (taxi trips) has a nameless file of its own.
 */
#ifndef TP_REC_READER_H
#define TP_REC_READER_H

#include "rec/filter.h"

struct tp_reader {
	size_t	size;		/* of the state, zeroed by the runner */
	int	(*init)(void *st, const void *conf, struct tp_err *e);
	/*
	 * A file begins; name is for messages.  pass counts --loop rounds from
	 * 0.  Returns 0, or 1 where whole() shall read the file itself.
	 */
	int	(*open)(void *st, const char *name, int64_t pass,
		    struct tp_err *e);
	/* Reads the file at path by itself.  NULL: never wanted. */
	int	(*whole)(void *st, const char *path, struct tp_out *out,
		    struct tp_err *e);
	/*
	 * The next n bytes, followed by TP_JSON_PAD readable ones.  Returns 0,
	 * 1 where tp_out_end() or tp_out_reject() asked to stop, or -1 with an
	 * error ("file:line: ...").
	 */
	int	(*bytes)(void *st, const char *p, size_t n,
		    struct tp_out *out, struct tp_err *e);
	/* The file has ended.  Returns as bytes(). */
	int	(*close)(void *st, struct tp_out *out, struct tp_err *e);
	void	(*clear)(void *st);
};

#endif
