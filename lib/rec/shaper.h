/*
 * Records in the shapes of three other systems: what --as writes.  The tools
 * make our own records; a shaper turns each line into the one that the other
 * system's readers want, or says why it cannot.  Which members a shape has,
 * and what each is made of, is a table (shapetable.c).
 *
 * The shaper owns its buffers; the conf is the caller's and must outlive it.
 */
#ifndef TP_REC_SHAPER_H
#define TP_REC_SHAPER_H

#include "base/map.h"
#include "rec/check.h"

enum tp_shape_system {
	TP_SHAPE_OWN,
	TP_SHAPE_LA,		/* the JSON Schemas of its topics */
	TP_SHAPE_LA_NESTED,	/* the events of its scenario files */
	TP_SHAPE_LA_AVRO,	/* the names of its Avro schemas */
	TP_SHAPE_LA_FRONT,	/* what its front end keeps */
	TP_SHAPE_HANOI,
	TP_SHAPE_NYC,
	TP_SHAPE_MAX
};
#define TP_SHAPE_NAMES	"own|la|la-nested|la-avro|la-front|hanoi|nyc"
#define TP_SHAPE_HELP \
	"write records in the shape of another system; see tp-record(5)"

/* What a record is, told by its fields. */
enum tp_record_kind {
	TP_RECORD_RAW,		/* an event */
	TP_RECORD_VALID,		/* an event that tp-validate has passed */
	TP_RECORD_AGGREGATE,
	TP_RECORD_PREDICTION,
	TP_RECORD_OTHER,		/* has no shape but our own */
	TP_RECORD_MAX
};

struct tp_shape_conf {
	enum tp_shape_system shape;
	struct tp_tz	*tz;		/* of local times; NULL: UTC */
	/* where segments are, for records that do not say; or NULL */
	const struct tp_map *ids;
	const struct tp_check_place *places;	/* by index in ids */
};

struct tp_shaper;

/* Never NULL.  conf->shape is not TP_SHAPE_OWN. */
struct tp_shaper *tp_shaper_new(const struct tp_shape_conf *conf);
void tp_shaper_free(struct tp_shaper *s);

/*
 * Turns our record line[0..n) into one of the shape, at the end of `to`;
 * now_ms is the time of processing where the shape wants one.  Returns 1; 0
 * where the record waits for others that go into the same line (nothing was
 * written); or -1 where the shape cannot hold it, with nothing written.
 */
int tp_shaper_line(struct tp_shaper *s, const char *line, size_t n,
    int64_t now_ms, struct tp_buf *to);
/*
 * At the end, and where nothing more comes: -1 where a record still waits for
 * others, which is given up, else 0.
 */
int tp_shaper_end(struct tp_shaper *s);
/*
 * The lines to come were made at this position of the input.  Those of lines
 * that wait for others go to at[], oldest first; returns how many they are.
 */
#define TP_SHAPER_WAIT	2
void tp_shaper_from(struct tp_shaper *s, int64_t pos);
int tp_shaper_waits(const struct tp_shaper *s, int64_t at[TP_SHAPER_WAIT]);
/* After -1: "field: why", and the record; valid until the next call. */
const char *tp_shaper_why(const struct tp_shaper *s);
const char *tp_shaper_raw(const struct tp_shaper *s, size_t *n);
/* Fields since the last call that the shape has no place for. */
uint64_t tp_shaper_unplaced(struct tp_shaper *s);
/*
 * The Kafka header that says when a record of the kind last shaped was made,
 * "processed_at" or "generated_at"; NULL where the system has none.
 */
const char *tp_shaper_stamp(const struct tp_shaper *s);

#endif
