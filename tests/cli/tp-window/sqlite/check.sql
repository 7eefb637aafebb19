CREATE TABLE line (text);
.mode ascii
.separator "\t" "\n"
.import events.jsonl line
CREATE TABLE event AS SELECT json_extract(text, '$.segment_id') AS id,
	json_extract(text, '$.timestamp') AS t,
	json_extract(text, '$.speed_mph') AS v FROM line;
DELETE FROM line;
.import windows.jsonl line
CREATE TABLE got AS SELECT json_extract(text, '$.segment_id') AS id,
	json_extract(text, '$.window_start') AS start,
	json_extract(text, '$.window_end') AS stop,
	json_extract(text, '$.event_count') AS n,
	json_extract(text, '$.avg_speed_mph') AS mean,
	json_extract(text, '$.min_speed_mph') AS low,
	json_extract(text, '$.max_speed_mph') AS high,
	json_extract(text, '$.std_speed_mph') AS std,
	json_extract(text, '$.p15_speed_mph') AS p15,
	json_extract(text, '$.p50_speed_mph') AS p50,
	json_extract(text, '$.p85_speed_mph') AS p85,
	json_extract(text, '$.congestion_level') AS level,
	row_number() OVER () AS place FROM line;
-- every window that holds the event: the last one, and those before it
CREATE TABLE k AS WITH RECURSIVE i(k) AS (SELECT 0 UNION ALL
	SELECT k + 1 FROM i, conf WHERE (k + 1) * slide < size) SELECT k FROM i;
CREATE TABLE inside AS SELECT id, t - t % slide - k * slide AS start, v
	FROM event, conf, k WHERE t - t % slide - k * slide + size > t;
CREATE TABLE ranked AS SELECT id, start, v,
	row_number() OVER (PARTITION BY id, start ORDER BY v) - 1 AS r,
	count(*) OVER (PARTITION BY id, start) AS n FROM inside;
-- a percentile lies at rank (n - 1) p; between two ranks it is interpolated
CREATE TABLE want AS SELECT id, start, start + size AS stop, n,
	avg(v) AS mean, min(v) AS low, max(v) AS high,
	sqrt(sum((v - m) * (v - m)) / (n - 1)) AS std,
	sum(v * max(0, 1 - abs(r - (n - 1) * 0.15))) AS p15,
	sum(v * max(0, 1 - abs(r - (n - 1) * 0.50))) AS p50,
	sum(v * max(0, 1 - abs(r - (n - 1) * 0.85))) AS p85
	FROM (SELECT *, avg(v) OVER (PARTITION BY id, start) AS m FROM ranked),
	conf GROUP BY id, start;
CREATE INDEX i ON got (id, start);
.mode list
SELECT 'windows', (SELECT count(*) FROM got) = count(*), count(*) > 100
	FROM want;
SELECT 'differs', id, start FROM want LEFT JOIN got USING (id, start)
	WHERE got.stop IS NOT want.stop OR got.n IS NOT want.n
	OR NOT ifnull(abs(got.mean - want.mean) < 1.1e-6, 0)
	OR NOT ifnull(abs(got.low - want.low) < 1.1e-6, 0)
	OR NOT ifnull(abs(got.high - want.high) < 1.1e-6, 0)
	OR (got.std IS NULL) <> (want.n = 1)
	OR abs(got.std - want.std) > 1.1e-6
	OR NOT ifnull(abs(got.p15 - want.p15) < 1.1e-6, 0)
	OR NOT ifnull(abs(got.p50 - want.p50) < 1.1e-6, 0)
	OR NOT ifnull(abs(got.p85 - want.p85) < 1.1e-6, 0)
	OR got.level <> CASE WHEN want.mean >= 60 THEN 'FREE_FLOW'
		WHEN want.mean >= 45 THEN 'LIGHT'
		WHEN want.mean >= 30 THEN 'MODERATE'
		WHEN want.mean >= 15 THEN 'HEAVY' ELSE 'SEVERE' END
	LIMIT 5;
-- by window_end, then by the key's bytes
SELECT 'order', a.place FROM got a JOIN got b ON b.place = a.place + 1
	WHERE (a.stop, a.id) >= (b.stop, b.id) LIMIT 5;
