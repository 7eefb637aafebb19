#include "rec/tileh3.h"

#include <dlfcn.h>
#include <stddef.h>

struct tp_h3	tp_h3;

static const struct {
	const char	*name;
	size_t		 at;
} functions[] = {
	{ "latLngToCell", offsetof(struct tp_h3, cell) },
	{ "cellToLatLng", offsetof(struct tp_h3, middle) },
	{ "gridDisk", offsetof(struct tp_h3, disk) },
};

int
tp_h3_open(struct tp_err *e)
{
	const char	*path = getenv("TP_H3");
	void		*so, *f;
	size_t		 i;

	if (path == NULL || *path == '\0')
		path = "libh3.so.1";
	so = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	if (so == NULL)
		return tp_err_set(e, TP_EXIT_SYS, "cells of h3 need its "
		    "library, libh3 4, which is not here (Debian 13: apt-get "
		    "install libh3-dev; TP_H3=FILE names it elsewhere); "
		    "geohash and grid need none");
	for (i = 0; i < sizeof(functions) / sizeof(*functions); i++) {
		f = dlsym(so, functions[i].name);
		if (f == NULL)
			return tp_err_set(e, TP_EXIT_SYS, "libh3 is too old "
			    "(4.0 is needed): no function '%s'",
			    functions[i].name);
		memcpy((char *)&tp_h3 + functions[i].at, &f, sizeof(f));
	}
	return 0;
}
