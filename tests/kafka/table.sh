#!/bin/sh
# Results that need neighbours, from a topic of several partitions: every
# worker reads all of it and writes what is its own.  Each partition of the
# output is what the tool makes of one file, the partitions merged by time,
# while workers die, one more comes and goes; what --wait closed early is not
# written twice; and tools that need all rows read all partitions.
# shellcheck disable=SC2086
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
now=2026-01-01T00:00:00Z
start=1700000000000
seconds=${seconds:-22} kills=${kills:-6} rate=600
session='-X session.timeout.ms=6000 -X heartbeat.interval.ms=500'
features="tp-features --graph $scratch/graph --now $now -s 10s --lags 3 --roll 3"

# graph: s0 .. s59 in a ring
graph()
{
	awk 'BEGIN {
		print "from,to,distance_m"
		for (i = 0; i < 60; i++)
			printf "s%d,s%d,%d\n", i, (i + 1) % 60, 100 + i % 7
	}'
}

# feed: "KEY|EVENT" lines, ten times as fast as they say, out of order, some
# late, some no events; at the end one of each segment, much later
feed()
{
	awk -v n=$((seconds * rate)) -v rate=$rate -v start=$start '
	function put(s, t, bad) {
		line = sprintf("{\"segment_id\":\"s%d\",\"timestamp\":%.0f,\"speed_kmh\":%.1f}",
			s, t, rand() * 130)
		if (rand() < bad)
			line = substr(line, 1, 30)
		if (rand() < bad)
			sub(/speed_kmh":/, "&-", line)
		print "s" s "|" line
	}
	BEGIN {
		srand(7)
		for (i = 0; i < n; i++) {
			t = start + int(i * 10000 / rate) - int(rand() * 1500)
			if (rand() < 0.01)
				t -= int(rand() * 30000)
			put(int(rand() * 60), t, 0.002)
			if (i % int(rate / 10) == 0) {
				fflush()
				system("sleep 0.1")
			}
		}
		for (i = 0; i < 60; i++)
			put(i, t + 200000, 0)
	}'
}

# merge FILE...: of the heads of all files the one with the smallest time,
# then segment, is next; what has no time at once
merge()
{
	awk '
	function head(i) {
		if ((getline line[i] < ARGV[i]) <= 0) {
			over[i] = 1
			return
		}
		t[i] = -1
		if (line[i] ~ /}$/ && match(line[i], /"timestamp":[0-9]+/))
			t[i] = substr(line[i], RSTART + 12, RLENGTH - 12) + 0
		id[i] = line[i]
		sub(/.*segment_id":"/, "", id[i])
		sub(/".*/, "", id[i])
	}
	BEGIN {
		for (i = 1; i < ARGC; i++)
			head(i)
		for (;;) {
			best = 0
			for (i = 1; i < ARGC; i++)
				if (!over[i] && (!best || t[i] < t[best] ||
				    (t[i] == t[best] &&
				    id[i] "" < id[best] "")))
					best = i
			if (!best)
				exit
			print line[best]
			head(best)
		}
	}' "$@"
}

# of PARTITION FILE: the lines of its segments
of()
{
	sed 's/.*segment_id":"\([^"]*\)".*/\1/' "$scratch/in.$1" | sort -u |
		awk 'NR == FNR { own[$0]; next }
		{
			id = $0
			sub(/.*segment_id":"/, "", id)
			sub(/".*/, "", id)
		}
		id in own' - "$2"
}

# worker NAME FILTER ARGUMENT...: started again whenever it dies
worker()
{
	id=$1
	shift
	while [ ! -e "$scratch/over" ]; do
		if [ -e "$scratch/$id.away" ]; then
			touch "$scratch/$id.gone"
			sleep 0.2
			continue
		fi
		"$@" --instance "$id" -v 2>>"$scratch/$id.log" &
		echo $! >"$scratch/$id.pid"
		wait $!
		echo "exit $?" >>"$scratch/$id.log"
	done
	touch "$scratch/$id.gone"
}

# stop NAME: until its loop has said that it is gone
stop()
{
	while [ ! -e "$scratch/$1.gone" ]; do
		kill -TERM "$(cat "$scratch/$1.pid")" 2>/dev/null
		sleep 0.3
	done
}

# ends TOPIC: where its partitions end
ends()
{
	for p in $parts; do
		kcat -Q -b "$TP_BROKERS" -t "$1:$p:-1" 2>/dev/null
	done
}

# settled TOPIC: until nothing new came for 8 s, longer than a session
settled()
{
	last='' still=0
	while [ $still -lt 4 ]; do
		sleep 2
		e=$(ends "$1")
		still=$((still + 1))
		[ "$e" = "$last" ] || still=0
		last=$e
	done
}

# compare_rows OUT REJECTS: by partition, against the file
compare_rows()
{
	wrong=
	for p in $parts; do
		values in "$p" >"$scratch/in.$p"
	done
	merge "$scratch"/in.[0-5] >"$scratch/merged"
	$features --delay 2s --rejects "$scratch/want.rej" \
		<"$scratch/merged" >"$scratch/rows" 2>"$scratch/file.err"
	# the last step is open in the topic
	end=$((start + (seconds - 1) * 10000))
	awk -v end=$end 'match($0, /"timestamp":[0-9]+/) &&
		substr($0, RSTART + 12, 13) + 0 < end' "$scratch/rows" \
		>"$scratch/sure"
	for p in $parts; do
		values "$1" "$p" >"$scratch/got"
		of "$p" "$scratch/rows" | head -c \
			"$(wc -c <"$scratch/got")" >"$scratch/want"
		cmp "$scratch/want" "$scratch/got" >"$scratch/cmp" 2>&1 &&
			[ "$(of "$p" "$scratch/sure" | wc -l)" -gt 100 ] &&
			[ "$(wc -l <"$scratch/got")" -ge \
			"$(of "$p" "$scratch/sure" | wc -l)" ] ||
			wrong="$wrong$1 [$p]: $(cat "$scratch/cmp"
				wc -l <"$scratch/got"
				of "$p" "$scratch/sure" | wc -l)
"
	done
	for p in $parts; do
		values "$2" "$p"
	done | same_rejects | sort >"$scratch/got.rej"
	same_rejects <"$scratch/want.rej" | sort |
		cmp - "$scratch/got.rej" || wrong="$wrong rejects differ"
	[ -s "$scratch/got.rej" ] || wrong="$wrong no rejects"
}

# result NAME: of compare_rows
result()
{
	if [ -z "$wrong" ]; then
		pass "$1"
	else
		fail "$1" "$wrong" "$(cat "$scratch"/[ab].log | tail -n 20)"
	fi
}

start_broker
graph >"$scratch/graph"
feed | produce in >"$scratch/feed.log" 2>&1 &
feeder=$!
sleep 2
run="$features --delay 2s --wait 0 -i kafka:in -o kafka:rows
	--rejects kafka:bad --commit 100ms -G rows $session"
touch "$scratch/b.away"
worker a $run &
worker b $run &
sleep 3
rm "$scratch/b.away" "$scratch/b.gone"
n=0
while [ $n -lt "$kills" ]; do
	sleep 2
	victim=$(printf 'a\nb\n' | shuf -n 1)
	[ ! -e "$scratch/$victim.pid" ] ||
		kill -KILL "$(cat "$scratch/$victim.pid")" 2>/dev/null
	n=$((n + 1))
done
# back to one worker
touch "$scratch/b.away"
stop b
wait $feeder
settled rows
touch "$scratch/over"
stop a
compare_rows rows bad
result "workers over all partitions write what the file run does"
[ -z "${KEEP-}" ] || cp -r "$scratch" "$KEEP"

# one worker from the beginning to the end: also the counts are the file's
try "one worker" $features --delay 2s --wait 0 -i kafka:in -o kafka:rows1 \
	--rejects kafka:bad1 -G rows1 -e
compare_rows rows1 bad1
result "one worker alike"
$features --delay 2s --wait 0 -i kafka:in --guarantee none -e \
	--rejects /dev/null >"$scratch/got" 2>"$scratch/none.err"
try "without a group, the whole file" cmp "$scratch/rows" "$scratch/got"
try "and its counts" test "$(tail -n 1 "$scratch/file.err")" = \
	"$(tail -n 1 "$scratch/none.err")"

# --wait: the segments of partition 3 fall silent, come late, and nothing is
# written twice, nor is any row missing
steps()
{
	awk -v p="$1" -v from="$2" -v to="$3" -v start=$start '
		NR == FNR { own[$0]; next }
		END {
			for (k = from; k <= to; k++)
				for (i = 0; i < 60; i++)
					if (p == 0 || (("s" i) in own) == (p == 1))
						printf "s%d|{\"segment_id\":\"s%d\",\"timestamp\":%.0f,\"speed_kmh\":%d}\n",
						i, i, start + k * 10000, 30 + i + k
		}' "$scratch/own" "$scratch/own" | produce slow
}
# rows_at STEP: how many rows of it there are
rows_at()
{
	for p in $parts; do
		values slow-rows "$p"
	done | grep -c "\"timestamp\":$((start + $1 * 10000)),"
}
sed 's/.*segment_id":"\([^"]*\)".*/\1/' "$scratch/in.3" | grep '^s[0-9]*$' |
	sort -u >"$scratch/own"
quiet_segments=$(wc -l <"$scratch/own")
slow="$features --wait 1s -i kafka:slow -o kafka:slow-rows -G slow
	--instance s $session --commit 100ms"
steps 0 0 4
steps 2 5 8
$slow 2>"$scratch/slow.log" &
pid=$!
i=0
while [ "$(rows_at 8)" -lt 60 ] && [ $i -lt 100 ]; do
	sleep 0.3
	i=$((i + 1))
done
sleep 0.5
kill -KILL $pid
wait $pid 2>/dev/null
steps 1 5 8
steps 0 9 10
$slow 2>>"$scratch/slow.log" &
pid=$!
i=0
while [ "$(rows_at 10)" -lt 60 ] && [ $i -lt 100 ]; do
	sleep 0.3
	i=$((i + 1))
done
kill -TERM $pid
wait $pid 2>/dev/null
for p in $parts; do
	values slow-rows "$p"
done | sed 's/.*segment_id":"\([^"]*\)","timestamp":\([0-9]*\).*/\1 \2/' |
	sort >"$scratch/pairs"
try "each row is written once" test "$(wc -l <"$scratch/pairs") $(
	uniq "$scratch/pairs" | wc -l)" = "660 660"
