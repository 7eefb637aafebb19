#!/bin/sh
# tp-store from a topic, killed at any moment: every record is in the store,
# and the positions in it are those of the records.
#	stored.sh [-k KILLS]
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
# shellcheck source=tests/store/servers.sh
. "$TOP/tests/store/servers.sh"
kills=6
while getopts k: o; do
	case $o in
	k) kills=$OPTARG ;;
	*) exit 2 ;;
	esac
done

fill()
{
	tp-replay --format metr-la --to 2012-03-05 \
		"$TOP/data/metr-la-29.csv.gz" >la.jsonl &&
	sort la.jsonl >la.sorted &&
	sed -E 's/^\{"segment_id":"([^"]*)"/\1|&/' la.jsonl | produce in
}

# keep [ARG...]: the shell that runs it becomes it, so that it can be killed
keep()
{
	exec tp-store -q -X session.timeout.ms=6000 \
		-X heartbeat.interval.ms=1000 \
		-i kafka:in?group=keep --batch 700 --commit 50ms -o s.db "$@"
}

# survives: two workers share the topic; one of them is killed, again and again
survives()
{
	keep 2>second.err &
	second=$!
	echo $second >second.pid
	k=0
	while [ $k -lt "$kills" ]; do
		keep 2>first.err &
		first=$!
		echo $first >first.pid
		sleep "$((k % 3 + 1)).$((k * 37 % 10))"
		if [ $((k % 2)) = 0 ]; then
			kill -9 "$first"
			wait $first 2>/dev/null
		else
			kill -9 "$second"
			wait $second 2>/dev/null
			second=$first
		fi
		k=$((k + 1))
	done
	kill -9 "$second" "$first" 2>/dev/null
	wait
	tp-store check s.db
}

# alone: a folder has one writer, which is killed
alone()
{
	for k in 1 2 3; do
		(exec tp-store -q -X session.timeout.ms=6000 --commit 50ms \
			-i kafka:in?group=alone --batch 300 -o files:f) &
		pid=$!
		sleep 1.$k
		kill -9 $pid
		wait $pid
	done 2>/dev/null
	sleep 7
	tp-store -q -X session.timeout.ms=6000 -e -i kafka:in?group=alone \
		-o files:f && tp-store read files:f | sort | cmp - la.sorted
}

# complete: what is left is stored, and all of it is there
complete()
{
	# a dead member may still hold a share, and "the end" is that of ours
	sleep 7
	(keep -e) || return 1
	tp-store read s.db | sort | cmp - la.sorted &&
	[ "$(sqlite3 s.db 'SELECT sum(next) FROM position')" = \
		"$(wc -l <la.jsonl)" ]
}

# again: the group forgets, the store does not
again()
{
	echo '{"segment_id":"773869","timestamp":1330560000000,"speed_mph":1}' \
		>other.jsonl
	tp-store -q -o s.db other.jsonl &&
	tp-store -q -i 'kafka:in?group=new' -e -o s.db &&
	[ "$(tp-store read --to 2012-03-01T00:05:00Z --segments 773869 \
		s.db)" = "$(cat other.jsonl)" ]
}

# into_pg [ARG...]: as keep, into PostgreSQL
into_pg()
{
	exec tp-store -q -X session.timeout.ms=6000 \
		-X heartbeat.interval.ms=1000 -i "kafka:in?group=pg$schema" \
		--batch 300 --commit 50ms --wait 60s --schema "$schema" \
		-o "$pg" "$@"
}

# server SCHEMA SQL: the writer is killed at any moment, and the server stops
# as if the power had gone; SQL counts the rows, all of which are there, once
server()
{
	schema=$1
	for k in 1 2 3 4; do
		(into_pg) 2>pg.err &
		pid=$!
		sleep 1.$((k * 37 % 10))
		[ $k != 2 ] || { pg_stop QUIT && sleep 0.5 && pg_start &&
			sleep 1; } || return 1
		kill -9 $pid
		wait $pid 2>/dev/null
	done
	sleep 7
	(into_pg -e) || return 1
	rows=$(psql -qAt -h "$servers/pg" -U tp -d t -c "$2")
	[ "$rows" = "$(wc -l <la.jsonl)|$(wc -l <la.jsonl)" ] || {
		echo "rows and positions: $rows"
		return 1
	}
	[ "$schema" != own ] ||
		tp-store read "$pg" | sort | cmp - la.sorted
}

# remake: the topic is deleted and made again, with less in it
remake()
{
	echo 'in partitions=6' >in.conf
	tp-topics delete -F in.conf 2>err || { cat err; return 1; }
	awk 'BEGIN { for (i = 0; i < 100; i++)
		printf "k|{\"segment_id\":\"new\",\"timestamp\":%.0f,\"speed_mph\":5}\n",
		1400000000000 + 60000 * i }' >few
	produce in <few
}

# anew GROUP STORE: that is noticed, and not passed over
anew()
{
	before=$(tp-store read "$2" | wc -l)
	tp-store -q -i "kafka:in?group=$1" -e -o "$2" 2>err
	status=$?
	cat err
	[ $status = 5 ] && grep -q 'has it up to offset .* made anew' err &&
	[ "$(tp-store read "$2" | wc -l)" = "$before" ] &&
	tp-store -q -i "kafka:in?group=$1" --on-gap skip -e -o "$2" &&
	[ "$(tp-store read --segments new "$2" | wc -l)" = 100 ]
}

start_broker
trap 'end_broker; servers_end; rm -rf "$scratch"' EXIT
cd "$scratch" || exit 2
try "a topic of readings" fill
try "workers are killed" survives
try "every record is there, once" complete
try "a folder, its writer killed" alone
try "what comes a second time is passed over" again
if pg_make; then
	try "PostgreSQL, its writer and itself killed" server own \
		'SELECT (SELECT count(*) FROM tp.reading),
		(SELECT sum(next) FROM tp.position)'
	try "likewise with the tables of LA" server la \
		'SELECT (SELECT count(*) FROM traffic.traffic_readings),
		(SELECT sum(next) FROM tp_la.position)'
else
	skip "PostgreSQL" "it is not here, or does not start"
	pg=
fi
try "the topic is made anew" remake
try "SQLite has more of it" anew anew s.db
[ -z "$pg" ] || try "PostgreSQL has more of it" anew anew-pg "$pg"
finish
