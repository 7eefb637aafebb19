/*
 * What lies at the bottom of the map: tiles, roads by level in batches of one
 * colour, places, cells.  It is painted anew where it changed; where the map
 * only moved, the picture moves along and what that uncovers is painted.
 */
import {h} from "./dom.js";
import {project} from "./geo.js";
import {LEVEL_DASHES, LEVEL_RADII, LEVEL_WIDTHS} from "./levels.js";

const BATCH = 400;		/* lines in one path: longer ones stroke slowly */
const FINE = 2;
const THIN = 2;			/* among many, levels to there get hairlines */
const MARGIN = 8;
const GAP = 0.75;		/* half of what parts two directions */
const FEW = 2500;		/* places in sight above which dots are small */

export let palette = null;

/* Canvas takes no custom properties: they are read when the theme changes. */
export function readPalette()
{
	const style = getComputedStyle(document.documentElement);
	const value = (name) => style.getPropertyValue(name).trim();

	palette = {
		map: value("--map"), road: value("--map-road"),
		ink: value("--map-ink"), surface: value("--surface"),
		accent: value("--accent"), other: value("--chart-2"),
		font: value("--font"),
		levels: [0, 1, 2, 3, 4, 5].map((l) => value("--l" + l)),
	};
	return palette;
}

/* The lines in an area of the map, by the level of their segment. */
function linesByLevel(map, {lines, level}, [left, top, right, bottom])
{
	const [x0, y0] = map.toWorld(left - MARGIN, top - MARGIN);
	const [x1, y1] = map.toWorld(right + MARGIN, bottom + MARGIN);
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

/*
 * Puts a line into the path, so many pixels to the right of where it leads; a
 * point within a pixel or two of the last goes.
 */
function traceLine(c, {x, y, start}, k, scale, dx, dy, aside)
{
	const first = start[k], last = start[k + 1] - 1;
	let px, py;

	for (let p = first; p <= last; p++) {
		const from = Math.max(p - 1, first), to = Math.min(p + 1, last);
		const ex = x[to] - x[from], ey = y[to] - y[from];
		const r = aside && aside / (Math.hypot(ex, ey) || 1);
		const qx = x[p] * scale + dx - ey * r;
		const qy = y[p] * scale + dy + ex * r;
		if (p === first)
			c.moveTo(qx, qy);
		else if (p === last || Math.abs(qx - px) >= FINE ||
		    Math.abs(qy - py) >= FINE)
			c.lineTo(qx, qy);
		else
			continue;
		px = qx;
		py = qy;
	}
}

/* In batches; two halves of one level are one stroke from end to end. */
function strokeLines(c, map, lines, wanted, aside)
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
			traceLine(c, lines, k, scale, dx, dy, aside);
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

function paintLines(c, map, s, found, many)
{
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
		/* the two directions of a street side by side */
		strokeLines(c, map, s.lines, wanted,
			many || !level || s.lines.halves ? 0 :
				c.lineWidth / 2 + GAP);
	});
	c.setLineDash([]);
}

/* Pixels x, y, x, y, ... of the places in an area, by level. */
function dotsByLevel(map, {x, y, dots, level}, [left, top, right, bottom])
{
	const {scale} = map;
	const dx = map.width / 2 - map.x * scale;
	const dy = map.height / 2 - map.y * scale;
	const found = [[], [], [], [], [], []];

	for (let i = 0; i < x.length; i++) {
		const px = x[i] * scale + dx, py = y[i] * scale + dy;
		if (dots[i] && px > left - MARGIN && py > top - MARGIN &&
		    px < right + MARGIN && py < bottom + MARGIN)
			found[level?.[i] ?? 0].push(px, py);
	}
	return found;
}

function paintDots(c, map, found, many)
{
	const factor = many ? 0.4 : Math.min(1.2, widthFactor(map) + 0.15);

	found.forEach((points, level) => {
		const r = LEVEL_RADII[level] * factor;

		c.fillStyle = palette.levels[level];
		if (many)
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
	let most = 0;

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
		const n = s.weight?.[i] || 0;
		const level = s.level?.[i] ?? 0;
		c.globalAlpha = !level ? 0.3 : most ?
			0.35 + 0.6 * Math.sqrt(n / most) : 0.85;
		c.fillStyle = palette.levels[level];
		c.fillRect(x0 + 0.5, y0 + 0.5, x1 - x0 - 1, y1 - y0 - 1);
	});
	c.globalAlpha = 1;
}

function sum(lists)
{
	return lists.reduce((n, l) => n + l.length, 0);
}

export class Streets {
	constructor()
	{
		this.canvas = h("canvas");
		this.old = true;		/* what was painted is not right */
	}

	/* Paints an area; what there is many of is said by the whole map. */
	paintArea(c, map, area, whole)
	{
		const {scene: s} = map;
		const [left, top, right, bottom] = area;

		c.save();
		c.beginPath();
		c.rect(left, top, right - left, bottom - top);
		c.clip();
		c.fillStyle = palette.map;
		c.fillRect(left, top, right - left, bottom - top);
		map.tiles?.paint(c, map);
		if (s.lines) {
			const found = linesByLevel(map, s, area);
			if (whole)
				this.manyLines = sum(found) > FEW;
			paintLines(c, map, s, found, this.manyLines);
		}
		if (s.cells) {
			paintCells(c, map, s);
		} else if (s.dots && s.x) {
			const found = dotsByLevel(map, s, area);
			if (whole)
				this.manyDots = sum(found) > 2 * FEW;
			if (!this.manyDots || !s.lines)
				paintDots(c, map, found, this.manyDots);
		}
		c.restore();
	}

	/* Moves what there is by whole pixels; false where nothing would stay. */
	move(c, map, scale)
	{
		const dx = Math.round((this.x - map.x) * scale);
		const dy = Math.round((this.y - map.y) * scale);
		const {width: w, height: h} = map;
		const {canvas, dpr} = map;
		const kx = dx / dpr, ky = dy / dpr;

		if (this.old || this.zoom !== map.zoom ||
		    Math.abs(dx) > canvas.width / 2 ||
		    Math.abs(dy) > canvas.height / 2)
			return false;
		if (!dx && !dy)
			return true;
		c.drawImage(this.canvas, 0, 0, w, h, kx, ky, w, h);
		this.x -= dx / scale;
		this.y -= dy / scale;
		const view = Object.assign(Object.create(map),
			{x: this.x, y: this.y});
		if (dx)
			this.paintArea(c, view, dx > 0 ? [0, 0, kx, h] :
				[w + kx, 0, w, h]);
		if (dy)
			this.paintArea(c, view, dy > 0 ? [0, 0, w, ky] :
				[0, h + ky, w, h]);
		return true;
	}

	paint(to, map)
	{
		const c = this.canvas.getContext("2d", {alpha: false});
		const {dpr, width, height} = map;

		if (!palette)
			readPalette();
		if (!this.move(c, map, map.scale * dpr)) {
			for (const side of ["width", "height"])
				if (this.canvas[side] !== map.canvas[side])
					this.canvas[side] = map.canvas[side];
			c.setTransform(dpr, 0, 0, dpr, 0, 0);
			Object.assign(this, {x: map.x, y: map.y, zoom: map.zoom,
				old: false});
			this.paintArea(c, map, [0, 0, width, height], true);
		}
		to.drawImage(this.canvas, 0, 0, width, height);
	}
}
