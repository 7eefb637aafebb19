/*
 * A real tp-serve for the tests of its page: started, fed with records step by
 * step as a live pipe would, stopped and started again.
 */
import {spawn} from "node:child_process";
import {once} from "node:events";
import {readFileSync} from "node:fs";
import {join} from "node:path";

const UP_MS = 10e3;

/* The lines of a file by their time; alerts come last in a step. */
function lines(dir, file)
{
	return readFileSync(join(dir, file), "utf8").trim().split("\n")
		.map((line) => ({line, time: JSON.parse(line).timestamp}));
}

/* Steps in order: [{time, lines}], events before forecasts before alerts. */
export function steps(dir)
{
	const byTime = new Map();

	for (const file of ["events", "forecasts", "alerts"])
		for (const {line, time} of lines(dir, file)) {
			if (!byTime.has(time))
				byTime.set(time, []);
			byTime.get(time).push(line);
		}
	return [...byTime].sort(([a], [b]) => a - b)
		.map(([time, text]) => ({time, lines: text}));
}

export class Served
{
	constructor(bin, options)
	{
		this.bin = bin;
		this.options = options;
		this.port = 0;
	}

	get url()
	{
		return `http://127.0.0.1:${this.port}/`;
	}

	/* The port is the same after a restart. */
	async start()
	{
		let said = "";

		this.child = spawn(join(this.bin, "tp-serve"),
			["-l", "127.0.0.1:" + this.port, ...this.options],
			{stdio: ["pipe", "inherit", "pipe"]});
		this.child.stdin.on("error", () => {});
		this.child.stderr.on("data", (data) => {
			said += data;
		});
		for (const end = Date.now() + UP_MS; Date.now() < end;) {
			const m = said.match(/serving at http:\/\/127[^:]*:(\d+)/);
			if (m) {
				this.port = Number(m[1]);
				return;
			}
			await new Promise((done) => setTimeout(done, 20));
		}
		throw new Error("tp-serve did not start: " + said);
	}

	feed(step)
	{
		this.child.stdin.write(step.lines.join("\n") + "\n");
	}

	async stop()
	{
		const gone = once(this.child, "exit");

		this.child.stdin.destroy();
		this.child.kill("SIGTERM");
		await gone;
	}
}
