import type { Certificate } from "./certificate";
import { digits, element, elements, TAG } from "./der";
import type { Bytes } from "./encoding";
import { Refuted } from "./refuted";

const EC = "1.2.840.10045.2.1";
const P256 = `${EC} 1.2.840.10045.3.1.7`;
const P384 = `${EC} 1.3.132.0.34`;
const RSA = "1.2.840.113549.1.1.1";
const ED25519 = "1.3.101.112";

const SIZES: Readonly<Record<string, number>> = { [P256]: 32, [P384]: 48 };
/** By the algorithm with which an authority signs certificates: the hash, and whether it is of ECDSA. */
const OF_AUTHORITIES: Readonly<Record<string, { hash: string; ecdsa: boolean }>> = {
  "1.2.840.10045.4.3.2": { hash: "SHA-256", ecdsa: true },
  "1.2.840.10045.4.3.3": { hash: "SHA-384", ecdsa: true },
  "1.2.840.113549.1.1.11": { hash: "SHA-256", ecdsa: false },
};

/** The algorithms of a document's signature that a certificate's key makes (those of the hub's rules). */
export function algorithmsOf(certificate: Certificate): readonly string[] {
  if (certificate.keyKind === P256) return ["ES256"];
  if (certificate.keyKind === RSA) return ["PS256"];
  return certificate.keyKind === ED25519 ? ["EdDSA", "Ed25519"] : [];
}

/** Whether a certificate's key signed a text, as a document is signed (RFC 7518, section 3). */
export async function signedText(by: Certificate, signature: Bytes, text: Bytes): Promise<boolean> {
  switch (by.keyKind) {
    case P256:
      return verified({ name: "ECDSA", namedCurve: "P-256" }, { name: "ECDSA", hash: "SHA-256" }, by, signature, text);
    case RSA:
      return verified({ name: "RSA-PSS", hash: "SHA-256" }, { name: "RSA-PSS", saltLength: 32 }, by, signature, text);
    default:
      return verified({ name: "Ed25519" }, { name: "Ed25519" }, by, signature, text);
  }
}

/** Whether a certificate's key signed another certificate. */
export async function signedCertificate(by: Certificate, other: Certificate): Promise<boolean> {
  const how = OF_AUTHORITIES[other.algorithm];
  const size = SIZES[by.keyKind];
  if (how?.ecdsa && size !== undefined) {
    const named = { name: "ECDSA", namedCurve: by.keyKind === P256 ? "P-256" : "P-384" };
    const signature = rawSignature(other.signature, size);
    return signature !== null && verified(named, { name: "ECDSA", hash: how.hash }, by, signature, other.tbs);
  }
  if (how && !how.ecdsa && by.keyKind === RSA) {
    const named = { name: "RSASSA-PKCS1-v1_5", hash: how.hash };
    return verified(named, { name: named.name }, by, other.signature, other.tbs);
  }
  throw unable();
}

/** An ECDSA signature as WebCrypto has it, r and s side by side, from DER. */
function rawSignature(der: Bytes, size: number): Bytes | null {
  const numbers = elements(element(der, TAG.sequence).content);
  if (numbers.length !== 2) return null;
  const raw = new Uint8Array(size * 2);
  for (const [place, number] of numbers.map(digits).entries()) {
    if (number.length > size) return null;
    raw.set(number, place * size + size - number.length);
  }
  return raw;
}

async function verified(
  kind: AlgorithmIdentifier | EcKeyImportParams | RsaHashedImportParams,
  how: AlgorithmIdentifier | EcdsaParams | RsaPssParams,
  by: Certificate,
  signature: Bytes,
  text: Bytes,
): Promise<boolean> {
  let key: CryptoKey;
  try {
    key = await crypto.subtle.importKey("spki", by.spki, kind, false, ["verify"]);
  } catch {
    throw unable();
  }
  return crypto.subtle.verify(how, key, signature, text);
}

function unable(): Refuted {
  return new Refuted(
    "此浏览器不能核对这种签名算法；请用 baygate audit verify-receipt",
    "this browser cannot verify signatures of this kind; baygate audit verify-receipt can",
  );
}
