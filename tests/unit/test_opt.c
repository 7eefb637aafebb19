#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/opt.h"

struct part {
	int		 verbose, progress;
	const char	*brokers;
};

struct conf {
	bool			 fast, slow;
	const char		*name, *file;
	struct tp_opt_list	 in;
	int64_t			 n, size, from;
	double			 share;
	int			 emit;
	struct part		 part;
};

#define AT(m)	.offset = offsetof(struct conf, m)
#define IN(m)	.offset = offsetof(struct part, m)

static const struct tp_opt own[] = {
	{ TP_OPT_HEADING, .help = "Windows" },
	{ TP_OPT_FLAG, 'f', "fast", AT(fast), .help = "be quick" },
	{ TP_OPT_FLAG, 0, "slow", AT(slow), .help = "be slow" },
	{ TP_OPT_STR, 0, "name", AT(name), "NAME", .help = "name it" },
	{ TP_OPT_FILE, 'o', "output", AT(file), "FILE", .help = "write it" },
	{ TP_OPT_LIST, 'i', "input", AT(in), "FILE", .help = "read it" },
	{ TP_OPT_INT, 'n', "number", AT(n), "N", .help = "count it",
	  .lo = 1, .hi = 4 },
	{ TP_OPT_NUM, 0, "share", AT(share), "P", .help = "share it",
	  .lo = 0, .hi = 0.5 },
	{ TP_OPT_DUR, 's', "size", AT(size), "DURATION", .help =
	  "how long each window is, said in so many words that the text has "
	  "to go on in the next line, and then in yet another one" },
	{ TP_OPT_TIME, 0, "from", AT(from), "TIME", .help = "start it" },
	{ TP_OPT_CHOICE, 0, "emit", AT(emit), .choices = "final|updates|both",
	  .help = "which results are written" },
	{ .kind = TP_OPT_END },
};

static const struct tp_opt shared[] = {
	{ TP_OPT_HEADING, .help = "Running" },
	{ TP_OPT_COUNT, 'v', "verbose", IN(verbose), .help = "say more" },
	{ TP_OPT_TRI, 0, "progress", IN(progress), .help = "show a bar" },
	/* -n is the tool's already, and so is --name. */
	{ TP_OPT_STR, 'n', "brokers", IN(brokers), "HOSTS", .help = "where" },
	{ TP_OPT_STR, 0, "name", IN(brokers), "OTHER", .help = "never seen" },
	{ .kind = TP_OPT_END },
};

static const struct tp_tool tool = {
	.name = "tp-window", .brief = "averages in windows",
	.operands = "[FILE ...]", .opts = own, .shared = shared,
	.shared_offset = offsetof(struct conf, part),
	.help_tail = "Examples:\n  tp-window -s 5m",
};

#define MAX_ARGS	24

/* Parses the words of a line; returns what tp_opt_parse() does. */
static int
run(const char *line, struct conf *c, bool *done, struct tp_err *e)
{
	static char	 words[400];
	static char	*argv[MAX_ARGS + 1];
	char		*save = NULL, *w;
	int		 argc = 0;

	snprintf(words, sizeof(words), "tp-window %s", line);
	for (w = strtok_r(words, " ", &save); w != NULL && argc < MAX_ARGS;
	    w = strtok_r(NULL, " ", &save))
		argv[argc++] = w;
	argv[argc] = NULL;
	*c = (struct conf){ 0 };
	*e = (struct tp_err){ 0 };
	return tp_opt_parse(&tool, argc, argv, c, done, e);
}

static void
every_kind(void **state)
{
	struct conf	c;
	struct tp_err	e;
	bool		done;

	(void)state;
	assert_int_equal(run("-f --slow --no-slow --name=x -o out -i a "
	    "--input b -n4 --share .25 -s 1h30m --from 2012-03-01 "
	    "--emit updates", &c, &done, &e), 20);
	assert_false(done);
	assert_true(c.fast && !c.slow);
	assert_string_equal(c.name, "x");
	assert_string_equal(c.file, "out");
	assert_int_equal(c.in.n, 2);
	assert_string_equal(c.in.v[0], "a");
	assert_string_equal(c.in.v[1], "b");
	assert_int_equal(c.n, 4);
	assert_true(c.share == 0.25);
	assert_int_equal(c.size, 5400000);
	assert_true(c.from == INT64_C(1330560000000));
	free(c.in.v);
}

