/*
 * The page an operator leaves open: figures, the map at the time chosen, the
 * worst places, and one segment looked at closely.
 */
import {Cards} from "./cards.js";
import {Detail} from "./detail.js";
import {empty, fill, h, text} from "./dom.js";
import {number, speed, title, unitName} from "./format.js";
import {hash} from "./hash.js";
import {hotspotNote, showHotspots, worst} from "./hotspots.js";
import {TrafficMap} from "./map.js";
import {baseScene} from "./mapbase.js";
import {Legend, suggestions} from "./parts.js";
import {Timeline} from "./timeline.js";

export class LivePage
{
	constructor(app)
	{
		const {city} = app;

		this.app = app;
		this.city = city;
		this.cards = new Cards(city);
		this.detail = new Detail(city, () => this.choose(-1));
		this.timeline = new Timeline(city, () => this.timeChanged());
		this.hot = h("div");
		this.hotNote = h("p", {class: "note"});
		this.legend = new Legend(city);
		this.mapHost = h("div", {class: "map"}, this.legend.element);
		this.note = h("div", {class: "map-note", role: "status"});
		this.mapHost.append(this.note);
		this.element = h("div", {class: "live"}, this.cards.element,
			h("div", {class: "stage"}, this.mapHost, this.timeline.element),
			h("aside", {class: "side", "aria-label": "Places"},
				this.search(), this.detail.element,
				h("section", {class: "hot"},
					h("header", null, h("h2", null, "Hotspots"),
						this.hotNote), this.hot),
				this.unplaced = h("details", {class: "unplaced"})));
	}

	mount()
	{
		const at = Number(hash.get("at"));

		this.map = new TrafficMap(this.mapHost, {
			label: "Map of traffic", tiles: this.app.info.tiles,
			view: hash.get("map")});
		this.map.onselect = (i) => this.choose(i);
		this.map.onview = (view) => hash.set({map: view});
		this.map.onpaint = () => this.app.painted();
		if (at)
			this.timeline.choose(this.timeline.snap(at));
		this.segments();
		this.frames();
	}

	/* The past is asked for once, when the first step says where it ends. */
	frames()
	{
		if (this.asked || this.city.time === null)
			return;
		this.asked = true;
		this.city.loadFrames().catch(() => {
			this.asked = false;
		});
	}

	unmount()
	{
		this.map.destroy();
		this.detail.destroy();
		this.timeline.destroy();
	}

	search()
	{
		const {city} = this;
		const label = "Find a " + city.noun.toLowerCase();
		const field = h("input", {type: "search", id: "find",
			placeholder: label, "aria-label": label + " by name or number",
			oninput: () => {
				if (!city.index.has(field.value))
					return;
				this.choose(city.index.get(field.value), true);
				field.value = "";
			}});

		return h("form", {class: "search", role: "search", onsubmit: (e) => {
			e.preventDefault();
			const [i] = city.find(field.value, 1);
			if (i !== undefined)
				this.choose(i, true);
		}}, field, suggestions(city, field));
	}

	/* The columns are new or have grown. */
	async segments()
	{
		const scene = await baseScene(this.city);
		const id = hash.get("segment");

		this.map.show(scene);
		this.showUnplaced();
		this.update();
		if (id && this.city.index.has(id) && !this.detail.open)
			this.choose(this.city.index.get(id));
	}

	showUnplaced()
	{
		const {city} = this;
		const lost = city.ids.map((id, i) => i)
			.filter((i) => !city.placed(i));

		this.unplaced.hidden = lost.length === 0;
		fill(this.unplaced, h("summary", null, number(lost.length) +
			" " + city.noun.toLowerCase() +
			(lost.length === 1 ? " is" : "s are") +
			" not on the map: no coordinates"),
		h("ul", null, lost.slice(0, 200).map((i) => h("li", null,
			h("button", {type: "button", class: "link",
				onclick: () => this.choose(i)}, title(city, i))))));
	}

	timeChanged()
	{
		const m = this.timeline.minutes;

		hash.set({at: m === 0 ? null : m});
		this.update();
	}

	tick()
	{
		this.frames();
		this.timeline.tick();
		this.detail.update();
		this.update();
	}

	update()
	{
		const {city} = this;
		const m = this.timeline.minutes;
		const view = city.view(m);
		const list = worst(city, view);

		this.cards.update();
		this.legend.show(view);
		this.map?.show({level: view.level, ranks: list,
			weight: city.cells ? view.count : null,
			label: (i) => title(city, i) + " \u00b7 " + speed(view.speed[i]) +
				" " + unitName()});
		showHotspots(this.hot, city, view, m, list,
			(i) => this.choose(i, true));
		text(this.hotNote, list.length ? hotspotNote(m) : "");
		this.explain(view);
	}

	/* Says on the map why there is nothing on it. */
	explain(view)
	{
		const {city} = this;
		const none = city.ids.length === 0;
		const blank = !none && view.speed.every(Number.isNaN) &&
			!city.cells;

		const lost = !none && !city.ids.some((id, i) => city.placed(i));

		fill(this.note, none ? empty("Waiting for the first readings",
			"They appear here as soon as the server has some.") :
		lost ? empty("No places", "These segments came without " +
			"coordinates.", "tp-serve --sensors FILE adds them.") :
		blank && city.time !== null ? h("p", null,
			this.timeline.minutes > 0 ? "No forecast for this time" :
				"No readings kept of this time") : null);
	}

	choose(i, reveal = false)
	{
		const {city} = this;

		this.map.show({selected: i});
		this.detail.show(i);
		hash.set({segment: i < 0 ? null : city.ids[i]});
		if (reveal && i >= 0 && city.placed(i))
			this.map.reveal(this.map.scene.x[i], this.map.scene.y[i]);
		if (i >= 0 && innerWidth <= 760)
			this.detail.element.scrollIntoView({block: "start"});
	}

	key(event)
	{
		if (event.key === "Escape" && this.detail.open) {
			this.choose(-1);
			return true;
		}
		return false;
	}
}
