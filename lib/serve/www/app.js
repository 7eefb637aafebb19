/*
 * The start, and what all pages share: the head with its switches, the choice
 * of a page by the address, the stream that feeds them, signing in.
 */
import {AlertsPage, describeAlert} from "./alerts.js";
import {AnalyticsPage} from "./analytics.js";
import {get, onSignIn, post} from "./api.js";
import {loadCharts, redrawCharts} from "./charts.js";
import {City} from "./city.js";
import {choice, empty, fill, h, icon} from "./dom.js";
import {Feed} from "./feed.js";
import {setUnit, setZone, timeZone} from "./format.js";
import {hash} from "./hash.js";
import {setLimits} from "./levels.js";
import {LivePage} from "./live.js";
import {LoginPage} from "./login.js";
import {readPalette} from "./streets.js";
import {forgetNet} from "./mapbase.js";
import {sentence} from "./parts.js";
import {ModelPage} from "./quality.js";
import {RoutePage} from "./routing.js";
import {Status} from "./status.js";
import {SystemPage} from "./system.js";
import {announce} from "./toasts.js";

const PAGES = {
	live: ["Live", LivePage],
	route: ["Route", RoutePage],
	analytics: ["Analytics", AnalyticsPage],
	alerts: ["Alerts", AlertsPage],
	model: ["Model", ModelPage],
	system: ["System", SystemPage],
};
const RETRY_MS = 3e3;

function remembered(name, fallback)
{
	try {
		return localStorage.getItem("tp-" + name) || fallback;
	} catch {
		return fallback;	/* storage is switched off */
	}
}

function remember(name, value)
{
	try {
		localStorage.setItem("tp-" + name, value);
	} catch {
		/* it lasts as long as the page then */
	}
}

class App
{
	constructor()
	{
		this.main = document.getElementById("main");
		this.feed = new Feed();
		this.page = null;
		this.dark = matchMedia("(prefers-color-scheme: dark)");
		this.dark.addEventListener("change", () => this.setTheme());
		addEventListener("beforeprint", () => this.setTheme("light"));
		addEventListener("afterprint", () => this.setTheme());
		addEventListener("hashchange", () => this.navigate());
		addEventListener("keydown", (e) => this.key(e));
		onSignIn(() => this.signIn());
		this.setTheme();
	}

	/* Asks what the server is, until it says so; then begins. */
	async start()
	{
		try {
			this.info = await get("info");
			const open = this.info.auth === "none";
			if (!open && !this.info.role) {
				this.signIn();
				return;
			}
			this.me = open ? {} : await get("me");
			await this.begin();
		} catch (error) {
			if (error.status === 401)
				return;
			this.show(null, empty("The server does not answer",
				sentence(error.message) + " Trying again."));
			setTimeout(() => this.start(), RETRY_MS);
		}
	}

	async begin()
	{
		const {info} = this;

		setLimits(info.levels_share || info.levels_kmh,
			Boolean(info.levels_share || info.levels_ratio));
		setUnit(remembered("unit", info.units));
		setZone(info.tz);
		await loadCharts(info.charts);
		this.city = new City(info);
		await this.city.loadSegments();
		this.city.addEventListener("segments", () => {
			forgetNet();
			this.page?.segments?.();
		});
		this.city.addEventListener("tick", () => this.page?.tick());
		this.status = new Status(document.getElementById("status"),
			this.feed, this.city);
		this.feed.addEventListener("message", (e) => this.hear(e.detail));
		this.feed.start();
		this.buildTools();
		this.navigate();
	}

	hear(message)
	{
		if (this.city.apply(message))
			this.status.heard(message);
		else if (message.type === "alert")
			this.hearAlert(message);
	}

	hearAlert(alert)
	{
		this.page?.alert?.(alert);
		if (["RESOLVED", "CLOSED"].includes(alert.status) ||
		    alert.raised_at !== alert.timestamp)
			return;
		announce(alert, (a) => describeAlert(this.city, a));
	}

	/* Marks when the newest forecasts were painted; a benchmark reads it. */
	painted()
	{
		const detail = this.city.made ?? this.city.time;

		if (detail === this.lastPainted)
			return;
		this.lastPainted = detail;
		performance.clearMarks("tp-painted");
		setTimeout(() => performance.mark("tp-painted", {detail}));
	}

	mayAct()
	{
		return this.info.auth === "none" ||
			["user", "admin"].includes(this.me.role);
	}

	signIn()
	{
		if (this.page instanceof LoginPage)
			return;
		this.feed.stop();
		this.show(new LoginPage(this.info?.auth === "token", () =>
			location.reload()));
	}

	async signOut()
	{
		await post("logout").catch(() => {});
		location.reload();
	}

	navigate()
	{
		const name = PAGES[hash.page()] ? hash.page() : "live";

		if (this.page instanceof LoginPage || !this.city)
			return;
		this.show(new PAGES[name][1](this));
		this.buildNav(name);
		this.name = name;
	}

	/* The page in the place of the last one, or something else instead. */
	show(page, instead)
	{
		this.page?.unmount();
		this.page = page;
		fill(this.main, instead || page.element);
		page?.mount();
	}

	buildNav(current)
	{
		const {info} = this;
		const there = (name) => name !== "route" || info.route;

		fill(document.getElementById("nav"), Object.entries(PAGES)
			.filter(([name]) => there(name)).map(([name, [title]]) =>
				h("a", {href: hash.link(name),
					"aria-current": name === current ? "page" : null},
				icon(name), h("span", null, title))));
	}

	buildTools()
	{
		const {me} = this;

		this.themeButton = h("button", {type: "button", class: "round plain",
			onclick: () => {
				const next = this.theme() === "dark" ? "light" : "dark";
				remember("theme", next);
				this.setTheme();
			}});
		fill(document.getElementById("tools"),
			choice("Unit of speeds", [["kmh", "km/h"], ["mph", "mph"]],
				remembered("unit", this.info.units), (unit) => {
					remember("unit", unit);
					setUnit(unit);
					this.navigate();
				}),
			this.themeButton,
			this.info.auth !== "none" && me.name ?
				h("button", {type: "button", class: "round plain",
					"aria-label": "Sign out",
					title: "Signed in as " + me.name +
						" (" + me.role + "). Sign out",
					onclick: () => this.signOut()}, icon("leave")) :
				null);
		document.getElementById("status").title =
			"Times are in " + timeZone();
		this.setTheme();
	}

	theme()
	{
		return remembered("theme", this.dark.matches ? "dark" : "light");
	}

	/* Paper is light. */
	setTheme(theme = this.theme())
	{
		document.documentElement.dataset.theme = theme;
		readPalette();
		this.page?.map?.refresh();
		redrawCharts();
		if (this.themeButton) {
			fill(this.themeButton, icon(theme === "dark" ? "sun" : "moon"));
			this.themeButton.title = this.themeButton.ariaLabel =
				theme === "dark" ? "Light colours" : "Dark colours";
		}
	}

	/* Keys 1 to 6 choose a page; the page has its own besides. */
	key(event)
	{
		if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) ||
		    event.ctrlKey || event.metaKey || event.altKey)
			return;
		const link = document.querySelectorAll("#nav a")[event.key - 1];

		if (this.page?.key?.(event) || !link)
			return;
		location.hash = link.hash;
	}
}

new App().start();
