/*
 * tp-store: keeps streams of records in SQLite and elsewhere, and gives them
 * back.
 */
#include <inttypes.h>
#include <signal.h>

#include "base/opttime.h"
#include "base/sig.h"
#include "io/sink.h"
#include "store/keep.h"
#include "stream/run.h"

#define SEGMENTS_MAX	((size_t)10000)	/* of --segments */

enum command { WRITE, READ, INFO, VACUUM, CHECK };

struct conf {
	struct tp_run_opts	 run;
	struct tp_opt_list	 outputs;
	const char		*from, *to, *zone, *segments;
	int			 kind, schema;
	struct tp_store_conf	 store;
	struct tp_keep		 keep;
	struct tp_tz		 tz;
	enum command		 command;
	const char		*source;	/* of the commands but WRITE */
};

#define AT(field)	offsetof(struct conf, field)

static const struct tp_opt options[] = {
	{ .kind = TP_OPT_HEADING, .help = "Where to" },
	{ TP_OPT_LIST, 'o', "output", AT(outputs), "STORE", NULL,
	    "sqlite:FILE or FILE, postgres:CONNINFO, redis:ADDRESS or "
	    "files:FOLDER; may be given again, to write to several",
	    0, 0 },
	{ TP_OPT_CHOICE, 0, "schema", AT(schema), "NAME",
	    TP_STORE_SCHEMA_NAMES, "tables of PostgreSQL: ours, or those of "
	    "the Los Angeles or Hanoi system", 0, 0 },
	{ TP_OPT_DUR, 0, "retain", AT(store.retain_ms), "TIME", NULL,
	    "remove what is older than the newest event by so much", 0, 0 },
	{ TP_OPT_INT, 0, "batch", AT(keep.max_rows), "N", NULL,
	    "write when so many records wait (default 50000)", 1, 1e7 },
	{ TP_OPT_DUR, 0, "wait", AT(store.busy_ms), "TIME", NULL,
	    "wait so long for a lock or a server (default 1m)", 0, 0 },
	{ TP_OPT_INT, 0, "max-keys", AT(keep.batch.max_segments), "N", NULL,
	    "segments at once; others are refused (default 1000000)",
	    1, 1e9 },
	{ .kind = TP_OPT_HEADING, .help = "What is read back" },
	{ TP_OPT_CHOICE, 0, "kind", AT(kind), "KIND",
	    "all|" TP_STORE_KIND_NAMES,
	    "only records of this kind; likewise when writing", 0, 0 },
	{ TP_OPT_STR, 0, "from", AT(from), "TIME", NULL,
	    "leave out what is earlier", 0, 0 },
	{ TP_OPT_STR, 0, "to", AT(to), "TIME", NULL,
	    "leave out what is at TIME or later", 0, 0 },
	{ TP_OPT_STR, 0, "tz", AT(zone), "ZONE", NULL,
	    "zone of --from and --to (default UTC)", 0, 0 },
	{ TP_OPT_STR, 0, "segments", AT(segments), "ID,...", NULL,
	    "only these segments", 0, 0 },
	{ .kind = TP_OPT_END },
};

static const char tail[] =
    "Examples:\n"
    "  tp-store -o traffic.db events.jsonl\n"
    "  tp-store read --kind event --from 2012-03-01 traffic.db\n";

static const struct tp_tool tool = {
	.name = "tp-store",
	.brief = "keep streams of records in a database, and read them back",
	.operands = "[FILE ... | read|info|vacuum|check STORE]",
	.opts = options,
	.shared = tp_run_options,
	.shared_offset = AT(run),
	.help_tail = tail,
};

/* Other tables than ours are for PostgreSQL only. */
static int
check_schema(struct conf *c, struct tp_err *e)
{
	const char	*source = c->source != NULL ? c->source : "";
	bool		 some = strncmp(source, "postgres:", 9) == 0;
	size_t		 i;

	c->store.schema = (enum tp_store_schema)c->schema;
	for (i = 0; i < c->outputs.n; i++)
		some = some || strncmp(c->outputs.v[i], "postgres:", 9) == 0;
	return c->store.schema == TP_SCHEMA_OWN || some ? 0 :
	    tp_opt_error(e, "--schema needs a store of PostgreSQL");
}

