#!/bin/sh
# The pipeline on the sample, start to end, against figures computed by other
# programs on the same split (DCRNN's: 23,974 / 3,425 / 6,850 windows).
#	pipeline.sh [DIR]	keeps the files it makes in DIR
# shellcheck source=tests/lib.sh
. "$(dirname "$0")/lib.sh"
L=$TOP/data/metr-la-29.csv.gz
dir=${1:-$scratch}
mkdir -p "$dir" && cd "$dir" || exit 2

# same NAME WANT GOT
same()
{
	if [ "$2" = "$3" ]; then pass "$1"; else fail "$1" "want $2, got $3"; fi
}

# lines NAME WANT FILE
lines()
{
	same "$1" "$2" "$(wc -l <"$3")"
}

# score FIELD MODEL HORIZON: from the test rows of report.jsonl
score()
{
	jq -r --arg f "$1" --arg m "$2" --argjson h "$3" '
		select(.split == "test" and .model_kind == $m and
		.by == null and .prediction_horizon_minutes == $h) |
		.[$f]' report.jsonl
}

# near NAME WANT TOLERANCE GOT
near()
{
	if echo "$2 $3 $4" | awk 'NF != 3 || $3 - $1 > $2 || $1 - $3 > $2 {
	    exit 1 }'; then
		pass "$1"
	else
		fail "$1" "want $2 +- $3, got $4"
	fi
}

tp-replay --format metr-la "$L" >events.jsonl
lines "replay: readings" 916875 events.jsonl
tp-validate --rejects bad.jsonl events.jsonl >valid.jsonl
lines "validate: good events" 916875 valid.jsonl
same "validate: no rejects" 0 "$(wc -c <bad.jsonl)"
tp-window --size 15m events.jsonl | tp-plot --kind heatmap -o la.png
same "plot: a PNG" "PNG" "$(head -c 4 la.png | tail -c 3)"
start=$(date +%s)
tp-replay --format metr-la "$L" | tp-features --targets 15,30,60 |
	tp-train --model linear --report report.jsonl -o la.model
echo "# replay to report: $(($(date +%s) - start)) s"

while read -r horizon n mae rmse ha linear; do
	for m in persistence ha linear; do
		same "$m $horizon: n" "$n" "$(score n $m "$horizon")"
	done
	near "persistence $horizon: MAE" "$mae" 0.00051 \
		"$(score mae_mph persistence "$horizon")"
	near "persistence $horizon: RMSE" "$rmse" 0.00051 \
		"$(score rmse_mph persistence "$horizon")"
	near "ha $horizon: MAE" "$ha" 0.003 "$(score mae_mph ha "$horizon")"
	got=$(score mae_mph linear "$horizon")
	try "linear $horizon: MAE $got <= $linear" awk -v g="$got" \
		-v l="$linear" 'BEGIN { exit !(g != "" && g + 0 <= l + 0) }'
done <<-END
	15 174590 3.633 6.542 4.291 3.25
	30 174578 4.402 8.246 4.292 3.76
	60 174548 5.650 10.559 4.293 4.20
END
splits=$(jq -r 'select(.saved) | .split' report.jsonl | sort -u | tr '\n' ' ')
same "report: splits of the saved model" "test train validation " "$splits"

tp-replay --format metr-la --from 2012-06-20 "$L" | tee truth.jsonl |
	tp-predict -m la.model >forecasts.jsonl
want=$(wc -l <truth.jsonl)
try "predict: forecasts for each horizon" jq -se --argjson n "$want" '
	map(.prediction_horizon_minutes) | unique == [15, 30, 60] and
	length > $n' forecasts.jsonl
tp-eval --truth truth.jsonl --table forecasts.jsonl >table
try "eval: a table with persistence beside it" grep -q persistence table

# README shows this table.
in_readme()
{
	sed 's/^/    /; s/ *$//' table | while read -r line; do
		[ -z "$line" ] || grep -qF -- "$line" "$TOP/README.md" || {
			echo "README.md lacks: $line"
			return 1
		}
	done
}

try "README shows what tp-eval says" in_readme

# The test range by tp-predict and tp-eval: the report's records, to the last
# digit.
same_figures()
{
	jq -c 'select(.split == "test" and .saved and .by == null) |
		del(.saved)' report.jsonl | sort >report.test
	jq -c 'select(.split == "test" and .model_kind == "persistence" and
		.by == null) |
		[.prediction_horizon_minutes, .n, .mae_mph, .rmse_mph]' \
		report.jsonl | sort >>report.test
	from=$(head -n 1 report.test | jq .from)
	to=$(head -n 1 report.test | jq '.to + 1')
	tp-predict -m la.model events.jsonl | tp-eval --split test \
		--from "$from" --to "$to" --truth events.jsonl >eval.jsonl
	jq -c 'select(.model_kind == "linear") |
		del(.pending, .unmatched, .duplicates)' eval.jsonl | sort >eval.test
	jq -c 'select(.model_kind == "persistence") |
		[.prediction_horizon_minutes, .n, .mae_mph, .rmse_mph]' \
		eval.jsonl | sort >>eval.test
	[ "$(wc -l <eval.test)" = 6 ] && diff report.test eval.test
}

try "eval says what the report says" same_figures

# live: forecasts come from tail -f with no flag, and head ends it
live()
{
	head -n 500 truth.jsonl >live.jsonl
	tail -n +501 truth.jsonl | while read -r line; do
		echo "$line" >>live.jsonl
		sleep 0.02
	done &
	feeder=$!
	timeout 60 sh -c 'tail -f live.jsonl | tp-predict -m la.model |
		head -3' >three 2>live.err
	kill $feeder
	[ "$(wc -l <three)" = 3 ] || { cat three live.err; return 1; }
}

try "live use" live
finish
