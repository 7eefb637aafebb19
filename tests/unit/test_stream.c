/* The runner, with a filter that writes what it was told of each record. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/sig.h"
#include "io/file.h"
#include "stream/run.h"

static char	dir[] = "/tmp/tp-test-stream-XXXXXX";

static const char *
path_of(const char *name)
{
	static char	path[8][200];
	static int	turn;

	turn = (turn + 1) % 8;
	snprintf(path[turn], sizeof(path[0]), "%s/%s", dir, name);
	return path[turn];
}

/* Writes "input pos lineno length" of each record; refuses {"bad":...}; asks
 * for time where a record {"wait":1} was the last. */
struct tell {
	int	waiting;
};

static int
tell_record(void *st, const struct tp_rec *r, struct tp_out *out)
{
	struct tell	*t = st;
	struct tp_buf	*b;

	if (tp_json_find(&r->o, "bad") != NULL)
		return tp_out_reject(out, r, "bad", "it says so");
	t->waiting = tp_json_find(&r->o, "wait") != NULL;
	b = tp_out_begin(out, TP_OUT_MAIN);
	tp_buf_printf(b, "%u %" PRId64 " %" PRIu64 " %zu", r->input, r->pos,
	    r->lineno, r->len);
	return tp_out_end(out, TP_OUT_MAIN, "", 0, 0);
}

static int
tell_time(void *st, int64_t idle_ms, struct tp_out *out)
{
	struct tell	*t = st;

	if (!t->waiting || idle_ms < 150)
		return 0;
	t->waiting = 0;
	tp_buf_lit(tp_out_begin(out, TP_OUT_MAIN), "time");
	return tp_out_end(out, TP_OUT_MAIN, "", 0, 0);
}

static int
tell_end(void *st, struct tp_out *out)
{
	(void)st;
	tp_buf_lit(tp_out_begin(out, TP_OUT_MAIN), "end");
	return tp_out_end(out, TP_OUT_MAIN, "", 0, 0);
}

static const struct tp_filter tell = {
	.size = sizeof(struct tell),
	.record = tell_record,
	.time = tell_time,
	.end = tell_end,
};

static void
write_text(const char *path, const struct tp_buf *b)
{
	struct tp_err	e = { 0 };

	assert_int_equal(tp_file_replace(path, b->p, b->n, &e), 0);
}

/* Runs over files; the output is a string the caller frees. */
static char *
run_over(struct tp_run_opts *o, const char **files, size_t n, int *rc,
    struct tp_err *e)
{
	struct tp_run	 run = { .opts = o, .filter = &tell };
	struct tp_err	 e2 = { 0 };
	char		*text;
	size_t		 len;

	o->inputs.v = files;
	o->inputs.n = n;
	o->output = path_of("out");
	*rc = tp_run(&run, e);
	assert_int_equal(tp_file_read(o->output, SIZE_MAX, &text, &len, &e2),
	    0);
	return text;
}

static struct tp_run_opts
quiet_opts(void)
{
	struct tp_run_opts	o = tp_run_defaults;

	tp_log_init("test", -1);
	o.quiet = 1;
	o.now_ms = 0;
	return o;
}

/* Lines of every length around the block size, CRLF, blanks, no last newline:
 * positions are those of a straightforward count. */
