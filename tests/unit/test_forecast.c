/* Scores, splits, training, and live forecasts, on made-up logs. */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "feat/rowfilter.h"
#include "forecast/dataset.h"
#include "forecast/live.h"
#include "forecast/score.h"
#include "forecast/trainer.h"
#include "rebuild.h"

#define T0	INT64_C(1330560000000)	/* 2012-03-01 */
#define STEP	(15 * TP_MINUTE)
#define DAYS	16
#define NOW	(T0 + 400 * TP_DAY)

/* Events of four segments; unit "mph" or "kmh", from one step to another. */
static void
make_log(struct tp_buf *b, uint64_t seed, const char *unit, int from, int to,
    int segs)
{
	double		k = strcmp(unit, "kmh") == 0 ? TP_KMH_PER_MPH : 1;
	struct tp_rng	r;
	int		i, s;

	tp_rng_init(&r, seed);
	for (i = from; i < to; i++)
		for (s = 0; s < segs; s++) {
			double	v = 45 + 15 * sin(2 * M_PI * i / 96) + 4 * s +
			    2 * tp_rng_normal(&r);

			if (tp_rng_below(&r, 12) == 0)
				continue;
			tp_buf_printf(b, "{\"segment_id\":\"s%d\","
			    "\"timestamp\":%" PRId64 ",\"speed_%s\":", s,
			    T0 + i * STEP, unit);
			tp_buf_fixed(b, v * k, 4);
			tp_buf_lit(b, "}\n");
		}
}

/* Runs a filter over a log; the text of its main output goes to out. */
static void
run_filter(const struct tp_filter *f, const void *conf, struct tp_buf *log,
    struct tp_buf *out)
{
	struct rebuild		b = { .filter = f, .conf = conf, .now_ms = NOW };
	struct rebuild_run	x;

