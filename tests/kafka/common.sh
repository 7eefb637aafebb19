# Sourced by the tests against a real broker, after tests/lib.sh.
# shellcheck shell=sh
# The broker that is running (TP_TEST_BROKERS), or one of our own, with 6
# partitions for topics that are made by writing to them.
KAFKA_PORT=${KAFKA_PORT:-19492}
KAFKA_DIR=${KAFKA_DIR:-$scratch/kafka}
KAFKA_PROPS='num.partitions=6'
TP_BROKERS=127.0.0.1:$KAFKA_PORT
export KAFKA_PORT KAFKA_DIR KAFKA_PROPS TP_BROKERS
unset TP_KAFKA_GROUP_ID XDG_CONFIG_HOME
parts='0 1 2 3 4 5'

# broker COMMAND
broker()
{
	"$TOP/tests/kafka-local" -p "$KAFKA_PORT" "$@"
}

# start_broker: or the end of the test, where there can be none; secure=1 gives
# it TLS and passwords too, nodes=3 makes it three
start_broker()
{
	for tool in java kcat; do
		command -v $tool >/dev/null || {
			skip "Kafka" "no $tool"
			finish
			exit
		}
	done
	trap 'end_broker; rm -rf "$scratch"' EXIT
	# shellcheck disable=SC2154
	broker ${secure:+-s} ${nodes:+-n "$nodes"} start >"$scratch/start" 2>&1
	case $? in
	0)	return ;;
	77)	skip "Kafka" "$(tail -n 1 "$scratch/start")" ;;
	*)	fail "a broker starts" "$(cat "$scratch/start")" ;;
	esac
	finish
	exit
}

end_broker()
{
	# shellcheck disable=SC2046
	kill -KILL $(cat "$scratch"/*.pid 2>/dev/null) 2>/dev/null
	broker clean >/dev/null 2>&1
}

# values TOPIC PARTITION: what a reader of committed records sees
values()
{
	kcat -C -b "$TP_BROKERS" -t "$1" -p "$2" -o beginning -e -q \
		-X isolation.level=read_committed -X check.crcs=true 2>/dev/null
}

# produce TOPIC: lines "KEY|VALUE" to the partitions of their keys
produce()
{
	kcat -P -E -b "$TP_BROKERS" -t "$1" -K '|' -X partitioner=murmur2_random \
		-X linger.ms=5 -X enable.idempotence=true
}

# same_rejects: what does not depend on where a record was read
same_rejects()
{
	sed -E 's/"source":"[^"]*",("line":[0-9]+|"partition":[0-9]+,"offset":[0-9]+),//'
}

# closed FILE: its lines but for those of its last step
closed()
{
	awk '
	{
		t = 0
		if (match($0, /"timestamp":[0-9]+/))
			t = substr($0, RSTART + 12, RLENGTH - 12) + 0
		if (NR > FNR && t < last)
			print
		else if (NR == FNR && t > last)
			last = t
	}' "$1" "$1"
}

# same_lines: whether got is want.  With $partial the last step may be open:
# all of it is missing, or nothing.
same_lines()
{
	if [ -n "${partial-}" ] &&
	    [ "$(wc -l <"$scratch/got")" -lt "$(wc -l <"$scratch/want")" ]; then
		closed "$scratch/want" >"$scratch/part"
		mv "$scratch/part" "$scratch/want"
	fi
	cmp -s "$scratch/want" "$scratch/got"
}

# any_order: with $unique
any_order()
{
	for f in want got; do
		[ -z "${unique-}" ] || sort -u -o "$scratch/$f" "$scratch/$f"
	done
}

# multiset: what got has of want, in $missing, $extra and $doubled
multiset()
{
	sort "$scratch/want" >"$scratch/want.s"
	sort "$scratch/got" >"$scratch/got.s"
	missing=$((missing + $(comm -23 "$scratch/want.s" "$scratch/got.s" |
		wc -l)))
	comm -13 "$scratch/want.s" "$scratch/got.s" >"$scratch/extra"
	twice=$(sort -u "$scratch/extra" | comm -12 - "$scratch/want.s" | wc -l)
	doubled=$((doubled + twice))
	extra=$((extra + $(wc -l <"$scratch/extra") - twice))
}

# compare NAME OUT REJ FILTER...: per partition, the topics OUT and REJ
# against the filter on the log of the topic $source (in) as a file.  With
# $only just the lines that are final, with $unique each once, whatever the
# order; with $partial see same_lines.
compare()
{
	name=$1 out=$2 rej=$3
	shift 3
	lines=0 refused=0 missing=0 extra=0 doubled=0 wrong=
	for p in $parts; do
		values "${source:-in}" "$p" >"$scratch/in.$p"
		"$@" --rejects "$scratch/want.rej" <"$scratch/in.$p" \
			>"$scratch/want" 2>/dev/null
		values "$out" "$p" >"$scratch/got"
		for f in want got; do
			[ -n "${only-}" ] || continue
			grep '"final":true' "$scratch/$f" >"$scratch/part"
			mv "$scratch/part" "$scratch/$f"
		done
		any_order
		same_lines || wrong="$wrong $out[$p]"
		lines=$((lines + $(wc -l <"$scratch/want")))
		multiset
		values "$rej" "$p" | same_rejects >"$scratch/got"
		same_rejects <"$scratch/want.rej" >"$scratch/want"
		refused=$((refused + $(wc -l <"$scratch/want")))
		any_order
		cmp -s "$scratch/want" "$scratch/got" || wrong="$wrong $rej[$p]"
		multiset
	done
	counts="$lines lines and $refused rejects, $missing missing, $extra \
extra, $doubled doubled"
	[ -z "$wrong" ] || fail "$name" "differ:$wrong" "$counts"
	[ -n "$wrong" ] || pass "$name"
	[ -z "${COUNTS-}" ] || echo "# $name: $counts"
}
