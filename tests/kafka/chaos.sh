#!/bin/sh
# Workers die at random instants, the broker too, while events come in: what
# a reader of committed records sees is what the same tools make of the log as
# a file, byte for byte, rejects included.
#	chaos.sh [-an] [-k KILLS] [-b BROKER_KILLS] [-s SECONDS] [-w WORKERS] [-S SEED]
# -a: tp-features and tp-predict too.
# -n: without transactions, by plain commits of positions; the comparison has
# to find that out.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
kills=12 broker_kills=1 seconds=40 workers=2 seed=1 rate=2500 guarantee=exactly commit=100ms
all=
while getopts ank:b:s:w:S:r: o; do
	case $o in
	a) all=1 ;;
	n) guarantee=least commit=1s ;;
	k) kills=$OPTARG ;;
	b) broker_kills=$OPTARG ;;
	s) seconds=$OPTARG ;;
	w) workers=$OPTARG ;;
	S) seed=$OPTARG ;;
	r) rate=$OPTARG ;;
	*) exit 2 ;;
	esac
done
now=2026-01-01T00:00:00Z

validate="tp-validate --now $now --dedupe 2000 --duplicates reject"
window="tp-window --now $now --size 10s --delay 2s --late reject --idle 0
	--at-eof hold --agg n,mean,min,max,std,p50"

features="tp-features --now $now -s 10s --delay 2s --lags 3 --roll 3
	--groups time,lag --wait 0"
predict="tp-predict --now $now --delay 2s --wait 0 -m $scratch/model"

# feed: "KEY|EVENT" lines, ten times as fast as they say, out of order, some
# late, some twice, some no events
feed()
{
	awk -v n=$((seconds * rate)) -v rate="$rate" -v seed="$seed" '
	BEGIN {
		srand(seed)
		for (i = 0; i < n; i++) {
			t = 1700000000000 + int(i * 10000 / rate)
			t -= int(rand() * 1500)
			if (rand() < 0.01)
				t -= int(rand() * 30000)
			s = int(rand() * 200)
			line = sprintf("{\"event_id\":\"e%d\",\"segment_id\":\"s%d\",\"timestamp\":%.0f,\"speed_kmh\":%.1f,\"volume_vph\":%d}",
				i, s, t, rand() * 130, rand() * 2000)
			if (rand() < 0.0005)
				line = substr(line, 1, 40)
			if (rand() < 0.0005)
				sub(/speed_kmh":/, "&-", line)
			print "s" s "|" line
			if (rand() < 0.002)
				print "s" s "|" line
			if (i % int(rate / 10) == 0) {
				fflush()
				system("sleep 0.1")
			}
		}
	}'
}

# worker NAME FILTER ARGUMENT...: started again whenever it dies, until the
# file "over" is there
worker()
{
	id=$1
	shift
	while [ ! -e "$scratch/over" ]; do
		while [ -e "$scratch/$id.away" ]; do
			sleep 0.1
		done
		"$@" --instance "$id" -v 2>>"$scratch/$id.log" &
		echo $! >"$scratch/$id.pid"
		wait $!
		echo "exit $?" >>"$scratch/$id.log"
		sleep 0.3
	done
}

# hurt: one of the workers: SIGTERM, SIGKILL, SIGKILL and away for longer than
# the session, or SIGSTOP and awake again when all its time limits are over
hurt()
{
	victim=$(find "$scratch" -name "[vwfp][0-9].pid" | shuf -n 1)
	pid=$(cat "$victim")
	case $(shuf -i 0-5 -n 1) in
	0)	kill -TERM "$pid" 2>/dev/null ;;
	1)	touch "${victim%.pid}.away"
		kill -KILL "$pid" 2>/dev/null
		(sleep 12; rm -f "${victim%.pid}.away") & ;;
	2)	kill -STOP "$pid" 2>/dev/null
		(sleep 14; kill -CONT "$pid" 2>/dev/null) & ;;
	*)	kill -KILL "$pid" 2>/dev/null ;;
	esac
}

