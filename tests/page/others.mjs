/*
 * What headless Chromium shows of servers that want to know who asks, that have
 * tiles, that learn of segments late, and of cells.
 *	node others.mjs BIN RECORDS SHOTS
 * RECORDS has events, forecasts, alerts and cells; pictures go to SHOTS.
 */
import {execFileSync} from "node:child_process";
import {createHash} from "node:crypto";
import {readFileSync, writeFileSync} from "node:fs";
import {createServer} from "node:http";
import {join} from "node:path";
import {SOON, axe, check, go, launch, open, pixel, quiet,
	test} from "./see.mjs";
import {Served, steps} from "./served.mjs";

const [bin, records, shots] = process.argv.slice(2);
const NEW = 4000;		/* segments that a page learns of while open */
const HOUR_MS = 3600e3;
const PLACE = "40.7565,-73.9874,14";	/* the middle of dr5ru7 */
const TILE_COLOUR = [255, 0, 0];
/* A picture of one pixel in that colour. */
const TILE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVQI12" +
	"P4z8AAAAMBAQAY3Y2wAAAAAElFTkSuQmCC", "base64");

function feedAll(served)
{
	steps(records).forEach((step) => served.feed(step));
}

/* A server that wants a token, and what is seen before and after. */
async function byToken(browser)
{
	const page = await open(browser, "wide");
	const file = join(records, "tokens");
	const token = "open sesame";
	const sum = createHash("sha256").update(token).digest("hex");

	writeFileSync(file, `user ${sum} ann\n`, {mode: 0o600});
	const served = new Served(bin, ["--tokens", file]);
	await served.start();
	feedAll(served);
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

/* Passwords of two people, and what each of them may. */
async function byPassword(browser)
{
	const page = await open(browser, "wide");
	const file = join(records, "users");
	const sum = execFileSync("python3", ["tests/serve/yescrypt.py",
		"correct horse"], {encoding: "utf8"}).trim();
	const enter = async (name, password) => {
		await page.getByLabel("Name").fill(name);
		await page.getByLabel("Password").fill(password);
		await page.getByRole("button", {name: "Sign in"}).click();
	};

	writeFileSync(file, `user ${sum} uma\nviewer ${sum} vic\n`,
		{mode: 0o600});
	const served = new Served(bin, ["--users", file]);
	await served.start();
	feedAll(served);
	await test("a server with users asks for name and password", async () => {
		await page.goto(served.url + "#alerts");
		await page.getByLabel("Password").waitFor(SOON);
		await axe(page, "sign in by password");
		await page.screenshot({path: join(shots,
			"password-wide-light.png")});
		await enter("uma", "wrong horse");
		await page.getByRole("alert").filter({hasText: /\w/}).waitFor(SOON);
		await enter("uma", "correct horse");
		await page.getByRole("button", {name: "Acknowledge"}).first()
			.waitFor(SOON);
		await page.getByTitle(/^Signed in as uma .user./).waitFor(SOON);
	});
	await test("who signs out and in as a viewer only looks", async () => {
		await page.getByRole("button", {name: "Sign out"}).click();
		await enter("vic", "correct horse");
		await page.locator(".alerts li").first().waitFor(SOON);
		check(await page.getByRole("button", {name: "Acknowledge"})
			.count() === 0, "a viewer is offered to acknowledge");
	});
	await page.context().close();
	await served.stop();
}

/* Pictures from a host that the page is allowed, and no other. */
async function tiles(browser)
{
	const asked = [];
	const host = createServer((request, answer) => {
		asked.push(request.url);
		answer.writeHead(200, {"Content-Type": "image/png"});
		answer.end(TILE);
	});

	await new Promise((done) => host.listen(0, "127.0.0.1", done));
	const served = new Served(bin, ["--tiles", "http://127.0.0.1:" +
		host.address().port + "/{z}/{x}/{y}.png", "--tiles-by", "Nobody"]);
	await served.start();
	feedAll(served);
	await test("tiles of the host that was named lie below", async () => {
		const page = await open(browser, "wide");
		await go(page, served.url, "live?map=34.1,-118.3,11");
		await page.getByText("Nobody").waitFor(SOON);
		await page.waitForTimeout(500);
		const box = await page.locator(".map canvas").boundingBox();
		const seen = await pixel(page, box.x + 9, box.y + 9);
		check(seen.join() === TILE_COLOUR.join(), "not a tile: " + seen);
		check(asked.length > 5 && asked.every((path) =>
			/^\/11\/3[45]\d\/81\d\.png$/.test(path)), asked.join());
		check(new Set(asked).size === asked.length, "asked twice");
		quiet(page);
		await page.screenshot({path: join(shots, "tiles-wide-light.png")});
		await page.context().close();
	});
	await served.stop();
	host.closeAllConnections();
	host.close();
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

/* Pages of figures that are left open, from one hour to the next. */
async function renewed(browser)
{
	const served = new Served(bin, ["--rate", "0"]);
	const page = await open(browser, "wide");
	const all = steps(records);
	const turn = all.findLastIndex((s) => s.time % HOUR_MS === 0);
	const forecasts = () => page.locator(".panel .note").first().innerText();

	await served.start();
	all.slice(0, turn).forEach((step) => served.feed(step));
	await test("figures of an open page are renewed by the hour", async () => {
		await go(page, served.url, "model");
		await page.locator(".chart canvas").first().waitFor(SOON);
		const place = await page.locator("main").evaluate((e) => {
			e.scrollTo(0, 50);
			return e.scrollTop;
		});
		const before = await forecasts();
		all.slice(turn).forEach((step) => served.feed(step));
		await page.waitForFunction((old) => document.querySelector(
			".panel .note").textContent !== old, before, SOON);
		const top = await page.locator("main").evaluate((e) => e.scrollTop);
		check(place > 0 && top === place, `${place} became ${top}`);
		quiet(page);
	});
	await page.context().close();
	await served.stop();
}

/* Windows of taxis' cells, and a forecast of its class for each newest. */
function cells()
{
	const lines = readFileSync(join(records, "cells"), "utf8").trim()
		.split("\n");
	const all = lines.map((line) => JSON.parse(line));
	const last = all.at(-1).window_start;

	return [...lines, ...all.filter((c) => c.window_start === last)
		.map((c, k) => JSON.stringify({
			prediction_id: c.segment_id + ":" + last + ":15",
			segment_id: c.segment_id, timestamp: last,
			prediction_horizon_minutes: 15,
			target_timestamp: last + 15 * 60e3,
			current_speed_mph: c.avg_speed_mph,
			predicted_speed_mph: c.avg_speed_mph,
			predicted_class: ["low", "medium", "high"][k % 3],
			model_version: "made"}))];
}

/* The cells of New York: heat, hotspots, and the hours played. */
async function newYork(browser)
{
	const served = new Served(bin, ["--cell", "grid:500m", "--step", "2m"]);
	const page = await open(browser, "wide");
	const when = () => page.locator(".when").innerText();
	const changed = (old) => page.waitForFunction((t) => document
		.querySelector(".when").textContent !== t, old, SOON);

	await served.start();
	served.feed({lines: cells()});
	await test("cells are heat with a key, and the busy ones listed",
		async () => {
			await go(page, served.url, "live");
			await page.getByPlaceholder("Find a cell").waitFor(SOON);
			await page.locator(".legend .block").first().waitFor(SOON);
			await page.getByText(/\d vehicles?$/).first().waitFor(SOON);
			await page.screenshot({path: join(shots,
				"cells-wide-light.png")});
			await axe(page, "cells");
		});
	await test("those listed are live for the server too", async () => {
		const {hotspots} = await (await fetch(served.url +
			"api/v1/hotspots")).json();
		const listed = await page.locator(".hotspots .hot-name")
			.allInnerTexts();

		check(hotspots.length === listed.length && hotspots.every((spot) =>
			listed.some((name) => name.startsWith(spot.segment_id))),
			listed.join("; "));
	});
	await test("forecast classes say low, medium, high", async () => {
		await page.locator("input[type=range]").focus();
		await page.keyboard.press("End");
		const key = await page.locator(".legend").innerText();
		check(/Low\s+Medium\s+High/.test(key), key);
	});
	await test("the hours play, quicker if asked, and pause", async () => {
		await page.getByRole("button", {name: "4\u00d7"}).click();
		await page.getByRole("button", {name: /^Play/}).click();
		for (let k = 0; k < 4; k++)
			await changed(await when());
		check(/at=-\d+/.test(page.url()), page.url());
		await page.getByRole("button", {name: "Pause"}).click();
		const then = await when();
		await page.waitForTimeout(900);
		check(await when() === then, "it plays on");
		await page.getByText("Back to now").click();
		quiet(page);
	});
	await page.context().close();
	await served.stop();
}

/* Cells of which nothing is known but forecasts, and few or many vehicles. */
async function foreseen(browser)
{
	const served = new Served(bin, ["--cell", "geohash:6", "--step", "2m"]);
	const page = await open(browser, "wide");
	const time = Date.now() - 60e3;
	const cell = (id, vehicles, mph) => JSON.stringify({cell_id: id,
		window_start: time, window_end: time + 120e3,
		event_count: 2 * vehicles, vehicle_count: vehicles,
		avg_speed_mph: mph});

	await served.start();
	served.feed({lines: [cell("dr5rue", 7, 20), JSON.stringify({
		segment_id: "dr5ru7", timestamp: time,
		prediction_horizon_minutes: 15, predicted_speed_mph: 5,
		predicted_class: "high", model_version: "made"})]});
	await test("a cell that only forecasts name is on the map", async () => {
		await go(page, served.url, "live?at=15&map=" + PLACE);
		check(!await page.locator(".unplaced").isVisible(), "no place");
		const box = await page.locator(".map canvas").boundingBox();
		const seen = await pixel(page, box.x + box.width / 2 + 20,
			box.y + box.height / 2 + 20);
		check(seen[0] > seen[1] + 25, "no red: " + seen);
		quiet(page);
	});
	served.feed({lines: [cell("dr5ru6", 1, 2), cell("dr5ruk", 4, 8)]});
	await test("one taxi that stands leads no hotspots", async () => {
		await go(page, served.url, "live");
		await page.locator(".hotspots li").nth(3).waitFor(SOON);
		const lines = await page.locator(".hot-name").allInnerTexts();
		check(lines.map((l) => l.split("\n")[0]).join() ===
			"dr5ruk,dr5rue,dr5ru6", lines.join());
		check(/Severe, 4 vehicles/.test(lines[0]), lines[0]);
		const third = await page.locator(".hotspots li").nth(2).innerText();
		check(/one or two vehicles/.test(third), third);
	});
	await page.context().close();
	await served.stop();
}

/* Levels by shares of free flow, on the way of a route as well. */
async function shares(browser)
{
	const served = new Served(bin, ["--rate", "0", "--levels",
		"ratio", "-g", join(records, "la.graph")]);
	const page = await open(browser, "wide");

	await served.start();
	feedAll(served);
	await test("a route by shares of free flow has colours", async () => {
		await go(page, served.url, "route?from=34.07248,-118.26772&" +
			"to=34.05987,-118.21492");
		await page.locator(".route-card").first().waitFor(SOON);
		const legs = await page.locator(".strip i").evaluateAll((all) =>
			all.map((e) => getComputedStyle(e).backgroundColor));
		const levels = await page.evaluate(() => [1, 2, 3, 4, 5].map((l) =>
			getComputedStyle(document.querySelector(".legend .l" + l))
				.borderTopColor));
		check(legs.length > 2 && legs.every((c) => levels.includes(c)),
			legs.join());
		const key = await page.locator(".legend").innerText();
		check(key.includes("% of free flow"), key);
		quiet(page);
	});
	await page.context().close();
	await served.stop();
}

/* Where the map is, which the page's address says once it was moved. */
async function mapAfter(page, key)
{
	await page.locator(".map canvas").press(key);
	await page.waitForTimeout(600);
	return decodeURIComponent(page.url().match(/map=([^&]*)/)[1]);
}

/*
 * Sensors in the ocean, in China and in Fresno, as wrong coordinates have them:
 * the map begins as it does without them, and shows them when asked for all.
 */
async function astray(browser)
{
	const {time, lines} = steps(records)[0];
	const far = [[0, 0], [34.1, 118.3], [36.74, -119.78]].map(([lat, lon],
		i) => JSON.stringify({segment_id: "far" + i, timestamp: time,
		speed_mph: 60, latitude: lat, longitude: lon}));
	const begun = {};

	for (const more of [[], far]) {
		const served = new Served(bin, []);
		await served.start();
		served.feed({lines: [...more, ...lines]});
		for (const size of ["wide", "phone"])
			await test("the first view, " + more.length +
			    " sensors astray, " + size, async () => {
				const page = await open(browser, size);
				await go(page, served.url, "live");
				await page.waitForTimeout(300);
				await page.screenshot({path: join(shots,
					"astray-" + more.length + "-" + size + ".png")});
				const view = await mapAfter(page, "ArrowLeft");
				begun[size] ??= view;
				check(view === begun[size], view + ", not " +
					begun[size]);
				const whole = await mapAfter(page, "0");
				const zoom = [view, whole].map((v) =>
					Number(v.split(",")[2]));
				check(more.length ? zoom[1] < 4 : zoom[1] === zoom[0],
					"all: " + whole + " after " + view);
				quiet(page);
				await page.context().close();
			});
		await served.stop();
	}
}

const browser = await launch();
await byToken(browser);
await byPassword(browser);
await tiles(browser);
await grows(browser);
await renewed(browser);
await newYork(browser);
await foreseen(browser);
await shares(browser);
await astray(browser);
await browser.close();
