import { describe, expect, test } from "vitest";

import vectors from "./fixtures/vectors.json";
import { utf8 } from "./encoding";
import { readHead } from "./head";
import { readProof } from "./proof";
import { checkReceipt, readHeader } from "./receipt";
import { readRecord } from "./record";
import { readRoot, type LogKey, type RootDocument } from "./root-document";

const NOW = Date.parse("2026-12-01T00:00:00Z");
const proof = readProof(vectors.good.proof);
const root = await readRoot(utf8(vectors.good.root), NOW);
const record = await readRecord(proof.record);
const receipt = readHeader(vectors.good.header).get("jws") ?? "";

function withKeys(change: (key: LogKey) => LogKey): RootDocument {
  return { ...root, keys: root.keys.map(change) };
}

const second = record.at.replace(/\.\d{6}Z$/, "Z");

describe("a key of the log", () => {
  test("proves what it signed while it counted, to the second at which it begins", async () => {
    await checkReceipt(
      receipt,
      withKeys((key) => ({ ...key, begins: second })),
      record,
    );
  });

  test("proves nothing from after it ended, not even within the same second", async () => {
    const ended = withKeys((key) => ({ ...key, ends: second }));
    await expect(checkReceipt(receipt, ended, record)).rejects.toThrow("did not count");
  });

  test("proves no head before it began", async () => {
    const later = withKeys((key) => ({ ...key, begins: "2026-12-01T00:00:00Z" }));
    await expect(readHead(proof.head, later)).rejects.toThrow("did not count");
  });

  test("that is for heads proves no receipt, and the other way round", async () => {
    const swapped = withKeys((key) => ({ ...key, use: key.use === "heads" ? "receipts" : "heads" }));
    await expect(checkReceipt(receipt, swapped, record)).rejects.toThrow("does not certify");
    await expect(readHead(proof.head, swapped)).rejects.toThrow("does not certify");
  });

  test("that is another under the same name proves nothing", async () => {
    const [one, other] = root.keys;
    const forged = withKeys((key) => ({ ...key, jwk: (key === one ? other : one)?.jwk ?? key.jwk }));
    await expect(checkReceipt(receipt, forged, record)).rejects.toThrow("signature does not hold");
  });
});

describe("what came with the answer", () => {
  test("is read with its name or without", () => {
    const bare = vectors.good.header.replace(/^baygate-receipt:\s*/i, "");
    expect(readHeader(`Baygate-Receipt: ${bare}\r\n`)).toEqual(readHeader(bare));
  });

  test.each(["id", 'id="1-1",', 'id="1-1" leaf="0"', 'id="a\\"b"'])("is refused as %s", (text) => {
    expect(() => readHeader(text)).toThrow("no Baygate-Receipt");
  });
});
