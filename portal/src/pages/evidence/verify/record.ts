import { hex, utf8 } from "./encoding";
import { isObject, member, parsedObject, type JsonObject } from "./json";
import { leafHash } from "./merkle";
import { isRecorded } from "./moment";
import { Refuted } from "./refuted";
import type { Bytes } from "./encoding";

/** A record of the log: what it says, and the hash of its text, to the byte. */
export interface LoggedRecord {
  readonly said: JsonObject;
  readonly id: string;
  readonly shard: bigint;
  readonly seq: bigint;
  readonly log: string;
  readonly at: string;
  readonly leaf: Bytes;
  readonly leafHex: string;
}

export async function readRecord(text: string): Promise<LoggedRecord> {
  const said = parsedObject(text);
  const [shard, seq, log, at] = ["shard", "seq", "log", "at"].map((name) => member(said, name));
  const rows = Object.hasOwn(said, "rows") ? member(said, "rows") : undefined;
  if (
    member(said, "v") !== 1n ||
    typeof shard !== "bigint" ||
    typeof seq !== "bigint" ||
    typeof log !== "string" ||
    !isRecorded(at) ||
    (rows !== undefined && !isObject(rows))
  ) {
    throw new Refuted(
      "不是日志记录：未载明日志、分片、编号和时间",
      "it is no record of a log: it does not say its log, shard, number and time",
    );
  }
  const leaf = await leafHash(utf8(text));
  return { said, id: `${shard}-${seq}`, shard, seq, log, at, leaf, leafHex: hex(leaf) };
}