# quiet: until nothing new came for 10 s
quiet()
{
	last='' still=0
	while [ $still -lt 5 ]; do
		sleep 2
		ends=$(for p in $parts; do
			kcat -Q -b "$TP_BROKERS" -t "agg:$p:-1" 2>/dev/null
		done)
		if [ "$ends" = "$last" ]; then
			still=$((still + 1))
		else
			still=0
		fi
		last=$ends
	done
}

# learn: a model from 20 minutes that nobody else sees
learn()
{
	awk 'BEGIN { srand(2); for (i = 0; i < 60000; i++) {
		t = 1690000000000 + i * 20
		printf "{\"event_id\":\"e%d\",\"segment_id\":\"s%d\",\"timestamp\":%.0f,\"speed_kmh\":%.1f}\n",
			i, int(rand() * 200), t, rand() * 130 } }' |
		$features --targets 1,2 | tp-train --model linear \
		--min-windows 20 -o "$scratch/model" -q >/dev/null
}

[ -z "$all" ] || learn
start_broker
feed | produce in >"$scratch/feed.log" 2>&1 &
echo $! >"$scratch/feed.pid"
sleep 2
session='-X session.timeout.ms=6000 -X heartbeat.interval.ms=500'
i=0
while [ $i -lt "$workers" ]; do
	# shellcheck disable=SC2086
	worker "v$i" $validate -i kafka:in -o kafka:good --rejects kafka:bad \
		--guarantee $guarantee --commit $commit -G v $session &
	# shellcheck disable=SC2086
	worker "w$i" $window -i kafka:good -o kafka:agg --rejects kafka:late \
		--guarantee $guarantee --commit $commit -G w $session &
	# shellcheck disable=SC2086
	[ -z "$all" ] || worker "f$i" $features -i kafka:good -o kafka:rows \
		--rejects kafka:rows-bad --commit $commit -G f $session &
	# shellcheck disable=SC2086
	[ -z "$all" ] || worker "p$i" $predict -i kafka:good -o kafka:next \
		--rejects kafka:next-bad --commit $commit -G p $session &
	i=$((i + 1))
done
n=0 end=$(($(date +%s) + seconds))
pause=$(awk -v s="$seconds" -v k="$kills" 'BEGIN { print s / (k + 1) }')
while [ "$(date +%s)" -lt $end ]; do
	sleep "$pause"
	if [ $n -lt "$kills" ]; then
		hurt
		n=$((n + 1))
	fi
	if [ "$broker_kills" -gt 0 ] && [ $n -ge $((kills / 2)) ]; then
		broker_kills=$((broker_kills - 1))
		broker kill
		sleep 1
		broker start >/dev/null 2>&1
	fi
done
quiet
touch "$scratch/over"
rm -f "$scratch"/*.away
for f in "$scratch"/[vwfp][0-9].pid; do
	kill -TERM "$(cat "$f")" 2>/dev/null
done
sleep 3
echo "# $n kills; exits: $(grep -h '^exit' "$scratch"/[vwfp]*.log | sort | uniq -c | tr -s ' \n' ' ')"
[ -z "${KEEP-}" ] || cp -r "$scratch" "$KEEP"

chain()
{
	$validate 2>/dev/null | $window "$@"
}

compare_all()
{
	# shellcheck disable=SC2086
	compare "validate under kills" good bad $validate
	compare "validate, then window" agg late chain
	[ -n "$all" ] || return
	partial=1
	# shellcheck disable=SC2086
	source=good compare "features under kills" rows rows-bad $features
	# shellcheck disable=SC2086
	source=good compare "forecasts under kills" next next-bad $predict
}

if [ $guarantee = exactly ]; then
	compare_all
elif compare_all >"$scratch/control" && ! grep -q '^not ok' \
	"$scratch/control"; then
	fail "plain commits are found out" "$(cat "$scratch/control")"
else
	failed=0 passed=0
	pass "plain commits are found out"
	[ -z "${VERBOSE-}" ] || cat "$scratch/control"
fi
finish
