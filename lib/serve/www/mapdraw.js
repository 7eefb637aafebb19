/*
 * Painting of the map: roads by level in batches of one colour, places, cells,
 * routes, marks.  All numbers are pixels of the page.
 */
import {lengthUnit} from "./format.js";
import {project, unproject} from "./geo.js";
import {LEVEL_DASHES, LEVEL_RADII, LEVEL_WIDTHS} from "./levels.js";

const EARTH_ROUND_KM = 40075;	/* the equator */
const SCALE_PX = 110;		/* at most, of the bar of the scale */
const BATCH = 400;		/* lines in one path: longer ones stroke slowly */
const FINE = 2;
const THIN = 2;			/* among many, levels to there get hairlines */
const MARGIN = 8;
const RANK_PX = 16;		/* between the numbers of two hotspots */
const FEW = 2500;		/* places in sight above which dots are small */

let palette = null;

/* Canvas takes no custom properties: they are read when the theme changes. */
export function readPalette()
{
	const style = getComputedStyle(document.documentElement);
	const value = (name) => style.getPropertyValue(name).trim();

	palette = {
		map: value("--map"), road: value("--map-road"),
		ink: value("--map-ink"), surface: value("--surface"),
		accent: value("--accent"), font: value("--font"),
		levels: [0, 1, 2, 3, 4, 5].map((l) => value("--l" + l)),
	};
	return palette;
}

