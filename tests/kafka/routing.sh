#!/bin/sh
# Routes from topics: readings, forecasts and questions are three topics of six
# partitions each, two workers share them, and die.  Every question, for a way or
# for what is near, has one answer, that of the file with the same records in
# the order of their times; the updates, too, are those of the file, each once
# and in order.  And one that was killed knows the roads again when it is back.
# shellcheck disable=SC2086
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
start=1700000000000 steps=${steps:-120} kills=${kills:-5}
far=$((start + 9 * 86400000))
session='-X session.timeout.ms=6000 -X heartbeat.interval.ms=500'
sample=$TOP/data/metr-la-29

# feed: a step is five minutes and takes 0.1 s; what is written to a topic is
# kept in a file of its name
feed()
{
	sed 1d "$sample-sensors.csv" | awk -F, -v n=0 -v dir="$scratch/fed/" \
	    -v start=$start -v steps="$steps" -v kcat="kcat -P -E \
	    -b $TP_BROKERS -K '|' -X partitioner=murmur2_random \
	    -X linger.ms=5 -X enable.idempotence=true -t " '
	function put(topic, key, line) {
		print line > (dir topic)
		print key "|" line | (kcat topic)
	}
	{ id[n] = $1; lat[n] = $3; lon[n++] = $4 }
	END {
		srand(5)
		for (k = 0; k < steps; k++) {
			t = sprintf("%.0f", start + k * 300000)
			for (i = 0; i < n; i++) {
				put("ev", id[i], sprintf("{\"segment_id\":\"%s\",\"timestamp\":%s,\"speed_kmh\":%.1f}",
					id[i], t, 5 + rand() * 110))
				for (h = 10; h <= 30; h += 10)
					put("fc", id[i], sprintf("{\"segment_id\":\"%s\",\"timestamp\":%s,\"prediction_horizon_minutes\":%d,\"predicted_speed_kmh\":%.1f}",
						id[i], t, h, 5 + rand() * 110))
			}
			if (rand() < 0.2)
				put("fc", "x", "{\"segment_id\":\"x\",\"timestamp\":" t ",\"speed_kmh\":-7}")
			for (q = 0; q < 3; q++)
				put("ask", "q" k q, sprintf("{\"query_id\":\"q%d.%d\",\"timestamp\":%.0f,\"from\":\"%s\",\"to\":\"%s\",\"alternatives\":1}",
					k, q, t + 1 + q * 60000,
					id[int(rand() * n)], id[int(rand() * n)]))
			i = int(rand() * n)
			put("ask", "q" k q, sprintf("{\"query_id\":\"q%d.%d\",\"timestamp\":%.0f,\"latitude\":%s,\"longitude\":%s}",
				k, q, t + 1 + q * 60000, lat[i], lon[i]))
			fflush()
			system("sleep 0.1")
		}
	}'
}

# worker NAME: started again whenever it dies
worker()
{
	while [ ! -e "$scratch/over" ]; do
		$route --instance "$1" -v 2>>"$scratch/$1.log" &
		echo $! >"$scratch/$1.pid"
		wait $!
		echo "exit $?" >>"$scratch/$1.log"
	done
	touch "$scratch/$1.gone"
}

# all TOPIC: of all partitions
all()
{
	for p in $parts; do
		values "$1" "$p"
	done
}

# until_lines TOPIC N: at most a minute
until_lines()
{
	i=0
	while [ "$(all "$1" | wc -l)" -lt "$2" ] && [ $i -lt 60 ]; do
		sleep 1
		i=$((i + 1))
	done
}

start_broker
tp-graph build -q --sensors "$sample-sensors.csv" \
	--distances "$sample-distances.csv" --speed 105 -o "$scratch/la.graph"
mkdir "$scratch/fed"
feed &
feeder=$!
sleep 2
route="tp-route -g $scratch/la.graph --wait 0 -i kafka:ev -i kafka:fc -i kafka:ask
	-o kafka:routes --updates kafka:updates --rejects kafka:refused
	--on-error skip --commit 100ms -G routes $session"
worker a &
sleep 2
worker b &
n=0
while [ $n -lt "$kills" ]; do
	sleep 2
	victim=$(printf 'a\nb\n' | shuf -n 1)
	kill -KILL "$(cat "$scratch/$victim.pid")" 2>/dev/null
	n=$((n + 1))
