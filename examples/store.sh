#!/bin/sh
# Readings kept in SQLite and in a folder of hours at once, and given back.
#	store.sh [BINDIR]
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
PATH=${1:-$top/bin}:$PATH
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"

say()
{
	printf '\n%s\n' "$*"
}

say "Three days of 29 sensors into both:"
tp-replay --format metr-la --to 2012-03-04 "$top/data/metr-la-29.csv.gz" \
	>readings.jsonl
tp-store -o sqlite:traffic.db -o files:traffic readings.jsonl

say "What is in the database:"
tp-store info traffic.db

say "Some of the folder's hours:"
(cd traffic && find . -name '*.zst' | sort | head -n 3)

say "Twenty minutes of a sensor:"
tp-store read --segments 773869 --from 2012-03-02T08:00:00Z \
	--to 2012-03-02T08:20:00Z traffic.db

say "Both give back what came, to the byte:"
sort readings.jsonl >sorted
for store in traffic.db files:traffic; do
	tp-store read "$store" | sort | cmp - sorted && echo "$store does"
done

say "What comes again changes nothing; what is older than a day goes:"
tp-store --retain 1d -o traffic.db readings.jsonl
tp-store vacuum traffic.db
tp-store check traffic.db
tp-store info traffic.db