try "and what came after --wait is counted as late" \
	grep -q " $((quiet_segments * 4)) late" "$scratch/slow.log"

# what needs all rows, in the order of time
replay="tp-replay --format metr-la --from 2012-03-05 --to 2012-03-08
	$TOP/data/metr-la-29.csv.gz"
$replay >"$scratch/raw" 2>/dev/null
tp-features --targets 15,30 --now $now "$scratch/raw" >"$scratch/trows" \
	2>/dev/null
try "rows for training" tp-features --targets 15,30 --now $now \
	"$scratch/raw" -o kafka:trows
tp-train -q -o "$scratch/file.model" "$scratch/trows"
try "train from all partitions" tp-train -q -o "$scratch/topic.model" \
	-i kafka:trows
try "the model is that of the file" cmp "$scratch/file.model" \
	"$scratch/topic.model"
predict="tp-predict -m $scratch/file.model --now $now"
$predict "$scratch/raw" >"$scratch/pred" 2>/dev/null
try "forecasts to a topic" $predict "$scratch/raw" -o kafka:pred
try "events to a topic" $replay -o kafka:truth
tp-eval --truth "$scratch/raw" "$scratch/pred" >"$scratch/file.eval"
try "evaluate from topics" sh -c "tp-eval --truth kafka:truth -i kafka:pred \
	>'$scratch/topic.eval'"
