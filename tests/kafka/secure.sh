#!/bin/sh
# TLS and passwords against a broker that asks for them: one user who may do
# all and one who may nothing, wrong passwords, wrong authorities.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/../lib.sh"
# shellcheck source=tests/kafka/common.sh
. "$TOP/tests/kafka/common.sh"
unset TP_BROKERS

# exits STATUS COMMAND...: out and err are kept
exits()
{
	want=$1
	shift
	timeout 60 "$@" >"$scratch/out" 2>"$scratch/err"
	got=$?
	if [ $got != "$want" ] || grep -q 'tp-secret\|guest-secret' \
	    "$scratch/err" "$scratch/out"; then
		echo "status $got, not $want, or a password: $*"
		cat "$scratch/out" "$scratch/err"
		return 1
	fi
}

# says PATTERN
says()
{
	grep -q "$1" "$scratch/err" || { cat "$scratch/err"; return 1; }
}

# topic_file USER: its settings, and a topic
topic_file()
{
	{ cat "$KAFKA_DIR/$1.conf"; echo 'secret-topic partitions=2'; } \
		>"$scratch/$1.topics"
}

allowed()
{
	exits 0 tp-topics create -F "$scratch/client.topics" &&
	says 'secret-topic: created' &&
	exits 0 tp-topics check -F "$scratch/client.topics"
}

# by_environment: the same settings, from there
by_environment()
{
	(
		while IFS='=' read -r key value; do
			name=TP_KAFKA_$(echo "$key" | tr a-z. A-Z_)
			export "$name=$value"
		done <"$KAFKA_DIR/client.conf"
		echo 'secret-topic partitions=2' >"$scratch/plain.topics"
		exits 0 tp-topics check -F "$scratch/plain.topics" &&
		exits 0 tp-topics -X dump &&
		grep -q '^sasl.password = \*\*\*\*\*\*	# TP_KAFKA' "$scratch/out"
	)
}

# through: records to the topic and back, by the tools
through()
{
	printf '%s\n' '{"event_id":"a","segment_id":"s","timestamp":1700000000000,"speed_kmh":50}' \
		>"$scratch/events"
	exits 0 tp-validate -q --now 2026-01-01T00:00:00Z \
		-F "$KAFKA_DIR/client.conf" -o kafka:secret-topic "$scratch/events" &&
	exits 0 tp-validate -q --now 2026-01-01T00:00:00Z -e -G g \
		-F "$KAFKA_DIR/client.conf" -i kafka:secret-topic &&
	grep -q '"segment_id":"s"' "$scratch/out"
}

forbidden()
{
	exits 5 tp-topics create -F "$scratch/guest.topics" &&
	says "cannot create 'secret-topic': this user may not" &&
	exits 5 tp-validate --broker-timeout 5s -F "$KAFKA_DIR/guest.conf" \
		-o kafka:secret-topic "$scratch/events" &&
	exits 5 tp-validate --broker-timeout 5s -F "$KAFKA_DIR/guest.conf" \
		-e -G g -i kafka:secret-topic
}

wrong_password()
{
	for tool in 'tp-topics list' 'tp-validate -e -i kafka:secret-topic'; do
		# shellcheck disable=SC2086
		exits 5 $tool --broker-timeout 5s -b "$(sed -n \
			's/^bootstrap.servers=//p' "$KAFKA_DIR/client.conf")" \
			-X security.protocol=sasl_ssl -X sasl.mechanism=PLAIN \
			-X "ssl.ca.location=$KAFKA_DIR/ca.pem" \
			-X sasl.username=tp -X sasl.password=wrong &&
			says 'SASL authentication error' ||
			return 1
	done
}

# scram: by a password that is never sent
scram()
{
	sed 's/^sasl.mechanism=.*/sasl.mechanism=SCRAM-SHA-256/' \
		"$KAFKA_DIR/client.conf" >"$scratch/scram.conf"
	exits 0 tp-validate -q --now 2026-01-01T00:00:00Z -e -G scram \
		-F "$scratch/scram.conf" -i kafka:secret-topic &&
	grep -q '"segment_id":"s"' "$scratch/out" &&
	exits 5 tp-topics list --broker-timeout 5s -F "$scratch/scram.conf" \
		-X sasl.password=wrong &&
	says 'SASL authentication error'
}

# scram_works: whether the library's is one that Kafka 4 takes
scram_works()
{
	kcat -V | sed -n 's/.*librdkafka \([0-9.]*\).*/\1\n2.6.1/p' |
		sort -V | head -n 1 | grep -qx 2.6.1
}

# absent: a topic to write that nobody has made
absent()
{
	exits 5 tp-validate -F "$KAFKA_DIR/client.conf" -o kafka:nobody-made \
		"$scratch/events" &&
	says "topic 'nobody-made' does not exist; tp-topics creates topics"
}

# wrong_authority: who signed the broker's key is not who we know
wrong_authority()
{
	openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other \
		-keyout "$scratch/other.key" -out "$scratch/other.pem" \
		2>/dev/null &&
	exits 5 tp-topics list --broker-timeout 5s \
		-F "$scratch/client.topics" \
		-X "ssl.ca.location=$scratch/other.pem" &&
	says 'certificate verify failed'
}

command -v openssl >/dev/null || { skip "TLS" "no openssl"; finish; exit; }
# shellcheck disable=SC2034
secure=1
KAFKA_PROPS="$KAFKA_PROPS
auto.create.topics.enable=false"
start_broker
topic_file client
topic_file guest
try "a user who may" allowed
try "settings in the environment" by_environment
try "records there and back" through
if scram_works; then
	try "SCRAM" scram
else
	skip "SCRAM" "librdkafka before 2.6.1"
fi
try "a topic that is not there" absent
try "a user who may not" forbidden
try "a wrong password" wrong_password
try "a wrong authority" wrong_authority
finish
