/*
 * Painting of the map: the streets, and on them routes, numbers, marks and
 * words.  All numbers are pixels of the page.
 */
import {lengthUnit} from "./format.js";
import {project, unproject} from "./geo.js";
import {palette} from "./streets.js";

const EARTH_ROUND_KM = 40075;	/* the equator */
const SCALE_PX = 110;		/* at most, of the bar of the scale */
const RANK_PX = 16;		/* between the numbers of two hotspots */

export function paint(map)
{
	const c = map.canvas.getContext("2d", {alpha: false});
	const s = map.scene;

	c.setTransform(map.dpr, 0, 0, map.dpr, 0, 0);
	map.streets.paint(c, map);
	c.lineCap = c.lineJoin = "round";
	s.routes?.forEach((route) => paintRoute(c, map, route));
	if (s.ranks && s.x)
		paintRanks(c, map, s);
	for (const [i, strong] of [[s.hover, false], [s.selected, true]])
		if (i >= 0)
			paintRing(c, map, s, i, strong);
	if (s.hover >= 0 && s.label)
		paintLabel(c, map, s, s.hover);
	s.pins?.forEach((pin) => paintPin(c, map, pin));
	if (map.fitted)
		paintScale(c, map);
	if (map.canvas.matches(":focus-visible"))
		paintCross(c, map);
}

/* A bar of a round length, in the unit of the speeds. */
function paintScale(c, map)
{
	const [lat] = unproject(map.x, map.y);
	const unit = lengthUnit();
	const perPixel = EARTH_ROUND_KM * Math.cos(lat * Math.PI / 180) /
		map.scale / unit.km;
	const most = perPixel * SCALE_PX;
	const power = 10 ** Math.floor(Math.log10(most));
	const length = power * [5, 2, 1].find((n) => n * power <= most);
	const px = length / perPixel;
	const x = map.width - 14, y = map.height - (map.tiles ? 30 : 14);

	c.lineWidth = 1.5;
	c.strokeStyle = c.fillStyle = palette.ink;
	c.globalAlpha = 0.65;
	c.beginPath();
	c.moveTo(x - px, y - 4);
	c.lineTo(x - px, y);
	c.lineTo(x, y);
	c.lineTo(x, y - 4);
	c.stroke();
	c.font = "11px " + palette.font;
	c.textAlign = "right";
	c.textBaseline = "bottom";
	c.fillText(length + " " + unit.name, x - 1, y - 5);
	c.globalAlpha = 1;
}

function paintRing(c, map, s, i, strong)
{
	c.strokeStyle = palette.ink;
	c.lineWidth = strong ? 2.5 : 1.5;
	if (s.cells?.[i]) {
		const cell = s.cells[i];
		const [x0, y0] = map.toPixel(...project(cell[2], cell[1]));
		const [x1, y1] = map.toPixel(...project(cell[0], cell[3]));
		c.strokeRect(x0, y0, x1 - x0, y1 - y0);
		return;
	}
	const [px, py] = map.toPixel(s.x[i], s.y[i]);
	c.beginPath();
	c.arc(px, py, strong ? 11 : 9, 0, 2 * Math.PI);
	c.stroke();
}

/* What is under the pointer, in words above or below it. */
function paintLabel(c, map, s, i)
{
	const [px, py] = map.toPixel(s.x[i], s.y[i]);
	const words = s.label(i);

	c.font = "600 12px " + palette.font;
	c.textAlign = "left";
	c.textBaseline = "middle";
	const width = c.measureText(words).width + 16;
	const x = Math.max(4, Math.min(map.width - width - 4, px - width / 2));
	const y = py > 44 ? py - 38 : py + 14;
	c.fillStyle = palette.ink;
	c.beginPath();
	c.roundRect(x, y, width, 24, 4);
	c.fill();
	c.fillStyle = palette.surface;
	c.fillText(words, x + 8, y + 12.5);
}

/* Small numbers beside hotspots, but for those that a worse one would hide. */
function paintRanks(c, map, s)
{
	const placed = [];
	const aside = s.cells ? 0 : 12;

	c.font = "600 11px " + palette.font;
	c.textAlign = "center";
	c.textBaseline = "middle";
	s.ranks.forEach((i, k) => {
		const [x, y] = map.toPixel(s.x[i], s.y[i]);
		const px = x + aside, py = y - aside;

		if (Number.isNaN(px) || placed.some(([a, b]) =>
			Math.hypot(a - px, b - py) < RANK_PX))
			return;
		placed.push([px, py]);
		c.fillStyle = palette.surface;
		c.strokeStyle = palette.levels[s.level?.[i] ?? 0];
		c.lineWidth = 1.5;
		c.beginPath();
		c.arc(px, py, 8.5, 0, 2 * Math.PI);
		c.fill();
		c.stroke();
		c.fillStyle = palette.ink;
		c.fillText(String(k + 1), px, py + 0.5);
	});
}

function tracePath(c, map, xy)
{
	c.beginPath();
	for (let p = 0; p < xy.length; p += 2)
		c.lineTo(...map.toPixel(xy[p], xy[p + 1]));
}

function paintRoute(c, map, route)
{
	tracePath(c, map, route.xy);
	c.lineCap = c.lineJoin = "round";
	c.strokeStyle = palette.map;
	c.lineWidth = route.main ? 9 : 7;
	c.stroke();
	c.strokeStyle = route.main ? palette.accent : palette.other;
	c.lineWidth = route.main ? 5 : 3.5;
	c.stroke();
}

function paintPin(c, map, pin)
{
	const [px, py] = map.toPixel(...project(pin.lat, pin.lon));

	c.fillStyle = palette.ink;
	c.strokeStyle = palette.surface;
	c.lineWidth = 2;
	c.beginPath();
	c.arc(px, py, 11, 0, 2 * Math.PI);
	c.fill();
	c.stroke();
	c.fillStyle = palette.surface;
	c.font = "700 12px " + palette.font;
	c.textAlign = "center";
	c.textBaseline = "middle";
	c.fillText(pin.name, px, py + 0.5);
}

function paintCross(c, map)
{
	const x = map.width / 2, y = map.height / 2;

	c.strokeStyle = palette.ink;
	c.lineWidth = 1.5;
	c.beginPath();
	c.moveTo(x - 10, y);
	c.lineTo(x + 10, y);
	c.moveTo(x, y - 10);
	c.lineTo(x, y + 10);
	c.stroke();
}
