#!/bin/sh
# Avro in topics, as Confluent's serializers write it: what the tools write is
# read by fastavro (PyPI, in a virtual environment that is kept), what that
# writes by the tools; with the schema from a file and from a registry; bad
# messages are refused with topic, partition and offset.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
help=$TOP/tests/kafka/avro.py
schema=$TOP/examples/traffic-event.avsc

# prepare: events in the shape, and the same as fastavro's messages
prepare()
{
	tp-replay -q --scenario scenario_4_accident --as la-avro -o plain &&
	mkdir messages registry bad &&
	"$venv/bin/python" "$help" write "$schema" 5 plain messages &&
	cp "$schema" registry/5.avsc && echo 5 >registry/by-registry-value
}

# written ENDPOINT TOPIC: what the tools write, fastavro reads
written()
{
	tp-replay -q --scenario scenario_4_accident --as la-avro -o "$1" &&
	kcat -C -b "$TP_BROKERS" -t "$2" -o beginning -e -q -f '%R%s' |
		"$venv/bin/python" "$help" read "$schema" 5 >read.out &&
	python3 "$help" same plain read.out
}

# taken PARAMETER: what fastavro writes, the tools read
taken()
{
	tp-validate -q --now 2024-03-05 --speed-unit kmh --volume-per 1h \
		--occupancy percent plain >want &&
	tp-validate -q --now 2024-03-05 --speed-unit kmh --volume-per 1h \
		--occupancy percent -i "kafka:theirs?$1" --guarantee none -e \
		>got && python3 "$help" same want got
}

# refused WHY: the message is, with its place
refused()
{
	kcat -P -b "$TP_BROKERS" -t "bad-$1" "bad/$1" &&
	tp-validate -q -i "kafka:bad-$1?avro=$schema&id=5" --guarantee none \
		-e --rejects "rejects.$1" >none.out
	[ $? = 1 ] && [ ! -s none.out ] && cat "rejects.$1" &&
	[ "$(jq -r '"\(.rule) \(.source) \(.offset)"' "rejects.$1")" = \
		"avro bad-$1 0" ] && grep -q "$2" "rejects.$1"
}

# unwritable: a record that the schema cannot hold
unwritable()
{
	echo '{"segment_id":"a","timestamp":1600000000000,"speed_kmh":3}' |
		tp-replay --format events --rejects no.jsonl \
			-o "kafka:ours?avro=$schema&id=5"
	grep -q '"rule":"avro"' no.jsonl && grep -q 'event_id: missing' \
		no.jsonl
}

# unknown: an id that the registry does not have
unknown()
{
	tp-validate -q -i "kafka:bad-schema-id?avro=$url" --guarantee none \
		-e --rejects rejects.id >none.out
	[ $? = 1 ] && grep -q 'schema id 99 is not known' rejects.id
}

# away STATUS TEXT [URL]: a registry that does not answer, or not as one, is no
# fault of the record, and the password in its address is nobody's business
away()
{
	tp-validate -i "kafka:theirs?avro=${3:-$url}" --broker-timeout 1s \
		--guarantee none -e >none.out 2>said
	status=$?
	cat said
	[ $status = "$1" ] && [ ! -s none.out ] && grep -q "$2" said &&
		! grep -q secret said
}

# mood MOOD COMMAND...: while the registry is in it
mood()
{
	echo "$1" >registry/mood
	shift
	"$@"
	status=$?
	rm registry/mood
	return $status
}

# back: one that comes back while a tool waits for it
back()
{
	echo 500 >registry/mood
	{ sleep 3; rm registry/mood; } &
	taken "avro=$url"
	status=$?
	wait $!
	return $status
}

# worker: one that runs; its lines go to grown, refused ones to grown.bad
worker()
{
	tp-validate -q --now 2024-03-05 --speed-unit kmh --volume-per 1h \
		--occupancy percent -i "kafka:grown?avro=$url" \
		--guarantee least -o grown --rejects grown.bad \
		>worker.said 2>&1 &
	echo $! >worker.pid
}

# comes FILE LINES: it has them soon
comes()
{
	for _ in $(seq 100); do
		[ ! -e "$1" ] || [ "$(wc -l <"$1")" -lt "$2" ] || return 0
		sleep 0.1
	done
	wc -l "$1"
	return 1
}

# grown: a schema with one more field, which has a default; its records come
# before the registry knows it, which is asked again after 10 s
grown()
{
	jq -c '.fields += [{"name": "lanes", "type": "int", "default": 2}]' \
		"$schema" >8.avsc && mkdir wider &&
	head -n 3 plain | jq -c '.lanes = 3' >wider.lines &&
	"$venv/bin/python" "$help" write 8.avsc 8 wider.lines wider || return 1
	kcat -P -b "$TP_BROKERS" -t grown -p 0 wider/000000
	worker
	comes grown.bad 1 && grep -q 'schema id 8 is not known' grown.bad &&
	cp 8.avsc registry/8.avsc && sleep 10 &&
	kcat -P -b "$TP_BROKERS" -t grown -p 0 wider/000001 &&
	comes grown 1 && grep -q "$(jq -r .event_id wider.lines | sed -n 2p)" \
		grown
}

