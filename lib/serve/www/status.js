/*
 * The word in the head of each page: whether data come, how old they are, and
 * since when there are none.  A stream that replays has a clock of its own, so
 * its age is taken from when steps arrived here.
 */
import {fill, h} from "./dom.js";
import {lasting, moment} from "./format.js";

const KEPT_INTERVALS = 8;	/* between ticks, of which the median counts */
const LATE = 3;			/* times the usual interval is late */
const LEAST_MS = 20e3;		/* nothing is late before that */
const SAME_CLOCK_MS = 86400e3;	/* data clock and ours agree that well */

export class Status
{
	constructor(host, feed, city)
	{
		this.host = host;
		this.feed = feed;
		this.city = city;
		this.arrived = null;	/* Date.now() of the last new step */
		this.intervals = [];
		this.newest = null;
		setInterval(() => this.show(), 1e3);
		feed.addEventListener("state", () => this.show());
	}

	/* After each message: was there a new step? */
	heard(message)
	{
		const now = Date.now();

		if (this.city.time === this.newest)
			return;
		if (this.newest === null) {
			const age = (message.now ?? now) - this.city.time;
			this.arrived = age > 0 && age < SAME_CLOCK_MS ? now - age : now;
		} else {
			this.intervals = [...this.intervals, now - this.arrived]
				.slice(-KEPT_INTERVALS);
			this.arrived = now;
		}
		this.newest = this.city.time;
		this.show();
	}

	patience()
	{
		const sorted = [...this.intervals].sort((a, b) => a - b);
		const usual = sorted.length ? sorted[sorted.length >> 1] :
			this.city.stepMs;

		return Math.max(LEAST_MS, LATE * usual);
	}

	/* [tone, words, more words] */
	words()
	{
		const {feed, city} = this;
		const since = city.time === null ? "" : moment(city.time);
		const age = this.arrived === null ? 0 : Date.now() - this.arrived;

		if (feed.state === "connecting")
			return ["wait", "Connecting\u2026", ""];
		if (feed.state === "offline")
			return ["bad", "Offline, reconnecting", since ?
				lasting(age) + " old: " + since : ""];
		if (city.time === null)
			return ["wait", "No data yet", ""];
		if (age > this.patience())
			return ["warn", "No data since", since];
		return ["good", feed.state === "polling" ? "Every 5 s" : "Live",
			since];
	}

	show()
	{
		const [tone, main, more] = this.words();
		const key = [tone, main, more].join();

		if (key === this.shown)
			return;
		this.shown = key;
		this.host.dataset.tone = tone;
		fill(this.host, h("i", {"aria-hidden": "true"}),
			h("b", null, main), more ? h("span", null, more) : null);
		document.title = (["good", "wait"].includes(tone) ? "" :
			main + " " + more + " \u00b7 ") + "Traffic";
	}
}
