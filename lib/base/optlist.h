/*
 * Private to lib/base/opt*.c and complete.c: a tool's options in one list,
 * its own first, then the shared ones that it did not redefine, then those
 * that every tool has.  The list owns its array; the strings are the tables'.
 */
#ifndef TP_BASE_OPTLIST_H
#define TP_BASE_OPTLIST_H

#include "base/buf.h"
#include "base/opt.h"

/* What the options that every tool has are for. */
enum tp_opt_ask {
	TP_ASK_NONE,
	TP_ASK_USAGE,		/* -h */
	TP_ASK_HELP,
	TP_ASK_VERSION,
	TP_ASK_COMPLETIONS,	/* hidden: not in help or completions */
	TP_ASK_OPTIONS,		/* hidden */
};

struct tp_opt_item {
	const struct tp_opt	*opt;
	size_t			 offset;	/* in the tool's conf */
	char			 letter;	/* 0 where another has it */
	enum tp_opt_ask		 ask;
};

struct tp_opt_items {
	struct tp_opt_item	*v;
	size_t			 n, cap;
};

/* The options of a tool, its own, the shared and the standard ones, in the
 * order of --help.  Borrows the tables. */
void tp_opt_items_init(struct tp_opt_items *l, const struct tp_tool *tool);
void tp_opt_items_release(struct tp_opt_items *l);

/* True for what people are told about: not headings, not hidden ones. */
bool tp_opt_shown(const struct tp_opt_item *it);
/* True where the option takes a value. */
bool tp_opt_valued(const struct tp_opt *o);
/* What its value is called; NULL where it takes none. */
const char *tp_opt_arg(const struct tp_opt *o);

/* Each appends its whole text to out. */
void tp_opt_usage(const struct tp_tool *tool, const struct tp_opt_items *l,
    struct tp_buf *out);
void tp_opt_help(const struct tp_tool *tool, const struct tp_opt_items *l,
    struct tp_buf *out);
/*
 * One line an option: letter, name, value and kind between tabs, '-' for
 * none.  The tests compare the man pages with it.
 */
void tp_opt_listing(const struct tp_opt_items *l, struct tp_buf *out);
/* shell: "bash", "zsh" or "fish"; returns -1 for another. */
int tp_opt_completions(const struct tp_tool *tool,
    const struct tp_opt_items *l, const char *shell, struct tp_buf *out);

#endif
