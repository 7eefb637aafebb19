#!/bin/sh
# Asks HERE for the traffic flow in a box, once (for cron) or every few minutes,
# and keeps each answer as DIR/flow_YYYYmmddTHHMMSSZ.json.gz:
#
#	here-collector.sh -k KEYFILE [-b WEST,SOUTH,EAST,NORTH] [-d DIR]
#		[-e SECONDS]
#	tp-replay -f here DIR/*.json.gz | tp-validate
#
# KEYFILE holds the API key and nothing else and is yours alone (mode 600); the
# key is on no command line and in no message.  Without -e one answer is
# fetched.  A failure is tried again after 5, 10, 20, ... 300 seconds with -e;
# without it, it is the exit status.  HERE_URL names another server.
set -eu
umask 077
box=105.75,20.95,105.92,21.10	# Hanoi
dir=. every=0 keyfile=
url=${HERE_URL:-https://data.traffic.hereapi.com/v7/flow}
while getopts b:d:e:k: option; do
	case $option in
	b) box=$OPTARG ;;
	d) dir=$OPTARG ;;
	e) every=$OPTARG ;;
	k) keyfile=$OPTARG ;;
	*) exit 2 ;;
	esac
done
[ -n "$keyfile" ] || {
	sed -n '2,/^set/{/^#/s/^# \{0,1\}//p;}' "$0"
	exit 0
}
[ -z "$(find "$keyfile" -perm /077)" ] || {
	echo "here-collector: others may read '$keyfile'; chmod 600 it" >&2
	exit 2
}

# fetch: one answer, whole or not at all; curl reads the key from its input
fetch()
{
	now=$(date -u +%Y%m%dT%H%M%SZ)
	part=$dir/.flow_$now.part
	if printf 'data-urlencode = "apiKey=%s"\n' "$(cat "$keyfile")" |
		curl -sS -G -K - --compressed --fail --max-time 60 \
			--data-urlencode "in=bbox:$box" \
			--data-urlencode locationReferencing=shape \
			-o "$part" "$url" &&
		gzip -9 <"$part" >"$part.gz"
	then
		mv "$part.gz" "$dir/flow_$now.json.gz"
		rm "$part"
	else
		status=$?
		rm -f "$part" "$part.gz"
		return $status
	fi
}

mkdir -p "$dir"
if [ "$every" = 0 ]; then
	fetch
	exit
fi
wait=5
while :; do
	if fetch; then
		wait=5
		sleep "$every"
	else
		echo "here-collector: trying again in $wait s" >&2
		sleep "$wait"
		wait=$((wait < 150 ? 2 * wait : 300))
	fi
done
