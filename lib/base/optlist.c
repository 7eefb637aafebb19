#include "base/optlist.h"

static const struct tp_opt standard[] = {
	{ .kind = TP_OPT_HEADING, .help = "Help" },
	{ .kind = TP_OPT_FLAG, .letter = 'h', .name = "help",
	  .help = "show this help; -h shows a short one" },
	{ .kind = TP_OPT_FLAG, .letter = 'V', .name = "version",
	  .help = "show the version" },
	{ .kind = TP_OPT_STR, .name = "completions", .arg = "SHELL" },
	{ .kind = TP_OPT_FLAG, .name = "options" },
	{ .kind = TP_OPT_END },
};

static const enum tp_opt_ask standard_ask[] = {
	TP_ASK_NONE, TP_ASK_HELP, TP_ASK_VERSION, TP_ASK_COMPLETIONS,
	TP_ASK_OPTIONS,
};

static void
add(struct tp_opt_items *l, const struct tp_opt *o, size_t base,
    enum tp_opt_ask ask)
{
	char	letter = o->letter;
	size_t	i;

	/* A tool that defines a shared option anew means its own. */
	for (i = 0; i < l->n && o->kind != TP_OPT_HEADING; i++) {
		const struct tp_opt_item	*it = &l->v[i];

		if (it->opt->kind == TP_OPT_HEADING)
			continue;
		if (strcmp(it->opt->name, o->name) == 0)
			return;
		if (it->letter == letter)
			letter = 0;
	}
	TP_GROW(l->v, l->cap, l->n + 1);
	l->v[l->n++] = (struct tp_opt_item){
		.opt = o, .offset = base + o->offset, .letter = letter,
		.ask = ask,
	};
}

void
tp_opt_items_init(struct tp_opt_items *l, const struct tp_tool *tool)
{
	const struct tp_opt	*o;
	size_t			 i;

	*l = (struct tp_opt_items){ 0 };
	for (o = tool->opts; o != NULL && o->kind != TP_OPT_END; o++)
		add(l, o, 0, TP_ASK_NONE);
	for (o = tool->shared; o != NULL && o->kind != TP_OPT_END; o++)
		add(l, o, tool->shared_offset, TP_ASK_NONE);
	for (i = 0; standard[i].kind != TP_OPT_END; i++)
		add(l, &standard[i], 0, standard_ask[i]);
}

void
tp_opt_items_release(struct tp_opt_items *l)
{
	free(l->v);
	*l = (struct tp_opt_items){ 0 };
}

bool
tp_opt_shown(const struct tp_opt_item *it)
{
	return it->opt->kind != TP_OPT_HEADING &&
	    it->ask != TP_ASK_COMPLETIONS && it->ask != TP_ASK_OPTIONS;
}

bool
tp_opt_valued(const struct tp_opt *o)
{
	return o->kind != TP_OPT_FLAG && o->kind != TP_OPT_COUNT &&
	    o->kind != TP_OPT_TRI && o->kind != TP_OPT_HEADING;
}

const char *
tp_opt_arg(const struct tp_opt *o)
{
	if (!tp_opt_valued(o))
		return NULL;
	if (o->arg != NULL)
		return o->arg;
	return o->kind == TP_OPT_CHOICE ? o->choices : "VALUE";
}

void
tp_opt_listing(const struct tp_opt_items *l, struct tp_buf *out)
{
	static const char *const	kind[] = {
		[TP_OPT_FLAG] = "flag", [TP_OPT_COUNT] = "count",
		[TP_OPT_STR] = "str", [TP_OPT_FILE] = "file",
		[TP_OPT_LIST] = "list", [TP_OPT_INT] = "int",
		[TP_OPT_NUM] = "num", [TP_OPT_DUR] = "dur",
		[TP_OPT_TIME] = "time", [TP_OPT_CHOICE] = "choice",
		[TP_OPT_TRI] = "tri",
	};
	size_t				i;

	for (i = 0; i < l->n; i++) {
		const struct tp_opt_item	*it = &l->v[i];
		const char			*arg = tp_opt_arg(it->opt);

		if (!tp_opt_shown(it))
			continue;
		tp_buf_printf(out, "%c\t%s\t%s\t%s\n",
		    it->letter != 0 ? it->letter : '-', it->opt->name,
		    arg != NULL ? arg : "-", kind[it->opt->kind]);
	}
}
