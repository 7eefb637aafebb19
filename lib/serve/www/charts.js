/*
 * Charts over time by uPlot, where the server has it; a table of the same
 * numbers where not.  uPlot is a plain script, so it is loaded by an element.
 */
import {h} from "./dom.js";
import {hour, known, number, timeZone} from "./format.js";

const MAX_ROWS = 60;		/* of a table in the place of a chart */
const FEW_POINTS = 4;		/* of a line that needs its points seen */
const HOURS = [1, 2, 3, 6, 12, 24, 48, 168, 336, 672];
const AXIS = "12px Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

let library;
const plots = new Set();

/* Once, before the first chart; without uPlot there will be tables. */
export async function loadCharts(wanted)
{
	if (!wanted)
		return;
	await new Promise((done) => {
		document.head.append(h("script", {src: "page/uplot.js",
			onload: done, onerror: done}));
	});
	library = globalThis.uPlot;
}

function colour(name)
{
	return getComputedStyle(document.documentElement)
		.getPropertyValue(name).trim();
}

/* In the colours that are now. */
export function redrawCharts()
{
	plots.forEach((plot) => plot.redraw());
}

/*
 * Puts series that have times of their own on one: undefined where a series
 * has no point (drawn through), null where its value is not known (a gap).
 */
export function joined(series)
{
	const times = [...new Set(series.flatMap((s) => s.time))]
		.sort((a, b) => a - b);
	const place = new Map(times.map((t, i) => [t, i]));

	return {time: times, values: series.map((s) => {
		const row = new Array(times.length);
		s.time.forEach((t, k) => {
			row[place.get(t)] = s.values[k];
		});
		return row;
	})};
}

function table(data, series, spec)
{
	const step = Math.max(1, Math.ceil(data.time.length / MAX_ROWS));
	const rows = data.time.map((t, i) => i).filter((i) => i % step === 0);
	const columns = series.map((s, k) => k).reverse();

	return h("div", {class: "scroll", tabindex: "0", role: "region",
		"aria-label": spec.label},
		h("table", {class: "numbers"},
			h("caption", {class: "sr"}, spec.label),
			h("thead", null, h("tr", null,
				h("th", {scope: "col"}, spec.x || "Time"),
				columns.map((k) => h("th", {scope: "col"},
					series[k].name)))),
			h("tbody", null, rows.map((i) => h("tr", null,
				h("th", {scope: "row"},
					(spec.xText || hour)(data.time[i])),
				columns.map((k) => h("td", null, number(
					data.values[k][i], spec.digits ?? 1))))))));
}

/* Shades what is yet to come and marks where it begins. */
function shadeFrom(from)
{
	return (u) => {
		const x = Math.max(u.bbox.left, u.valToPos(from / 1000, "x", true));
		const right = u.bbox.left + u.bbox.width;

		if (x >= right)
			return;
		u.ctx.save();
		u.ctx.fillStyle = colour("--sunken");
		u.ctx.fillRect(x, u.bbox.top, right - x, u.bbox.height);
		u.ctx.restore();
	};
}

function markTimes(times)
{
	return (u) => {
		const y = u.bbox.top + u.bbox.height;

		u.ctx.save();
		u.ctx.fillStyle = colour("--warn");
		for (const t of times) {
			const x = u.valToPos(t / 1000, "x", true);
			u.ctx.beginPath();
			u.ctx.moveTo(x, y - 9 * devicePixelRatio);
			u.ctx.lineTo(x - 5 * devicePixelRatio, y);
			u.ctx.lineTo(x + 5 * devicePixelRatio, y);
			u.ctx.fill();
		}
		u.ctx.restore();
	};
}

function axes(spec)
{
	const common = {
		stroke: () => colour("--ink-3"), font: AXIS,
		grid: {stroke: () => colour("--line"), width: 1},
		ticks: {show: false},
	};
	const x = {...common, grid: {show: false}, space: 60, size: 28};

	if (spec.xText) {
		/* whole hours and days, each named once */
		x.incrs = HOURS.map((n) => n * 3600);
		x.values = (u, splits) => splits.map((v) => spec.xText(v * 1000))
			.map((name, k, all) => name === all[k - 1] ? "" : name);
	}
	return [x, {...common, size: 42, space: 32,
		values: (u, splits) => splits.map((v) => number(v,
			splits.some((s) => s % 1) ? 1 : 0))}];
}

