#include "kafka/kerr.h"

#include <librdkafka/rdkafka.h>

#define E(name)	RD_KAFKA_RESP_ERR_ ## name

/* Brokers move, start, elect, or wait for each other. */
static const int	passes[] = {
	E(_TRANSPORT), E(_RESOLVE), E(_MSG_TIMED_OUT), E(_ALL_BROKERS_DOWN),
	E(_TIMED_OUT), E(_QUEUE_FULL), E(_WAIT_COORD), E(_IN_PROGRESS),
	E(_PREV_IN_PROGRESS), E(_CONFLICT), E(_OUTDATED), E(_TIMED_OUT_QUEUE),
	E(_WAIT_CACHE), E(_INTR), E(_RETRY), E(_UNKNOWN_BROKER), E(_NODE_UPDATE),
	E(_SSL), E(_NO_OFFSET), E(_PARTIAL), E(_PURGE_QUEUE),
	E(_PURGE_INFLIGHT), E(LEADER_NOT_AVAILABLE),
	E(NOT_LEADER_FOR_PARTITION), E(REQUEST_TIMED_OUT),
	E(BROKER_NOT_AVAILABLE), E(REPLICA_NOT_AVAILABLE),
	E(STALE_CTRL_EPOCH), E(NETWORK_EXCEPTION),
	E(COORDINATOR_LOAD_IN_PROGRESS), E(COORDINATOR_NOT_AVAILABLE),
	E(NOT_COORDINATOR), E(NOT_ENOUGH_REPLICAS),
	E(NOT_ENOUGH_REPLICAS_AFTER_APPEND), E(NOT_CONTROLLER),
	E(CONCURRENT_TRANSACTIONS), E(KAFKA_STORAGE_ERROR),
	E(FETCH_SESSION_ID_NOT_FOUND), E(INVALID_FETCH_SESSION_EPOCH),
	E(LISTENER_NOT_FOUND), E(FENCED_LEADER_EPOCH),
	E(UNKNOWN_LEADER_EPOCH), E(STALE_BROKER_EPOCH),
	E(OFFSET_NOT_AVAILABLE), E(PREFERRED_LEADER_NOT_AVAILABLE),
	E(ELIGIBLE_LEADERS_NOT_AVAILABLE), E(UNSTABLE_OFFSET_COMMIT),
	E(THROTTLING_QUOTA_EXCEEDED), E(MEMBER_ID_REQUIRED),
	E(REASSIGNMENT_IN_PROGRESS),
};

/* The group has moved on; what was begun does not count. */
static const int	moved[] = {
	E(ILLEGAL_GENERATION), E(UNKNOWN_MEMBER_ID), E(REBALANCE_IN_PROGRESS),
	E(_ASSIGNMENT_LOST), E(_MAX_POLL_EXCEEDED),
};

/* No restart helps; the text says what does, NULL where its name does. */
static const struct {
	int		 code;
	const char	*text;
} person[] = {
	{ E(UNKNOWN_TOPIC_OR_PART), "there is no such topic or partition" },
	{ E(_UNKNOWN_TOPIC), "there is no such topic" },
	{ E(_UNKNOWN_PARTITION), "there is no such partition" },
	{ E(TOPIC_EXCEPTION), "brokers do not take this name of a topic" },
	{ E(TOPIC_ALREADY_EXISTS), "the topic is there already" },
	{ E(TOPIC_AUTHORIZATION_FAILED),
	    "this user may not use the topic" },
	{ E(GROUP_AUTHORIZATION_FAILED),
	    "this user may not use the group" },
	{ E(CLUSTER_AUTHORIZATION_FAILED),
	    "this user may not do that on the cluster" },
	{ E(TRANSACTIONAL_ID_AUTHORIZATION_FAILED),
	    "this user may not use the transactional.id" },
	{ E(_AUTHENTICATION), "the brokers refused the user or password" },
	{ E(SASL_AUTHENTICATION_FAILED),
	    "the brokers refused the user or password (with SCRAM, Kafka 4 "
	    "needs librdkafka 2.6.1 or later)" },
	{ E(UNSUPPORTED_SASL_MECHANISM),
	    "the brokers do not know this sasl.mechanism" },
	{ E(ILLEGAL_SASL_STATE), NULL },
	{ E(SECURITY_DISABLED), NULL },
	{ E(_AUTO_OFFSET_RESET), "the records wanted are no longer there" },
	{ E(OFFSET_OUT_OF_RANGE), "the records wanted are no longer there" },
	{ E(MSG_SIZE_TOO_LARGE), "a record is larger than max.message.bytes "
	    "of the topic or message.max.bytes of this tool" },
	{ E(INVALID_MSG_SIZE), NULL },
	{ E(RECORD_LIST_TOO_LARGE), "a batch is larger than the topic's "
	    "segment.bytes" },
	{ E(INVALID_RECORD), "the topic does not take such records (a "
	    "compacted one needs keys)" },
	{ E(INVALID_TIMESTAMP), "the topic does not take records of such a "
	    "time" },
	{ E(OFFSET_METADATA_TOO_LARGE), NULL },
	{ E(INVALID_COMMIT_OFFSET_SIZE), NULL },
	{ E(INVALID_REQUIRED_ACKS), NULL },
	{ E(INCONSISTENT_GROUP_PROTOCOL), "members of the group use another "
	    "partition.assignment.strategy" },
	{ E(INVALID_GROUP_ID), "brokers do not take this name of a group" },
	{ E(INVALID_SESSION_TIMEOUT), "brokers do not take this "
	    "session.timeout.ms" },
	{ E(INVALID_TRANSACTION_TIMEOUT), "brokers do not take this "
	    "transaction.timeout.ms" },
	{ E(GROUP_MAX_SIZE_REACHED), "the group is full" },
	{ E(UNSUPPORTED_VERSION), "the brokers are too old or too new" },
	{ E(UNSUPPORTED_FOR_MESSAGE_FORMAT), NULL },
	{ E(UNSUPPORTED_COMPRESSION_TYPE), NULL },
	{ E(_UNSUPPORTED_FEATURE), NULL },
	{ E(_NOT_IMPLEMENTED), NULL },
	{ E(_BAD_COMPRESSION), "a batch of records cannot be unpacked" },
	{ E(_BAD_MSG), "a batch of records is damaged" },
	{ E(INVALID_MSG), "a batch of records is damaged" },
	{ E(_INVALID_ARG), NULL },
	{ E(_NOT_CONFIGURED), NULL },
	{ E(INVALID_PARTITIONS), "brokers do not take this number of "
	    "partitions" },
	{ E(INVALID_REPLICATION_FACTOR), "there are fewer brokers than "
	    "replicas asked for" },
	{ E(INVALID_REPLICA_ASSIGNMENT), NULL },
	{ E(INVALID_CONFIG), NULL },
	{ E(INVALID_REQUEST), NULL },
	{ E(POLICY_VIOLATION), NULL },
	{ E(TOPIC_DELETION_DISABLED), NULL },
	{ E(PRINCIPAL_DESERIALIZATION_FAILURE), NULL },
};

