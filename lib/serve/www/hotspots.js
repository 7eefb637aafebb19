/* The worst segments at the time shown, in order; a click chooses one. */
import {fill, h} from "./dom.js";
import {known, number, perHour, shown, speed, title, unitName,
	vehicles} from "./format.js";

const MOST_HOTSPOTS = 10;
const LEAST_LEVEL = 3;		/* what flows lightly is no hotspot */
const LEAST_VEHICLES = 3;
const STILL = 1.5;		/* a change below that, in the unit, is none */

/* The mean of one or two vehicles says little of a cell. */
function sure(city, view, i)
{
	return !city.cells || view.count[i] >= LEAST_VEHICLES;
}

/*
 * Indices of the worst, worst first: of what is sure, then of the rest, by
 * level, then vehicles, then speed.
 */
export function worst(city, view, n = MOST_HOTSPOTS)
{
	const found = [];
	const count = (i) => city.cells && view.count[i] || 0;

	for (let i = 0; i < city.ids.length; i++)
		if (view.level[i] >= LEAST_LEVEL)
			found.push(i);
	return found.sort((a, b) =>
		sure(city, view, b) - sure(city, view, a) ||
		view.level[b] - view.level[a] || count(b) - count(a) ||
		view.speed[a] - view.speed[b] || a - b).slice(0, n);
}

function change(now, then)
{
	if (!known(now) || !known(then))
		return h("span", {class: "change"});
	const d = shown(now) - shown(then);
	if (Math.abs(d) < STILL)
		return h("span", {class: "change"}, "steady");
	return h("span", {class: "change " + (d < 0 ? "slower" : "faster")},
		(d < 0 ? "\u2193 " : "\u2191 ") + number(Math.abs(d)));
}

function entry(city, view, i, k, then, onchoose)
{
	const count = view.count[i] >= 0 ? vehicles(view.count[i]) :
		view.volume?.[i] >= 0 ? perHour(view.volume[i]) : null;

	return h("li", null, h("button", {type: "button",
		onclick: () => onchoose(i)},
		h("span", {class: "rank l" + view.level[i]}, String(k + 1)),
		h("span", {class: "hot-name"}, title(city, i),
			h("small", null, city.levelName(view.level[i], view),
				count ? ", " + count : "")),
		h("span", {class: "hot-speed"}, h("b", null, speed(view.speed[i])),
			" " + unitName()),
		change(view.speed[i], then?.[i])));
}

/*
 * Fills the host; minutes says which time it is.  A forecast is compared with
 * now, and now with half an hour ago.
 */
export function showHotspots(host, city, view, minutes, list, onchoose)
{
	const then = minutes > 0 ? city.speed : minutes === 0 ?
		city.valuesAt(-30).speed : null;

	const few = list.findIndex((i) => !sure(city, view, i));
	const items = list.map((i, k) =>
		entry(city, view, i, k, then, onchoose));
	if (few >= 0)
		items.splice(few, 0, h("li", {class: "quiet"},
			"Of one or two vehicles, less sure:"));
	fill(host, list.length ? h("ol", {class: "hotspots"}, items) :
	h("p", {class: "quiet"}, city.time === null ?
		"Nothing is known yet." : "No congestion at this time."));
}

export function hotspotNote(minutes)
{
	return minutes > 0 ? "against now" : minutes === 0 ?
		"against 30 min ago" : "";
}