function line(series)
{
	const stroke = () => series.colour ? colour(series.colour) :
		"transparent";

	return {
		stroke,
		width: series.colour ? series.width || 2 : 0,
		dash: series.dash,
		points: {show: series.points || series.values.filter(known).length <
			FEW_POINTS, size: 6, fill: stroke},
	};
}

function options(series, spec, host)
{
	const hooks = {drawClear: [], draw: []};

	if (spec.future)
		hooks.drawClear.push(shadeFrom(spec.future));
	if (spec.marks?.length)
		hooks.draw.push(markTimes(spec.marks));
	return {
		width: Math.max(200, host.clientWidth), height: spec.height || 220,
		tzDate: (s) => library.tzDate(new Date(s * 1000),
			spec.zone || timeZone()),
		fmtDate: () => (d) => d.getHours() || d.getMinutes() ?
			String(d.getHours()).padStart(2, "0") + ":" +
			String(d.getMinutes()).padStart(2, "0") :
			d.toLocaleString("en-GB", {day: "numeric",
				month: "short"}),
		cursor: {y: false, points: {size: 7}}, legend: {show: false},
		scales: {y: {range: (u, low, high) => high === null ? [0, 1] :
			[spec.zero === false ? low - (high - low || 1) * 0.1 : 0,
				high * 1.08 || 1]}},
		axes: axes(spec), hooks,
		series: [{}, ...series.map(line)],
		bands: (spec.bands || []).map(([high, low]) => ({
			series: [high + 1, low + 1],
			fill: () => colour("--accent") + "2e"})),
	};
}

/*
 * The key under a chart, with the values under the pointer; the two bounds of
 * a band are one entry.  Returns [element, function of the place or null].
 */
function legend(data, series, spec)
{
	const digits = spec.digits ?? 1;
	const when = h("b");
	const entries = series.map((s, k) => {
		const band = spec.bands?.find(([high]) => high === k);
		const mark = h("i", band ? {class: "band"} : null);
		const value = h("b");

		if (!band && !s.colour)
			return null;
		if (s.colour)
			mark.style.borderColor = "var(" + s.colour + ")";
		return {value, item: h("li", null, mark, band ? "Interval" : s.name,
			value), at: (i) => band ? number(data.values[band[1]][i],
			digits) + "\u2013" + number(data.values[k][i], digits) :
			number(data.values[k][i], digits)};
	}).filter(Boolean);

	return [h("ul", {class: "key"}, entries.map((e) => e.item),
		h("li", null, when)), (i) => {
		for (const e of entries)
			e.value.textContent = known(i) ? e.at(i) : "";
		when.textContent = known(i) ?
			(spec.xText || hour)(data.time[i]) : "";
	}];
}

/*
 * Adds a chart to the host: series of {name, time, values, colour, width, dash,
 * points}; spec has label and may have height, digits, bands ([high, low] of
 * series), future (ms, shaded from there), marks (ms), zero (false: the axis
 * need not begin at 0), zone (of the times), x and xText (what the x axis
 * says).  Returns a function that removes it.
 */
export function chart(host, series, spec)
{
	const data = joined(series);

	if (!library) {
		const element = table(data, series, spec);
		host.append(element);
		return () => element.remove();
	}
	const box = h("div", {class: "chart", role: "img",
		"aria-label": spec.label});
	const [key, read] = legend(data, series, spec);
	const setup = options(series, spec, host);
	setup.hooks.setCursor = [(u) => read(u.cursor.idx)];
	host.append(box, key);
	const plot = new library(setup,
		[data.time.map((t) => t / 1000), ...data.values], box);
	plots.add(plot);
	const watch = new ResizeObserver(() => {
		if (box.clientWidth > 0)
			plot.setSize({width: box.clientWidth,
				height: spec.height || 220});
	});
	watch.observe(box);
	return () => {
		watch.disconnect();
		plots.delete(plot);
		plot.destroy();
		box.remove();
		key.remove();
	};
}
