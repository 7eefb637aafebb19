#!/bin/sh
# What goes wrong on a real broker, and what is odd in a log.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
now=2026-01-01T00:00:00Z

# event N: the Nth event
event()
{
	printf '{"event_id":"e%d","segment_id":"s%d","timestamp":%d,"speed_kmh":50}\n' \
		"$1" $(($1 % 7)) $((1700000000000 + $1 * 1000))
}

# events FROM TO
events()
{
	awk -v a="$1" -v b="$2" 'BEGIN { for (i = a; i <= b; i++)
		printf "{\"event_id\":\"e%d\",\"segment_id\":\"s%d\",\"timestamp\":%d000,\"speed_kmh\":%d}\n",
		i, i % 7, 1700000000 + i, i % 100 }'
}

# keyed: the key of each event in front of it
keyed()
{
	sed 's/.*"segment_id":"\([^"]*\)".*/\1|&/'
}

# expect NAME STATUS TEXT COMMAND...: its exit status, and what it says
expect()
{
	name=$1 want=$2 text=$3
	shift 3
	timeout 60 "$@" >"$scratch/out" 2>"$scratch/err"
	status=$?
	if [ $status = "$want" ] && grep -qF -- "$text" "$scratch/err"; then
		pass "$name"
	else
		fail "$name" "status $status, not $want: $*" \
			"$(cat "$scratch/err")"
	fi
}

# all TOPIC: all values, sorted
all()
{
	for p in $parts; do
		values "$1" "$p"
	done | sort
}

# forecast SEGMENT MINUTES: one of the three that make a line of Hanoi's
forecast()
{
	printf '{"segment_id":"%s","timestamp":1700000000000,' "$1"
	printf '"prediction_horizon_minutes":%d,"target_timestamp":%d,' \
		"$2" $((1700000000000 + $2 * 60000))
	echo '"current_speed_kmh":30,"predicted_speed_kmh":20,"confidence_score":0.5}'
}

# thirds OPTION...: a line for the set that is whole, a reject for the one that
# is not, at the end of the topic
thirds()
{
	rm -f "$scratch/thirds.bad"
	timeout 60 tp-validate -q --now $now --dedupe 0 --as hanoi \
		-i kafka:thirds --rejects "$scratch/thirds.bad" "$@" \
		>"$scratch/thirds.out"
	[ $? = 1 ] && [ "$(jq -r .road_id "$scratch/thirds.out")" = a ] &&
	[ "$(jq -r '.rule + " " + (.raw | fromjson | .segment_id)' \
		"$scratch/thirds.bad")" = "shape b" ] &&
	grep -q '2 of them came' "$scratch/thirds.bad"
}

start_broker
for x in a.10 a.20 a.30 b.10 b.20; do
	forecast "${x%.*}" "${x#*.}"
done | kcat -P -b "$TP_BROKERS" -t thirds -p 0
try "half a line of Hanoi's at the end is refused" thirds -e --guarantee none
try "and with a group" thirds -G thirds --end
broken=127.0.0.1:1
expect "no broker" 5 "no broker answered within 1.0 s" \
	tp-validate -i kafka:x -b $broken --broker-timeout 1s
expect "no broker to write to" 5 "no broker answered within 1.0 s" \
	tp-replay --scenario normal -o kafka:x -b $broken --broker-timeout 1s
expect "no such topic" 5 "topic 'nowhere' does not exist" \
	tp-validate -i kafka:nowhere -e
expect "no topic's name" 2 "topic" tp-validate -i 'kafka:a b'
expect "files and topics" 2 "all topics, or none" \
	tp-validate -i kafka:x -i /dev/null
expect "exactly once to a pipe" 2 "every output must be a topic" \
	tp-validate -i kafka:x --guarantee exactly
expect "--commit too short" 2 "at least 50 ms" \
	tp-validate -i kafka:x --commit 10ms

# pipes and topics
events 1 20000 >"$scratch/plain"
tp-validate --now $now <"$scratch/plain" >"$scratch/checked"
try "a pipe to a topic" sh -c "tp-validate --now $now -o kafka:pipe \
	<'$scratch/plain'"