/* A new process can go on where this one cannot. */
static const struct {
	int		 code;
	const char	*text;
} fenced[] = {
	{ E(_FENCED), "fenced: another process has the same --group and "
	    "--instance, or this one stood still for longer than "
	    "transaction.timeout.ms" },
	{ E(PRODUCER_FENCED), "fenced: another process has the same --group "
	    "and --instance" },
	{ E(INVALID_PRODUCER_EPOCH), "fenced: another process has the same "
	    "--group and --instance, or this one stood still for longer than "
	    "transaction.timeout.ms" },
	{ E(FENCED_INSTANCE_ID), "another process has the same --group and "
	    "--instance, or a broker was started anew" },
	{ E(INVALID_TXN_STATE), "the brokers no longer know the transaction" },
	{ E(UNKNOWN_PRODUCER_ID), "the brokers no longer know this producer" },
	{ E(INVALID_PRODUCER_ID_MAPPING),
	    "the brokers no longer know this producer" },
};

#define COUNT(a)	(sizeof(a) / sizeof(*(a)))

static bool
among(const int *v, size_t n, int code)
{
	size_t	i;

	for (i = 0; i < n; i++)
		if (v[i] == code)
			return true;
	return false;
}

enum tp_kerr_kind
tp_kerr_kind(int code)
{
	size_t	i;

	if (code == E(NO_ERROR))
		return TP_KERR_NONE;
	if (among(passes, COUNT(passes), code))
		return TP_KERR_RETRY;
	if (among(moved, COUNT(moved), code))
		return TP_KERR_ABORT;
	for (i = 0; i < COUNT(person); i++)
		if (person[i].code == code)
			return TP_KERR_STOP;
	return TP_KERR_RESTART;
}

const char *
tp_kerr_text(int code)
{
	size_t	i;

	for (i = 0; i < COUNT(person); i++)
		if (person[i].code == code && person[i].text != NULL)
			return person[i].text;
	for (i = 0; i < COUNT(fenced); i++)
		if (fenced[i].code == code)
			return fenced[i].text;
	return rd_kafka_err2str((rd_kafka_resp_err_t)code);
}

enum tp_kerr_kind
tp_kerr_txn(const struct rd_kafka_error_s *err)
{
	if (err == NULL)
		return TP_KERR_NONE;
	/* Of these the library says "abort", but they would come again. */
	if (tp_kerr_kind(rd_kafka_error_code(err)) == TP_KERR_STOP)
		return TP_KERR_STOP;
	if (rd_kafka_error_is_fatal(err) ||
	    rd_kafka_error_code(err) == E(_STATE))
		return TP_KERR_RESTART;
	if (rd_kafka_error_is_retriable(err))
		return TP_KERR_RETRY;
	/*
	 * Without a flag: what comes after an outage of more than
	 * transaction.timeout.ms (_TIMED_OUT, NOT_COORDINATOR, _TRANSPORT).
	 */
	return TP_KERR_ABORT;
}

/* The exit code: TP_EXIT_KAFKA for STOP, TP_EXIT_RESTART for the others. */
static enum tp_exit
exit_of(enum tp_kerr_kind kind)
{
	return kind == TP_KERR_STOP ? TP_EXIT_KAFKA : TP_EXIT_RESTART;
}

static int
set(struct tp_err *e, enum tp_exit exit_code, int code, const char *doing,
    const char *why)
{
	const char	*text = tp_kerr_text(code);

	if (why == NULL || why[0] == '\0' || strcmp(why, text) == 0)
		return tp_err_set(e, exit_code, "%s: %s", doing, text);
	return tp_err_set(e, exit_code, "%s: %s (%s)", doing, text, why);
}

int
tp_kerr_set(struct tp_err *e, int code, const char *doing, const char *why)
{
	return set(e, exit_of(tp_kerr_kind(code)), code, doing, why);
}

int
tp_kerr_fatal(struct tp_err *e, int code, const char *why)
{
	return set(e, exit_of(tp_kerr_kind(code)), code, "kafka", why);
}