static void
test_positions(void **state)
{
	static const size_t	lengths[] = {
		2, 9, 100, 4096, 131071, 131072, 131073, 262143, 262144,
		262145, 524288, 10 << 20, 2, 2,
	};
	const char		*files[2] = { path_of("a"), path_of("b") };
	struct tp_run_opts	 o = quiet_opts();
	struct tp_err		 e = { 0 };
	struct tp_buf		 text = { 0 }, want = { 0 };
	size_t			 i, f, pos = 0;
	char			*got;
	int			 rc;

	(void)state;
	for (f = 0; f < 2; f++) {
		text.n = 0;
		for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			char	*p = tp_buf_room(&text, lengths[i]);

			memset(p, ' ', lengths[i]);
			p[0] = '{';
			p[lengths[i] - 1] = '}';
			text.n += lengths[i];
			tp_buf_printf(&want, "%zu %zu %zu %zu\n", f, pos,
			    2 * i + 1, lengths[i] + (i % 3 == 1 &&
			    !(f == 1 && i == 13)));
			pos += lengths[i];
			if (f == 1 && i == 13)
				break;
			tp_buf_str(&text, i % 3 == 1 ? "\r\n \n" : "\n \n");
			pos += i % 3 == 1 ? 4 : 3;
		}
		write_text(files[f], &text);
	}
	tp_buf_lit(&want, "end\n");
	/* the \r is part of the line, and a blank to the scanner */
	got = run_over(&o, files, 2, &rc, &e);
	assert_int_equal(rc, 0);
	assert_string_equal(got, tp_buf_cstr(&want));
	free(got);
	tp_buf_release(&text);
	tp_buf_release(&want);
}

static void
test_arrays_and_rejects(void **state)
{
	static const char	 text[] = "\xEF\xBB\xBF{\"x\":1}\n"
	    "[{\"x\":2}, {\"x\":30} ,[],{\"bad\":1}]\n"
	    "{\"x\":}\n{\"s\":\"\xC3\x28\"}\n{\"nul\":\"\0\"}\n[1,2\n{\"x\":3}";
	const char		*files[1] = { path_of("a") };
	struct tp_buf		 b = { .p = (char *)(uintptr_t)text,
	    .n = sizeof(text) - 1 };
	struct tp_run_opts	 o = quiet_opts();
	struct tp_err		 e = { 0 };
	char			*got;
	size_t			 n;
	int			 rc;

	(void)state;
	write_text(files[0], &b);
	o.rejects = path_of("rejects");
	o.on_error = TP_ON_ERROR_SKIP;
	got = run_over(&o, files, 1, &rc, &e);
	assert_int_equal(rc, 0);
	assert_string_equal(got, "0 0 1 7\n0 11 2 7\n0 11 2 8\n"
	    "0 80 7 7\nend\n");
	free(got);
	assert_int_equal(tp_file_read(o.rejects, 1 << 20, &got, &n, &e), 0);
	assert_non_null(strstr(got, "{\"reason\":\"it says so\",\"rule\":"
	    "\"bad\",\"tool\":\"test\",\"source\":\""));
	assert_non_null(strstr(got, ",\"line\":2,\"raw\":\"{\\\"bad\\\":1}\"}"));
	assert_non_null(strstr(got, "\"reason\":\"bad JSON at byte 6: no value\""
	    ",\"rule\":\"json\""));
	assert_non_null(strstr(got, "invalid UTF-8"));
	assert_non_null(strstr(got, "\\u0000"));
	assert_non_null(strstr(got, "array not closed"));
	free(got);
	o.max_errors = 3;
	free(run_over(&o, files, 1, &rc, &e));
	assert_int_equal(rc, -1);
	assert_int_equal(e.code, TP_EXIT_DATA);
	o.on_error = TP_ON_ERROR_STOP;
	o.rejects = NULL;
	got = run_over(&o, files, 1, &rc, &e);
	assert_int_equal(rc, -1);
	assert_non_null(strstr(e.text, "a:2: "));
	/* what was good before the bad record is not lost */
	assert_string_equal(got, "0 0 1 7\n0 11 2 7\n0 11 2 8\n");
	free(got);
}

static void
test_limits(void **state)
{
	const char		*files[1] = { path_of("a") };
	struct tp_run_opts	 o = quiet_opts();
	struct tp_err		 e = { 0 };
	struct tp_buf		 b = { 0 };
	char			*got;
	int			 i, rc;

	(void)state;
	for (i = 0; i < 10; i++)
		tp_buf_printf(&b, "{\"x\":\"%*s\"}\n", i == 4 ? 400000 : 5, "");
	write_text(files[0], &b);
	o.max_line = 2000;
	o.on_error = TP_ON_ERROR_SKIP;
	got = run_over(&o, files, 1, &rc, &e);
	assert_int_equal(rc, 0);
	assert_non_null(strstr(got, "0 42 4 13\n0 400065 6 13\n"));
	free(got);
	o.count = 3;
	got = run_over(&o, files, 1, &rc, &e);
	assert_int_equal(rc, 0);
	assert_string_equal(got, "0 0 1 13\n0 14 2 13\n0 28 3 13\n");
	free(got);
	tp_buf_release(&b);
}

