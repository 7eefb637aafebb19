/*
 * What the page knows of the streets: the segments and their newest readings
 * and forecasts in columns (place i belongs to segment i everywhere), and the
 * steps of the last hours.  Speeds are km/h, NaN where nothing is known.
 * Events: "segments" (columns grew), "tick" (values changed).
 */
import {get} from "./api.js";
import {HOUR_MS, MINUTE_MS} from "./format.js";
import {CLASS_NAMES, LEVEL_NAMES, levelOf, levelOfClass} from "./levels.js";

const MOST_PAST_MS = 180 * 60e3;	/* what slider and charts show */
const LIVE_STEPS = 3;
const MAX_FRAMES = 600;
const READINGS = ["speed", "volume", "count", "class"];
/* Columns of a message by the names they have here, one per horizon. */
const FORECASTS = {forecast: "forecast", lower: "lower", upper: "upper",
	confidence: "confidence", forecastClass: "forecast_class"};

function column(values, length, fallback = NaN)
{
	const out = new Float32Array(length).fill(fallback);

	values?.forEach((v, i) => {
		if (v !== null && i < length)
			out[i] = v;
	});
	return out;
}

function grown(old, length)
{
	if (old.length === length)
		return old;
	const out = new Float32Array(length).fill(NaN);
	out.set(old.subarray(0, length));
	return out;
}

export class City extends EventTarget {
	constructor(info)
	{
		super();
		this.cells = info.kind === "cells";
		this.zone = info.tz || "UTC";	/* of the server's hours */
		this.stepMs = info.step_ms || 5 * MINUTE_MS;
		this.pastMs = Math.min(info.history_ms || MOST_PAST_MS,
			MOST_PAST_MS);
		this.horizons = info.horizons || [];
		this.version = 0;	/* of the list of segments */
		this.ids = [];
		this.name = [];
		this.lat = [];
		this.lon = [];
		this.cell = [];
		this.index = new Map();
		this.free = new Float32Array(0);
		this.speed = new Float32Array(0);
		this.volume = new Float32Array(0);
		this.count = new Float32Array(0);
		this.class = new Float32Array(0);
		this.at = [];
		this.forecast = [];	/* one column per horizon; so the next three */
		this.lower = [];
		this.upper = [];
		this.confidence = [];
		this.forecastClass = [];
		this.time = null;	/* newest step, ms */
		this.made = null;
		this.summary = {};
		this.alertsOpen = null;
		this.frames = new Map();	/* time: {speed, count, class} */
	}

	async loadSegments()
	{
		const s = await get("segments");
		const n = s.ids.length;

		this.version = s.version;
		this.ids = s.ids;
		this.name = s.name || [];
		this.lat = s.lat;
		this.lon = s.lon;
		this.cell = s.cell || [];
		this.free = column(s.free_flow_kmh, n);
		this.index = new Map(s.ids.map((id, i) => [id, i]));
		this.widen(n);
		this.dispatchEvent(new Event("segments"));
	}

	/* Room for n segments: readings may come before the list that has them. */
	widen(n)
	{
		n = Math.max(n, this.speed.length);
		for (const key of READINGS)
			this[key] = grown(this[key], n);
		for (const key of Object.keys(FORECASTS))
			this[key] = this[key].map((c) => grown(c, n));
	}

	/* Steps of the past that are not known yet, for the slider. */
	async loadFrames()
	{
		if (this.time === null)
			return;
		const f = await get("frames", {from: this.time - this.pastMs,
			to: this.time});
		f.times.forEach((t, k) => {
			if (!this.frames.has(t))
				this.frames.set(t, {
					speed: column(f.speed_kmh[k], this.ids.length),
					count: column(f.count?.[k], this.ids.length),
					class: column(f.class?.[k], this.ids.length),
				});
		});
		this.dispatchEvent(new Event("tick"));
	}

	/* A message of the feed; false where it says nothing of segments. */
	apply(message)
	{
		if (message.type === "snapshot")
			this.applySnapshot(message);
		else if (message.type === "tick")
			this.applyTick(message);
		else
			return false;
		this.keepFrame();
		this.dispatchEvent(new Event("tick"));
		return true;
	}

	applyCommon(m)
	{
		this.time = m.time ?? this.time;
		this.summary = m.summary || this.summary;
		this.alertsOpen = m.alerts_open ?? this.alertsOpen;
		if (m.horizons?.length)
			this.horizons = m.horizons;
	}

	applySnapshot(m)
	{
		const n = Math.max(this.ids.length, m.speed_kmh?.length || 0);

		this.applyCommon(m);
		this.speed = column(m.speed_kmh, n);
		this.volume = column(m.volume_vph, n);
		this.count = column(m.count, n);
		this.class = column(m.class, n);
		this.at = m.at || [];
		this.made = m.made?.reduce((a, b) => Math.max(a, b ?? 0), 0) || null;
		for (const [key, name] of Object.entries(FORECASTS))
			this[key] = (m[name] || []).map((c) => column(c, n));
		this.grow(m.segments);
	}

