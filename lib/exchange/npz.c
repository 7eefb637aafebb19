#include "exchange/npz.h"

#include <endian.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <zlib.h>

#include "base/mem.h"

/* Sizes of a zip file's records without their texts, and their marks. */
enum { END = 22, ENTRY = 46, LOCAL = 30, COMMENT = 65535 };
#define END_MARK	0x06054b50u
#define ENTRY_MARK	0x02014b50u
#define LOCAL_MARK	0x04034b50u

enum { STORED = 0, DEFLATED = 8 };

#define MAGIC		"\x93NUMPY"

static int
no(struct tp_err *e, const char *what)
{
	return tp_err_set(e, TP_EXIT_DATA, "not a .npz file that can be used: "
	    "%s", what);
}

static unsigned
get16(const char *p)
{
	uint16_t	v;

	memcpy(&v, p, 2);
	return le16toh(v);
}

static uint32_t
get32(const char *p)
{
	uint32_t	v;

	memcpy(&v, p, 4);
	return le32toh(v);
}

void
tp_npz_release(struct tp_npz *z)
{
	size_t	i;

	for (i = 0; i < z->n; i++) {
		free(z->array[i].name);
		free(z->array[i].v);
	}
	z->n = 0;
}

const struct tp_npz_array *
tp_npz_find(const struct tp_npz *z, const char *name)
{
	size_t	i;

	for (i = 0; i < z->n; i++)
		if (strcmp(z->array[i].name, name) == 0)
			return &z->array[i];
	return NULL;
}

/* A file in the zip file. */
struct entry {
	const char	*name, *data;
	size_t		 namelen, packed, size;
	unsigned	 method;
	uint32_t	 crc;
};

/* The text s at *p, which then is behind it. */
static bool
skip(const char **p, const char *end, const char *s)
{
	size_t	n = strlen(s);

	if ((size_t)(end - *p) < n || memcmp(*p, s, n) != 0)
		return false;
	*p += n;
	return true;
}

/* "(64, 256), }" and blanks up to the end. */
static int
read_shape(struct tp_npz_array *a, const char *p, const char *end)
{
	size_t	v;

	while (p < end && *p >= '0' && *p <= '9') {
		for (v = 0; p < end && *p >= '0' && *p <= '9'; p++) {
			v = 10 * v + (size_t)(*p - '0');
			if (v > TP_NPZ_BYTES)
				return -1;
		}
		if (a->ndim == TP_NPZ_DIMS)
			return -1;
		a->dim[a->ndim++] = v;
		if (!skip(&p, end, ", ") && !skip(&p, end, ","))
			break;
	}
	if (!skip(&p, end, "), }"))
		return -1;
	while (p < end && (*p == ' ' || *p == '\n'))
		p++;
	return p == end ? 0 : -1;
}

/* What NumPy writes of an array; the keys are in this order. */
static int
read_head(struct tp_npz_array *a, const char *p, size_t n, char *type,
    bool *columns)
{
	const char	*end = p + n;

	if (!skip(&p, end, "{'descr': '<") || end - p < 2)
		return -1;
	memcpy(type, p, 2);
	p += 2;
	if (!skip(&p, end, "', 'fortran_order': "))
		return -1;
	*columns = skip(&p, end, "True");
	if (!*columns && !skip(&p, end, "False"))
		return -1;
	return skip(&p, end, ", 'shape': (") ? read_shape(a, p, end) : -1;
}

/* Number i of these bytes. */
static double
number(const char *p, const char *type, size_t i)
{
	uint64_t	u = 0;
	uint32_t	w;
	double		d;
	float		f;

	if (type[1] == '4') {
		w = get32(p + 4 * i);
		memcpy(&f, &w, 4);
		return type[0] == 'f' ? (double)f : (double)(int32_t)w;
	}
	memcpy(&u, p + 8 * i, 8);
	u = le64toh(u);
	memcpy(&d, &u, 8);
	return type[0] == 'f' ? d : (double)(int64_t)u;
}

