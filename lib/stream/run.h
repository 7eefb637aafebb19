/*
 * The runner: the only place that moves records.  It opens endpoints, parses
 * lines, calls the filter, writes the named outputs, and has section 5 of the
 * design (flushing, signals, rejects, counts, statistics, progress) for every
 * tool.
 */
#ifndef TP_STREAM_RUN_H
#define TP_STREAM_RUN_H

#include "base/opt.h"
#include "rec/filter.h"
#include "rec/reader.h"
#include "rec/shaper.h"

/* The options every tool has; their table is tp_run_options. */
struct tp_run_opts {
	struct tp_opt_list inputs;	/* -i, then the operands */
	const char	*output;	/* -o, default "-" */
	const char	*rejects;	/* --rejects */
	int		 on_error;	/* enum tp_on_error */
	int64_t		 max_errors;	/* -1: no limit */
	int64_t		 max_line;	/* bytes */
	int64_t		 count;		/* -c: stop after this many, 0: never */
	bool		 unbuffered;	/* -u */
	int64_t		 stats_ms;	/* --stats, 0: none */
	const char	*metrics;	/* --metrics */
	int		 progress;	/* -1, 0 auto, 1 */
	int		 quiet, verbose;
	int64_t		 now_ms;	/* --now, TP_TIME_NONE: the clock */
	/* enum tp_unit: TP_RUN_SPEED_UNIT, of the tools that list it */
	int		 speed_unit;

	/* Kafka; see tp-kafka(7) */
	const char	*brokers;	/* -b */
	struct tp_opt_list settings;	/* -X */
	const char	*settings_file;	/* -F */
	const char	*group;		/* -G */
	const char	*instance;
	const char	*start;		/* earliest, latest, or a time */
	bool		 at_end;	/* -e: end at the end of the topics */
	int		 guarantee;	/* enum tp_guarantee of kafkactx.h */
	int64_t		 commit_ms;
	int64_t		 broker_timeout_ms;
	int		 on_gap;	/* 0 stop, 1 skip */
	bool		 rebuild;
	bool		 headers;	/* of each record: by whom, when */
	const char	*resume;	/* name of the mark, NULL: none */
	/* Of the tool's own options, by tp_run_start(); what a state was made
	 * with. */
	uint64_t	 conf_hash;
};

enum tp_on_error { TP_ON_ERROR_STOP, TP_ON_ERROR_SKIP };

extern const struct tp_opt tp_run_options[];
/* For tools that work with speeds; at: the offset of speed_unit. */
#define TP_RUN_SPEED_UNIT(at) \
	{ TP_OPT_CHOICE, 0, "speed-unit", at, "UNIT", "none|kmh|mph", \
	    "unit of speeds whose name has none", 0, 0 }
/* The defaults; a tool changes what it wants before parsing. */
extern const struct tp_run_opts tp_run_defaults;

struct tp_pace {
	double	speed;		/* event seconds per second; 0: no pacing */
	double	rate;		/* lines per second; 0: none */
};

struct tp_run {
	const struct tp_run_opts *opts;
	const struct tp_filter *filter;	/* one of filter and reader */
	const struct tp_reader *reader;
	const void	*conf;
	/* Where named outputs 1, 2, ... go; a NULL path drops them. */
	const char	*const *paths;
	/*
	 * A state the caller owns (zeroed, filter->size bytes), for tools that
	 * make one result of all their input; NULL: the runner's.
	 */
	void		*state;
	/*
	 * True where a result needs the records of all partitions of a topic:
	 * they are merged by time.  A partition that is at its end holds the
	 * others back for wait_ms; 0: until it goes on.
	 */
	bool		 whole;
	int64_t		 wait_ms;
	bool		 stamped;	/* then a record that tells no time
					 * has that of its message */
	/* In which shape the main output is; NULL: our own. */
	const struct tp_shape_conf *shape;
	const char	*what;		/* "events", for progress and counts */
	struct tp_pace	 pace;
	bool		 loop;		/* readers: start over at the end */
	/*
	 * Called about once a second between records, and at once (hup) after
	 * SIGHUP: refreshes a side table (a model) that conf points to.
	 * Returns 0, or -1 to stop with the error.
	 */
	int		(*refresh)(void *arg, bool hup, struct tp_err *e);
	void		*refresh_arg;
	/*
	 * Called when a partition of a topic is taken on, before its first
	 * record: for who notes elsewhere how far it was read.  The topic's
	 * next record will be `end`.  Returns 0, or -1 to stop with the error.
	 */
	int		(*taken)(void *arg, const char *topic,
			    int32_t partition, int64_t end, struct tp_err *e);
	void		*taken_arg;

	/* results */
	uint64_t	 records;	/* read, rejected ones too */
	uint64_t	 rejected;
	uint64_t	 written;	/* lines on the main output */
	uint64_t	 count[TP_COUNT_MAX];
};

/*
 * Runs to the end of input, a signal, or an error.  Returns 0 or -1.  A
 * signal is re-raised by tp_run_exit().
 */
int tp_run(struct tp_run *run, struct tp_err *e);

/*
 * Parses the command line with tp_run_options appended, sets up messages and
 * signals, and collects operands into opts->inputs.  opts is the tp_run_opts
 * inside conf.  Returns 0 to go on, else the exit code + 1 to end with.
 */
int tp_run_start(const struct tp_tool *tool, int argc, char **argv,
    void *conf, struct tp_run_opts *opts);

/*
 * Puts the files of `first` before the other inputs, or before standard input
 * where there are none.  Returns 0, or -1 and a usage error where standard
 * input is there twice.
 */
int tp_run_inputs_first(struct tp_run_opts *opts,
    const struct tp_opt_list *first, struct tp_err *e);

/* True where an input is a topic: its state will be rebuilt at a restart. */
bool tp_run_reads_topics(const struct tp_run_opts *opts);

/*
 * What main returns: prints the error (if any), re-raises a signal, and turns
 * the result into an exit code.  rc is what the tool's work returned.
 */
int tp_run_exit(int rc, const struct tp_err *e);

#endif