static void
shared_and_operands(void **state)
{
	struct conf	c;
	struct tp_err	e;
	bool		done;

	(void)state;
	assert_int_equal(run("x -vv --progress y --brokers h --emit both",
	    &c, &done, &e), 7);
	assert_int_equal(c.part.verbose, 2);
	assert_int_equal(c.part.progress, 1);
	assert_string_equal(c.part.brokers, "h");
	assert_int_equal(c.emit, 2);
	assert_int_equal(run("--no-progress --name own -- -f", &c, &done,
	    &e), 5);
	assert_int_equal(c.part.progress, -1);
	assert_string_equal(c.name, "own");
	assert_null(c.part.brokers);
	assert_false(c.fast);
}

static void
errors(void **state)
{
	static const struct {
		const char	*line, *text;
	} bad[] = {
		{ "--x", "unknown option '--x'" },
		{ "--x=3", "unknown option '--x'" },
		{ "-q", "unknown option '-q'" },
		{ "-fq", "unknown option '-q'" },
		{ "file --size", "option '--size' needs a value" },
		{ "-s", "option '--size' needs a value" },
		{ "--fast=1", "option '--fast' takes no value" },
		{ "--no-fast=1", "option '--no-fast' takes no value" },
		{ "--n", "option '--n' is ambiguous: --no-fast, --no-slow, "
		  "--name, --number, --no-progress" },
		{ "--no-name", "unknown option '--no-name'" },
		{ "--nmae=3", "unknown option '--nmae'; did you mean "
		  "'--name'?" },
		{ "--outptut f", "unknown option '--outptut'; did you mean "
		  "'--output'?" },
		{ "--verbos-e", "unknown option '--verbos-e'; did you mean "
		  "'--verbose'?" },
		{ "--no-progess", "unknown option '--no-progess'; did you "
		  "mean '--no-progress'?" },
		{ "--completion-s", "unknown option '--completion-s'" },
		{ "--=", "unknown option '--'" },
		{ "--size abc", "--size: no duration 'abc', as 30s, 5m, 2h "
		  "or 1d" },
		{ "--emit x", "--emit: 'x' is not one of final, updates, both" },
		{ "--emit fin", "--emit: 'fin' is not one of "
		  "final, updates, both" },
		{ "-n 5", "--number: '5' is not in 1..4" },
		{ "-n 2.5", "--number: no integer '2.5'" },
		{ "--share x", "--share: no number 'x'" },
		{ "--share 0.6", "--share: '0.6' is not in 0..0.5" },
		{ "--from 2012-02-30", "--from: time '2012-02-30': "
		  "no such day" },
		{ "--completions ksh", "--completions: 'ksh' is not one "
		  "of bash, zsh, fish" },
	};
	struct conf	c;
	struct tp_err	e;
	bool		done;
	size_t		i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(run(bad[i].line, &c, &done, &e), -1);
		assert_int_equal(e.code, TP_EXIT_USAGE);
		assert_string_equal(e.text, bad[i].text);
		assert_false(done);
	}
}

/* What `line` prints to stdout; static. */
static const char *
printed(const char *line)
{
	static char	text[10000];
	struct conf	c;
	struct tp_err	e;
	FILE		*f = tmpfile();
	bool		done;
	int		out;
	size_t		n;

	assert_non_null(f);
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	dup2(fileno(f), STDOUT_FILENO);
	assert_true(run(line, &c, &done, &e) >= 0);
	assert_true(done);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	return text;
}

