#!/bin/sh
# shellcheck disable=SC2086
# Los Angeles on a broker, from topic to forecast.  Two days of the sample, as
# if they were yesterday and the day before, go to traffic-raw, are validated
# into traffic-events exactly once, and from there through kcat to tp-predict.
#	live.sh [N]	prints N forecasts; default 12
# Takes the broker at $TP_BROKERS (default 127.0.0.1:9092); if it is on this
# machine and does not answer, starts one by tests/kafka-local, and removes it
# at the end (status 77: no Java, or no jars).  Leaves la.model behind.
set -eu
top=$(cd -P "$(dirname "$0")/.." && pwd)
sample=$top/data/metr-la-29.csv.gz
conf=$top/examples/topics-la.conf
topics='traffic-raw traffic-events invalid-events'
PATH=$top/bin:$PATH
TP_BROKERS=${TP_BROKERS:-127.0.0.1:9092}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/tp-live.XXXXXX")
KAFKA_DIR=$tmp/kafka pid='' made='' port=''
export PATH TP_BROKERS KAFKA_DIR

# clean: ends and removes what was started and made here, and only that
clean()
{
	[ -z "$pid" ] || kill "$pid" || :
	[ -z "$made" ] || tp-topics -q delete -F "$conf" $topics || :
	[ -z "$port" ] || "$top/tests/kafka-local" -p "$port" clean || :
	rm -rf "$tmp"
}

trap clean EXIT
trap 'exit 130' INT TERM
if ! kcat -L -m 3 -b "$TP_BROKERS" >"$tmp/said" 2>&1; then
	[ -z "$(echo "${TP_BROKERS#127.0.0.1:}" | tr -d 0-9)" ] ||
		{ cat "$tmp/said" >&2; exit 1; }
	port=${TP_BROKERS#127.0.0.1:}
	echo "== no broker at $TP_BROKERS: starting one" >&2
	"$top/tests/kafka-local" -p "$port" start
fi
echo "== creating $topics" >&2
tp-topics -q create --new -F "$conf" $topics >&2
made=1

# Retention goes by the time of the events, so that these must be of the last
# days; and the days of the week are kept, since speeds depend on them.
n=$((($(date +%s) / 86400 + 1) % 7)) # of the day before yesterday, 0: Monday
from=$(date -u -d "2012-06-04 + $n days" +%F)
echo "== $from and the next day as the last two, to traffic-raw" >&2
tp-replay -f metr-la --from "$from" --to "$(date -u -d "$from + 2 days" +%F)" \
	--rebase "$(date -u -d '2 days ago' +%F)" -o kafka:traffic-raw "$sample"
echo "== traffic-raw to traffic-events, exactly once" >&2
tp-validate -i kafka:traffic-raw -o kafka:traffic-events \
	--rejects kafka:invalid-events --instance 1 --end &
pid=$!
[ -e la.model ] || {
	echo "== meanwhile, la.model from March 2012" >&2
	tp-replay -q -f metr-la --to 2012-04-01 "$sample" |
		tp-features -q --targets 15,30,60 | tp-train -q -o la.model
}
wait $pid; pid=''
# kcat takes what has gathered one partition after the other: --delay is as
# long as all of it.  At the live end of a topic a minute would do.
echo "== traffic-events to forecasts" >&2
kcat -C -b "$TP_BROKERS" -t traffic-events -o beginning -e -u -q |
	tp-predict -m la.model --delay 2d | head -n "${1:-12}"
