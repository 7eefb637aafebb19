#include "serve/put.h"

#include "json/json.h"

void
tp_put_key(struct tp_buf *b, const char *name)
{
	tp_put_next(b);
	tp_buf_char(b, '"');
	tp_buf_str(b, name);
	tp_buf_lit(b, "\":");
}

void
tp_put_key_open(struct tp_buf *b, const char *name, char c)
{
	tp_put_key(b, name);
	tp_buf_char(b, c);
}

void
tp_put_num(struct tp_buf *b, double v, int decimals)
{
	tp_put_next(b);
	if (isfinite(v))
		tp_buf_fixed(b, v, decimals);
	else
		tp_buf_lit(b, "null");
}

void
tp_put_int(struct tp_buf *b, int64_t v)
{
	tp_put_next(b);
	tp_buf_int(b, v);
}

void
tp_put_bool(struct tp_buf *b, bool v)
{
	tp_put_next(b);
	tp_buf_str(b, v ? "true" : "false");
}

void
tp_put_str(struct tp_buf *b, const char *s)
{
	tp_put_next(b);
	if (s != NULL)
		tp_json_write_str(b, s, strlen(s));
	else
		tp_buf_lit(b, "null");
}

void
tp_put_time(struct tp_buf *b, int64_t t)
{
	tp_put_next(b);
	if (t != TP_TIME_NONE)
		tp_buf_int(b, t);
	else
		tp_buf_lit(b, "null");
}

void
tp_put_iso(struct tp_buf *b, int64_t t)
{
	tp_put_next(b);
	if (t == TP_TIME_NONE) {
		tp_buf_lit(b, "null");
		return;
	}
	tp_buf_char(b, '"');
	tp_buf_time(b, t);
	tp_buf_char(b, '"');
}

void
tp_put_id(struct tp_buf *b, const struct tp_map_key *id)
{
	tp_put_next(b);
	tp_buf_char(b, '"');
	tp_buf_add(b, id->p, id->n);
	tp_buf_char(b, '"');
}

void
tp_put_num_of(struct tp_buf *b, const char *name, double v, int decimals)
{
	if (!isfinite(v))
		return;
	tp_put_key(b, name);
	tp_put_num(b, v, decimals);
}

void
tp_put_int_of(struct tp_buf *b, const char *name, int64_t v)
{
	tp_put_key(b, name);
	tp_put_int(b, v);
}

void
tp_put_bool_of(struct tp_buf *b, const char *name, bool v)
{
	tp_put_key(b, name);
	tp_put_bool(b, v);
}

void
tp_put_str_of(struct tp_buf *b, const char *name, const char *s)
{
	if (s == NULL)
		return;
	tp_put_key(b, name);
	tp_put_str(b, s);
}

void
tp_put_time_of(struct tp_buf *b, const char *name, int64_t t)
{
	if (t == TP_TIME_NONE)
		return;
	tp_put_key(b, name);
	tp_put_time(b, t);
}

void
tp_put_iso_of(struct tp_buf *b, const char *name, int64_t t)
{
	if (t == TP_TIME_NONE)
		return;
	tp_put_key(b, name);
	tp_put_iso(b, t);
}
