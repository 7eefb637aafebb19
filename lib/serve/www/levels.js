/*
 * Congestion levels 1 (free flow) to 5 (severe), 0 where nothing is known:
 * their limits, names, colours, and the width and dash that say the same on
 * the map to those who cannot tell the colours.
 */
import {known, speed, unitName} from "./format.js";

export const LEVEL_NAMES = ["No reading", "Free flow", "Light", "Moderate",
	"Heavy", "Severe"];
/* Cells have three classes, with the colours of three levels. */
export const CLASS_NAMES = {1: "Low", 3: "Medium", 5: "High"};
export const LEVEL_WIDTHS = [1.5, 2, 2.75, 3.75, 4.75, 6];
export const LEVEL_DASHES = [[2, 4], [], [], [], [11, 4], [5, 3]];
export const LEVEL_RADII = [3, 4, 4.5, 5.5, 6.5, 7.5];

const CLASS_LEVELS = [1, 3, 5];

let limits = [96.56, 72.42, 48.28, 24.14];
let ratio = false;

export function setLimits(values, byRatio)
{
	if (Array.isArray(values) && values.length === 4)
		limits = values;
	ratio = Boolean(byRatio);
}

/* kmh and freeFlow in km/h; freeFlow counts where levels are ratios. */
export function levelOf(kmh, freeFlow)
{
	const v = ratio ? kmh / freeFlow : kmh;
	let i = 0;

	if (!known(kmh) || !(v >= 0))
		return 0;
	while (i < 4 && v < limits[i])
		i++;
	return i + 1;
}

export function levelOfClass(c)
{
	return known(c) ? CLASS_LEVELS[c] ?? 0 : 0;
}

/* The speeds or shares of a level, as the legend says them. */
export function levelRange(level)
{
	const name = (v) => ratio ? Math.round(v * 100) + "" : speed(v);

	if (level === 1)
		return "\u2265 " + name(limits[0]);
	if (level === 5)
		return "< " + name(limits[3]);
	return name(limits[level - 1]) + "\u2013" + name(limits[level - 2]);
}

export function rangeUnit()
{
	return ratio ? "% of free flow" : unitName();
}
