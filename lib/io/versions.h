/*
 * A folder of versions of a file, as la/la-20261121T033000Z-1a2b3c4d.model,
 * with a symbolic link `current` to the one in use:
 *
 *	- a version is written whole under another name, then renamed;
 *	- `current` is replaced by rename(2), and only after the version and
 *	  its name are on disk, so that it names a whole file at any moment;
 *	- who changes `current` holds the folder's lock (flock(2)), which the
 *	  kernel takes back from whoever is killed.
 *
 * Embedded; the struct owns what it points to.
 */
#ifndef TP_IO_VERSIONS_H
#define TP_IO_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define TP_VERSIONS_CURRENT	"current"

struct tp_versions {
	char	*dir;		/* without a slash at its end */
	char	*prefix;	/* "la-": from the folder's name */
	char	*suffix;	/* ".model" */
	char	*added;		/* name of the newest version, or NULL */
	int	 fd;		/* of the folder, locked; -1: not */
};

/* True where a path ends in a slash or is a folder. */
bool tp_versions_is(const char *path);
/*
 * The file a path stands for: PATH/current where it is a folder (as above),
 * else PATH.  New text, the caller frees.
 */
char *tp_versions_path(const char *path);
/* True where path stands for the current version of a folder that has none
 * yet. */
bool tp_versions_none(const char *folder, const char *path);

/*
 * Takes the lock, waiting for whoever has it; makes the folder where there is
 * none, and removes what killed processes left half written.  Returns 0, or
 * -1 with nothing to release.
 */
int tp_versions_lock(struct tp_versions *v, const char *path,
    const char *suffix, struct tp_err *e);
/* Gives the lock back. */
void tp_versions_release(struct tp_versions *v);

/*
 * Writes n bytes as the version of this time (ms, UTC) and a hash of them, and
 * makes it the current one.  Returns 0 and its name in v->added, or -1:
 * `current` is then as it was.
 */
int tp_versions_add(struct tp_versions *v, int64_t t, const char *p, size_t n,
    struct tp_err *e);
/*
 * Removes all versions but `keep` (>= 1): the current one, however old, and
 * the newest others; *removed is how many.  Other files stay.  Returns 0 or -1.
 */
int tp_versions_prune(struct tp_versions *v, size_t keep, size_t *removed,
    struct tp_err *e);

#endif
