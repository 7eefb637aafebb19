/*
 * The map: a canvas that is dragged, pinched, wheeled or moved by keys.  What
 * is on it comes from outside (show()) and is painted by mapdraw.js, once a
 * change and never more than once a frame.  Calls back: onselect(index),
 * onpoint({lat, lon}) where points are asked for, onview(view).
 */
import {h, icon} from "./dom.js";
import {Grid, project, quartiles, stretch, unproject} from "./geo.js";
import {paint} from "./mapdraw.js";
import {Streets} from "./streets.js";
import {Tiles} from "./tiles.js";

const TILE = 256;
const MIN_ZOOM = 3, MAX_ZOOM = 18;
const FIT_ZOOM = 15;		/* the nearest that fitting goes */
const CLICK_PX = 5;		/* a pointer that moved no further has clicked */
const REACH_PX = 16;		/* how near a click must be */
const FAR = 10;			/* middle halves away: astray */
const STEP_PX = 80;		/* of an arrow key */
const SETTLE_MS = 250;		/* without a move: it is over */
const GRID = 2 ** -16;		/* cells of the hit test, 600 m at the equator */

/* What of a scene lies at the bottom; the weights of cells change in place. */
const BOTTOM = ["x", "lines", "cells", "level", "weight"];

function same(a, b)
{
	return a === b && !(a instanceof Float32Array) ||
		a instanceof Uint8Array && a.length === b?.length &&
		a.every((v, i) => v === b[i]);
}

export class TrafficMap
{
	constructor(host, {tiles, label, view} = {})
	{
		this.host = host;
		this.scene = {};
		this.x = 0.5;
		this.y = 0.5;
		this.zoom = MIN_ZOOM;
		this.fitted = false;
		this.pointers = new Map();
		this.tiles = tiles ? new Tiles(tiles, () => this.anew()) : null;
		this.streets = new Streets();
		this.canvas = h("canvas", {tabindex: "0", role: "application",
			"aria-label": label + ". Arrow keys move it, plus and minus " +
			"zoom, 0 shows all, Enter chooses what is in the middle."});
		this.controls = h("div", {class: "map-controls"},
			this.button("plus", "Zoom in", () => this.zoomBy(1)),
			this.button("minus", "Zoom out", () => this.zoomBy(-1)),
			this.button("fit", "Show all", () => this.fit()));
		host.append(this.canvas, this.controls);
		if (tiles?.attribution)
			host.append(h("p", {class: "map-credit"}, tiles.attribution));
		this.listen();
		this.sizes = new ResizeObserver(() => this.resize());
		this.sizes.observe(host);
		if (view)
			this.setView(view);
	}

	destroy()
	{
		this.sizes.disconnect();
		cancelAnimationFrame(this.frame);
	}

	button(name, label, onclick)
	{
		return h("button", {type: "button", title: label,
			"aria-label": label, onclick}, icon(name));
	}

	/* "lat,lon,zoom", as getView() gives it; false where it is not that. */
	setView(view)
	{
		const [lat, lon, zoom] = view.split(",").map(Number);

		if (!(Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && zoom >= 0))
			return false;
		[this.x, this.y] = project(lat, lon);
		this.zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
		this.fitted = true;
		this.repaint();
		return true;
	}

	getView()
	{
		const [lat, lon] = unproject(this.x, this.y);

		return [lat.toFixed(4), lon.toFixed(4), this.zoom.toFixed(2)].join();
	}

	/* Pixels for the whole world. */
	get scale()
	{
		return TILE * 2 ** this.zoom;
	}

	/*
	 * What to paint; only what is given changes:
	 *	lines	Lines of the roads		cells	[s, w, n, e] of each
	 *	x, y	projected places, NaN: none	level	of each segment
	 *	dots	1: paint the place		selected, hover, ranks
	 *	routes	[{xy, main}]			pins	[{lat, lon, name}]
	 *	label	(segment) => its words
	 */
	show(scene)
	{
		if (BOTTOM.some((k) => scene[k] && !same(scene[k], this.scene[k])))
			this.streets.old = true;
		Object.assign(this.scene, scene);
		if (scene.x)
			this.grid = new Grid(scene.x, scene.y, GRID);
		if (!this.fitted && (scene.x || scene.lines))
			this.fit(true);
		this.repaint();
	}

