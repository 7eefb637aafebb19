#!/bin/sh
# Topic to files: what a worker has written and committed is still there after
# it was killed and started again, and after a full disk.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"

# some FROM TO: events, each tenth none
some()
{
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i <= b; i++)
		if (i % 10 == 0)
			printf "bad-%d-\n", i
		else
			printf "{\"event_id\":\"-%d-\",\"segment_id\":\"s\",\"timestamp\":1700000000000,\"speed_kmh\":50}\n",
				i }' | kcat -P -b "$TP_BROKERS" -t "$topic" -p 0
}

# worker OPTION...
worker()
{
	tp-validate -q --now 2024-01-01 --dedupe 0 -i "kafka:$topic" \
		--commit 50ms "$@" >none 2>>said &
	echo $! >worker.pid
}

# lines FILE N: it has them soon, each once or more, and nothing else
lines()
{
	: >ids
	for _ in $(seq 100); do
		[ ! -e "$1" ] || grep -o -- '-[0-9]*-' "$1" | sort -u >ids
		[ "$(wc -l <ids)" -lt "$2" ] || return 0
		sleep 0.1
	done
	echo "$(wc -l <ids) of $2 lines"
	cat said
	return 1
}

# kill_worker SIGNAL
kill_worker()
{
	pid=$(cat worker.pid)
	kill "-$1" "$pid"
	while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
	rm -f worker.pid
}

# killed: three lives of a worker and one set of lines
killed()
{
	topic=killed
	for life in 1 2 3; do
		some $((life * 100 - 99)) $((life * 100))
		worker -o out --rejects bad --instance 1
		lines out $((life * 90)) && lines bad $((life * 10)) ||
			return 1
		sleep 0.3
		kill_worker KILL
	done
	[ -s out ] && ! jq -c . out bad 2>&1 >parsed | grep .
}

# full: a disk that is full within a line; there is room when it comes back
full()
{
	topic=full
	some 1 2000
	worker -o disk/out --instance 1
	pid=$(cat worker.pid)
	for _ in $(seq 100); do
		kill -0 "$pid" 2>/dev/null || break
		sleep 0.1
	done
	! kill -0 "$pid" 2>/dev/null && rm worker.pid &&
	grep -q 'disk/out: write: No space left' said &&
	mount -o remount,size=4m disk || return 1
	worker -o disk/out --instance 1
	lines disk/out 1800 && kill_worker TERM &&
	[ "$(jq -R 'fromjson? | .event_id' disk/out | sort -u | wc -l)" = 1800 ]
}

cd "$scratch" || exit 2
start_broker
try "files over three kill -9" killed
if mkdir disk && mount -t tmpfs -o size=64k tmpfs disk 2>/dev/null; then
	trap 'umount "$scratch/disk"; end_broker; rm -rf "$scratch"' EXIT
	try "a full disk, and room again" full
else
	skip "a full disk, and room again" "no tmpfs of our own"
fi
finish
