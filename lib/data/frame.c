/*
 * pandas' two ways to keep a frame (pandas/io/pytables.py):
 *
 * fixed: a group with axis0 (all names), axis1 (index), block0_items (names
 * of the block) and block0_values (rows x names); one block a type.
 *
 * table: a group with "table", a compound of "index" and values_block_0, an
 * array of all names; the names are a pickled list in an attribute.
 */
#include "data/frame.h"

#include "data/h5util.h"
#include "data/pickle.h"

#define FOUND_MAX	8	/* frames told in a message */
#define LINKS_MAX	100000	/* looked at in search of frames */

struct search {
	const char	*key;
	struct tp_buf	 names;		/* found, for the message */
	struct tp_buf	 path;		/* of the first that fits */
	unsigned	 links, found;
};

bool
tp_frame_is(const char *path)
{
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	return H5Fis_hdf5(path) > 0;
}

/* HDF5: one link of the file. */
static herr_t
look(hid_t group, const char *name, const H5L_info_t *info, void *arg)
{
	struct search	*s = arg;
	hid_t		 obj;

	if (++s->links > LINKS_MAX)
		return 1;
	if (info->type != H5L_TYPE_HARD ||
	    (obj = H5Oopen(group, name, H5P_DEFAULT)) < 0)
		return 0;
	if (H5Iget_type(obj) == H5I_GROUP &&
	    H5Aexists(obj, "pandas_type") > 0) {
		if (s->names.n < FOUND_MAX * TP_FRAME_NAME) {
			if (s->names.n > 0)
				tp_buf_lit(&s->names, ", ");
			tp_buf_str(&s->names, name);
		}
		if (s->key == NULL || strcmp(s->key, name) == 0) {
			if (s->found++ == 0)
				tp_buf_str(&s->path, name);
		}
	}
	H5Oclose(obj);
	return 0;
}

static int
find_frame(struct tp_frame *f, const char *key, struct tp_err *e)
{
	struct search	s = { .key = key };
	int		rc = 0;

	if (key != NULL && *key == '/')
		s.key++;
	H5Lvisit(f->file, H5_INDEX_NAME, H5_ITER_INC, look, &s);
	if (s.names.n == 0)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: an HDF5 file without "
		    "a frame of pandas (DataFrame.to_hdf)", f->path);
	else if (s.found == 0)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: no frame '%s' but: %s",
		    f->path, key, tp_buf_cstr(&s.names));
	else if (s.found > 1)
		rc = tp_err_set(e, TP_EXIT_USAGE, "%s: choose one frame "
		    "with --key: %s", f->path, tp_buf_cstr(&s.names));
	else if ((f->group = H5Gopen2(f->file, tp_buf_cstr(&s.path),
	    H5P_DEFAULT)) < 0)
		rc = tp_h5_fail(e, f->path, "the frame cannot be opened");
	tp_buf_release(&s.names);
	tp_buf_release(&s.path);
	return rc;
}

static int
shape_error(const struct tp_frame *f, struct tp_err *e, const char *what)
{
	return tp_err_set(e, TP_EXIT_DATA, "%s: a frame of another shape: %s",
	    f->path, what);
}

static int
add_name(void *arg, const char *s, size_t n)
{
	struct tp_frame	*f = arg;

	if (f->ncols == TP_FRAME_NAMES || n > TP_FRAME_NAME)
		return -1;
	TP_GROW(f->names, f->cap, f->ncols + 1);
	f->names[f->ncols++].n = n;
	if (n > 0)
		tp_buf_add(&f->text, s, n);
	tp_buf_char(&f->text, '\0');
	return 0;
}

static void
place_names(struct tp_frame *f)
{
	size_t	i, at = 0;

	for (i = 0; i < f->ncols; i++) {
		f->names[i].p = f->text.p + at;
		at += f->names[i].n + 1;
	}
}

