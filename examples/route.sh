#!/bin/sh
# Routes between two sensors of the sample: on empty roads, and by the speeds
# measured up to 8 o'clock on a Tuesday.
set -e
sample=data/metr-la-29
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tp-graph build -q --sensors "$sample-sensors.csv" \
	--distances "$sample-distances.csv" --speed 105 -o "$work/la.graph"

# ask NAME [FILE]: length, minutes and how much of it was measured
ask()
{
	printf '%s: ' "$1"
	shift
	tp-route -q -g "$work/la.graph" --from 717445 --to 773062 "$@" |
		jq -c '[.distance_km, .eta_minutes, .live_share]'
}

tp-replay -q --format metr-la --from 2012-06-05 --to 2012-06-05T08:05 \
	"$sample.csv.gz" >"$work/events.jsonl"
ask 'empty roads'
ask '8 in the morning' "$work/events.jsonl"
