/*
 * From a forecast that is written into tp-serve's pipe to its picture in a
 * browser, and how long the map takes to paint.
 *	node bench.mjs BIN RECORDS [STEPS]
 * One machine, one clock; the page marks when a step was painted.
 */
import {createRequire} from "node:module";
import {resolve} from "node:path";
import {Served, steps} from "./served.mjs";

const require = createRequire(import.meta.url);
const {chromium} = require(resolve("build/npm/playwright-core"));
const [bin, records, count = "60"] = process.argv.slice(2);
const PAUSE_MS = 400;
const MANY = 10000;
const REPAINTS = 40;

function quantile(values, q)
{
	const sorted = [...values].sort((a, b) => a - b);

	return sorted[Math.min(sorted.length - 1,
		Math.floor(sorted.length * q))];
}

function say(what, values)
{
	console.log(`${what}: median ${quantile(values, 0.5).toFixed(0)} ms, ` +
		`p95 ${quantile(values, 0.95).toFixed(0)} ms, n ${values.length}`);
}

/* The time of each paint by the step it shows, while the page is fed. */
async function latency(page, served, list)
{
	const delays = [];

	for (const step of list) {
		const painted = page.evaluate((time) => new Promise((done) => {
			const look = () => {
				const mark = performance.getEntriesByName(
					"tp-painted").find((m) => m.detail === time);
				if (mark)
					done(performance.timeOrigin + mark.startTime);
				else
					setTimeout(look, 5);
			};
			look();
		}), step.time);
		await new Promise((done) => setTimeout(done, PAUSE_MS));
		const written = performance.timeOrigin + performance.now();
		served.feed(step);
		delays.push(await painted - written);
	}
	return delays;
}

/* A grid of streets of made speeds: as many segments as a large city has. */
function manyEvents(time)
{
	const side = Math.sqrt(MANY);

	return Array.from({length: MANY}, (_, i) => JSON.stringify({
		segment_id: "s" + i, timestamp: time,
		speed_kmh: Math.abs(60 + 55 * Math.sin(i * 0.013)),
		latitude: 34 + Math.floor(i / side) * 0.004,
		longitude: -118.5 + i % side * 0.005}));
}

/*
 * Repaints after these keys in turn, each between two callbacks of its frame
 * and read back to its end.
 */
async function repaints(page, keys)
{
	return page.evaluate(async ([n, keys]) => {
		const canvas = document.querySelector(".map canvas");
		const taken = [];

		for (let k = 0; k < n; k++) {
			let start;
			requestAnimationFrame(() => {
				start = performance.now();
			});
			canvas.dispatchEvent(new KeyboardEvent("keydown",
				{key: keys[k % keys.length]}));
			await new Promise((done) => requestAnimationFrame(() => {
				canvas.getContext("2d").getImageData(0, 0, 1, 1);
				taken.push(performance.now() - start);
				done();
			}));
			await new Promise((done) => setTimeout(done, 50));
		}
		return taken;
	}, [REPAINTS, keys]);
}

const browser = await chromium.launch({executablePath: "/usr/bin/chromium",
	args: ["--no-sandbox"]});
const page = await browser.newPage({viewport: {width: 1440, height: 900}});
const all = steps(records);
const first = all.splice(0, all.length - Number(count));
const served = new Served(bin, []);
await served.start();
first.forEach((step) => served.feed(step));
await page.goto(served.url);
await page.locator(".hotspots").waitFor();
say("a forecast written to painted", await latency(page, served, all));
await served.stop();

const large = new Served(bin, []);
await large.start();
large.feed({lines: manyEvents(Date.now())});
await page.goto("about:blank");
await page.goto(large.url);
await page.getByText("of 10,000").waitFor();
await page.waitForTimeout(2000);
say("10,000 segments painted anew", await repaints(page, ["+", "-"]));
say("10,000 segments moved", await repaints(page,
	["ArrowLeft", "ArrowRight"]));
await large.stop();
await browser.close();
