/* The scanner against jansson: both take a text as an object, or neither. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* Differences that are meant: jansson limits numbers and checks surrogates
 * while it parses, we do when a value is asked for. */
static int
is_meant(const json_error_t *e)
{
	return strstr(e->text, "overflow") != NULL ||
	    strstr(e->text, "too big") != NULL ||
	    strstr(e->text, "too negative") != NULL ||
	    strstr(e->text, "NUL byte") != NULL ||
	    strstr(e->text, "Unicode") != NULL;
}

static void
use_fields(const struct tp_json_obj *o)
{
	struct tp_buf	b = { 0 };
	int64_t		k;
	double		d;
	size_t		i;

	for (i = 0; i < o->n; i++) {
		tp_json_num(&o->f[i].v, &d);
		tp_json_int(&o->f[i].v, &k);
		if (o->f[i].v.type == TP_JSON_STR)
			tp_json_unescape(&o->f[i].v, &b);
	}
	tp_buf_release(&b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_json_obj	 o = { 0 };
	json_error_t		 e = { 0 };
	json_t			*ref;
	char			*line = malloc(n + TP_JSON_PAD);
	int			 rc;

	memcpy(line, data, n);
	memset(line + n, 0, TP_JSON_PAD);
	line[n] = '\n';
	if (memchr(line, '\n', n) != NULL) {
		free(line);
		return 0;
	}
	ref = json_loadb(line, n, JSON_ALLOW_NUL, &e);
	rc = tp_json_object(&o, line, n);
	if (rc == 0) {
		use_fields(&o);
		if (ref == NULL && !is_meant(&e))
			abort();
	} else if (json_is_object(ref) && memchr(line, 0, n) == NULL &&
	    strstr(o.why, "duplicate") == NULL &&
	    strstr(o.why, "deep") == NULL && strstr(o.why, "many") == NULL) {
		abort();
	}
	rc = tp_json_array(&o, line, n);
	if (rc == 0 && ref == NULL && !is_meant(&e))
		abort();
	tp_json_obj_release(&o);
	json_decref(ref);
	free(line);
	return 0;
}
