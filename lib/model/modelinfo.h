/* What is in a model file, for people and for programs. */
#ifndef TP_MODEL_MODELINFO_H
#define TP_MODEL_MODELINFO_H

#include "model/modelfile.h"

/* A model and the file it came from. */
struct tp_modelinfo {
	const struct tp_modelfile *m;	/* borrowed */
	size_t	 bytes;			/* of the file */
	char	 checksum[17];		/* of the file, hexadecimal */
};

/* Fills i from the bytes of a file that was read into m. */
void tp_modelinfo_init(struct tp_modelinfo *i, const struct tp_modelfile *m,
    const char *p, size_t n);

/* Appends what people want to know, a line each; scores, and what the members
 * of an ensemble count, as tables. */
void tp_modelinfo_text(const struct tp_modelinfo *i, struct tp_buf *b);
/* Appends one JSON object in one line: the file's header without the lists of
 * sections, with "segment_count", "bytes", "checksum" and, of an ensemble,
 * "members". */
void tp_modelinfo_json(const struct tp_modelinfo *i, struct tp_buf *b);

/*
 * Appends a line for each thing in which b is not a: what is said of them,
 * segments, scores of the test part, and whether the numbers they compute
 * with differ.  Returns how many lines; 0 where both files are equal.
 */
int tp_modelinfo_diff(const struct tp_modelinfo *a,
    const struct tp_modelinfo *b, struct tp_buf *out);

#endif
