import { fromHex, type Bytes } from "./encoding";
import { hasExactly, member } from "./json";
import { proven } from "./receipt";
import { Refuted } from "./refuted";
import type { RootDocument } from "./root-document";

const TYPE = "baygate-tree-head+jwt";
const LARGEST = 2n ** 63n - 1n;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A signed tree head: what the log was at a moment. */
export interface Head {
  readonly log: string;
  readonly size: bigint;
  readonly root: Bytes;
  readonly at: string;
}

export async function readHead(text: string, by: RootDocument): Promise<Head> {
  const said = await proven(text, TYPE, "heads", by);
  const [log, size, root, at] = ["log", "size", "root", "at"].map((name) => member(said, name));
  if (!hasExactly(said, ["log", "size", "root", "at"]) || typeof at !== "string") throw malformed();
  if (typeof log !== "string" || !UUID.test(log)) throw malformed();
  if (typeof size !== "bigint" || size <= 0n || size > LARGEST) throw malformed();
  const hash = typeof root === "string" ? fromHex(root) : null;
  if (hash?.length !== 32) throw malformed();
  return { log, size, root: hash, at };
}

function malformed(): Refuted {
  return new Refuted("未按规范载明日志、大小、根和时间", "it does not say log, size, root and time, and nothing else");
}
