import type { Access } from "./query";

export type Counted = readonly (readonly [name: string, count: number])[];

/** How many rows of each type were given, the most first. */
export function rowsByType(accesses: readonly Access[]): Counted {
  const rows = accesses.flatMap((access) => access.subjects.flatMap((subject) => subject.rows));
  return sums(rows.map(({ type, count }) => [type, count]));
}

/** In how many accesses each field was, the most first. */
export function fieldCounts(accesses: readonly Access[], outcome: "masked" | "conditional" | "withheld"): Counted {
  return sums(accesses.flatMap((access) => access[outcome].map((field) => [field, 1] as const)));
}

/** Who asked, the most often first. */
export function byAgency(accesses: readonly Access[]): Counted {
  return sums(accesses.map(({ agency }) => [agency, 1]));
}

function sums(pairs: readonly (readonly [string, number])[]): Counted {
  const found = new Map<string, number>();
  for (const [name, count] of pairs) found.set(name, (found.get(name) ?? 0) + count);
  return [...found].toSorted(([a, more], [b, less]) => less - more || a.localeCompare(b));
}
