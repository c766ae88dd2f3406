/**
 * Whether a record is in the log, from what its owner keeps and his own root document alone; no hub is asked.
 *
 * The steps are those of `baygate audit verify-receipt`, in its order; the first that fails refuses the whole.
 */
import type { Text } from "../../../i18n";
import { fromHex, hex, sha256, concat, type Bytes } from "./encoding";
import { readHead, type Head } from "./head";
import { member } from "./json";
import { includes } from "./merkle";
import { readProof, type Proof } from "./proof";
import { checkHeader, checkSigned, pathOf, readHeader, type Header } from "./receipt";
import { readRecord, type LoggedRecord } from "./record";
import { Refuted, STEPS, type Step } from "./refuted";
import { readRoot, type RootDocument } from "./root-document";

/** What was given to verify; what is not there is null. */
export interface Given {
  readonly root: Bytes;
  readonly proof: string;
  readonly header: string | null;
  readonly body: Bytes | null;
}

export type State = "met" | "failed" | "open" | "absent";

export interface Check {
  readonly step: Step;
  /** `absent`: it was not given, or the receipt not signed; `open`: an earlier step failed. */
  readonly state: State;
  readonly reason: Text | null;
}

export interface Verdict {
  readonly holds: boolean;
  readonly checks: readonly Check[];
  readonly found: Found;
}

/** What was read on the way, as far as it came. */
export interface Found {
  root?: RootDocument;
  proof?: Proof;
  record?: LoggedRecord;
  head?: Head;
}

/** What each step does; false if there was nothing to check. */
const RUN: Readonly<Record<Step, (given: Given, found: Found, now: number) => Promise<boolean>>> = {
  root: async (given, found, now) => {
    found.root = await readRoot(given.root, now);
    return true;
  },
  form: async (given, found) => {
    found.proof = readProof(given.proof);
    return true;
  },
  record: async (_, found) => {
    found.record = await readRecord(needed(found.proof).record);
    return true;
  },
  receipt: async (given, found) => {
    const [root, record, header] = [needed(found.root), needed(found.record), headerOf(given)];
    if (header === null) return false;
    checkHeader(header, record);
    const signed = header.get("jws");
    if (signed === undefined) return false;
    await checkSigned(signed, pathOf(header), root, record);
    return true;
  },
  head: async (_, found) => {
    const record = needed(found.record);
    found.head = await readHead(needed(found.proof).head, needed(found.root));
    if (found.head.log !== record.log) {
      throw new Refuted(
        `树头属于日志 ${found.head.log}，记录属于 ${record.log}`,
        `it is of the log ${found.head.log}, and the record of ${record.log}`,
      );
    }
    return true;
  },
  inclusion: async (_, found) => {
    const [proof, head, record] = [needed(found.proof), needed(found.head), needed(found.record)];
    if (!(await includes(proof.index, head.size, record.leaf, proof.path, head.root))) {
      throw new Refuted(
        `路径不能从第 ${proof.index} 片叶通到树头的根`,
        `the path does not lead from leaf ${proof.index} to the root of the head`,
      );
    }
    return true;
  },
  body: async (given, found) => {
    if (given.body === null) return false;
    const recorded = member(needed(found.record).said, "body");
    if (recorded === null || recorded === undefined) {
      throw new Refuted(
        "记录中没有所发内容的摘要：记录写于发送之前",
        "the record has no digest of what was sent: it was written before that was",
      );
    }
    const salt = fromHex(headerOf(given)?.get("salt") ?? "");
    if (salt === null) throw new Refuted("收据中的盐值不合规范", "the salt in what was sent with the answer is none");
    const digest = hex(await sha256(concat(salt, given.body)));
    if (digest !== recorded) {
      throw new Refuted(
        "应答与记录的摘要不符，或没有给出其盐值（在 Baygate-Receipt 中）",
        "the answer is not the one that the record was written for, or the salt of its digest is not given, which is in Baygate-Receipt",
      );
    }
    return true;
  },
};

export async function verify(given: Given, now: number = Date.now()): Promise<Verdict> {
  const found: Found = {};
  const checks: Check[] = [];
  let failed = false;
  for (const step of STEPS) {
    const check: Check = failed ? open(step) : await checked(step, given, found, now);
    failed ||= check.state === "failed";
    checks.push(check);
  }
  return { holds: !failed, checks, found };
}

async function checked(step: Step, given: Given, found: Found, now: number): Promise<Check> {
  try {
    const was = await RUN[step](given, found, now);
    return { step, state: was ? "met" : "absent", reason: null };
  } catch (error) {
    if (!(error instanceof Refuted)) throw error;
    return { step, state: "failed", reason: error.reason };
  }
}

function open(step: Step): Check {
  return { step, state: "open", reason: null };
}

function headerOf(given: Given): Header | null {
  return given.header === null ? null : readHeader(given.header);
}

function needed<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new Error("a step ran before the one that it needs");
  return value;
}
