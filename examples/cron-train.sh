#!/bin/sh
# What cron runs each night: train on the stored events of the last weeks, and
# make the new model the current one unless it is worse; a tp-predict that runs
# on the folder takes it up by itself.  In the crontab:
#	30 3 * * *  cd /srv/traffic && sh cron-train.sh . models/la 60
#	cron-train.sh [EVENTS [FOLDER [DAYS]]]
# EVENTS is a file of events, or a folder with one a day (*.jsonl, *.gz, *.zst)
# in which names are in order of time.
set -eu
events=${1:-events.jsonl} models=${2:-models/la} days=${3:-60}
rows=$(mktemp)
trap 'rm -f "$rows"' EXIT

if [ -d "$events" ]; then
	find "$events" -maxdepth 1 -name '*.jsonl*' | sort | tail -n "$days" | tr '\n' '\0' |
		xargs -0 -r tp-features --targets 15,30,60 -o "$rows"
else
	tp-features --targets 15,30,60 -o "$rows" "$events"
fi

# One gate for all: at most 1 percent worse than the model in use.  Status 1 is
# its refusal, which is no failure; the mail of cron has the reason.
tp-train --gate "$models/current" --min-gain -1 --keep 14 \
	--report "$models/report.jsonl" -o "$models/" "$rows" || [ $? = 1 ]

# The mean absolute errors of the test part, by model and horizon.
grep -v '"by":' "$models/report.jsonl" |
	sed -n 's/.*"model_kind":"\([a-z]*\)".*"split":"test".*minutes":\([0-9]*\),.*"mae_mph":\([0-9.]*\).*/\1 \2 \3/p'
