/*
 * One segment: its reading, its forecasts with their intervals, and a chart of
 * the last hours, the fan of the forecast, a typical day and last week.
 */
import {get} from "./api.js";
import {chart} from "./charts.js";
import {fill, h, icon} from "./dom.js";
import {ahead, hour, known, moment, perHour, percent, shown, speed, title,
	unitName, vehicles} from "./format.js";
import {levelMark, sentence} from "./parts.js";

const ASK_AGAIN_MS = 5e3;		/* at least between two questions */
const FLAGS = 4;

export class Detail
{
	constructor(city, onclose)
	{
		this.city = city;
		this.head = h("div", {class: "detail-head"});
		this.body = h("div", {class: "detail-body"});
		this.plot = h("div", {class: "detail-plot"});
		this.element = h("section", {class: "detail",
			"aria-label": "Segment", hidden: true},
			h("button", {type: "button", class: "round plain",
				"aria-label": "Close", onclick: onclose},
			icon("close")),
			this.head, this.plot, this.body);
		this.index = -1;
	}

	get open()
	{
		return this.index >= 0;
	}

	show(i)
	{
		this.index = i;
		this.element.hidden = i < 0;
		this.asked = 0;
		this.remove?.();
		this.remove = null;
		fill(this.plot);
		if (i >= 0)
			this.update();
	}

	destroy()
	{
		this.index = -1;
		clearTimeout(this.timer);
		this.remove?.();
	}

	update()
	{
		if (!this.open)
			return;
		this.fillHead();
		this.fillForecasts();
		const wait = this.asked + ASK_AGAIN_MS - Date.now();
		clearTimeout(this.timer);
		if (wait <= 0)
			this.load();
		else
			this.timer = setTimeout(() => this.load(), wait);
	}

	fillHead()
	{
		const {city, index: i} = this;
		const level = city.levelNow(i);

		fill(this.head,
			h("p", {class: "over"}, city.noun),
			h("h2", null, title(city, i)),
			city.name[i] ? h("p", {class: "note"}, city.ids[i]) : null,
			h("p", {class: "reading"},
				h("b", null, speed(city.speed[i])), " " + unitName(),
				levelMark(level, city.levelName(level))),
			h("p", {class: "note"}, this.facts()));
	}

	facts()
	{
		const {city, index: i} = this;

		return [
			city.at[i] ? "read " + moment(city.at[i]) : "no reading",
			known(city.volume[i]) ? perHour(city.volume[i]) : null,
			known(city.count[i]) ? vehicles(city.count[i]) : null,
			known(city.free[i]) ? "free flow " + speed(city.free[i]) : null,
			city.placed(i) ? null : "not on the map: no coordinates",
		].filter(Boolean).join(" \u00b7 ");
	}

	fillForecasts()
	{
		const {city, index: i} = this;
		const lines = city.horizons.map((m, k) => ({m, k,
			v: city.forecast[k]?.[i]})).filter(({v}) => known(v));

		fill(this.body, lines.length ? h("table", {class: "list"},
			h("caption", {class: "sr"}, "Forecasts"),
			h("thead", null, h("tr", null,
				["Forecast", unitName(), "Interval", "Level is right"]
					.map((t, c) => h("th", {scope: "col",
						class: c ? "num" : null}, t)))),
			h("tbody", null, lines.map(({m, k, v}) => h("tr", null,
				h("th", {scope: "row"}, ahead(m)),
				h("td", {class: "num"}, h("b", null, speed(v))),
				h("td", {class: "num"}, this.interval(k)),
				h("td", {class: "num"},
					percent(city.confidence[k]?.[i])))))) :
		h("p", {class: "quiet"}, "No forecast for this segment."));
	}

	interval(k)
	{
		const low = this.city.lower[k]?.[this.index];
		const high = this.city.upper[k]?.[this.index];

		return known(low) && known(high) ?
			speed(low) + "\u2013" + speed(high) : "\u2013";
	}

	async load()
	{
		const {city, index: i} = this;

		if (i < 0 || city.time === null)
			return;
		this.asked = Date.now();
		try {
			const answer = await get("segments/" +
				encodeURIComponent(city.ids[i]) + "/history",
			{from: city.time - city.pastMs});
			if (i === this.index)
				this.draw(answer);
		} catch (error) {
			if (i === this.index && !this.remove)
				fill(this.plot, h("p", {class: "quiet"},
					"No history: " + sentence(error.message)));
		}
	}

	draw(a)
	{
		const now = a.fan?.made ?? a.time.at(-1);
		const keep = (s) => s?.time?.length ? {time: s.time,
			values: s.speed_kmh.map(shown)} : {time: [], values: []};
		const fan = this.fanOf(a);
		const series = [
			{name: "Last week", ...keep(a.last_week),
				colour: "--line-strong", width: 1.5},
			{name: "Typical", ...keep(a.typical),
				colour: "--chart-3", width: 1.5, dash: [5, 4]},
			{name: "High", time: fan.time, values: fan.upper},
			{name: "Low", time: fan.time, values: fan.lower},
			{name: "Forecast", time: fan.time, values: fan.p50,
				colour: "--accent", width: 2.5},
			{name: "Read", time: a.time,
				values: a.speed_kmh.map(shown), colour: "--ink"},
		].filter((s) => s.time.length);
		const high = series.findIndex((s) => s.name === "High");
		const old = this.remove;
		/* a cell without vehicles lacks nothing */
		const flags = !this.city.cells && a.flags || [];

		fill(this.plot);
		this.remove = null;
		old?.();
		this.remove = chart(this.plot, series, {
			label: "Speed of the last hours and forecast of " +
				title(this.city, this.index) + ", " + unitName(),
			height: 210, digits: 0, future: now,
			bands: high < 0 ? [] : [[high, high + 1]],
			marks: flags.map((f) => f.time)});
		if (flags.length)
			this.plot.append(h("p", {class: "note flags"}, "Quality: ",
				flags.slice(-FLAGS).map((f) => f.flag +
					" at " + hour(f.time)).join(", ")));
	}

	/* The fan begins at the reading that it was made from. */
	fanOf(a)
	{
		const fan = a.fan;

		if (!fan?.time?.length)
			return {time: [], p50: [], lower: [], upper: []};
		const at = a.time.indexOf(fan.made);
		const first = at >= 0 && known(a.speed_kmh[at]) ?
			[shown(a.speed_kmh[at])] : [];
		return {
			time: [...first.length ? [fan.made] : [], ...fan.time],
			p50: [...first, ...fan.p50.map(shown)],
			lower: [...first, ...fan.lower.map(shown)],
			upper: [...first, ...fan.upper.map(shown)],
		};
	}
}