/* A file in .npy form. */
static int
read_array(struct tp_npz_array *a, const char *p, size_t n, struct tp_err *e)
{
	char	type[2];
	bool	columns;
	size_t	head, wide, i, k;

	if (n < 12 || memcmp(p, MAGIC, 6) != 0)
		return no(e, "an array is not in .npy form");
	head = p[6] == 1 ? (size_t)get16(p + 8) : (size_t)get32(p + 8);
	k = p[6] == 1 ? 10 : 12;
	if (head > n - k || read_head(a, p + k, head, type, &columns) != 0)
		return no(e, "the head of an array");
	if ((type[0] != 'f' && type[0] != 'i') ||
	    (type[1] != '4' && type[1] != '8') || (columns && a->ndim > 2))
		return no(e, "an array is not of numbers of 4 or 8 bytes");
	p += k + head;
	n -= k + head;
	wide = (size_t)(type[1] - '0');
	for (a->n = 1, i = 0; i < a->ndim; i++) {
		if (a->dim[i] > n || a->n * a->dim[i] > n)
			return no(e, "an array is cut short");
		a->n *= a->dim[i];
	}
	if (n != a->n * wide)
		return no(e, "an array has another size than it says");
	a->v = tp_calloc(a->n + 1, sizeof(*a->v));
	for (i = 0; i < a->n; i++) {
		k = columns && a->ndim == 2 ? i / a->dim[1] +
		    i % a->dim[1] * a->dim[0] : i;
		a->v[i] = number(p, type, k);
		if (!isfinite(a->v[i]))
			return no(e, "an array holds a number that is not "
			    "finite");
	}
	return 0;
}

/* Unpacks a file; the caller frees.  NULL where it is damaged. */
static char *
unpack(const struct entry *f)
{
	char		*to = tp_malloc(f->size + 1);
	z_stream	 z;
	bool		 good = false;

	memset(&z, 0, sizeof(z));
	if (f->method == STORED) {
		good = f->packed == f->size;
		memcpy(to, f->data, good ? f->size : 0);
	} else if (inflateInit2(&z, -MAX_WBITS) == Z_OK) {
		z.next_in = (z_const Bytef *)(uintptr_t)f->data;
		z.avail_in = (uInt)f->packed;
		z.next_out = (Bytef *)to;
		z.avail_out = (uInt)f->size;
		good = inflate(&z, Z_FINISH) == Z_STREAM_END &&
		    z.avail_out == 0;
		inflateEnd(&z);
	}
	if (good && crc32(0, (const Bytef *)to, (uInt)f->size) == f->crc)
		return to;
	free(to);
	return NULL;
}

/* Reads the entry of the directory at *at, which then is behind it. */
static int
read_entry(struct entry *f, const char *p, size_t n, size_t *at)
{
	const char	*h = p + *at;
	size_t		 local;

	if (n - *at < ENTRY || get32(h) != ENTRY_MARK)
		return -1;
	f->method = get16(h + 10);
	f->crc = get32(h + 16);
	f->packed = get32(h + 20);
	f->size = get32(h + 24);
	f->namelen = get16(h + 28);
	local = get32(h + 42);
	if ((get16(h + 8) & 1) || n - *at - ENTRY < f->namelen)
		return -1;
	f->name = h + ENTRY;
	*at += ENTRY + f->namelen + get16(h + 30) + get16(h + 32);
	if (*at > n || local > n || n - local < LOCAL ||
	    get32(p + local) != LOCAL_MARK)
		return -1;
	local += LOCAL + get16(p + local + 26) + get16(p + local + 28);
	if (local > n || n - local < f->packed)
		return -1;
	f->data = p + local;
	return 0;
}

static int
take_entry(struct tp_npz *z, const struct entry *f, struct tp_err *e)
{
	struct tp_npz_array	*a = &z->array[z->n];
	size_t			 n = f->namelen;
	char			*p;
	int			 rc;

	if (n > 4 && memcmp(f->name + n - 4, ".npy", 4) == 0)
		n -= 4;
	p = unpack(f);
	if (p == NULL)
		return no(e, "an array is damaged");
	memset(a, 0, sizeof(*a));
	a->name = tp_strndup(f->name, n);
	z->n++;
	rc = read_array(a, p, f->size, e);
	free(p);
	return rc;
}

int
tp_npz_read(struct tp_npz *z, const char *p, size_t n, struct tp_err *e)
{
	struct entry	f;
	size_t		end, at, count, i, used = 0;

	if (n < END)
		return no(e, "it is cut short");
	for (end = n - END; get32(p + end) != END_MARK; end--)
		if (end == 0 || n - end > COMMENT + END)
			return no(e, "it is no zip file");
	count = get16(p + end + 10);
	at = get32(p + end + 16);
	if (count > TP_NPZ_MOST)
		return no(e, "it has too many arrays");
	for (i = 0; i < count; i++) {
		if (at > n || read_entry(&f, p, n, &at) != 0)
			return no(e, "its directory is damaged");
		if (f.method != STORED && f.method != DEFLATED)
			return no(e, "an array is packed in an unknown way");
		if (f.size > TP_NPZ_BYTES - used)
			return no(e, "its arrays are too large");
		used += f.size;
		if (take_entry(z, &f, e) != 0)
			return -1;
	}
	return 0;
}
