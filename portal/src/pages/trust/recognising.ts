/** What the hub says of a certificate that was shown to it. */
export interface Recognition {
  readonly recognised: boolean;
  readonly sentence: string;
  readonly subject: string | null;
  readonly issuer: string | null;
  readonly fingerprint: string | null;
  readonly notBefore: string | null;
  readonly notAfter: string | null;
  readonly party: string | null;
  readonly jurisdiction: string | null;
  readonly assurance: number | null;
  readonly entry: string | null;
  readonly list: number | null;
  readonly goodUntil: string | null;
  readonly admits: { readonly scopes: readonly string[]; readonly purposes: readonly string[] } | null;
  readonly conditions: readonly Condition[];
}

export interface Condition {
  readonly name: string;
  readonly met: boolean;
  readonly detail: string;
}

export type Step = "met" | "failed" | "not reached";

export interface Stepped {
  readonly name: string;
  readonly step: Step;
  readonly detail: string;
}

/** The conditions in the order in which the hub looks at them (contract of `baygate trust verify`). */
export const ORDER = [
  "certificate",
  "usage",
  "issuing CA",
  "validity of the entry",
  "type name",
  "policy",
  "party",
  "path",
  "revocation",
] as const;

/**
 * Every condition in its order. Of one that the hub tells nothing of: if it told of a later one, this one was met on the
 * way there (that a certificate can be read is told only of those that cannot); else it was not reached.
 */
export function steps(conditions: readonly Condition[]): Stepped[] {
  const told = conditions.map(({ name, met, detail }): Stepped => ({ name, step: met ? "met" : "failed", detail }));
  const furthest = Math.max(-1, ...conditions.map((each) => ORDER.findIndex((name) => name === each.name)));
  const missing = ORDER.filter((name) => !conditions.some((each) => each.name === name));
  const rest = missing.map((name): Stepped => ({
    name,
    step: rank(name) < furthest ? "met" : "not reached",
    detail: "",
  }));
  return [...told, ...rest].sort((one, other) => rank(one.name) - rank(other.name));
}

/** Conditions that this page does not know stand last, in the hub's order. */
function rank(name: string): number {
  const known: readonly string[] = ORDER;
  const at = known.indexOf(name);
  return at < 0 ? known.length : at;
}

const BEGIN = "-----BEGIN CERTIFICATE-----";
const END = "-----END CERTIFICATE-----";
const PRIVATE = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----/;

export type Pasted = { readonly pem: string } | { readonly refused: "nothing" | "private key" | "no certificate" };

/** Take the first certificate out of what was pasted; a private key must not leave this page, nor what stands by it. */
export function certificateIn(text: string): Pasted {
  if (!text.trim()) return { refused: "nothing" };
  if (PRIVATE.test(text)) return { refused: "private key" };
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END, from);
  if (from < 0 || to < 0) return { refused: "no certificate" };
  return { pem: `${text.slice(from, to + END.length)}\n` };
}

/** A file as PEM: as it is if it is text, else as DER in base64. */
export function asPem(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes);
  if (text.includes("-----BEGIN")) return text;
  const binary = Array.from(bytes, (each) => String.fromCharCode(each)).join("");
  const lines = btoa(binary).match(/.{1,64}/g) ?? [];
  return [BEGIN, ...lines, END, ""].join("\n");
}
