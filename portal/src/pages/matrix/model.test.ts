import { describe, expect, it } from "vitest";

import type { Outcome } from "../../hub/types";
import { byType, type Change, tally } from "./changes";
import { type Cell, countsOf, groupsOf, type Matrix, moved, partOf, type Side, typesOf } from "./model";

const cell = (outcome: Outcome): Cell => ({
  outcome,
  sentence: "",
  cause: null,
  ground: null,
  policies: [],
  rules: [],
  ways: [],
  transforms: [],
  wouldHelp: { scopes: [], purposes: [] },
});

const MATRIX: Matrix = {
  purpose: "RISK_ASSESSMENT",
  owner: "customs-gz",
  agencies: ["tax-gd", "hk-customs"].map((id) => ({
    id,
    name: null,
    nameEn: null,
    jurisdiction: null,
    own: id === "tax-gd",
  })),
  fields: ["CreditRating.grade", "CreditRating.evidenceNo", "Declaration.declarationNo"],
  provided: ["CreditRating.grade", "CreditRating.evidenceNo"],
  cells: {
    "CreditRating.grade": { "tax-gd": cell("ALLOW"), "hk-customs": cell("CONDITIONAL") },
    "CreditRating.evidenceNo": { "tax-gd": cell("TRANSFORM"), "hk-customs": cell("WITHHOLD") },
    "Declaration.declarationNo": { "tax-gd": cell("WITHHOLD") },
  },
};

describe("the matrix", () => {
  const groups = (side: Side, type = "", outcome: Outcome | "" = "") =>
    groupsOf(partOf(MATRIX, side), { type, outcome }).map((each) => [each.type, each.rows.map((row) => row.field)]);

  it("groups fields by their type", () => {
    expect(groups("gets")).toEqual([
      ["CreditRating", ["grade", "evidenceNo"]],
      ["Declaration", ["declarationNo"]],
    ]);
    expect(typesOf(partOf(MATRIX, "gets"))).toEqual(["CreditRating", "Declaration"]);
  });

  it("tells of what the owner gives to every agency, and of what it gets for itself alone", () => {
    expect(groups("gives")).toEqual([["CreditRating", ["grade", "evidenceNo"]]]);
    expect(partOf(MATRIX, "gives").agencies).toHaveLength(2);
    expect(partOf(MATRIX, "gets").agencies.map((each) => each.id)).toEqual(["tax-gd"]);
  });

  it("keeps fields for which any agency that is shown meets the outcome", () => {
    expect(groups("gives", "", "WITHHOLD")).toEqual([["CreditRating", ["evidenceNo"]]]);
    expect(groups("gets", "", "WITHHOLD")).toEqual([["Declaration", ["declarationNo"]]]);
    expect(groups("gets", "Declaration", "ALLOW")).toEqual([]);
  });

  it("counts the cells that are shown, and none that is not there", () => {
    expect(countsOf(partOf(MATRIX, "gives"), "")).toEqual({ ALLOW: 1, TRANSFORM: 1, CONDITIONAL: 1, WITHHOLD: 1 });
    expect(countsOf(partOf(MATRIX, "gets"), "Declaration")).toEqual({
      ALLOW: 0,
      TRANSFORM: 0,
      CONDITIONAL: 0,
      WITHHOLD: 1,
    });
  });

  it("is walked by arrow keys, and never out of its bounds", () => {
    const size = { rows: 3, columns: 2 };
    expect(moved({ row: 0, column: 0 }, "ArrowDown", false, size)).toEqual({ row: 1, column: 0 });
    expect(moved({ row: 2, column: 1 }, "ArrowRight", false, size)).toEqual({ row: 2, column: 1 });
    expect(moved({ row: 2, column: 1 }, "Home", false, size)).toEqual({ row: 2, column: 0 });
    expect(moved({ row: 2, column: 0 }, "Home", true, size)).toEqual({ row: 0, column: 0 });
    expect(moved({ row: 0, column: 0 }, "End", true, size)).toEqual({ row: 2, column: 1 });
    expect(moved({ row: 0, column: 0 }, "PageDown", false, size)).toEqual({ row: 2, column: 0 });
    expect(moved({ row: 0, column: 0 }, "Enter", false, size)).toBeNull();
  });
});

describe("a proposed policy", () => {
  const change = (direction: Change["change"], coordinate: string): Change => ({
    coordinate,
    agency: "tax-gd",
    recipient: "tax-gd",
    providers: [],
    change: direction,
    before: { outcome: "WITHHOLD", sentence: "" },
    after: { outcome: "ALLOW", sentence: "" },
  });

  it("is told by type, and counted", () => {
    const changes = [
      change("GAINED", "CreditRating.grade"),
      change("LOST", "Declaration.weight"),
      change("LOST", "CreditRating"),
    ];
    expect(byType(changes).map((each) => [each.type, each.changes.length])).toEqual([
      ["CreditRating", 2],
      ["Declaration", 1],
    ]);
    expect(tally(changes)).toEqual({ GAINED: 1, LOST: 2, CHANGED: 0 });
  });
});
