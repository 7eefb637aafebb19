# Makes up n taxi trips of so many days, as a table of 2015:
#	awk -v n=6000 -v days=4 -f trips.awk
# About 8:30 and 17:30 traffic is slow, most so in the middle of the town.  The
# numbers come from a generator of its own, since rand() differs from awk to
# awk.
function rnd()
{
	x = (x * 16807) % 2147483647
	return x / 2147483647
}

function trip(    day, t, h, lon, lat, lon2, lat2, east, north, miles, jam, mph, e)
{
	day = 5 + int(rnd() * days)
	t = int(6 * 3600 + rnd() * 15 * 3600)
	lon = -74.01 + rnd() * 0.05; lat = 40.71 + rnd() * 0.07
	lon2 = -74.01 + rnd() * 0.05; lat2 = 40.71 + rnd() * 0.07
	east = (lon2 - lon) * 52.4; north = (lat2 - lat) * 69
	miles = 1.3 * sqrt(east ^ 2 + north ^ 2) + 0.3
	h = t / 3600
	jam = exp(-((h - 8.5) / 1.2) ^ 2) + exp(-((h - 17.5) / 1.5) ^ 2)
	mph = 24 / (1 + 2 * jam * (0.2 + exp(-((lat - 40.75) / 0.02) ^ 2)))
	e = t + int(miles / (mph * (0.9 + 0.2 * rnd())) * 3600)
	printf "2015-01-%02d %02d:%02d:%02d,2015-01-%02d %02d:%02d:%02d,", day,
		t / 3600, t / 60 % 60, t % 60, day + int(e / 86400),
		e / 3600 % 24, e / 60 % 60, e % 60
	printf "%.2f,%.6f,%.6f,%.6f,%.6f\n", miles, lon, lat, lon2, lat2
}

BEGIN {
	x = 2015
	print "tpep_pickup_datetime,tpep_dropoff_datetime,trip_distance," \
		"pickup_longitude,pickup_latitude,dropoff_longitude," \
		"dropoff_latitude"
	for (i = 0; i < n; i++)
		trip()
}
