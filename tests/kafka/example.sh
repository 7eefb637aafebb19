#!/bin/sh
# examples/live.sh: its forecasts are those of the same days as a file, on a
# broker that runs and on one of its own, and it leaves nothing behind.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
# what live.sh puts into its own directory
TMPDIR=$scratch/tmp
export TMPDIR
mkdir "$TMPDIR" "$scratch/away"
all=1000000

# live N OUT: from another directory
live()
{
	(cd "$scratch/away" && "$TOP/examples/live.sh" "$1" \
		>"$2" 2>"$scratch/said") || {
		cat "$scratch/said"
		return 1
	}
}

# by_file: two days, the same of the week as the last two, without a broker
by_file()
{
	weekday=$(date -u -d "$today - 2 days" +%u)
	from=2012-06-$(printf %02d $((weekday + 3)))
	to=2012-06-$(printf %02d $((weekday + 5)))
	tp-replay --format metr-la --from "$from" --to "$to" \
		--rebase "$(date -u -d "$today - 2 days" +%F)" \
		"$TOP/data/metr-la-29.csv.gz" | tp-validate |
		tp-predict -m "$scratch/away/la.model" | sort >"$scratch/want"
}

# same FILE
same()
{
	echo "$(wc -l <"$scratch/want") expected, $(wc -l <"$1") came"
	sort "$1" | cmp "$scratch/want" - &&
		[ "$(wc -l <"$scratch/want")" -gt 40000 ]
}

no_topics()
{
	kcat -L -b "$TP_BROKERS" | grep -E 'topic "(traffic|invalid)-' && return 1
	[ -z "$(ls "$TMPDIR")" ]
}

# taken: it must not add to what somebody else has
taken()
{
	echo mine | kcat -P -b "$TP_BROKERS" -t traffic-events &&
	! live 1 "$scratch/none" && grep -q 'is there$' "$scratch/said" &&
	[ "$(values traffic-events 0; values traffic-events 1
		values traffic-events 2; values traffic-events 3
		values traffic-events 4; values traffic-events 5)" = mine ]
}

alone()
{
	! broker status 2>&1 && [ -z "$(ls "$TMPDIR")" ] &&
	! kcat -L -m 2 -b "$TP_BROKERS"
}

start_broker
today=$(date -u +%F)
try "live.sh on a broker that runs" live $all "$scratch/got"
if [ "$(date -u +%F)" = "$today" ]; then
	by_file
	try "its forecasts are those of files" same "$scratch/got"
else
	skip "its forecasts are those of files" "midnight came between"
fi
try "it deletes its topics" no_topics
try "it stops at topics that it did not make" taken
broker clean
try "live.sh starts a broker" live 5 "$scratch/few"
try "five forecasts, as asked for" test "$(wc -l <"$scratch/few")" = 5
try "it removes its broker" alone
TP_BROKERS=broker.invalid:9092
try "elsewhere it starts none" sh -c "! '$TOP/examples/live.sh' 2>/dev/null"
finish