try "scores are those of the files" cmp "$scratch/file.eval" \
	"$scratch/topic.eval"

# forecasts of a network that mixes the segments of a step, by a worker that
# is killed and started again: the steps that are closed, as from the file
tp-train --model mlp -q -o "$scratch/net.model" "$scratch/trows"
predict="tp-predict -m $scratch/net.model --now $now --wait 0"
$predict "$scratch/raw" >"$scratch/pred" 2>/dev/null
net="$predict -i kafka:truth -o kafka:net -G net --commit 50ms --instance n
	$session"
$net 2>"$scratch/net.log" &
pid=$!
i=0
while [ -z "$(values net 0 | head -c 1)" ] && [ $i -lt 100 ]; do
	sleep 0.1
	i=$((i + 1))
done
kill -KILL $pid
wait $pid 2>/dev/null
try "forecasts by a network from all partitions" $net -e
wrong=
for p in $parts; do
	values truth "$p" >"$scratch/in.$p"
	values net "$p" >"$scratch/got"
	of "$p" "$scratch/pred" >"$scratch/want"
	of "$p" "$scratch/pred" | head -c "$(wc -c <"$scratch/got")" |
		cmp - "$scratch/got" || wrong="$wrong [$p]: differs"
	# one step is open
	[ $(($(wc -l <"$scratch/want") - $(wc -l <"$scratch/got"))) -le 29 ] ||
		wrong="$wrong [$p]: steps are missing"
done
result "they are those from the file"
echo 'wide partitions=59 replication=1' >"$scratch/wide"
tp-topics create -q -F "$scratch/wide" >"$scratch/topics" 2>&1
try "64 partitions at most" sh -c "$features -i kafka:in -i kafka:wide \
	-o kafka:x 2>&1 | grep -q 'topics of up to 64'"
finish
