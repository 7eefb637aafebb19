/* What each map of the page is made of: places and lines of roads. */
import {get} from "./api.js";
import {Lines, project} from "./geo.js";

let net = null;			/* a promise: asked for once */

function lines()
{
	net ??= get("net").then((n) => n.lines?.length ?
		{source: n.source, lines: new Lines(n.lines, n.segment)} :
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

/*
 * The part of a scene that does not change with time.  Of a road graph the
 * lines are enough; where lines are but neighbours, the places are drawn too.
 */
export async function baseScene(city)
{
	const n = city.ids.length;
	const x = new Float64Array(n).fill(NaN);
	const y = new Float64Array(n).fill(NaN);

	for (let i = 0; i < n; i++)
		if (city.placed(i))
			[x[i], y[i]] = project(city.lat[i], city.lon[i]);
	const {source, lines: roads} = await lines();
	return {x, y, lines: roads, dots: source !== "graph",
		cells: city.cells && city.cell.length ? city.cell : null};
}
