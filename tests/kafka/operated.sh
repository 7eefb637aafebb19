#!/bin/sh
# What operators do to a cluster and a machine while tools run for months.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
window='tp-window --now 2024-01-01 --size 10s --delay 2s --idle 0 --at-eof hold'

# events FROM TO: one each second, of three segments
events()
{
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i <= b; i++)
		printf "{\"event_id\":\"e%d\",\"segment_id\":\"s%d\",\"timestamp\":%d000,\"speed_kmh\":%d}\n",
		i, i % 3, 1700000000 + i, i % 100 }'
}

# reset TOPIC OFFSET GROUP: as kafka-consumer-groups.sh
reset()
{
	./poke "$TP_BROKERS" reset "$1" 0 "$2" "$3"
}

# set_back: a group is; it begins there with an empty state, within a window,
# which is what the tool makes of a file that begins there
set_back()
{
	run="timeout 60 $window -i kafka:back -o kafka:back-out -G back --end"
	events 1 600 >log
	kcat -P -b "$TP_BROKERS" -t back -p 0 <log && $run &&
	reset back 303 back && events 601 700 >rest &&
	kcat -P -b "$TP_BROKERS" -t back -p 0 <rest &&
	$run 2>said && cat said &&
	grep -q "back \[0\]: the position 303 of group 'back' is" said &&
	$window log >want && cat log rest | tail -n +304 | $window >>want &&
	values back-out 0 >got && [ "$(wc -l <got)" -gt 200 ] && cmp want got
}

# refused: what needs whole steps of all partitions has no place to begin
refused()
{
	printf 'from,to,cost\ns0,s1,1\n' >graph.csv
	rows="timeout 60 tp-features --now 2024-01-01 -s 10s --graph graph.csv
		-i kafka:back -o kafka:back-rows -G rows --end"
	$rows && reset back 303 rows || return 1
	$rows 2>said
	[ $? = 5 ] && grep -q "group 'rows' has no commit of results" said &&
		return
	cat said
	return 1
}

cd "$scratch" || exit 2
start_broker
cc -o poke "$TOP/tests/kafka/poke.c" -lrdkafka || exit 2
try "a group that was set back" set_back
try "the same where results need all partitions" refused
finish
