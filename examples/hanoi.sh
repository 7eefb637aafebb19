#!/bin/sh
# From answers of HERE's traffic service to a route and to alerts: what the
# collector (here-collector.sh) has fetched of three hours, forecasts of 10, 20
# and 30 minutes, the way from one end of the town to the other by them, other
# ways, and alerts; all of it kept in a database.
#	hanoi.sh [FROM TO]	two places, LAT,LON
# HERE=FILE is an answer of the service (v7) and MAP=FILE an OpenStreetMap file
# of the same place; without them a town is made.  The rush hours are made, since
# one answer has none.  KAFKA=1 does the last part on the broker at $TP_BROKERS
# as well (default 127.0.0.1:9092), in topics hanoi-*, which it removes.
set -eu
work=$(mktemp -d "${TMPDIR:-/tmp}/tp-hanoi.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

say()
{
	echo "== $*"
}

# town: 16 x 16 crossings, 300 m apart, and an answer for its avenues
town()
{
	awk -v places="$work/places.tsv" '
	function at(y, x) {
		return sprintf("%.6f\t%.6f", 21 + y * .0027, 105.8 + x * .0029)
	}
	BEGIN {
		for (y = 0; y < 16; y++)
			for (x = 0; x < 16; x++) {
				v = y * 16 + x
				print v "\t" at(y, x) >places
				if (x < 15)
					way(v, v + 1, y % 5 ? 30 : 60, "Street " y)
				if (y < 15)
					way(v, v + 16, x % 5 ? 30 : 60, "Avenue " x)
			}
	}
	function way(a, b, kmh, name) {
		printf "%d\t%d\t300\t%d\t%s\n%d\t%d\t300\t%d\t%s\n",
			a, b, kmh, name, b, a, kmh, name
	}' >"$work/roads.tsv"
	awk '
	function point(y, x) {
		return sprintf("{\"lat\":%.6f,\"lng\":%.6f}", 21 + y * .0027,
			105.8 + x * .0029)
	}
	function road(name, y1, x1, y2, x2) {
		printf "%s{\"location\":{\"description\":\"%s\",\"length\":900.0,\"shape\":{\"links\":[{\"points\":[%s,%s],\"length\":900.0}]}},\"currentFlow\":{\"speed\":12.5,\"speedUncapped\":12.5,\"freeFlow\":16.6,\"jamFactor\":1.2,\"confidence\":0.9,\"traversability\":\"open\"}}",
			n++ ? "," : "", name, point(y1, x1), point(y2, x2)
	}
	BEGIN {
		printf "{\"sourceUpdated\":\"2023-07-11T16:25:43Z\",\"results\":["
		for (k = 0; k < 16; k += 5)
			for (i = 0; i < 15; i += 3) {
				road("Street " k, k, i, k, i + 3)
				road("Street " k, k, i + 3, k, i)
				road("Avenue " k, i, k, i + 3, k)
				road("Avenue " k, i + 3, k, i, k)
			}
		print "]}"
	}' >"$work/answer.json"
}

if [ -n "${HERE-}" ] && [ -n "${MAP-}" ]; then
	gzip -dcf <"$HERE" >"$work/answer.json"
	say "map: $(basename "$MAP"), answer: $(basename "$HERE")"
	tp-graph build -q --osm "$MAP" -o "$work/map"
else
	say 'a made town'
	town
	tp-graph build -q --tsv "$work/roads.tsv" --co "$work/places.tsv" \
		-o "$work/map"
fi

# What the collector leaves: an answer each five minutes, 6 to 9 o'clock.  Some
# roads suffer more than others from the rush hour, which comes to 8 o'clock.
say 'answers of a Tuesday, 6:00 to 9:00'
mkdir "$work/answers"
jq -c --argjson steps 37 '. as $a | range($steps) as $k |
	(6 + $k / 12) as $h | (($h - 8) / 1.1 | -(. * .) | exp) as $rush | $a |
	.sourceUpdated = ("2023-07-11T00:00:00Z" | fromdate + $h * 3600 |
		round | todate) |
	.results |= [to_entries[] | (.key * 7919 % 100 / 100) as $depth | .value |
		if .currentFlow.speed == null then . else
		.currentFlow.speed = .currentFlow.freeFlow *
			(1 - $rush * (0.1 + 0.8 * $depth)) |
		.currentFlow.jamFactor = ($rush * 8 * $depth * 10 | round / 10) end]
	' "$work/answer.json" |
	split -l 1 -d -a 2 --additional-suffix=.json - "$work/answers/flow-"
tp-replay -q --format here --shapes "$work/shapes" "$work"/answers/*.json |
	tp-validate -q --now 2023-07-11T09:01:00Z >"$work/events"
echo "$(wc -l <"$work/events") events of $(wc -l <"$work/shapes") roads"

say 'ten days before, and what they teach'
jq -r '[.segment_id, .free_flow_speed_kmh] | @tsv' "$work/events" |
	awk -F '\t' -v n=0 '!($1 in seen) { seen[$1]; id[n] = $1; free[n++] = $2 }
	END {
		srand(1)
		for (t = 1688083200; t < 1688947200; t += 300) {
			h = t % 86400 / 3600
			rush = exp(-(((h - 8) / 1.1) ^ 2))
			rush += .7 * exp(-(((h - 17.5) / 1.5) ^ 2))
			for (i = 0; i < n; i++) {
				depth = .1 + .8 * (i * 7919 % 100) / 100
				kmh = free[i] * (1 - rush * depth)
				printf "{\"segment_id\":\"%s\",\"timestamp\":%d000,\"speed_kmh\":%.1f}\n",
					id[i], t, kmh * (.93 + rand() * .14)
			}
		}
	}' >"$work/history"
tp-features -q --targets 10,20,30 "$work/history" |
	tp-train -q --model linear -o "$work/model"
tp-features -q --groups time,trail --profiles-out "$work/usual" \
	"$work/history" >/dev/null
tp-predict -q -m "$work/model" "$work/events" >"$work/forecasts"
echo "$(wc -l <"$work/forecasts") forecasts"

say 'the roads of the feed on the map'
tp-graph snap -q -g "$work/map" --shapes "$work/shapes" -o "$work/graph" \
	>"$work/snapped"
# the crossings where edges with a segment begin, from south to north
tp-graph export -q -g "$work/graph" --to nodes |
	awk -F '\t' 'NR == FNR && $2 != "-" { there[$2] }
	NR > FNR && $1 in there { print $2 "," $3 }' "$work/snapped" - |
	sort -n >"$work/places"
echo "$(awk -F '\t' '$2 != "-" { print $1 }' "$work/snapped" | sort -u |
	wc -l) of $(wc -l <"$work/shapes") are on it"

# in the order of time, as they would come
cat "$work/events" "$work/forecasts" |
	sed 's/.*"timestamp":\([0-9]*\).*/\1 &/' | sort -s -n -k1,1 |
	cut -d' ' -f2- >"$work/news"
from=${1:-$(head -n 1 "$work/places")} to=${2:-$(tail -n 1 "$work/places")}
say "from $from to $to at 8:00"
awk -v at=1689062400000 'match($0, /"timestamp":[0-9]+/) &&
	substr($0, RSTART + 12, RLENGTH - 12) + 0 <= at' "$work/news" |
	tp-route -q -g "$work/graph" --profiles "$work/usual" --from "$from" \
	--to "$to" --alternatives 2 - >"$work/route"
jq -r 'def way: "\(.distance_km) km, \(.eta_minutes) minutes (\(
	.eta_lower_minutes) to \(.eta_upper_minutes)), \(.live_share * 100 |
	round) % of it known";
	"route: \(way)", (.alternatives[] | "or:    \(way)")' "$work/route"