done
wait $feeder
sleep 1
# what closes the last step in every partition
for p in $parts; do
	for topic in ev fc; do
		echo "{\"segment_id\":\"none\",\"timestamp\":$far}" |
			kcat -P -b "$TP_BROKERS" -t $topic -p "$p"
	done
	echo "{\"from\":\"none\",\"to\":\"none\",\"timestamp\":$far}" |
		kcat -P -b "$TP_BROKERS" -t ask -p "$p"
done

# the file: records in the order of time, as the tools before us put them
cat "$scratch/fed/ev" "$scratch/fed/fc" "$scratch/fed/ask" |
	sed 's/.*"timestamp":\([0-9]*\).*/\1 &/' | sort -s -n -k1,1 |
	cut -d' ' -f2- >"$scratch/log"
tp-route -q -g "$scratch/la.graph" --on-error skip \
	--rejects "$scratch/want.rej" --updates "$scratch/want.up" \
	"$scratch/log" >"$scratch/want" 2>/dev/null
until_lines routes "$(wc -l <"$scratch/want")"
touch "$scratch/over"
for id in a b; do
	while [ ! -e "$scratch/$id.gone" ]; do
		kill -TERM "$(cat "$scratch/$id.pid")" 2>/dev/null
		sleep 0.3
	done
done
all routes | grep query_id | sort >"$scratch/got"
sort "$scratch/want" | cmp - "$scratch/got" >"$scratch/cmp" 2>&1
try "every question is answered once, as in the file" test \
	"$(wc -l <"$scratch/want") $(cat "$scratch/cmp")" = "$((steps * 4)) "
all updates >"$scratch/got.up"
try "of which some tell what is near, and how fast it is" test \
	"$(grep -c '\.3","status":"ok".*"speed_kmh":' "$scratch/got")" -gt \
	$((steps / 2))
try "updates are those of the file, in order" \
	cmp "$scratch/want.up" "$scratch/got.up"
try "one for each step" test "$(wc -l <"$scratch/got.up")" = "$steps"
all refused | same_rejects | sort >"$scratch/got.rej"
same_rejects <"$scratch/want.rej" | sort >"$scratch/want.r"
try "and rejects" cmp "$scratch/want.r" "$scratch/got.rej"
try "of which there are some" test -s "$scratch/got.rej"

ways='"from":"717445","to":"773062"'
near=$(awk -F, '$1 == 717445 { printf "\"latitude\":%s,\"longitude\":%s", $3, $4 }' \
	"$sample-sensors.csv")

# ask ID QUESTION: now, with no time of its own; the answer without its id
ask()
{
	echo "{\"query_id\":\"$1\",$2}" |
		kcat -P -b "$TP_BROKERS" -t live-ask
	i=0
	until all live-routes | grep -q "\"$1\"" || [ $i -ge 60 ]; do
		sleep 0.5
		i=$((i + 1))
	done
	all live-routes | grep "\"$1\"" | sed 's/"query_id":"[^"]*",//'
}
head -n 870 "$scratch/fed/ev" >"$scratch/live.ev"
sed 's/.*segment_id":"\([^"]*\).*/\1|&/' "$scratch/live.ev" | produce live-ev
live="tp-route -g $scratch/la.graph -i kafka:live-ev -i kafka:live-ask
	-o kafka:live-routes --updates kafka:live-updates -G live --instance 1
	--commit 100ms $session"
echo '{"from":"none","to":"none"}' | kcat -P -b "$TP_BROKERS" -t live-ask
for run in 1 2; do
	$live 2>>"$scratch/live.log" &
	pid=$!
	echo $pid >"$scratch/live.pid"
	ask "run$run" "$ways" >"$scratch/live.$run"
	ask "near$run" "$near" >>"$scratch/live.$run"
	sleep 1
	kill -KILL $pid
	wait $pid 2>/dev/null
done
printf '{%s}\n' "$ways" "$near" |
	tp-route -q -g "$scratch/la.graph" "$scratch/live.ev" - \
	>"$scratch/want"
try "now is the newest that was heard" cmp "$scratch/want" "$scratch/live.1"
try "killed and back, the roads are as before" \
	cmp "$scratch/live.1" "$scratch/live.2"
try "and told" grep -q '"live_share":0*[1-9.]' "$scratch/live.2"
try "the last step was told when it fell silent, and once" \
	test "$(all live-updates | wc -l)" = 30
finish
