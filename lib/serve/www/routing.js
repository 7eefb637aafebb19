/*
 * The way from one point to another: two clicks on the map, a time of departure
 * within the forecast, up to three routes with the range of their arrival.
 */
import {post} from "./api.js";
import {choice, empty, fill, h, icon} from "./dom.js";
import {MINUTE_MS, distance, hour, number, percent, speed, title,
	unitName} from "./format.js";
import {kilometres, project} from "./geo.js";
import {hash} from "./hash.js";
import {levelOf} from "./levels.js";
import {TrafficMap} from "./map.js";
import {baseScene} from "./mapbase.js";
import {Legend, bar, sentence, suggestions} from "./parts.js";

const ALTERNATIVES = 2;
const NAMES = 5;		/* of roads on a route's card */

export class RoutePage
{
	constructor(app)
	{
		this.app = app;
		this.city = app.city;
		this.points = {from: null, to: null};
		this.leave = Number(hash.get("leave"));	/* minutes from now */
		this.routes = [];
		this.chosen = 0;
		this.results = h("div", {class: "routes", "aria-live": "polite"});
		this.legend = new Legend(this.city);
		this.mapHost = h("div", {class: "map"}, this.legend.element);
		this.element = h("div", {class: "route"},
			h("div", {class: "stage"}, this.mapHost),
			h("aside", {class: "side", "aria-label": "Routes"},
				h("h1", null, "Find a route"), this.form(),
				this.results));
	}

	mount()
	{
		this.map = new TrafficMap(this.mapHost, {
			label: "Map to choose where from and where to",
			tiles: this.app.info.tiles, view: hash.get("map")});
		this.map.onpoint = (point) => this.place(point);
		this.map.onview = (view) => hash.set({map: view});
		baseScene(this.city).then((scene) => {
			this.map.show(scene);
			this.tick();
		});
		for (const end of ["from", "to"]) {
			const point = this.parse(hash.get(end) || "");
			if (point)
				this.setPoint(end, point);
		}
		if (this.ready())
			this.find();
		else
			this.hint();
	}

	unmount()
	{
		this.map.destroy();
	}

	form()
	{
		const field = (end, label) => {
			this[end] = h("input", {id: "end-" + end, autocomplete: "off",
				placeholder: "Click the map, or type",
				onchange: () => this.typed(end)});
			return [h("label", {for: "end-" + end}, label), this[end],
				suggestions(this.city, this[end])];
		};
		const times = [0, ...this.city.horizons.filter((m) => m <= 60)];

		return h("form", {class: "ends", onsubmit: (e) => {
			e.preventDefault();
			this.find();
		}},
		h("div", {class: "end"}, field("from", "From")),
		h("div", {class: "end"}, field("to", "To")),
		h("button", {type: "button", class: "round plain swap",
			"aria-label": "Swap from and to",
			onclick: () => this.swap()}, icon("swap")),
		h("span", {class: "label"}, "Leave"),
		choice("Leave", times.map((m) => [m, m ? "+" + m + " min" :
			"now"]), this.leave, (m) => {
			this.leave = m;
			hash.set({leave: m || null});
			if (this.ready())
				this.find();
		}),
		h("div", {class: "actions"},
			h("button", {type: "submit", class: "button main"}, "Find"),
			h("button", {type: "button", class: "button",
				onclick: () => this.clear()}, "Clear")));
	}

	hint()
	{
		fill(this.results, empty("Two clicks on the map",
			"The first says where from, the second where to. Names " +
			"and \u201clatitude, longitude\u201d can be typed as well."));
	}

	/* "lat, lon", or a part of the number or name of a segment. */
	parse(words)
	{
		const {city} = this;
		const m = words.match(/^\s*(-?[\d.]+)\s*,\s*(-?[\d.]+)\s*$/);
		const i = city.find(words, Infinity).find((k) => city.placed(k));

		if (m)
			return {lat: Number(m[1]), lon: Number(m[2])};
		return i === undefined ? null :
			{lat: city.lat[i], lon: city.lon[i], name: title(city, i)};
	}

	typed(end)
	{
		const point = this.parse(this[end].value);

		this[end].setCustomValidity(point || !this[end].value ? "" :
			"No such place");
		this[end].reportValidity();
		if (point) {
			this.setPoint(end, point);
			if (this.ready())
				this.find();
		}
	}

	/* A click sets the end that is missing, else begins anew. */
	place(point)
	{
		if (this.ready())
			this.clear();
		this.setPoint(this.points.from ? "to" : "from", point);
		if (this.ready())
			this.find();
	}

	setPoint(end, point)
	{
		const words = point && point.lat.toFixed(5) + ", " +
			point.lon.toFixed(5);

		this.points[end] = point;
		this[end].value = point ? point.name || words : "";
		hash.set({[end]: point ? words.replace(" ", "") : null});
		this.draw();
	}

