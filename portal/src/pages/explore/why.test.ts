import { describe, expect, test } from "vitest";

import type { Access, AccessAnswer } from "../../hub/types";
import { type Told, toldOf } from "./told";
import { accessOf, helpsOf, policiesOf, whyOf } from "./why";

const withheld = (provider: string, cause: AccessAnswer["cause"], purposes: string[] = []): AccessAnswer => ({
  providers: [provider],
  outcome: "WITHHOLD",
  reason: "",
  policies: [{ policyId: `${provider}/credit`, version: 3 }],
  rules: [],
  cause,
  ground: null,
  ways: [],
  transforms: [],
  wouldHelp: { scopes: [], purposes },
});

const access: Access = {
  purpose: "RISK_ASSESSMENT",
  fields: {
    "Rating.grade": {
      outcome: "WITHHOLD",
      sentence: "",
      answers: [withheld("safe-gd", "OTHERS"), withheld("customs-gz", "PURPOSE", ["TRADE_FACILITATION"])],
    },
  },
};

function told(coordinate: string, extensions: Record<string, unknown> = {}): Told {
  const [error] = toldOf(
    [{ message: "", path: ["x"], extensions: { code: "FIELD_WITHHELD", coordinate, ...extensions } }],
    {},
  );
  if (error === undefined) throw new Error("An error is told of.");
  return error;
}

const english = (each: Told, known: Access | null) => whyOf(each, known).map(({ en }) => en);

describe("where the caller's access is known", () => {
  test("each provider's reason is said", () => {
    expect(english(told("Rating.grade"), access)).toEqual([
      "Withheld in rows of safe-gd: it is granted to others only.",
      "Withheld in rows of customs-gz: it is granted for other purposes only.",
    ]);
  });

  test("a type is told of by what is said of its fields", () => {
    expect(english(told("Rating"), access)).toHaveLength(2);
    expect(english(told("Rat"), access)).toEqual(["Withheld: no policy in force grants it."]);
  });

  test("what helps with one provider's rows is told, though another's would not be had", () => {
    expect(helpsOf(told("Rating.grade"), access)).toEqual([{ scopes: [], purposes: ["TRADE_FACILITATION"] }]);
  });

  test("policies are told with their versions", () => {
    expect(policiesOf(told("Rating.grade", { policy: "safe-gd/credit" }), access)).toEqual([
      { policyId: "safe-gd/credit", version: 3 },
      { policyId: "customs-gz/credit", version: 3 },
    ]);
  });
});

test("what is known for another purpose says nothing of an answer", () => {
  expect(accessOf({ purpose: "STATISTICS" }, access)).toBeNull();
  expect(accessOf({ purpose: "RISK_ASSESSMENT" }, access)).toBe(access);
});

describe("where it is not, the error says it", () => {
  test.each([
    [{ policy: null, helps: { scopes: ["credit:read"] } }, "Withheld: your token lacks a scope that it needs."],
    [{ policy: null, helps: null }, "Withheld: no policy in force grants it."],
    [{ policy: "a/b", rule: "a/b#c" }, "Withheld: the agency that owns it denies it."],
    [{ policy: "a/b", helps: { purposes: ["X"] } }, "Withheld: it is granted for other purposes only."],
    [{ policy: "a/b" }, "Withheld: it is granted to others only."],
  ])("%j", (extensions, sentence) => {
    expect(english(told("Rating.grade", extensions), null)).toEqual([sentence]);
  });
});