/* Units of the index; a frame that is not indexed by time is refused. */
static int
set_kind(struct tp_frame *f, hid_t obj, const char *attr, struct tp_err *e)
{
	static const struct {
		const char	*kind;
		int64_t		 per_ms;
	} kinds[] = {
		{ "datetime64", 1000000 },
		{ "datetime64[ns]", 1000000 },
		{ "datetime64[us]", 1000 },
		{ "datetime64[ms]", 1 },
		{ "datetime64[s]", 0 },
	};
	struct tp_buf	b = { 0 };
	size_t		i, n = sizeof(kinds) / sizeof(kinds[0]);
	int		rc = -1;

	if (tp_h5_attr(obj, attr, &b) == -1 || b.n == 0)
		rc = shape_error(f, e, "the kind of its index is not told");
	for (i = 0; b.n > 0 && i < n && rc == -1; i++)
		if (strcmp(tp_buf_cstr(&b), kinds[i].kind) == 0) {
			f->per_ms = kinds[i].per_ms;
			rc = 0;
		}
	if (rc == -1 && b.n > 0)
		tp_err_set(e, TP_EXIT_DATA, "%s: a frame of another shape: "
		    "its index is of kind '%s', not of times", f->path,
		    tp_buf_cstr(&b));
	tp_buf_release(&b);
	return rc;
}

static int
open_dataset(const struct tp_frame *f, hid_t *d, const char *name, int rank,
    hsize_t *dims, struct tp_err *e)
{
	char	text[100];

	*d = -1;
	if (H5Lexists(f->group, name, H5P_DEFAULT) <= 0 ||
	    (*d = H5Dopen2(f->group, name, H5P_DEFAULT)) < 0 ||
	    tp_h5_dims(*d, rank, dims) == -1) {
		snprintf(text, sizeof(text),
		    "it has no '%s' of %d dimension%s", name, rank,
		    rank == 1 ? "" : "s");
		return shape_error(f, e, text);
	}
	return 0;
}

/* Numbers as names: int64 each. */
static int
int_names(struct tp_frame *f, hid_t d, size_t n)
{
	int64_t	*v = tp_calloc(n, sizeof(*v));
	char	 text[24];
	size_t	 i;
	int	 rc;

	rc = H5Dread(d, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, v) <
	    0 ? -1 : 0;
	for (i = 0; i < n && rc == 0; i++)
		rc = add_name(f, text, (size_t)snprintf(text, sizeof(text),
		    "%lld", (long long)v[i]));
	free(v);
	return rc;
}

/* Strings of fixed size as names, NUL or blank at the end. */
static int
text_names(struct tp_frame *f, hid_t d, hid_t type, size_t n)
{
	size_t	 size = H5Tget_size(type), i;
	char	*v;
	int	 rc;

	if (H5Tis_variable_str(type) > 0 || size > TP_FRAME_NAME)
		return -1;
	v = tp_calloc(n, size);
	rc = H5Dread(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, v) < 0 ? -1 : 0;
	for (i = 0; i < n && rc == 0; i++)
		rc = add_name(f, v + i * size, strnlen(v + i * size, size));
	free(v);
	return rc;
}

static int
read_names(struct tp_frame *f, hid_t d, size_t n, struct tp_err *e)
{
	hid_t		type = H5Dget_type(d);
	H5T_class_t	class = H5Tget_class(type);
	size_t		chunk;
	int		rc;

	if (n == 0 || n > TP_FRAME_NAMES) {
		H5Tclose(type);
		return shape_error(f, e, n == 0 ? "it has no columns" :
		    "it has too many columns");
	}
	rc = tp_h5_check(d, f->path, "block0_items", &chunk, e);
	if (rc == 0 && class == H5T_INTEGER)
		rc = int_names(f, d, n);
	else if (rc == 0 && class == H5T_STRING)
		rc = text_names(f, d, type, n);
	else if (rc == 0)
		rc = -1;
	H5Tclose(type);
	if (rc != 0 && e->code == 0)
		return shape_error(f, e, "the names of its columns are "
		    "neither all strings nor all integers");
	return rc;
}

