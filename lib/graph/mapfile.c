#include "graph/mapfile.h"

#include <inttypes.h>

#include "graph/dimacs.h"
#include "graph/edgetsv.h"
#include "graph/osm.h"

static void
note_osm(const struct tp_osm_stats *s, struct tp_buf *notes)
{
	tp_buf_printf(notes, "%" PRIu64 " ways, %" PRIu64 " of them roads for "
	    "cars\n", s->ways, s->roads);
	if (s->missing + s->short_ways > 0)
		tp_buf_printf(notes, "%" PRIu64 " nodes of roads are missing, "
		    "%" PRIu64 " roads have less than two\n", s->missing,
		    s->short_ways);
	if (s->odd_speeds > 0)
		tp_buf_printf(notes, "%" PRIu64 " roads have a maxspeed that "
		    "is not understood\n", s->odd_speeds);
	if (s->unused > 0)
		tp_buf_printf(notes, "%" PRIu64 " of %" PRIu64 " turn "
		    "restrictions could not be used\n", s->unused,
		    s->relations);
}

static int
read_osm(const struct tp_mapfile *m, struct tp_builder *b,
    struct tp_buf *notes, struct tp_err *e)
{
	struct tp_osm	o = {
		.b = b, .e = e, .name = m->osm != NULL ? m->osm : m->opl,
	};
	int		rc;

	rc = m->feed(o.name, m->osm != NULL, tp_osm_line, &o, e);
	if (rc == 0)
		rc = tp_osm_build(&o);
	if (rc == 0)
		note_osm(&o.stats, notes);
	tp_osm_release(&o);
	return rc;
}

static int
read_dimacs(const struct tp_mapfile *m, struct tp_builder *b,
    struct tp_buf *notes, struct tp_err *e)
{
	struct tp_dimacs	d = { .name = m->dimacs, .e = e };
	int			rc;

	rc = m->feed(m->dimacs, false, tp_dimacs_line, &d, e);
	if (rc == 0)
		rc = tp_dimacs_end(&d);
	if (rc == 0 && m->places != NULL) {
		d.name = m->places;
		rc = m->feed(m->places, false, tp_dimacs_place, &d, e);
		if (rc == 0)
			rc = tp_dimacs_places_end(&d);
		d.name = m->dimacs;
	}
	if (rc == 0)
		rc = tp_dimacs_build(&d, m->kmh, b);
	if (rc == 0 && d.zero > 0)
		tp_buf_printf(notes, "%" PRIu64 " arcs have no length\n",
		    d.zero);
	tp_dimacs_release(&d);
	return rc;
}

static int
read_tsv(const struct tp_mapfile *m, struct tp_builder *b, struct tp_err *e)
{
	struct tp_edgetsv	t = { .b = b, .name = m->tsv, .e = e };
	int			rc;

	rc = m->feed(m->tsv, false, tp_edgetsv_line, &t, e);
	if (rc == 0 && m->places != NULL) {
		t.name = m->places;
		rc = m->feed(m->places, false, tp_edgetsv_place, &t, e);
		if (rc == 0)
			rc = tp_edgetsv_places_end(&t);
	}
	tp_edgetsv_release(&t);
	return rc;
}

int
tp_mapfile_read(const struct tp_mapfile *m, struct tp_builder *b,
    struct tp_buf *notes, struct tp_err *e)
{
	return m->dimacs != NULL ? read_dimacs(m, b, notes, e) :
	    m->tsv != NULL ? read_tsv(m, b, e) : read_osm(m, b, notes, e);
}
