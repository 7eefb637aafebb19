/* The row of figures over the map: how streets and forecasts are now. */
import {h} from "./dom.js";
import {known, number, percent, speed, unitName} from "./format.js";
import {figure, figures} from "./parts.js";

const SOON = 30;		/* minutes: worsening is by the horizon next to it */

export class Cards
{
	constructor(city)
	{
		this.city = city;
		this.live = figure(city.noun + "s");
		this.mean = figure("Mean speed");
		this.congested = figure("Congested");
		this.worse = figure("Worsening");
		this.alerts = figure(h("a", {href: "#alerts"}, "Open alerts"));
		this.error = h("div", {class: "figure figure-error"});
		this.element = figures("The streets now", this.live, this.mean,
			this.congested, this.worse, this.alerts, this.error);
		this.update();
	}

	update()
	{
		const {city} = this;
		const {summary: s, ids, alertsOpen, made, horizons} = city;
		const total = ids.length;
		const soon = horizons.reduce((best, m) => Math.abs(m - SOON) <
			Math.abs(best - SOON) ? m : best, Infinity);
		const share = (n) => known(n) && total ? percent(n / total) +
			" of all" : "";

		this.live.set(number(s.live), total ? "of " + number(total) : "",
			s.late ? number(s.late) + (city.cells ? " empty" : " late") :
				s.live ? "all in time" : "",
			s.late && !city.cells ? "warn" : "");
		this.mean.set(speed(s.mean_speed_kmh), unitName(), "");
		this.congested.set(number(s.congested), "", share(s.congested));
		this.worse.set(made ? number(s.worse_30) : "\u2013", "",
			made ? "in " + soon + " min" : "no forecasts");
		this.alerts.set(number(alertsOpen), "",
			alertsOpen === 0 ? "all quiet" : "", alertsOpen ? "bad" : "");
		this.updateError(s.mae_kmh);
	}

	/* The measured mean error of past forecasts, by horizon. */
	updateError(mae)
	{
		const found = Object.entries(mae || {});

		this.error.replaceChildren(
			h("dt", null, "Measured error, " + unitName()),
			...found.length ? found.map(([minutes, kmh]) =>
				h("dd", {class: "by-horizon"},
					h("span", {class: "figure-value"}, speed(kmh, 1)),
					h("span", {class: "figure-note"},
						"at " + minutes + " min"))) :
			[h("dd", null, h("span", {class: "figure-value"}, "\u2013"),
				h("span", {class: "figure-note"},
					"once forecasts come due"))]);
	}
}
