// The hub, asked as the person whose session this is: by cookie, from this page alone.

const HEADERS = { "Baygate-Explorer": "1", accept: "application/json" };

/** What the hub answers with something else than what was asked for; the message says what to do. */
export class HubError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function read(address, options) {
  const response = await fetch(address, { credentials: "same-origin", ...options }).catch(() => null);
  if (response === null) throw new HubError(0, "The hub cannot be reached: see whether it runs, and try again.");
  const body = await response.json().catch(() => null);
  // a GraphQL answer may come with another status than 200, and says itself what is wrong
  if (!response.ok && !body?.errors) {
    throw new HubError(response.status, body?.message ?? body?.error_description ?? response.statusText);
  }
  return { body, receipt: response.headers.get("baygate-receipt") };
}

export async function get(address) {
  return (await read(address, { headers: HEADERS })).body;
}

export function graphql(query, variables) {
  const headers = { ...HEADERS, "content-type": "application/json" };
  return read("/explore/graphql", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
}

/** The address at which somebody signs in, and comes back to this page. */
export function signInAddress({ purpose, legalBasis, caseNo, prompt }) {
  const to = location.pathname === "/" ? "#/explore" : `${location.pathname}#/`;
  const given = Object.entries({ purpose, legalBasis, caseNo, prompt, to }).filter(([, value]) => value);
  return `/explore/sign-in?${new URLSearchParams(given)}`;
}

/** Ask for another purpose: without leaving the page, as long as the person is still signed in at the hub. */
export async function changePurpose(asked) {
  const address = signInAddress(asked);
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  if (response?.ok && new URL(response.url).pathname === "/explore/signed-in") return;
  location.assign(address);
  await new Promise(() => {});
}

export async function signOut() {
  await fetch("/explore/sign-out", { method: "POST", credentials: "same-origin", headers: HEADERS });
}
