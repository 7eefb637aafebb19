#!/bin/sh
# examples/newyork.sh: the same files come out with and without Kafka, of made
# trips and, where they are, of the sample of real ones.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
sample=$TOP/../shared/data/nyc-tlc-yellow-latlon
files='cells.jsonl hotspots.jsonl report.jsonl classes.model classes.jsonl'

# newyork OUT FILE...: a linear model, which needs nothing that is not there
newyork()
{
	OUT=$scratch/$1
	shift
	export OUT
	KIND=linear TRIPS=2000 DAYS=3 "$TOP/examples/newyork.sh" "$@"
}

# same A B
same()
{
	for f in $files; do
		[ -s "$scratch/$1/$f" ] || { echo "$f is empty"; return 1; }
		cmp "$scratch/$1/$f" "$scratch/$2/$f" || return 1
	done
}

no_topics()
{
	! kcat -L -b "$TP_BROKERS" | grep 'topic "newyork'
}

# paced: 2000 positions at 1,000 a second take two seconds or a little more
paced()
{
	awk -v n=100 -v days=1 -f "$TOP/examples/trips.awk" >"$scratch/t.csv" &&
	tp-replay --format nyc --rate 1000 --count 2000 "$scratch/t.csv" |
		tp-window --cell grid:500m --size 2m --agg n >"$scratch/w" &&
	[ -s "$scratch/w" ]
}

try "made trips" newyork file
try "positions at 1,000 a second" paced
start_broker
export KAFKA=1
try "made trips through Kafka" newyork kafka
try "the same files" same file kafka
try "it deletes its topics" no_topics
if [ -d "$sample" ]; then
	try "the sample through Kafka" newyork sample.kafka "$sample"/*.csv
	unset KAFKA
	try "the sample" newyork sample "$sample"/*.csv
	try "the same files of the sample" same sample sample.kafka
else
	skip "the sample" "there is none"
fi
finish
