/* Files that are read whole before the work begins, line by line. */
#ifndef TP_STREAM_FEED_H
#define TP_STREAM_FEED_H

#include "base/err.h"
#include "json/lines.h"

/*
 * Gives all lines of a file ("-": stdin; packed files too) to fn, up to
 * max_line bytes each; what fn returns, if not 0, ends it.  Returns that, or 0,
 * or -1 where reading fails; a signal gives -1 with code 0 in e.
 */
int tp_feed_file(const char *path, size_t max_line, tp_line_fn *fn,
    void *arg, struct tp_err *e);

/*
 * The same for a file of OpenStreetMap in any format that osmium(1) reads: fn
 * gets its roads, the nodes of these, and restrictions of turns, as OPL.
 */
int tp_feed_osm(const char *path, size_t max_line, tp_line_fn *fn, void *arg,
    struct tp_err *e);

#endif