/* Values must be numbers that a double holds. */
static int
check_values(struct tp_frame *f, hid_t type, struct tp_err *e)
{
	H5T_class_t	class = H5Tget_class(type);

	if (class != H5T_FLOAT && class != H5T_INTEGER)
		return shape_error(f, e, "its values are no numbers");
	f->single = class == H5T_FLOAT && H5Tget_size(type) == 4;
	return 0;
}

static int
open_values(struct tp_frame *f, struct tp_err *e)
{
	hsize_t	dims[2];
	hid_t	d, type;
	int	rc;

	if (open_dataset(f, &d, "block0_values", 2, dims, e) == -1)
		return -1;
	f->values = d;
	if (dims[0] != f->nrows || dims[1] != f->ncols)
		return shape_error(f, e, "its values are not a row a time "
		    "and a column a name");
	type = H5Dget_type(d);
	rc = check_values(f, type, e);
	H5Tclose(type);
	return rc == -1 ? -1 : tp_h5_check(d, f->path, "block0_values",
	    &f->chunk_rows, e);
}

static int
open_fixed(struct tp_frame *f, struct tp_err *e)
{
	hsize_t		rows, cols, items;
	hid_t		d;
	size_t		chunk;
	int		rc;

	if (H5Lexists(f->group, "block1_values", H5P_DEFAULT) > 0)
		return shape_error(f, e, "its columns are of different "
		    "types; write it with .astype('float64')");
	rc = open_dataset(f, &d, "axis0", 1, &cols, e);
	H5Dclose(d);
	if (rc == -1)
		return -1;
	rc = open_dataset(f, &d, "block0_items", 1, &items, e);
	if (rc == 0 && items != cols)
		rc = shape_error(f, e, "its names do not fit each other");
	if (rc == 0)
		rc = read_names(f, d, (size_t)items, e);
	H5Dclose(d);
	if (rc != 0 ||
	    open_dataset(f, &d, "axis1", 1, &rows, e) == -1)
		return -1;
	f->index = d;
	f->nrows = rows;
	f->zoned = H5Aexists(d, "tz") > 0;
	if (set_kind(f, d, "kind", e) == -1 ||
	    tp_h5_check(d, f->path, "axis1", &chunk, e) == -1)
		return -1;
	return open_values(f, e);
}

/* The types of the table's two columns. */
static int
check_table(struct tp_frame *f, hid_t type, struct tp_err *e)
{
	hid_t	index, array, base;
	hsize_t	n = 0;
	int	rc = 0;

	if (H5Tget_class(type) != H5T_COMPOUND ||
	    H5Tget_nmembers(type) != 2 ||
	    H5Tget_member_index(type, "index") != 0 ||
	    H5Tget_member_index(type, "values_block_0") != 1)
		return shape_error(f, e, "its table has other columns than "
		    "'index' and 'values_block_0' (data columns, or columns "
		    "of different types)");
	index = H5Tget_member_type(type, 0);
	array = H5Tget_member_type(type, 1);
	if (H5Tget_class(index) != H5T_INTEGER ||
	    H5Tget_class(array) != H5T_ARRAY ||
	    H5Tget_array_ndims(array) != 1 ||
	    H5Tget_array_dims2(array, &n) != 1 || n != f->ncols) {
		rc = shape_error(f, e, "its table is not an index and a "
		    "value for each name");
	} else {
		base = H5Tget_super(array);
		rc = check_values(f, base, e);
		H5Tclose(base);
	}
	H5Tclose(index);
	H5Tclose(array);
	return rc;
}

