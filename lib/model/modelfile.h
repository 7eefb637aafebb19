/*
 * Model files (man/tp-model.5): one line of JSON that says what the model is,
 * a binary part with its arrays, and a checksum over both.
 *
 * The struct owns everything it points to, the state of the model too.
 */
#ifndef TP_MODEL_MODELFILE_H
#define TP_MODEL_MODELFILE_H

#include "model/interval.h"
#include "model/model.h"

#define TP_MODELFILE_FORMAT	1		/* the version written */
#define TP_MODELFILE_MAX	(1u << 30)	/* bytes */

struct tp_modelfile {
	const struct tp_model_kind *kind;
	void		*state;
	char		*version;	/* "linear-20120627-1a2b3c4d" */
	char		*toolkit;	/* version of the toolkit */
	char		*spec;		/* tp_feat_spec_print() */
	char		*unit;		/* "mph" */
	int64_t		 step_ms;
	char		**columns;	/* those the state reads */
	size_t		 ncol;
	struct tp_map	 segs;		/* raw JSON bytes of the ids */
	int		 minutes[TP_MODEL_HORIZONS];
	int		 steps[TP_MODEL_HORIZONS];	/* the same, in steps */
	size_t		 nh;
	int		 slots_per_day;
	uint64_t	 graph_hash, seed;
	int64_t		 from, to;	/* first and last step of the data */
	int64_t		 train_to;	/* last step of the train part */
	int64_t		 windows[3];	/* train, validation, test */
	double		 mean, std;	/* of the train part's readings */
	float		*free_flow;	/* nseg: 85th percentile of those */
	float		*usual;		/* of all segments: tp_profile_all();
					 * NULL in files of before */
	struct tp_intervals iv;		/* nseg 0: none */
	struct tp_classes classes;	/* that it tells apart; n 0: none */
	char		*metrics;	/* score records, a JSON array */
};

/* The sizes of the state; points into m. */
struct tp_shape tp_modelfile_shape(const struct tp_modelfile *m);

/*
 * Makes the version of kind, last day of the data, and a hash of the state
 * and all it depends on.
 */
void tp_modelfile_name(struct tp_modelfile *m);

/* Appends the whole file: the same model gives the same bytes. */
void tp_modelfile_write(const struct tp_modelfile *m, struct tp_buf *b);
/*
 * Reads a file of n bytes; m is zeroed.  Returns 0, or -1 with an error of
 * code TP_EXIT_DATA that says what is wrong, and m zeroed again.
 */
int tp_modelfile_read(struct tp_modelfile *m, const char *p, size_t n,
    struct tp_err *e);
/* The same for a file in a file, which is no ensemble: none is in another. */
int tp_modelfile_member(struct tp_modelfile *m, const char *p, size_t n,
    struct tp_err *e);
/*
 * Reads the model of a file, of the `current` one of a folder of versions
 * (io/versions.h), or of standard input ("-").  As tp_modelfile_read(); the
 * error names the file.
 */
int tp_modelfile_open(struct tp_modelfile *m, const char *path,
    struct tp_err *e);
/* The same, and the n bytes of the file, which the caller frees. */
int tp_modelfile_bytes(struct tp_modelfile *m, const char *path, char **p,
    size_t *n, struct tp_err *e);
void tp_modelfile_release(struct tp_modelfile *m);

#endif