sort "$scratch/checked" >"$scratch/sorted"
all pipe >"$scratch/got"
try "each line once" cmp "$scratch/sorted" "$scratch/got"
timeout 60 tp-window -i kafka:pipe -G g1 -e --guarantee none \
	>"$scratch/win" 2>"$scratch/err"
tp-window "$scratch/checked" >"$scratch/want"
try "a topic read as a file" sh -c "sort '$scratch/win' >'$scratch/a'
	sort '$scratch/want' | cmp - '$scratch/a'"

# at least once: what the pipe took is not given again
timeout 60 tp-validate --now $now -i kafka:pipe -G g2 -e >"$scratch/one" \
	2>/dev/null
timeout 60 tp-validate --now $now -i kafka:pipe -G g2 -e >"$scratch/two" \
	2>/dev/null
try "positions are committed" sh -c "[ ! -s '$scratch/two' ] &&
	[ \$(wc -l <'$scratch/one') = 20000 ]"
timeout 60 tp-validate --now $now -i kafka:pipe -G g3 2>"$scratch/err" |
	head -n 5 >"$scratch/head"
try "| head ends it" sh -c "[ \$(wc -l <'$scratch/head') = 5 ] &&
	[ ! -s '$scratch/err' ]"
timeout 60 tp-validate --now $now -i kafka:pipe -G g3 -e 2>/dev/null |
	cat "$scratch/head" - | sort -u >"$scratch/got"
try "and what nobody read comes again" cmp "$scratch/sorted" "$scratch/got"
timeout 60 tp-validate --now $now -i kafka:pipe -G g4 -e 2>/dev/null |
	{ sleep 3; cat; } | sort >"$scratch/got"
try "a slow reader" cmp "$scratch/sorted" "$scratch/got"
tp-validate --now $now -i kafka:pipe -G g5 >"$scratch/one" 2>"$scratch/err" &
pid=$!
sleep 4
kill -TERM $pid
wait $pid
status=$?
timeout 60 tp-validate --now $now -i kafka:pipe -G g5 -e >>"$scratch/one" \
	2>/dev/null
try "SIGTERM commits and is raised again" sh -c "[ $status = 143 ] &&
	sort '$scratch/one' | cmp - '$scratch/sorted'"
timeout 60 tp-validate --now $now -i kafka:pipe -G g6 -e -c 100 \
	>"$scratch/one" 2>/dev/null
timeout 60 tp-validate --now $now -i kafka:pipe -G g6 -e >>"$scratch/one" \
	2>/dev/null
try "-c counts, and the next goes on" sh -c "
	sort '$scratch/one' | cmp - '$scratch/sorted'"

# a reader that takes nothing
mkfifo "$scratch/fifo"
# blocked GROUP: a worker that nobody reads from, in $pid; it says it in `slow`
blocked()
{
	tp-validate --now $now -i kafka:pipe -G "$1" -v -X \
		session.timeout.ms=6000 >"$scratch/fifo" 2>"$scratch/slow" &
	pid=$!
	exec 8<"$scratch/fifo"
	within 20 grep -q given "$scratch/slow"
	sleep 1
}

# within SECONDS COMMAND...: whether it succeeds in that time
within()
{
	end=$(($(date +%s) + $1))
	shift
	until "$@"; do
		[ "$(date +%s)" -lt $end ] || return 1
		sleep 0.2
	done
}

blocked g8
kill -TERM $pid
within 20 sh -c "! kill -0 $pid 2>/dev/null"
wait $pid
status=$?
cat <&8 >"$scratch/one"
timeout 60 tp-validate --now $now -i kafka:pipe -G g8 -e >"$scratch/two" \
	2>/dev/null
try "SIGTERM while nobody reads" sh -c "[ $status = 143 ] &&
	sed '\$d' '$scratch/one' | cat - '$scratch/two' | sort -u |
	cmp - '$scratch/sorted'"
blocked g9
timeout 60 tp-validate --now $now -i kafka:pipe -G g9 -v -X \
	session.timeout.ms=6000 >"$scratch/two" 2>"$scratch/err" &
