#!/bin/sh
# From answers of HERE's traffic service to a route and to alerts: what the
# collector (here-collector.sh) has fetched of three hours, forecasts of 10, 20
# and 30 minutes, the way from one end of the town to the other by them, other
# ways, and alerts; all of it kept in databases.  Leaves in OUT (hanoi-out):
#	events.jsonl forecasts.jsonl route.jsonl updates.jsonl alerts.jsonl
#	hanoi.db, and route.png where there is gnuplot
#	hanoi.sh [FROM TO]	two places, LAT,LON
# HERE=FILE is an answer of the service (v7) and MAP=FILE an OpenStreetMap file
# of the same place; without them a town is made.  The rush hours are made, since
# one answer has none.
# POSTGRES=1 and REDIS=1 write to these, too, in the same run of tp-store: to
# servers of their own, which are removed at the end (status 77: they are not
# installed), or to those of POSTGRES=CONNINFO and REDIS=HOST:PORT.
# With KAFKA=1 all that streams goes through topics hanoi-* of the broker at
# $TP_BROKERS (default 127.0.0.1:9092), which it makes and deletes; the files are
# the same.  If that is this machine, and none answers, it starts one by
# tests/kafka-local and removes it at the end.
set -eu
top=$(cd -P "$(dirname "$0")/.." && pwd)
PATH=$top/bin:$PATH
TP_BROKERS=${TP_BROKERS:-127.0.0.1:9092}
out=${OUT:-hanoi-out}
work=$(mktemp -d "${TMPDIR:-/tmp}/tp-hanoi.XXXXXX")
KAFKA_DIR=$work/kafka
export PATH TP_BROKERS KAFKA_DIR
servers='' made='' port=''
topics='hanoi-answers hanoi-events hanoi-forecasts hanoi-queries hanoi-routes
	hanoi-updates hanoi-alerts'
eight=1689062400000 # a Tuesday, 8:00 UTC

# clean: ends and removes what was started and made here, and only that
clean()
{
	[ -z "$made" ] || tp-topics -q delete -F "$work/topics" || :
	[ -z "$port" ] || "$top/tests/kafka-local" -p "$port" clean || :
	[ -z "$servers" ] || servers_end
	rm -rf "$work"
}
trap clean EXIT
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

