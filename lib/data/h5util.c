/* What every reader of untrusted HDF5 must look at. */
#include "data/h5util.h"

#define ATTR_MAX	(64u << 20)	/* bytes of an attribute */
#define CHUNK_MAX	(64u << 20)	/* bytes of a chunk, unpacked */
#define DEFLATE_MAX	1100		/* deflate packs 1032 to 1 at best */

static herr_t
last_text(unsigned n, const H5E_error2_t *err, void *arg)
{
	const char	**text = arg;

	(void)n;
	if (err->desc != NULL && err->desc[0] != '\0')
		*text = err->desc;
	return 0;
}

int
tp_h5_fail(struct tp_err *e, const char *path, const char *what)
{
	const char	*text = NULL;

	/* downward: the last text seen is that of the innermost call */
	H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, last_text, &text);
	return tp_err_set(e, TP_EXIT_DATA, "%s: %s%s%s", path, what,
	    text != NULL ? ": " : "", text != NULL ? text : "");
}

/* Variable-length strings are HDF5's memory. */
static int
read_vlen(hid_t attr, hid_t type, struct tp_buf *b)
{
	char	*s = NULL;
	hid_t	 mem;
	int	 rc = -1;

	mem = H5Tget_native_type(type, H5T_DIR_ASCEND);
	if (mem >= 0 && H5Aread(attr, mem, &s) >= 0 && s != NULL) {
		tp_buf_str(b, s);
		rc = 0;
	}
	if (s != NULL)
		H5free_memory(s);
	H5Tclose(mem);
	return rc;
}

static int
read_fixed(hid_t attr, hid_t type, struct tp_buf *b)
{
	size_t	n = H5Tget_size(type);
	char	*p;

	if (n == 0 || n > ATTR_MAX || H5Aget_storage_size(attr) < n)
		return -1;
	p = tp_buf_room(b, n + 1);
	if (H5Aread(attr, type, p) < 0)
		return -1;
	p[n] = '\0';
	b->n = strlen(p);
	return 0;
}

static bool
is_scalar(hid_t attr)
{
	hid_t	space = H5Aget_space(attr);
	bool	yes = space >= 0 && H5Sget_simple_extent_npoints(space) == 1;

	H5Sclose(space);
	return yes;
}

int
tp_h5_attr(hid_t obj, const char *name, struct tp_buf *b)
{
	hid_t	attr, type;
	int	rc = -1;

	b->n = 0;
	if (H5Aexists(obj, name) <= 0 ||
	    (attr = H5Aopen(obj, name, H5P_DEFAULT)) < 0)
		return -1;
	type = H5Aget_type(attr);
	if (type >= 0 && H5Tget_class(type) == H5T_STRING && is_scalar(attr))
		rc = H5Tis_variable_str(type) > 0 ?
		    read_vlen(attr, type, b) : read_fixed(attr, type, b);
	H5Tclose(type);
	H5Aclose(attr);
	return rc;
}

bool
tp_h5_attr_is(hid_t obj, const char *name, const char *text)
{
	struct tp_buf	b = { 0 };
	bool		yes;

	yes = tp_h5_attr(obj, name, &b) == 0 &&
	    strcmp(tp_buf_cstr(&b), text) == 0;
	tp_buf_release(&b);
	return yes;
}

int
tp_h5_dims(hid_t dset, int rank, hsize_t *dims)
{
	hid_t	space = H5Dget_space(dset);
	int	rc = -1;

	if (space >= 0 && H5Sget_simple_extent_type(space) == H5S_SIMPLE &&
	    H5Sget_simple_extent_ndims(space) == rank &&
	    H5Sget_simple_extent_dims(space, dims, NULL) == rank)
		rc = 0;
	H5Sclose(space);
	return rc;
}

static int
check_filters(hid_t plist, const char *path, const char *name,
    struct tp_err *e)
{
	char		text[64];
	unsigned	flags, config;
	size_t		k;
	H5Z_filter_t	id;
	int		i, n = H5Pget_nfilters(plist);

	for (i = 0; i < n; i++) {
		k = 0;
		text[0] = '\0';
		id = H5Pget_filter2(plist, (unsigned)i, &flags, &k, NULL,
		    sizeof(text), text, &config);
		text[sizeof(text) - 1] = '\0';
		if (id < 0 || H5Zfilter_avail(id) <= 0)
			return tp_err_set(e, TP_EXIT_DATA, "%s: '%s' is "
			    "packed with '%s', which HDF5 here cannot unpack; "
			    "write it with complib='zlib'", path, name, text);
	}
	return n;
}

static int
check_chunk(hid_t plist, size_t size, const char *path, const char *name,
    size_t *chunk_rows, struct tp_err *e)
{
	hsize_t	c[H5S_MAX_RANK];
	double	bytes = (double)size;
	int	i, n = H5Pget_chunk(plist, H5S_MAX_RANK, c);

	for (i = 0; i < n; i++)
		bytes *= (double)c[i];
	if (n < 1 || c[0] == 0 || bytes > CHUNK_MAX)
		return tp_err_set(e, TP_EXIT_DATA, "%s: '%s' is stored in "
		    "chunks of %.0f bytes; at most %u are read", path, name,
		    bytes, CHUNK_MAX);
	*chunk_rows = (size_t)c[0];
	return 0;
}

static int
check_stored(hid_t dset, double most, const char *path, const char *name,
    struct tp_err *e)
{
	hid_t	space = H5Dget_space(dset), type = H5Dget_type(dset);
	double	want = (double)H5Sget_simple_extent_npoints(space) *
		    (double)H5Tget_size(type);
	double	have = (double)H5Dget_storage_size(dset) * most;

	H5Sclose(space);
	H5Tclose(type);
	if (want > have)
		return tp_err_set(e, TP_EXIT_DATA, "%s: '%s' is said to hold "
		    "%.0f bytes, but they are not in the file", path, name,
		    want);
	return 0;
}

int
tp_h5_check(hid_t dset, const char *path, const char *name,
    size_t *chunk_rows, struct tp_err *e)
{
	hid_t		plist = H5Dget_create_plist(dset);
	hid_t		type = H5Dget_type(dset);
	H5D_layout_t	layout = plist < 0 ? H5D_LAYOUT_ERROR :
			    H5Pget_layout(plist);
	int		filters = 0, rc = 0;

	*chunk_rows = 0;
	if (layout != H5D_COMPACT && layout != H5D_CONTIGUOUS &&
	    layout != H5D_CHUNKED)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: '%s' is not stored in "
		    "the file itself", path, name);
	else if (layout == H5D_CONTIGUOUS && H5Pget_external_count(plist) > 0)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: '%s' is stored in "
		    "another file", path, name);
	else if (layout == H5D_CHUNKED)
		rc = check_chunk(plist, H5Tget_size(type), path, name,
		    chunk_rows, e);
	if (rc == 0)
		rc = filters = check_filters(plist, path, name, e);
	if (rc >= 0)
		rc = check_stored(dset, filters > 0 ? DEFLATE_MAX : 1, path,
		    name, e);
	H5Tclose(type);
	H5Pclose(plist);
	return rc;
}
