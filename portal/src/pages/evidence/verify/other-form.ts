import type { Certificate } from "./certificate";
import { digits, element, elements, TAG, wrapped } from "./der";
import { concat, fromHex, hex, type Bytes } from "./encoding";

const ECDSA = /^1\.2\.840\.10045\.4\./;
/** The orders of P-256 and P-384: on which of them a signature was made, only its issuer's key says. */
const ORDERS = [
  0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
];

/**
 * The same certificate as it comes with its issuer's other ECDSA signature, on any curve; none if that is of another
 * kind.
 *
 * Who has (r, s) has (r, n - s), which holds as well and needs no key: so the holder of a revoked certificate could
 * write it anew, under a thumbprint that nobody revoked.
 */
export function otherForms(certificate: Certificate): Bytes[] {
  if (!ECDSA.test(certificate.algorithm)) return [];
  const [r, s] = elements(element(certificate.signature, TAG.sequence).content);
  const [, algorithm] = elements(element(certificate.der, TAG.sequence).content);
  if (!r || !s || !algorithm) return [];
  const number = BigInt(`0x${hex(digits(s))}`);
  return ORDERS.filter((order) => number < order).map((order) => {
    const signature = wrapped(TAG.sequence, concat(r.whole, wrapped(TAG.integer, integer(order - number))));
    const last = wrapped(TAG.bitString, concat(Uint8Array.of(0), signature));
    return wrapped(TAG.sequence, concat(certificate.tbs, algorithm.whole, last));
  });
}

function integer(value: bigint): Bytes {
  const text = value.toString(16);
  const bytes = fromHex(text.length % 2 ? `0${text}` : text) ?? new Uint8Array();
  return (bytes[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), bytes) : bytes;
}
