/*
 * Short notes in a corner: new alerts, and answers to what was clicked.  Alerts
 * that come together are told together; a note stays while it is looked at.
 */
import {h, icon} from "./dom.js";

const STAY_MS = 8e3;
const JOIN_MS = 1500;		/* alerts within that time are one note */
const MOST_TOASTS = 3;

const waiting = [];
let timer = null;

export function toast(title, body, {tone = "", href = null} = {})
{
	const host = document.getElementById("toasts");
	const close = () => note.remove();
	const note = h("article", {class: "toast " + tone},
		h("div", null, h("strong", null, title),
			body ? h("p", null, body) : null,
			href ? h("a", {href, onclick: close}, "Show") : null),
		h("button", {type: "button", "aria-label": "Dismiss",
			onclick: close}, icon("close")));
	let left = setTimeout(close, STAY_MS);

	note.addEventListener("pointerenter", () => clearTimeout(left));
	note.addEventListener("pointerleave", () => {
		left = setTimeout(close, STAY_MS / 2);
	});
	host.append(note);
	while (host.children.length > MOST_TOASTS)
		host.firstElementChild.remove();
}

function tell(describe)
{
	const alerts = waiting.splice(0);
	const first = describe(alerts[0]);

	timer = null;
	if (alerts.length === 1)
		toast(first.title, first.body, first);
	else
		toast(alerts.length + " new alerts", first.title + " and " +
			(alerts.length - 1) + " more",
			{tone: first.tone, href: "#alerts"});
}

/* describe(alert) gives {title, body, tone, href}. */
export function announce(alert, describe)
{
	waiting.push(alert);
	timer ??= setTimeout(() => tell(describe), JOIN_MS);
}
