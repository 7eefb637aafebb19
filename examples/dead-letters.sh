#!/bin/sh
# Damages a stream, checks it, and counts what was refused by rule; then mends
# what was only a wrong unit and checks those records again.
set -eu
command -v jq >/dev/null || { echo "needs jq" >&2; exit 0; }

# Every 7th event in km/h under the name of mph, every 11th cut in the middle,
# every 13th without its segment.
awk 'NR % 11 == 0 { print substr($0, 1, 40); next }
	NR % 13 == 0 { sub(/"segment_id":"[^"]*",/, "") }
	NR % 7 == 0 { match($0, /"speed_mph":[0-9.]+/)
		v = substr($0, RSTART + 12, RLENGTH - 12) * 1.609344 + 60
		sub(/"speed_mph":[0-9.]+/, "\"speed_mph\":" v) }
	{ print }' events.jsonl >damaged.jsonl

tp-validate --rejects bad.jsonl -o good.jsonl damaged.jsonl || true
jq -r .rule bad.jsonl | sort | uniq -c

jq -r 'select(.rule == "range") | .raw' bad.jsonl |
	sed 's/"speed_mph"/"speed_kmh"/' |
	tp-validate --units mph --rejects still.jsonl -o mended.jsonl || true
wc -l <mended.jsonl
