import { expect, test } from "vitest";

import type { Access, Outcome } from "../../hub/types";
import { countsOf, groupsOf } from "./access-groups";

const field = (outcome: Outcome) => ({ outcome, sentence: "", answers: [] });

const access: Access = {
  purpose: "STATISTICS",
  fields: {
    "Rating.grade": field("ALLOW"),
    "Declaration.buyerName": field("WITHHOLD"),
    "Rating.evidenceNo": field("TRANSFORM"),
    "Query.enterprise": field("ALLOW"),
  },
};

const coordinates = (search: string, outcome: Outcome | null = null) =>
  groupsOf(access, search, outcome).flatMap(({ fields }) => fields.map(({ coordinate }) => coordinate));

test("entry points come first, then types by name", () => {
  expect(groupsOf(access, "", null).map(({ type }) => type)).toEqual(["Query", "Declaration", "Rating"]);
});

test("a search finds fields by any part of their type and name", () => {
  expect(coordinates("evidence rating")).toEqual(["Rating.evidenceNo"]);
  expect(coordinates("BUYER")).toEqual(["Declaration.buyerName"]);
  expect(coordinates("nothing")).toEqual([]);
});

test("an outcome shows its fields alone", () => {
  expect(coordinates("", "WITHHOLD")).toEqual(["Declaration.buyerName"]);
  expect(countsOf(access)).toEqual({ ALLOW: 2, TRANSFORM: 1, CONDITIONAL: 0, WITHHOLD: 1 });
});