# strangers: what only looks like Avro does not use up the schemas that a
# worker may know, nor does a schema that cannot be read end it
strangers()
{
	mkdir strangers && python3 - strangers 300 <<-'END' &&
	import struct, sys
	for n in range(int(sys.argv[2])):
	    with open("%s/%d" % (sys.argv[1], n), "wb") as f:
	        f.write(b"\0" + struct.pack(">I", 1000 + n) + b"x")
	END
	echo '{"type": "bytes"}' >registry/1001.avsc &&
	kcat -P -b "$TP_BROKERS" -t grown -p 0 strangers/* messages/000003 &&
	comes grown.bad 301 && comes grown 2 &&
	grep -q '1001: .*bytes' grown.bad
}

# newest: lines are written with the newest schema, and its defaults
newest()
{
	echo 8 >registry/newest-value &&
	tp-replay -q --scenario scenario_4_accident --as la-avro \
		-o "kafka:newest?avro=$url" &&
	kcat -C -b "$TP_BROKERS" -t newest -o beginning -e -q -f '%R%s' |
		"$venv/bin/python" "$help" read 8.avsc 8 >read.out &&
	jq -c '.lanes = 2' plain >wider.plain &&
	python3 "$help" same wider.plain read.out
}

# steps: what needs whole steps of all partitions makes of Avro what it makes
# of the same events as JSON, once without a group and once exactly once; two
# bad messages in each are refused.  When the last steps are written is told by
# the clock there.
steps()
{
	cat >own.avsc <<-'END' &&
	{"type": "record", "name": "Own", "fields": [
	  {"name": "segment_id", "type": "string"},
	  {"name": "timestamp", "type": "long"},
	  {"name": "speed_mph", "type": ["null", "double"]}]}
	END
	avro="avro=$scratch/own.avsc&id=6"
	rows="tp-features -q --graph $TOP/data/metr-la-29-distances.csv"
	tp-replay -q --format metr-la --to 2012-03-01T04:00 -o own \
		"$TOP/data/metr-la-29.csv.gz" &&
	tp-replay -q --format events -o kafka:steps own &&
	tp-replay -q --format events -o "kafka:avro-steps?$avro" own &&
	kcat -P -b "$TP_BROKERS" -t avro-steps -p 0 bad/cut bad/magic &&
	printf 'no\nJSON\n' | kcat -P -b "$TP_BROKERS" -t steps -p 0 &&
	$rows -i kafka:steps --guarantee none -e --on-error skip >json.rows &&
	[ "$(wc -l <json.rows)" -gt 1000 ] || return 1
	$rows -i "kafka:avro-steps?$avro" --guarantee none -e \
		--rejects steps.bad >avro.rows &&
	cmp json.rows avro.rows &&
	[ "$(jq -r .rule steps.bad)" = "$(printf 'avro\navro')" ] &&
	$rows -i kafka:steps -G json --end -o kafka:json-rows \
		--rejects kafka:step-rejects &&
	$rows -i "kafka:avro-steps?$avro" -G avro --end \
		-o kafka:avro-rows --rejects kafka:step-rejects || return 1
	last=$(jq -s 'map(.timestamp) | max - 300000' own) &&
	for p in $parts; do
		for f in json avro; do
			values $f-rows "$p" |
				jq -c "select(.timestamp < $last)" >$f.part
		done
		[ -s json.part ] && cmp json.part avro.part || return 1
	done
}

cd "$scratch" || exit 2
if ! wheels avro fastavro >venv.log 2>&1; then
	skip "Avro" "no wheels: $(tail -n 1 venv.log)"
	finish
	exit
fi
start_broker
try "messages by fastavro" prepare
"$venv/bin/python" "$help" serve registry >port &
echo $! >registry.pid
while [ ! -s port ]; do sleep 0.1; done
url=http://127.0.0.1:$(cat port)
try "ours are read by fastavro" written "kafka:ours?avro=$schema&id=5" ours
try "ours by a registry too" written "kafka:by-registry?avro=$url" by-registry
kcat -P -b "$TP_BROKERS" -t theirs messages/*
try "fastavro's are read" taken "avro=$schema&id=5"
try "by a registry too" taken "avro=$url/"
try "which is asked once for a schema" test \
	"$(grep -c 'ids/5' registry/log)" = 1
"$venv/bin/python" "$help" hurt "$schema" 5 "$(head -n 1 plain)" bad >names
try "refused: another id" refused schema-id 'schema id 99 is not known'
try "refused: no magic byte" refused magic 'no Avro message'
try "refused: less than a head" refused short 'no Avro message'
try "refused: cut off" refused cut 'cut off'
try "refused: too long" refused longer 'more than one record'
try "refused: a varint without end" refused varint 'more than 64 bits'
try "refused: no such branch of a union" refused branch \
	'speed: no such branch'
try "refused: an id that the registry does not know" unknown
try "whole steps of Avro are those of JSON" steps
try "what the schema cannot hold is refused" unwritable
try "a registry that is away" away 75 'failed\|refused\|connect' \
	"http://me:secret@127.0.0.1:1"
try "one that fails" mood 500 away 75 'HTTP status 500'
try "a page instead of it" mood html away 75 'no answer of a schema registry'
try "a page that says 404" mood gone away 75 'HTTP status 404'
try "one that wants a password" mood login away 4 'refuses us'
try "one that moved" mood moved taken "avro=$url"
try "a slow one" mood slow taken "avro=$url"
try "one that comes back" back
try "a schema that comes after its records" grown
try "strangers among the messages" strangers
kill "$(cat worker.pid)" 2>/dev/null
try "a new field with a default, written" newest
finish
