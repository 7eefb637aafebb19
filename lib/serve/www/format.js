/*
 * Numbers and times as people read them.  Speeds are km/h everywhere in the
 * page; only here do they become the unit that is shown.
 */

const KMH_PER_MPH = 1.609344;
export const MINUTE_MS = 60e3;
export const HOUR_MS = 3600e3;
const DAY_MS = 86400e3;

let unit = "kmh";
let zone;			/* IANA name; undefined: the viewer's own */
let clocks = {};

export function setUnit(name)
{
	unit = name === "mph" ? "mph" : "kmh";
}

export function unitName()
{
	return unit === "mph" ? "mph" : "km/h";
}

/* Returns the zone that will be used: an unknown one is not. */
export function setZone(name)
{
	clocks = {};
	zone = undefined;
	try {
		new Intl.DateTimeFormat("en-GB", {timeZone: name});
		zone = name;
	} catch {
		/* the viewer's own zone then */
	}
	return timeZone();
}

export function timeZone()
{
	return zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function known(value)
{
	return value !== null && value !== undefined && !Number.isNaN(value);
}

/* km/h to the unit shown; null stays null, as charts want it. */
export function shown(kmh)
{
	if (!known(kmh))
		return null;
	return unit === "mph" ? kmh / KMH_PER_MPH : kmh;
}

export function number(value, digits = 0)
{
	return known(value) ? value.toLocaleString("en-GB", {
		minimumFractionDigits: digits,
		maximumFractionDigits: digits,
	}).replace("-", "\u2212") : "\u2013";
}

export function vehicles(n)
{
	return number(n) + (n === 1 ? " vehicle" : " vehicles");
}

export function perHour(n)
{
	return number(n) + " vehicles/h";
}

export function speed(kmh, digits = 0)
{
	return number(shown(kmh), digits);
}

export function percent(share, digits = 0)
{
	return known(share) ? number(share * 100, digits) + "\u202f%" : "\u2013";
}

/* Kilometres, or miles where speeds are in mph. */
export function lengthUnit()
{
	return unit === "mph" ? {name: "mi", km: KMH_PER_MPH} :
		{name: "km", km: 1};
}

export function distance(km)
{
	const {name, km: size} = lengthUnit();

	return number(km / size, 1) + " " + name;
}

function clock(name, options)
{
	clocks[name] ??= new Intl.DateTimeFormat("en-GB",
		{timeZone: zone, hourCycle: "h23", ...options});
	return clocks[name];
}

export function hour(ms)
{
	return known(ms) ? clock("hour",
		{hour: "2-digit", minute: "2-digit"}).format(ms) : "\u2013";
}

export function day(ms)
{
	return clock("day", {weekday: "short", day: "numeric",
		month: "short"}).format(ms).replace(",", "");
}

export function dayOnly(ms)
{
	return clock("dayOnly", {day: "numeric", month: "short"}).format(ms);
}

export function date(ms)
{
	return clock("date", {weekday: "short", day: "numeric", month: "short",
		year: "numeric"}).format(ms).replace(",", "");
}

/* The hour, with the day where that is not today. */
export function moment(ms)
{
	if (!known(ms))
		return "\u2013";
	const far = Math.abs(Date.now() - ms) > 300 * DAY_MS;
	if (date(ms) === date(Date.now()))
		return hour(ms);
	return (far ? date(ms) : day(ms)) + ", " + hour(ms);
}

/* A length of time in its two largest units: "3 d 4 h", "12 min", "40 s". */
export function lasting(ms)
{
	const s = Math.max(0, Math.round(ms / 1000));
	const m = Math.floor(s / 60);
	const hours = Math.floor(m / 60);

	if (s < 60)
		return s + " s";
	if (m < 60)
		return m + " min";
	if (hours < 24)
		return hours + " h" + (m % 60 ? " " + m % 60 + " min" : "");
	return Math.floor(hours / 24) + " d" +
		(hours % 24 ? " " + hours % 24 + " h" : "");
}

export function ahead(minutes)
{
	const n = Math.abs(minutes);
	const size = n % 60 === 0 ? n / 60 + " h" : n < 60 ? n + " min" :
		Math.floor(n / 60) + " h " + n % 60 + " min";

	return minutes === 0 ? "now" : (minutes < 0 ? "\u2212" : "+") + size;
}

export function bytes(n)
{
	const units = ["B", "kB", "MB", "GB", "TB"];
	let i = 0;

	while (n >= 1000 && i < units.length - 1) {
		n /= 1000;
		i++;
	}
	return number(n, i && n < 100 ? 1 : 0) + " " + units[i];
}

/* 717447 stays; a name is put before it where there is one. */
export function title(city, i)
{
	return city.name[i] || city.ids[i];
}
