/** Accesses over time: so many of each agency in each hour, or each day where they are further apart. */
import { byAgency } from "./counts";
import type { Access } from "./query";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MOST_HOURS = 72;
const MOST_BINS = 120;
/** Of a single hour, too, one sees that before it there was nothing. */
const FEWEST_BINS = 24;
/** Agencies that are shown by themselves; the rest are one series. */
const MOST_SERIES = 3;

export interface Bins {
  readonly unit: "hour" | "day";
  /** The agencies of the series; null for all the others together. */
  readonly agencies: readonly (string | null)[];
  readonly bins: readonly Bin[];
  readonly highest: number;
}

export interface Bin {
  readonly begins: number;
  /** One count for each series. */
  readonly counts: readonly number[];
}

export function binned(accesses: readonly Access[]): Bins {
  const moments = accesses.map(({ at }) => Date.parse(at));
  const [first, last] = [
    moments.reduce((a, b) => Math.min(a, b), Infinity),
    moments.reduce((a, b) => Math.max(a, b), 0),
  ];
  const unit = last - first < MOST_HOURS * HOUR ? "hour" : "day";
  const size = unit === "hour" ? HOUR : DAY;
  const end = Math.floor(last / size);
  const begin = Math.max(Math.min(Math.floor(first / size), end - FEWEST_BINS + 1), end - MOST_BINS + 1);
  const named: (string | null)[] = byAgency(accesses)
    .slice(0, MOST_SERIES)
    .map(([agency]) => agency);
  const agencies = accesses.some(({ agency }) => !named.includes(agency)) ? [...named, null] : named;
  const counts = Array.from({ length: Math.max(end - begin + 1, 0) }, () => agencies.map(() => 0));
  for (const [n, { agency }] of accesses.entries()) {
    const bin = counts[Math.floor((moments[n] ?? 0) / size) - begin];
    const series = agencies.indexOf(named.includes(agency) ? agency : null);
    if (bin) bin[series] = (bin[series] ?? 0) + 1;
  }
  const bins = counts.map((each, n) => ({ begins: (begin + n) * size, counts: each }));
  return { unit, agencies, bins, highest: bins.reduce((most, each) => Math.max(most, total(each)), 0) };
}

export function total(bin: Bin): number {
  return bin.counts.reduce((sum, count) => sum + count, 0);
}

/** The moment at which a bin begins, as it is written beneath it. */
export function binName({ begins }: Bin, unit: Bins["unit"]): string {
  const text = new Date(begins).toISOString();
  return unit === "hour" ? text.slice(0, 16).replace("T", " ") : text.slice(0, 10);
}
