#!/bin/sh
# examples/hanoi.sh says what is true: on the made town, and on answers of HERE
# and a map of Liechtenstein where they are.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
data=$TOP/../shared/data

# said SCRIPT: awk on what hanoi.sh printed; it prints what is wrong
said()
{
	wrong=$(awk "$1" "$scratch/out")
	[ -z "$wrong" ] || { echo "$wrong"; cat "$scratch/out"; return 1; }
}

# holds NAME: of one run
holds()
{
	try "$1: 37 answers of every road" said '/ events of / {
		if ($1 != $4 * 37 || $4 < 50) print }
		/ forecasts$/ { if ($1 < 1000) print }'
	# the way is no shorter than the straight line, nor quicker than at
	# 130 km/h, and in its range
	try "$1: a route that can be" said '
	function at(s, i, a) { split(s, a, ","); return a[i] * 3.14159265 / 180 }
	/^== from / {
		y = at($3, 1) - at($5, 1)
		x = (at($3, 2) - at($5, 2)) * cos(at($3, 1))
		line = 6371 * sqrt(x * x + y * y)
	}
	/^route: / {
		seen++
		gsub(/[()]/, "")
		if (line < 3 || $2 < line * .99 || $2 > 3 * line || $4 < $2 / 130 * 60 ||
		    $4 < $6 || $4 > $8 || $9 < 1) print
	}
	END { if (seen != 1) print "no route" }'
	try "$1: other ways, slower but not by much" said '
	/^route: / { best = $4 }
	/^or: / { n++; if ($4 < best || $4 > best * 1.3) print }
	END { if (n < 1) print "none" }'
	try "$1: alerts while the rush hour comes" said '
	/ in all$/ { all = $1 }
	/^0[67]:[0-5][05] ACTIVE / { n++ }
	/^06:0/ { print "too early: " $0 }
	END { if (n != 8 || all < n) print n " of " all }'
	try "$1: all of it is kept" said '
	/ events of / { want["event"] = $1 }
	/ forecasts$/ { want["prediction"] = $1 }
	/ in all$/ { want["alert"] = $1 }
	/^== kept/ { kept = want["route"] = 1; want["update"] = 37; next }
	kept && $2 in want { n++; if ($1 != want[$2]) print }
	END { if (n != 5) print n " kinds" }'
	try "$1: a picture" pictured
}

# pictured: as a PNG, where there is gnuplot
pictured()
{
	! command -v gnuplot ||
		[ "$(head -c 4 "$OUT/route.png" | tail -c 3)" = PNG ]
}

# servers: the town again, in PostgreSQL and Redis too
servers()
{
	try "the made town in three stores" sh -c \
		"POSTGRES=1 REDIS=1 '$TOP/examples/hanoi.sh' >'$scratch/out'"
	holds "three stores"
	try "PostgreSQL has what SQLite has" said '
	/ (event|prediction|alert|route|update)$/ { n += $1 }
	/^PostgreSQL has the same / { seen = 1; if ($5 != n) print }
	END { if (!seen) print "nothing" }'
	try "Redis has what is newest" said '
	/ roads$/ { roads = $4 }
	/^Redis has [0-9]* road:/ { n++; if ($3 != roads) print }
	/^Redis has 1 route:cache:/ { n++ }
	/^Redis has v[0-9a-f]*-[0-9a-f]* graph:hanoi:version/ { n++ }
	END { if (n != 4) print n }'
	try "of the graph, too" test "$(tail -n 1 "$OUT/updates.jsonl" |
		jq -r .graph_version)" = "$(sed -n \
		's/^Redis has \(v[^ ]*\) .*/\1/p' "$scratch/out")"
}

OUT=$scratch/hanoi-out
export OUT
unset POSTGRES REDIS KAFKA HERE MAP
try "the made town" sh -c "'$TOP/examples/hanoi.sh' >'$scratch/out'"
holds "the town"
if ls /usr/lib/postgresql/*/bin/initdb >"$scratch/there" 2>&1 &&
    { command -v redis-server || command -v valkey-server; } \
    >"$scratch/there"; then
	servers
else
	skip "three stores" "PostgreSQL or Redis is not here"
fi
if [ ! -d "$data/here-traffic-flow" ]; then
	skip "Liechtenstein" "no ../shared/data"
elif ! command -v osmium >/dev/null; then
	skip "Liechtenstein" "no osmium"
else
	for answer in "$data"/here-traffic-flow/v7/flow_2023071[15]*; do
		HERE=$answer MAP=$data/road-networks/liechtenstein-2015-10-07.osm.pbf
		export HERE MAP
		name=$(basename "$answer")
		try "$name" sh -c "'$TOP/examples/hanoi.sh' >'$scratch/out'"
		holds "$name"
	done
fi
finish
