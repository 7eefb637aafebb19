#!/bin/sh
# examples/hanoi.sh: with KAFKA=1 its result files are those without, byte for
# byte, on a broker that runs and on one of its own, and it leaves no topic
# behind.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
# what hanoi.sh puts into its own directory
TMPDIR=$scratch/tmp
export TMPDIR
mkdir "$TMPDIR"

# same DIR: the files, none of them empty
same()
{
	for f in events forecasts route updates alerts; do
		[ -s "$scratch/files/$f.jsonl" ] &&
			cmp "$scratch/files/$f.jsonl" "$1/$f.jsonl" || return 1
	done
}

no_topics()
{
	! kcat -L -b "$TP_BROKERS" | grep 'topic "hanoi-' &&
		[ -z "$(ls "$TMPDIR")" ]
}

# taken: it must not add to what somebody else has
taken()
{
	echo mine | kcat -P -b "$TP_BROKERS" -t hanoi-events &&
	! KAFKA=1 "$TOP/examples/hanoi.sh" 2>"$scratch/said" &&
	grep -q 'is there$' "$scratch/said" &&
	[ "$(for p in $parts; do values hanoi-events "$p"; done)" = mine ]
}

alone()
{
	! broker status 2>&1 && [ -z "$(ls "$TMPDIR")" ]
}

start_broker
OUT=$scratch/files
export OUT
try "hanoi.sh by files" "$TOP/examples/hanoi.sh"
OUT=$scratch/topics
try "hanoi.sh by topics" env KAFKA=1 "$TOP/examples/hanoi.sh"
try "the result files are the same" same "$OUT"
try "it deletes its topics" no_topics
try "it stops at topics that it did not make" taken
broker clean
OUT=$scratch/own
try "hanoi.sh starts a broker" env KAFKA=1 "$TOP/examples/hanoi.sh"
try "with the same files" same "$OUT"
try "and removes it" alone
finish