/* In a child: standard input is fd in, output goes to fd out. */
static pid_t
start_child(int in, int out, int close1, int close2)
{
	struct tp_run_opts	o = quiet_opts();
	struct tp_run		run = { .opts = &o, .filter = &tell };
	struct tp_err		e = { 0 };
	pid_t			pid = fork();

	if (pid != 0)
		return pid;
	alarm(60);
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	close(close1);
	close(close2);
	close(in);
	close(out);
	tp_sig_init();
	_exit(tp_run_exit(tp_run(&run, &e), &e));
}

static void
expect_line(int fd, const char *want)
{
	char	got[100] = "";
	size_t	n = 0;

	while (n < sizeof(got) - 1 && read(fd, got + n, 1) == 1)
		if (got[n++] == '\n')
			break;
	assert_string_equal(got, want);
}

/* Each line comes out before the next goes in; time passes when idle; a
 * signal drains what there is and is re-raised. */
static void
test_live(void **state)
{
	static const char	line[] = "{\"x\":1}\n", wait[] = "{\"wait\":1}\n";
	int			in[2], out[2], status;
	pid_t			pid;

	(void)state;
	alarm(60);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	pid = start_child(in[0], out[1], in[1], out[0]);
	close(in[0]);
	close(out[1]);
	assert_int_equal(write(in[1], line, 8), 8);
	expect_line(out[0], "0 0 1 7\n");
	assert_int_equal(write(in[1], line, 3), 3);
	assert_int_equal(write(in[1], line + 3, 5), 5);
	expect_line(out[0], "0 8 2 7\n");
	assert_int_equal(write(in[1], wait, 11), 11);
	expect_line(out[0], "0 16 3 10\n");
	expect_line(out[0], "time\n");
	assert_int_equal(kill(pid, SIGTERM), 0);
	expect_line(out[0], "");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	close(in[1]);
	close(out[0]);
	alarm(0);
}

static void
test_broken_output(void **state)
{
	const char		*files[1] = { path_of("a") };
	struct tp_run_opts	 o = quiet_opts();
	struct tp_run		 run = { .opts = &o, .filter = &tell };
	struct tp_err		 e = { 0 };
	struct tp_buf		 b = { 0 };

	(void)state;
	tp_buf_str(&b, "{}\n");
	write_text(files[0], &b);
	tp_buf_release(&b);
	o.inputs.v = files;
	o.inputs.n = 1;
	o.output = "/dev/full";
	assert_int_equal(tp_run(&run, &e), -1);
	assert_int_equal(e.code, TP_EXIT_SYS);
	o.output = path_of("no/dir");
	assert_int_equal(tp_run(&run, &e), -1);
	assert_int_equal(e.code, TP_EXIT_SYS);
	o.output = path_of("out");
	files[0] = path_of("missing");
	assert_int_equal(tp_run(&run, &e), -1);
	assert_int_equal(e.code, TP_EXIT_SYS);
	files[0] = "kafka:no topic";
	assert_int_equal(tp_run(&run, &e), -1);
	assert_int_equal(e.code, TP_EXIT_USAGE);
}

static int
make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL;
}

static int
remove_dir(void **state)
{
	struct tp_buf	cmd = { 0 };
	int		rc;

	(void)state;
	tp_buf_printf(&cmd, "rm -r %s", dir);
	rc = system(tp_buf_cstr(&cmd));
	tp_buf_release(&cmd);
	return rc;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_arrays_and_rejects),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_broken_output),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
