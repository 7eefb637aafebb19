#!/bin/sh
# Answers of HERE: events against the same made by jq, and the collector
# against a web server of Python's.
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
real=$TOP/../shared/data/here-traffic-flow

# v7 FILE: what its events say, by jq
v7()
{
	jq -c '(.sourceUpdated | fromdate * 1000) as $t | .results[] |
		.currentFlow as $f | .location as $l | [$t, $l.description,
		($l.length | round), (if $f.traversability == "closed" then null
		else ($f.speed * 360 | round) end),
		($f.freeFlow * 360 | round), $f.jamFactor, $f.confidence]' "$1"
}

# v6 FILE: the same of the older form
v6()
{
	jq -c '.RWS[] | .EBU_COUNTRY_CODE as $c | .TABLE_ID as $b | .RW[] |
		(.PBT | fromdate * 1000) as $t | .DE as $road | .FIS[].FI[] |
		.CF[0] as $f | ["tmc:\($c):\($b):\(.TMC.PC)\(.TMC.QD)", $t,
		(if $road == "" then .TMC.DE else $road end), (.TMC.LE * 1000 | round), (if $f.SP < 0 then null else
		($f.SP * 100 | round) end), ($f.FF * 100 | round), $f.JF, $f.CN]' "$1"
}

# events FILE FIELDS: the same fields of tp-replay's events
events()
{
	tp-replay -q -f here "$1" | jq -c "[$2, .road_name,
		(.length_km * 1000 | round), (if .speed_kmh then
		.speed_kmh * 100 | round else null end),
		(.free_flow_speed_kmh * 100 | round), .jam_factor, .quality_score]"
}

# agree VERSION FILE FIELDS
agree()
{
	gzip -dc "$2" >"$scratch/answer" || return 1
	# jq 1.7 writes numbers as it has read them, 1.6 as they are: 0.0, 0
	"$1" "$scratch/answer" | jq -c \
		'map(if type == "number" then . + 0 else . end)' >"$scratch/want"
	events "$2" "$3" >"$scratch/got"
	[ -s "$scratch/want" ] && diff "$scratch/want" "$scratch/got" | head -5 |
		grep . && return 1
	return 0
}

# ids: one road section has one id in all answers, and no two share one
ids()
{
	tp-replay -q -f here --shapes "$scratch/shapes" "$real"/v6/*.gz |
		jq -r .segment_id | sort | uniq -c |
		awk '$1 != 8 { exit 1 } END { exit NR != 156 }' &&
		[ "$(wc -l <"$scratch/shapes")" = 156 ] &&
		[ "$(cut -d: -f5 "$scratch/shapes" | sort -u | wc -l)" -gt 100 ]
}

# serve: a web server on a free port; its name is in $scratch/url
serve()
{
	cat >"$scratch/serve.py" <<'END'
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        good = "apiKey=s3cret" in self.path and "bbox" in self.path
        open(sys.argv[1] + "/asked", "a").write(self.path + "\n")
        self.send_response(200 if good else 401)
        self.end_headers()
        self.wfile.write(open(sys.argv[2], "rb").read() if good else b"no")
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
open(sys.argv[1] + "/url", "w").write(
    "http://127.0.0.1:%d/flow" % server.server_port)
server.serve_forever()
END
	python3 "$scratch/serve.py" "$scratch" \
		"$TOP/tests/cli/tp-replay/here-v7/v7.json" &
	server=$!
	trap 'kill $server; rm -rf "$scratch"' EXIT
	while [ ! -s "$scratch/url" ]; do sleep 0.1; done
	HERE_URL=$(cat "$scratch/url")
	export HERE_URL
}

collect()
{
	printf s3cret >"$scratch/key"
	chmod 600 "$scratch/key"
	"$TOP/examples/here-collector.sh" -k "$scratch/key" -d "$scratch/kept" &&
		tp-replay -q -f here "$scratch"/kept/*.json.gz |
		cmp - "$scratch/whole"
}

refused()
{
	printf wrong >"$scratch/key"
	! "$TOP/examples/here-collector.sh" -k "$scratch/key" \
		-d "$scratch/none" 2>"$scratch/said" &&
		! grep wrong "$scratch/said" &&
		[ -z "$(find "$scratch/none" -type f)" ] &&
		chmod 644 "$scratch/key" &&
		! "$TOP/examples/here-collector.sh" -k "$scratch/key" 2>/dev/null
}

if [ -d "$real" ]; then
	for file in "$real"/v7/*.gz; do
		try "${file##*/} by jq" agree v7 "$file" .timestamp
	done
	for file in "$real"/v6/*.gz; do
		try "${file##*/} by jq" agree v6 "$file" ".segment_id, .timestamp"
	done
	try "ids stay the same" ids
else
	skip "answers of HERE by jq" "no ../shared"
fi
if command -v curl >/dev/null && command -v python3 >/dev/null; then
	tp-replay -q -f here "$TOP/tests/cli/tp-replay/here-v7/v7.json" \
		>"$scratch/whole"
	serve
	try "the collector keeps an answer" collect
	try "the collector is refused" refused
else
	skip "the collector" "no curl or no python3"
fi
finish
