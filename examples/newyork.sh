#!/bin/sh
# shellcheck disable=SC2086
# New York's taxis: trips -> positions -> cells of 500 m and 2 minutes -> the
# slowest cells of each window, and low, medium or high congestion of each cell
# 15 minutes ahead.
#	newyork.sh [TRIPS.csv ...]
# Without files of the Taxi and Limousine Commission it makes up TRIPS (default
# 6000) trips of DAYS (4) days.  RATE positions a second go in (default: as fast
# as it goes).  Leaves in OUT (newyork-out): cells.jsonl, hotspots.jsonl,
# report.jsonl, classes.model, classes.jsonl.
# KIND is a kind of tp-train (default classify, or linear where XGBoost's library
# is not installed), LEARNER gbt (default) or forest.
# With SERVE=:8080 the page at that address shows them at the end, until a signal.
# With KAFKA=1 positions, cells and forecasts go through topics of the broker at
# $TP_BROKERS, exactly once, and the same files come out.  They are of one
# partition: a cell's events must be in one, and taxis pass from cell to cell.
#
# Files of 2017 on are Parquet, and have zones instead of places.  By DuckDB:
#	duckdb -csv -c "FROM 'yellow_tripdata_2017-01.parquet'" >trips.csv
# or by pyarrow:
#	python3 -c 'import sys, pyarrow.csv as c, pyarrow.parquet as p
#	c.write_csv(p.read_table(sys.argv[1]), sys.stdout.buffer)' \
#		yellow_tripdata_2017-01.parquet >trips.csv
# and ZONES=zones.csv names a table LocationID,latitude,longitude.
set -eu
top=$(cd -P "$(dirname "$0")/.." && pwd)
PATH=$top/bin:$PATH
out=${OUT:-newyork-out}
cell=${CELL:-grid:500m}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tp-newyork.XXXXXX")
made=''
topics='newyork-positions newyork-cells newyork-hotspots newyork-classes'
export PATH

# clean: removes what was made here, and only that
clean()
{
	[ -z "$made" ] || tp-topics -q delete -F "$tmp/topics" || :
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 130' INT TERM

# positions [OPTION...]: of all trips; windows OPTION...: of the cells.  What
# is open at the end is held back, as on a topic, which has no end.
positions()
{
	tp-replay --format nyc --every 10s --rate "${RATE:-0}" \
		${ZONES:+--zones "$ZONES"} "$@" "$tmp"/trips*.csv
}
windows()
{
	tp-window --cell "$cell" --size 2m --agg n,mean,std,vehicles \
		--at-eof hold --idle 0 "$@"
}
hotspots()
{
	windows --top 10 --min-n 12 "$@"
}

# train KIND
train()
{
	tp-train --model "$1" --learner "${LEARNER:-gbt}" \
		--classes low,medium,high --report "$out/report.jsonl" \
		-o "$out/classes.model" "$tmp/rows.jsonl"
}

mkdir -p "$out"
rm -f "$out/classes.model"
if [ $# -gt 0 ]; then
	n=0
	for f; do
		n=$((n + 1))
		cp -- "$f" "$tmp/trips$n.csv"
	done
else
	echo "== making up trips" >&2
	awk -v n="${TRIPS:-6000}" -v days="${DAYS:-4}" \
		-f "$top/examples/trips.awk" >"$tmp/trips.csv"
fi

if [ "${KAFKA-}" = 1 ]; then
	echo "== topics of the broker at $TP_BROKERS" >&2
	echo '* partitions=1 replication=1 retention.ms=-1' >"$tmp/topics"
	printf '%s\n' $topics >>"$tmp/topics"
	tp-topics -q create --new -F "$tmp/topics" >&2
	made=1
	positions -o kafka:newyork-positions
	windows --end -G "newyork-cells-$$" -i kafka:newyork-positions \
		-o kafka:newyork-cells
	hotspots --end -G "newyork-hotspots-$$" -i kafka:newyork-positions \
		-o kafka:newyork-hotspots
	kcat -C -b "$TP_BROKERS" -t newyork-cells -o beginning -e -q \
		>"$out/cells.jsonl"
	kcat -C -b "$TP_BROKERS" -t newyork-hotspots -o beginning -e -q \
		>"$out/hotspots.jsonl"
else
	echo "== positions to cells and hotspots" >&2
	positions -o "$tmp/positions.jsonl"
	windows -o "$out/cells.jsonl" "$tmp/positions.jsonl"
	hotspots -o "$out/hotspots.jsonl" "$tmp/positions.jsonl"
fi

# A cell that no taxi is in has no speed: it is known for 30 minutes, and its
# last speed fills ten.
echo "== learning the classes" >&2
tp-features --cell "$cell" --step 2m --targets 15 --lags 6 --roll 5,15 \
	--groups time,lag,roll,cell --max-gap 10m --expire 30m \
	--tz America/New_York -o "$tmp/rows.jsonl" "$out/cells.jsonl"
train "${KIND:-classify}" || {
	[ -z "${KIND-}" ] && [ ! -e "$out/classes.model" ]
	train linear
}
if [ -n "$made" ]; then
	tail -n 20000 "$out/cells.jsonl" |
		tp-predict -m "$out/classes.model" -o kafka:newyork-classes
	kcat -C -b "$TP_BROKERS" -t newyork-classes -o beginning -e -q \
		>"$out/classes.jsonl"
else
	tail -n 20000 "$out/cells.jsonl" |
		tp-predict -m "$out/classes.model" -o "$out/classes.jsonl"
fi
echo "== the last hotspots: each window's slowest cells, by rank" >&2
tail -n 10 "$out/hotspots.jsonl"
echo "== in $out" >&2
wc -l "$out"/*.jsonl >&2
[ -z "${SERVE-}" ] || tp-serve --cell "$cell" --step 2m --levels 25,20,15,10 \
	--tz America/New_York -l "$SERVE" "$out/cells.jsonl" "$out/classes.jsonl"