say 'alerts, by the rules of Hanoi'
tp-alert -q --preset hanoi "$work/news" >"$work/alerts"
jq -r '"\(.timestamp / 1000 | strftime("%H:%M")) \(.status) \(.severity) \(
	.segment_id): \(.message)"' "$work/alerts" >"$work/told"
head -n 8 "$work/told"
echo "$(wc -l <"$work/alerts") in all"

say 'kept'
cat "$work/news" "$work/route" "$work/alerts" |
	tp-store -q -o "$work/hanoi.db"
for kind in event prediction alert route; do
	echo "$(tp-store read -q --kind $kind "$work/hanoi.db" | wc -l) $kind"
done
[ -n "${KAFKA-}" ] || exit 0

say 'the same from topics'
top=$(cd -P "$(dirname "$0")/.." && pwd)
TP_BROKERS=${TP_BROKERS:-127.0.0.1:9092} KAFKA_DIR=$work/kafka port=
export TP_BROKERS KAFKA_DIR
trap '[ -z "$port" ] || "$top/tests/kafka-local" -p "$port" clean
	rm -rf "$work"' EXIT
if ! kcat -L -m 3 -b "$TP_BROKERS" >"$work/there" 2>&1; then
	port=${TP_BROKERS##*:}
	"$top/tests/kafka-local" -p "$port" start >"$work/started"
fi
for topic in events forecasts queries routes updates alerts; do
	echo "hanoi-$topic partitions=1 replication=1"
done >"$work/topics"
tp-topics -q create -F "$work/topics"
sed -n '/"timestamp":1689062400000/q; p' "$work/events" |
	kcat -P -b "$TP_BROKERS" -t hanoi-events
sed -n '/"timestamp":1689062400000/q; p' "$work/forecasts" |
	kcat -P -b "$TP_BROKERS" -t hanoi-forecasts
echo "{\"query_id\":1,\"from\":[$from],\"to\":[$to],\"alternatives\":2}" |
	kcat -P -b "$TP_BROKERS" -t hanoi-queries
tp-alert -q --preset hanoi -i kafka:hanoi-events -o kafka:hanoi-alerts -e
timeout 5 tp-route -q -g "$work/graph" --profiles "$work/usual" \
	-i kafka:hanoi-events -i kafka:hanoi-forecasts -i kafka:hanoi-queries \
	-o kafka:hanoi-routes --updates kafka:hanoi-updates --instance 1 || :
for topic in routes updates alerts; do
	echo "$(kcat -C -b "$TP_BROKERS" -t hanoi-$topic -e -q | wc -l) $topic"
done
tp-topics -q delete -F "$work/topics"
