/*
 * Private to lib/avro: a schema as a table of types.
 */
#ifndef TP_AVRO_AVROSCHEMA_H
#define TP_AVRO_AVROSCHEMA_H

#include "avro/avro.h"
#include "json/json.h"

#define TP_AVRO_DEPTH	32	/* types within types, the first one too */

enum tp_avro_kind {
	TP_AVRO_NULL, TP_AVRO_BOOLEAN, TP_AVRO_INT, TP_AVRO_LONG,
	TP_AVRO_FLOAT, TP_AVRO_DOUBLE, TP_AVRO_STRING, TP_AVRO_ENUM,
	TP_AVRO_ARRAY, TP_AVRO_MAP, TP_AVRO_UNION, TP_AVRO_RECORD,
};

/* A field of a record, a symbol of an enum, a branch of a union, or what an
 * array or map holds. */
struct tp_avro_part {
	char		*name;		/* of fields and symbols */
	size_t		 type;		/* its place in the table */
	char		*text;		/* of the default, as [VALUE] */
	struct tp_json_val preset;	/* a slice of text; text NULL: none */
};

struct tp_avro_type {
	enum tp_avro_kind kind;
	char		*name;		/* of records and enums, with its
					 * namespace; NULL: none */
	bool		 open;		/* being read */
	struct tp_avro_part *parts;
	size_t		 nparts, cap;
	unsigned	 height;	/* of the types within it, < DEPTH */
	size_t		 values;	/* in one of it, arrays and maps empty */
};

struct tp_avro {
	struct tp_avro_type *types;	/* [root] is the schema's */
	size_t		 ntypes, cap, root;
	struct tp_json_obj scan[TP_AVRO_DEPTH];	/* scratch, by depth */
};

#endif
