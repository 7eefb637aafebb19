/*
 * What the weeks look like: a mean day, hours by weekday, the segments that
 * are congested most, and the trend of the days.
 */
import {get} from "./api.js";
import {chart} from "./charts.js";
import {choice, empty, h, text} from "./dom.js";
import {HOUR_MS, MINUTE_MS, dayOnly, known, lasting, number, percent, shown,
	speed, unitName} from "./format.js";
import {hash} from "./hash.js";
import {bar, filled, panel, rows} from "./parts.js";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MOST_CONGESTED = 12;
const COOL = 42, HOT = 62;	/* percent: between them no text is readable */

function oClock(hour)
{
	return String(hour).padStart(2, "0") + ":00";
}

export class AnalyticsPage
{
	constructor(app)
	{
		this.city = app.city;
		this.days = Number(hash.get("days")) || 7;
		this.hourly = h("div");
		this.week = h("div");
		this.congested = h("div");
		this.trend = h("div");
		this.removes = new Map();
		this.element = h("div", {class: "page"},
			h("header", {class: "page-head"}, h("h1", null, "Analytics"),
				choice("Days of the mean day", [[7, "7 days"],
					[30, "30 days"], [90, "90 days"]], this.days,
				(d) => {
					this.days = d;
					hash.set({days: d === 7 ? null : d});
					this.loadHourly();
				})),
			h("div", {class: "grid two"},
				panel("A mean day", unitName() + " by hour, " +
					this.city.zone, this.hourly),
				panel("Day by day", "mean speed", this.trend),
				panel("Hours of the week", "mean speed, " +
					this.city.zone, this.week),
				panel("Congested most", "last 24 hours",
					this.congested)));
	}

	mount()
	{
		this.hour = this.city.hour;
		this.loadHourly();
		filled(this.week, () => get("analytics/week"),
			(a, host) => this.drawWeek(a, host));
		filled(this.congested, () => get("analytics/congested",
			{n: MOST_CONGESTED, hours: 24}),
		(a, host) => this.drawCongested(a, host));
		filled(this.trend, () => get("analytics/trend", {days: 30}),
			(a, host) => this.drawTrend(a, host));
	}

	unmount()
	{
		this.removes.forEach((remove) => remove());
	}

	/* A chart in the place of the last one of that name. */
	chart(name, ...of)
	{
		this.removes.get(name)?.();
		this.removes.set(name, chart(...of));
	}

	/* Figures of hours and days: they are read anew by the hour. */
	tick()
	{
		if (this.hour !== this.city.hour)
			this.mount();
	}

	loadHourly()
	{
		filled(this.hourly, () => get("analytics/hourly",
			{days: this.days}), (a, host) => this.drawHourly(a, host));
	}

	drawHourly(a, host)
	{
		const time = a.hours.map((hour) => hour * HOUR_MS);
		const line = (name, values, look) => ({name, time,
			values: (values || []).map(shown), ...look});
		const series = [
			line("Weekend", a.weekend, {colour: "--chart-3", dash: [6, 4]}),
			line("Weekdays", a.weekday, {colour: "--accent", width: 2.5}),
			line("All days", a.speed_kmh, {colour: "--chart-2",
				width: 1.5}),
		].filter((s) => s.values.some(known));

		if (!series.length) {
			nothing(host);
			return;
		}
		this.chart("hourly", host, series, {height: 330,
			label: "Mean speed by hour of the day", x: "Hour", zone: "UTC",
			xText: (ms) => oClock(Math.round(ms / HOUR_MS) % 24)});
	}

	drawTrend(a, host)
	{
		if (!(a.days?.length > 1)) {
			host.append(empty("Not two days yet", "A trend needs them."));
			return;
		}
		this.chart("trend", host, [{name: "Speed", time: a.days,
			values: a.speed_kmh.map(shown), colour: "--accent",
			points: a.days.length < 40}],
		{height: 150, label: "Mean speed of each day", zero: false,
			x: "Day", xText: dayOnly});
		host.append(h("h3", {class: "sub"}, "Share of readings congested"));
		this.chart("share", host, [{name: "Congested, %", time: a.days,
			values: a.congested_share.map((s) => known(s) ? s * 100 : null),
			colour: "--l4", points: a.days.length < 40}],
		{height: 120, label: "Share of readings congested, by day",
			x: "Day", xText: dayOnly});
	}

	drawWeek(a, host)
	{
		const all = a.speed_kmh.flat().filter(known);
		const low = Math.min(...all), high = Math.max(...all);
		const out = h("p", {class: "heat-out", role: "status"});
		const say = (d, hour) => DAYS[d] + " " + oClock(hour) + ": " +
			(known(a.speed_kmh[d][hour]) ? speed(a.speed_kmh[d][hour]) +
			" " + unitName() + ", " + number(a.n[d][hour]) + " readings" :
				"no readings");

		if (!all.length) {
			nothing(host);
			return;
		}
		text(out, "Point at an hour to read it.");
		host.append(h("div", {class: "scroll"},
			h("table", {class: "heat", onpointerover: (e) => {
				const cell = e.target.closest("td");
				if (cell)
					text(out, say(cell.parentNode.rowIndex - 1,
						cell.cellIndex - 1));
			}},
			h("caption", {class: "sr"}, "Mean speed by weekday and hour"),
			h("thead", null, h("tr", null, h("td"), a.speed_kmh[0].map(
				(v, hour) => h("th", {scope: "col"}, h("span",
					{class: hour % 3 ? "sr" : null},
					String(hour).padStart(2, "0")))))),
			h("tbody", null, a.speed_kmh.map((line, d) => h("tr", null,
				h("th", {scope: "row"}, DAYS[d]),
				line.map((v) => heatCell(v, low, high))))))),
		h("div", {class: "heat-foot"}, out, h("span", {class: "heat-key"},
			speed(low), h("i"), speed(high) + " " + unitName())));
	}

	drawCongested(a, host)
	{
		const found = (a.segments || []).filter((s) =>
			s.share_congested > 0);

		if (!a.segments?.length) {
			nothing(host);
			return;
		}
		if (!found.length) {
			host.append(empty("No congestion", "No segment was " +
				"congested in the last 24 hours."));
			return;
		}
		host.append(rows("Segments congested most", [[this.city.noun, ""],
			["Share of the time", "wide"], ["", "num"],
			["Mean, " + unitName(), "num"],
			["In all", "num extra"]], found.map((s) => [
			h("a", {href: hash.link("live", {segment: s.segment_id})},
				s.name || s.segment_id),
			bar(s.share_congested, 4), percent(s.share_congested),
			speed(s.mean_kmh), lasting(s.minutes * MINUTE_MS)])));
	}
}

/* Slow is dark: the eye finds the jams. */
function heatCell(value, low, high)
{
	const cell = h("td", null, known(value) ?
		h("span", null, speed(value)) : null);

	if (known(value)) {
		const heat = (high - value) / (high - low || 1) * 2;
		const mix = heat < 1 ? heat * COOL :
			HOT + (heat - 1) * (100 - HOT);
		cell.style.background = "color-mix(in oklab, var(--hot) " +
			mix.toFixed() + "%, var(--cool))";
		cell.className = heat < 1 ? "cool-cell" : "hot-cell";
	}
	return cell;
}

function nothing(host)
{
	host.append(empty("Nothing kept yet",
		"This fills as readings come in, or from a store."));
}
