/*
 * Elements without a framework:
 *	h("p", {class: "note"}, "text", child)
 * A property that begins with "on" is a listener; null and false are left out.
 */

const SVG = "http://www.w3.org/2000/svg";

function setAttribute(element, name, value)
{
	if (value === null || value === undefined || value === false)
		return;
	if (name.startsWith("on"))
		element.addEventListener(name.slice(2), value);
	else
		element.setAttribute(name, value === true ? "" : value);
}

export function h(tag, attributes, ...children)
{
	const element = document.createElement(tag);

	for (const [name, value] of Object.entries(attributes || {}))
		setAttribute(element, name, value);
	element.append(...children.flat().filter((c) =>
		c !== null && c !== undefined && c !== false));
	return element;
}

/* Puts children in the place of all that the element holds. */
export function fill(element, ...children)
{
	element.replaceChildren(...children.flat().filter((c) =>
		c !== null && c !== undefined && c !== false));
	return element;
}

/* Sets a text only where it changed, so that nothing is laid out for it. */
export function text(element, string)
{
	if (element.textContent !== string)
		element.textContent = string;
}

const PATHS = {
	live: "M3 12h4l3-7 4 14 3-7h4",
	route: "M6 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM18 9a2 2 0 1 0 0-4 2 2 0 0 0 " +
		"0 4zM8 17h7a3 3 0 0 0 0-6H9a3 3 0 0 1 0-6h7",
	analytics: "M4 20V10M10 20V4M16 20v-7M21 20H3",
	alerts: "M12 4 2.5 20h19zM12 10v5M12 17.5v.5",
	model: "M4 18c4 0 5-9 8-9s3 5 8-3M4 20h16",
	system: "M4 5h16v6H4zM4 13h16v6H4zM7 8h2M7 16h2",
	play: "M7 4v16l13-8z",
	pause: "M8 4v16M16 4v16",
	close: "M5 5l14 14M19 5 5 19",
	plus: "M12 5v14M5 12h14",
	minus: "M5 12h14",
	fit: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
	sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3" +
		"M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
	moon: "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10z",
	leave: "M10 4H5v16h5M15 8l4 4-4 4M9 12h10",
	swap: "M8 4 4 8l4 4M4 8h14M16 12l4 4-4 4M20 16H6",
};

/* A line drawing of 24 by 24, in the colour of the text around it. */
export function icon(name)
{
	const svg = document.createElementNS(SVG, "svg");
	const path = document.createElementNS(SVG, "path");

	svg.setAttribute("viewBox", "0 0 24 24");
	svg.setAttribute("class", "icon");
	svg.setAttribute("aria-hidden", "true");
	path.setAttribute("d", PATHS[name]);
	svg.append(path);
	return svg;
}

/*
 * A row of buttons of which one is pressed; choices are [value, label] pairs.
 * Returns the element; its choose(value) presses one without calling back.
 */
export function choice(label, choices, chosen, onchoose)
{
	const buttons = choices.map(([value, name]) => h("button", {
		type: "button",
		onclick: () => {
			element.choose(value);
			onchoose(value);
		},
	}, name));
	const element = h("div", {class: "choice", role: "group",
		"aria-label": label}, buttons);

	element.choose = (value) => choices.forEach(([v], i) =>
		buttons[i].setAttribute("aria-pressed", String(v === value)));
	element.choose(chosen);
	return element;
}

/* What a page shows in place of data: why there is none, and what to do. */
export function empty(title, ...lines)
{
	return h("div", {class: "empty"}, h("h2", null, title),
		lines.map((line) => typeof line === "string" ?
			h("p", null, line) : line));
}
