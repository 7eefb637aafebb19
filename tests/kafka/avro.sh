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

# away: a registry that does not answer is no fault of the record
away()
{
	tp-validate -i "kafka:theirs?avro=http://127.0.0.1:1" \
		--guarantee none -e >none.out 2>said
	status=$?
	cat said
	[ $status = 4 ] && [ ! -s none.out ] && grep -q curl said
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
try "a registry that is away" away
finish
