/*
 * How good the forecasts were: errors that the server measured when forecasts
 * came due, always beside persistence (the last reading kept on).
 */
import {get} from "./api.js";
import {chart} from "./charts.js";
import {choice, empty, fill, h} from "./dom.js";
import {HOUR_MS, dayOnly, known, moment, number, shown, speed, title,
	unitName} from "./format.js";
import {hash} from "./hash.js";
import {bar, filled, panel, rows} from "./parts.js";

const MOST_ERRING = 12;

function gain(row)
{
	return known(row.mae_kmh) && row.persistence_mae_kmh > 0 ?
		1 - row.mae_kmh / row.persistence_mae_kmh : null;
}

/* "12 % less than persistence", or more. */
function gainWords(row)
{
	const g = gain(row);

	return g === null ? "\u2013" : number(Math.abs(g) * 100) + "\u202f% " +
		(g >= 0 ? "less" : "more");
}

export class ModelPage
{
	constructor(app)
	{
		this.city = app.city;
		this.minutes = Number(hash.get("horizon")) || null;
		this.host = h("div");
		this.removes = [];
		this.element = h("div", {class: "page"}, this.host);
	}

	mount()
	{
		this.hour = this.city.hour;
		filled(this.host, () => get("model"), (a, host) => this.draw(a, host));
	}

	unmount()
	{
		this.removes.splice(0).forEach((remove) => remove());
	}

	/* Figures of hours and days: they are read anew by the hour. */
	tick()
	{
		if (this.hour !== this.city.hour)
			this.mount();
	}

	draw(a, host)
	{
		const found = (a.horizons || []).filter((r) => r.n > 0);

		host.append(h("header", {class: "page-head"},
			h("div", null, h("h1", null, "Model"), h("p", {class: "note"},
				(a.model_version || "No model is named") + (a.since ?
					", measured since " + moment(a.since) +
					". Persistence is the last reading, kept on." :
					"")))));
		if (!found.length) {
			host.append(empty("Nothing measured yet",
				"Errors appear as soon as forecasts come due and " +
				"meet a reading."));
			return;
		}
		if (!found.some((r) => r.minutes === this.minutes))
			this.minutes = found[0].minutes;
		host.append(h("div", {class: "grid three"},
			found.map((r) => this.summary(r))));
		host.append(h("div", {class: "page-head"},
			h("h2", null, "In detail"), choice("Horizon",
				found.map((r) => [r.minutes, r.minutes + " min"]),
				this.minutes, (m) => {
					this.minutes = m;
					hash.set({horizon: m});
					this.drawDetail(a);
				})));
		this.detail = h("div", {class: "grid two"});
		host.append(this.detail);
		this.drawDetail(a);
	}

	summary(r)
	{
		const most = Math.max(r.mae_kmh, r.persistence_mae_kmh || 0);
		const line = (name, kmh, main) => h("div", {class: "versus"},
			h("dt", null, name),
			h("dd", null, bar(kmh / most, main ? "a" : "b"),
				h("b", null, speed(kmh, 2))));
		const fact = (name, value) => h("div", null, h("dt", null, name),
			h("dd", null, value));

		return panel(r.minutes + " minutes", number(r.n) + " forecasts, " +
			unitName(),
			h("dl", {class: "versus-list"},
				line("Mean error", r.mae_kmh, true),
				known(r.persistence_mae_kmh) ?
					line("Persistence", r.persistence_mae_kmh) : null),
			h("p", {class: "verdict " + (gain(r) >= 0 ? "good" : "bad")},
				gainWords(r) + " error than persistence"),
			h("dl", {class: "facts"},
				fact("RMSE", speed(r.rmse_kmh, 2)),
				fact("Bias", (r.bias_kmh > 0 ? "+" : "") +
					speed(r.bias_kmh, 2)),
				fact("In the interval", known(r.coverage_percent) ?
					number(r.coverage_percent, 1) + "\u202f%" :
					"\u2013"),
				fact("Interval width", speed(r.mean_width_kmh, 1))));
	}

	drawDetail(a)
	{
		const of = (list) => (list || []).filter((r) =>
			r.minutes === this.minutes && r.n > 0);
		const byHour = h("div"), bySegment = h("div"), drift = h("div");

		this.unmount();
		fill(this.detail, h("div", {class: "grid"},
			panel("By hour of the day", unitName() + ", " +
				this.city.zone, byHour),
			panel("Drift", "mean error of each day, " + unitName(),
				drift)),
			panel("Where it errs most", "mean error, " + unitName(),
				bySegment));
		this.pair(byHour, of(a.by_hour), (r) => r.hour * HOUR_MS,
			"Mean error by hour", (ms) => String(Math.round(ms / HOUR_MS)
				% 24).padStart(2, "0") + ":00");
		this.pair(drift, of(a.drift), (r) => r.day, "Mean error by day",
			dayOnly);
		this.worst(bySegment, of(a.by_segment));
	}

	/* The model's error beside persistence's. */
	pair(host, list, x, label, xText)
	{
		if (list.length < 2) {
			host.append(empty("Not measured yet"));
			return;
		}
		const time = list.map(x);
		this.removes.push(chart(host, [
			{name: "Persistence", time, colour: "--chart-2", dash: [6, 4],
				values: list.map((r) => shown(r.persistence_mae_kmh)),
				points: time.length < 15},
			{name: "Model", time, colour: "--accent", width: 2.5,
				values: list.map((r) => shown(r.mae_kmh)),
				points: time.length < 15},
		], {label, x: label.split(" ").at(-1), xText, height: 220,
			zone: xText === dayOnly ? null : "UTC",
			digits: 2}));
	}

	worst(host, list)
	{
		const top = [...list].sort((p, q) => q.mae_kmh - p.mae_kmh)
			.slice(0, MOST_ERRING);

		if (!top.length) {
			host.append(empty("Not measured yet"));
			return;
		}
		host.append(rows("Segments with the largest error",
			[[this.city.noun, ""], ["", "wide"], ["Error", "num"],
				["Persistence", "num"], ["Gain", "num"]],
			top.map((r) => [
				h("a", {href: hash.link("live",
					{segment: this.city.ids[r.index]})},
				title(this.city, r.index) ?? "?"),
				bar(r.mae_kmh / top[0].mae_kmh, "a"),
				speed(r.mae_kmh, 2), speed(r.persistence_mae_kmh, 2),
				known(gain(r)) ? number(gain(r) * 100) + "\u202f%" :
					"\u2013"])));
	}
}
