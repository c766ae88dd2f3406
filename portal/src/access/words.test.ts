import { expect, test } from "vitest";

import type { AccessAnswer } from "../hub/types";
import { answerText, helpText, transformText } from "./words";

const given: AccessAnswer = {
  providers: ["customs-gz"],
  outcome: "ALLOW",
  reason: "",
  policies: [{ policyId: "customs-gz/credit", version: 1 }],
  rules: ["customs-gz/credit#business"],
  cause: null,
  ground: null,
  ways: [{ transform: null, where: [] }],
  transforms: [],
  wouldHelp: { scopes: [], purposes: [] },
};

test("a field given in some rows says in which, and what the others have", () => {
  const where = [[{ field: "current", operator: "eq", value: true } as const]];
  const text = answerText({ ...given, outcome: "CONDITIONAL", ways: [{ transform: null, where }] });
  expect(text.en).toBe("Rows of customs-gz: as it is, where current is true; in other rows it is null.");
  expect(text.zh).toBe("customs-gz 的记录：原样给予：当 current 等于 真；其余各行为空。");
});

test("rows that are not shown are told of", () => {
  const where = [[{ field: "current", operator: "eq", value: true } as const]];
  expect(answerText({ ...given, ways: [{ transform: null, where }] }).en).toBe(
    "Rows of customs-gz: as it is, where current is true; you are shown no other rows.",
  );
});

test("an attribute of the caller is said to be his own", () => {
  const where = [[{ field: "partyId", operator: "eq", value: { subject: "party" } } as const]];
  expect(answerText({ ...given, providers: [], ways: [{ transform: null, where }] }).en).toBe(
    "As it is, where partyId is yourself; you are shown no other rows.",
  );
});

test("a withheld field says why, with the ground that its owner names", () => {
  const ground = { reason: "NO_SHARE", legalBasis: "数据安全法" };
  expect(answerText({ ...given, outcome: "WITHHOLD", ways: [], cause: "DENIED", ground }).en).toBe(
    "Withheld in rows of customs-gz: the agency that owns it denies it (NO_SHARE, 数据安全法).",
  );
});

test("a mask says what is kept of a value", () => {
  expect(transformText({ kind: "MASK", keepFirst: 0, keepLast: 4 }).en).toBe("masked but for the last 4 characters");
  expect(transformText({ kind: "MASK", keepFirst: 2, keepLast: 4 }).zh).toBe("遮蔽，只保留前 2 位和后 4 位");
  expect(transformText({ kind: "MASK" }).en).toBe("masked whole");
});

test("scopes help together with a purpose, and nothing is promised where nothing helps", () => {
  const name = (id: string) => ({ zh: id, en: id });
  expect(helpText({ scopes: ["credit:read"], purposes: ["A", "B"] }, name)?.en).toBe(
    "the scope credit:read together with the purpose “A” or “B”",
  );
  expect(helpText({ scopes: [], purposes: [] }, name)).toBeNull();
});
