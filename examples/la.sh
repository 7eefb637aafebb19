#!/bin/sh
# The whole Los Angeles pipeline on the embedded sample: raw events in that
# system's own shape, validated, in windows, learnt from, forecast, judged,
# alerted of, and stored.  Nineteen days of 2012; the last of them is
# forecast.  Leaves in OUT:
#	events.jsonl windows.jsonl forecasts.jsonl alerts.jsonl scores.jsonl
#	la.model la.db
#	la.sh [OUT]		default: $OUT, or la-out
# With KAFKA=1 all that streams goes through the topics of
# examples/topics-la.conf on the broker at $TP_BROKERS (default
# 127.0.0.1:9092), which it makes and deletes; the files are the same.
set -eu
top=$(cd -P "$(dirname "$0")/.." && pwd)
sample=$top/data/metr-la-29.csv.gz
sensors=$top/data/metr-la-29-sensors.csv
out=${1:-${OUT:-la-out}}
from=2012-04-23 day=2012-05-11 end=2012-05-12 # the last day
now=2012-05-13	# the clock of the checks, so that each run is the same
PATH=$top/bin:$PATH
TP_BROKERS=${TP_BROKERS:-127.0.0.1:9092}
export PATH TP_BROKERS
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tp-la.XXXXXX")
topics='traffic-raw traffic-events invalid-events processed-traffic-aggregates
	traffic-predictions traffic-alerts'
made=''
mkdir -p "$out"

# clean: removes what was made here
clean()
{
	# shellcheck disable=SC2086
	[ -z "$made" ] || tp-topics -q delete -F "$tmp/topics" $topics || :
	rm -rf "$tmp"
}
trap clean EXIT
trap 'exit 130' INT TERM

# between FIELD FROM: the lines with this time from FROM to the end, sorted by
# it; the hour after it was there to close what is open at the end of a topic
between()
{
	awk -v from="$(date -u -d "$2" +%s)000" -v name="\"$1\":" \
		-v end="$(date -u -d "$end" +%s)000" '{
		at = index($0, name)
		t = substr($0, at + length(name), 13)
		if (at > 0 && t >= from && t < end) print t "\t" $0
	}' | LC_ALL=C sort | cut -f 2-
}

# stage NAME OLD NEW COMMAND...: the command from topic OLD to topic NEW, or
# from one file to the next
stage()
{
	name=$1 old=$2 new=$3
	shift 3
	echo "== $name" >&2
	if [ -n "${KAFKA-}" ]; then
		"$@" -i "kafka:$old" -o "kafka:$new" --end
	else
		"$@" -i "$tmp/$old" -o "$tmp/$new"
	fi
}

# result TOPIC FIELD FILE [FROM]: what is in it, as a result
result()
{
	if [ -n "${KAFKA-}" ]; then
		kcat -C -b "$TP_BROKERS" -t "$1" -o beginning -e -u -q
	else
		cat "$tmp/$1"
	fi | between "$2" "${4:-$from}" >"$out/$3"
}

raw=$tmp/traffic-raw
if [ -n "${KAFKA-}" ]; then
	# Retention goes by the time of the events, which are old; and topics
	# one after the other have as many partitions, so that no worker puts
	# together what others have at different times.
	sed 's/retention.ms=[0-9a-z]*/retention.ms=-1/
		/^processed-traffic-a\|^traffic-p/s/partitions=[0-9]*/partitions=10/' \
		"$top/examples/topics-la.conf" >"$tmp/topics"
	# shellcheck disable=SC2086
	tp-topics -q create --new -F "$tmp/topics" $topics >&2
	made=1
	raw=kafka:traffic-raw
fi
echo "== events in the shape of traffic-raw" >&2
tp-replay -q -f metr-la --sensors "$sensors" --from "$from" \
	--to "${end}T01:00" --as la -o "$raw" "$sample"
rejects=$tmp/rejects
[ -z "${KAFKA-}" ] || rejects=kafka:invalid-events
stage validated traffic-raw traffic-events tp-validate -q --now "$now" \
	--speed-unit kmh --units mph --rejects "$rejects"
result traffic-events timestamp events.jsonl
stage "windows of 5 minutes" traffic-events processed-traffic-aggregates \
	tp-window -q --size 5m --at-eof hold
result processed-traffic-aggregates window_start windows.jsonl
echo "== a model of the days before" >&2
tp-replay -q -f events --to "$day" "$out/windows.jsonl" |
	tp-features -q --targets 15,30,60 |
	tp-train -q --model linear -o "$out/la.model"
stage forecasts processed-traffic-aggregates \
	traffic-predictions tp-predict -q -m "$out/la.model"
result traffic-predictions timestamp forecasts.jsonl "$day"
stage alerts traffic-predictions traffic-alerts tp-alert -q --preset la
result traffic-alerts timestamp alerts.jsonl "$day"
echo "== how good they were" >&2
tp-eval -q --truth "$out/windows.jsonl" "$out/forecasts.jsonl" \
	>"$out/scores.jsonl"
echo "== a store, and what is in it" >&2
rm -f "$out/la.db"
cat "$out/windows.jsonl" "$out/forecasts.jsonl" "$out/alerts.jsonl" |
	tp-store -q -o "$out/la.db"
tp-store read --kind alert "$out/la.db" | cmp - "$out/alerts.jsonl"
wc -l "$out"/*.jsonl >&2
jq -r '"\(.prediction_horizon_minutes) min: MAE \(.mae_mph) mph, " +
	.model_version' "$out/scores.jsonl"
