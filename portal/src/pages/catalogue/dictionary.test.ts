import { describe, expect, it } from "vitest";

import { dictionary } from "./sample";
import { withQuery } from "./search";

const type = (name: string) => withQuery(dictionary).find((each) => each.name === name);

describe("the dictionary", () => {
  it("has what policies speak of and the interfaces above, not the plumbing nor what the hub says of itself", () => {
    expect(dictionary.types.map((each) => each.name)).toEqual(["Enterprise", "Party", "Rating"]);
    expect(dictionary.query?.fields.map((each) => each.name)).toEqual(["party", "verify", "me"]);
  });

  it("says of a connection what it lists", () => {
    const ratings = type("Party")?.fields.find((each) => each.name === "ratings");
    expect(ratings).toMatchObject({ type: "RatingConnection", target: "Rating", kind: "record" });
  });

  it("marks as personal what demands a scope for personal information", () => {
    expect(
      type("Enterprise")
        ?.fields.filter((each) => each.personal)
        .map((each) => each.name),
    ).toEqual(["telephone"]);
  });

  it("puts types into the view whose scopes they demand", () => {
    expect(dictionary.types.map((each) => each.view)).toEqual(["identity", "identity", "credit"]);
  });

  it("tells identifiers with their formats, and where they are given and taken", () => {
    expect(dictionary.identifiers.map((each) => [each.name, each.specifiedBy, each.usedIn])).toEqual([
      ["ResidentId", null, ["Query.verify(residentId:)"]],
      ["Uscc", "https://example.org/uscc", ["Enterprise.uscc"]],
    ]);
  });
});
