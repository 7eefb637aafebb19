/* Reading schemas. */
#include "avro/avroschema.h"

#include <jansson.h>

#define VALUES_MAX	65536	/* in one record: see add_sub() */

struct reader {
	struct tp_avro	*a;
	const char	*name;		/* of the schema, for messages */
	struct tp_err	*e;
};

static const char *const	primitives[] = {
	[TP_AVRO_NULL] = "null", [TP_AVRO_BOOLEAN] = "boolean",
	[TP_AVRO_INT] = "int", [TP_AVRO_LONG] = "long",
	[TP_AVRO_FLOAT] = "float", [TP_AVRO_DOUBLE] = "double",
	[TP_AVRO_STRING] = "string",
};
#define PRIMITIVES	(sizeof(primitives) / sizeof(primitives[0]))

static int read_type(struct reader *r, const json_t *j, const char *space,
    int depth, size_t *type);

static int
fail(struct reader *r, const char *what, const char *subject)
{
	return tp_err_set(r->e, TP_EXIT_DATA, "%s: %s '%s'", r->name, what,
	    subject != NULL ? subject : "");
}

static size_t
add_type(struct tp_avro *a, enum tp_avro_kind kind)
{
	TP_GROW(a->types, a->cap, a->ntypes + 1);
	a->types[a->ntypes] = (struct tp_avro_type){
		.kind = kind, .values = 1,
	};
	return a->ntypes++;
}

static struct tp_avro_part *
add_part(struct tp_avro *a, size_t type, const char *name)
{
	struct tp_avro_type	*t = &a->types[type];

	TP_GROW(t->parts, t->cap, t->nparts + 1);
	t->parts[t->nparts] = (struct tp_avro_part){
		.name = name != NULL ? tp_strdup(name) : NULL,
	};
	return &t->parts[t->nparts++];
}

/*
 * A part of type sub, which is read.  A type may be named often, in types that
 * are: few lines of a schema can ask for very deep values, or for very many
 * that take no byte.
 */
static int
add_sub(struct reader *r, size_t type, const char *name, size_t sub)
{
	struct tp_avro_type		*t = &r->a->types[type];
	const struct tp_avro_type	*s = &r->a->types[sub];

	add_part(r->a, type, name)->type = sub;
	if (t->height <= s->height)
		t->height = s->height + 1;
	t->values += s->values;
	if (t->height >= TP_AVRO_DEPTH)
		return fail(r, "types too deep", t->name);
	return t->values <= VALUES_MAX ? 0 :
	    fail(r, "too many values in", t->name);
}

/* "a.b.Name" of a name in a namespace; the caller's to free. */
static char *
full_name(const char *space, const char *name)
{
	struct tp_buf	b = { 0 };

	if (strchr(name, '.') == NULL && space != NULL && *space != '\0')
		tp_buf_printf(&b, "%s.", space);
	tp_buf_str(&b, name);
	tp_buf_cstr(&b);
	return b.p;
}

/* A type by its name: a primitive, or one that was defined before. */
static int
named(struct reader *r, const char *name, const char *space, size_t *type)
{
	char	*full;
	size_t	 i;

	for (i = 0; i < PRIMITIVES; i++)
		if (strcmp(primitives[i], name) == 0) {
			*type = add_type(r->a, (enum tp_avro_kind)i);
			return 0;
		}
	full = full_name(space, name);
	for (i = 0; i < r->a->ntypes; i++)
		if (r->a->types[i].name != NULL &&
		    strcmp(r->a->types[i].name, full) == 0)
			break;
	free(full);
	if (i == r->a->ntypes)
		return fail(r, "no type", name);
	if (r->a->types[i].open)
		return fail(r, "a type within itself:", name);
	*type = i;
	return 0;
}

/* The default of a field, kept as the text of an array that holds it. */
static int
set_default(struct reader *r, struct tp_avro_part *part, json_t *value)
{
	struct tp_json_obj	 o = { 0 };
	struct tp_buf		 b = { 0 };
	char			*text;

	if (value == NULL)
		return 0;
	text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	if (text == NULL)
		return fail(r, "a default that is no JSON:", part->name);
	tp_buf_printf(&b, "[%s]", text);
	free(text);
	memset(tp_buf_room(&b, TP_JSON_PAD), 0, TP_JSON_PAD);
	part->text = b.p;
	if (tp_json_array(&o, b.p, b.n) == 0 && o.n == 1)
		part->preset = o.f[0].v;
	tp_json_obj_release(&o);
	return part->preset.p != NULL ? 0 :
	    fail(r, "a default that cannot be read:", part->name);
}

static int
read_fields(struct reader *r, const json_t *j, const char *space, int depth,
    size_t type)
{
	const json_t	*fields = json_object_get(j, "fields"), *field;
	const char	*name;
	size_t		 i, sub = 0;

	if (!json_is_array(fields))
		return fail(r, "a record without fields:",
		    r->a->types[type].name);
	for (i = 0; i < json_array_size(fields); i++) {
		field = json_array_get(fields, i);
		name = json_string_value(json_object_get(field, "name"));
		if (name == NULL)
			return fail(r, "a field without a name in",
			    r->a->types[type].name);
		if (read_type(r, json_object_get(field, "type"), space,
		    depth + 1, &sub) != 0)
			return -1;
		if (add_sub(r, type, name, sub) != 0 ||
		    set_default(r, &r->a->types[type].parts[i],
		    json_object_get(field, "default")) != 0)
			return -1;
	}
	return 0;
}

