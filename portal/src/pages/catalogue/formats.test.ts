import { describe, expect, it } from "vitest";

import { FORMATS } from "./formats";

const fits = (name: string, value: string) => new RegExp(`^(?:${FORMATS[name]?.pattern})$`).test(value);

describe("the format of an identifier", () => {
  it.each([
    ["PartyId", "CN-914401155907310057", "CN-91440115590731005"],
    ["PartyId", "HK-70812345", "HK-708123456"],
    ["Uscc", "914401155907310057", "9144011559073100I7"],
    ["OrganisationCode", "D2143569X", "D2143569-X"],
    ["DeclarationNo", "514120261000000123", "514120262000000123"],
    ["CrNumber", "C0000123", "G0000123"],
    ["Gtin", "4006381333931", "40063813339"],
    ["AgencyId", "customs-gz", "Customs-GZ"],
    ["Decimal", "1234.50", "01234.50"],
    ["DateTime", "2026-11-01T08:30:00+00:00", "2026-11-01 08:30"],
  ])("%s is such as %s, and never %s", (name, one, other) => {
    expect([fits(name, one), fits(name, other)]).toEqual([true, false]);
  });
});
