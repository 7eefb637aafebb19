/*
 * What headless Chromium shows of the real tp-serve.
 *	node browser.mjs BIN RECORDS SHOTS
 * RECORDS has events, forecasts, alerts and la.graph; pictures go to SHOTS.
 */
import {createRequire} from "node:module";
import {createHash} from "node:crypto";
import {readFileSync, writeFileSync} from "node:fs";
import {join, resolve} from "node:path";
import {Served, steps} from "./served.mjs";

const require = createRequire(import.meta.url);
const {chromium} = require(resolve("build/npm/playwright-core"));
const [bin, records, shots] = process.argv.slice(2);
const AXE = readFileSync("build/npm/axe-core/axe.min.js", "utf8");
const PAGES = ["live", "route", "analytics", "alerts", "model", "system"];
const SIZES = {wide: [1440, 900], tablet: [1024, 768], phone: [390, 844]};
const PLACE = "34.05987,-118.21492";	/* of segment 716943 */
const NEW = 4000;		/* segments that a page learns of while open */
const SOON = {timeout: 15e3};
const STALE = {timeout: 40e3};

async function test(name, run)
{
	try {
		await run();
		console.log("ok - " + name);
	} catch (error) {
		console.log("not ok - " + name);
		String(error.stack || error).split("\n").slice(0, 4)
			.forEach((line) => console.log("    # " + line));
	}
}

function check(condition, words)
{
	if (!condition)
		throw new Error(words);
}

/* Opens a page whose complaints are kept: errors, and what CSP forbade. */
async function open(browser, size, theme = "light")
{
	const [width, height] = SIZES[size];
	const context = await browser.newContext({viewport: {width, height},
		colorScheme: theme, timezoneId: "America/Los_Angeles"});
	const page = await context.newPage();

	page.complaints = [];
	page.on("console", (m) => m.type() === "error" &&
		page.complaints.push(m.text()));
	page.on("pageerror", (e) => page.complaints.push(String(e)));
	await page.addInitScript(() => addEventListener(
		"securitypolicyviolation", (e) => console.error("CSP: " +
			e.violatedDirective + " " + e.blockedURI)));
	return page;
}

function quiet(page)
{
	check(page.complaints.length === 0,
		[...new Set(page.complaints)].join("\n"));
}

async function go(page, url, hash)
{
	await page.goto("about:blank");
	await page.goto(url + "#" + hash);
	await page.locator("#status b").waitFor(SOON);
	await page.waitForFunction(() => document.getElementById("status")
		.dataset.tone === "good", null, SOON);
	await page.waitForFunction(() => !document.querySelector(".waiting"),
		null, SOON);
}

/* A server without a graph has no page of routes. */
async function pagesOf(page)
{
	return page.$$eval("#nav a", (links) => links.map((a) =>
		a.hash.slice(1).split("?")[0]));
}

async function axe(page, name)
{
	await page.evaluate(AXE);
	const {violations} = await page.evaluate(() => globalThis.axe.run());
	const serious = violations.filter((v) =>
		["serious", "critical"].includes(v.impact));

	check(serious.length === 0, name + ": " + serious.map((v) => v.id + " " +
		v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " +
			n.any[0]?.message).join("; ")).join("\n"));
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

/* A server that wants a token, and what is seen before and after. */
async function signIn(browser)
{
	const page = await open(browser, "wide");
	const file = join(records, "tokens");
	const token = "open sesame";
	const sum = createHash("sha256").update(token).digest("hex");

	writeFileSync(file, `user ${sum} ann\n`, {mode: 0o600});
	const served = new Served(bin, ["--tokens", file]);
	await served.start();
	past.forEach((step) => served.feed(step));
	await test("a server with tokens asks for one", async () => {
		await page.goto(served.url + "#alerts");
		await page.getByLabel("Token").waitFor(SOON);
		await axe(page, "sign in");
		await page.screenshot({path: join(shots, "login-wide-light.png")});
		await page.getByLabel("Token").fill("wrong");
		await page.getByRole("button", {name: "Sign in"}).click();
		await page.getByRole("alert").filter({hasText: /\w/}).waitFor(SOON);
		await page.getByLabel("Token").fill(token);
		await page.getByRole("button", {name: "Sign in"}).click();
		await page.locator(".alerts li").first().waitFor(SOON);
	});
	await test("a session that ends asks again", async () => {
		await page.context().clearCookies();
		await page.locator("#nav a[href^='#model']").click();
		await page.getByLabel("Token").waitFor(SOON);
	});
	await page.context().close();
	await served.stop();
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

/* Segments that are first seen while the page is open, thousands at once. */
async function grows(browser)
{
	const served = new Served(bin, []);
	const page = await open(browser, "wide");

	await served.start();
	await test("all new segments are shown with their readings", async () => {
		await page.goto(served.url);
		await page.getByText("Waiting for the first readings").waitFor(SOON);
		const lines = Array.from({length: NEW}, (_, i) => JSON.stringify({
			segment_id: "s" + i, timestamp: Date.now(), speed_kmh: 50,
			latitude: 34 + i % 80 / 100,
			longitude: -118 + i / NEW}));
		for (let i = 0; i < NEW; i += NEW / 8)
			served.feed({lines: lines.slice(i, i + NEW / 8)});
		await page.waitForFunction((words) => document.querySelector(
			".figure dd").textContent.startsWith(words),
		"4,000of 4,000", SOON);
		check(await page.locator(".hotspots li").count() === 10,
			"no readings of them");
		quiet(page);
	});
	await page.context().close();
	await served.stop();
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
const browser = await chromium.launch({executablePath: "/usr/bin/chromium",
	args: ["--no-sandbox"]});
await served.start();
past.forEach((step) => served.feed(step));
await looks(browser, served);
const page = await one(browser, served, () => served.feed(rest.shift()));
await routes(browser, served);
await tables(browser, served);
await grows(browser);
await signIn(browser);
await ends(page, served, past);
await served.stop();
await browser.close();
