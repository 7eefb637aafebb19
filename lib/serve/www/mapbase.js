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

/*
 * Which places are drawn: in a road graph not those that have a line, where
 * they are many or one hides another, as of the two directions of a street.
 */
function dots(n, {source, lines: roads}, x, y)
{
	const mask = new Uint8Array(n).fill(1);
	const places = new Set(x.map((v, i) => v + y[i] / 10));

	if (source === "graph" && (n > FEW_PLACES || places.size < 0.9 * n))
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
	return {x, y, lines: known.lines, dots: dots(n, known, x, y),
		cells: city.cells && city.cell.length ? city.cell : null};
}
