/*
 * What headless Chromium shows of the real tp-serve and its road graph.
 *	node browser.mjs BIN RECORDS SHOTS
 * RECORDS has events, forecasts, alerts and la.graph; pictures go to SHOTS.
 */
import {join} from "node:path";
import {SOON, axe, check, go, launch, open, pixel, quiet,
	test} from "./see.mjs";
import {Served, steps} from "./served.mjs";

const [bin, records, shots] = process.argv.slice(2);
const PAGES = ["live", "route", "analytics", "alerts", "model", "system"];
const PLACE = "34.05987,-118.21492";	/* of segment 716943 */
/* --ink of theme.css, in which charts draw what was read. */
const INK = {light: [0x15, 0x20, 0x1d], dark: [0xe9, 0xef, 0xec]};
const STALE = {timeout: 40e3};

/* A server without a graph has no page of routes. */
async function pagesOf(page)
{
	return page.$$eval("#nav a", (links) => links.map((a) =>
		a.hash.slice(1).split("?")[0]));
}

async function wholeWidth(page, name)
{
	const over = await page.evaluate(() =>
		document.documentElement.scrollWidth - innerWidth);

	check(over <= 0, `${name}: ${over} pixels too wide`);
}

async function looks(browser, served)
{
	for (const [size, theme] of [["wide", "light"], ["wide", "dark"],
		["tablet", "light"], ["phone", "light"], ["phone", "dark"]]) {
		const page = await open(browser, size, theme);
		await go(page, served.url, "live");
		for (const name of await pagesOf(page))
			await test(`${name}, ${size}, ${theme}`, async () => {
				await go(page, served.url, name);
				await page.waitForTimeout(300);
				await page.screenshot({path: join(shots,
					`${name}-${size}-${theme}.png`)});
				await wholeWidth(page, name);
				if (size !== "tablet")
					await axe(page, name);
				quiet(page);
				page.complaints = [];
			});
		await page.context().close();
	}
}

async function one(browser, served, feed)
{
	const page = await open(browser, "wide");
	const text = (selector) => page.locator(selector).first().innerText();

	await test("a step that is written is painted", async () => {
		await go(page, served.url, "live");
		const before = await text(".when");
		feed();
		await page.waitForFunction((old) => document.querySelector(".when")
			.textContent !== old, before, SOON);
		await page.waitForFunction(() => performance
			.getEntriesByName("tp-painted").length > 0, null, SOON);
	});
	await test("the slider goes to forecasts and back by keys", async () => {
		await page.locator("input[type=range]").focus();
		await page.keyboard.press("ArrowRight");
		check((await text(".what")).startsWith("Forecast, +15 min"),
			await text(".what"));
		check(page.url().includes("at=15"), page.url());
		await page.keyboard.press("Home");
		check((await text(".what")) === "\u22123 h", await text(".what"));
		await page.getByText("Back to now").click();
		check((await text(".what")) === "Now", await text(".what"));
	});
	await test("a hotspot opens with history and forecast", async () => {
		await page.locator(".hotspots button").first().click();
		await page.locator(".detail .chart canvas").waitFor(SOON);
		check(await page.locator(".detail tbody tr").count() === 3,
			"not three horizons");
		check(/segment=\d+/.test(page.url()), page.url());
		await page.screenshot({path: join(shots, "segment-wide-light.png")});
		await axe(page, "segment");
		await page.keyboard.press("Escape");
		check(!/segment=/.test(page.url()), page.url());
	});
	await test("a link shows the same again", async () => {
		await go(page, served.url, "live?segment=717446&at=30");
		await page.locator(".detail .chart canvas").waitFor(SOON);
		check((await text(".detail h2")) === "717446",
			await text(".detail h2"));
		check((await text(".what")).startsWith("Forecast, +30 min"),
			await text(".what"));
	});
	await test("speeds change their unit, and the choice stays", async () => {
		const value = async () => parseFloat(await text(".reading b"));
		const mph = await value();
		await page.getByRole("button", {name: "km/h"}).click();
		await page.locator(".detail .chart canvas").waitFor(SOON);
		const kmh = await value();
		check(Math.abs(kmh - mph * 1.609) < 2, `${mph} mph, ${kmh} km/h`);
		await page.reload();
		await page.locator(".reading b").waitFor(SOON);
		check((await text(".reading")).includes("km/h"),
			await text(".reading"));
	});
	await test("a segment without a place is told of", async () => {
		await go(page, served.url, "live");
		check((await text(".unplaced summary")).startsWith(
			"1 segment is not on the map"), "no word of it");
		await page.locator(".unplaced summary").click();
		await page.locator(".unplaced button").click();
		check((await text(".detail")).includes("no coordinates"),
			await text(".detail"));
	});
	await test("an alert is acknowledged", async () => {
		await page.keyboard.press("Escape");
		await page.locator("#nav a[href^='#alerts']").click();
		await page.getByRole("button", {name: "Acknowledge"}).first()
			.click();
		await page.getByText(/^Acknowledged/).first().waitFor(SOON);
	});
	await test("alerts are filtered by words, also by a link", async () => {
		const all = await page.locator(".alerts li").count();
		const first = await text(".alert-what a");
		await page.getByPlaceholder("Filter").fill(first);
		const some = await page.locator(".alerts li").count();
		check(some > 0 && some < all, `${some} of ${all}`);
		await page.reload();
		await page.locator(".alerts li").first().waitFor(SOON);
		check(await page.locator(".alerts li").count() === some,
			"another number after a reload");
	});
	await test("no complaint while all that happened", () => quiet(page));
	return page;
}

