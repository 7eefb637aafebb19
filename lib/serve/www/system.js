/* The server itself: its inputs, their rates and ages, and who listens. */
import {get} from "./api.js";
import {h, text} from "./dom.js";
import {bytes, known, lasting, moment, number} from "./format.js";
import {figure, figures, filled, panel, rows} from "./parts.js";

const AGAIN_MS = 5e3;
const REPLAY_MS = 300 * 86400e3;

/* How far the newest record is behind the clock; a replay is years. */
function behind(lag)
{
	if (!known(lag))
		return "\u2013";
	return lag > REPLAY_MS ? "a replay" : lasting(lag);
}

export class SystemPage
{
	constructor(app)
	{
		this.app = app;
		this.uptime = figure("Running for");
		this.memory = figure("Memory");
		this.cpu = figure("Processor");
		this.clients = figure("Listening");
		this.requests = figure("Requests");
		this.dropped = figure("Messages dropped");
		this.streams = h("div");
		this.store = h("div");
		this.link = h("p", {class: "note"});
		this.element = h("div", {class: "page"},
			h("header", {class: "page-head"}, h("div", null,
				h("h1", null, "System"), this.link)),
			figures("The server", this.uptime, this.cpu, this.memory,
				this.clients, this.requests, this.dropped),
			panel("Streams", "what the server reads", this.streams),
			panel("Store", null, this.store),
			h("p", {class: "note"}, "For a monitor: ",
				h("a", {href: "metrics"}, "metrics"), ", ",
				h("a", {href: "healthz"}, "healthz"), ", ",
				h("a", {href: "readyz"}, "readyz"), "; the interface: ",
				h("a", {href: "api/v1/openapi.json"}, "OpenAPI"), "."));
	}

	mount()
	{
		this.load();
		this.timer = setInterval(() => this.load(), AGAIN_MS);
	}

	unmount()
	{
		clearInterval(this.timer);
	}

	tick()
	{
		/* asked for by the clock, so that it goes on without data */
	}

	load()
	{
		const {info, feed} = this.app;

		text(this.link, [info.name, info.version].join(" ") + (feed.via ?
			" \u00b7 this page listens by " + feed.via : ""));
		filled(this.streams, () => get("system"), (a, host) => {
			this.last = this.draw(a, host);
		});
	}

	draw(a, host)
	{
		const busy = this.last && a.uptime_ms > this.last.uptime_ms ?
			(a.cpu_seconds - this.last.cpu_seconds) * 1e5 /
			(a.uptime_ms - this.last.uptime_ms) :
			a.cpu_seconds * 1e5 / (a.uptime_ms || 1);
		const {sse = 0, ws = 0, connections} = a.clients || {};

		this.uptime.set(lasting(a.uptime_ms));
		this.memory.set(...bytes(a.rss_bytes).split(" "));
		this.cpu.set(number(busy, 1), "% of a core",
			number(a.cpu_seconds, 1) + " s in all");
		this.clients.set(number(sse + ws), sse + ws === 1 ? "page" : "pages",
			number(connections) + " connections");
		this.requests.set(number(a.requests));
		this.dropped.set(number(a.dropped), "", a.dropped ?
			"slow clients" : "", a.dropped ? "warn" : "");
		host.append(a.streams?.length ? rows("Streams", [["Stream", ""],
			["Kind", ""], ["Records", "num"], ["A second", "num extra"],
			["Refused", "num"], ["Behind", "num"],
			["Last", "num extra"]],
		a.streams.map((s) => [s.name === "-" ? "standard input" : s.name,
			s.kind || "\u2013", number(s.records), number(s.rate, 1),
			number(s.rejected), behind(s.lag),
			s.last_at ? moment(s.last_at) : "never"])) :
			h("p", {class: "quiet"}, "Nothing has been read yet."));
		this.store.replaceChildren(a.store ? rows("Store", [["Path", ""],
			["Rows", "num"], ["Size", "num"]], [[a.store.path,
			number(a.store.rows), bytes(a.store.bytes)]]) :
			h("p", {class: "quiet"}, "None: what the page shows is " +
				"kept in memory and ends with the server."));
		return a;
	}
}
