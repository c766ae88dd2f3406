import { describe, expect, it } from "vitest";

import { reasonText, sentence, wayText } from "./explaining";
import type { Cell } from "./model";

const TOLD: Cell = {
  sentence: "",
  outcome: "WITHHOLD",
  cause: "PURPOSE",
  ground: null,
  policies: [],
  rules: [],
  ways: [],
  transforms: [],
  wouldHelp: { scopes: [], purposes: [] },
};
const ASKING = {
  who: { zh: "广州海关", en: "Guangzhou Customs" },
  purpose: { zh: "出口退税", en: "Export refund" },
  coordinate: "CreditRating.grade",
};

describe("why a field is given or withheld", () => {
  it("is one sentence in each language", () => {
    expect(sentence(TOLD, ASKING)).toEqual({
      zh: "广州海关以“出口退税”为目的查询 CreditRating.grade：不能获取，仅授权用于其他目的。",
      en: "For Guangzhou Customs, with the purpose “Export refund”, CreditRating.grade is withheld: it is granted for other purposes only.",
    });
    const given: Cell = { ...TOLD, outcome: "ALLOW", cause: null, ways: [{ transform: null, where: [] }] };
    expect(sentence(given, ASKING).zh).toMatch(/可获取，原样给予。$/);
  });

  it("tells of providers together for which it is the same", () => {
    const given = { ...TOLD, outcome: "ALLOW", cause: null, ways: [{ transform: null, where: [] }] } as const;
    const answers = [
      { ...given, reason: "", providers: ["samr-gd"] },
      { ...TOLD, reason: "", providers: ["hk-cr"] },
      { ...TOLD, reason: "", providers: ["mo-dsedt"], rules: ["mo-dsedt/persons#guangdong"] },
    ];
    expect(reasonText({ ...TOLD, answers })).toEqual({
      zh: "samr-gd 的记录可获取，原样给予；hk-cr、mo-dsedt 的记录不能获取，仅授权用于其他目的",
      en: "given as it is (rows of samr-gd); withheld: it is granted for other purposes only (rows of hk-cr, mo-dsedt)",
    });
  });

  it("tells in which rows", () => {
    const where = [
      [
        { field: "current", operator: "eq", value: true },
        { field: "partyId", operator: "eq", value: { subject: "party" } },
      ],
      [{ field: "mode", operator: "in", value: ["AIR", "SEA"] }],
    ] as const;
    expect(wayText({ transform: null, where })).toEqual({
      zh: "原样给予（限 current 为 true且partyId 为 调用方的主体，或mode 属于 AIR、SEA 的记录）",
      en: "as it is where current is true and partyId is the caller's party or mode is one of AIR, SEA",
    });
  });

  it("holds in all rows if any of its conditions is none", () => {
    expect(wayText({ transform: null, where: [[{ field: "a", operator: "eq", value: 1 }], []] }).en).toBe("as it is");
  });
});
