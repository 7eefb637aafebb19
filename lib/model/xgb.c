#include "model/xgb.h"

#include <dlfcn.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "base/mem.h"

#define BLOCK	16384		/* rows taken at once */
#define ARRAY	200		/* bytes of an array's description */

/*
 * The functions used, as xgboost/c_api.h declares them; they are looked up by
 * name, so neither the header nor the library is needed to build.
 */
struct tp_xgb_lib {
	const char *(*last_error)(void);
	int (*config)(const char *json);
	int (*proxy_new)(void **out);
	int (*proxy_dense)(void *proxy, const char *array);
	int (*data_new)(void *iter, void *proxy, void *ref,
	    void (*reset)(void *), int (*next)(void *), const char *config,
	    void **out);
	int (*data_free)(void *data);
	int (*new)(void *const data[], uint64_t n, void **out);
	int (*free)(void *booster);
	int (*param)(void *booster, const char *name, const char *value);
	int (*boost)(void *booster, void *data, float *g, float *h,
	    uint64_t n);
	/* 2.1 and later, which wants to know the shape; else NULL */
	int (*train)(void *booster, void *data, int iter, const char *g,
	    const char *h);
	int (*predict)(void *booster, void *data, const char *config,
	    const uint64_t **shape, uint64_t *dim, const float **out);
	int (*save)(void *booster, const char *config, uint64_t *n,
	    const char **out);
	/* several processes; NULL where the library has none of it */
	int (*join)(const char *config);
	int (*leave)(void);
	int (*rank)(void);
	int (*ranks)(void);
	int (*tracker_new)(const char *config, void **out);	/* 2.1 */
	int (*log)(void (*say)(const char *text));
};

static struct tp_xgb_lib	lib;

static const struct {
	const char	*name;
	size_t		 at;
} functions[] = {
	{ "XGBGetLastError", offsetof(struct tp_xgb_lib, last_error) },
	{ "XGBSetGlobalConfig", offsetof(struct tp_xgb_lib, config) },
	{ "XGProxyDMatrixCreate", offsetof(struct tp_xgb_lib, proxy_new) },
	{ "XGProxyDMatrixSetDataDense",
	    offsetof(struct tp_xgb_lib, proxy_dense) },
	{ "XGQuantileDMatrixCreateFromCallback",
	    offsetof(struct tp_xgb_lib, data_new) },
	{ "XGDMatrixFree", offsetof(struct tp_xgb_lib, data_free) },
	{ "XGBoosterCreate", offsetof(struct tp_xgb_lib, new) },
	{ "XGBoosterFree", offsetof(struct tp_xgb_lib, free) },
	{ "XGBoosterSetParam", offsetof(struct tp_xgb_lib, param) },
	{ "XGBoosterBoostOneIter", offsetof(struct tp_xgb_lib, boost) },
	{ "XGBoosterPredictFromDMatrix",
	    offsetof(struct tp_xgb_lib, predict) },
	{ "XGBoosterSaveModelToBuffer", offsetof(struct tp_xgb_lib, save) },
	{ "XGBoosterTrainOneIter", offsetof(struct tp_xgb_lib, train) },
	{ "XGCommunicatorInit", offsetof(struct tp_xgb_lib, join) },
	{ "XGCommunicatorFinalize", offsetof(struct tp_xgb_lib, leave) },
	{ "XGCommunicatorGetRank", offsetof(struct tp_xgb_lib, rank) },
	{ "XGCommunicatorGetWorldSize", offsetof(struct tp_xgb_lib, ranks) },
	{ "XGTrackerCreate", offsetof(struct tp_xgb_lib, tracker_new) },
	{ "XGBRegisterLogCallback", offsetof(struct tp_xgb_lib, log) },
};
#define NFUNCTIONS	(sizeof(functions) / sizeof(functions[0]))
#define NEEDED		12	/* of them; the others are not in all versions */

/* What the library says of its last error, the first line of it. */
static int
failed(struct tp_err *e)
{
	const char	*s = lib.last_error();

	return tp_err_set(e, TP_EXIT_SYS, "xgboost: %.*s",
	    (int)strcspn(s, "\n"), s);
}

