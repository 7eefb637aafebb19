/* The row of figures over the map: how streets and forecasts are now. */
import {h} from "./dom.js";
import {known, number, percent, speed, unitName} from "./format.js";
import {figure, figures} from "./parts.js";

export class Cards
{
	constructor(city)
	{
		const noun = city.cells ? "Cells" : "Segments";

		this.city = city;
		this.live = figure(noun);
		this.mean = figure("Mean speed");
		this.congested = figure("Congested");
		this.worse = figure("Worsening");
		this.alerts = figure("Open alerts");
		this.error = h("div", {class: "figure figure-error"});
		this.element = figures("The streets now", this.live, this.mean,
			this.congested, this.worse, this.alerts, this.error);
		this.update();
	}

	update()
	{
		const {summary: s, ids, alertsOpen, made} = this.city;
		const total = ids.length;
		const share = (n) => known(n) && total ? percent(n / total) +
			" of all" : "";

		this.live.set(number(s.live), total ? "of " + number(total) : "",
			known(s.late) ? s.late ? number(s.late) + " late" :
				"all in time" : "", s.late ? "warn" : "");
		this.mean.set(speed(s.mean_speed_kmh), unitName(), "");
		this.congested.set(number(s.congested), "", share(s.congested));
		this.worse.set(made ? number(s.worse_30) : "\u2013", "",
			made ? "in 30 min" : "no forecasts");
		this.alerts.set(number(alertsOpen), "",
			alertsOpen === 0 ? "all quiet" : "", alertsOpen ? "bad" : "");
		this.updateError(s.mae_kmh);
	}

	/* The measured mean error of past forecasts, by horizon. */
	updateError(mae)
	{
		const found = Object.entries(mae || {});

		this.error.replaceChildren(
			h("dt", null, "Forecast error, measured"),
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
