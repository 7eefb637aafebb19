/* Sources and sinks: round trips, gzip(1) and zstd(1) as peers, cut files. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/rng.h"
#include "io/file.h"
#include "io/sink.h"
#include "io/src.h"

static char	dir[] = "/tmp/tp-test-io-XXXXXX";

static const char *
path_of(const char *name)
{
	static char	path[4][200];
	static int	turn;

	turn = (turn + 1) % 4;
	snprintf(path[turn], sizeof(path[0]), "%s/%s", dir, name);
	return path[turn];
}

/* Lines of text with some repetition, as records have it. */
static void
make_text(struct tp_buf *b, size_t lines)
{
	struct tp_rng	rng;
	size_t		i;

	tp_rng_init(&rng, 3);
	for (i = 0; i < lines; i++)
		tp_buf_printf(b, "{\"segment_id\":\"%d\",\"speed_mph\":%g}\n",
		    (int)tp_rng_below(&rng, 200), tp_rng_uniform(&rng) * 70);
}

static void
write_file(const char *path, const char *p, size_t n)
{
	FILE	*f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(p, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

/* Reads all in pieces of `piece` bytes; returns the code of the error or 0. */
static int
read_all(const char *path, size_t piece, struct tp_buf *b)
{
	struct tp_err	 e = { 0 };
	struct tp_src	*s = tp_src_open(path, &e);
	ssize_t		 k;

	assert_non_null(s);
	while ((k = tp_src_read(s, tp_buf_room(b, piece), piece, &e)) > 0)
		b->n += (size_t)k;
	tp_src_close(s);
	return k == 0 ? 0 : (int)e.code;
}

static void
expect_same(const char *path, const struct tp_buf *text)
{
	static const size_t	pieces[] = { 1 << 18, 4096, 997, 13 };
	struct tp_buf		got = { 0 };
	size_t			i;

	for (i = 0; i < 4; i++) {
		got.n = 0;
		assert_int_equal(read_all(path, pieces[i], &got), 0);
		assert_int_equal(got.n, text->n);
		assert_memory_equal(got.p, text->p, text->n);
	}
	tp_buf_release(&got);
}

static void
test_round_trip(void **state)
{
	static const char *const names[] = { "a.jsonl", "a.gz", "a.zst" };
	struct tp_buf		 text = { 0 };
	struct tp_err		 e = { 0 };
	struct tp_sink		*s;
	size_t			 i, at, n;

	(void)state;
	make_text(&text, 30000);
	for (i = 0; i < 3; i++) {
		s = tp_sink_open(path_of(names[i]), &e);
		assert_non_null(s);
		for (at = 0; at < text.n; at += n) {
			n = text.n - at < 100003 ? text.n - at : 100003;
			assert_int_equal(tp_sink_write(s, text.p + at, n, &e),
			    0);
			assert_int_equal(tp_sink_flush(s, &e), 0);
		}
		assert_int_equal(tp_sink_close(s, &e), 0);
		expect_same(path_of(names[i]), &text);
	}
	tp_buf_release(&text);
}

/* Other programs' files: one member, and two in a row. */
static void
test_peers(void **state)
{
	struct tp_buf	text = { 0 }, cmd = { 0 }, twice = { 0 };

	(void)state;
	make_text(&text, 20000);
	write_file(path_of("t"), text.p, text.n);
	tp_buf_printf(&cmd, "cd %s && gzip -c t > p.gz && "
	    "cat p.gz p.gz > q.gz", dir);
	assert_int_equal(system(tp_buf_cstr(&cmd)), 0);
	tp_buf_add(&twice, text.p, text.n);
	tp_buf_add(&twice, text.p, text.n);
	expect_same(path_of("p.gz"), &text);
	expect_same(path_of("q.gz"), &twice);
	if (system("command -v zstd >/dev/null") == 0) {
		cmd.n = 0;
		tp_buf_printf(&cmd, "cd %s && zstd -q -c t > p.zst && "
		    "cat p.zst p.zst > q.zst", dir);
		assert_int_equal(system(tp_buf_cstr(&cmd)), 0);
		expect_same(path_of("p.zst"), &text);
		expect_same(path_of("q.zst"), &twice);
	}
	tp_buf_release(&text);
	tp_buf_release(&twice);
	tp_buf_release(&cmd);
}

/* A packed file cut anywhere is an error, and never more than the text. */
static void
test_cut(void **state)
{
	static const char *const names[] = { "c.gz", "c.zst" };
	struct tp_buf		 text = { 0 }, got = { 0 };
	struct tp_err		 e = { 0 };
	struct tp_sink		*s;
	struct stat		 st;
	char			*packed;
	size_t			 n, cut;
	int			 i;

	(void)state;
	make_text(&text, 2000);
	for (i = 0; i < 2; i++) {
		s = tp_sink_open(path_of(names[i]), &e);
		assert_int_equal(tp_sink_write(s, text.p, text.n, &e), 0);
		assert_int_equal(tp_sink_close(s, &e), 0);
		assert_int_equal(stat(path_of(names[i]), &st), 0);
		packed = malloc((size_t)st.st_size);
		FILE *f = fopen(path_of(names[i]), "r");
		n = fread(packed, 1, (size_t)st.st_size, f);
		fclose(f);
		for (cut = 5; cut < n; cut += cut < 40 ? 1 : n / 50) {
			write_file(path_of("cut"), packed, cut);
			got.n = 0;
			assert_int_equal(read_all(path_of("cut"), 4096, &got),
			    TP_EXIT_DATA);
			assert_true(got.n <= text.n);
			if (got.n > 0)
				assert_memory_equal(got.p, text.p, got.n);
		}
		packed[n / 2] ^= 0x55;
		packed[n / 2 + 1] ^= 0x55;
		write_file(path_of("cut"), packed, n);
		assert_int_equal(read_all(path_of("cut"), 4096, &got),
		    TP_EXIT_DATA);
		free(packed);
	}
	tp_buf_release(&text);
	tp_buf_release(&got);
}

static void
test_replace(void **state)
{
	struct tp_err	 e = { 0 };
	struct stat	 st;
	char		*p;
	size_t		 n;

	(void)state;
	assert_int_equal(tp_file_replace(path_of("r"), "one", 3, &e), 0);
	assert_int_equal(tp_file_replace(path_of("r"), "three", 5, &e), 0);
	assert_int_equal(tp_file_read(path_of("r"), 100, &p, &n, &e), 0);
	assert_int_equal(n, 5);
	assert_string_equal(p, "three");
	free(p);
	assert_int_equal(tp_file_read(path_of("r"), 4, &p, &n, &e), -1);
	assert_int_equal(e.code, TP_EXIT_DATA);
	assert_int_equal(tp_file_replace("/dev/full", "x", 1, &e), -1);
	assert_int_equal(e.code, TP_EXIT_SYS);
	assert_int_equal(tp_file_replace(path_of("no/such"), "x", 1, &e), -1);
	assert_int_equal(stat(path_of("no"), &st), -1);
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
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_peers),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_replace),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
