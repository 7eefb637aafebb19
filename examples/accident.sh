#!/bin/sh
# An accident that never happened, live: two of four lanes are blocked, and
# the jam behind it grows upstream.  Here an hour goes by in half a second;
# --speed 60 would be a minute in a second.  Shown are the mean speeds (mph)
# of each quarter of an hour, one column a sensor in driving direction.
#	accident.sh [BINDIR]
set -eu
PATH=${1:-$(cd "$(dirname "$0")/.." && pwd)/bin}:$PATH
tp-replay --scenario accident --seed 3 --segments-count 12 --speed 7200 |
	tp-window --size 15m | awk -F '"' '
	function field(name,	s) {
		s = $0
		if (!sub(".*\"" name "\":", "", s)) return ""
		sub(/[,}].*/, "", s)
		return s
	}
	{
		t = field("window_start")
		if (t != last) printf "%s%5d min", (NR > 1 ? "\n" : ""),
		    (t - 1709550000000) / 60000
		last = t
		printf " %3.0f", field("avg_speed_mph")
	}
	END { print "" }'
