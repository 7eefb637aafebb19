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

# paced RATE COUNT: so many positions take no less time than that rate gives
# them, and the windows are those of the same positions without it
paced()
{
	positions="tp-replay --format nyc --every 2s --count $2 $scratch/t.csv"
	windows='tp-window --cell grid:500m --size 2m --agg n'
	from=$(date +%s%N)
	$positions --rate "$1" | $windows >"$scratch/paced" || return 1
	ms=$((($(date +%s%N) - from) / 1000000))
	echo "$2 positions took $ms ms"
	[ $ms -ge $(($2 * 1000 / $1 - 50)) ] &&
	$positions | $windows | cmp - "$scratch/paced" &&
	[ -s "$scratch/paced" ]
}

try "made trips" newyork file
awk -v n=1000 -v days=1 -f "$TOP/examples/trips.awk" >"$scratch/t.csv"
try "positions at 1,000 a second" paced 1000 2000
try "positions at 100,000 a second" paced 100000 200000
RATE=100000
export RATE
try "made trips at 100,000 positions a second" newyork fast
unset RATE
try "the same files at that rate" same file fast
start_broker
export KAFKA=1
try "made trips through Kafka" newyork kafka
try "the same files" same file kafka
try "it deletes its topics" no_topics
# one file: between the first hours of two years there is nothing to learn from,
# which tp-train refuses
if [ -d "$sample" ]; then
	try "the sample through Kafka" newyork sample.kafka "$sample"/*2015*.csv
	unset KAFKA
	try "the sample" newyork sample "$sample"/*2015*.csv
	try "the same files of the sample" same sample sample.kafka
else
	skip "the sample" "there is none"
fi
finish
