-- The columns of tp-features once more, from the events alone.
.bail on
.mode ascii
.separator "\t" "\n"
CREATE TABLE event_line(j TEXT);
CREATE TABLE row_line(j TEXT);
.import events.jsonl event_line
.import rows.jsonl row_line
.mode csv
.import distances.csv arc
.mode list

CREATE TABLE ev AS SELECT j ->> 'segment_id' AS seg,
	(j ->> 'timestamp') / 300000 AS step, j ->> 'speed_mph' AS v
	FROM event_line;

-- The grid: each segment from its first reading to the last step of all.
CREATE TABLE grid AS
	WITH RECURSIVE steps(step) AS (
		SELECT min(step) FROM ev UNION ALL
		SELECT step + 1 FROM steps WHERE step < (SELECT max(step) FROM ev)),
	segs AS (SELECT seg, min(step) AS first FROM ev GROUP BY seg)
	SELECT seg, step, v FROM segs JOIN steps ON step >= first
	LEFT JOIN ev USING (seg, step);

CREATE TABLE seen AS SELECT *,
	max(CASE WHEN v IS NOT NULL THEN step END) OVER w AS src,
	count(v) OVER w AS grp
	FROM grid WINDOW w AS (PARTITION BY seg ORDER BY step);
CREATE TABLE filled AS SELECT *,
	first_value(v) OVER (PARTITION BY seg, grp ORDER BY step) AS last
	FROM seen;
CREATE TABLE want AS SELECT seg, step, v, last, (step - src) * 5 AS minutes,
	CASE WHEN step - src <= 288 THEN last END AS fill
	FROM filled;
CREATE INDEX want_at ON want(seg, step);

-- Road neighbours: weight exp(-(d / s)^2), s the deviation of all distances.
CREATE TABLE link AS SELECT "from" AS a, "to" AS b,
	exp(-(distance_m * distance_m) / (SELECT avg(d * d) - avg(d) * avg(d)
	FROM (SELECT CAST(distance_m AS REAL) AS d FROM arc))) AS w FROM arc;

CREATE TABLE got AS SELECT j ->> 'segment_id' AS seg,
	(j ->> 'timestamp') / 300000 AS step, j FROM row_line;

SELECT 'rows ' || count(*) || ', not in the other table ' ||
	sum(want.seg IS NULL) FROM got LEFT JOIN want USING (seg, step);
SELECT 'rows expected ' || count(*) FROM want;

-- One line per column that differs anywhere.
CREATE TABLE diff(col TEXT, n INT);

INSERT INTO diff SELECT 'speed_mph', count(*) FROM got JOIN want USING (seg, step)
	WHERE j ->> 'speed_mph' IS NOT v;
INSERT INTO diff SELECT 'last_speed_mph', count(*) FROM got JOIN want
	USING (seg, step) WHERE j ->> 'last_speed_mph' IS NOT last;
INSERT INTO diff SELECT 'minutes_since_reading', count(*) FROM got JOIN want
	USING (seg, step) WHERE j ->> 'minutes_since_reading' IS NOT minutes;

WITH RECURSIVE lag(k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM lag WHERE k < 11)
INSERT INTO diff SELECT 'lag_' || k, count(*) FROM lag, got
	LEFT JOIN want ON want.seg = got.seg AND want.step = got.step - k
	WHERE j ->> ('$.lag_' || k || '_mph') IS NOT fill
	OR j ->> ('$.lag_' || k || '_seen') IS NOT (v IS NOT NULL)
	GROUP BY k;

WITH span(m) AS (VALUES (15), (30), (60))
INSERT INTO diff SELECT 'target_' || m, count(*) FROM span, got
	LEFT JOIN want ON want.seg = got.seg AND want.step = got.step + m / 5
	WHERE j ->> ('$.target_' || m || '_mph') IS NOT v
	GROUP BY m;

-- Sums are of other operations in another order: 1e-6 is the last digit.
CREATE TABLE roll(w INT, seg, step, mean, var, lo, hi);
INSERT INTO roll SELECT 3, seg, step, avg(v) OVER w, avg(v * v) OVER w -
	avg(v) OVER w * avg(v) OVER w, min(v) OVER w, max(v) OVER w FROM want
	WINDOW w AS (PARTITION BY seg ORDER BY step ROWS 2 PRECEDING);
INSERT INTO roll SELECT 6, seg, step, avg(v) OVER w, avg(v * v) OVER w -
	avg(v) OVER w * avg(v) OVER w, min(v) OVER w, max(v) OVER w FROM want
	WINDOW w AS (PARTITION BY seg ORDER BY step ROWS 5 PRECEDING);
INSERT INTO roll SELECT 12, seg, step, avg(v) OVER w, avg(v * v) OVER w -
	avg(v) OVER w * avg(v) OVER w, min(v) OVER w, max(v) OVER w FROM want
	WINDOW w AS (PARTITION BY seg ORDER BY step ROWS 11 PRECEDING);
INSERT INTO diff SELECT 'roll_' || w, count(*) FROM (SELECT w,
	j ->> ('$.roll_' || w || '_mean_mph') AS a, mean,
	j ->> ('$.roll_' || w || '_std_mph') AS b, var,
	j ->> ('$.roll_' || w || '_min_mph') AS c, lo,
	j ->> ('$.roll_' || w || '_max_mph') AS d, hi
	FROM got JOIN roll USING (seg, step))
	WHERE (a IS NULL) + (mean IS NULL) + (b IS NULL) = 1
	OR abs(a - mean) > 1e-6 OR abs(b * b - var) > 1e-4
	OR c IS NOT lo OR d IS NOT hi
	GROUP BY w;

WITH span(k) AS (VALUES (1), (3))
INSERT INTO diff SELECT 'change_' || k, count(*) FROM (
	SELECT k, j ->> ('$.change_' || k || '_mph') AS a,
	now.fill - was.fill AS b FROM span, got
	JOIN want AS now USING (seg, step)
	LEFT JOIN want AS was ON was.seg = got.seg AND was.step = got.step - k)
	WHERE (a IS NULL) <> (b IS NULL) OR abs(a - b) > 1e-6
	GROUP BY k;

-- a: from, b: to.  Upstream of a segment are those with a way to it.
CREATE TABLE near AS SELECT 'upstream' AS side, b AS seg, a AS other, w FROM link
	UNION ALL SELECT 'downstream', a, b, w FROM link;
CREATE TABLE around AS SELECT side, near.seg, step, count(v) AS n,
	sum(v * w) / sum(CASE WHEN v IS NOT NULL THEN w END) AS mean
	FROM near JOIN want ON want.seg = near.other GROUP BY side, near.seg, step;
WITH sides(side) AS (VALUES ('upstream'), ('downstream'))
INSERT INTO diff SELECT side, count(*) FROM (SELECT sides.side AS side,
	j ->> ('$.' || sides.side || '_count') AS a, coalesce(n, 0) AS b,
	j ->> ('$.' || sides.side || '_mean_mph') AS c, mean AS d
	FROM sides, got LEFT JOIN around ON around.side = sides.side
	AND around.seg = got.seg AND around.step = got.step)
	WHERE a <> b OR (c IS NULL) <> (d IS NULL) OR abs(c - d) > 1e-6
	GROUP BY side;

SELECT col || ' differs in ' || n FROM diff WHERE n > 0;
