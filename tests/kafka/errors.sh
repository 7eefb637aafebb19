#!/bin/sh
# Each error that brokers can answer with, by librdkafka's mock cluster: what
# passes is tried again, what undoes a transaction makes the tool read again,
# what a new process can mend ends with 75, what a person has to mend with 5
# and a clear word; and no record is lost, none counted twice.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
AT_ONCE=10
common="tp-validate --now 2026-01-01T00:00:00Z -i kafka:in -o kafka:out -G g
	--instance a -e -v --broker-timeout 5s -X session.timeout.ms=3000
	-X heartbeat.interval.ms=300"

# run_case NUMBER GUARANTEE ERRORS: to out.N, err.N and status.N
run_case()
{
	# shellcheck disable=SC2086
	timeout 120 "$scratch/mock" "$scratch/out.$1" "$3" \
		$common --guarantee "$2" >"$scratch/status.$1" \
		2>"$scratch/err.$1"
	sort -u "$scratch/out.$1" | grep -c . >"$scratch/different.$1"
}

# judge NUMBER RESULT TEXT: RESULT is
#	once	exit 0, each record written once
#	again	exit 0 after a transaction was undone; counted once
#	restart	exit 75, then 0
#	redo	exit 0 or first 75, as the library has it; perhaps written twice
#	stop	exit 5
#	late	the same, or 75 and 0 where the library finds its transaction
#		spoiled before it tells why
# TEXT was said.
judge()
{
	case $2 in
	restart) want='75 0' ;;
	redo)	want='0|75 0' ;;
	stop)	want=5 ;;
	late)	want='5|75 0' ;;
	*)	want=0 ;;
	esac
	echo "$want" | tr '|' '\n' | grep -qxF -f "$scratch/status.$1" || {
		echo "exit codes $(cat "$scratch/status.$1"), not $want"
		return 1
	}
	[ "$2 $(cat "$scratch/status.$1")" != "late 75 0" ] || return 0
	grep -qF -- "$3" "$scratch/err.$1" || { echo "no '$3'"; return 1; }
	case $2 in stop|late) return 0 ;; esac
	[ "$(cat "$scratch/different.$1")" = 400 ] || {
		echo "$(cat "$scratch/different.$1") different of 400 records"
		return 1
	}
	tail -n 1 "$scratch/err.$1" |
		grep -q ': 400 events read, 400 written, 0 rejected$' || {
		[ "$2" = restart ] || [ "$2" = redo ] || { echo "not counted once"; return 1; }
	}
	case $2:$(grep -c 'aborting the transaction' "$scratch/err.$1") in
	once:0)	[ "$(grep -c . "$scratch/out.$1")" = 400 ] ;;
	once:*)	echo "it was aborted"; return 1 ;;
	again:0) echo "it was not aborted"; return 1 ;;
	esac
}

