/**
 * The envelope of a signed document: JWS General JSON (RFC 7515, section 7.2.1), in its one canonical form.
 *
 * Each signature holds over the exact bytes of the payload, by the key of the certificate in its protected header; one
 * that does not refuses all. No certificate and no key signs twice. Where the certificates lead is for `path`.
 */
import { certificate, certificateThumbprint, type Certificate } from "./certificate";
import { base64, fromBase64, fromBase64url, hex, sha256, textOf, utf8, type Bytes } from "./encoding";
import { hasExactly, isList, isObject, member, parsedObject, type Json } from "./json";
import { Refuted } from "./refuted";
import { algorithmsOf, signedText } from "./signature";

const TYPE = "baygate-policy+jws";
const LARGEST = 1024 * 1024;
const MOST_SIGNATURES = 16;
const LONGEST_CHAIN = 4;

export interface Signer {
  readonly certificate: Certificate;
  readonly sent: readonly Certificate[];
  readonly thumbprint: string;
}

export interface Envelope {
  readonly payload: Bytes;
  /** The SHA-256 of the payload: what the document is known by. */
  readonly digest: string;
  readonly signers: readonly Signer[];
}

interface Signature {
  readonly protected: string;
  readonly signature: string;
}

export async function readEnvelope(text: Bytes): Promise<Envelope> {
  if (text.length > LARGEST) throw new Refuted(`超过 ${LARGEST} 字节`, `it has more than ${LARGEST} bytes`);
  const { payload, signatures } = members(text);
  const signers: Signer[] = [];
  for (const each of signatures) signers.push(await verified(each, payload));
  for (const names of [signers.map((each) => each.thumbprint), signers.map((each) => hex(each.certificate.spki))]) {
    if (new Set(names).size < names.length)
      throw new Refuted("同一签署者签了两次", "one key or certificate signs it twice");
  }
  const bytes = fromBase64url(payload);
  return { payload: bytes, digest: `sha256:${hex(await sha256(bytes))}`, signers };
}

function members(text: Bytes): { payload: string; signatures: Signature[] } {
  const given = parsedObject(text);
  const payload = member(given, "payload");
  const list = member(given, "signatures");
  if (!hasExactly(given, ["payload", "signatures"]) || typeof payload !== "string" || !isList(list)) throw malformed();
  if (list.length === 0 || list.length > MOST_SIGNATURES) throw malformed();
  const signatures = list.map(signatureOf);
  const ordered = signatures.toSorted((one, other) => (one.protected < other.protected ? -1 : 1));
  if (JSON.stringify({ payload, signatures: ordered }) !== textOf(text)) {
    throw new Refuted("封套不是其规范形式", "the envelope is not in its canonical form");
  }
  return { payload, signatures };
}

function signatureOf(given: Json): Signature {
  if (!isObject(given) || !hasExactly(given, ["protected", "signature"])) throw malformed();
  const [header, signature] = [given["protected"], given["signature"]];
  if (typeof header !== "string" || typeof signature !== "string") throw malformed();
  return { protected: header, signature };
}

async function verified(given: Signature, payload: string): Promise<Signer> {
  const text = fromBase64url(given.protected);
  const header = parsedObject(text);
  const [leaf, ...sent] = certificates(member(header, "x5c"));
  if (leaf === undefined) throw malformed();
  const alg = member(header, "alg");
  const thumbprint = await certificateThumbprint(leaf.der);
  if (typeof alg !== "string" || !algorithmsOf(leaf).includes(alg)) {
    throw new Refuted("签名算法与其密钥不符", "a signature's algorithm is none of its key's");
  }
  const x5c = [leaf, ...sent].map((each) => base64(each.der));
  // the one protected header that there can be for an algorithm and a chain
  if (JSON.stringify({ alg, typ: TYPE, x5c, "x5t#S256": thumbprint }) !== textOf(text)) throw malformed();
  if (!(await signedText(leaf, fromBase64url(given.signature), utf8(`${given.protected}.${payload}`)))) {
    throw new Refuted(`${leaf.subjectText} 的签名不成立`, `the signature of ${leaf.subjectText} does not hold`);
  }
  return { certificate: leaf, sent, thumbprint };
}

function certificates(given: Json | undefined): Certificate[] {
  if (!isList(given) || given.length === 0 || given.length > LONGEST_CHAIN) throw malformed();
  return given.map((each) => {
    const der = typeof each === "string" ? fromBase64(each) : null;
    if (der === null) throw malformed();
    return certificate(der);
  });
}

function malformed(): Refuted {
  return new Refuted(
    "封套不是“载荷加 1 至 16 个带证书的签名”",
    "the envelope is not a payload with 1 to 16 signatures, each with its certificate",
  );
}
