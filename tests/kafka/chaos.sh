#!/bin/sh
# Workers die at random instants, brokers too, while events come in: what a
# reader of committed records sees is what the same tools make of the log as a
# file, byte for byte, rejects included.
#	chaos.sh [-n] [-k KILLS] [-b BROKER_KILLS] [-s SECONDS] [-w WORKERS]
#		[-r RATE] [ROUND]	one round, short (default chain)
#	chaos.sh --long [ROUND...]	all of them, or these, long
# -n: without transactions, by plain commits of positions; the comparison has
# to find that out.  A failed round is kept where $KEEP says.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
# shellcheck source=tests/kafka/hurt.sh
. "$TOP/tests/kafka/hurt.sh"
now=2026-01-01T00:00:00Z

validate="tp-validate --now $now --dedupe 2000 --duplicates reject"
window="tp-window --now $now --size 10s --delay 2s --idle 0 --at-eof hold
	--agg n,mean,min,max,std,p50"
features="tp-features --now $now -s 10s --delay 2s --lags 3 --roll 3
	--groups time,lag --wait 0"
predict="tp-predict --now $now --wait 0 -m $scratch/model"

# What the stages of a round run.  Those of the chain in a function each: what
# the stages before it make of a file, and it of that.
x_window="$window --late reject"
none='--rejects /dev/null'
# shellcheck disable=SC2086
chain_window() { $validate $none 2>/dev/null | $x_window "$@"; }
# shellcheck disable=SC2086
chain_predict() { chain_window $none 2>/dev/null | $predict "$@"; }

# stage LETTER: run: what a worker runs, from, to and bad: its topics, file:
# what makes the same of the log of `in`, more: of which the last step may be
# open yet
stage()
{
	from=in more=
	case $1 in
	v)	run=$validate to=good bad=bad ;;
	w)	run="$window --late reject" to=agg bad=late ;;
	u)	run="$window --late reject --emit both --every 5s" to=both
		bad=both-bad ;;
	r)	run="$window --late update --grace 5s" to=rev bad=rev-bad ;;
	f)	run=$features to=rows bad=rows-bad more=1 ;;
	p)	run="$predict --delay 2s" to=next bad=next-bad more=1 ;;
	l)	run=$validate to=least bad=least-bad ;;
	x)	run=$x_window from=good to=cagg bad=clate ;;
	y)	run=$predict from=cagg to=cnext bad=cnext-bad more=1 ;;
	esac
	case $1 in
	x)	file=chain_window ;;
	y)	file=chain_predict ;;
	*)	file=$run ;;
	esac
}

# stages ROUND: their letters
stages()
{
	case $1 in
	validate)	echo v ;;
	window|control)	echo w ;;
	updates)	echo u r ;;
	features)	echo f ;;
	predict)	echo p ;;
	chain)		echo v x y ;;
	least)		echo l ;;
	three)		echo v x y u f p ;;
	*)		echo "chaos.sh: no round '$1'" >&2; return 1 ;;
	esac
}

# feed SECONDS: "KEY|EVENT" lines, ten times as fast as they say, out of
# order, some late, some twice, some no events
feed()
{
	awk -v n=$(($1 * rate)) -v rate="$rate" '
	BEGIN {
		srand()
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
	}' | produce in
	# Two ends in each partition close all that is open before them.
	for p in $parts; do
		for t in 1 2; do
			printf 'z|{"event_id":"z%d","segment_id":"z","timestamp":%d,"speed_kmh":1}\n' \
				$t $((1700000005000 + ($1 * 10 + t * 60) * 1000)) |
				kcat -P -E -b "$TP_BROKERS" -t in -K '|' -p "$p"
		done
	done
}

# learn: a model from 20 minutes that nobody else sees
learn()
{
	[ ! -e "$scratch/model" ] || return 0
	awk 'BEGIN { srand(2); for (i = 0; i < 60000; i++) {
		t = 1690000000000 + i * 20
		printf "{\"event_id\":\"e%d\",\"segment_id\":\"s%d\",\"timestamp\":%.0f,\"speed_kmh\":%.1f}\n",
			i, int(rand() * 200), t, rand() * 130 } }' |
		$features --targets 1,2 | tp-train --model linear \
		--min-windows 20 -o "$scratch/model" -q >/dev/null
}

