import { expect, test } from "vitest";

import { bytesText, hitRate, seenWith, totals, type Health, type Seen } from "./health";

function health(worker: string, at: string): Health {
  const nothing = { plans: null, operations: null, pool: null, audit: null, process: null };
  return { worker, at, windows: [], stages: [], sources: [], ...nothing };
}

test("gauges of one worker are not drawn as another's", () => {
  let seen: ReadonlyMap<string, Seen> = new Map();
  for (const [n, worker] of ["a", "b", "a"].entries()) seen = seenWith(seen, health(worker, `2026-12-01T00:00:0${n}Z`));
  expect(seen.get("a")?.moments).toHaveLength(2);
  expect(seen.get("b")?.moments).toHaveLength(1);
});

test("what is told twice is seen once, and no more is kept than can be drawn", () => {
  let seen: ReadonlyMap<string, Seen> = new Map();
  for (let n = 0; n < 300; n += 1) seen = seenWith(seen, health("a", String(Math.floor(n / 2))));
  expect(seen.get("a")?.moments).toHaveLength(120);
});

test("a cache of which nothing was asked has no rate of hits", () => {
  expect(hitRate({ hits: 0, misses: 0 })).toBeNull();
  expect(hitRate({ hits: 3, misses: 1 })).toBe(75);
});

test("sums are over all windows", () => {
  const one = { at: "", requests: 2, refused: 1, failed: 0, p50: 1, p95: 1, p99: 1 };
  expect(totals([one, { ...one, failed: 3 }])).toEqual({ requests: 4, refused: 2, failed: 3 });
});

test("bytes are written in the unit that fits", () => {
  expect([0, 999, 1000, 123_456_789].map(bytesText)).toEqual(["0 B", "999 B", "1.0 kB", "123.5 MB"]);
});
