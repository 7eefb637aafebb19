/* What each map of the page is made of: places and lines of roads. */
import {get} from "./api.js";
import {Lines, project} from "./geo.js";

const FEW_PLACES = 500;

let net = null;			/* a promise: asked for once */

function lines()
{
	net ??= get("net").then((n) => n.lines?.length ?
		{source: n.source, lines: new Lines(n.lines, n.segment,
			n.source === "neighbours")} :
		{source: "none", lines: null}, () => {
		net = null;
		return {source: "none", lines: null};
	});
	return net;
}

/* The streets may change with the segments. */
export function forgetNet()
{
	net = null;
}

/* Which places are drawn: in a large road graph those that have no line. */
function dots(n, {source, lines: roads})
{
	const all = source !== "graph" || n <= FEW_PLACES;
	const mask = new Uint8Array(n).fill(1);

	if (!all)
		for (const i of roads.segment)
			if (i >= 0)
				mask[i] = 0;
	return mask;
}

/* The part of a scene that does not change with time. */
export async function baseScene(city)
{
	const n = city.ids.length;
	const x = new Float64Array(n).fill(NaN);
	const y = new Float64Array(n).fill(NaN);

	for (let i = 0; i < n; i++)
		if (city.placed(i))
			[x[i], y[i]] = project(city.lat[i], city.lon[i]);
	const known = await lines();
	return {x, y, lines: known.lines, dots: dots(n, known),
		cells: city.cells && city.cell.length ? city.cell : null};
}
