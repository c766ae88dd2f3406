import { describe, expect, it } from "vitest";
import { bilingual, described } from "./descriptions";

describe("a description", () => {
  it("is split where its Chinese begins", () => {
    expect(bilingual("Number of the document, masked. 证件号码（脱敏）")).toEqual({
      en: "Number of the document, masked.",
      zh: "证件号码（脱敏）",
    });
  });

  it("keeps all of its English sentences together", () => {
    expect(bilingual("A code, GB/T 2260. Taken, never given. HS 编码")).toEqual({
      en: "A code, GB/T 2260. Taken, never given.",
      zh: "HS 编码",
    });
  });

  it("keeps all of its Chinese together, with full stops of either kind", () => {
    expect(bilingual("Standard. 见 GB/T 2260. 第一版").zh).toBe("见 GB/T 2260. 第一版");
  });

  it("stands for both languages if it has one", () => {
    expect(bilingual("Charges of the company.")).toEqual({
      en: "Charges of the company.",
      zh: "Charges of the company.",
    });
  });

  it("tells the scopes that stand below it", () => {
    const told = described("Price. 价格\n\nScopes: `filings:read` and `filings:personal`, or `filings:all`.");
    expect(told.text).toEqual({ en: "Price.", zh: "价格" });
    expect(told.scopes).toEqual([["filings:read", "filings:personal"], ["filings:all"]]);
  });

  it("demands nothing if it says nothing of scopes", () => {
    expect(described("Price. 价格").scopes).toEqual([]);
    expect(described(null)).toEqual({ text: { en: "", zh: "" }, scopes: [] });
  });
});