	memset(tp_buf_room(log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = log->p;
	b.n = log->n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	rebuild_end(&x);
	assert_int_equal(x.rejects.n, 0);
	tp_buf_add(out, x.bufs[0].p, x.bufs[0].n);
	rebuild_stop(&x);
}

static struct tp_grid_opts
grid_opts(bool targets)
{
	struct tp_grid_opts	o = tp_grid_defaults;

	o.spec.step_ms = STEP;
	o.spec.lags = 4;
	if (targets) {
		o.spec.ntargets = 2;
		o.spec.targets[0] = 15;
		o.spec.targets[1] = 60;
	}
	return o;
}

/* Reads rows into a data set. */
static void
read_rows(struct tp_dataset *d, const struct tp_dataset_conf *conf,
    struct tp_buf *rows)
{
	struct rebuild		b = { .filter = &tp_dataset_filter,
				    .conf = conf, .now_ms = NOW };
	struct rebuild_run	x;

	memset(tp_buf_room(rows, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = rows->p;
	b.n = rows->n;
	rebuild_start(&x, &b);
	rebuild_feed(&x, b.n);
	if (x.rejects.n > 0)
		fail_msg("%.*s", (int)x.rejects.n, x.rejects.p);
	memcpy(d, x.st, sizeof(*d));
	memset(x.st, 0, sizeof(*d));
	rebuild_stop(&x);
}

static const struct tp_model_kind	*const kinds[] = {
	&tp_model_linear, &tp_model_mlp, NULL,
};
static const struct tp_dataset_conf	data_conf = { kinds };
static const double			share[3] = { 70, 10, 20 };

/* A data set of DAYS days and what training makes of it. */
static void
train(struct tp_dataset *d, struct tp_train_result *r, const char *unit,
    int threads)
{
	struct tp_grid_opts	g = grid_opts(true);
	struct tp_buf		log = { 0 }, rows = { 0 };
	struct tp_train_opts	o = {
		.kind = &tp_model_linear, .model = { .seed = 1, .threads = threads },
		.alpha = 0.1,
	};
	struct tp_err		e = { 0 };

	memset(d, 0, sizeof(*d));
	memset(r, 0, sizeof(*r));
	make_log(&log, 1, unit, 0, DAYS * 96, 3);
	run_filter(&tp_rowfilter, &g, &log, &rows);
	read_rows(d, &data_conf, &rows);
	assert_int_equal(tp_dataset_finish(d, share, 100, &e), 0);
	assert_int_equal(tp_train(d, &o, r, &e), 0);
	tp_buf_release(&log);
	tp_buf_release(&rows);
}

static void
score_is_naive(void **state)
{
	enum { n = 5000 };
	static double	f[n], y[n];
	double		abs = 0, sq = 0, ape = 0, bias = 0;
	struct tp_score	up = { 0 }, down = { 0 }, half = { 0 };
	struct tp_rng	r;
	int		i;

	(void)state;
	tp_rng_init(&r, 2);
	for (i = 0; i < n; i++) {
		y[i] = 80 * tp_rng_uniform(&r);
		f[i] = y[i] + 5 * tp_rng_normal(&r);
		abs += fabs(f[i] - y[i]);
		sq += (f[i] - y[i]) * (f[i] - y[i]);
		bias += f[i] - y[i];
		ape += 100 * fabs(f[i] - y[i]) / y[i];
		tp_score_add(&up, f[i], y[i]);
	}
	for (i = n; i-- > 0; )
		tp_score_add(i % 2 ? &down : &half, f[i], y[i]);
	tp_score_merge(&down, &half);
	assert_memory_equal(&up, &down, sizeof(up));
	assert_true(fabs(tp_score_mae(&up) - abs / n) < 1e-8);
	assert_true(fabs(tp_score_rmse(&up) - sqrt(sq / n)) < 1e-8);
	assert_true(fabs(tp_score_bias(&up) - bias / n) < 1e-8);
	assert_true(fabs(tp_score_mape(&up) - ape / n) < 1e-6);
	tp_score_add(&up, (double)NAN, 1);
	tp_score_add(&up, 1, (double)INFINITY);
	assert_int_equal(up.n, n);
	tp_score_add(&up, 5, 0);
	assert_int_equal(up.n, n + 1);
	assert_int_equal(up.n_pos, n);
	tp_score_add(&up, 1e300, 1e-300);
	assert_true(isfinite(tp_score_rmse(&up)));
}

static void
score_of_intervals(void **state)
{
	struct tp_score	s = { 0 };

	(void)state;
	assert_true(isnan(tp_score_mae(&s)));
	assert_true(isnan(tp_score_coverage(&s)));
	tp_score_interval(&s, 10, 20, 15, 0.1);
	assert_true(tp_score_winkler(&s) == 10);
	tp_score_interval(&s, 10, 20, 22, 0.1);
	/* (10 + 10 + 2/0.1 * 2) / 2 */
	assert_true(fabs(tp_score_winkler(&s) - 30) < 1e-8);
	assert_true(tp_score_coverage(&s) == 50);
	assert_true(tp_score_width(&s) == 10);
}

/* The published sizes of METR-LA: 34,272 steps. */
static void
split_is_dcrnn(void **state)
{
	struct tp_dataset	d = { 0 };
	struct tp_err		e = { 0 };

	(void)state;
	d.spec = tp_feat_spec_default;
	d.spec.ntargets = 2;
	d.horizon[0] = 3;
	d.horizon[1] = 12;
	d.nrow = 1;
	d.from = T0;
	d.to = T0 + 34271 * d.spec.step_ms;
	assert_int_equal(tp_dataset_finish(&d, share, 288, &e), 0);
	assert_int_equal(d.panel.part[0], 11);
	assert_int_equal(d.panel.part[1] - d.panel.part[0], 23974);
	assert_int_equal(d.panel.part[2] - d.panel.part[1], 3425);
	assert_int_equal(d.panel.part[3] - d.panel.part[2], 6850);
	assert_int_equal(tp_dataset_finish(&d, share, 34250, &e), -1);
	assert_int_equal(e.code, TP_EXIT_DATA);
	d.to = T0 + 24 * d.spec.step_ms;
	assert_int_equal(tp_dataset_finish(&d, share, 3, &e), -1);
}

/* Threads change nothing of what is saved. */
static void
training_is_repeatable(void **state)
{
	struct tp_dataset	d;
	struct tp_train_result	r;
	struct tp_buf		a = { 0 }, b = { 0 };

	(void)state;
	train(&d, &r, "mph", 1);
	tp_modelfile_write(&r.model, &a);
	assert_int_equal(r.nscored, 3);
	assert_true(tp_score_mae(&r.scored[0].s[TP_SPLIT_TEST][1]) <
	    tp_score_mae(&r.scored[1].s[TP_SPLIT_TEST][1]));
	tp_train_release(&r);
	tp_dataset_release(&d);
	train(&d, &r, "mph", 3);
	tp_modelfile_write(&r.model, &b);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	tp_train_release(&r);
	tp_dataset_release(&d);
	tp_buf_release(&a);
	tp_buf_release(&b);
}

static void
use_model(struct tp_live_conf *c, const struct tp_modelfile *m)
{
	struct tp_err	e = { 0 };

	*c = (struct tp_live_conf){
		.grid = tp_grid_defaults, .levels = tp_levels_default,
	};
	if (tp_live_use(c, m, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(c->grid.spec.groups, TP_FEAT_LAG);
}

/* Joins forecasts with the log by hand, and scores the test part again. */
static void
live_says_what_training_scored(void **state)
{
	struct tp_dataset	d;
	struct tp_train_result	r;
	struct tp_live_conf	c;
	struct tp_buf		log = { 0 }, out = { 0 };
	struct tp_score		s[2] = { { 0 }, { 0 } };
	struct tp_rec		rec = { 0 };
	char			*line, *end;
	int64_t			t, from, to, h;
	double			v, lo, hi, y;
	size_t			i;

	(void)state;
	train(&d, &r, "mph", 1);
	use_model(&c, &r.model);
	make_log(&log, 1, "mph", 0, DAYS * 96, 3);
	run_filter(&tp_live_filter, &c, &log, &out);
	memset(tp_buf_room(&out, TP_JSON_PAD), 0, TP_JSON_PAD);
	from = tp_dataset_time(&d, d.panel.part[2]);
	to = tp_dataset_time(&d, d.panel.part[3]);
	for (line = out.p; line < out.p + out.n; line = end + 1) {
		end = strchr(line, '\n');
		assert_int_equal(tp_rec_parse(&rec, line,
		    (size_t)(end - line)), 0);
		tp_rec_int(&rec, TP_F_TIMESTAMP, &t);
		tp_rec_int(&rec, TP_F_HORIZON_MINUTES, &h);
		if (t < from || t >= to)
			continue;
		for (i = 0; i < d.nrow; i++)
			if (tp_dataset_time(&d, d.step[i]) ==
			    t + h * TP_MINUTE && memcmp(
			    rec.at[TP_F_SEGMENT_ID]->p,
			    d.segs.keys[d.seg[i]].p, 2) == 0)
				break;
		if (i == d.nrow || isnan(d.now[i]))
			continue;
		y = d.now[i];
		tp_rec_num(&rec, TP_F_PREDICTED_SPEED_MPH, &v);
		tp_rec_num(&rec, TP_F_LOWER_MPH, &lo);
		tp_rec_num(&rec, TP_F_UPPER_MPH, &hi);
		tp_score_add(&s[h == 60], v, y);
		tp_score_interval(&s[h == 60], lo, hi, y, 0.1);
		tp_rec_num(&rec, TP_F_CONFIDENCE_SCORE, &v);
		tp_score_level(&s[h == 60], v, tp_level(&tp_levels_default, y,
		    0, TP_UNIT_MPH) ==
		    tp_level_of(rec.at[TP_F_CONGESTION_LEVEL]));
	}
	assert_true(s[0].n > 500);
	for (i = 0; i < 2; i++)
		assert_memory_equal(&s[i],
		    &r.scored[0].s[TP_SPLIT_TEST][i], sizeof(s[i]));
	tp_rec_release(&rec);
	tp_train_release(&r);
	tp_dataset_release(&d);
	tp_buf_release(&log);
	tp_buf_release(&out);
}

/* Rows made by tp-features and rows made in memory are the same. */
static void
live_from_rows_and_events(void **state)
{
	struct tp_dataset	d;
	struct tp_train_result	r;
	struct tp_live_conf	c;
	struct tp_grid_opts	g = grid_opts(false);
	struct tp_buf		log = { 0 }, rows = { 0 }, a = { 0 }, b = { 0 };

	(void)state;
	train(&d, &r, "mph", 1);
	use_model(&c, &r.model);
	/* s3 is not known to the model */
	make_log(&log, 5, "mph", 96, 300, 4);
	run_filter(&tp_live_filter, &c, &log, &a);
	run_filter(&tp_rowfilter, &g, &log, &rows);
	run_filter(&tp_live_filter, &c, &rows, &b);
	assert_int_equal(a.n, b.n);
	assert_memory_equal(a.p, b.p, a.n);
	assert_non_null(strstr(tp_buf_cstr(&a),
	    "\"model_version\":\"ha\""));
	tp_train_release(&r);
	tp_dataset_release(&d);
	tp_buf_release(&log);
	tp_buf_release(&rows);
	tp_buf_release(&a);
	tp_buf_release(&b);
}

/* The same of a model that reads all rows of a step, and its rebuild. */
static void
live_gathers_rows(void **state)
{
	struct tp_dataset	d;
	struct tp_train_result	r, joint = { 0 };
	struct tp_live_conf	c;
	struct tp_grid_opts	g = grid_opts(false);
	struct tp_buf		log = { 0 }, rows = { 0 }, a = { 0 }, b = { 0 };
	struct tp_train_opts	o = {
		.kind = &tp_model_mlp, .alpha = 0.1,
		.model = { .seed = 1, .threads = 1, .epochs = 1 },
	};
	struct rebuild		rb = { .filter = &tp_live_filter, .conf = &c,
				    .now_ms = NOW, .idle_ms = TP_HOUR };
	struct tp_err		e = { 0 };
	int			i;

	(void)state;
	train(&d, &r, "mph", 1);
	assert_int_equal(tp_train(&d, &o, &joint, &e), 0);
	make_log(&log, 5, "mph", 96, 180, 4);
	for (i = 0; i < 4; i++) {
		use_model(&c, &joint.model);
		c.grid.early = i % 2 == 0;
		run_filter(&tp_rowfilter, &g, &log, &rows);
		run_filter(&tp_live_filter, &c, &log, &a);
		run_filter(&tp_live_filter, &c, &rows, &b);
		assert_int_equal(a.n, b.n);
		assert_memory_equal(a.p, b.p, a.n);
		rb.log = rows.p;
		rb.n = rows.n;
		rb.idle_every = i < 2 ? 0 : 7;
		rebuild_check(&rb, 25, 1 + (uint64_t)i);
		rows.n = a.n = b.n = 0;
	}
	tp_train_release(&joint);
	tp_train_release(&r);
	tp_dataset_release(&d);
	tp_buf_release(&log);
	tp_buf_release(&rows);
	tp_buf_release(&a);
	tp_buf_release(&b);
}

/* The next number behind a key. */
static double
number(const char **p, const char *key)
{
	*p = strstr(*p, key);
	assert_non_null(*p);
	*p += strlen(key);
	return strtod(*p, NULL);
}

/* A stream in km/h is forecast in km/h by a model trained in mph. */
static void
live_converts_units(void **state)
{
	struct tp_dataset	d;
	struct tp_train_result	r;
	struct tp_live_conf	c;
	struct tp_buf		mph = { 0 }, kmh = { 0 }, a = { 0 }, b = { 0 };
	const char		*p, *q;
	size_t			i;

	(void)state;
	train(&d, &r, "mph", 1);
	use_model(&c, &r.model);
	make_log(&mph, 5, "mph", 96, 200, 3);
	make_log(&kmh, 5, "kmh", 96, 200, 3);
	run_filter(&tp_live_filter, &c, &mph, &a);
	run_filter(&tp_live_filter, &c, &kmh, &b);
	p = tp_buf_cstr(&a);
	q = tp_buf_cstr(&b);
	for (i = 0; i < 500; i++)
		assert_true(fabs(number(&p, "\"predicted_speed_mph\":") *
		    TP_KMH_PER_MPH - number(&q, "\"predicted_speed_kmh\":")) <
		    0.005);
	/* asked for, it comes out in mph again */
	c.unit = TP_UNIT_MPH;
	b.n = 0;
	run_filter(&tp_live_filter, &c, &kmh, &b);
	assert_non_null(strstr(tp_buf_cstr(&b), "current_speed_mph"));
	assert_null(strstr(b.p, "kmh"));
	tp_train_release(&r);
	tp_dataset_release(&d);
	tp_buf_release(&mph);
	tp_buf_release(&kmh);
	tp_buf_release(&a);
	tp_buf_release(&b);
}

/* Rebuild at many points and go on == one straight run, byte for byte. */
static void
live_rebuilds(void **state)
{
	struct tp_dataset	d;
	struct tp_train_result	r;
	struct tp_live_conf	c;
	struct tp_buf		log = { 0 };
	struct rebuild		b = { .filter = &tp_live_filter, .conf = &c,
				    .now_ms = NOW };
	int			late;

	(void)state;
	train(&d, &r, "mph", 1);
	make_log(&log, 6, "mph", 0, 60, 4);
	make_log(&log, 7, "kmh", 57, 90, 3);
	make_log(&log, 8, "mph", 110, 140, 4);
	memset(tp_buf_room(&log, TP_JSON_PAD), 0, TP_JSON_PAD);
	b.log = log.p;
	b.n = log.n;
	for (late = 0; late < 3; late++) {
		use_model(&c, &r.model);
		c.grid.delay_ms = late * STEP;
		c.nminutes = late == 2;
		c.minutes[0] = 60;
		c.use.model = NULL;
		assert_int_equal(tp_live_use(&c, &r.model,
		    &(struct tp_err){ 0 }), 0);
		b.idle_every = late == 1 ? 17 : 0;
		b.idle_ms = TP_HOUR;
		rebuild_check(&b, 25, 1 + (uint64_t)late);
	}
	tp_train_release(&r);
	tp_dataset_release(&d);
	tp_buf_release(&log);
}

static void
live_refuses_models(void **state)
{
	struct tp_dataset	d;
	struct tp_train_result	r;
	struct tp_live_conf	c = { .grid = tp_grid_defaults };
	struct tp_err		e = { 0 };
	char			*spec;

	(void)state;
	train(&d, &r, "mph", 1);
	c.nminutes = 1;
	c.minutes[0] = 45;
	assert_int_equal(tp_live_use(&c, &r.model, &e), -1);
	assert_int_equal(e.code, TP_EXIT_USAGE);
	c.minutes[0] = 15;
	assert_int_equal(tp_live_use(&c, &r.model, &e), 0);
	spec = r.model.spec;
	r.model.spec = tp_strdup("step=15m lags=5 unit=mph");
	assert_int_equal(tp_live_use(&c, &r.model, &e), -1);
	assert_non_null(strstr(e.text, "other features"));
	free(r.model.spec);
	r.model.spec = tp_strdup("step=15m lags=3 unit=mph");
	assert_int_equal(tp_live_use(&c, &r.model, &e), -1);
	free(r.model.spec);
	r.model.spec = spec;
	tp_train_release(&r);
	tp_dataset_release(&d);
}

/* A model is not replaced by a worse one. */
static void
gate_holds(void **state)
{
	struct tp_dataset	d;
	struct tp_train_result	r, again = { 0 };
	struct tp_err		e = { 0 };
	struct tp_train_opts	o = {
		.kind = &tp_model_persistence, .model = { .seed = 1, .threads = 1 },
		.alpha = 0.1,
	};

	(void)state;
	train(&d, &r, "mph", 1);
	assert_int_equal(tp_train(&d, &o, &again, &e), 0);
	assert_int_equal(tp_train_gate(&d, &r.model, 0, &again, &e), 0);
	assert_true(again.refused);
	assert_true(again.gate.new_mae > again.gate.old_mae);
	/* the model in use scores as it did when it was trained */
	assert_true(tp_score_mae(&again.scored[again.nscored - 1].s[1][0]) ==
	    tp_score_mae(&r.scored[0].s[1][0]));
	tp_train_release(&again);
	assert_int_equal(tp_train(&d, &o, &again, &e), 0);
	assert_int_equal(tp_train_gate(&d, &r.model, -1000, &again, &e), 0);
	assert_false(again.refused);
	tp_train_release(&again);
	/* the same again is not better, and no worse */
	o.kind = &tp_model_linear;
	assert_int_equal(tp_train(&d, &o, &again, &e), 0);
	assert_int_equal(tp_train_gate(&d, &r.model, 0, &again, &e), 0);
	assert_true(again.refused);
	assert_true(again.gate.new_mae == again.gate.old_mae);
	assert_true(again.gate.se == 0);
	tp_train_release(&again);
	assert_int_equal(tp_train(&d, &o, &again, &e), 0);
	assert_int_equal(tp_train_gate(&d, &r.model, -1e-9, &again, &e), 0);
	assert_false(again.refused);
	tp_train_release(&again);
	tp_train_release(&r);
	tp_dataset_release(&d);
}

int
main(void)
{
	const struct CMUnitTest	tests[] = {
		cmocka_unit_test(score_is_naive),
		cmocka_unit_test(score_of_intervals),
		cmocka_unit_test(split_is_dcrnn),
		cmocka_unit_test(training_is_repeatable),
		cmocka_unit_test(live_says_what_training_scored),
		cmocka_unit_test(live_from_rows_and_events),
		cmocka_unit_test(live_gathers_rows),
		cmocka_unit_test(live_converts_units),
		cmocka_unit_test(live_rebuilds),
		cmocka_unit_test(live_refuses_models),
		cmocka_unit_test(gate_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
