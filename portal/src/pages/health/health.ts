/** What `/explore/api/health` tells of the worker that answers. */
export interface Health {
  readonly worker: string;
  readonly at: string;
  /** Five seconds each, the oldest first. */
  readonly windows: readonly Window[];
  readonly stages: readonly { readonly name: string; readonly count: number; readonly mean: number }[];
  readonly sources: readonly Source[];
  readonly plans: Cache | null;
  readonly operations: Cache | null;
  readonly pool: Pool | null;
  readonly audit: Audit | null;
  readonly process: { readonly cpu: number; readonly resident: number; readonly delay: number } | null;
}

export interface Window {
  readonly at: string;
  readonly requests: number;
  readonly refused: number;
  readonly failed: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

export interface Source {
  readonly name: string;
  readonly status: "closed" | "open";
  readonly asked: number;
  readonly failures: number;
  readonly p50: number | null;
  readonly p95: number | null;
}

export interface Cache {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  readonly misses: number;
}

export interface Pool {
  readonly busy: number;
  readonly idle: number;
  readonly waiting: number;
}

export interface Audit {
  readonly size: number;
  readonly unsigned: number;
  readonly lag: number;
  readonly alarms: Readonly<Record<string, number>>;
}

/** Gauges have no history at the hub: what this page saw of them, at most as far back as the windows go. */
export interface Seen {
  readonly worker: string;
  readonly moments: readonly Moment[];
}

export interface Moment {
  readonly at: string;
  readonly pool: Pool | null;
  readonly audit: Audit | null;
  readonly plans: Cache | null;
}

const MOST = 120;

/** What was seen of one worker: when another answers, its own begins, since their numbers do not go together. */
export function seenWith(
  before: ReadonlyMap<string, Seen>,
  { worker, at, pool, audit, plans }: Health,
): Map<string, Seen> {
  const known = before.get(worker)?.moments ?? [];
  if (known.at(-1)?.at === at) return new Map(before);
  const moments = [...known, { at, pool, audit, plans }].slice(-MOST);
  return new Map(before).set(worker, { worker, moments });
}

/** The share of hits, of a hundred; null where nothing was looked up. */
export function hitRate(cache: Pick<Cache, "hits" | "misses">): number | null {
  const all = cache.hits + cache.misses;
  return all === 0 ? null : (100 * cache.hits) / all;
}

/** What all windows together say. */
export function totals(windows: readonly Window[]): Record<"requests" | "refused" | "failed", number> {
  const sum = (name: "requests" | "refused" | "failed") => windows.reduce((all, each) => all + each[name], 0);
  return { requests: sum("requests"), refused: sum("refused"), failed: sum("failed") };
}

export function bytesText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  const power = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), units.length - 1);
  return `${(bytes / 1000 ** power).toFixed(power > 0 ? 1 : 0)} ${units[power]}`;
}
