import { describe, expect, it } from "vitest";

import known from "../../../../certs.example/hk/platform.pem?raw";
import { distance, entryStanding, span, standingOf } from "./expiry";
import type { TrustEntry } from "./lists";
import { asPem, certificateIn, steps } from "./recognising";

const NOW = Date.parse("2026-11-27T12:00:00Z");
const entry = (valid: boolean, validFrom: string, validUntil: string | null) =>
  ({ valid, validFrom, validUntil }) as TrustEntry;

describe("what is valid until a moment", () => {
  it("is soon over in its last thirty days, and over at that very moment", () => {
    expect(standingOf("2027-02-01T00:00:00Z", NOW)).toBe("good");
    expect(standingOf("2026-12-27T12:00:00Z", NOW)).toBe("soon");
    expect(standingOf("2026-11-27T12:00:00Z", NOW)).toBe("over");
    expect(standingOf(null, NOW)).toBe("good");
  });

  it("is an entry that the hub judges, not this machine's clock", () => {
    expect(entryStanding(entry(true, "2026-11-01T00:00:00Z", "2026-11-27T11:59:00Z"), NOW)).toBe("soon");
    expect(entryStanding(entry(false, "2026-11-01T00:00:00Z", "2026-11-28T00:00:00Z"), NOW)).toBe("over");
    expect(entryStanding(entry(false, "2026-12-01T00:00:00Z", null), NOW)).toBe("not yet");
  });

  it("is so far away, in the largest unit that fits", () => {
    expect(distance("2028-11-27T12:00:00Z", NOW)).toEqual({ zh: "还有 2 年", en: "in 2 years" });
    expect(distance("2026-11-28T13:00:00Z", NOW)).toEqual({ zh: "还有 1 天", en: "in 1 day" });
    expect(distance("2026-11-27T09:30:00Z", NOW)).toEqual({ zh: "已过 2 小时", en: "2 hours ago" });
  });

  it("has evidence that may be so old", () => {
    expect(span(86_400).en).toBe("24 hours");
    expect(span(604_800).zh).toBe("7 天");
    expect(span(315_619_200)).toEqual({ zh: "10 年", en: "10 years" });
    expect(span(300).en).toBe("5 minutes");
  });
});

describe("a certificate that is pasted", () => {
  const pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----";

  it("is the first that stands in the text", () => {
    expect(certificateIn(`Bag Attributes\n${pem}\n${pem.replace("AAAA", "BBBB")}`)).toEqual({ pem: `${pem}\n` });
  });

  it("is refused with a private key beside it, whatever its kind", () => {
    for (const kind of ["", "RSA ", "EC ", "ENCRYPTED "]) {
      expect(certificateIn(`${pem}\n-----BEGIN ${kind}PRIVATE KEY-----`)).toEqual({ refused: "private key" });
    }
  });

  it("is refused if it is none", () => {
    expect(certificateIn("  ")).toEqual({ refused: "nothing" });
    expect(certificateIn("hello")).toEqual({ refused: "no certificate" });
  });

  it("may be a file in DER", () => {
    const der = Uint8Array.from(atob(known.replace(/-----[A-Z ]+-----|\s/g, "")), (each) => each.charCodeAt(0));
    expect(asPem(der)).toBe(known);
    expect(asPem(new TextEncoder().encode(known))).toBe(known);
  });
});

describe("the conditions", () => {
  it("stand in the hub's order, and what it did not come to was not reached", () => {
    const told = steps([
      { name: "issuing CA", met: false, detail: "unknown" },
      { name: "certificate", met: true, detail: "" },
      { name: "usage", met: true, detail: "" },
    ]);
    expect(told.map((each) => each.step)).toEqual(["met", "met", "failed", ...Array(6).fill("not reached")]);
    expect(told.at(-1)?.name).toBe("revocation");
  });

  it("were met on the way to a later one, where the hub tells nothing of them", () => {
    const told = steps([{ name: "usage", met: false, detail: "it is a CA's" }]);
    expect(told.slice(0, 3).map((each) => each.step)).toEqual(["met", "failed", "not reached"]);
  });

  it("are all shown, also one that this page does not know", () => {
    expect(steps([{ name: "a new one", met: true, detail: "" }]).at(-1)).toEqual({
      name: "a new one",
      step: "met",
      detail: "",
    });
  });
});