	applyTick(m)
	{
		this.applyCommon(m);
		this.widen([...m.i || [], ...m.f || []]
			.reduce((n, i) => Math.max(n, i + 1), 0));
		this.grow(m.segments);
		m.i?.forEach((i, k) => {
			this.speed[i] = m.speed_kmh?.[k] ?? NaN;
			this.volume[i] = m.volume_vph?.[k] ?? NaN;
			this.at[i] = m.at?.[k] ?? m.time;
			if (m.count)
				this.count[i] = m.count[k] ?? NaN;
			if (m.class)
				this.class[i] = m.class[k] ?? NaN;
		});
		if (!m.f?.length)
			return;
		this.made = m.made ?? this.made;
		for (const [key, name] of Object.entries(FORECASTS))
			this.applyForecast(this[key], m[name], m.f);
	}

	applyForecast(columns, values, indices)
	{
		values?.forEach((row, h) => {
			columns[h] ??= new Float32Array(this.speed.length).fill(NaN);
			indices.forEach((i, k) => {
				columns[h][i] = row[k] ?? NaN;
			});
		});
	}

	/* The list of segments is another than was read: asks until it is that. */
	async grow(version)
	{
		this.wanted = version ?? this.version;
		if (this.growing || this.wanted === this.version)
			return;
		this.growing = true;
		try {
			do {
				await this.loadSegments();
			} while (this.version < this.wanted);
		} catch {
			/* the next message asks again */
		}
		this.growing = false;
	}

	keepFrame()
	{
		if (this.time === null)
			return;
		const live = (v, i) => this.late(i) ? NaN : v;
		this.frames.set(this.time, {speed: this.speed.map(live),
			count: this.count.map(live), class: this.class.map(live)});
		for (const t of this.frames.keys())
			if (t < this.time - this.pastMs ||
			    t > this.time || this.frames.size > MAX_FRAMES)
				this.frames.delete(t);
	}

	/*
	 * What was or will be at so many minutes from the newest step: a forecast
	 * where they are a horizon (with the vehicles of now), the last frame not
	 * after it in the past.
	 */
	valuesAt(minutes)
	{
		const none = new Float32Array(this.ids.length).fill(NaN);

		if (minutes === 0 || this.time === null)
			return {speed: this.speed, count: this.count,
				volume: this.volume, class: this.class,
				time: this.time};
		if (minutes > 0) {
			const h = this.horizons.indexOf(minutes);
			return {speed: this.forecast[h] || none,
				count: this.frames.get(this.time)?.count || none,
				class: this.forecastClass[h] || none,
				time: this.time + minutes * MINUTE_MS};
		}
		const want = this.time + minutes * MINUTE_MS;
		let best = null;
		for (const t of this.frames.keys())
			if (t <= want && t > want - 3 * this.stepMs &&
			    (best === null || t > best))
				best = t;
		return best === null ?
			{speed: none, count: none, class: none, time: want} :
			{...this.frames.get(best), time: best};
	}

	/* Whether the reading is older than the server calls live. */
	late(i)
	{
		return !(this.at[i] > this.time - LIVE_STEPS * this.stepMs);
	}

	/* The level in a view; cells have a class, which says it for them. */
	levelIn(view, i)
	{
		return view.class[i] >= 0 ? levelOfClass(view.class[i]) :
			levelOf(view.speed[i], this.free[i]);
	}

	levelNow(i)
	{
		return this.late(i) ? 0 : this.levelIn(this, i);
	}

	/* Whether cells have classes in a view, and what a level is called then. */
	classed(view = this)
	{
		return this.cells && view.class.some((c) => c >= 0);
	}

	levelName(level, view)
	{
		return this.classed(view) && CLASS_NAMES[level] ||
			LEVEL_NAMES[level];
	}

	/* The level of each segment at that time, and the figures behind it. */
	view(minutes)
	{
		const now = this.valuesAt(minutes);
		const n = this.ids.length;
		const level = new Uint8Array(n);

		for (let i = 0; i < n; i++)
			level[i] = minutes === 0 ? this.levelNow(i) :
				this.levelIn(now, i);
		return {...now, level};
	}

	/* Indices of segments whose number or name has the words, n at most. */
	find(words, n)
	{
		const exact = this.index.get(words.trim());
		const w = words.trim().toLowerCase();
		const found = exact === undefined ? [] : [exact];

		for (let i = 0; w && i < this.ids.length && found.length < n; i++)
			if ((this.ids[i] + " " + (this.name[i] || "")).toLowerCase()
				.includes(w) && i !== exact)
				found.push(i);
		return found;
	}

	/* What one of them is called. */
	get noun()
	{
		return this.cells ? "Cell" : "Segment";
	}

	/* A number that changes when the streets' clock strikes. */
	get hour()
	{
		return Math.floor(this.time / HOUR_MS);
	}

	placed(i)
	{
		return typeof this.lat[i] === "number" &&
			typeof this.lon[i] === "number";
	}
}
