/**
 * The root document: what all trust begins with. Whoever verifies has a copy of his own, and that copy is trusted.
 *
 * 1. Its signatures hold (`envelope`), and each is by a coordinator whom the document names.
 * 2. Each signer's certificate leads to one of its anchors now, and was not revoked by it (`path`).
 * 3. There are as many of them as its threshold says.
 * 4. Its keys of the audit log are P-256 keys, each with one use and one validity.
 *
 * Of what else it says (agencies, purposes, trust lists) nothing is read here: no receipt depends on it.
 */
import { certificate, type Certificate } from "./certificate";
import { fromBase64, type Bytes } from "./encoding";
import { readEnvelope, type Signer } from "./envelope";
import { hasExactly, isList, isObject, member, parsedObject, type Json, type JsonObject } from "./json";
import { publicKey, thumbprint, type EcJwk } from "./jws";
import { isDocumented, within } from "./moment";
import { checkPath } from "./path";
import { Refuted } from "./refuted";

export type LogUse = "heads" | "receipts";
const COORDINATE = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** A key that the log is signed with, and when what it signs counts. */
export interface LogKey {
  readonly use: LogUse;
  readonly jwk: EcJwk;
  readonly kid: string;
  readonly begins: string | null;
  readonly ends: string | null;
}

export interface RootDocument {
  readonly version: bigint;
  readonly digest: string;
  readonly expires: string;
  /** The coordinators who signed, as certificates call them. */
  readonly signedBy: readonly string[];
  readonly threshold: number;
  readonly keys: readonly LogKey[];
}

export async function readRoot(text: Bytes, now: number): Promise<RootDocument> {
  const envelope = await readEnvelope(text);
  const said = parsedObject(envelope.payload);
  const [version, expires] = [member(said, "version"), member(said, "expires")];
  if (member(said, "spec") !== 1n || member(said, "kind") !== "root") {
    throw new Refuted("这不是根文件", "it is not a root document");
  }
  if (typeof version !== "bigint" || !isDocumented(expires)) throw malformed("version, expires");
  const { signers, threshold } = coordinators(said);
  const anchors = texts(said, "anchors").map(anchor);
  const revoked = Object.hasOwn(said, "revoked") ? texts(said, "revoked") : [];
  for (const signer of envelope.signers) await checkSigner(signer, signers, anchors, revoked, now);
  if (envelope.signers.length < threshold) {
    throw new Refuted(
      `须有 ${threshold} 方签署，只有 ${envelope.signers.length} 方`,
      `it takes ${threshold} signers, and ${envelope.signers.length} have signed`,
    );
  }
  const signedBy = envelope.signers.map((each) => each.certificate.subjectText);
  return { version, digest: envelope.digest, expires, signedBy, threshold, keys: await logKeys(said) };
}

/** Whether what a key signed at a moment counts. */
export function counts(key: LogKey, at: string): boolean {
  return within(at, key.begins, key.ends);
}

async function checkSigner(
  signer: Signer,
  allowed: readonly JsonObject[],
  anchors: readonly Certificate[],
  revoked: readonly string[],
  now: number,
): Promise<void> {
  await checkPath(signer.certificate, signer.sent, anchors, revoked, now);
  const subject = signer.certificate.subjectText;
  const isAllowed = allowed.some(
    (each) => member(each, "subject") === subject || member(each, "thumbprint") === signer.thumbprint,
  );
  if (!isAllowed) throw new Refuted(`${subject} 无权签署此文件`, `${subject} may not sign this document`);
}

function coordinators(said: JsonObject): { signers: JsonObject[]; threshold: number } {
  const given = member(said, "coordinators");
  const threshold = isObject(given) ? member(given, "threshold") : undefined;
  const list = isObject(given) ? member(given, "signers") : undefined;
  if (typeof threshold !== "bigint" || threshold < 1n || !isList(list)) throw malformed("coordinators");
  return { signers: list.filter(isObject), threshold: Number(threshold) };
}

async function logKeys(said: JsonObject): Promise<LogKey[]> {
  const list = Object.hasOwn(said, "logKeys") ? member(said, "logKeys") : [];
  if (!isList(list)) throw malformed("logKeys");
  const keys = await Promise.all(list.map(logKey));
  if (new Set(keys.map(({ kid }) => kid)).size < keys.length) {
    throw new Refuted("一把日志密钥出现两次", "a key of the audit log stands twice");
  }
  return keys;
}

async function logKey(given: Json): Promise<LogKey> {
  const jwk = isObject(given) ? member(given, "jwk") : undefined;
  if (!isObject(given) || !isObject(jwk) || !hasExactly(jwk, ["kty", "crv", "x", "y"])) throw malformed("logKeys");
  const { kty, crv, x, y } = jwk;
  const use = member(given, "use");
  const named = kty === "EC" && crv === "P-256" && (use === "heads" || use === "receipts");
  if (!named || typeof x !== "string" || typeof y !== "string" || ![x, y].every((each) => COORDINATE.test(each))) {
    throw malformed("logKeys");
  }
  const key: EcJwk = { kty: "EC", crv: "P-256", x, y };
  await publicKey(key);
  const [begins, ends] = [bound(given, "notBefore"), bound(given, "notAfter")];
  if (begins !== null && ends !== null && begins > ends) throw malformed("logKeys");
  return { use, jwk: key, kid: await thumbprint(key), begins, ends };
}

function bound(given: JsonObject, name: string): string | null {
  const said = member(given, name) ?? null;
  if (said !== null && !isDocumented(said)) throw malformed("logKeys");
  return said;
}

function texts(said: JsonObject, name: string): string[] {
  const given = member(said, name);
  if (!isList(given) || !given.every((each) => typeof each === "string")) throw malformed(name);
  return [...given] as string[];
}

function anchor(text: string): Certificate {
  const der = fromBase64(text);
  if (der === null) throw malformed("anchors");
  return certificate(der);
}

function malformed(where: string): Refuted {
  return new Refuted(`根文件的 ${where} 不合规范`, `${where} of the root document is not as it has to be`);
}
