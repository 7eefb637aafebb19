/*
 * The live stream: a WebSocket, else server-sent events, else a question every
 * five seconds.  It comes back by itself after any failure.  Events:
 *	"message"	detail: {type: "snapshot" | "tick" | "alert" | ..., ...}
 *	"state"		detail: "connecting" | "live" | "polling" | "offline"
 */
import {address, get} from "./api.js";

const POLL_MS = 5e3;
const POLLS = 6;		/* before a stream is tried again */
const OPEN_MS = 6e3;		/* for a stream to begin */
const QUIET_MS = 45e3;		/* without a word: is the server there? */
const WAIT_MS = [500, 1e3, 2e3, 4e3, 8e3, 15e3];
const EVENTS = ["snapshot", "tick", "alert", "route", "score", "lost"];

export class Feed extends EventTarget {
	constructor()
	{
		super();
		this.state = "connecting";
		this.via = "";
		this.heard = 0;		/* Date.now() of the last message */
		this.failures = 0;
		this.running = false;
		addEventListener("online", () => this.hurry());
	}

	/* Begins, or begins anew after stop(). */
	start()
	{
		if (this.running)
			return;
		this.running = true;
		this.run();
	}

	stop()
	{
		this.running = false;
		this.close?.();
		this.wake?.();
	}

	hurry()
	{
		this.wake?.();
	}

	turn(state)
	{
		if (state === this.state)
			return;
		this.state = state;
		this.dispatchEvent(new CustomEvent("state", {detail: state}));
	}

	hear(message)
	{
		this.heard = Date.now();
		this.failures = 0;
		this.dispatchEvent(new CustomEvent("message", {detail: message}));
	}

	sleep(ms)
	{
		return new Promise((done) => {
			const timer = setTimeout(done, ms);
			this.wake = () => {
				clearTimeout(timer);
				done();
			};
		});
	}

	/* Streams one after the other, for ever; each gives way when it ends. */
	async run()
	{
		while (this.running) {
			const streamed = await this.socket() || await this.events();

			if (!this.running)
				return;
			if (!streamed && await this.poll())
				continue;
			if (!this.running)
				return;
			this.turn("offline");
			await this.sleep(WAIT_MS[Math.min(this.failures++,
				WAIT_MS.length - 1)] * (0.75 + Math.random() / 2));
		}
	}

	/* Watches one stream until it ends; true if it ever spoke. */
	stream(via, open)
	{
		return new Promise((done) => {
			let spoke = false;
			let timer;
			const end = () => {
				clearTimeout(timer);
				this.close = null;
				shut();
				done(spoke);
			};
			const watch = () => {
				clearTimeout(timer);
				timer = setTimeout(() => this.check(end, watch),
					QUIET_MS);
			};
			const shut = open((message) => {
				spoke = true;
				this.via = via;
				this.hear(message);
				this.turn("live");
				watch();
			}, end);

			this.close = end;
			timer = setTimeout(end, OPEN_MS);
		});
	}

	/* A stream may be quiet because its input is: then the server answers. */
	check(end, watch)
	{
		get("info").then(watch, end);
	}

	socket()
	{
		return this.stream("WebSocket", (hear, end) => {
			const url = address("ws");

			url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
			const ws = new WebSocket(url);
			ws.onmessage = (event) => hear(JSON.parse(event.data));
			ws.onclose = end;
			return () => {
				ws.onmessage = ws.onclose = null;
				ws.close();
			};
		});
	}

	events()
	{
		return this.stream("server-sent events", (hear, end) => {
			const source = new EventSource(address("stream"));

			for (const type of EVENTS)
				source.addEventListener(type, (event) =>
					hear({...JSON.parse(event.data), type}));
			source.onerror = end;
			return () => source.close();
		});
	}

	/* Asks for a while; true if it was answered to the end. */
	async poll()
	{
		for (let i = 0; i < POLLS && this.running; i++) {
			try {
				const message = await get("live");

				this.via = "polling";
				this.hear({...message, type: "snapshot"});
				this.turn("polling");
			} catch {
				return false;
			}
			await this.sleep(POLL_MS);
		}
		return true;
	}
}
