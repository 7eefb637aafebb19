/*
 * What several pages are made of: figures, panels, level marks, bars, and the
 * frame that shows waiting, failure or content.
 */
import {h, empty, fill} from "./dom.js";
import {LEVEL_NAMES, levelRange, rangeUnit} from "./levels.js";

const MOST_OFFERED = 12;

/* One number with its name; set(value, unit, note) changes it. */
export function figure(label)
{
	const value = h("span", {class: "figure-value"}, "\u2013");
	const unit = h("span", {class: "figure-unit"});
	const note = h("span", {class: "figure-note"});
	const element = h("div", {class: "figure"},
		h("dt", null, label), h("dd", null, value, unit, note));

	element.set = (v, u = "", n = "", tone = "") => {
		value.textContent = v;
		unit.textContent = u;
		note.textContent = n;
		element.dataset.tone = tone;
	};
	return element;
}

export function figures(label, ...items)
{
	return h("dl", {class: "figures", "aria-label": label}, items);
}

export function panel(title, note, ...children)
{
	return h("section", {class: "panel"},
		h("header", null, h("h2", null, title),
			note ? h("p", {class: "note"}, note) : null),
		children);
}

/* A line as the map draws it, in a small picture, and the level's name. */
export function levelMark(level, label)
{
	return h("span", {class: "level"},
		h("i", {class: "swatch l" + level, "aria-hidden": "true"}),
		label ?? LEVEL_NAMES[level]);
}

/* On a map: what its colours mean, told anew when cells get classes. */
export class Legend {
	constructor(city)
	{
		this.city = city;
		this.element = h("details", {class: "legend",
			open: innerWidth > 760});
	}

	show(view)
	{
		const {city} = this;
		const classed = city.classed(view);
		const mark = city.cells ? "block l" : "swatch l";

		if (this.classed === classed)
			return;
		this.classed = classed;
		fill(this.element, h("summary", null, classed ? "Congestion" :
			"Speed, " + rangeUnit()),
		h("ul", null, (classed ? [1, 3, 5] : [1, 2, 3, 4, 5]).map((l) =>
			h("li", null, h("i", {class: mark + l}),
				h("span", null, city.levelName(l, view)),
				h("b", null, classed ? "" : levelRange(l))))),
		city.cells ? h("p", null, "Paler: fewer vehicles") : null);
	}
}

/* A bar of a share from 0 to 1 of its place. */
export function bar(share, level)
{
	const inner = h("i", level === undefined ? null : {class: "l" + level});

	inner.style.width = Math.max(0, Math.min(1, share)) * 100 + "%";
	return h("span", {class: "meter", "aria-hidden": "true"}, inner);
}

/*
 * A table; columns are [title, class].  The first cell of a row is its header.
 */
export function rows(label, columns, lines)
{
	return h("div", {class: "scroll", tabindex: "0", role: "region",
		"aria-label": label}, h("table", {class: "list"},
		h("caption", {class: "sr"}, label),
		h("thead", null, h("tr", null, columns.map(([name, kind]) =>
			h("th", {scope: "col", class: kind}, name)))),
		h("tbody", null, lines.map((cells) => h("tr", null,
			cells.map((cell, k) => h(k ? "td" : "th",
				{scope: k ? null : "row", class: columns[k][1]},
				cell)))))));
}

/*
 * Fills the host by what ask() promises and draw(answer) makes of it; says so
 * while it waits, and when it failed, with a button that tries again.
 */
export async function filled(host, ask, draw)
{
	if (!host.firstChild)
		fill(host, h("p", {class: "waiting"}, "Loading\u2026"));
	try {
		const answer = await ask();
		/* while it is empty, what is below must not scroll */
		host.style.minHeight = host.offsetHeight + "px";
		fill(host);
		draw(answer, host);
		host.style.minHeight = "";
	} catch (error) {
		fill(host, empty(error.status === 404 ?
			"Not here" : "This could not be loaded",
			sentence(error.message),
			h("button", {type: "button", class: "button",
				onclick: () => {
					fill(host);
					filled(host, ask, draw);
				}}, "Try again")));
	}
}

/* Makes the segments that fit what is in the field be offered below it. */
export function suggestions(city, field)
{
	const list = h("datalist", {id: "found-" + field.id});

	field.setAttribute("list", list.id);
	field.addEventListener("input", () => fill(list,
		city.find(field.value, MOST_OFFERED).map((i) =>
			h("option", {value: city.ids[i]}, city.name[i] || ""))));
	return list;
}

/* A server's words, as a sentence. */
export function sentence(words)
{
	return words.charAt(0).toUpperCase() + words.slice(1) +
		(/[.!?]$/.test(words) ? "" : ".");
}
