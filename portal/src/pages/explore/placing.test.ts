import { buildSchema, parse } from "graphql";
import { describe, expect, test } from "vitest";

import { linesOf, marksOf } from "./placing";
import { selectedBy } from "./selected";
import { type Told, toldOf } from "./told";

const schema = buildSchema(`
  type Query { enterprise: Enterprise parties: [Party!] }
  interface Party { id: ID! name: String }
  type Enterprise implements Party { id: ID! name: String ratings(first: Int): [Rating!] }
  type Person implements Party { id: ID! name: String }
  type Rating { grade: String evidenceNo: String by: Agency provider: String! }
  type Agency { name: String! }
`);

const selected = (query: string) => selectedBy(parse(query), schema);

function withheld(path: (string | number)[], coordinate: string): readonly Told[] {
  return toldOf([{ message: "", path, extensions: { code: "FIELD_WITHHELD", coordinate } }], {});
}

function masked(path: string[], coordinate: string, providers: string[] = []): readonly Told[] {
  return toldOf([], { access: [{ code: "FIELD_MASKED", path, coordinate, providers, rules: ["a/b#c"] }] });
}

const marked = (body: unknown, told: readonly Told[], query: string) => {
  const lines = JSON.stringify(body, null, 2).split("\n");
  return marksOf(body, told, selected(query)).map(({ line }) => lines[line - 1]?.trim());
};

test("each value is found on the line on which it is written", () => {
  const body = { data: { a: [], b: { c: 1, d: [{ e: null }, {}] } }, errors: [{ message: "x" }] };
  const text = JSON.stringify(body, null, 2).split("\n");
  const line = (...path: (string | number)[]) => text[(linesOf(body).get(path.join("\u0000")) ?? 0) - 1]?.trim();
  expect(line("data", "a")).toBe('"a": [],');
  expect(line("data", "b", "d", 0, "e")).toBe('"e": null');
  expect(line("data", "b", "d", 1)).toBe("{}");
  expect(line("errors", 0, "message")).toBe('"message": "x"');
});

describe("what is told of a place", () => {
  test("marks the field that stands there", () => {
    const body = { data: { enterprise: { id: "1", name: null } } };
    expect(marked(body, withheld(["enterprise", "name"], "Enterprise.name"), "{ enterprise { id name } }")).toEqual([
      '"name": null',
    ]);
  });

  test("marks the list, if it is about the field that orders it", () => {
    const body = { data: { enterprise: { ratings: null } } };
    const query = "{ enterprise { ratings { grade } } }";
    expect(marked(body, withheld(["enterprise", "ratings"], "Rating.assessedOn"), query)).toEqual(['"ratings": null']);
  });
});

describe("what is told of a list", () => {
  test("marks the field in each row, by the name that the query gives it", () => {
    const body = { data: { enterprise: { ratings: [{ no: "**34" }, { no: "**56" }] } } };
    const query = "{ enterprise { ratings { no: evidenceNo } } }";
    expect(marked(body, masked(["enterprise", "ratings"], "Rating.evidenceNo"), query)).toEqual([
      '"no": "**34"',
      '"no": "**56"',
    ]);
  });

  test("marks only rows that have no value, where it is withheld", () => {
    const body = { data: { enterprise: { ratings: [{ grade: null }, { grade: "A" }] } } };
    const query = "{ enterprise { ratings { grade } } }";
    expect(marked(body, withheld(["enterprise", "ratings"], "Rating.grade"), query)).toEqual(['"grade": null']);
  });

  test("marks the object that went with a field that may not be null", () => {
    const body = { data: { enterprise: { ratings: [{ by: null }] } } };
    const query = "{ enterprise { ratings { by { name } } } }";
    expect(marked(body, withheld(["enterprise", "ratings"], "Agency.name"), query)).toEqual(['"by": null']);
  });

  test("marks rows of those providers alone of whom it is told, where the rows say whose they are", () => {
    const rows = [
      { evidenceNo: "**34", provider: "customs-gz" },
      { evidenceNo: "1256", provider: "tax-gd" },
    ];
    const told = masked(["enterprise", "ratings"], "Rating.evidenceNo", ["customs-gz"]);
    const body = { data: { enterprise: { ratings: rows } } };
    expect(marked(body, told, "{ enterprise { ratings { evidenceNo provider } } }")).toEqual(['"evidenceNo": "**34",']);
  });

  test("is not sure of rows that do not say whose they are", () => {
    const told = masked(["enterprise", "ratings"], "Rating.evidenceNo", ["customs-gz"]);
    const body = { data: { enterprise: { ratings: [{ evidenceNo: "**34" }] } } };
    const query = "{ enterprise { ratings { evidenceNo } } }";
    expect(marksOf(body, told, selected(query)).map(({ sure }) => sure)).toEqual([false]);
    expect(marksOf(body, masked(["enterprise", "ratings"], "Rating.evidenceNo"), selected(query))[0]?.sure).toBe(true);
  });

  test("finds fields in fragments and on interfaces", () => {
    const body = { data: { parties: [{ id: "1", name: null }] } };
    const query = "{ parties { ...p } } fragment p on Party { id ... on Party { name } }";
    expect(marked(body, withheld(["parties"], "Person.name"), query)).toEqual(['"name": null']);
  });
});

test("an error without a place is told, and marks nothing", () => {
  const told = toldOf([{ message: "Syntax Error", extensions: { code: "GRAPHQL_PARSE_FAILED" } }], {});
  expect(told.map(({ kind, path }) => [kind, path])).toEqual([["refused", null]]);
  expect(marksOf({ errors: [{ message: "Syntax Error" }] }, told, [])).toEqual([]);
});

test("a fragment that contains itself is walked but once", () => {
  expect(selected("{ enterprise { ...e } } fragment e on Enterprise { name ...e }").map(({ field }) => field)).toEqual([
    "enterprise",
    "name",
  ]);
});
