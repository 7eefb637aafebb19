#!/bin/sh
# What cron would run each night: train on the history, and put the new model
# in the place of the old one unless that is better; a tp-predict that runs
# meanwhile takes the new one up by itself.
set -eu

tp-features --targets 15,30,60 events.jsonl |
	tp-train --gate la.model --gate-margin 1 --report night.jsonl \
		-o la.model || [ $? = 1 ]

# The mean absolute errors of the test part, by model and horizon.
sed -n 's/.*"model_kind":"\([a-z]*\)".*"split":"test".*minutes":\([0-9]*\),.*"mae_mph":\([0-9.]*\).*/\1 \2 \3/p' \
	night.jsonl
