#!/bin/sh
# Every kind of picture, in the terminal, of a scenario: an accident, the jam
# behind it, and how well forecasts by the last reading do there.  With -o
# NAME.png or NAME.svg tp-plot draws the same by gnuplot in full.
#	pictures.sh [BINDIR]
set -eu
PATH=${1:-$(cd "$(dirname "$0")/.." && pwd)/bin}:$PATH
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

tp-replay --scenario accident --seed 3 --segments-count 12 >events.jsonl
tp-plot --title "A jam grows upstream" events.jsonl

# forecasts of the simplest kind: in 15 minutes it will be as it is now
awk '{
	t = $0; sub(/.*"timestamp":/, "", t); sub(/,.*/, "", t)
	line = $0; gsub(/speed_mph/, "current_speed_mph", line)
	v = $0; sub(/.*"speed_mph":/, "", v); sub(/[,}].*/, "", v)
	if (v !~ /^[0-9.]+$/) next
	sub(/}$/, "", line)
	printf "%s,\"prediction_horizon_minutes\":15,", line
	printf "\"predicted_speed_mph\":%s,\"model_version\":\"as-now\"}\n", v
}' events.jsonl >forecasts.jsonl

for kind in forecast residuals; do
	echo
	tp-plot --kind $kind --truth events.jsonl --height 20 forecasts.jsonl
done
echo
tp-eval --truth events.jsonl forecasts.jsonl | tp-plot --kind error --height 20
echo
tp-plot --kind profile --height 20 events.jsonl
