/*
 * Avro: the first byte picks what the rest is: a schema, a message to decode
 * or a line to encode, which must then decode.
 */
#include <stdlib.h>
#include <string.h>

#include "avro/avro.h"
#include "json/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char	schema[] =
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":["
    "{\"name\":\"s\",\"type\":\"string\",\"default\":\"x\"},"
    "{\"name\":\"u\",\"type\":[\"null\",\"float\",\"string\"]},"
    "{\"name\":\"i\",\"type\":\"int\",\"default\":1},"
    "{\"name\":\"l\",\"type\":\"long\",\"default\":-7},"
    "{\"name\":\"d\",\"type\":\"double\",\"default\":0.5},"
    "{\"name\":\"b\",\"type\":\"boolean\",\"default\":false},"
    "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\","
    "\"symbols\":[\"A\",\"B\"]},\"default\":\"A\"},"
    "{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":\"null\"},"
    "\"default\":[]},"
    "{\"name\":\"m\",\"type\":{\"type\":\"map\",\"values\":\"string\"},"
    "\"default\":{}}]}";

/* A line of JSON that the scanner takes; a key may be in a map twice. */
static void
decode(const struct tp_avro *a, const char *p, size_t n)
{
	struct tp_buf	b = { 0 };
	char		why[200] = "";

	if (tp_avro_decode(a, p, n, &b, why, sizeof(why)) == 0) {
		if (b.n < 2 || b.p[0] != '{' || b.p[b.n - 1] != '}')
			abort();
	} else if (b.n != 0 || *why == '\0') {
		abort();
	}
	tp_buf_release(&b);
}

static void
encode(struct tp_avro *a, const char *p, size_t n)
{
	struct tp_buf	b = { 0 }, back = { 0 };
	char		why[200] = "";

	if (tp_avro_encode(a, p, n, &b, why, sizeof(why)) == 0) {
		if (tp_avro_decode(a, b.p, b.n, &back, why, sizeof(why)) != 0)
			abort();
	} else if (b.n != 0 || *why == '\0') {
		abort();
	}
	tp_buf_release(&b);
	tp_buf_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tp_err	e = { 0 };
	struct tp_avro	*a;
	char		*p;

	if (n == 0)
		return 0;
	n--;
	p = malloc(n + TP_JSON_PAD);
	memcpy(p, data + 1, n);
	memset(p + n, 0, TP_JSON_PAD);
	if (data[0] % 3 == 0)
		a = tp_avro_parse("fuzz", p, n, &e);
	else
		a = tp_avro_parse("own", schema, sizeof(schema) - 1, &e);
	if (a == NULL && e.code == 0)
		abort();
	if (data[0] % 3 == 1)
		decode(a, p, n);
	else if (data[0] % 3 == 2)
		encode(a, p, n);
	tp_avro_free(a);
	free(p);
	return 0;
}
