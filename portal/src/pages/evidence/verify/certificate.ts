import { bits, element, elements, notDer, oid, TAG, type Element } from "./der";
import { base64url, same, sha256, textOf, type Bytes } from "./encoding";
import { nameText } from "./name";

const BASIC_CONSTRAINTS = "2.5.29.19";
const KEY_USAGE = "2.5.29.15";
const EXTENDED_USAGE = "2.5.29.37";
const CLIENT = "1.3.6.1.5.5.7.3.2";
const KNOWN = new Set([BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_USAGE]);
const CERT_SIGN = 0x04;

/** What is read of a certificate (RFC 5280, section 4.1), which has one form only beside those of `otherForms`. */
export interface Certificate {
  readonly der: Bytes;
  readonly tbs: Bytes;
  readonly algorithm: string;
  readonly signature: Bytes;
  readonly issuer: Bytes;
  readonly subject: Bytes;
  readonly subjectText: string;
  readonly begins: number;
  readonly ends: number;
  /** SubjectPublicKeyInfo, as WebCrypto takes it. */
  readonly spki: Bytes;
  readonly keyKind: string;
  readonly extensions: Extensions;
}

export interface Extensions {
  readonly isAuthority: boolean;
  /** How many authorities may follow below; null for any number. */
  readonly pathLength: number | null;
  readonly maySignCertificates: boolean;
  readonly forClients: boolean;
  /** Critical, and not understood here. */
  readonly unknown: readonly string[];
}

export function certificate(der: Bytes): Certificate {
  const [tbs, algorithm, signature] = parts(element(der, TAG.sequence));
  const fields = elements(tbs.content);
  const [version, , signedAlgorithm, issuer, validity, subject, spki, ...rest] = fields;
  if (version?.tag !== TAG.version || !signedAlgorithm || !issuer || !validity || !subject || !spki) throw notDer();
  if (!same(algorithm.whole, signedAlgorithm.whole)) throw notDer();
  const [begins, ends] = elements(validity.content);
  const [keyAlgorithm] = elements(spki.content);
  if (!begins || !ends || !keyAlgorithm) throw notDer();
  return {
    der,
    tbs: tbs.whole,
    algorithm: oid(first(algorithm)),
    signature: bits(signature),
    issuer: issuer.whole,
    subject: subject.whole,
    subjectText: nameText(subject),
    begins: time(begins),
    ends: time(ends),
    spki: spki.whole,
    keyKind: elements(keyAlgorithm.content)
      .filter(({ tag }) => tag === TAG.oid)
      .map(oid)
      .join(" "),
    extensions: extensions(rest.find(({ tag }) => tag === TAG.extensions)),
  };
}

/** The `x5t#S256` of a certificate. */
export async function certificateThumbprint(der: Bytes): Promise<string> {
  return base64url(await sha256(der));
}

function parts(whole: Element): [Element, Element, Element] {
  const [one, two, three, ...others] = elements(whole.content);
  if (!one || !two || !three || others.length > 0) throw notDer();
  return [one, two, three];
}

function first(sequence: Element): Element {
  const [found] = elements(sequence.content);
  if (!found) throw notDer();
  return found;
}

function time(given: Element): number {
  const text = textOf(given.content);
  const short = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const year = short ? (Number(short[1]) < 50 ? "20" : "19") : "";
  const found = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(year + text);
  if (!found || (given.tag !== TAG.utcTime && given.tag !== TAG.generalizedTime)) throw notDer();
  const at = Date.parse(`${found[1]}-${found[2]}-${found[3]}T${found[4]}:${found[5]}:${found[6]}Z`);
  if (Number.isNaN(at)) throw notDer();
  return at;
}

function extensions(given: Element | undefined): Extensions {
  const list = given ? elements(element(given.content, TAG.sequence).content).map(extension) : [];
  const value = (id: string): Bytes | undefined => list.find((each) => each.id === id)?.value;
  const constraints = value(BASIC_CONSTRAINTS);
  const [authority, length] = constraints ? elements(element(constraints, TAG.sequence).content) : [];
  const usage = value(KEY_USAGE);
  const extended = value(EXTENDED_USAGE);
  return {
    isAuthority: authority?.tag === TAG.boolean && authority.content[0] === 0xff,
    pathLength: length?.tag === TAG.integer ? (length.content[0] ?? 0) : null,
    maySignCertificates: usage !== undefined && ((element(usage, TAG.bitString).content[1] ?? 0) & CERT_SIGN) !== 0,
    forClients: extended === undefined || elements(element(extended, TAG.sequence).content).map(oid).includes(CLIENT),
    unknown: list.filter((each) => each.critical && !KNOWN.has(each.id)).map((each) => each.id),
  };
}

function extension(given: Element): { id: string; critical: boolean; value: Bytes } {
  const members = elements(given.content);
  const [id] = members;
  const value = members.at(-1);
  if (!id || value?.tag !== TAG.octetString) throw notDer();
  return { id: oid(id), critical: members.length === 3, value: value.content };
}
