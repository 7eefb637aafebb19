/*
 * The open panes: a ring of consecutive ones, each with its cells, one per
 * key that had an event in it.
 *
 * struct tp_panes owns its panes and their cells; all zero is an empty one.
 */
#ifndef TP_WINDOW_PANE_H
#define TP_WINDOW_PANE_H

#include "window/cell.h"
#include "window/group.h"

struct tp_pane {
	int64_t		 first_pos;	/* of its first record */
	struct tp_cell	*cells;		/* n, in order of arrival */
	uint32_t	 n, cap;
	uint32_t	*slots;		/* by key: cell + 1, 0 = empty */
	uint32_t	 nslots;	/* a power of two, or 0 */
	bool		 dirty;		/* holds a dirty cell */
	uint64_t	*ids;		/* hashes of event ids, 0 = empty */
	size_t		 nids, idcap;	/* idcap: a power of two, or 0 */
};

struct tp_panes {
	struct tp_pane	*ring;		/* pane i is ring[i & (cap - 1)] */
	size_t		 cap;
	int64_t		 base, top;	/* the open panes: base <= i < top */
};

void tp_panes_release(struct tp_panes *p);

/* Pane i, or NULL where it has no cells. */
struct tp_pane *tp_panes_at(const struct tp_panes *p, int64_t i);
/* Pane i >= base, made if need be. */
struct tp_pane *tp_panes_open(struct tp_panes *p, int64_t i);
/*
 * Frees the panes below i, which becomes base.  fold, where not NULL, is
 * given their cells first, in order.
 */
void tp_panes_drop(struct tp_panes *p, int64_t i, struct tp_groups *gs,
    void (*fold)(struct tp_groups *, const struct tp_cell *));

/* The cell of a key in a pane, or NULL. */
struct tp_cell *tp_pane_find(const struct tp_pane *p, uint32_t key);
/*
 * Three steps that ask the memory for what tp_pane_find() reads and
 * tp_cell_add() writes; see tp_map_soon_slot().
 */
void tp_pane_soon_slot(const struct tp_pane *p, uint32_t key);
void tp_pane_soon_cell(const struct tp_pane *p, uint32_t key);
void tp_pane_soon_value(const struct tp_pane *p, uint32_t key);
/* A cell for a key that has none. */
struct tp_cell *tp_pane_add(struct tp_pane *p, uint32_t key);
/* Notes an event's id: false where it was there already. */
bool tp_pane_note(struct tp_pane *p, uint64_t id);
/* The groups have new indices. */
void tp_panes_renumber(struct tp_panes *p, const uint32_t *renumber);

#endif
