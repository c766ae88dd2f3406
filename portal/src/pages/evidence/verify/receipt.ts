import { fromHex, type Bytes } from "./encoding";
import { member, type JsonObject } from "./json";
import { claims, read } from "./jws";
import { includes, LENGTH, LONGEST_PATH } from "./merkle";
import type { LoggedRecord } from "./record";
import { Refuted } from "./refuted";
import { counts, type LogKey, type LogUse, type RootDocument } from "./root-document";
import { isRecorded } from "./moment";

const TYPE = "baygate-receipt+jwt";
const MEMBER = /([a-z*][a-z0-9_.*-]*)="([^"\\]*)"/y;
const SEPARATOR = /[ \t]*,[ \t]*/y;
const NAME = "baygate-receipt:";

/** What came with the answer: `Baygate-Receipt` (RFC 9651, section 3.2), by its members' names. */
export type Header = ReadonlyMap<string, string>;

export function readHeader(text: string): Header {
  const trimmed = text.trim();
  const rest = trimmed.toLowerCase().startsWith(NAME) ? trimmed.slice(NAME.length).trim() : trimmed;
  const members = new Map<string, string>();
  let at = 0;
  while (at < rest.length) {
    const found = taken(MEMBER, rest, at);
    if (found?.[1] === undefined || found[2] === undefined) throw notHeader();
    members.set(found[1], found[2]);
    at += found[0].length;
    const separator = taken(SEPARATOR, rest, at)?.[0].length ?? 0;
    if (at < rest.length && (separator === 0 || at + separator === rest.length)) throw notHeader();
    at += separator;
  }
  return members;
}

/** The hashes that lead from a record to what was signed; none where it was written alone. */
export function pathOf(header: Header): Bytes[] {
  const bytes = fromHex(header.get("path") ?? "");
  if (bytes === null || bytes.length % LENGTH !== 0 || bytes.length > LONGEST_PATH * LENGTH) {
    throw new Refuted("随应答而来的路径不合规范", "the path in what was sent with the answer is none");
  }
  return Array.from({ length: bytes.length / LENGTH }, (_, n) => bytes.slice(n * LENGTH, (n + 1) * LENGTH));
}

/**
 * Check that the hub signed that it had written this record: refused if another key did, or it is of other records.
 *
 * It is signed once for the records of a transaction, over the root of their tree, to which the path leads.
 */
export async function checkSigned(
  signed: string,
  path: readonly Bytes[],
  root: RootDocument,
  record: LoggedRecord,
): Promise<void> {
  const said = await proven(signed, TYPE, "receipts", root);
  for (const [name, value] of Object.entries({ log: record.log, shard: record.shard, at: record.at })) {
    const told = member(said, name);
    if (told !== value) {
      throw new Refuted(
        `收据的 ${name} 是 ${String(told)}，记录的是 ${value}`,
        `it says ${name} ${String(told)}, and the record ${value}`,
      );
    }
  }
  const [first, size, signedRoot] = ["first", "size", "root"].map((name) => member(said, name));
  const seq = record.seq;
  if (typeof first !== "bigint" || typeof size !== "bigint" || seq < first || seq >= first + size) {
    throw new Refuted(
      `收据属于其分片自 ${String(first)} 起的 ${String(size)} 条记录，此记录是第 ${seq} 条`,
      `it is for ${String(size)} records of its shard from ${String(first)} on, and this is ${seq}`,
    );
  }
  const hash = typeof signedRoot === "string" ? fromHex(signedRoot) : null;
  if (hash === null || !(await includes(seq - first, size, record.leaf, path, hash))) {
    throw new Refuted(
      "收据的路径不能从此记录通到所签的根",
      "its path does not lead from this record to what was signed",
    );
  }
}

/** Check that what came with the answer is of this record. */
export function checkHeader(header: Header, record: LoggedRecord): void {
  for (const [name, value] of Object.entries({ log: record.log, id: record.id, leaf: record.leafHex })) {
    const told = header.get(name);
    if (told !== value) {
      throw new Refuted(
        `随应答而来的 ${name} 是 ${told ?? "（无）"}，记录的是 ${value}`,
        `what was sent with the answer says ${name} ${told ?? "(none)"}, and the record ${value}`,
      );
    }
  }
}

/** What something signed says, if a key that the root document certifies for that use signed it in its time. */
export async function proven(text: string, type: string, use: LogUse, root: RootDocument): Promise<JsonObject> {
  const signed = read(text, type);
  const key = keyOf(signed.kid, use, root);
  if (key === undefined) {
    throw new Refuted(
      "签名密钥未经根文件为此用途认证",
      "it is signed with a key that the root document does not certify for it",
    );
  }
  const said = await claims(signed, key.jwk);
  const at = member(said, "at");
  if (!isRecorded(at)) throw new Refuted("未载明时间", "it does not say of when it is (at)");
  if (!counts(key, at)) {
    throw new Refuted(
      `时间是 ${at}，其密钥 ${key.kid} 当时无效`,
      `it is of ${at}, when its key ${key.kid} did not count`,
    );
  }
  return said;
}

function keyOf(kid: string | null, use: LogUse, root: RootDocument): LogKey | undefined {
  return root.keys.find((each) => each.kid === kid && each.use === use);
}

function taken(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function notHeader(): Refuted {
  return new Refuted("随应答而来的不是 Baygate-Receipt", "what was sent with the answer is no Baygate-Receipt");
}
