/*
 * The state of the page in the address, so that a link shows the same:
 *	#live?at=30&segment=717447&map=34.12,-118.27,11.5
 */

const SHARED = ["map"];		/* what goes along to another page */

function parse()
{
	const [page, query] = location.hash.replace(/^#\/?/, "").split("?");

	return {page: page || "live", query: new URLSearchParams(query)};
}

function compose(page, query)
{
	const s = query.toString().replaceAll("%2C", ",");

	return "#" + page + (s ? "?" + s : "");
}

export const hash = {
	page()
	{
		return parse().page;
	},

	get(name)
	{
		return parse().query.get(name);
	},

	/* Sets some values of this page; null removes one. */
	set(values)
	{
		const {page, query} = parse();

		for (const [key, value] of Object.entries(values))
			if (value === null || value === undefined || value === "")
				query.delete(key);
			else
				query.set(key, value);
		history.replaceState(null, "", compose(page, query));
	},

	/* The address of another page that keeps what pages share. */
	link(page, values = {})
	{
		const query = new URLSearchParams();

		for (const key of SHARED)
			if (hash.get(key))
				query.set(key, hash.get(key));
		for (const [key, value] of Object.entries(values))
			query.set(key, value);
		return compose(page, query);
	},
};