static int
open_table(struct tp_frame *f, struct tp_err *e)
{
	struct tp_buf	b = { 0 };
	hsize_t		rows;
	hid_t		d, type;
	int		rc;

	f->table = true;
	if (open_dataset(f, &d, "table", 1, &rows, e) == -1)
		return -1;
	f->values = d;
	f->nrows = rows;
	rc = tp_h5_attr(d, "values_block_0_kind", &b);
	if (rc == 0)
		rc = tp_pickle_names(b.p, b.n, add_name, f);
	if (rc == -1 || f->ncols == 0)
		rc = shape_error(f, e, "the names of its columns are no "
		    "list of strings and integers");
	if (rc == 0)
		rc = set_kind(f, d, "index_kind", e);
	/* {"index": {"tz": ...}}: pandas then keeps UTC */
	if (rc == 0 && tp_h5_attr(f->group, "info", &b) == 0)
		f->zoned = strstr(tp_buf_cstr(&b), "Vtz\n") != NULL ||
		    strstr(tp_buf_cstr(&b), "S'tz'\n") != NULL;
	tp_buf_release(&b);
	if (rc == -1)
		return -1;
	type = H5Dget_type(d);
	rc = check_table(f, type, e);
	H5Tclose(type);
	return rc == -1 ? -1 : tp_h5_check(d, f->path, "table",
	    &f->chunk_rows, e);
}

int
tp_frame_open(struct tp_frame *f, const char *path, const char *key,
    struct tp_err *e)
{
	int	rc;

	*f = (struct tp_frame){ .path = path };
	H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
	if ((f->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT)) < 0)
		return tp_h5_fail(e, path, "cannot be opened as HDF5");
	if (find_frame(f, key, e) == -1)
		return -1;
	if (tp_h5_attr_is(f->group, "pandas_type", "frame"))
		rc = open_fixed(f, e);
	else if (tp_h5_attr_is(f->group, "pandas_type", "frame_table"))
		rc = open_table(f, e);
	else
		rc = shape_error(f, e, "no DataFrame");
	if (rc == 0)
		place_names(f);
	return rc;
}

static int
read_slab(const struct tp_frame *f, hid_t d, hid_t type, int rank,
    const hsize_t *start, const hsize_t *count, void *to, struct tp_err *e)
{
	hid_t	space = H5Dget_space(d);
	hid_t	mem = H5Screate_simple(rank, count, NULL);
	int	rc = 0;

	if (space < 0 || mem < 0 || H5Sselect_hyperslab(space,
	    H5S_SELECT_SET, start, NULL, count, NULL) < 0 ||
	    H5Dread(d, type, mem, space, H5P_DEFAULT, to) < 0)
		rc = tp_h5_fail(e, f->path, "cannot be read");
	H5Sclose(mem);
	H5Sclose(space);
	return rc;
}

/* One member of the table's rows, converted to `type`. */
static int
read_member(const struct tp_frame *f, const char *name, hid_t type,
    uint64_t at, size_t n, void *to, struct tp_err *e)
{
	hsize_t	start = at, count = n;
	hid_t	mem = H5Tcreate(H5T_COMPOUND, H5Tget_size(type));
	int	rc = -1;

	if (mem < 0 || H5Tinsert(mem, name, 0, type) < 0)
		tp_h5_fail(e, f->path, "cannot be read");
	else
		rc = read_slab(f, f->values, mem, 1, &start, &count, to, e);
	H5Tclose(mem);
	return rc;
}

int
tp_frame_rows(const struct tp_frame *f, uint64_t at, size_t n,
    int64_t *index, double *v, struct tp_err *e)
{
	hsize_t	start[2] = { at, 0 }, count[2] = { n, f->ncols };
	hid_t	array;
	int	rc;

	if (!f->table)
		return read_slab(f, f->index, H5T_NATIVE_INT64, 1, start,
		    count, index, e) == -1 ? -1 : read_slab(f, f->values,
		    H5T_NATIVE_DOUBLE, 2, start, count, v, e);
	if (read_member(f, "index", H5T_NATIVE_INT64, at, n, index, e) == -1)
		return -1;
	array = H5Tarray_create2(H5T_NATIVE_DOUBLE, 1, &count[1]);
	rc = read_member(f, "values_block_0", array, at, n, v, e);
	H5Tclose(array);
	return rc;
}
