import { fromBase64, fromHex, type Bytes } from "./encoding";
import { hasExactly, member, parsedObject } from "./json";
import { LENGTH, LONGEST_PATH } from "./merkle";
import { Refuted } from "./refuted";

const MEMBERS = ["record", "index", "path", "head", "timestamp"];

/** All that proves a record to somebody who has the root document, as `/audit/receipts/{id}` gives it. */
export interface Proof {
  readonly record: string;
  readonly index: bigint;
  readonly path: readonly Bytes[];
  readonly head: string;
  /** Whether a time stamp (RFC 3161) is among it; it is not verified in a browser. */
  readonly isStamped: boolean;
}

export function readProof(text: string): Proof {
  const said = parsedObject(text);
  const [record, index, head, timestamp] = ["record", "index", "head", "timestamp"].map((name) => member(said, name));
  const path = hashes(member(said, "path"));
  if (
    !hasExactly(said, MEMBERS) ||
    typeof record !== "string" ||
    typeof index !== "bigint" ||
    path === null ||
    typeof head !== "string" ||
    !isTextOrNull(timestamp)
  ) {
    throw new Refuted(
      `不是枢纽给出的证明：应有且仅有 ${MEMBERS.join("、")}`,
      `it is not what the hub gives: ${MEMBERS.join(", ")}, and nothing else`,
    );
  }
  if (timestamp !== null && fromBase64(timestamp) === null) {
    throw new Refuted("时间戳不是 base64", "its time stamp is not base64");
  }
  return { record, index, path, head, isStamped: timestamp !== null && timestamp !== "" };
}

function hashes(given: unknown): Bytes[] | null {
  if (!Array.isArray(given) || given.length > LONGEST_PATH) return null;
  const read = given.map((each) => (typeof each === "string" ? fromHex(each) : null));
  return read.every((each) => each?.length === LENGTH) ? (read as Bytes[]) : null;
}

function isTextOrNull(given: unknown): given is string | null {
  return given === null || typeof given === "string";
}
