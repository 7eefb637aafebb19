/*
 * Arrays of numbers as bytes, little-endian, for the binary part of model
 * files; and back, never past the end of what there is.
 */
#ifndef TP_MODEL_PACK_H
#define TP_MODEL_PACK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Append n numbers of 4 or 8 bytes each. */
void tp_pack_f32(struct tp_buf *b, const float *v, size_t n);
void tp_pack_f64(struct tp_buf *b, const double *v, size_t n);

/* Appends an integer of 4 bytes. */
void tp_pack_u32(struct tp_buf *b, uint32_t v);

/* The rest of the bytes; borrowed. */
struct tp_unpack {
	const char	*p;
	size_t		 n;
	bool		 bad;	/* too short, or a number was not finite */
};

/* Fills v; where that cannot be, sets bad and zeroes v. */
void tp_unpack_f32(struct tp_unpack *u, float *v, size_t n);
void tp_unpack_f64(struct tp_unpack *u, double *v, size_t n);
/* Takes an integer of 4 bytes; 0, and bad set, where there is none. */
uint32_t tp_unpack_u32(struct tp_unpack *u);
/* True where everything was read, and read well. */
bool tp_unpack_done(const struct tp_unpack *u);

#endif
