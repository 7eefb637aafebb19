#!/bin/sh
# tp-topics on a real broker.  What it does is looked at by kcat, and what it
# checks was made otherwise.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"

# exits STATUS COMMAND...: out and err are kept
exits()
{
	want=$1
	shift
	timeout 60 "$@" >"$scratch/out" 2>"$scratch/err"
	got=$?
	[ $got = "$want" ] || {
		echo "status $got, not $want: $*"
		cat "$scratch/out" "$scratch/err"
		return 1
	}
}

# topics: "NAME PARTITIONS" of all topics, as kcat sees them
topics()
{
	kcat -L -b "$TP_BROKERS" 2>/dev/null | sed -n \
		's/^  topic "\([^_].*\)" with \([0-9]*\) partitions:$/\1 \2/p' |
		sort
}

# named FILE: the same, as the file has them
named()
{
	awk '/^\*/ { for (i = 2; i <= NF; i++)
			if (sub(/^partitions=/, "", $i)) all = $i; next }
		/^[^#*]/ { n = all; for (i = 2; i <= NF; i++)
			if (sub(/^partitions=/, "", $i)) n = $i
			print $1, n }' "$1" | sort
}

# example FILE: create, see it by other eyes, create again, list, delete
example()
{
	exits 0 tp-topics create -F "$1" && ! [ -s "$scratch/out" ] &&
	[ "$(wc -l <"$scratch/err")" = "$(named "$1" | wc -l)" ] &&
	[ "$(topics)" = "$(named "$1")" ] &&
	exits 0 tp-topics check -F "$1" && ! [ -s "$scratch/out" ] &&
	exits 0 tp-topics create -F "$1" && ! [ -s "$scratch/err" ] &&
	exits 0 tp-topics list && cp "$scratch/out" "$scratch/all" &&
	exits 0 tp-topics check -F "$scratch/all" &&
	[ "$(named "$scratch/all")" = "$(named "$1")" ] &&
	exits 0 tp-topics list -F "$1" && cmp "$scratch/out" "$scratch/all" &&
	exits 0 tp-topics delete -F "$1" && [ -z "$(topics)" ] &&
	exits 0 tp-topics delete -F "$1" && ! [ -s "$scratch/err" ] &&
	exits 1 tp-topics check -F "$1" &&
	named "$1" | sed 's/ .*/: is not there/' >"$scratch/want" &&
	sort "$scratch/out" | cmp - "$scratch/want"
}

# described FILE: what the broker has after create is the table on stdin, of
# that system's own texts: topic, partitions, retention ("-": its texts do not
# say), and settings.  Of the broker's answers partitions are told by kcat.
described()
{
	cat >"$scratch/table" &&
	exits 0 tp-topics create -F "$1" && topics >"$scratch/parts" &&
	exits 0 tp-topics list && awk -v parts="$scratch/parts" '
		function ms(s) {
			return s * (s ~ /d$/ ? 86400000 : 3600000)
		}
		BEGIN { while ((getline line <parts) > 0) {
			split(line, f, " "); n[f[1]] = f[2] } }
		FNR == NR { has[$1] = $0 " "; next }
		/^#/ { next }
		{ rows++; want = $2 != "-" ? n[$1] == $2 : $1 in n
		  if ($3 != "-")
			want = want && index(has[$1],
			    " retention.ms=" ms($3) " ")
		  for (i = 4; i <= NF; i++)
			want = want && index(has[$1], " " $i " ")
		  if (!want) { print "not so: " $0; bad = 1 } }
		END { if (rows == 0) bad = 1; exit bad }' \
		"$scratch/out" "$scratch/table" &&
	exits 0 tp-topics delete -F "$1"
}

la()
{
	delete='replication=1 cleanup.policy=delete compression.type=snappy'
	mb='max.message.bytes=1048576' day='segment.ms=86400000'
	described "$TOP/examples/topics-la.conf" <<-END
	traffic-raw			5  7d $delete $mb $day
	traffic-events			10 7d $delete $mb $day
	traffic-processed		5  7d $delete $day max.message.bytes=2097152
	processed-traffic-aggregates	4  7d $delete $mb $day
	enriched-traffic-aggregates	-  -  $delete
	traffic-predictions		4  3d $delete $mb segment.ms=43200000
	traffic-incidents		3  7d $delete $mb $day
	traffic-alerts			2  7d $delete max.message.bytes=524288 segment.bytes=536870912
	invalid-events			-  -  $delete
	raw-traffic-events		3  7d $delete
	raw-traffic-incidents		3  7d $delete
	raw-traffic-sensors		3  7d $delete
	raw-weather-data		3  7d $delete
	processed-traffic-segments	3  3d $delete
	processed-congestion-levels	3  3d $delete
	END
}

