import type { Certificate } from "./certificate";
import { digits, element, elements, TAG, wrapped } from "./der";
import { concat, fromHex, hex, type Bytes } from "./encoding";

const ORDERS: Readonly<Record<number, bigint>> = {
  32: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  48: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
};
/** By the algorithm of the signature: how long the numbers of the curve are that it is usually made on. */
const SIZES: Readonly<Record<string, number>> = { "1.2.840.10045.4.3.2": 32, "1.2.840.10045.4.3.3": 48 };

/**
 * The same certificate as it comes with its issuer's other ECDSA signature; null if that is of another kind.
 *
 * Who has (r, s) has (r, n - s), which holds as well and needs no key: so the holder of a revoked certificate could
 * write it anew, under a thumbprint that nobody revoked.
 */
export function otherForm(certificate: Certificate): Bytes | null {
  const order = ORDERS[SIZES[certificate.algorithm] ?? 0];
  if (order === undefined) return null;
  const [r, s] = elements(element(certificate.signature, TAG.sequence).content);
  const [, algorithm] = elements(element(certificate.der, TAG.sequence).content);
  if (!r || !s || !algorithm) return null;
  const other = order - BigInt(`0x${hex(digits(s))}`);
  if (other <= 0n) return null;
  const signature = wrapped(TAG.sequence, concat(r.whole, wrapped(TAG.integer, integer(other))));
  const last = wrapped(TAG.bitString, concat(Uint8Array.of(0), signature));
  return wrapped(TAG.sequence, concat(certificate.tbs, algorithm.whole, last));
}

function integer(value: bigint): Bytes {
  const text = value.toString(16);
  const bytes = fromHex(text.length % 2 ? `0${text}` : text) ?? new Uint8Array();
  return (bytes[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), bytes) : bytes;
}
