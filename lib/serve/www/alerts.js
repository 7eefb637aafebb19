/* Alerts, open and past: filtered, and acknowledged by those who may. */
import {get, post} from "./api.js";
import {choice, empty, fill, h} from "./dom.js";
import {hour, lasting, moment, title} from "./format.js";
import {hash} from "./hash.js";
import {filled, sentence} from "./parts.js";
import {toast} from "./toasts.js";

const MOST_ALERTS = 300;
const SEVERITIES = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];

export function alertPlace(city, alert)
{
	const i = city.index.get(alert.segment_id);
	const others = (alert.affected_segments?.length || 1) - 1;

	return (alert.road_name || (i === undefined ? alert.segment_id :
		title(city, i))) + (others > 0 ? " and " + others + " more" : "");
}

function words(name)
{
	const s = String(name || "").replaceAll("_", " ").toLowerCase();

	return s.charAt(0).toUpperCase() + s.slice(1);
}

/* What a toast says of an alert that was raised. */
export function describeAlert(city, alert)
{
	return {
		title: words(alert.alert_type) + ": " + alertPlace(city, alert),
		body: sentence(alert.message || "no message"),
		tone: "severity-" + String(alert.severity).toLowerCase(),
		href: "#live?segment=" + encodeURIComponent(alert.segment_id),
	};
}

export class AlertsPage
{
	constructor(app)
	{
		this.app = app;
		this.city = app.city;
		this.status = hash.get("status") || "open";
		this.severity = hash.get("severity") || "";
		this.words = hash.get("words") || "";
		this.alerts = [];
		this.list = h("div", {"aria-live": "polite"});
		this.element = h("div", {class: "page"},
			h("header", {class: "page-head"}, h("h1", null, "Alerts"),
				this.filters()),
			this.list);
	}

	filters()
	{
		const pick = h("select", {"aria-label": "Severity", onchange: () => {
			this.severity = pick.value;
			hash.set({severity: pick.value});
			this.draw();
		}}, h("option", {value: ""}, "Any severity"),
		SEVERITIES.map((s) => h("option", {value: s,
			selected: s === this.severity}, words(s))));
		const search = h("input", {type: "search", placeholder: "Filter",
			"aria-label": "Filter by segment or text", value: this.words,
			oninput: () => {
				this.words = search.value;
				hash.set({words: this.words});
				this.draw();
			}});

		return h("div", {class: "filters"},
			choice("Which alerts", [["open", "Open"],
				["closed", "Closed"], ["all", "All"]], this.status,
			(s) => {
				this.status = s;
				hash.set({status: s === "open" ? null : s});
				this.load();
			}), pick, search);
	}

	mount()
	{
		this.timed = this.city.time !== null;
		this.load();
	}

	unmount()
	{
		clearTimeout(this.timer);
	}

	/* An alert came: the list is asked for again, at most once a second. */
	alert()
	{
		clearTimeout(this.timer);
		this.timer = setTimeout(() => this.load(), 1e3);
	}

	/* Alerts come by themselves; but how long they last needs the time. */
	tick()
	{
		if (!this.timed)
			this.load();
		this.timed = true;
	}

	load()
	{
		filled(this.list, () => get("alerts", {status: this.status,
			n: MOST_ALERTS}), (a) => {
			this.alerts = a.alerts;
			this.draw();
		});
	}

	wanted(alert)
	{
		const all = [alert.segment_id, alertPlace(this.city, alert),
			alert.alert_type, alert.message].join(" ").toLowerCase();

		return (!this.severity || alert.severity === this.severity) &&
			all.includes(this.words.toLowerCase());
	}

	draw()
	{
		const found = this.alerts.filter((a) => this.wanted(a));

		fill(this.list, found.length ? h("ol", {class: "alerts"},
			found.map((a) => this.entry(a))) :
		this.status === "open" && !this.alerts.length ?
			empty("No open alerts", "New ones appear here, and as a " +
				"note on every page.") :
			empty("None", "No alert fits what was asked for."));
	}

	entry(a)
	{
		const open = !["RESOLVED", "CLOSED"].includes(a.status);
		const end = a.cleared_at || (open ? this.city.time : null);
		const began = a.raised_at || a.timestamp;

		return h("li", {class: open ? "open" : null},
			h("span", {class: "badge severity-" +
				String(a.severity).toLowerCase()}, words(a.severity)),
			h("div", {class: "alert-what"},
				h("a", {href: hash.link("live",
					{segment: a.segment_id})},
				alertPlace(this.city, a)),
				h("p", null, words(a.alert_type) + ". " +
					sentence(a.message || "no message"))),
			h("div", {class: "alert-when"}, moment(began),
				h("small", null, open ? "open" : "until " +
					hour(a.cleared_at),
				end > began ? ", " + lasting(end - began) : "")),
			h("div", {class: "alert-act"}, this.act(a, open)));
	}

	act(a, open)
	{
		if (a.acknowledged_at)
			return h("small", null, "Acknowledged " +
				(a.acknowledged_by ? "by " + a.acknowledged_by : ""));
		if (!open || !this.app.mayAct())
			return null;
		return h("button", {type: "button", class: "button",
			onclick: (e) => this.acknowledge(a, e.target)}, "Acknowledge");
	}

	async acknowledge(a, button)
	{
		button.disabled = true;
		try {
			await post("alerts/" + encodeURIComponent(a.alert_id) + "/ack");
			this.load();
		} catch (error) {
			button.disabled = false;
			toast("Not acknowledged", sentence(error.message),
				{tone: "bad"});
		}
	}
}
