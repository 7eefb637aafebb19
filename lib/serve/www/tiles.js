/* The optional picture tiles under the map; those used last are kept. */

const SIZE = 256;
const KEEP = 300;
const MAX_TILE_ZOOM = 19;

export class Tiles
{
	/* url has {z}, {x} and {y}; onload is called when one more is there. */
	constructor({url}, onload)
	{
		this.url = url;
		this.onload = onload;
		this.images = new Map();
	}

	image(z, x, y)
	{
		const key = [z, x, y].join("/");
		let image = this.images.get(key);

		if (image) {
			this.images.delete(key);
		} else {
			image = new Image();
			image.onload = this.onload;
			image.src = this.url.replace("{z}", z).replace("{x}", x)
				.replace("{y}", y);
		}
		this.images.set(key, image);
		if (this.images.size > KEEP)
			this.images.delete(this.images.keys().next().value);
		return image.complete && image.naturalWidth ? image : null;
	}

	/* Paints those that the map shows, at the zoom nearest to its own. */
	paint(context, map)
	{
		const z = Math.min(MAX_TILE_ZOOM, Math.round(map.zoom));
		const n = 2 ** z;
		const size = SIZE * 2 ** (map.zoom - z);
		const [x0, y0] = map.toWorld(0, 0).map((v) => Math.floor(v * n));
		const [x1, y1] = map.toWorld(map.width, map.height)
			.map((v) => Math.floor(v * n));

		for (let y = Math.max(0, y0); y <= Math.min(n - 1, y1); y++)
			for (let x = x0; x <= x1; x++) {
				const image = this.image(z, (x % n + n) % n, y);
				if (image)
					context.drawImage(image,
						...map.toPixel(x / n, y / n),
						size + 0.5, size + 0.5);
			}
	}
}