/* The first operand may be a command; the second then names a store. */
static int
find_command(struct conf *c, struct tp_err *e)
{
	static const char *const	words[] = {
		[READ] = "read", [INFO] = "info", [VACUUM] = "vacuum",
		[CHECK] = "check",
	};
	struct tp_opt_list		*in = &c->run.inputs;
	int				 i;

	for (i = READ; in->n > 0 && i <= CHECK; i++)
		if (strcmp(in->v[0], words[i]) == 0)
			c->command = (enum command)i;
	if (c->command == WRITE)
		return 0;
	if (in->n != 2)
		return tp_opt_error(e, "'%s' takes one store", in->v[0]);
	if (c->outputs.n > 0)
		return tp_opt_error(e, "-o does not go with '%s'", in->v[0]);
	c->source = in->v[1];
	c->store.mode = c->command == VACUUM ? TP_STORE_WRITE : TP_STORE_READ;
	return 0;
}

static int
write_stores(struct conf *c, struct tp_err *e)
{
	struct tp_keep	*keep = &c->keep;
	struct tp_run	 run = {
		.opts = &c->run, .filter = &tp_keep_filter, .conf = &keep,
		.what = "records",
		.taken = tp_keep_taken, .taken_arg = keep,
	};
	size_t		 i;
	int		 rc = 0;

	if (c->outputs.n == 0)
		return tp_opt_error(e, "no store to write to (-o), and no "
		    "command: read, info, vacuum or check");
	if (c->kind > 0)
		keep->kinds = (int64_t)1 << (c->kind - 1);
	/* a server that goes away is an error of the write, not a signal */
	signal(SIGPIPE, SIG_IGN);
	/* the records go to the stores, and nothing to an output */
	c->run.output = "/dev/null";
	c->store.mode = TP_STORE_WRITE;
	keep->anew = c->run.on_gap != 0;
	keep->stores = tp_calloc(c->outputs.n, sizeof(*keep->stores));
	for (i = 0; rc == 0 && i < c->outputs.n; i++) {
		keep->stores[i] = tp_store_open(c->outputs.v[i], &c->store,
		    e);
		if (keep->stores[i] == NULL)
			rc = -1;
		else
			tp_store_suit(keep->stores[keep->nstores++],
			    &keep->batch);
	}
	if (rc == 0)
		rc = tp_run(&run, e);
	if (keep->e.code != 0) {
		*e = keep->e;
		rc = -1;
	}
	for (i = 0; i < keep->nstores; i++)
		tp_store_close(keep->stores[i]);
	free(keep->stores);
	return rc;
}

struct printer {
	struct tp_sink	*sink;
	struct tp_buf	 text;
	struct tp_err	*e;
};

static int
print_line(void *arg, const char *line, size_t n, int64_t t)
{
	struct printer	*p = arg;

	(void)t;
	tp_buf_add(&p->text, line, n);
	tp_buf_char(&p->text, '\n');
	if (p->text.n < 65536)
		return 0;
	if (tp_sink_write(p->sink, p->text.p, p->text.n, p->e) == -1)
		return -1;
	p->text.n = 0;
	return tp_sig_stop() != 0;
}

/* The different ids of --segments; *v is to be freed, they are those of m. */
static int
set_segments(const char *list, struct tp_map *m, const char ***v,
    struct tp_store_query *q, struct tp_err *e)
{
	size_t	i;

	if (list == NULL)
		return 0;
	tp_map_add_list(m, list, strlen(list), ',');
	if (m->n == 0)
		return tp_opt_error(e, "--segments: '%s' names none", list);
	if (m->n > SEGMENTS_MAX)
		return tp_opt_error(e, "--segments: more than %zu ids",
		    SEGMENTS_MAX);
	*v = tp_calloc(m->n, sizeof(**v));
	for (i = 0; i < m->n; i++)
		(*v)[i] = m->keys[i].p;
	q->segments = *v;
	q->nsegments = m->n;
	return 0;
}

