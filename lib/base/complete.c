/*
 * Completions from the option table.  Each writes a whole file, as the shells
 * load one for each command on its first use.
 */
#include "base/optlist.h"

/* "tp-window" as the name of a shell function: "tp_window". */
static void
add_function(struct tp_buf *out, const char *tool)
{
	tp_buf_char(out, '_');
	for (; *tool != '\0'; tool++)
		tp_buf_char(out, *tool == '-' ? '_' : *tool);
}

/* Choices "a|b|c" as the words "a b c". */
static void
add_choices(struct tp_buf *out, const char *s)
{
	for (; *s != '\0'; s++)
		tp_buf_char(out, *s == '|' ? ' ' : *s);
}

static bool
negatable(const struct tp_opt_item *it)
{
	return it->ask == TP_ASK_NONE && (it->opt->kind == TP_OPT_FLAG ||
	    it->opt->kind == TP_OPT_TRI);
}

/* Endpoints are most often files, so lists and operands complete those. */
static bool
takes_file(const struct tp_opt *o)
{
	return o->kind == TP_OPT_FILE || o->kind == TP_OPT_LIST;
}

/* One branch of "case $prev": what may follow an option with a value. */
static void
bash_value(struct tp_buf *out, const struct tp_opt_item *it)
{
	const struct tp_opt	*o = it->opt;

	tp_buf_lit(out, "\t");
	if (it->letter != 0)
		tp_buf_printf(out, "-%c|", it->letter);
	tp_buf_printf(out, "--%s)\n", o->name);
	if (o->kind == TP_OPT_CHOICE) {
		tp_buf_lit(out, "\t\tCOMPREPLY=($(compgen -W '");
		add_choices(out, o->choices);
		tp_buf_lit(out, "' -- \"$cur\"))\n");
	} else if (takes_file(o)) {
		tp_buf_lit(out, "\t\tmapfile -t COMPREPLY < "
		    "<(compgen -f -- \"$cur\")\n");
	}
	tp_buf_lit(out, "\t\treturn ;;\n");
}

static void
bash(const struct tp_tool *tool, const struct tp_opt_items *l,
    struct tp_buf *out)
{
	size_t	i;

	add_function(out, tool->name);
	tp_buf_lit(out, "()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]}\n"
	    "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n\n"
	    "\tCOMPREPLY=()\n"
	    /* Bash makes three words of --name=value. */
	    "\tif [[ $cur == = ]]; then\n"
	    "\t\tcur=\n"
	    "\telif [[ $prev == = ]]; then\n"
	    "\t\tprev=${COMP_WORDS[COMP_CWORD-2]}\n"
	    "\tfi\n"
	    "\tcase $prev in\n");
	for (i = 0; i < l->n; i++)
		if (tp_opt_shown(&l->v[i]) && tp_opt_valued(l->v[i].opt))
			bash_value(out, &l->v[i]);
	tp_buf_lit(out, "\tesac\n"
	    "\tif [[ $cur == -* ]]; then\n"
	    "\t\tCOMPREPLY=($(compgen -W '");
	for (i = 0; i < l->n; i++) {
		if (!tp_opt_shown(&l->v[i]))
			continue;
		if (l->v[i].letter != 0)
			tp_buf_printf(out, "-%c ", l->v[i].letter);
		tp_buf_printf(out, "--%s ", l->v[i].opt->name);
		if (negatable(&l->v[i]))
			tp_buf_printf(out, "--no-%s ", l->v[i].opt->name);
	}
	out->n--;
	tp_buf_lit(out, "' -- \"$cur\"))\n");
	if (tool->operands[0] != '\0')
		tp_buf_lit(out, "\telse\n\t\tmapfile -t COMPREPLY < "
		    "<(compgen -f -- \"$cur\")\n");
	tp_buf_lit(out, "\tfi\n}\ncomplete -o filenames -F ");
	add_function(out, tool->name);
	tp_buf_printf(out, " %s\n", tool->name);
}

/* Help inside single quotes, with zsh's special characters escaped. */
static void
zsh_text(struct tp_buf *out, const char *s)
{
	for (; s != NULL && *s != '\0'; s++) {
		if (*s == '\'') {
			tp_buf_lit(out, "'\\''");
			continue;
		}
		if (*s == '[' || *s == ']' || *s == ':' || *s == '\\')
			tp_buf_char(out, '\\');
		tp_buf_char(out, *s);
	}
}

