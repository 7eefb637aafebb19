#include "model/pack.h"

#include <endian.h>
#include <math.h>

void
tp_pack_f32(struct tp_buf *b, const float *v, size_t n)
{
	char		*d = tp_buf_room(b, 4 * n);
	uint32_t	 u;
	size_t		 i;

	for (i = 0; i < n; i++) {
		memcpy(&u, v + i, 4);
		u = htole32(u);
		memcpy(d + 4 * i, &u, 4);
	}
	b->n += 4 * n;
}

void
tp_pack_f64(struct tp_buf *b, const double *v, size_t n)
{
	char		*d = tp_buf_room(b, 8 * n);
	uint64_t	 u;
	size_t		 i;

	for (i = 0; i < n; i++) {
		memcpy(&u, v + i, 8);
		u = htole64(u);
		memcpy(d + 8 * i, &u, 8);
	}
	b->n += 8 * n;
}

void
tp_pack_u32(struct tp_buf *b, uint32_t v)
{
	v = htole32(v);
	tp_buf_add(b, (const char *)&v, 4);
}

void
tp_unpack_f32(struct tp_unpack *u, float *v, size_t n)
{
	uint32_t	w;
	size_t		i;

	if (u->bad || u->n / 4 < n) {
		u->bad = true;
		memset(v, 0, n * sizeof(*v));
		return;
	}
	for (i = 0; i < n; i++) {
		memcpy(&w, u->p + 4 * i, 4);
		w = le32toh(w);
		memcpy(v + i, &w, 4);
		if (!isfinite(v[i])) {
			v[i] = 0;
			u->bad = true;
		}
	}
	u->p += 4 * n;
	u->n -= 4 * n;
}

void
tp_unpack_f64(struct tp_unpack *u, double *v, size_t n)
{
	uint64_t	w;
	size_t		i;

	if (u->bad || u->n / 8 < n) {
		u->bad = true;
		memset(v, 0, n * sizeof(*v));
		return;
	}
	for (i = 0; i < n; i++) {
		memcpy(&w, u->p + 8 * i, 8);
		w = le64toh(w);
		memcpy(v + i, &w, 8);
		if (!isfinite(v[i])) {
			v[i] = 0;
			u->bad = true;
		}
	}
	u->p += 8 * n;
	u->n -= 8 * n;
}

uint32_t
tp_unpack_u32(struct tp_unpack *u)
{
	uint32_t	v;

	if (u->bad || u->n < 4) {
		u->bad = true;
		return 0;
	}
	memcpy(&v, u->p, 4);
	u->p += 4;
	u->n -= 4;
	return le32toh(v);
}

bool
tp_unpack_done(const struct tp_unpack *u)
{
	return !u->bad && u->n == 0;
}
