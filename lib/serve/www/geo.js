/*
 * Places: Web Mercator on the unit square (x and y from 0 to 1, y downwards),
 * lines in flat arrays for quick painting, and a grid that finds the point
 * nearest to a pixel.
 */

const EARTH_KM = 6371;

export function project(lat, lon)
{
	const s = Math.sin(lat * Math.PI / 180);

	return [lon / 360 + 0.5,
		0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)];
}

export function unproject(x, y)
{
	return [Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180 / Math.PI,
		(x - 0.5) * 360];
}

/* Along the great circle, km. */
export function kilometres(a, b)
{
	const rad = Math.PI / 180;
	const dlat = (b.lat - a.lat) * rad;
	const dlon = (b.lon - a.lon) * rad;
	const q = Math.sin(dlat / 2) ** 2 + Math.cos(a.lat * rad) *
		Math.cos(b.lat * rad) * Math.sin(dlon / 2) ** 2;

	return 2 * EARTH_KM * Math.asin(Math.sqrt(q));
}

/* Widens a box of x0, y0, x1, y1; [1, 1, 0, 0] holds nothing yet. */
export function stretch(box, x, y)
{
	box[0] = Math.min(box[0], x);
	box[1] = Math.min(box[1], y);
	box[2] = Math.max(box[2], x);
	box[3] = Math.max(box[3], y);
}

/* The ends of the middle half of an array of numbers, NaN left out. */
export function quartiles(values)
{
	const v = values.filter((a) => !Number.isNaN(a)).sort();

	return [v[v.length >> 2], v[v.length * 3 >> 2]];
}

/*
 * Lines of [lat, lon, lat, lon, ...], projected: line k has the points
 * start[k] to start[k + 1] of x and y, and lies in the box min/max of it.
 * halves: lines 2k and 2k + 1 run from two places to the middle between them.
 */
export class Lines
{
	constructor(lines, segment, halves)
	{
		const points = lines.reduce((n, l) => n + l.length / 2, 0);
		let p = 0;

		this.count = lines.length;
		this.halves = halves;
		this.segment = Int32Array.from(lines, (_, k) => segment?.[k] ?? -1);
		this.start = new Uint32Array(lines.length + 1);
		this.x = new Float64Array(points);
		this.y = new Float64Array(points);
		this.box = new Float64Array(4 * lines.length);
		lines.forEach((line, k) => {
			const box = [1, 1, 0, 0];

			this.start[k] = p;
			for (let j = 0; j + 1 < line.length; j += 2, p++) {
				const [x, y] = project(line[j], line[j + 1]);
				this.x[p] = x;
				this.y[p] = y;
				stretch(box, x, y);
			}
			this.box.set(box, 4 * k);
		});
		this.start[lines.length] = p;
	}
}

/* Points by cells of a grid, to find those near a place. */
export class Grid
{
	/* x and y: projected, NaN where there is no place; size: of a cell. */
	constructor(x, y, size)
	{
		this.x = x;
		this.y = y;
		this.size = size;
		this.cells = new Map();
		for (let i = 0; i < x.length; i++) {
			if (Number.isNaN(x[i]))
				continue;
			const key = this.key(x[i], y[i]);
			const cell = this.cells.get(key);
			if (cell)
				cell.push(i);
			else
				this.cells.set(key, [i]);
		}
	}

	key(x, y)
	{
		return Math.floor(x / this.size) * 2 ** 26 +
			Math.floor(y / this.size);
	}

	/* Those within r of a place, nearest first; r up to a few cells. */
	near(x, y, r)
	{
		const found = [];
		const reach = Math.min(8, Math.ceil(r / this.size));

		for (let a = -reach; a <= reach; a++)
			for (let b = -reach; b <= reach; b++)
				for (const i of this.cells.get(this.key(
				    x + a * this.size, y + b * this.size)) || []) {
					const d = Math.hypot(this.x[i] - x,
						this.y[i] - y);
					if (d <= r)
						found.push([d, i]);
				}
		return found.sort((p, q) => p[0] - q[0] || p[1] - q[1])
			.map(([, i]) => i);
	}
}