hanoi()
{
	described "$TOP/examples/topics-hanoi.conf" <<-END
	traffic-raw		1 7d  cleanup.policy=delete
	traffic-predictions	1 24h cleanup.policy=delete
	route-updates		1 1h  cleanup.policy=delete
	traffic-notifications	1 1h  cleanup.policy=delete
	END
}

nyc()
{
	described "$TOP/examples/topics-nyc.conf" <<-END
	vehicle_positions	- - cleanup.policy=delete
	dashboard_events	- - cleanup.policy=delete
	END
}

# usable: a topic takes a record at once
usable()
{
	for i in 1 2 3 4 5 6 7 8; do
		echo "now$i partitions=6" >"$scratch/now.conf"
		tp-topics -q create -F "$scratch/now.conf" &&
		echo "$i" | kcat -P -b "$TP_BROKERS" -t now$i -p 5 -X \
			message.timeout.ms=3000 \
			-X topic.metadata.refresh.interval.ms=-1 &&
		[ "$(kcat -C -b "$TP_BROKERS" -t now$i -p 5 -e -q \
			-o beginning)" = $i ] || return 1
		tp-topics -q delete -F "$scratch/now.conf" || return 1
	done
}

# drifted: what differs from a topic that the broker made by itself, with its
# own 6 partitions
drifted()
{
	echo x | kcat -P -b "$TP_BROKERS" -t drift &&
	cat >"$scratch/drift.conf" <<-'END' &&
	drift partitions=3 replication=2 retention.ms=1h cleanup.policy=delete no.such=1
	new partitions=2 retention.ms=1h
	END
	cat >"$scratch/want" <<-'END' &&
	drift: partitions is 6, not 3
	drift: replication is 1, not 2
	drift: retention.ms is -1, not 3600000
	drift: brokers know no setting 'no.such'
	END
	exits 1 tp-topics create -F "$scratch/drift.conf" &&
	cmp "$scratch/out" "$scratch/want" &&
	exits 1 tp-topics check -F "$scratch/drift.conf" &&
	cmp "$scratch/out" "$scratch/want" &&
	exits 0 tp-topics check -F "$scratch/drift.conf" new &&
	exits 0 tp-topics delete -F "$scratch/drift.conf" new drift
}

# fresh: --new makes all of the topics, or none where one is there
fresh()
{
	printf '%s partitions=1\n' f1 f2 >"$scratch/fresh.conf" &&
	exits 0 tp-topics create --new -F "$scratch/fresh.conf" f2 &&
	exits 1 tp-topics create --new -F "$scratch/fresh.conf" &&
	[ "$(cat "$scratch/out")" = 'f2: is there' ] &&
	[ "$(topics)" = 'f2 1' ] &&
	exits 0 tp-topics delete -F "$scratch/fresh.conf" &&
	exits 0 tp-topics create --new -F "$scratch/fresh.conf" &&
	exits 0 tp-topics delete -F "$scratch/fresh.conf"
}

# refused TEXT PATTERN: a file with one topic more, which is made
refused()
{
	printf '%s\nfine partitions=1\n' "$1" >"$scratch/bad.conf"
	exits 5 tp-topics create -F "$scratch/bad.conf" &&
	grep -q "^tp-topics: cannot create '.*': .*$2" "$scratch/err" && {
		[ "$(topics)" = "fine 1" ] || { topics; return 1; }
	} && exits 0 tp-topics delete -F "$scratch/bad.conf"
}

# full: output that nobody takes is an error
full()
{
	echo 'f partitions=1' >"$scratch/f.conf"
	exits 0 tp-topics create -F "$scratch/f.conf" &&
	timeout 60 tp-topics list >/dev/full 2>"$scratch/err"
	[ $? = 4 ] && grep -q 'No space left' "$scratch/err" &&
	exits 0 tp-topics delete -F "$scratch/f.conf"
}

# away: the broker does not answer (it is stopped, not gone)
away()
{
	broker pause
	exits 5 tp-topics --broker-timeout 2s list
	status=$?
	broker resume
	[ $status = 0 ] && grep -q 'no broker answered within 2' \
		"$scratch/err" && exits 0 tp-topics list
}

start_broker
for f in la hanoi nyc; do
	try "topics-$f.conf" example "$TOP/examples/topics-$f.conf"
	try "topics-$f.conf is as its system has them" $f
done
try "a new topic can be used at once" usable
try "what has drifted is printed" drifted
try "none is made if one of the new is there" fresh
try "fewer brokers than replicas" refused 'bad partitions=1 replication=3' \
	'fewer brokers'
try "a setting that brokers do not know" refused \
	'bad partitions=1 retentoin.ms=1h' 'retentoin.ms'
try "a value that brokers do not take" refused \
	'bad partitions=1 cleanup.policy=wash' 'wash'
try "a full disk" full
try "a broker that hangs" away
finish
