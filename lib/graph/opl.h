/*
 * One line of OPL, the text form of OpenStreetMap data (osmcode.org/
 * opl-file-format).  All slices are views of the line.
 */
#ifndef TP_GRAPH_OPL_H
#define TP_GRAPH_OPL_H

#include "base/buf.h"
#include "graph/point.h"
#include "graph/slice.h"

struct tp_opl {
	char		type;		/* 'n', 'w', 'r'; 0: nothing to read */
	int64_t		id;
	struct tp_point	at;		/* of a node; may be TP_NOWHERE */
	struct tp_slice	tags, refs, members;
};

/* Returns NULL, or what is wrong with the line. */
const char *tp_opl_parse(struct tp_opl *o, struct tp_slice line);

/* Takes the first tag off the list; false where there is none.  Both parts
 * are still escaped. */
bool tp_opl_tag(struct tp_slice *tags, struct tp_slice *key,
    struct tp_slice *value);

/*
 * Takes the first node off the list of a way: 1, 0 where there is none, -1
 * where it is no node.  The place is TP_NOWHERE where the list has none.
 */
int tp_opl_ref(struct tp_slice *refs, int64_t *id, struct tp_point *at);

/* Takes the first member off the list of a relation; as tp_opl_ref(). */
int tp_opl_member(struct tp_slice *members, char *type, int64_t *id,
    struct tp_slice *role);

/* Appends a string with its escapes undone ("%20%" is a blank); what is no
 * escape stays as it is. */
void tp_opl_unescape(struct tp_slice s, struct tp_buf *b);

#endif