	/*
	 * The box of the routes, else of what has a place; together: without what
	 * is FAR times further from the middle half of places than that is wide,
	 * as a sensor at 0,0 is, beside which all others would be a dot.
	 */
	bounds(together)
	{
		const box = [1, 1, 0, 0];
		const {x = [], y = [], cells, lines, routes} = this.scene;
		const [x0, x1] = quartiles(x), [y0, y1] = quartiles(y);
		const far = together && FAR * Math.max(x1 - x0, y1 - y0) ||
			Infinity;

		for (const {xy} of routes || [])
			for (let p = 0; p < xy.length; p += 2)
				stretch(box, xy[p], xy[p + 1]);
		if (routes?.length)
			return box;
		for (let i = 0; i < x.length; i++) {
			const c = cells?.[i];

			if (!(Math.max(x0 - x[i], x[i] - x1, y0 - y[i],
				y[i] - y1) <= far))
				continue;	/* or has no place */
			stretch(box, x[i], y[i]);
			if (c) {
				stretch(box, ...project(c[0], c[1]));
				stretch(box, ...project(c[2], c[3]));
			}
		}
		if (box[0] > box[2] && lines)
			lines.x.forEach((v, p) => stretch(box, v, lines.y[p]));
		return box[0] <= box[2] ? box : null;
	}

	/*
	 * Shows the routes, else all with a place; first: what of it lies
	 * together, and without a word to onview.
	 */
	fit(first)
	{
		const box = this.bounds(first);
		const pad = Math.min(64, this.width / 8, this.height / 8);

		if (!box || !this.width)
			return;
		this.x = (box[0] + box[2]) / 2;
		this.y = (box[1] + box[3]) / 2;
		this.zoom = Math.max(MIN_ZOOM, Math.min(FIT_ZOOM, Math.log2(Math.min(
			(this.width - 2 * pad) / (box[2] - box[0] || 1e-9),
			(this.height - 2 * pad) / (box[3] - box[1] || 1e-9)) / TILE)));
		this.fitted = true;
		if (first)
			this.repaint();
		else
			this.moved();
	}

	/* Brings a place into sight if it is not. */
	reveal(x, y)
	{
		const [px, py] = this.toPixel(x, y);

		if (px > 40 && py > 40 && px < this.width - 40 &&
		    py < this.height - 40)
			return;
		this.x = x;
		this.y = y;
		this.moved();
	}

	toPixel(x, y)
	{
		return [(x - this.x) * this.scale + this.width / 2,
			(y - this.y) * this.scale + this.height / 2];
	}

	toWorld(px, py)
	{
		return [(px - this.width / 2) / this.scale + this.x,
			(py - this.height / 2) / this.scale + this.y];
	}

	resize()
	{
		const dpr = Math.min(2, devicePixelRatio || 1);

		this.width = this.host.clientWidth;
		this.height = this.host.clientHeight;
		this.canvas.width = Math.round(this.width * dpr);
		this.canvas.height = Math.round(this.height * dpr);
		this.dpr = dpr;
		if (!this.fitted)
			this.fit(true);
		this.refresh();
	}

	repaint()
	{
		this.frame ??= requestAnimationFrame(() => this.paintNow());
	}

	anew()
	{
		this.streets.old = true;
		this.repaint();
	}

	/* At once: colours are others. */
	refresh()
	{
		this.anew();
		this.paintNow();
	}

	paintNow()
	{
		cancelAnimationFrame(this.frame);
		this.frame = null;
		if (!this.width || !this.height)
			return;
		paint(this);
		this.onpaint?.();
	}

	moved()
	{
		this.y = Math.min(1, Math.max(0, this.y));
		this.x = Math.min(1, Math.max(0, this.x));
		this.repaint();
		clearTimeout(this.settle);
		this.settle = setTimeout(() => {
			this.onview?.(this.getView());
			this.anew();
		}, SETTLE_MS);
	}