# start_workers STAGE...: $workers of each
start_workers()
{
	for s; do
		stage "$s"
		i=0
		while [ $i -lt "$workers" ]; do
			# shellcheck disable=SC2086
			worker "$s$i" $run -i "kafka:$from" -o "kafka:$to" \
				--rejects "kafka:$bad" -G "$s" \
				--guarantee $guarantee --commit $commit \
				-X session.timeout.ms=6000 \
				-X heartbeat.interval.ms=500 \
				-X max.poll.interval.ms=20000 &
			i=$((i + 1))
		done
	done
}

# check_round ROUND STAGE...: all outputs, and how the workers ended
check_round()
{
	round=$1
	shift
	for s; do
		stage "$s"
		partial=$more only='' unique=''
		[ "$s" != u ] || only=final
		[ "$s" != l ] || unique=1
		# shellcheck disable=SC2086
		compare "$round: $to" $to $bad $file
	done
	case " $* " in
	*" u "*)
		for p in $parts; do
			values in "$p" >"$scratch/in.$p"
			values both "$p" >"$scratch/both.$p"
			values both-bad "$p" >"$scratch/both-bad.$p"
		done
		try "$round: updates" python3 "$TOP/tests/kafka/updates.py" \
			"$scratch" ;;
	esac
	try "$round: how workers end" ended_well
}

# round NAME: one of the rounds, with all that is set
round()
{
	this=$1
	# shellcheck disable=SC2046
	set -- $(stages "$this")
	learn
	begin_hurting
	feed "$seconds" >"$scratch/feed.log" 2>&1 &
	feeder=$!
	sleep 2
	start_workers "$@"
	hurt_brokers &
	broker_hurter=$!
	hurt_workers
	wait $broker_hurter $feeder
	everybody_up
	topics=
	for s; do
		stage "$s"
		topics="$topics $to $bad"
	done
	# shellcheck disable=SC2086
	quiet $topics
	end_workers
	echo "# $this, $workers workers each: $(tally)"
	was=$failed
	if [ "$this" != control ] && [ -z "$plain" ]; then
		check_round "$this" "$@"
	else
		check_control "$this" "$@"
	fi
	[ $failed = $was ] || [ -z "${KEEP-}" ] || cp -r "$scratch" "$KEEP.$this"
}

# check_control ROUND STAGE...: it has to fail
check_control()
{
	check_round "$@" >"$scratch/control"
	grep '^#' "$scratch/control"
	failed=$was
	if grep -q '^not ok.*: agg$' "$scratch/control"; then
		pass "plain commits are found out"
	else
		fail "plain commits are found out" "$(cat "$scratch/control")"
	fi
}

# long ROUND: with a broker of its own
long()
{
	workers=3 kills=20 broker_kills=2 seconds=100 rate=1500 stalls=1
	hang=50
	nodes='' guarantee=exactly commit=100ms
	case $1 in
	chain)		workers=2 ;;
	least)		guarantee=least ;;
	control)	guarantee=least commit=1s kills=8 broker_kills=0
			stalls=0 seconds=40 ;;
	three)		nodes=3 workers=2 broker_kills=10 rate=800 commit=200ms
			seconds=150 ;;
	esac
	rm -f "$scratch"/[vwurflpxy]?[.]*
	start_broker
	TP_BROKERS=$(broker brokers)
	round "$1"
	broker clean
}

workers=2 kills=12 broker_kills=1 seconds=40 rate=2500 stalls=0 hang=14
guarantee=exactly commit=100ms plain=
if [ "${1-}" = --long ]; then
	COUNTS=1
	shift
	[ $# -gt 0 ] || set -- validate window updates features predict chain \
		three least control
	for r; do
		long "$r"
	done
	finish
	exit
fi
while getopts nk:b:s:w:r: o; do
	case $o in
	n) guarantee=least commit=1s plain=1 ;;
	k) kills=$OPTARG ;;
	b) broker_kills=$OPTARG ;;
	s) seconds=$OPTARG ;;
	w) workers=$OPTARG ;;
	r) rate=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
start_broker
round "${1:-chain}"
finish
