#!/bin/sh
# What --delay, --grace and --late do with events that come out of order.
#	late-data.sh [BINDIR]
set -eu
PATH=${1:-$(cd "$(dirname "$0")/.." && pwd)/bin}:$PATH
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

# One segment, a reading a minute from midnight; 00:03 arrives after 00:06.
for minute in 0 1 2 4 5 6 3 7 8 9 10; do
	echo "{\"segment_id\":\"a\",\"timestamp\":$((1330560000 + minute * 60))000,\"speed_mph\":$((60 - minute))}"
done >events.jsonl

say()
{
	printf '\n%s\n' "$*"
}

say "Windows close with the first later event; the late one is counted only:"
tp-window --agg n,mean events.jsonl

say "Two minutes of patience: all windows are whole, and come two minutes later:"
tp-window --agg n,mean --delay 2m events.jsonl

say "No patience, but a correction with a higher rev:"
tp-window --agg n,mean --late update --grace 10m events.jsonl

say "Late events to a file of their own:"
tp-window --agg n,mean --late late.jsonl events.jsonl
cat late.jsonl
