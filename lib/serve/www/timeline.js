/*
 * The slider from some hours ago over now to the last horizon of the forecast.
 * Its stops are the steps of the past, now, and the horizons: nothing between
 * two horizons is made up.  Calls onchange(minutes) when the time changes.
 */
import {choice, fill, h, icon, text} from "./dom.js";
import {MINUTE_MS, ahead, day, hour} from "./format.js";

const LEAST_APART = 0.1;	/* of the slider, between two labels */
const FRAME_MS = 700;		/* of a step in play, at single speed */

export class Timeline
{
	constructor(city, onchange)
	{
		this.city = city;
		this.onchange = onchange;
		this.fixed = null;	/* ms of a chosen past; null: minutes count */
		this.minutes = 0;
		this.rate = 1;
		this.build();
		this.scale();
		this.update();
	}

	build()
	{
		this.slider = h("input", {type: "range", step: 1,
			"aria-label": "Time shown",
			oninput: () => this.choose(this.snap(+this.slider.value)),
			onkeydown: (e) => this.key(e)});
		this.marks = h("div", {class: "ticks", "aria-hidden": "true"});
		this.playButton = h("button", {type: "button", class: "round",
			onclick: () => this.play(!this.timer)}, icon("play"));
		this.liveButton = h("button", {type: "button", class: "button",
			onclick: () => this.choose(0)}, "Back to now");
		this.when = h("output", {class: "when"});
		this.day = h("span", {class: "on-day"});
		this.what = h("span", {class: "what"});
		this.element = h("section", {class: "timeline",
			"aria-label": "Time"},
			this.playButton,
			h("div", {class: "timeline-text"}, this.when, this.day,
				this.what),
			h("div", {class: "timeline-track"}, this.slider, this.marks),
			choice("Speed of play", [[1, "1\u00d7"], [2, "2\u00d7"],
				[4, "4\u00d7"]], 1, (rate) => {
				this.rate = rate;
				if (this.timer)
					this.play(true);
			}),
			this.liveButton);
		this.play(false);
	}

	/* From where to where it goes: the horizons come with the forecasts. */
	scale()
	{
		const {city} = this;

		this.first = -Math.round(city.pastMs / MINUTE_MS);
		this.last = Math.max(0, ...city.horizons);
		this.known = city.horizons.join();
		const span = this.last - this.first;
		this.slider.min = this.first;
		this.slider.max = this.last;
		this.slider.style.setProperty("--now",
			-this.first / span * 100 + "%");
		fill(this.marks, this.labels(span).map((m) => {
			const mark = h("span", m === 0 ? {class: "now"} : null,
				m > 0 && m < 60 ? "+" + m : ahead(m));
			mark.style.left = (m - this.first) / span * 100 + "%";
			return mark;
		}));
	}

	/* Whole hours, now, and the horizons that are far enough apart. */
	labels(span)
	{
		const shown = [0];

		for (const m of this.city.horizons)
			if (m - shown.at(-1) > span * LEAST_APART)
				shown.push(m);
		for (let m = -60; m >= this.first; m -= 60)
			shown.push(m);
		return shown;
	}

	/* All places where the slider can stand, in order. */
	stops()
	{
		const past = [];
		const step = Math.max(1, Math.round(this.city.stepMs / MINUTE_MS));

		for (let m = -step; m >= this.first; m -= step)
			past.unshift(m);
		return [...past, 0, ...this.city.horizons];
	}

	snap(minutes)
	{
		return this.stops().reduce((best, m) => Math.abs(m - minutes) <
			Math.abs(best - minutes) ? m : best);
	}

	key(event)
	{
		const step = {ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1,
			ArrowUp: 1, PageDown: -6, PageUp: 6, Home: -1e3,
			End: 1e3}[event.key];
		const stops = this.stops();

		if (!step)
			return;
		event.preventDefault();
		const at = stops.indexOf(this.snap(this.minutes)) + step;
		this.choose(stops[Math.max(0, Math.min(stops.length - 1, at))]);
	}

	choose(minutes)
	{
		this.minutes = minutes;
		this.fixed = minutes < 0 && this.city.time !== null ?
			this.city.time + minutes * MINUTE_MS : null;
		this.update();
		this.onchange(minutes);
	}

	/* The newest step moved on: a chosen past stays where it was. */
	tick()
	{
		if (this.city.horizons.join() !== this.known)
			this.scale();
		if (this.fixed !== null)
			this.minutes = Math.max(this.first, Math.round(
				(this.fixed - this.city.time) / MINUTE_MS));
		this.update();
	}

	update()
	{
		const {time} = this.city;
		const at = time === null ? null : time + this.minutes * MINUTE_MS;
		const what = this.minutes > 0 ? "Forecast, " + ahead(this.minutes) :
			this.minutes < 0 ? ahead(this.minutes) : "Now";

		this.slider.value = this.minutes;
		text(this.when, hour(at));
		text(this.day, at === null ? "" : day(at));
		text(this.what, at === null ? "No data yet" : what);
		this.slider.setAttribute("aria-valuetext", what + ", " + hour(at));
		this.element.dataset.future = String(this.minutes > 0);
		this.liveButton.disabled = this.minutes === 0;
	}

	play(on)
	{
		clearInterval(this.timer);
		this.timer = on ? setInterval(() => this.next(),
			FRAME_MS / this.rate) : null;
		fill(this.playButton, icon(on ? "pause" : "play"));
		this.playButton.setAttribute("aria-label", on ? "Pause" :
			"Play the last hours and the forecast");
	}

	/* From now on it starts again at the beginning. */
	next()
	{
		const stops = this.stops();
		const at = stops.indexOf(this.snap(this.minutes));

		this.choose(stops[(at + 1) % stops.length]);
	}

	destroy()
	{
		clearInterval(this.timer);
	}
}
