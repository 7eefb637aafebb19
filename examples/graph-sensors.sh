#!/bin/sh
# A road graph of the sample's sensors: the distances between them as edges,
# each sensor on the halves of those at it; then its roads as GeoJSON.
set -e
sample=data/metr-la-29
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tp-graph build --sensors "$sample-sensors.csv" \
	--distances "$sample-distances.csv" --speed 105 -o "$work/la.graph"
tp-graph check -g "$work/la.graph"
tp-graph info -g "$work/la.graph"
tp-graph export -g "$work/la.graph" --to geojson | head -n 3 | cut -c 1-150