other=$!
within 25 grep -q '3 partitions given' "$scratch/err"
try "a reader that takes nothing does not hold the group up" \
	grep -q '3 partitions given' "$scratch/err"
cat <&8 >"$scratch/one" &
reader=$!
within 20 sh -c "sort -u '$scratch/one' '$scratch/two' |
	cmp -s - '$scratch/sorted'"
kill -TERM $pid $other
wait $pid $other $reader
exec 8<&-
try "nor loses anything" sh -c "sort -u '$scratch/one' '$scratch/two' |
	cmp - '$scratch/sorted'"

# odd records
event 1 | keyed | produce odd
kcat -P -b "$TP_BROKERS" -t odd -K '|' -Z -p 0 <<END
s9|
END
event 2 | kcat -P -b "$TP_BROKERS" -t odd -p 1
printf 's|no event at all\n' | kcat -P -b "$TP_BROKERS" -t odd -K '|' -p 2
for z in gzip snappy lz4 zstd; do
	event 3 | kcat -P -b "$TP_BROKERS" -t odd -z $z -p 3
done
timeout 60 tp-validate -i kafka:odd -o kafka:odd-good --rejects kafka:odd-bad \
	--now $now --duplicates pass -e -X compression.codec=zstd 2>/dev/null
status=$?
all odd-good | cut -c 1-17 | sort | uniq -c | tr -s ' \n' ' ' >"$scratch/got"
try "no key, four compressions" grep -qxF \
	' 1 {"event_id":"e1", 1 {"event_id":"e2", 4 {"event_id":"e3", ' \
	"$scratch/got"
all odd-bad >"$scratch/got"
try "a tombstone and a poison record" sh -c "
	[ $status = 1 ] && [ \$(wc -l <'$scratch/got') = 2 ] &&
	grep -q '\"rule\":\"tombstone\".*\"source\":\"odd\",\"partition\":0,' \
		'$scratch/got' &&
	grep -q '\"partition\":2,.*\"raw\":\"no event at all\"' '$scratch/got'"
expect "a poison record stops --on-error stop" 3 "odd [2] at offset 0: bad JSON" \
	tp-window -i 'kafka:odd?partition=2' -e
awk 'BEGIN { printf "{\"event_id\":\"e\",\"segment_id\":\"s\",\"timestamp\":1700000000000,\"speed_kmh\":1,\"x\":\""
	for (i = 0; i < 1500000; i++) printf "x"; print "\"}" }' >"$scratch/big"
expect "a record over message.max.bytes" 5 "message.max.bytes" \
	tp-validate --now $now -o kafka:big "$scratch/big"

cat >"$scratch/small.conf" <<END
small partitions=2 replication=1 max.message.bytes=1000
END
tp-topics -q create -F "$scratch/small.conf"
awk 'BEGIN { printf "{\"event_id\":\"e\",\"segment_id\":\"s\",\"timestamp\":1700000000000,\"speed_kmh\":1,\"x\":\""
	for (i = 0; i < 2000; i++) printf "x"; print "\"}" }' >"$scratch/medium"
expect "a record over max.message.bytes" 5 "max.message.bytes" \
	tp-validate --now $now -o kafka:small "$scratch/medium"
expect "the same in a transaction" 5 "max.message.bytes" \
	tp-validate --now $now -o kafka:small --resume small "$scratch/medium"

# a group and its options
window="timeout 60 tp-window -i kafka:pipe -o kafka:agg --instance a -e
	--idle 0 --now $now"
# shellcheck disable=SC2086
try "windows, exactly once" $window --size 1m
# shellcheck disable=SC2086
expect "other options" 5 "ran with other options" $window --size 2m
# shellcheck disable=SC2086
try "--rebuild" $window --size 2m --rebuild
expect "a group that begins later" 0 "0 written" \
	tp-window -i kafka:pipe -e --start latest -G g7 -v --guarantee none
