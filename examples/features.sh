#!/bin/sh
# One row of what a model learns from, a field a line: sensor 717447 on a
# Tuesday at 08:00, its last hour, its neighbours, and what then happened.
set -e
sample=data/metr-la-29.csv.gz
roads=data/metr-la-29-distances.csv

tp-replay --format metr-la --from 2012-06-05 --to 2012-06-06 "$sample" |
	tp-features --graph "$roads" --targets 15,30,60 |
	sed -n '/"segment_id":"717447".*"minute_of_day":480,/ {
		s/,"/\
"/g
		p
	}'