static void
zsh_form(struct tp_buf *out, const struct tp_opt_item *it, const char *form)
{
	const struct tp_opt	*o = it->opt;
	bool			 many = o->kind == TP_OPT_LIST ||
	    o->kind == TP_OPT_COUNT;

	tp_buf_printf(out, " \\\n\t'%s%s%s[", many ? "*" : "", form,
	    !tp_opt_valued(o) ? "" : form[1] == '-' ? "=" : "+");
	zsh_text(out, o->help);
	tp_buf_char(out, ']');
	if (tp_opt_valued(o)) {
		tp_buf_char(out, ':');
		zsh_text(out, o->kind == TP_OPT_CHOICE ? o->name :
		    tp_opt_arg(o));
		tp_buf_char(out, ':');
	}
	if (o->kind == TP_OPT_CHOICE) {
		tp_buf_char(out, '(');
		add_choices(out, o->choices);
		tp_buf_char(out, ')');
	} else if (takes_file(o)) {
		tp_buf_lit(out, "_files");
	}
	tp_buf_char(out, '\'');
}

static void
zsh(const struct tp_tool *tool, const struct tp_opt_items *l,
    struct tp_buf *out)
{
	struct tp_buf	form = { 0 };
	size_t		i;

	tp_buf_printf(out, "#compdef %s\n\n_arguments -s -S", tool->name);
	for (i = 0; i < l->n; i++) {
		if (!tp_opt_shown(&l->v[i]))
			continue;
		if (l->v[i].letter != 0) {
			form.n = 0;
			tp_buf_printf(&form, "-%c", l->v[i].letter);
			zsh_form(out, &l->v[i], tp_buf_cstr(&form));
		}
		form.n = 0;
		tp_buf_printf(&form, "--%s", l->v[i].opt->name);
		zsh_form(out, &l->v[i], tp_buf_cstr(&form));
		if (negatable(&l->v[i])) {
			form.n = 0;
			tp_buf_printf(&form, "--no-%s", l->v[i].opt->name);
			zsh_form(out, &l->v[i], tp_buf_cstr(&form));
		}
	}
	if (tool->operands[0] != '\0')
		tp_buf_lit(out, " \\\n\t'*:file:_files'");
	tp_buf_char(out, '\n');
	tp_buf_release(&form);
}

static void
fish_line(struct tp_buf *out, const char *tool, const struct tp_opt_item *it,
    bool no)
{
	const struct tp_opt	*o = it->opt;
	const char		*s;

	tp_buf_printf(out, "complete -c %s", tool);
	if (it->letter != 0 && !no)
		tp_buf_printf(out, " -s %c", it->letter);
	tp_buf_printf(out, " -l %s%s", no ? "no-" : "", o->name);
	if (o->kind == TP_OPT_CHOICE) {
		tp_buf_lit(out, " -x -a '");
		add_choices(out, o->choices);
		tp_buf_char(out, '\'');
	} else if (takes_file(o)) {
		tp_buf_lit(out, " -r -F");
	} else if (tp_opt_valued(o)) {
		tp_buf_lit(out, " -x");
	}
	if (o->help != NULL && !no) {
		tp_buf_lit(out, " -d '");
		for (s = o->help; *s != '\0'; s++) {
			if (*s == '\'' || *s == '\\')
				tp_buf_char(out, '\\');
			tp_buf_char(out, *s);
		}
		tp_buf_char(out, '\'');
	}
	tp_buf_char(out, '\n');
}

static void
fish(const struct tp_tool *tool, const struct tp_opt_items *l,
    struct tp_buf *out)
{
	size_t	i;

	if (tool->operands[0] == '\0')
		tp_buf_printf(out, "complete -c %s -f\n", tool->name);
	for (i = 0; i < l->n; i++) {
		if (!tp_opt_shown(&l->v[i]))
			continue;
		fish_line(out, tool->name, &l->v[i], false);
		if (negatable(&l->v[i]))
			fish_line(out, tool->name, &l->v[i], true);
	}
}

int
tp_opt_completions(const struct tp_tool *tool, const struct tp_opt_items *l,
    const char *shell, struct tp_buf *out)
{
	if (strcmp(shell, "bash") == 0)
		bash(tool, l, out);
	else if (strcmp(shell, "zsh") == 0)
		zsh(tool, l, out);
	else if (strcmp(shell, "fish") == 0)
		fish(tool, l, out);
	else
		return -1;
	return 0;
}
