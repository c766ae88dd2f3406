import { expect, test } from "vitest";

import type { AccessAnswer } from "../hub/types";
import { merged } from "./merged";

const withheldBy = (provider: string, cause: AccessAnswer["cause"] = "OTHERS"): AccessAnswer => ({
  providers: [provider],
  outcome: "WITHHOLD",
  reason: "",
  policies: [{ policyId: `${provider}/clearance`, version: 1 }],
  rules: [`${provider}/clearance#r`],
  cause,
  ground: null,
  ways: [],
  transforms: [],
  wouldHelp: { scopes: [], purposes: [] },
});

test("what is said alike of several providers is said once, of all of them", () => {
  const [answer, ...others] = merged([withheldBy("customs-gz"), withheldBy("customs-sz")]);
  expect(others).toEqual([]);
  expect(answer?.providers).toEqual(["customs-gz", "customs-sz"]);
  expect(answer?.policies.map(({ policyId }) => policyId)).toEqual(["customs-gz/clearance", "customs-sz/clearance"]);
  expect(answer?.rules).toEqual(["customs-gz/clearance#r", "customs-sz/clearance#r"]);
});

test("different reasons stay apart", () => {
  expect(merged([withheldBy("customs-gz"), withheldBy("customs-sz", "DENIED")])).toHaveLength(2);
});
