import { describe, expect, test } from "vitest";

import vectors from "./fixtures/vectors.json";
import { base64url, utf8 } from "./encoding";
import { readHead } from "./head";
import { member, parsedObject, type JsonObject } from "./json";
import { thumbprint, type EcJwk } from "./jws";
import { readProof } from "./proof";
import { checkSigned, pathOf, readHeader } from "./receipt";
import { readRecord } from "./record";
import { readRoot, type LogKey, type RootDocument } from "./root-document";

const NOW = Date.parse("2026-12-01T00:00:00Z");
const proof = readProof(vectors.good.proof);
const root = await readRoot(utf8(vectors.good.root), NOW);
const record = await readRecord(proof.record);
const header = readHeader(vectors.good.header);
const [receipt, path] = [header.get("jws") ?? "", pathOf(header)];

function withKeys(change: (key: LogKey) => LogKey): RootDocument {
  return { ...root, keys: root.keys.map(change) };
}

const second = record.at.replace(/\.\d{6}Z$/, "Z");

describe("a key of the log", () => {
  test("proves what it signed while it counted, to the second at which it begins", async () => {
    const begun = withKeys((key) => ({ ...key, begins: second }));
    await checkSigned(receipt, path, begun, record);
  });

  test("proves nothing from after it ended, not even within the same second", async () => {
    const ended = withKeys((key) => ({ ...key, ends: second }));
    await expect(checkSigned(receipt, path, ended, record)).rejects.toThrow("did not count");
  });

  test("proves no head before it began", async () => {
    const later = withKeys((key) => ({ ...key, begins: "2026-12-01T00:00:00Z" }));
    await expect(readHead(proof.head, later)).rejects.toThrow("did not count");
  });

  test("that is for heads proves no receipt, and the other way round", async () => {
    const swapped = withKeys((key) => ({ ...key, use: key.use === "heads" ? "receipts" : "heads" }));
    await expect(checkSigned(receipt, path, swapped, record)).rejects.toThrow("does not certify");
    await expect(readHead(proof.head, swapped)).rejects.toThrow("does not certify");
  });

  test("that is another under the same name proves nothing", async () => {
    const [one, other] = root.keys;
    const forged = withKeys((key) => ({ ...key, jwk: (key === one ? other : one)?.jwk ?? key.jwk }));
    await expect(checkSigned(receipt, path, forged, record)).rejects.toThrow("signature does not hold");
  });
});

describe("what was signed for the records of a transaction", () => {
  const said = claimsOf(receipt);
  const [first, size] = [member(said, "first") as bigint, member(said, "size") as bigint];
  const seq = record.seq;
  const checked = async (changes: JsonObject, way = path) => {
    const by = await signer();
    await checkSigned(await by.sign({ ...said, ...changes }), way, by.root, record);
  };

  test("proves each of them, by its own path", async () => {
    await checked({});
    await expect(checked({}, path.slice(1))).rejects.toThrow("its path does not lead from this record");
  });

  test("proves one that was written alone, by no path", async () => {
    await checked({ first: seq, size: 1n, root: record.leafHex }, []);
    await expect(checked({ first: seq, size: 1n, root: record.leafHex })).rejects.toThrow("does not lead");
  });

  test.each<[string, JsonObject]>([
    ["it says log other, and the record", { log: "other" }],
    ["it says shard 99, and the record", { shard: 99n }],
    ["it says at 2026-11-02T00:00:00.000000Z, and the record", { at: "2026-11-02T00:00:00.000000Z" }],
    [`from ${seq + 1n} on, and this is ${seq}`, { first: seq + 1n }],
    [`it is for ${seq - first} records of its shard from ${first} on, and this is ${seq}`, { size: seq - first }],
    [`it is for ${size} records of its shard from null on`, { first: null }],
    [`it is for ${size}.5 records of its shard`, { size: Number(size) + 0.5 }],
    ["its path does not lead from this record to what was signed", { root: "00".repeat(32) }],
    ["its path does not lead from this record to what was signed", { root: "no hash" }],
  ])("is refused: %s", async (told, changes) => {
    await expect(checked(changes)).rejects.toThrow(told);
  });
});

describe("the path that came with the answer", () => {
  const hash = "0a".repeat(32);

  test("is of as many hashes as it has, and of none if it is not there", () => {
    expect(pathOf(readHeader(`path="${hash}${"0b".repeat(32)}"`)).map((each) => each[0])).toEqual([10, 11]);
    expect(pathOf(readHeader('path=""'))).toEqual([]);
    expect(pathOf(readHeader('id="1-1"'))).toEqual([]);
    expect(pathOf(readHeader(`path="${hash.repeat(64)}"`))).toHaveLength(64);
  });

  test.each([
    ["it ends within a hash", hash.slice(2)],
    ["it ends within a byte", hash.slice(1)],
    ["it is in capitals", hash.toUpperCase()],
    ["it is no hexadecimal", "zz".repeat(32)],
    ["it has more hashes than there can be", hash.repeat(65)],
  ])("is refused if %s", (_, text) => {
    expect(() => pathOf(readHeader(`path="${text}"`))).toThrow("the path in what was sent with the answer is none");
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

function claimsOf(signed: string): JsonObject {
  return parsedObject(atob(signed.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/") ?? ""));
}

/** A key for receipts that is made for a test, with the root document that certifies it. */
async function signer(): Promise<{ root: RootDocument; sign: (said: JsonObject) => Promise<string> }> {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const pair = await crypto.subtle.generateKey(curve, true, ["sign", "verify"]);
  const { x = "", y = "" } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  const jwk: EcJwk = { kty: "EC", crv: "P-256", x, y };
  const kid = await thumbprint(jwk);
  const sign = async (said: JsonObject) => {
    const parts = [JSON.stringify({ alg: "ES256", typ: "baygate-receipt+jwt", kid }), jsonOf(said)];
    const text = parts.map((each) => base64url(utf8(each))).join(".");
    const made = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, utf8(text));
    return `${text}.${base64url(new Uint8Array(made))}`;
  };
  return { root: { ...root, keys: [{ use: "receipts", jwk, kid, begins: null, ends: null }] }, sign };
}

function jsonOf(said: JsonObject): string {
  const members = Object.entries(said).map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === "bigint" ? value : JSON.stringify(value)}`,
  );
  return `{${members.join()}}`;
}
