/* The files of the page, which are in the program: what embed writes. */
#ifndef TP_SERVE_ASSET_H
#define TP_SERVE_ASSET_H

#include <stddef.h>

struct tp_asset {
	const char		*path;		/* "/", "/js/app.js" */
	const char		*type;		/* "text/html; charset=utf-8" */
	const char		*etag;		/* with its quotes */
	const unsigned char	*plain, *packed; /* packed: gzip */
	size_t			 nplain, npacked;
};

extern const struct tp_asset tp_assets[];	/* ends with path NULL */

/* The file at that path of the address; NULL: there is none. */
const struct tp_asset *tp_asset_find(const char *path);

#endif