static void *
open_library(void)
{
	static const char *const	names[] = {
		"libxgboost.so.0", "libxgboost.so.3", "libxgboost.so.2",
		"libxgboost.so",
	};
	const char			*path = getenv("TP_XGBOOST");
	void				*so = NULL;
	size_t				 i;

	if (path != NULL && *path != '\0')
		return dlopen(path, RTLD_NOW | RTLD_LOCAL);
	for (i = 0; i < sizeof(names) / sizeof(names[0]) && so == NULL; i++)
		so = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	return so;
}

int
tp_xgb_open(struct tp_xgb *x, struct tp_err *e)
{
	void	*so, *f;
	size_t	 i;

	/* its threads shall sleep, not spin, while they have no work */
	if (lib.save == NULL)
		setenv("OMP_WAIT_POLICY", "passive", 0);
	so = open_library();
	if (so == NULL)
		return tp_err_set(e, TP_EXIT_SYS, "models of trees are "
		    "trained by XGBoost's C library, which is not here "
		    "(Debian, Ubuntu: apt-get install libxgboost-dev; "
		    "TP_XGBOOST=FILE names it elsewhere)");
	/* never closed: threads of it may be waiting for work */
	for (i = 0; i < NFUNCTIONS; i++) {
		f = dlsym(so, functions[i].name);
		if (f == NULL && i < NEEDED)
			return tp_err_set(e, TP_EXIT_SYS, "xgboost is too "
			    "old (1.7 is needed): no function '%s'",
			    functions[i].name);
		memcpy((char *)&lib + functions[i].at, &f, sizeof(f));
	}
	x->lib = &lib;
	x->ranks = 1;
	return lib.config("{\"verbosity\":0}") != 0 ? failed(e) : 0;
}

/*
 * What the library is told of the tracker; a task needs a name of its own.
 * Since 2.1 the names of all this are others, and so is the protocol.
 */
static void
describe_tracker(const char *host, size_t n, const char *port, char s[ARRAY +
    HOST_NAME_MAX])
{
	static const char *const	name[2][4] = {
		{ "xgboost_communicator", "DMLC_TRACKER_URI",
		    "DMLC_TRACKER_PORT", "DMLC_TASK_ID" },
		{ "dmlc_communicator", "dmlc_tracker_uri",
		    "dmlc_tracker_port", "dmlc_task_id" },
	};
	const char *const		*key = name[lib.tracker_new != NULL];
	char				 here[HOST_NAME_MAX + 1] = "";

	gethostname(here, sizeof(here) - 1);
	snprintf(s, ARRAY + HOST_NAME_MAX, "{\"%s\":\"rabit\","
	    "\"%s\":\"%.*s\",\"%s\":%s,\"%s\":\"%s-%ld\"}", key[0],
	    key[1], (int)n, host, key[2], port, key[3], here, (long)getpid());
}

/* Its log, of which verbosity 0 leaves a line when processes meet. */
static void
say_nothing(const char *text)
{
	(void)text;
}

int
tp_xgb_join(struct tp_xgb *x, const char *tracker, struct tp_err *e)
{
	const char	*colon = strrchr(tracker, ':');
	size_t		 n = colon != NULL ? (size_t)(colon - tracker) : 0;
	char		 config[ARRAY + HOST_NAME_MAX];
	int64_t		 port;

	if (n == 0 || n > 64 || strcspn(tracker, "\"\\ ") <= n ||
	    tp_parse_int(colon + 1, strlen(colon + 1), &port) != 0 ||
	    port < 1 || port > 65535)
		return tp_err_set(e, TP_EXIT_USAGE, "'%s' is no address "
		    "HOST:PORT of a tracker", tracker);
	if (lib.join == NULL || lib.leave == NULL || lib.rank == NULL ||
	    lib.ranks == NULL)
		return tp_err_set(e, TP_EXIT_SYS, "this library of XGBoost "
		    "trains in one process only: it has no function "
		    "'XGCommunicatorInit' (1.7 and later have)");
	if (lib.log != NULL)
		lib.log(say_nothing);
	describe_tracker(tracker, n, colon + 1, config);
	if (lib.join(config) != 0) {
		failed(e);
		return tp_err_prefix(e, "cannot meet others at tracker '%s'",
		    tracker);
	}
	x->joined = true;
	x->rank = lib.rank();
	x->ranks = lib.ranks();
	return 0;
}

