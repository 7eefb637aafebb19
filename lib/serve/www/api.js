/*
 * Questions to the server's own interface (api/v1, described by
 * api/v1/openapi.json).  An answer that is not one becomes an ApiError with the
 * server's own words; a 401 is told to whoever set onSignIn() as well.
 */

const BASE = new URL("../api/v1/", import.meta.url);
const TIMEOUT_MS = 15e3;
const MOST_WAIT_S = 20;

let signIn = () => {};

export class ApiError extends Error {
	constructor(status, detail)
	{
		super(detail);
		this.status = status;	/* 0: the server was not reached */
	}
}

export function onSignIn(call)
{
	signIn = call;
}

export function address(path, query = {})
{
	const url = new URL(path, BASE);

	for (const [name, value] of Object.entries(query))
		if (value !== undefined && value !== null)
			url.searchParams.set(name, value);
	return url;
}

async function problem(answer)
{
	try {
		const body = await answer.json();
		return body.detail || body.title;
	} catch {
		return answer.statusText || "status " + answer.status;
	}
}

async function send(path, query, options)
{
	try {
		return await fetch(address(path, query), {
			signal: AbortSignal.timeout(TIMEOUT_MS), ...options});
	} catch (error) {
		throw new ApiError(0, error.name === "TimeoutError" ?
			"the server does not answer" :
			"the server cannot be reached");
	}
}

/* Too many questions are asked once more, when the server likes. */
async function ask(path, query, options)
{
	let answer = await send(path, query, options);

	if (answer.status === 429) {
		const wait = Number(answer.headers.get("Retry-After")) || 1;
		await new Promise((done) => setTimeout(done,
			Math.min(wait, MOST_WAIT_S) * 1e3));
		answer = await send(path, query, options);
	}
	if (answer.ok)
		return answer.status === 204 ? null : answer.json();
	const failure = new ApiError(answer.status, await problem(answer));
	if (answer.status === 401 && path !== "login")
		signIn();
	throw failure;
}

export function get(path, query)
{
	return ask(path, query);
}

export function post(path, body)
{
	return ask(path, undefined, {
		method: "POST",
		headers: {"Content-Type": "application/json"},
		body: JSON.stringify(body ?? {}),
	});
}
