import type { Bytes } from "./encoding";
import { Refuted } from "./refuted";

/** Tags of DER (X.690) that a certificate is read by. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  sequence: 0x30,
  set: 0x31,
  printable: 0x13,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  version: 0xa0,
  extensions: 0xa3,
} as const;

/** An element: its tag, what it holds, and all of its bytes. */
export interface Element {
  readonly tag: number;
  readonly content: Bytes;
  readonly whole: Bytes;
}

/** The one element that these bytes are. */
export function element(bytes: Bytes, tag: number): Element {
  const found = elements(bytes);
  const [first] = found;
  if (found.length !== 1 || first === undefined || first.tag !== tag) throw notDer();
  return first;
}

/** The elements that follow one another in these bytes. */
export function elements(bytes: Bytes): Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const { start, end } = extent(bytes, at);
    found.push({ tag: bytes[at] ?? 0, content: bytes.slice(start, end), whole: bytes.slice(at, end) });
    at = end;
  }
  return found;
}

/** An object identifier as dotted numbers (X.690, section 8.19). */
export function oid(given: Element): string {
  if (given.tag !== TAG.oid || given.content.length === 0) throw notDer();
  const numbers: bigint[] = [];
  let number = 0n;
  for (const byte of given.content) {
    number = (number << 7n) | BigInt(byte & 0x7f);
    if (byte & 0x80) continue;
    numbers.push(number);
    number = 0n;
  }
  const first = numbers[0] ?? 0n;
  const top = first < 40n ? 0n : first < 80n ? 1n : 2n;
  return [top, first - top * 40n, ...numbers.slice(1)].join(".");
}

/** The bytes of a bit string without unused bits. */
export function bits(given: Element): Bytes {
  if (given.tag !== TAG.bitString || given.content[0] !== 0) throw notDer();
  return given.content.slice(1);
}

/** The digits of an integer that is not negative, without what shows its sign. */
export function digits(given: Element): Bytes {
  const [first = 0x80, second = 0] = given.content;
  const padded = first === 0 && given.content.length > 1;
  if (given.tag !== TAG.integer || first & 0x80 || (padded && !(second & 0x80))) throw notDer();
  return padded ? given.content.slice(1) : given.content;
}

/** An element around some content. */
export function wrapped(tag: number, content: Bytes): Bytes {
  const size: number[] = [];
  for (let left = content.length; left > 0; left >>= 8) size.unshift(left & 0xff);
  const head = content.length < 0x80 ? [tag, content.length] : [tag, 0x80 | size.length, ...size];
  return Uint8Array.from([...head, ...content]);
}

export function notDer(): Refuted {
  return new Refuted("证书无法读取", "a certificate cannot be read");
}

function extent(bytes: Bytes, at: number): { start: number; end: number } {
  const first = bytes[at + 1] ?? 0xff;
  const more = first & 0x80 ? first & 0x7f : 0;
  if (more > 3 || first === 0x80) throw notDer();
  const size = more ? bytes.slice(at + 2, at + 2 + more).reduce((sum, byte) => sum * 256 + byte, 0) : first;
  const start = at + 2 + more;
  if (start + size > bytes.length || (more && (size < 0x80 || bytes[at + 2] === 0))) throw notDer();
  return { start, end: start + size };
}
