/*
 * The state of the window filter, shared by the files that make it up.
 * Private to lib/window.
 *
 *	open	the first window that is not closed: its panes and all later
 *		ones are kept; panes.base is its first pane
 *	fire	the first window that was not written as final; the same as
 *		open, but with --late update between the two are those that
 *		a late record may change
 */
#ifndef TP_WINDOW_WINSTATE_H
#define TP_WINDOW_WINSTATE_H

#include "window/pane.h"
#include "window/panetime.h"
#include "window/winkey.h"
#include "window/winline.h"

/* The keys of records to come, in a ring; n counts all that were told. */
#define TP_WINSOON	16	/* a power of two */
struct tp_winsoon {
	struct {
		uint64_t	hash;
		size_t		key;	/* its index, SIZE_MAX: unknown */
	}		 ring[TP_WINSOON];
	unsigned	 n;
};

struct tp_winstate {
	const struct tp_window_conf *conf;
	bool		 quant;		/* percentiles are wanted */
	struct tp_panetime pt;
	struct tp_groups groups;
	struct tp_panes	 panes;
	struct tp_winline line;
	struct tp_winsoon soon;
	enum tp_unit	 unit;		/* of all speeds */

	int64_t		 wm;		/* the watermark, TP_TIME_NONE: none */
	int64_t		 seen_wm;	/* without what idle time added */
	int64_t		 next;		/* nothing happens before wm is here */
	int64_t		 fire;
	int64_t		 tick;		/* of updates: wm / every */
	bool		 dirty;		/* some cell waits for an update */

	/* a record whose clock may be wrong, until the next one tells */
	bool		 holding;
	int64_t		 jump;		/* what is too far ahead, ms */
	int64_t		 held_t;
	struct tp_rec	 held;
	struct tp_buf	 held_text;	/* its source and line */

	struct tp_winkeys keys;
	/* the window being written */
	struct tp_cell	*acc;		/* sums over several panes */
	size_t		 nacc, acccap;
	uint32_t	 stamp;		/* of groups that are in acc */
	struct tp_cell	**list;		/* its cells in byte order of keys */
	size_t		 nlist, listcap;
};

/* What is written when a window comes out. */
enum tp_winemit {
	TP_WINEMIT_FINAL,	/* all of it, for good */
	TP_WINEMIT_DIRTY,	/* what has changed, for good */
	TP_WINEMIT_UPDATE,	/* what has changed, final: false */
};

/* Writes window k.  Returns 0, or -1 to stop. */
int tp_winemit_window(struct tp_winstate *st, int64_t k, enum tp_winemit how,
    struct tp_out *out);
/* Writes anew the fired windows of pane i for one key. */
int tp_winemit_late(struct tp_winstate *st, int64_t i, uint32_t key,
    struct tp_out *out);
/* Writes all pending updates. */
int tp_winemit_updates(struct tp_winstate *st, struct tp_out *out);
/* Writes the windows fire .. to - 1 as final, passing over empty stretches. */
int tp_winemit_fire(struct tp_winstate *st, int64_t to, struct tp_out *out);

/* Remembers the newest speed of a pane that is let go, for --fill. */
void tp_winstate_fold(struct tp_groups *gs, const struct tp_cell *c);

#endif
