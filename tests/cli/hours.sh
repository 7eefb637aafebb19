# shellcheck shell=sh
# Made-up events for the cases of tp-train and tp-predict: two segments, an
# hour apart, whole numbers, a rush hour, every eleventh reading missing.

# hours FROM TO: events of the hours FROM .. TO - 1
hours()
{
	awk -v from="$1" -v to="$2" 'BEGIN {
		for (t = from; t < to; t++)
			for (s = 1; s <= 2; s++) {
				if ((t * 7 + s) % 11 == 0)
					continue
				v = 60 - 5 * s + (t * 13 + s * 5) % 7
				if (t % 24 > 6 && t % 24 < 10)
					v -= 20
				printf "{\"segment_id\":\"s%d\"," \
				    "\"timestamp\":%.0f,\"speed_mph\":%d}\n",
				    s, (438000 + t) * 3600000, v
			}
	}'
}

# rows OPTION...: feature rows of the events on stdin
rows()
{
	tp-features -q --step 1h --lags 4 "$@"
}

# model KIND FILE: trained on 300 hours: windows 206 + 29 + 59
model()
{
	hours 0 300 | rows --targets 60,180 |
		tp-train -q --min-windows 50 --model "$1" -o "$2"
}