	ready()
	{
		return Boolean(this.points.from && this.points.to);
	}

	swap()
	{
		const {from, to} = this.points;

		this.setPoint("from", to);
		this.setPoint("to", from);
		if (this.ready())
			this.find();
	}

	clear()
	{
		this.routes = [];
		this.setPoint("from", null);
		this.setPoint("to", null);
		this.hint();
	}

	async find()
	{
		const {from, to} = this.points;
		const asked = this.asked = Symbol("question");

		if (!this.ready() || (this.leave && this.city.time === null))
			return;
		fill(this.results, h("p", {class: "waiting"}, "Looking\u2026"));
		try {
			const answer = await post("route", {
				from: {lat: from.lat, lon: from.lon},
				to: {lat: to.lat, lon: to.lon},
				depart: this.leave ? this.city.time +
					this.leave * MINUTE_MS : "now",
				alternatives: ALTERNATIVES});
			if (asked !== this.asked)
				return;
			this.routes = answer.routes;
			this.choose(0);
			this.map.fit(true);
		} catch (error) {
			if (asked !== this.asked)
				return;
			this.routes = [];
			this.draw();
			fill(this.results, empty("No route",
				sentence(error.message)));
		}
	}

	choose(k)
	{
		this.chosen = k;
		fill(this.results, h("ol", null, this.routes.map((r, i) =>
			this.card(r, i))));
		this.draw();
	}

	card(r, k)
	{
		const start = this.city.time + this.leave * MINUTE_MS;
		const at = (minutes) => hour(start + minutes * MINUTE_MS);
		const {eta_lower_minutes: low, eta_upper_minutes: high} = r;
		const digits = high - low < 2 ? 1 : 0;
		const ends = [number(low, digits), number(high, digits)];
		const range = ends[0] === ends[1] ? "" :
			ends.join("\u2013") + " min";

		return h("li", null, h("button", {type: "button",
			class: "route-card", "aria-pressed": String(k === this.chosen),
			onclick: () => this.choose(k)},
			h("span", {class: "route-eta"},
				h("b", null, number(r.eta_minutes)), " min",
				h("small", null, range)),
			h("span", {class: "route-facts"},
				k === 0 ? "Quickest" : "Alternative " + k,
				h("small", null, distance(r.distance_km) +
					(this.timed ? " \u00b7 there " +
						at(r.eta_minutes) : ""))),
			this.strip(r),
			h("small", null, "slowest ", speed(Math.min(...r.speeds_kmh ||
				[])), " ", unitName()),
			h("span", {class: "route-share"}, bar(r.live_share ?? 0),
				percent(r.live_share) + " of the way has live data"),
			h("small", {class: "route-roads"}, this.roads(r))));
	}

	/*
	 * The speeds along the way, each as wide as its leg is long; the height
	 * says how fast, the colour which level.
	 */
	strip(r)
	{
		const speeds = r.speeds_kmh || [];
		const fast = Math.max(...speeds), slow = Math.min(...speeds);
		const legs = speeds.map((v, i) => {
			const w = r.waypoints;
			const leg = h("i", {class: "l" +
				levelOf(v, r.free_flow_kmh[i])});
			leg.style.flexGrow = w[i + 1] ?
				kilometres(w[i], w[i + 1]) : 0;
			leg.style.height = v / fast * 100 + "%";
			return leg;
		});

		return h("span", {class: "strip", role: "img", "aria-label":
			"From " + speed(slow) + " to " + speed(fast) + " " +
			unitName()}, legs);
	}

	roads(r)
	{
		const names = r.waypoints.map((w) => w.road_name)
			.filter((n, i, all) => n && n !== all[i - 1]);

		return names.slice(0, NAMES).join(" \u2192 ") +
			(names.length > NAMES ? " \u2192 \u2026" : "");
	}

	draw()
	{
		const flat = (r) => Float64Array.from(r.waypoints.flatMap((w) =>
			project(w.lat, w.lon)));
		const order = this.routes.map((r, k) => ({xy: flat(r),
			main: k === this.chosen})).sort((a, b) => a.main - b.main);
		const {from, to} = this.points;

		this.map?.show({routes: order, pins: [
			from && {...from, name: "A"}, to && {...to, name: "B"},
		].filter(Boolean)});
	}

	/* When one leaves and is there can be said once the time is known. */
	tick()
	{
		if (!this.timed && this.city.time !== null) {
			this.timed = true;
			if (this.routes.length)
				this.choose(this.chosen);
			else
				this.find();
		}
		const view = this.city.view(this.leave);
		this.legend.show(view);
		this.map.show({level: view.level});
	}
}