void
tp_xgb_close(struct tp_xgb *x)
{
	if (x->booster != NULL)
		lib.free(x->booster);
	if (x->data != NULL)
		lib.data_free(x->data);
	if (x->joined)
		lib.leave();
	memset(x, 0, sizeof(*x));
}

/* The library asks for the rows block by block, more than once. */
struct blocks {
	const struct tp_xgb_rows *rows;
	void	*proxy;
	size_t	 at;
	float	*x;
};

static void
reset(void *arg)
{
	struct blocks	*b = arg;

	b->at = 0;
}

/* rows x columns floats as NumPy's array interface says it. */
static const char *
describe(const float *v, size_t rows, size_t columns, char s[ARRAY])
{
	snprintf(s, ARRAY, "{\"data\":[%" PRIuPTR ",true],"
	    "\"shape\":[%zu,%zu],\"typestr\":\"<f4\",\"version\":3}",
	    (uintptr_t)v, rows, columns);
	return s;
}

static int
next(void *arg)
{
	struct blocks	*b = arg;
	char		 array[ARRAY];
	size_t		 n;

	if (b->at >= b->rows->n)
		return 0;
	n = b->rows->fill(b->rows->arg, b->at, BLOCK, b->x);
	b->at += n;
	return lib.proxy_dense(b->proxy, describe(b->x, n, b->rows->ncol,
	    array)) == 0;
}

int
tp_xgb_data(struct tp_xgb *x, const struct tp_xgb_rows *r, int bins,
    int threads, struct tp_err *e)
{
	struct blocks	b = { r, NULL, 0, NULL };
	char		config[100];
	int		rc;

	x->n = r->n;
	x->ncol = r->ncol;
	x->bins = bins;
	x->threads = threads;
	if (lib.proxy_new(&b.proxy) != 0)
		return failed(e);
	b.x = tp_calloc(BLOCK * r->ncol, sizeof(*b.x));
	snprintf(config, sizeof(config), "{\"missing\":NaN,\"nthread\":%d,"
	    "\"max_bin\":%d}", threads, bins);
	rc = lib.data_new(&b, b.proxy, NULL, reset, next, config, &x->data);
	if (rc != 0) {
		x->data = NULL;
		failed(e);
	}
	lib.data_free(b.proxy);
	free(b.x);
	return rc == 0 ? 0 : -1;
}

static int
set(struct tp_xgb *x, struct tp_err *e, const char *name, double v)
{
	char	text[40];

	snprintf(text, sizeof(text), "%.9g", v);
	return lib.param(x->booster, name, text) == 0 ? 0 : failed(e);
}

int
tp_xgb_start(struct tp_xgb *x, const struct tp_xgb_opts *o, struct tp_err *e)
{
	if (x->booster != NULL)
		lib.free(x->booster);
	x->booster = NULL;
	x->groups = o->groups;
	x->rounds = 0;
	if (lib.new(&x->data, 1, &x->booster) != 0)
		return failed(e);
	if (lib.param(x->booster, "tree_method", "hist") != 0 ||
	    lib.param(x->booster, "objective", o->groups > 1 ?
	    "multi:softprob" : "reg:squarederror") != 0)
		return failed(e);
	if (o->groups > 1 &&
	    set(x, e, "num_class", (double)o->groups) != 0)
		return -1;
	return set(x, e, "base_score", 0) != 0 ||
	    set(x, e, "max_bin", x->bins) != 0 ||
	    set(x, e, "nthread", x->threads) != 0 ||
	    set(x, e, "max_depth", o->depth) != 0 ||
	    set(x, e, "eta", o->eta) != 0 ||
	    set(x, e, "lambda", o->lambda) != 0 ||
	    set(x, e, "min_child_weight", o->least) != 0 ||
	    set(x, e, "colsample_bytree", o->columns) != 0 ||
	    (o->per_split > 0 &&
	    set(x, e, "colsample_bynode", o->per_split) != 0) ||
	    set(x, e, "seed", (double)(o->seed & 0x7fffffff)) != 0 ? -1 : 0;
}

