/*
 * What can be seen of the page without a browser: modules that fit together
 * when embed's join puts them into one, no inline script or style, budgets,
 * and level colours that stay apart for colour-blind eyes.
 */
import {execFileSync, spawnSync} from "node:child_process";
import {mkdtempSync, readFileSync, readdirSync, rmSync,
	existsSync} from "node:fs";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {gzipSync} from "node:zlib";

const WWW = "lib/serve/www";
const MOST_BYTES = 60e3;	/* of the whole page, each file packed */
const MOST_LINES = 400;		/* of a module */
const MOST_FUNCTION = 60;
const MOST_COLUMNS = 80;	/* a tab is four of them: callbacks nest deeply */
const LEAST_DIFFERENCE = 15;	/* CIELAB, between two levels */

function test(name, run)
{
	const faults = run();

	console.log((faults.length ? "not ok - " : "ok - ") + name);
	faults.slice(0, 20).forEach((f) => console.log("    # " + f));
}

const sources = Object.fromEntries(readdirSync(WWW)
	.map((f) => [f, readFileSync(join(WWW, f), "utf8")]));
const modules = Object.keys(sources).filter((f) => f.endsWith(".js"));
const OWN = /^(export )?(?:async )?(?:function|class|const|let) ([\w$]+)/gm;

function ownNames(file)
{
	return [...sources[file].matchAll(OWN)].map((m) =>
		({name: m[2], exported: Boolean(m[1])}));
}

test("no two modules of the page use one name", () => {
	const owner = new Map();
	const faults = [];

	for (const file of modules)
		for (const {name} of ownNames(file)) {
			if (owner.has(name))
				faults.push(name + " in " + file + " and " +
					owner.get(name));
			owner.set(name, file);
		}
	return faults;
});

test("imports are exported, and used", () => {
	const faults = [];

	for (const file of modules) {
		const rest = sources[file].replace(/^import [^;]*;/gm, "");
		for (const [, names, from] of sources[file].matchAll(
			/^import \{([^}]*)\} from "\.\/(.*?)";/gm))
			for (const name of names.split(",").map((n) => n.trim())) {
				if (!ownNames(from).some((o) => o.exported &&
				    o.name === name))
					faults.push(`${file}: ${from} has no ${name}`);
				if (!new RegExp(`\\b${name}\\b`).test(rest))
					faults.push(`${file}: ${name} is not used`);
			}
	}
	return faults;
});

test("no module but the last needs another while it loads", () => {
	const faults = [];

	for (const file of modules.filter((f) => f !== "app.js")) {
		const text = sources[file];
		const imported = [...text.matchAll(/^import \{([^}]*)\}/gm)]
			.flatMap((m) => m[1].split(",").map((n) => n.trim()));
		for (const [value] of text.matchAll(
			/^(export )?(const|let) [^;]*;|^class \w+ extends \w+/gm))
			for (const name of imported)
				if (new RegExp(`\\b${name}\\b`).test(value) &&
				    !value.includes("=>"))
					faults.push(`${file}: ${value.split("\n")[0]}`);
	}
	return faults;
});

test("all strings are in double quotes, which join leaves alone", () =>
	modules.filter((f) => sources[f].includes("\\\"") ||
		/[`']/.test(sources[f].replace(/\/\*[^]*?\*\/|"[^"\n]*"/g, ""))));

test("each module says first what it is for", () => modules.filter((f) =>
	!sources[f].startsWith("/*")));

test("budgets of the page's modules", () => modules.flatMap((file) => {
	const lines = sources[file].split("\n");
	const faults = lines.length > MOST_LINES ? [file + ": too long"] : [];
	let start = null;

	lines.forEach((line, i) => {
		if (/^\t?\{$/.test(line))
			start = i;
		if (/^\t?\}$/.test(line) && start !== null) {
			if (i - start > MOST_FUNCTION)
				faults.push(`${file}:${start + 1}: ` +
					`${i - start} lines`);
			start = null;
		}
		if (line.replaceAll("\t", "    ").length > MOST_COLUMNS)
			faults.push(`${file}:${i + 1}: too wide`);
	});
	return faults;
}));

test("no inline script, style or handler", () => [
	...[...sources["index.html"].matchAll(
		/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/g)].map((m) =>
		"index.html: " + m[0]),
	...modules.flatMap((f) => [...sources[f].matchAll(
		/innerHTML|outerHTML|insertAdjacentHTML|\beval\b|new Function|style: "/g)]
		.map((m) => f + ": " + m[0]))]);

test("the modules in one are read as one", () => {
	const out = mkdtempSync(join(tmpdir(), "tp-page."));

	execFileSync("lib/serve/join", [WWW, out]);
	const {status, stderr} = spawnSync(process.execPath, ["--check",
		"--input-type=module"], {input: readFileSync(
		join(out, "page/app.js")), encoding: "utf8"});
	rmSync(out, {recursive: true});
	return status ? stderr.match(/^\w*Error: .*/gm) : [];
});

test("the whole page is at most 60 kB, packed", () => {
	const out = mkdtempSync(join(tmpdir(), "tp-page."));
	const files = [];
	const charts = "build/uplot";

	execFileSync("lib/serve/join", [WWW, out, charts]);
	for (const f of ["index.html", ...readdirSync(join(out, "page"))
		.filter((n) => !n.endsWith(".txt")).map((n) => "page/" + n)])
		files.push([f, gzipSync(readFileSync(join(out, f)),
			{level: 9}).length]);
	rmSync(out, {recursive: true});
	const sum = files.reduce((n, [, size]) => n + size, 0) +
		(existsSync(charts) ? 0 : 23e3);
	console.log("# " + sum + " bytes");
	return sum > MOST_BYTES ? files.map((f) => f.join(" ")) : [];
});

/* sRGB to CIELAB, D65. */
function lab(rgb)
{
	const xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722],
		[0.0193, 0.1192, 0.9505]].map((row) => row.reduce((s, v, i) =>
		s + v * rgb[i], 0));
	const f = (t) => t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
	const [x, y, z] = [f(xyz[0] / 0.95047), f(xyz[1]), f(xyz[2] / 1.08883)];

	return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function linear(hex)
{
	return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
		.map((c) => c <= 0.04045 ? c / 12.92 :
			((c + 0.055) / 1.055) ** 2.4);
}

/* Machado, Oliveira, Fernandes 2009, severity 1. */
const EYES = {
	"full colour": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
	protanopia: [[0.152286, 1.052583, -0.204868],
		[0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
	deuteranopia: [[0.367322, 0.860646, -0.227968],
		[0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
	tritanopia: [[1.255528, -0.076749, -0.178779],
		[-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

test("levels differ under each colour blindness, light and dark", () => {
	const [light, dark] = sources["theme.css"].split('[data-theme="dark"]');
	const faults = [];

	for (const [theme, css] of Object.entries({light, dark}))
		for (const [eye, matrix] of Object.entries(EYES)) {
			const seen = [1, 2, 3, 4, 5].map((l) => lab(matrix.map(
				(row) => Math.min(1, Math.max(0, row.reduce(
					(s, v, i) => s + v * linear(css.match(
						`--l${l}: (#\\w{6})`)[1])[i], 0))))));
			for (let a = 0; a < 5; a++)
				for (let b = a + 1; b < 5; b++) {
					const d = Math.hypot(...seen[a].map((v, i) =>
						v - seen[b][i]));
					if (d < LEAST_DIFFERENCE)
						faults.push(`${theme}, ${eye}: levels ` +
							`${a + 1} and ${b + 1}: ` + d);
				}
		}
	return faults;
});
