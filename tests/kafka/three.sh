#!/bin/sh
# Three brokers, of which one at a time dies or hangs: a topic of three
# replicas, two of which must have a record, loses and doubles nothing.
#	three.sh [-k KILLS]
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
kills=3
while getopts k: o; do
	case $o in
	k) kills=$OPTARG ;;
	*) exit 2 ;;
	esac
done

# events: numbered ones, at 2,000 a second, until the file "over" is there
events()
{
	n=0
	while [ ! -e "$scratch/over" ]; do
		awk -v n=$n 'BEGIN { for (i = n; i < n + 200; i++)
			printf "{\"event_id\":\"e%d\",\"segment_id\":\"s%d\",\"timestamp\":%d000,\"speed_kmh\":50}\n",
				i, i % 40, 1700000000 + int(i / 40) }'
		n=$((n + 200))
		sleep 0.1
	done
}

# hurt: kills or stops each node in turn, one at a time
hurt()
{
	k=0
	while [ $k -lt "$kills" ]; do
		node=$((k % 3 + 1))
		sleep 2
		if [ $((k % 4)) = 3 ]; then
			broker pause $node
			sleep 8
			broker resume $node
		else
			broker kill $node
			sleep 2
			broker start $node || return 1
		fi
		k=$((k + 1))
	done >>"$scratch/hurt" 2>&1
}

created()
{
	echo 'in partitions=6 replication=3 min.insync.replicas=2' \
		>"$scratch/three.conf"
	TP_BROKERS=$(broker brokers) &&
	tp-topics -q create -F "$scratch/three.conf" &&
	tp-topics check -F "$scratch/three.conf"
}

# nothing_lost: by pipe, idempotent
nothing_lost()
{
	rm -f "$scratch/over"
	events | tee "$scratch/sent" | tp-validate -q \
		--now 2026-01-01T00:00:00Z -o kafka:in >"$scratch/err" 2>&1 &
	pipe=$!
	hurt || { cat "$scratch/hurt"; return 1; }
	touch "$scratch/over"
	wait $pipe || { cat "$scratch/err"; return 1; }
	for p in $parts; do
		values in "$p"
	done | sed 's/,"processed_at.*//' | sort >"$scratch/got"
	sed 's/}$//' "$scratch/sent" | sort >"$scratch/want"
	lines=$(wc -l <"$scratch/want")
	echo "$lines sent, $(wc -l <"$scratch/got") came," \
		"$(sort -u "$scratch/got" | wc -l) different"
	diff "$scratch/want" "$scratch/got" | head -n 5
	cmp "$scratch/want" "$scratch/got" && [ "$lines" -gt 1000 ]
}

# shellcheck disable=SC2034
nodes=3
start_broker
TP_BROKERS=$(broker brokers)
try "a topic with three replicas" created
try "nothing lost, nothing twice in $kills deaths of brokers" nothing_lost
finish
