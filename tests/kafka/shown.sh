#!/bin/sh
# tp-serve on topics: each server shows all partitions, what is there and what
# comes, whoever else reads them, and after a restart again.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
cd "$scratch" || exit 2
now=$(date +%s)

# events FROM TO: a reading of each segment
events()
{
	awk -v from="$1" -v to="$2" -v t=$((now - 60)) 'BEGIN {
		for (i = from; i < to; i++)
			printf "s%d|{\"segment_id\":\"s%d\",\"timestamp\":%d000,\"speed_kmh\":%d}\n",
				i, i, t, 20 + i % 50
	}'
}

# serve NAME [OPTION...]
serve()
{
	name=$1
	shift
	tp-serve -q -l "unix:$name" "$@" -i kafka:shown 2>"$name.err" &
	echo $! >"$name.pid"
}

# shows NAME COUNT: within 20 s, as many segments, each with its own speed
shows()
{
	for _ in $(seq 100); do
		curl -s -m 5 --unix-socket "$1" http://localhost/api/v1/segments \
			>"$1.segments" &&
		curl -s -m 5 --unix-socket "$1" http://localhost/api/v1/live \
			>"$1.live" &&
			[ "$(jq '.ids | length' "$1.segments")" = "$2" ] &&
			break
		sleep 0.2
	done
	jq -es --argjson n "$2" '.[0].ids as $ids | .[1].speed_kmh as $v |
		($ids | length) == $n and ([range($n) |
		$v[.] == 20 + ($ids[.][1:] | tonumber) % 50] | all)' \
		"$1.segments" "$1.live" >why && return
	echo "$1 does not show $2"
	cat why "$1.err"
	return 1
}

start_broker
events 0 400 | produce shown
serve one
try "what is in the topic is shown" shows one 400
serve two
try "a second server shows all of it too" shows two 400
events 400 600 | produce shown
try "what comes is shown" shows one 600
try "by both" shows two 600
kill "$(cat one.pid)"
wait "$(cat one.pid)"
serve one
try "and after a restart" shows one 600
finish
