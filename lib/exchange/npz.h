/*
 * NumPy's .npz: a zip file of arrays in .npy form, of floating or whole numbers
 * in up to four dimensions, packed or not.  Nothing pickled is read.
 *
 * The struct owns its arrays.
 */
#ifndef TP_EXCHANGE_NPZ_H
#define TP_EXCHANGE_NPZ_H

#include <stddef.h>

#include "base/err.h"

#define TP_NPZ_MOST	256			/* arrays */
#define TP_NPZ_BYTES	((size_t)256 << 20)	/* of all arrays */
#define TP_NPZ_DIMS	4

struct tp_npz_array {
	char	*name;		/* "arr_0" */
	size_t	 dim[TP_NPZ_DIMS], ndim;
	size_t	 n;
	double	*v;		/* the last index runs fastest */
};

struct tp_npz {
	struct tp_npz_array array[TP_NPZ_MOST];
	size_t	 n;
};

/* Reads n bytes; z is zeroed, and to be released whatever is returned. */
int tp_npz_read(struct tp_npz *z, const char *p, size_t n, struct tp_err *e);
void tp_npz_release(struct tp_npz *z);
/* The array of this name, or NULL. */
const struct tp_npz_array *tp_npz_find(const struct tp_npz *z,
    const char *name);

#endif
