/*
 * Private to the reader of flow services: one road section of an answer, and
 * the line of its shape.  A struct tp_flow_line owns its points; an item
 * borrows its texts and its line.
 */
#ifndef TP_DATA_FLOWITEM_H
#define TP_DATA_FLOWITEM_H

#include "data/flow.h"
#include "json/json.h"

struct tp_flow_point {
	double	lat, lon;	/* degrees */
};

struct tp_flow_line {
	struct tp_flow_point *p;
	size_t	 n, cap;
};

/* What one section says; speeds in `unit`, NAN where not said. */
struct tp_flow_item {
	const char	*id;		/* NULL: made of the shape */
	const char	*service;	/* the prefix of such an id */
	struct tp_json_val road, direction;	/* texts; n == 0: not said */
	int64_t		 t;
	enum tp_unit	 unit;
	double		 speed, free_flow;
	double		 jam;		/* 0 .. 10 */
	double		 confidence;	/* 0 .. 1 */
	double		 km;		/* length */
	bool		 closed;
	struct tp_flow_line *line;	/* may be empty */
};

/* Appends a point, unless it is the last one again or off the globe. */
void tp_flow_line_add(struct tp_flow_line *l, double lat, double lon);
/* Adds the points of "lat,lon lat,lon ...", n bytes. */
void tp_flow_line_text(struct tp_flow_line *l, const char *s, size_t n);

/* Writes the item's event, and its shape where those are wanted.  Returns 0,
 * or 1 to stop. */
int tp_flow_emit(struct tp_flow *f, const struct tp_flow_item *item,
    struct tp_out *out);

/*
 * The items of the document f->doc, which is padded.  Returns 0, 1 to stop,
 * or -1 where it is no JSON or none of the known answers, with a text of at
 * most n bytes in *why.
 */
int tp_flow_document(struct tp_flow *f, struct tp_out *out, char *why,
    size_t n);

#endif
