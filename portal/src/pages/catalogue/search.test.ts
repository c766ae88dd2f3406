import { describe, expect, it } from "vitest";

import type { Entry } from "./entries";
import { dictionary, ENTRIES } from "./sample";
import { search } from "./search";

describe("the search", () => {
  const found = (words: string, owner = "", shareClass: Entry["shareClass"] | "" = "") =>
    search(dictionary, ENTRIES, { words, owner, shareClass });

  it("finds fields by what they are called in either language", () => {
    for (const words of ["TELE", "电话"]) {
      expect(found(words).types.map((each) => [each.type.name, each.fields.map((field) => field.name)])).toEqual([
        ["Enterprise", ["telephone"]],
      ]);
    }
  });

  it("asks for every word", () => {
    expect(found("enterprise code").types.map((each) => each.fields.map((field) => field.name))).toEqual([["uscc"]]);
    expect(found("enterprise nothing").count).toBe(0);
  });

  it("finds entries by their owner, and identifiers by their format", () => {
    expect(found("samr").entries.map((each) => each.policyId)).toEqual(["samr/identity"]);
    expect(found("GB 32100").identifiers.map((each) => each.name)).toEqual(["Uscc"]);
  });

  it("keeps to an owner and to a class", () => {
    expect(found("", "customs").types.map((each) => each.type.name)).toEqual(["Rating"]);
    expect(found("", "", "UNCONDITIONAL").entries.map((each) => each.policyId)).toEqual(["samr/identity"]);
    expect(found("", "samr").identifiers.map((each) => each.name)).toEqual(["Uscc"]);
    expect(found("", "customs", "UNCONDITIONAL").count).toBe(0);
  });
});
