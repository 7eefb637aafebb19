#!/bin/sh
# examples/la.sh: with KAFKA=1 its result files are those without, byte for
# byte, and it leaves no topic behind.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"

# same: the files, none of them empty
same()
{
	for f in events.jsonl windows.jsonl forecasts.jsonl alerts.jsonl \
		scores.jsonl la.model; do
		[ -s "$scratch/files/$f" ] &&
			cmp "$scratch/files/$f" "$scratch/topics/$f" || return 1
	done
}

no_topics()
{
	! kcat -L -b "$TP_BROKERS" | grep -E 'topic "(traffic|processed)-'
}

start_broker
try "la.sh by files" "$TOP/examples/la.sh" "$scratch/files"
try "la.sh by topics" env KAFKA=1 "$TOP/examples/la.sh" "$scratch/topics"
try "the result files are the same" same
try "it deletes its topics" no_topics
finish