static void
short_texts(void **state)
{
	(void)state;
	assert_string_equal(printed("-V"), "tp-window 0.1.0\n");
	assert_string_equal(printed("--version --x"), "tp-window 0.1.0\n");
	assert_string_equal(printed("-h"),
	    "usage: tp-window [options] [FILE ...]\n"
	    "  -f, --fast\n      --slow\n      --name NAME\n"
	    "  -o, --output FILE\n  -i, --input FILE\n  -n, --number N\n"
	    "      --share P\n  -s, --size DURATION\n      --from TIME\n"
	    "      --emit final|updates|both\n  -v, --verbose\n"
	    "      --[no-]progress\n      --brokers HOSTS\n"
	    "  -h, --help\n  -V, --version\n");
	assert_string_equal(printed("--options"),
	    "f\tfast\t-\tflag\n-\tslow\t-\tflag\n-\tname\tNAME\tstr\n"
	    "o\toutput\tFILE\tfile\ni\tinput\tFILE\tlist\n"
	    "n\tnumber\tN\tint\n-\tshare\tP\tnum\ns\tsize\tDURATION\tdur\n"
	    "-\tfrom\tTIME\ttime\n-\temit\tfinal|updates|both\tchoice\n"
	    "v\tverbose\t-\tcount\n-\tprogress\t-\ttri\n"
	    "-\tbrokers\tHOSTS\tstr\nh\thelp\t-\tflag\n"
	    "V\tversion\t-\tflag\n");
}

static void
help_fits(void **state)
{
	const char	*s = printed("--help"), *p;

	(void)state;
	assert_memory_equal(s, "tp-window - averages in windows\n\nusage: ",
	    40);
	assert_non_null(strstr(s, "\nWindows:\n  -f, --fast "));
	assert_non_null(strstr(s, "\nRunning:\n  -v, --verbose "));
	assert_non_null(strstr(s, "\nExamples:\n  tp-window -s 5m\n"));
	assert_null(strstr(s, "never seen"));
	assert_null(strstr(s, "completions"));
	for (p = s; *p != '\0'; p += strcspn(p, "\n") + 1) {
		assert_true(strcspn(p, "\n") < 80);
		assert_true(p[strcspn(p, "\n")] == '\n');
	}
}

static void
completions_name_all(void **state)
{
	const char	*s = printed("--completions bash");

	(void)state;
	assert_non_null(strstr(s, "-s --size --from --emit -v --verbose"));
	assert_non_null(strstr(s, "--fast --no-fast"));
	assert_non_null(strstr(s, "compgen -W 'final updates both'"));
	assert_non_null(strstr(s, "complete -o filenames -F _tp_window "
	    "tp-window\n"));
	s = printed("--completions zsh");
	assert_memory_equal(s, "#compdef tp-window\n", 19);
	assert_non_null(strstr(s, "'--emit=[which results are written]:emit:"
	    "(final updates both)'"));
	s = printed("--completions fish");
	assert_non_null(strstr(s, "complete -c tp-window -l emit -x "
	    "-a 'final updates both' -d 'which results are written'\n"));
}

static void
int_lists(void **state)
{
	int64_t	v[4];

	(void)state;
	assert_int_equal(tp_opt_ints("15,30,60", v, 4, 1, 100), 3);
	assert_true(v[0] == 15 && v[1] == 30 && v[2] == 60);
	assert_int_equal(tp_opt_ints("7", v, 4, 1, 100), 1);
	assert_int_equal(tp_opt_ints("", v, 4, 1, 100), -1);
	assert_int_equal(tp_opt_ints("1,", v, 4, 1, 100), -1);
	assert_int_equal(tp_opt_ints("1,,2", v, 4, 1, 100), -1);
	assert_int_equal(tp_opt_ints("1,2,3,4,5", v, 4, 1, 100), -1);
	assert_int_equal(tp_opt_ints("0", v, 4, 1, 100), -1);
	assert_int_equal(tp_opt_ints("1, 2", v, 4, 1, 100), -1);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(every_kind),
		cmocka_unit_test(shared_and_operands),
		cmocka_unit_test(errors),
		cmocka_unit_test(short_texts),
		cmocka_unit_test(help_fits),
		cmocka_unit_test(completions_name_all),
		cmocka_unit_test(int_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
