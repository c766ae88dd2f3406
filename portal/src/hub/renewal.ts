/** The session begun anew without leaving the page, while the person is still signed in at the hub. */
import type { Asking } from "./types";

const STORED = "baygate-asking";

/** What the person asks for, as it was last agreed: a session that ran out is renewed for the same. */
export function remembered(): Asking | null {
  const stored = sessionStorage.getItem(STORED);
  return stored === null ? null : (JSON.parse(stored) as Asking);
}

export function remember(asking: Asking | null): void {
  if (asking === null) sessionStorage.removeItem(STORED);
  else sessionStorage.setItem(STORED, JSON.stringify(asking));
}

/** The address at which a sign-in begins. */
export function signInAddress(asking: Asking | null, to: string, anew = false): string {
  const query = new URLSearchParams({ to });
  if (asking) {
    query.set("purpose", asking.purpose);
    if (asking.legalBasis) query.set("legalBasis", asking.legalBasis);
    if (asking.caseNo) query.set("caseNo", asking.caseNo);
  }
  if (anew) query.set("prompt", "login");
  return `/explore/sign-in?${query}`;
}

/** Follow the sign-in's redirects in the background; true if a session was begun, false if the person is needed. */
export async function renew(asking: Asking | null): Promise<boolean> {
  const address = signInAddress(asking, location.hash || "#/explore");
  // an identity provider's page is another origin's, and no fetch is let there
  const response = await fetch(address, { credentials: "same-origin" }).catch(() => null);
  return response !== null && response.ok && new URL(response.url).pathname === "/explore/signed-in";
}
