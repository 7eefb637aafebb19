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

# compare NAME OUT REJ FILTER...: per partition, the topics OUT and REJ
# against the filter on the log of the topic $source (in) as a file.  With
# $partial the file has more: what is open at its end, at most a fifth.
compare()
{
	name=$1 out=$2 rej=$3
	shift 3
	lines=0 wrong=
	for p in $parts; do
		values "${source:-in}" "$p" >"$scratch/in.$p"
		"$@" --rejects "$scratch/want.rej" <"$scratch/in.$p" \
			>"$scratch/want" 2>/dev/null
		values "$out" "$p" >"$scratch/got"
		if [ -n "${partial-}" ]; then
			size=$(($(wc -c <"$scratch/got") * 5 / 4))
			[ $size -lt "$(wc -c <"$scratch/want")" ] ||
				head -c "$(wc -c <"$scratch/got")" \
					"$scratch/want" >"$scratch/part" &&
				mv "$scratch/part" "$scratch/want"
		fi
		lines=$((lines + $(wc -l <"$scratch/want")))
		cmp -s "$scratch/want" "$scratch/got" || wrong="$wrong$(
			echo "$out [$p]: $(wc -l <"$scratch/want") lines" \
				"expected, $(wc -l <"$scratch/got") came"
			diff "$scratch/want" "$scratch/got" | grep -c '^<' |
				sed 's/$/ missing/'
			diff "$scratch/want" "$scratch/got" | grep -c '^>' |
				sed 's/$/ extra/')
"
		values "$rej" "$p" | same_rejects >"$scratch/got.rej"
		same_rejects <"$scratch/want.rej" |
			cmp -s - "$scratch/got.rej" || wrong="$wrong
$rej [$p]: rejects differ"
	done
	[ -z "$wrong" ] || fail "$name" "$wrong"
	[ -n "$wrong" ] || pass "$name ($lines lines)"
}