	/* Keeps the world point under the pixel where it is. */
	zoomBy(steps, px = this.width / 2, py = this.height / 2)
	{
		const [x, y] = this.toWorld(px, py);

		this.zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM,
			this.zoom + steps));
		this.x = x - (px - this.width / 2) / this.scale;
		this.y = y - (py - this.height / 2) / this.scale;
		this.moved();
	}

	/* The segments at a pixel, nearest first. */
	hits(px, py)
	{
		const [x, y] = this.toWorld(px, py);

		if (this.scene.cells) {
			const [lat, lon] = unproject(x, y);
			const i = this.scene.cells.findIndex((c) => c &&
				lat >= c[0] && lat < c[2] && lon >= c[1] && lon < c[3]);
			return i < 0 ? [] : [i];
		}
		return this.grid?.near(x, y, REACH_PX / this.scale) || [];
	}

	/* A click again at the same place chooses the next one there. */
	click(px, py)
	{
		if (this.onpoint) {
			const [lat, lon] = unproject(...this.toWorld(px, py));
			this.onpoint({lat, lon});
			return;
		}
		const found = this.hits(px, py);
		const k = found.indexOf(this.scene.selected);
		this.onselect?.(found.length ? found[(k + 1) % found.length] : -1);
	}

	listen()
	{
		const c = this.canvas;
		const on = (type, call) => c.addEventListener(type, call);
		const spot = (e) => {
			const box = c.getBoundingClientRect();
			return [e.clientX - box.left, e.clientY - box.top];
		};

		on("pointerdown", (e) => {
			c.setPointerCapture(e.pointerId);
			this.pointers.set(e.pointerId, spot(e));
			this.travel = this.pointers.size > 1 ? CLICK_PX + 1 : 0;
		});
		on("pointermove", (e) => this.pointerMove(e, spot(e)));
		on("pointerup", (e) => {
			this.pointers.delete(e.pointerId);
			if (this.travel <= CLICK_PX && this.pointers.size === 0)
				this.click(...spot(e));
		});
		on("pointercancel", (e) => this.pointers.delete(e.pointerId));
		on("pointerleave", () => this.hover(-1));
		on("wheel", (e) => {
			e.preventDefault();
			const unit = e.deltaMode === 1 ? 20 : 1;
			this.zoomBy(Math.max(-1, Math.min(1,
				-e.deltaY * unit / 250)), ...spot(e));
		});
		on("dblclick", (e) => this.zoomBy(1, ...spot(e)));
		on("keydown", (e) => this.key(e));
		on("focus", () => this.repaint());
		on("blur", () => this.repaint());
	}

	pointerMove(event, [px, py])
	{
		const old = this.pointers.get(event.pointerId);

		if (!old) {
			if (event.pointerType === "mouse" && !this.onpoint)
				this.hover(this.hits(px, py)[0] ?? -1);
			return;
		}
		this.travel += Math.hypot(px - old[0], py - old[1]);
		if (this.pointers.size === 1 && this.travel > CLICK_PX) {
			this.x -= (px - old[0]) / this.scale;
			this.y -= (py - old[1]) / this.scale;
			this.moved();
		} else if (this.pointers.size === 2) {
			this.pinch(event.pointerId, old, [px, py]);
		}
		this.pointers.set(event.pointerId, [px, py]);
	}

	pinch(id, from, to)
	{
		const other = [...this.pointers].find(([k]) => k !== id)[1];
		const before = Math.hypot(from[0] - other[0], from[1] - other[1]);
		const after = Math.hypot(to[0] - other[0], to[1] - other[1]);

		this.x -= (to[0] - from[0]) / 2 / this.scale;
		this.y -= (to[1] - from[1]) / 2 / this.scale;
		if (before > 10 && after > 10)
			this.zoomBy(Math.log2(after / before),
				(to[0] + other[0]) / 2, (to[1] + other[1]) / 2);
	}

	hover(i)
	{
		if (i === (this.scene.hover ?? -1))
			return;
		this.scene.hover = i;
		this.canvas.classList.toggle("on-segment", i >= 0);
		this.repaint();
	}

	key(event)
	{
		const step = STEP_PX / this.scale;
		const act = {
			ArrowLeft: () => { this.x -= step; },
			ArrowRight: () => { this.x += step; },
			ArrowUp: () => { this.y -= step; },
			ArrowDown: () => { this.y += step; },
			"+": () => this.zoomBy(0.5),
			"=": () => this.zoomBy(0.5),
			"-": () => this.zoomBy(-0.5),
			0: () => this.fit(),
			Enter: () => this.click(this.width / 2, this.height / 2),
		}[event.key];

		if (!act || event.ctrlKey || event.metaKey || event.altKey)
			return;
		event.preventDefault();
		act();
		this.moved();
	}
}