# shellcheck disable=SC2086
$window -v --stats 1s --metrics "$scratch/metrics" --size 2m 2>"$scratch/err"
try "lag in --stats and --metrics" sh -c "
	grep -q '\"lag_records\":0' '$scratch/err' &&
	grep -q 'tp_lag_records{tool=\"tp-window\",topic=\"pipe\",partition=\"3\"} 0' \
		'$scratch/metrics'"

# records that are gone, more partitions, a topic made anew
cc -o "$scratch/poke" "$TOP/tests/kafka/poke.c" -lrdkafka || exit 2
gap="timeout 60 tp-validate -i kafka:gap -o kafka:gap-out --now $now -e
	--instance a"
events 1 100 | tp-validate --now $now -o 'kafka:gap?partition=1' 2>/dev/null
# shellcheck disable=SC2086
try "a topic" $gap --dedupe 10
"$scratch/poke" "$TP_BROKERS" trim gap 1 95
# shellcheck disable=SC2086
expect "records that are needed are gone" 5 \
	"records from offset 90 on are needed, but those before 95" \
	$gap --dedupe 10
# shellcheck disable=SC2086
expect "--on-gap skip" 0 "gap [1]: records 90 to 95 are gone, skipped" \
	$gap --dedupe 10 --on-gap skip
"$scratch/poke" "$TP_BROKERS" grow gap 8
sleep 1
# shellcheck disable=SC2086
expect "another number of partitions" 5 \
	"has 8 partitions, and had 6" $gap --dedupe 10

# a file to a topic, exactly once
cat "$scratch/plain" "$scratch/plain" "$scratch/plain" >"$scratch/long"
resume="tp-replay --format events -o kafka:res?partition=0 --rate 15000
	--resume r1 --commit 100ms $scratch/long"
i=0
while [ $i -lt 4 ]; do
	$resume 2>/dev/null &
	pid=$!
	sleep 1.3
	kill -KILL $pid 2>/dev/null
	wait $pid 2>/dev/null
	i=$((i + 1))
done
# shellcheck disable=SC2086
timeout 60 $resume 2>"$scratch/err"
tp-replay --format events "$scratch/long" 2>/dev/null >"$scratch/want"
values res 0 >"$scratch/got"
kcat -C -b "$TP_BROKERS" -t res -p 0 -o beginning -e -q \
	-X isolation.level=read_uncommitted | wc -l >"$scratch/all"
try "--resume over four kill -9" cmp "$scratch/want" "$scratch/got"

timeout 60 tp-validate --now $now --dedupe 0 -i kafka:res -e --guarantee none \
	2>/dev/null | sed 's/,"processed_at.*//' >"$scratch/got"
tp-validate --now $now --dedupe 0 <"$scratch/want" 2>/dev/null |
	sed 's/,"processed_at.*//' >"$scratch/all-valid"
try "transaction markers and aborted records" cmp "$scratch/all-valid" \
	"$scratch/got"

# a broker that goes while a pipe is written
{ cat "$scratch/plain"; sleep 3; cat "$scratch/plain"; } |
	tp-validate --now $now --dedupe 0 -o kafka:outage 2>"$scratch/err" &
pid=$!
sleep 1.5
broker kill
broker start >/dev/null 2>&1
wait $pid
status=$?
all outage | sort -u >"$scratch/got"
try "an outage loses nothing" sh -c "[ $status = 0 ] &&
	[ \$(wc -l <'$scratch/got') = 20000 ]"
try "nor doubles it" sh -c "[ $(all outage | wc -l) = 40000 ]"

# a queue that is full when SIGTERM comes, and no broker to take it
{ cat "$scratch/plain"; sleep 2; while cat "$scratch/plain"; do :; done; } |
	tp-validate --now $now --dedupe 0 -o kafka:full --broker-timeout 4s \
	-X queue.buffering.max.messages=1000 2>"$scratch/err" &
pid=$!
sleep 2
broker kill
sleep 3
kill -TERM $pid
within 20 sh -c "! kill -0 $pid 2>/dev/null" || kill -KILL $pid
wait $pid
status=$?
try "SIGTERM with a full queue, and no broker" sh -c "[ $status = 5 ] &&
	grep -q 'records were not delivered before the signal' '$scratch/err'"
finish
