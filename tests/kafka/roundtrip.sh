#!/bin/sh
# shellcheck disable=SC2086
# The pipeline over topics gives what it gives over pipes: the same lines, and
# per segment in the same order.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
now=2026-01-01T00:00:00Z
data=$TOP/data/metr-la-29.csv.gz
replay="tp-replay --format metr-la --from 2012-03-05 --to 2012-03-08 $data"
validate="tp-validate --now $now"
window="tp-window --size 15m --now $now --idle 0 --at-eof hold"
features="tp-features --targets 15,30 --now $now"

# all TOPIC: by partition
all()
{
	for p in $parts; do
		values "$1" "$p"
	done
}

# by_segment: the lines in the order of segments, each segment's as they come
by_segment()
{
	sed 's/.*"segment_id":"\([^"]*\)".*/\1 &/' | sort -s -k 1,1 |
		cut -d ' ' -f 2-
}

# same TOPIC FILE
same()
{
	all "$1" | by_segment >"$scratch/a"
	by_segment <"$2" >"$scratch/b"
	[ -s "$scratch/b" ] && cmp "$scratch/b" "$scratch/a"
}

start_broker
$replay 2>/dev/null >"$scratch/raw"
# shellcheck disable=SC2086
$validate "$scratch/raw" >"$scratch/events"
$window "$scratch/events" >"$scratch/agg"
try "replay to a topic" $replay -o kafka:raw
try "it holds the events" same raw "$scratch/raw"
try "validate" $validate -i kafka:raw -o kafka:events --rejects kafka:bad \
	--instance a -e
try "validated alike" same events "$scratch/events"
try "window" $window -i kafka:events -o kafka:agg --instance a -e
try "windows alike" same agg "$scratch/agg"

# features and forecasts: open steps are not written, so the files are those
# of each partition
try "features" $features -i kafka:events -o kafka:rows --instance a -e
for p in $parts; do
	values events "$p" >"$scratch/in"
	$features "$scratch/in" 2>/dev/null
done >"$scratch/rows"
all rows >"$scratch/got"
try "rows of features are among them" sh -c "
	sort '$scratch/rows' >'$scratch/a'; sort '$scratch/got' >'$scratch/b'
	[ \$(wc -l <'$scratch/b') -gt 10000 ] &&
	[ -z \"\$(comm -13 '$scratch/a' '$scratch/b')\" ]"
if tp-replay --format metr-la --to 2012-03-15 "$data" 2>/dev/null |
	$features 2>/dev/null | tp-train --model ha -o "$scratch/m" \
	>/dev/null 2>&1; then
	try "predict" tp-predict -m "$scratch/m" --now $now -i kafka:events \
		-o kafka:forecasts --instance a -e
	for p in $parts; do
		values events "$p" >"$scratch/in"
		tp-predict -m "$scratch/m" --now $now "$scratch/in" 2>/dev/null
	done | sort >"$scratch/a"
	all forecasts | sort >"$scratch/b"
	try "forecasts are among them" sh -c "
		[ \$(wc -l <'$scratch/b') -gt 10000 ] &&
		[ -z \"\$(comm -13 '$scratch/a' '$scratch/b')\" ]"
	# one result of all wants the order of time: one partition
	$features -o 'kafka:table?partition=0' "$scratch/events" 2>/dev/null
	$features "$scratch/events" >"$scratch/table" 2>/dev/null
	tp-train --model ha -o "$scratch/m2" "$scratch/table" >/dev/null 2>&1
	timeout 120 tp-train --model ha -i 'kafka:table?partition=0' \
		-o "$scratch/m3" >/dev/null 2>&1
	try "train from a topic" cmp "$scratch/m2" "$scratch/m3"
fi
finish
