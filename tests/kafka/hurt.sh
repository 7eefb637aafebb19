# Sourced by chaos.sh: workers that are started again whenever they die, and
# what makes them, and brokers, die and hang.
# shellcheck shell=sh
# shellcheck disable=SC2154	# what a round sets
WORKERS='[vwurflpxy][0-9]'	# their names, by stage and number

# note WHAT: one line for tally
note()
{
	echo "$1" >>"$scratch/acts"
}

begin_hurting()
{
	rm -f "$scratch/over" "$scratch/zombies"
	: >"$scratch/acts"
}

# one_life NAME COMMAND...: until the process ends
one_life()
{
	id=$1
	shift
	"$@" --instance "$id" -v 2>>"$scratch/$id.log" &
	echo $! >"$scratch/$id.pid"
	wait $!
	echo "exit $?" >>"$scratch/$id.log"
}

# worker NAME COMMAND...: started again whenever it dies, or whenever whoever
# waits for it (its boss) is killed, until the file "over" is there
worker()
{
	name=$1
	while [ -d "$scratch" ] && [ ! -e "$scratch/over" ]; do
		while [ -e "$scratch/$name.away" ]; do
			sleep 0.1
		done
		one_life "$@" &
		echo $! >"$scratch/$name.boss"
		wait $! 2>/dev/null
		sleep 0.3
	done
}

# hurt NUMBER: one of the workers.  The 4th hangs for $hang seconds, with 50
# longer than all time limits, the 9th wakes up when another has taken its name; the others get
# SIGTERM, SIGKILL, SIGKILL and are away for longer than the session, or
# SIGSTOP for longer than session and transaction
hurt()
{
	victim=$(find "$scratch" -name "$WORKERS.pid" | shuf -n 1)
	pid=$(cat "$victim")
	victim=${victim%.pid}
	case $1:$(shuf -i 0-7 -n 1) in
	4:*)	stall "$pid" "$hang" ;;
	9:*)	kill -STOP "$pid" 2>/dev/null || return
		kill -KILL "$(cat "$victim.boss")"
		echo "$pid" >>"$scratch/zombies"
		note zombie
		(sleep 18; kill -CONT "$pid" 2>/dev/null) & ;;
	*:0)	stall "$pid" 14 ;;
	*:1)	touch "$victim.away"
		kill -KILL "$pid" 2>/dev/null && note KILL
		(sleep 12; rm -f "$victim.away") & ;;
	*:[23])	kill -TERM "$pid" 2>/dev/null && note TERM ;;
	*)	kill -KILL "$pid" 2>/dev/null && note KILL ;;
	esac
	awakening="$awakening $!"
}

# stall PID SECONDS
stall()
{
	kill -STOP "$1" 2>/dev/null || return
	note stall
	(sleep "$2"; kill -CONT "$1" 2>/dev/null) &
}

# died: how many workers were killed by now
died()
{
	grep -c '^KILL\|^TERM' "$scratch/acts"
}

# hurt_workers: $kills of them, at random instants in $seconds
hurt_workers()
{
	awakening='' act=0
	while [ "$(died)" -lt "$kills" ]; do
		sleep "$(shuf -i 1-$((2000 * seconds / (kills + 2))) -n 1 |
			awk '{ print $1 / 1000 }')"
		act=$((act + 1))
		hurt $act
	done
	# shellcheck disable=SC2086
	wait $awakening 2>/dev/null
}

# hurt_brokers: kills one of them $broker_kills times, and with $stalls stops
# one for $hang seconds
hurt_brokers()
{
	k=0
	while [ $k -lt "$broker_kills" ]; do
		sleep "$(shuf -i 4-9 -n 1)"
		node=${nodes:+$(shuf -i 1-3 -n 1)}
		# shellcheck disable=SC2086
		broker kill $node && note broker-KILL
		sleep "$(shuf -i 0-6 -n 1)"
		# shellcheck disable=SC2086
		broker start $node
		k=$((k + 1))
	done >>"$scratch/brokers" 2>&1
	[ "$stalls" != 0 ] || return
	sleep 3
	# shellcheck disable=SC2086
	broker pause $node && note broker-stall
	sleep "$hang"
	# shellcheck disable=SC2086
	broker resume $node
}

# everybody_up: each worker runs
everybody_up()
{
	rm -f "$scratch"/*.away
	sleep 3
}

# quiet TOPIC...: until nothing new came for 14 s
quiet()
{
	last='' still=0
	for topic; do
		for p in $parts; do
			set -- "$@" -t "$topic:$p:-1"
		done
		shift
	done
	while [ $still -lt 7 ]; do
		sleep 2
		ends=$(kcat -Q -b "$TP_BROKERS" "$@" 2>/dev/null | sort)
		if [ "$ends" = "$last" ]; then
			still=$((still + 1))
		else
			still=0
		fi
		last=$ends
	done
}

# end_workers: and those that wait for them
end_workers()
{
	touch "$scratch/over"
	for f in "$scratch"/$WORKERS.pid; do
		kill -TERM "$(cat "$f")" 2>/dev/null
	done
	sleep 3
}

# tally: what was done to whom
tally()
{
	sort "$scratch/acts" | uniq -c | tr -s ' \n' ' ' |
		sed 's/^ //; s/ \([0-9]\)/, \1/g; s/ $//'
}

# ended_well: by what was done to them, or with 75 (restart me), or with 5
# where a broker was away for longer than --broker-timeout; no zombie lives
ended_well()
{
	grep -h '^exit' "$scratch"/$WORKERS.log | sort | uniq -c |
		tr -s ' \n' ' '
	! grep -h '^exit' "$scratch"/$WORKERS.log |
		grep -qv '^exit \(0\|1\|5\|75\|137\|143\)$' || return 1
	for z in $(cat "$scratch/zombies" 2>/dev/null); do
		! kill -0 "$z" 2>/dev/null || {
			echo "the zombie $z lives"
			return 1
		}
	done
}
