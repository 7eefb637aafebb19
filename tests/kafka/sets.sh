#!/bin/sh
# A line of Hanoi's is made of three forecasts, one record each: a worker that
# dies between them, or is stopped, leaves the line to the next one.  Each set
# is there once, in the order of its partition, and nothing is refused.
#	sets.sh [KILLS]
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
kills=${1:-8}
now=2026-01-01T00:00:00Z
sets=1200

# feed PARTITION: three records a set; the pauses fall anywhere in a set
feed()
{
	awk -v p="$1" -v n=$sets 'BEGIN {
		for (i = 0; i < 3 * n; i++) {
			t = 1700000000000 + int(i / 3) * 1000
			m = 10 * (i % 3 + 1)
			printf "{\"segment_id\":\"s%d\",\"timestamp\":%.0f," \
			    "\"prediction_horizon_minutes\":%d," \
			    "\"target_timestamp\":%.0f,\"current_speed_kmh\":" \
			    "30,\"predicted_speed_kmh\":%d," \
			    "\"confidence_score\":0.5}\n", p, t, m,
			    t + m * 60000, i % 97
			if (i % 50 == 49) {
				fflush()
				system("sleep 0.15")
			}
		}
	}' | kcat -P -b "$TP_BROKERS" -t forecasts -p "$1" -X linger.ms=0 \
		-X enable.idempotence=true
}

# work OPTION...: as a member of the group
work()
{
	exec tp-validate -q --now $now --dedupe 0 --as hanoi -G sets \
		-i kafka:forecasts -o kafka:lines --rejects kafka:refused \
		--commit 50ms -X session.timeout.ms=6000 "$@"
}

# hurt: workers that end at any moment, by SIGKILL and by SIGTERM
hurt()
{
	i=0
	while [ $i -lt "$kills" ]; do
		i=$((i + 1))
		(work --instance w) 2>>"$scratch/err" &
		worker=$!
		echo $worker >"$scratch/worker.pid"
		sleep "1.$((i * 37 % 10))"
		signal=KILL
		[ $((i % 3)) != 0 ] || signal=TERM
		kill -$signal $worker || fail "worker $i" \
			"$(tail -n 3 "$scratch/err")"
		wait $worker 2>/dev/null
	done
}

# whole PARTITION: its lines are those of its sets, in their order
whole()
{
	fed "$1" | tp-validate -q --now $now --dedupe 0 --as hanoi \
		>"$scratch/want" || return 1
	values lines "$1" >"$scratch/got"
	[ "$(wc -l <"$scratch/want")" = $sets ] &&
		cmp "$scratch/want" "$scratch/got"
}

# fed PARTITION
fed()
{
	kcat -C -b "$TP_BROKERS" -t forecasts -p "$1" -o beginning -e -q
}

start_broker
printf '%s\n' '* partitions=2 replication=1' forecasts lines refused \
	>"$scratch/topics"
tp-topics -q create -F "$scratch/topics"
feed 0 &
one=$!
feed 1 &
two=$!
hurt
wait $one $two
try "what is left" timeout 60 sh -c "tp-validate -q --now $now --dedupe 0 \
	--as hanoi -G sets --instance w -i kafka:forecasts -o kafka:lines \
	--rejects kafka:refused --end"
try "partition 0: each set once" whole 0
try "partition 1: each set once" whole 1
(values refused 0; values refused 1) >"$scratch/refused"
try "nothing is refused" test ! -s "$scratch/refused"
finish
