import { describe, expect, it } from "vitest";

import type { Field, RecordType } from "./dictionary";
import { edgesOf, NODE, pictureOf } from "./graph";
import { dictionary } from "./sample";
import { withQuery } from "./search";

const NO_TEXT = { zh: "", en: "" };
const leading = (target: string): Field => ({
  name: `to${target}`,
  type: target,
  target,
  kind: "record",
  text: NO_TEXT,
  scopes: [],
  personal: false,
  arguments: [],
});
const record = (name: string, ...targets: string[]): RecordType => ({
  name,
  kind: "OBJECT",
  text: NO_TEXT,
  fields: targets.map(leading),
  interfaces: [],
  members: [],
  view: null,
  entries: [],
});

describe("the picture", () => {
  const types = withQuery(dictionary);

  it("draws what an interface has once, not again for each implementation", () => {
    const drawn = edgesOf(types).map((each) => `${each.from} ${each.kind} ${each.to}`);
    expect(drawn).toEqual([
      "Party implements Enterprise",
      "Party field Rating",
      "Query field Party",
      "Rating field Party",
    ]);
  });

  it("stands types in columns by their distance from the entry points, a lane for each view", () => {
    const { nodes, lanes } = pictureOf(types, ["identity", "credit"]);
    const column = new Map(nodes.map((each) => [each.name, each.x]));
    const [query = 0, party = 0, rating = 0] = ["Query", "Party", "Rating"].map((name) => column.get(name));
    expect(query < party && party < rating && column.get("Enterprise") === rating).toBe(true);
    expect(lanes.map((each) => each.view)).toEqual([null, "identity", "credit"]);
  });

  it("overlaps nothing and fits its frame", () => {
    const { nodes, width, height } = pictureOf(types, ["identity", "credit"]);
    expect(new Set(nodes.map((each) => `${each.x} ${each.y}`)).size).toBe(types.length);
    expect(nodes.every((each) => each.x < width && each.y < height)).toBe(true);
  });

  it("is the same whatever the order in which types come", () => {
    expect(pictureOf([...types].reverse(), ["identity", "credit"])).toEqual(pictureOf(types, ["identity", "credit"]));
  });

  it("puts what one leads to beside it, whatever it is called", () => {
    const { nodes } = pictureOf(
      [record("Query", "A", "B"), record("A", "Z"), record("B", "C"), record("C"), record("Z")],
      [],
    );
    const row = new Map(nodes.map((each) => [each.name, each.y]));
    expect([row.get("Z") === row.get("A"), row.get("C") === row.get("B")]).toEqual([true, true]);
    expect((row.get("B") ?? 0) - (row.get("A") ?? 0)).toBeGreaterThan(NODE.height);
  });

  it("ends, and finds a place for all, where types lead in circles or nothing leads to one", () => {
    const { nodes } = pictureOf([record("Query", "A"), record("A", "B"), record("B", "A"), record("Alone")], []);
    expect(nodes.map((each) => each.name).sort()).toEqual(["A", "Alone", "B", "Query"]);
  });
});
