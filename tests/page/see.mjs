/*
 * What the tests in a browser have in common: the browser, pages whose
 * complaints are kept, and the words of a test.
 */
import {createRequire} from "node:module";
import {readFileSync} from "node:fs";
import {resolve} from "node:path";

const require = createRequire(import.meta.url);
const {chromium} = require(resolve("build/npm/playwright-core"));
const AXE = readFileSync("build/npm/axe-core/axe.min.js", "utf8");
const SIZES = {wide: [1440, 900], tablet: [1024, 768], phone: [390, 844]};
export const SOON = {timeout: 15e3};

export function launch()
{
	return chromium.launch({executablePath: "/usr/bin/chromium",
		args: ["--no-sandbox"]});
}

export async function test(name, run)
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

export function check(condition, words)
{
	if (!condition)
		throw new Error(words);
}

/* Opens a page whose complaints are kept: errors, and what CSP forbade. */
export async function open(browser, size, theme = "light")
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

export function quiet(page)
{
	check(page.complaints.length === 0,
		[...new Set(page.complaints)].join("\n"));
}

export async function axe(page, name)
{
	await page.evaluate(AXE);
	const {violations} = await page.evaluate(() => globalThis.axe.run());
	const serious = violations.filter((v) =>
		["serious", "critical"].includes(v.impact));

	check(serious.length === 0, name + ": " + serious.map((v) => v.id + " " +
		v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " +
			n.any[0]?.message).join("; ")).join("\n"));
}

/* Until the page has news and all that it asked for. */
export async function go(page, url, hash)
{
	await page.goto("about:blank");
	await page.goto(url + "#" + hash);
	await page.locator("#status b").waitFor(SOON);
	await page.waitForFunction(() => document.getElementById("status")
		.dataset.tone === "good", null, SOON);
	await page.waitForFunction(() => !document.querySelector(".waiting"),
		null, SOON);
}

/* The colour of one pixel of what is seen, [red, green, blue]. */
export async function pixel(page, x, y)
{
	const png = await page.screenshot({clip: {x, y, width: 1, height: 1}});

	return page.evaluate(async (url) => {
		const image = new Image();
		const context = document.createElement("canvas").getContext("2d");
		image.src = url;
		await image.decode();
		context.drawImage(image, 0, 0);
		return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
	}, "data:image/png;base64," + png.toString("base64"));
}
