#include "stream/feed.h"

#include "io/child.h"
#include "io/src.h"
#include "json/json.h"

#define BLOCK	(256 * 1024)

/* Reads from one of src and child to the end. */
static int
feed(struct tp_src *src, struct tp_child *child, size_t max_line,
    tp_line_fn *fn, void *arg, struct tp_err *e)
{
	struct tp_lines	 lines = { 0 };
	char		*block = tp_malloc(BLOCK + TP_JSON_PAD);
	ssize_t		 n = 0;
	int		 rc = 0;

	tp_lines_init(&lines, max_line);
	while (rc == 0) {
		n = child != NULL ? tp_child_read(child, block, BLOCK, e) :
		    tp_src_read(src, block, BLOCK, e);
		if (n <= 0)
			break;
		rc = tp_lines_bytes(&lines, block, (size_t)n, fn, arg);
	}
	if (rc == 0)
		rc = n == -1 ? -1 : tp_lines_end(&lines, fn, arg);
	tp_lines_release(&lines);
	free(block);
	return rc;
}

int
tp_feed_file(const char *path, size_t max_line, tp_line_fn *fn, void *arg,
    struct tp_err *e)
{
	struct tp_src	*src = tp_src_open(path, e);
	int		 rc;

	if (src == NULL)
		return -1;
	rc = feed(src, NULL, max_line, fn, arg, e);
	tp_src_close(src);
	return rc;
}

int
tp_feed_osm(const char *path, size_t max_line, tp_line_fn *fn, void *arg,
    struct tp_err *e)
{
	char		*file = tp_strdup(path);
	char		 words[][48] = {
		"osmium", "tags-filter", "--no-progress", "--output=-",
		"--output-format=opl,add_metadata=false", "w/highway",
		"r/type=restriction",
	};
	char		*argv[] = {
		words[0], words[1], words[2], words[3], words[4], file,
		words[5], words[6], NULL,
	};
	struct tp_child	 child;
	int		 rc;

	rc = tp_child_start(&child, argv, "it reads OpenStreetMap files "
	    "(Debian: osmium-tool)", e);
	if (rc == 0) {
		rc = feed(NULL, &child, max_line, fn, arg, e);
		if (tp_child_end(&child, e) == -1)
			rc = -1;
	}
	free(file);
	return rc;
}