# Guarantee, result, errors, and what is said.
cases()
{
	moving=COORDINATOR_LOAD_IN_PROGRESS,NOT_COORDINATOR
	moving=$moving,COORDINATOR_NOT_AVAILABLE
	busy=$moving,CONCURRENT_TRANSACTIONS
	few=NOT_ENOUGH_REPLICAS,NOT_ENOUGH_REPLICAS_AFTER_APPEND
	leader=NOT_LEADER_FOR_PARTITION,LEADER_NOT_AVAILABLE
	cat <<END
exactly once
exactly once InitProducerId=$busy
exactly stop InitProducerId=TRANSACTIONAL_ID_AUTHORIZATION_FAILED may not use the transactional.id
exactly stop InitProducerId=CLUSTER_AUTHORIZATION_FAILED may not do that on the cluster
exactly stop InitProducerId=INVALID_TRANSACTION_TIMEOUT transaction.timeout.ms
exactly restart InitProducerId=PRODUCER_FENCED same --group and --instance
exactly once AddPartitionsToTxn=$busy
exactly late AddPartitionsToTxn=TOPIC_AUTHORIZATION_FAILED may not use the topic
exactly restart AddPartitionsToTxn=INVALID_PRODUCER_EPOCH same --group and --instance
exactly restart AddPartitionsToTxn=PRODUCER_FENCED same --group and --instance
exactly restart AddPartitionsToTxn=INVALID_TXN_STATE no longer know the transaction
exactly again AddPartitionsToTxn=INVALID_PRODUCER_ID_MAPPING aborting
exactly once Produce=$few,$leader,REQUEST_TIMED_OUT,KAFKA_STORAGE_ERROR
exactly stop Produce=MSG_SIZE_TOO_LARGE larger than message.max.bytes
exactly stop Produce=TOPIC_AUTHORIZATION_FAILED may not use the topic
exactly stop Produce=INVALID_RECORD the topic does not take such records
exactly redo Produce=OUT_OF_ORDER_SEQUENCE_NUMBER sequence number
exactly redo Produce=UNKNOWN_PRODUCER_ID
exactly redo Produce=INVALID_PRODUCER_EPOCH old epoch
exactly once AddOffsetsToTxn=$busy
exactly stop AddOffsetsToTxn=GROUP_AUTHORIZATION_FAILED may not use the group
exactly restart AddOffsetsToTxn=INVALID_PRODUCER_EPOCH same --group and --instance
exactly restart AddOffsetsToTxn=INVALID_TXN_STATE no longer know the transaction
exactly once TxnOffsetCommit=$moving,REQUEST_TIMED_OUT
exactly again TxnOffsetCommit=NOT_ENOUGH_REPLICAS aborting
exactly again TxnOffsetCommit=ILLEGAL_GENERATION aborting
exactly again TxnOffsetCommit=UNKNOWN_MEMBER_ID aborting
exactly again TxnOffsetCommit=FENCED_INSTANCE_ID aborting
exactly stop TxnOffsetCommit=GROUP_AUTHORIZATION_FAILED may not use the group
exactly stop TxnOffsetCommit=OFFSET_METADATA_TOO_LARGE metadata
exactly restart TxnOffsetCommit=INVALID_PRODUCER_EPOCH same --group and --instance
exactly once EndTxn=$busy
exactly restart EndTxn=INVALID_TXN_STATE no longer know the transaction
exactly restart EndTxn=PRODUCER_FENCED same --group and --instance
exactly restart EndTxn=INVALID_PRODUCER_EPOCH same --group and --instance
exactly stop EndTxn=TRANSACTIONAL_ID_AUTHORIZATION_FAILED may not use the transactional.id
exactly once FindCoordinator=$moving
exactly stop FindCoordinator=GROUP_AUTHORIZATION_FAILED may not use the group
exactly once JoinGroup=$moving
exactly stop JoinGroup=GROUP_AUTHORIZATION_FAILED,GROUP_AUTHORIZATION_FAILED may not use the group
exactly restart JoinGroup=FENCED_INSTANCE_ID same --group and --instance
exactly once SyncGroup=$moving,REBALANCE_IN_PROGRESS
exactly once Heartbeat=NOT_COORDINATOR,REBALANCE_IN_PROGRESS
exactly once OffsetFetch=$moving,UNSTABLE_OFFSET_COMMIT
exactly stop OffsetFetch=GROUP_AUTHORIZATION_FAILED may not use the group
exactly once ListOffsets=$leader,OFFSET_NOT_AVAILABLE
exactly once Fetch=$leader,KAFKA_STORAGE_ERROR,UNKNOWN_LEADER_EPOCH
exactly stop Fetch=OFFSET_OUT_OF_RANGE --on-gap
exactly stop Fetch=TOPIC_AUTHORIZATION_FAILED may not use the topic
least once OffsetCommit=$moving,REQUEST_TIMED_OUT
least redo OffsetCommit=ILLEGAL_GENERATION the group has moved on
least stop OffsetCommit=GROUP_AUTHORIZATION_FAILED may not use the group
least stop OffsetCommit=OFFSET_METADATA_TOO_LARGE metadata
least once Produce=$few,$leader,REQUEST_TIMED_OUT
least stop Produce=MSG_SIZE_TOO_LARGE larger than message.max.bytes
END
}

cc -o "$scratch/mock" "$TOP/tests/kafka/mock.c" -lrdkafka || exit 2
cases >"$scratch/cases"
n=0
while read -r guarantee result errors text; do
	n=$((n + 1))
	run_case $n "$guarantee" "$errors" </dev/null &
	[ $((n % AT_ONCE)) != 0 ] || wait
done <"$scratch/cases"
wait
n=0
while read -r guarantee result errors text; do
	n=$((n + 1))
	if why=$(judge $n "$result" "$text"); then
		pass "$guarantee, $errors: $result"
	else
		fail "$guarantee, $errors: $result" "$why" \
			"$(cat "$scratch/err.$n")"
	fi
done <"$scratch/cases"
finish
