import { describe, expect, test } from "vitest";

import { binName, binned, total } from "./bins";
import { fieldCounts, rowsByType } from "./counts";
import { conditions, NO_FILTERS, type Access } from "./query";

function access(at: string, agency: string, more: Partial<Access> = {}): Access {
  const nothing = { party: null, jurisdiction: null, legalBasis: null, caseNo: null, operationName: null };
  const fields = { released: [], masked: [], conditional: [], withheld: [] };
  const place = { id: "1-1", index: "1", client: agency, purpose: "STATISTICS", provider: "tax-gd", status: "OK" };
  return { at, agency, ...place, ...nothing, ...fields, subjects: [], ...more };
}

describe("accesses over time", () => {
  test("are counted by the hour, and each hour between two is there", () => {
    const told = binned([access("2026-11-27T20:59:59Z", "a"), access("2026-11-27T18:00:00Z", "a")]);
    expect(told.unit).toBe("hour");
    expect(told.bins.slice(-3).map(total)).toEqual([1, 0, 1]);
    expect(told.bins.map((bin) => binName(bin, told.unit)).at(-1)).toBe("2026-11-27 20:00");
  });

  test("are counted by the day where they are more than three days apart", () => {
    const told = binned([access("2026-11-27T20:00:00Z", "a"), access("2026-11-20T18:00:00Z", "b")]);
    expect(told.unit).toBe("day");
    expect(told.bins.slice(-8).map(total)).toEqual([1, 0, 0, 0, 0, 0, 0, 1]);
  });

  test("of more agencies than have a series are counted together", () => {
    const agencies = ["a", "a", "b", "b", "c", "c", "d", "e"];
    const told = binned(agencies.map((agency) => access("2026-11-27T20:00:00Z", agency)));
    expect(told.agencies).toEqual(["a", "b", "c", null]);
    expect(told.bins.at(-1)?.counts).toEqual([2, 2, 2, 2]);
    expect(told.highest).toBe(8);
  });
});

test("rows are counted by their type over all subjects, the most first", () => {
  const rows = (type: string, count: number) => ({ party: null, rows: [{ type, count }] });
  const accesses = [
    access("2026-11-27T20:00:00Z", "a", { subjects: [rows("Licence", 1), rows("Declaration", 3), rows("Licence", 1)] }),
  ];
  expect(rowsByType(accesses)).toEqual([
    ["Declaration", 3],
    ["Licence", 2],
  ]);
});

test("a field counts once for each access in which it was withheld", () => {
  const withheld = { withheld: ["Licence.number"] };
  const accesses = ["a", "b"].map((agency) => access("2026-11-27T20:00:00Z", agency, withheld));
  expect(fieldCounts(accesses, "withheld")).toEqual([["Licence.number", 2]]);
  expect(fieldCounts(accesses, "masked")).toEqual([]);
});

test("the last day of a filter is included: the hub's own bound is the first moment that is not", () => {
  expect(conditions({ ...NO_FILTERS, from: "2026-11-30", to: "2026-11-30", agency: "a" })).toEqual({
    agency: "a",
    since: "2026-11-30T00:00:00Z",
    until: "2026-12-01T00:00:00.000Z",
  });
});