/* Prints what a query finds in a store: 0, or -1. */
static int
print_found(const struct conf *c, struct tp_store *s,
    struct tp_store_query *q, struct tp_err *e)
{
	struct printer	p = { .sink = tp_sink_open("-", e), .e = e };
	int		k, rc = 0;

	if (p.sink == NULL)
		return -1;
	for (k = 0; rc == 0 && k < TP_STORE_KINDS; k++) {
		q->kind = (enum tp_store_kind)k;
		if (c->kind == 0 || c->kind == k + 1)
			rc = tp_store_read(s, q, print_line, &p, e);
	}
	if (rc == 0)
		rc = tp_sink_write(p.sink, p.text.p, p.text.n, e);
	if (tp_sink_close(p.sink, rc == -1 ? &(struct tp_err){ 0 } : e) == -1)
		rc = -1;
	tp_buf_release(&p.text);
	return rc == 1 ? 0 : rc;
}

static int
read_store(struct conf *c, struct tp_store *s, struct tp_err *e)
{
	struct tp_store_query	 q = { .from = INT64_MIN,
				    .to = INT64_MAX };
	struct tp_map		 ids = { 0 };
	const char		**v = NULL;
	int			 rc = -1;

	if (tp_tz_open(&c->tz, c->zone, e) == 0 &&
	    tp_opt_range(&c->tz, c->from, c->to, &q.from, &q.to, e) == 0 &&
	    set_segments(c->segments, &ids, &v, &q, e) == 0)
		rc = print_found(c, s, &q, e);
	free(v);
	tp_map_release(&ids);
	return rc;
}

static int
show_info(struct tp_store *s, struct tp_err *e)
{
	struct tp_store_info	i;
	int			k;

	if (tp_store_info(s, &i, e) == -1)
		return -1;
	printf("{");
	if (i.version > 0)
		printf("\"schema_version\":%" PRId64 ",", i.version);
	printf("\"segments\":%" PRIu64, i.segments);
	if (i.bytes > 0)
		printf(",\"bytes\":%" PRIu64, i.bytes);
	printf("}\n");
	for (k = 0; k < TP_STORE_KINDS; k++) {
		if (i.kind[k].rows == 0)
			continue;
		printf("{\"kind\":\"%s\",\"records\":%" PRIu64,
		    tp_store_kind_name((enum tp_store_kind)k), i.kind[k].rows);
		if (i.kind[k].from != TP_TIME_NONE)
			printf(",\"from\":%" PRId64 ",\"to\":%" PRId64,
			    i.kind[k].from, i.kind[k].to);
		printf("}\n");
	}
	return fflush(stdout) == 0 ? 0 : tp_err_sys(e, "stdout");
}

static int
run_command(struct conf *c, struct tp_err *e)
{
	struct tp_store	*s = tp_store_open(c->source, &c->store, e);
	int		 rc;

	if (s == NULL)
		return -1;
	switch (c->command) {
	case READ:
		rc = read_store(c, s, e);
		break;
	case INFO:
		rc = show_info(s, e);
		break;
	case VACUUM:
		rc = tp_store_vacuum(s, e);
		break;
	default:
		rc = tp_store_check(s, e) == 0 ? 0 : -1;
	}
	tp_store_close(s);
	return rc;
}

int
main(int argc, char **argv)
{
	struct conf	c = {
		.run = tp_run_defaults,
		.zone = "UTC",
		.store = { .busy_ms = TP_MINUTE },
		.keep = { .max_rows = 50000,
		    .batch = { .max_segments = 1000000 } },
	};
	struct tp_err	e = { 0 };
	int		rc;

	rc = tp_run_start(&tool, argc, argv, &c, &c.run);
	if (rc != 0)
		return rc - 1;
	rc = find_command(&c, &e);
	if (rc == 0)
		rc = check_schema(&c, &e);
	if (rc == 0)
		rc = c.command == WRITE ? write_stores(&c, &e) :
		    run_command(&c, &e);
	tp_keep_release(&c.keep);
	free(c.outputs.v);
	return tp_run_exit(rc, &e);
}