export function paint(map)
{
	const c = map.canvas.getContext("2d", {alpha: false});
	const s = map.scene;

	if (!palette)
		readPalette();
	c.setTransform(map.dpr, 0, 0, map.dpr, 0, 0);
	c.fillStyle = palette.map;
	c.fillRect(0, 0, map.width, map.height);
	c.lineCap = c.lineJoin = "round";
	map.tiles?.paint(c, map);
	if (s.lines)
		paintLines(c, map, s);
	if (s.cells)
		paintCells(c, map, s);
	else if (s.dots && s.x)
		paintDots(c, map, s);
	s.routes?.forEach((route) => paintRoute(c, map, route));
	if (s.ranks && s.x && !s.cells)
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

/* The lines of the map that are in sight, by the level of their segment. */
function linesByLevel(map, s)
{
	const {lines, level} = s;
	const [x0, y0] = map.toWorld(-MARGIN, -MARGIN);
	const [x1, y1] = map.toWorld(map.width + MARGIN, map.height + MARGIN);
	const found = [[], [], [], [], [], []];

	for (let k = 0; k < lines.count; k++) {
		const b = 4 * k;
		if (lines.box[b] > x1 || lines.box[b + 2] < x0 ||
		    lines.box[b + 1] > y1 || lines.box[b + 3] < y0)
			continue;
		found[level?.[lines.segment[k]] || 0].push(k);
	}
	return found;
}

/* Puts a line into the path; a point within a pixel or two of the last goes. */
function traceLine(c, {x, y, start}, k, scale, dx, dy)
{
	const last = start[k + 1] - 1;
	let px = x[start[k]] * scale + dx;
	let py = y[start[k]] * scale + dy;

	c.moveTo(px, py);
	for (let p = start[k] + 1; p <= last; p++) {
		const qx = x[p] * scale + dx;
		const qy = y[p] * scale + dy;
		if (p < last && Math.abs(qx - px) < FINE &&
		    Math.abs(qy - py) < FINE)
			continue;
		c.lineTo(qx, qy);
		px = qx;
		py = qy;
	}
}

/* In batches; two halves of one level are one stroke from end to end. */
function strokeLines(c, map, lines, wanted)
{
	const {x, y, start, halves} = lines;
	const {scale} = map;
	const dx = map.width / 2 - map.x * scale;
	const dy = map.height / 2 - map.y * scale;
	let traced = 0;

	c.beginPath();
	for (let n = 0; n < wanted.length; n++) {
		const k = wanted[n];
		if (halves && k % 2 === 0 && wanted[n + 1] === k + 1) {
			const a = start[k], b = start[k + 1];
			c.moveTo(x[a] * scale + dx, y[a] * scale + dy);
			c.lineTo(x[b] * scale + dx, y[b] * scale + dy);
			n++;
		} else {
			traceLine(c, lines, k, scale, dx, dy);
		}
		if (++traced % BATCH === 0) {
			c.stroke();
			c.beginPath();
		}
	}
	c.stroke();
}

/* Lines get thinner as the map shows more of them, as on paper. */
function widthFactor(map)
{
	return Math.max(0.4, Math.min(1.4, 0.55 + (map.zoom - 10.5) * 0.22));
}

function paintLines(c, map, s)
{
	const found = linesByLevel(map, s);
	const many = found.reduce((n, l) => n + l.length, 0) > FEW;
	const factor = widthFactor(map);

	found.forEach((wanted, level) => {
		if (!wanted.length)
			return;
		c.strokeStyle = level === 0 ? palette.road :
			palette.levels[level];
		c.lineWidth = many && level <= THIN ? 1 :
			Math.max(1, LEVEL_WIDTHS[level] * factor);
		c.lineCap = many || level >= 4 ? "butt" : "round";
		c.lineJoin = many ? "bevel" : "round";
		c.setLineDash(many || level === 0 ? [] : LEVEL_DASHES[level]);
		strokeLines(c, map, s.lines, wanted);
	});
	c.setLineDash([]);
}

function paintDots(c, map, s)
{
	const byLevel = [[], [], [], [], [], []];
	let seen = 0;

	for (let i = 0; i < s.x.length; i++) {
		if (!s.dots[i])
			continue;
		const [px, py] = map.toPixel(s.x[i], s.y[i]);
		if (!(px > -MARGIN && py > -MARGIN && px < map.width + MARGIN &&
		    py < map.height + MARGIN))
			continue;
		byLevel[s.level?.[i] ?? 0].push(px, py);
		seen++;
	}
	if (seen > FEW && s.lines)
		return;
	const factor = seen > FEW ? 0.4 : Math.min(1.2, widthFactor(map) + 0.15);
	byLevel.forEach((points, level) => {
		const r = LEVEL_RADII[level] * factor;

		c.fillStyle = palette.levels[level];
		if (seen > FEW)
			fillSquares(c, points, Math.max(2, Math.round(r)));
		else
			fillDots(c, points, r);
	});
}

/* Of thousands nobody sees that they are round. */
function fillSquares(c, points, size)
{
	c.beginPath();
	for (let p = 0; p < points.length; p += 2)
		c.rect(Math.round(points[p] - size / 2),
			Math.round(points[p + 1] - size / 2), size, size);
	c.fill();
}

function fillDots(c, points, r)
{
	c.strokeStyle = palette.map;
	c.lineWidth = 1.5;
	c.beginPath();
	for (let p = 0; p < points.length; p += 2) {
		c.moveTo(points[p] + r, points[p + 1]);
		c.arc(points[p], points[p + 1], r, 0, 2 * Math.PI);
	}
	c.stroke();
	c.fill();
}

/* Heat: the level is the colour, how busy a cell is its strength. */
function paintCells(c, map, s)
{
	let most = 1;

	for (const n of s.weight || [])
		if (n > most)
			most = n;
	s.cells.forEach((cell, i) => {
		if (!cell)
			return;
		const [x0, y0] = map.toPixel(...project(cell[2], cell[1]));
		const [x1, y1] = map.toPixel(...project(cell[0], cell[3]));

		if (x1 < 0 || y1 < 0 || x0 > map.width || y0 > map.height)
			return;
		const n = s.weight?.[i];
		c.globalAlpha = n >= 0 ? 0.35 + 0.6 * Math.sqrt(n / most) : 0.85;
		c.fillStyle = palette.levels[s.level?.[i] ?? 0];
		c.fillRect(x0 + 0.5, y0 + 0.5, x1 - x0 - 1, y1 - y0 - 1);
	});
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

	c.font = "600 11px " + palette.font;
	c.textAlign = "center";
	c.textBaseline = "middle";
	s.ranks.forEach((i, k) => {
		const [px, py] = map.toPixel(s.x[i], s.y[i]);

		if (Number.isNaN(px) || placed.some(([x, y]) =>
			Math.hypot(x - px, y - py) < RANK_PX))
			return;
		placed.push([px, py]);
		c.fillStyle = palette.surface;
		c.strokeStyle = palette.levels[s.level?.[i] ?? 0];
		c.lineWidth = 1.5;
		c.beginPath();
		c.arc(px + 13, py - 12, 8.5, 0, 2 * Math.PI);
		c.fill();
		c.stroke();
		c.fillStyle = palette.ink;
		c.fillText(String(k + 1), px + 13, py - 11.5);
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
	c.strokeStyle = route.main ? palette.accent : palette.levels[0];
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
