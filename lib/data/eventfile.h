/*
 * Event files: JSON lines in any shape that lib/rec knows.  Lines pass as
 * they are, but for times (where they are shifted) and places (where they
 * are added).  The struct owns its record and what is left of a line.
 */
#ifndef TP_DATA_EVENTFILE_H
#define TP_DATA_EVENTFILE_H

#include "data/event.h"
#include "json/lines.h"

struct tp_eventfile {
	struct tp_events *ev;
	struct tp_lines	 lines;
	struct tp_rec	 rec;
	struct tp_out	*out;
};

/* A file begins, of any number; ev outlives them. */
void tp_eventfile_open(struct tp_eventfile *f, struct tp_events *ev);
void tp_eventfile_release(struct tp_eventfile *f);
/* As bytes() and close() of struct tp_reader. */
int tp_eventfile_bytes(struct tp_eventfile *f, const char *p, size_t n,
    struct tp_out *out, struct tp_err *e);
int tp_eventfile_close(struct tp_eventfile *f, struct tp_out *out,
    struct tp_err *e);

#endif