# broker: one that has no topics of these names, and then has them
broker()
{
	if ! kcat -L -m 3 -b "$TP_BROKERS" >"$work/said" 2>&1; then
		[ -z "$(echo "${TP_BROKERS#127.0.0.1:}" | tr -d 0-9)" ] ||
			{ cat "$work/said" >&2; exit 1; }
		port=${TP_BROKERS#127.0.0.1:}
		say "no broker at $TP_BROKERS: starting one"
		"$top/tests/kafka-local" -p "$port" start >"$work/started"
	fi
	# retention goes by the time of the events, which are old
	echo '* partitions=1 replication=1 retention.ms=-1' >"$work/topics"
	# shellcheck disable=SC2086
	printf '%s\n' $topics >>"$work/topics"
	tp-topics -q create --new -F "$work/topics" >&2
	made=1
}

# without SERVER STATUS: the end
without()
{
	say "$1 is not here, or does not start" >&2
	exit "$2"
}

# own_servers: those of the tests, where POSTGRES or REDIS is 1
own_servers()
{
	[ "${POSTGRES-}" = 1 ] || [ "${REDIS-}" = 1 ] || return 0
	# shellcheck source=tests/store/servers.sh
	. "$top/tests/store/servers.sh"
	trap clean EXIT
	if [ "${POSTGRES-}" = 1 ]; then
		pg_make || without PostgreSQL $?
		POSTGRES=${pg#postgres:}
	fi
	if [ "${REDIS-}" = 1 ]; then
		redis_start || without Redis $?
		REDIS=$servers/redis.sock
	fi
}

# stage OLD NEW COMMAND...: the command from topic hanoi-OLD to hanoi-NEW, or
# from one file to the next
stage()
{
	old=$1 new=$2
	shift 2
	if [ -n "${KAFKA-}" ]; then
		"$@" -i "kafka:hanoi-$old" -o "kafka:hanoi-$new" --end
	else
		"$@" -i "$work/$old" -o "$work/$new"
	fi
}

# topic NAME: its lines
topic()
{
	if [ -n "${KAFKA-}" ]; then
		kcat -C -b "$TP_BROKERS" -t "hanoi-$1" -o beginning -e -u -q
	else
		cat "$work/$1"
	fi
}

# to_nine NAME: what a topic has up to 9:00.  Beyond is what closes the last
# step of a topic, which has no end.
to_nine()
{
	topic "$1" | awk -v end=$((eight + 3600000)) '
	match($0, /"timestamp":[0-9]+/) &&
	    substr($0, RSTART + 12, RLENGTH - 12) + 0 <= end'
}

mkdir -p "$out"
own_servers
[ -z "${KAFKA-}" ] || broker
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

# What the collector leaves: an answer each five minutes, 6 to 9 o'clock, and
# one more.  Some roads suffer more than others from the rush hour, which comes
# to 8 o'clock.
say 'answers of a Tuesday, 6:00 to 9:00'
mkdir "$work/collected"
jq -c --argjson steps 38 '. as $a | range($steps) as $k |
	(6 + $k / 12) as $h | (($h - 8) / 1.1 | -(. * .) | exp) as $rush | $a |
	.sourceUpdated = ("2023-07-11T00:00:00Z" | fromdate + $h * 3600 |
		round | todate) |
	.results |= [to_entries[] | (.key * 7919 % 100 / 100) as $depth | .value |
		if .currentFlow.speed == null then . else
		.currentFlow.speed = .currentFlow.freeFlow *
			(1 - $rush * (0.1 + 0.8 * $depth)) |
		.currentFlow.jamFactor = ($rush * 8 * $depth * 10 | round / 10) end]
	' "$work/answer.json" |
	split -l 1 -d -a 2 --additional-suffix=.json - "$work/collected/flow-"
answers=$work/answers
[ -z "${KAFKA-}" ] || answers=kafka:hanoi-answers
tp-replay -q --format here --shapes "$work/shapes" -o "$answers" \
	"$work"/collected/*.json
stage answers events tp-validate -q --now 2023-07-11T09:06:00Z
to_nine events >"$out/events.jsonl"
echo "$(wc -l <"$out/events.jsonl") events of $(wc -l <"$work/shapes") roads"

say 'ten days before, and what they teach'
jq -r '[.segment_id, .free_flow_speed_kmh] | @tsv' "$out/events.jsonl" |
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
stage events forecasts tp-predict -q -m "$work/model"
to_nine forecasts >"$out/forecasts.jsonl"
echo "$(wc -l <"$out/forecasts.jsonl") forecasts"

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

from=${1:-$(head -n 1 "$work/places")} to=${2:-$(tail -n 1 "$work/places")}
say "from $from to $to at 8:00"
# asked between the answers of 8:00 and those of 8:05
printf '{"query_id":1,"timestamp":%s,"from":[%s],"to":[%s],"alternatives":2}\n' \
	$((eight + 1)) "$from" "$to" >"$work/queries"
if [ -n "${KAFKA-}" ]; then
	kcat -P -b "$TP_BROKERS" -t hanoi-queries "$work/queries"
	tp-route -q -g "$work/graph" --profiles "$work/usual" --legs --wait 2s \
		-i kafka:hanoi-events -i kafka:hanoi-forecasts \
		-i kafka:hanoi-queries -o kafka:hanoi-routes \
		--updates kafka:hanoi-updates --end
else
	# in the order of time, as they would come
	cat "$work/events" "$work/forecasts" "$work/queries" |
		sed 's/.*"timestamp":\([0-9]*\).*/\1 &/' | sort -s -n -k1,1 |
		cut -d' ' -f2- |
		tp-route -q -g "$work/graph" --profiles "$work/usual" --legs \
		-o "$work/routes" --updates "$work/updates"
fi
topic routes >"$out/route.jsonl"
to_nine updates >"$out/updates.jsonl"
jq -r 'def way: "\(.distance_km) km, \(.eta_minutes) minutes (\(
	.eta_lower_minutes) to \(.eta_upper_minutes)), \(.live_share * 100 |
	round) % of it known";
	"route: \(way)", (.alternatives[] | "or:    \(way)")' "$out/route.jsonl"
if command -v gnuplot >/dev/null; then
	tp-graph export -q -g "$work/graph" --to geojson |
		jq -c '.features[]' >"$work/roads"
	tp-plot -q --kind route -o "$out/route.png" "$work/roads" \
		"$out/route.jsonl"
fi

say 'alerts, by the rules of Hanoi'
if [ -n "${KAFKA-}" ]; then
	tp-alert -q --preset hanoi -i kafka:hanoi-events \
		-i kafka:hanoi-forecasts -o kafka:hanoi-alerts --end
else
	# as of topics: each has a state of its own
	tp-alert -q --preset hanoi -o "$work/a" "$work/events"
	tp-alert -q --preset hanoi -o "$work/b" "$work/forecasts"
	cat "$work/a" "$work/b" >"$work/alerts"
fi
to_nine alerts | sed 's/.*"timestamp":\([0-9]*\).*/\1 &/' | LC_ALL=C sort |
	cut -d' ' -f2- >"$out/alerts.jsonl"
jq -r '"\(.timestamp / 1000 | strftime("%H:%M")) \(.status) \(.severity) \(
	.segment_id): \(.message)"' "$out/alerts.jsonl" >"$work/told"
head -n 8 "$work/told"
echo "$(wc -l <"$out/alerts.jsonl") in all"

say "kept in SQLite${POSTGRES:+, PostgreSQL}${REDIS:+, Redis}"
rm -f "$out/hanoi.db"
cat "$out/events.jsonl" "$out/forecasts.jsonl" "$out/route.jsonl" \
	"$out/updates.jsonl" "$out/alerts.jsonl" |
	tp-store -q -o "$out/hanoi.db" ${POSTGRES:+-o "postgres:$POSTGRES"} \
	${REDIS:+-o "redis:$REDIS"}
for kind in event prediction alert route update; do
	echo "$(tp-store read -q --kind $kind "$out/hanoi.db" | wc -l) $kind"
done
if [ -n "${POSTGRES-}" ]; then
	tp-store read -q "$out/hanoi.db" >"$work/sqlite"
	tp-store read -q "postgres:$POSTGRES" | cmp - "$work/sqlite"
	echo "PostgreSQL has the same $(wc -l <"$work/sqlite") records"
fi
case ${REDIS-} in
'')	exit 0 ;;
/*)	redis="redis-cli -s $REDIS" ;;
*)	redis="redis-cli -h ${REDIS%:*} -p ${REDIS##*:}" ;;
esac
for key in 'road:*:current' 'road:*:predicted' 'route:cache:*'; do
	echo "Redis has $($redis --scan --pattern "$key" | wc -l) $key"
done
echo "Redis has $($redis get graph:hanoi:version) graph:hanoi:version"