async function routes(browser, served)
{
	const page = await open(browser, "wide");

	await test("two points give routes", async () => {
		await go(page, served.url, "route?from=34.07248,-118.26772&" +
			"to=" + PLACE);
		await page.locator(".route-card").first().waitFor(SOON);
		await page.screenshot({path: join(shots, "routes-wide-light.png")});
		await axe(page, "routes");
	});
	await test("a place off the map is refused in words", async () => {
		await go(page, served.url, "route?to=10,10&from=" + PLACE);
		await page.getByText("No route").waitFor(SOON);
	});
	await page.context().close();
}

/* What is printed from dark pages: streets, a chart, and the text around. */
async function paper(browser, served)
{
	const page = await open(browser, "wide", "dark");
	const bright = async (selector, what) => {
		const box = await page.locator(selector).first().boundingBox();
		const seen = await pixel(page, box.x + 2, box.y + 2);
		check(seen.every((v) => v > 200), what + ": " + seen);
	};
	/* Whether a chart has a pixel of the ink of a theme, all but exactly. */
	const inked = (ink) => page.locator(".chart canvas").first().evaluate(
		(c, rgb) => {
			const all = c.getContext("2d").getImageData(0, 0, c.width,
				c.height).data;
			for (let k = 0; k < all.length; k += 4)
				if (all[k + 3] > 250 && rgb.every((v, i) =>
					Math.abs(v - all[k + i]) < 8))
					return true;
			return false;
		}, ink);

	await test("what is dark is printed light", async () => {
		await go(page, served.url, "live?segment=717446");
		await page.locator(".detail .chart canvas").waitFor(SOON);
		check(await inked(INK.dark), "no ink of the night");
		await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
		await bright(".map canvas", "the map");
		await bright(".detail", "the text");
		check(await inked(INK.light), "no ink of the day");
		await page.evaluate(() => dispatchEvent(new Event("afterprint")));
		const theme = await page.evaluate(() => document
			.documentElement.dataset.theme);
		check(theme === "dark", "it stays " + theme);
		quiet(page);
	});
	await page.context().close();
}

async function tables(browser, served)
{
	const page = await open(browser, "wide");

	await test("without uPlot there are tables", async () => {
		await page.route("**/uplot.js", (route) => route.abort());
		await go(page, served.url, "live?segment=717446");
		await page.locator(".detail .numbers tbody tr").first()
			.waitFor(SOON);
	});
	await page.context().close();
}

/* Last: the stream ends, the server goes, and comes back. */
async function ends(page, served, all)
{
	await test("a server that goes away and comes back", async () => {
		await go(page, served.url, "live");
		await served.stop();
		await page.getByText("Offline, reconnecting").waitFor(SOON);
		await page.screenshot({path: join(shots, "offline-wide-light.png")});
		await served.start();
		all.forEach((step) => served.feed(step));
		await page.waitForFunction(() => document.getElementById("status")
			.dataset.tone === "good", null, STALE);
	});
	await test("a stream that stops: no data since", async () => {
		await page.getByText("No data since").waitFor(STALE);
		await page.screenshot({path: join(shots, "stale-wide-light.png")});
	});
}

const all = steps(records);
const lost = JSON.parse(all[0].lines[0]);
delete lost.latitude;
delete lost.longitude;
lost.segment_id = "nowhere";
all[0].lines.push(JSON.stringify(lost));
const past = all.slice(0, -6), rest = all.slice(-6);
const served = new Served(bin, ["--rate", "0", "-g",
	join(records, "la.graph")]);
const browser = await launch();
await served.start();
past.forEach((step) => served.feed(step));
await looks(browser, served);
const page = await one(browser, served, () => served.feed(rest.shift()));
await routes(browser, served);
await paper(browser, served);
await tables(browser, served);
await ends(page, served, past);
await served.stop();
await browser.close();