const float *
tp_xgb_margins(struct tp_xgb *x, struct tp_err *e)
{
	const uint64_t	*shape;
	uint64_t	 dim, i, n = 1;
	const float	*out;

	if (lib.predict(x->booster, x->data, "{\"type\":1,"
	    "\"training\":true,\"iteration_begin\":0,\"iteration_end\":0,"
	    "\"strict_shape\":false}", &shape, &dim, &out) != 0) {
		failed(e);
		return NULL;
	}
	for (i = 0; i < dim; i++)
		n *= shape[i];
	if (n != x->n * x->groups)
		tp_die("xgboost forecasts another number of rows");
	return out;
}

int
tp_xgb_round(struct tp_xgb *x, float *g, float *h, struct tp_err *e)
{
	char	gs[ARRAY], hs[ARRAY];
	int	rc;

	if (lib.train != NULL)
		rc = lib.train(x->booster, x->data, x->rounds++,
		    describe(g, x->n, x->groups, gs),
		    describe(h, x->n, x->groups, hs));
	else
		rc = lib.boost(x->booster, x->data, g, h, x->n * x->groups);
	return rc == 0 ? 0 : failed(e);
}

/* A place in the library's JSON text of a model. */
struct text {
	const char	*p, *end;
};

/* The numbers of the next array of this name, made; NULL: there is none. */
static double *
numbers(struct text *t, const char *name, size_t *n)
{
	char	 key[40];
	double	*v = NULL, one;
	size_t	 cap = 0;
	char	*end;
	int	 len = snprintf(key, sizeof(key), "\"%s\":[", name);

	t->p = memmem(t->p, (size_t)(t->end - t->p), key, (size_t)len);
	if (t->p == NULL)
		return NULL;
	t->p += len;
	for (*n = 0; t->p < t->end && *t->p != ']'; t->p = end) {
		one = strtod(t->p, &end);
		if (end == t->p)
			break;
		TP_GROW(v, cap, *n + 1);
		v[(*n)++] = one;
		end += *end == ',';
	}
	return v;
}

static int32_t *
integers(struct text *t, const char *name, size_t want)
{
	size_t	 n = 0, i;
	double	*v = numbers(t, name, &n);
	int32_t	*out = NULL;

	if (v != NULL && n == want) {
		out = tp_calloc(n, sizeof(*out));
		for (i = 0; i < n; i++)
			out[i] = (int32_t)v[i];
	}
	free(v);
	return out;
}

/*
 * The next tree; its arrays come in alphabetical order of their names.
 * Returns 1, 0 where there is no more, or -1 where it cannot be.
 */
static int
next_tree(struct text *t, struct tp_trees *out)
{
	size_t			 n = 0, i;
	double			*weight = numbers(t, "base_weights", &n), *at;
	int32_t			*left, *right, *col = NULL;
	float			*v;
	size_t			 nat = 0;
	int			 rc = -1;

	if (weight == NULL)
		return 0;
	left = integers(t, "left_children", n);
	right = left == NULL ? NULL : integers(t, "right_children", n);
	at = right == NULL ? NULL : numbers(t, "split_conditions", &nat);
	if (at != NULL && nat == n)
		col = integers(t, "split_indices", n);
	v = tp_calloc(n + 1, sizeof(*v));
	if (col != NULL) {
		for (i = 0; i < n; i++)
			v[i] = (float)at[i];
		rc = tp_trees_append(out, &(struct tp_tree_source){ n, left,
		    right, col, v }) == 0 ? 1 : -1;
	}
	free(weight);
	free(left);
	free(right);
	free(at);
	free(col);
	free(v);
	return rc;
}

int
tp_xgb_trees(struct tp_xgb *x, struct tp_trees *t, struct tp_err *e)
{
	struct text	text;
	uint64_t	n;
	int		rc;

	t->ncol = x->ncol;
	if (lib.save(x->booster, "{\"format\":\"json\"}", &n, &text.p) != 0)
		return failed(e);
	text.end = text.p + n;
	while ((rc = next_tree(&text, t)) > 0)
		if (text.p == NULL)
			break;
	if (rc == 0)
		return 0;
	tp_trees_release(t);
	return tp_err_set(e, TP_EXIT_SYS, "xgboost wrote a model that is "
	    "not understood");
}