static int
read_symbols(struct reader *r, const json_t *j, size_t type)
{
	const json_t	*list = json_object_get(j, "symbols");
	const char	*name;
	size_t		 i;

	for (i = 0; i < json_array_size(list); i++) {
		name = json_string_value(json_array_get(list, i));
		if (name == NULL)
			return fail(r, "a symbol that is no text in",
			    r->a->types[type].name);
		add_part(r->a, type, name);
	}
	return i > 0 ? 0 : fail(r, "an enum without symbols:",
	    r->a->types[type].name);
}

/* A record or an enum, which have a name. */
static int
read_named(struct reader *r, const json_t *j, const char *space, int depth,
    bool record, size_t *type)
{
	const char	*name = json_string_value(json_object_get(j, "name"));
	const char	*own = json_string_value(json_object_get(j,
			    "namespace"));
	int		 rc;

	if (name == NULL)
		return fail(r, "a type without a name", NULL);
	if (own != NULL)
		space = own;
	*type = add_type(r->a, record ? TP_AVRO_RECORD : TP_AVRO_ENUM);
	r->a->types[*type].name = full_name(space, name);
	r->a->types[*type].open = true;
	rc = record ? read_fields(r, j, space, depth, *type) :
	    read_symbols(r, j, *type);
	r->a->types[*type].open = false;
	return rc;
}

static int
read_union(struct reader *r, const json_t *j, const char *space, int depth,
    size_t *type)
{
	size_t	i, sub = 0;

	*type = add_type(r->a, TP_AVRO_UNION);
	for (i = 0; i < json_array_size(j); i++) {
		if (read_type(r, json_array_get(j, i), space, depth + 1,
		    &sub) != 0)
			return -1;
		if (r->a->types[sub].kind == TP_AVRO_UNION)
			return fail(r, "a union in a union", NULL);
		if (add_sub(r, *type, NULL, sub) != 0)
			return -1;
	}
	return i > 0 ? 0 : fail(r, "a union of nothing", NULL);
}

/* An array or a map. */
static int
read_many(struct reader *r, const json_t *of, const char *space, int depth,
    enum tp_avro_kind kind, size_t *type)
{
	size_t	sub = 0;

	*type = add_type(r->a, kind);
	if (read_type(r, of, space, depth + 1, &sub) != 0)
		return -1;
	return add_sub(r, *type, NULL, sub);
}

static int
read_type(struct reader *r, const json_t *j, const char *space, int depth,
    size_t *type)
{
	const json_t	*t;
	const char	*name;

	if (depth >= TP_AVRO_DEPTH)
		return fail(r, "types too deep", NULL);
	if (json_is_string(j))
		return named(r, json_string_value(j), space, type);
	if (json_is_array(j))
		return read_union(r, j, space, depth, type);
	t = json_object_get(j, "type");
	if (t == NULL)
		return fail(r, "no type", NULL);
	if (!json_is_string(t))		/* {"type":{...}} */
		return read_type(r, t, space, depth + 1, type);
	name = json_string_value(t);
	if (strcmp(name, "record") == 0 || strcmp(name, "enum") == 0)
		return read_named(r, j, space, depth, *name == 'r', type);
	if (strcmp(name, "array") == 0)
		return read_many(r, json_object_get(j, "items"), space,
		    depth, TP_AVRO_ARRAY, type);
	if (strcmp(name, "map") == 0)
		return read_many(r, json_object_get(j, "values"), space,
		    depth, TP_AVRO_MAP, type);
	return named(r, name, space, type);
}

struct tp_avro *
tp_avro_parse(const char *name, const char *text, size_t n, struct tp_err *e)
{
	struct tp_avro	*a = tp_calloc(1, sizeof(*a));
	struct reader	 r = { .a = a, .name = name, .e = e };
	json_error_t	 why;
	json_t		*j;
	int		 rc;

	j = json_loadb(text, n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
	    &why);
	if (j == NULL)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s:%d: %s", name, why.line,
		    why.text);
	else
		rc = read_type(&r, j, NULL, 0, &a->root);
	if (rc == 0 && a->types[a->root].kind != TP_AVRO_RECORD)
		rc = tp_err_set(e, TP_EXIT_DATA, "%s: not a record", name);
	json_decref(j);
	if (rc == 0)
		return a;
	tp_avro_free(a);
	return NULL;
}

void
tp_avro_free(struct tp_avro *a)
{
	size_t	i, k;

	if (a == NULL)
		return;
	for (i = 0; i < a->ntypes; i++) {
		for (k = 0; k < a->types[i].nparts; k++) {
			free(a->types[i].parts[k].name);
			free(a->types[i].parts[k].text);
		}
		free(a->types[i].parts);
		free(a->types[i].name);
	}
	for (i = 0; i < TP_AVRO_DEPTH; i++)
		tp_json_obj_release(&a->scan[i]);
	free(a->types);
	free(a);
}
