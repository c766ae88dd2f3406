/**
 * Signed tokens (JWS compact serialisation, RFC 7515), read as strictly as the hub reads them, and in the same order:
 *
 * 1. A token has a largest size, and three parts of canonical base64url.
 * 2. Its header is a JSON object in which no name stands twice; `crit` and `b64` are refused.
 * 3. A key never comes from the token: `jku`, `jwk`, `x5u` and `x5c` are refused.
 * 4. Keys of the log are of P-256, and sign ES256: the algorithm is the key's, never the token's wish.
 * 5. `typ` is the one that the place demands (RFC 8725, section 3.11).
 * 6. The claims are read after the signature held.
 */
import { base64url, fromBase64url, sha256, utf8, type Bytes } from "./encoding";
import { member, parsedObject, type JsonObject } from "./json";
import { Refuted } from "./refuted";

const LONGEST = 16_384;
const SHAPE = /^[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}$/;
const FOREIGN_KEYS = ["jku", "jwk", "x5u", "x5c"];

export interface EcJwk {
  readonly kty: "EC";
  readonly crv: "P-256";
  readonly x: string;
  readonly y: string;
}

/** A token whose header was read, and whose signature was not verified yet. */
export interface Signed {
  readonly kid: string | null;
  readonly text: string;
}

export function read(text: string, type: string): Signed {
  if (text.length > LONGEST) throw new Refuted(`超过 ${LONGEST} 字节`, `it has more than ${LONGEST} bytes`);
  const [first, second, third] = text.split(".");
  if (!SHAPE.test(text) || first === undefined || second === undefined || third === undefined) {
    throw new Refuted("不是三段 base64url", "it is not three parts of base64url");
  }
  const header = parsedObject(fromBase64url(first));
  fromBase64url(second);
  fromBase64url(third);
  if (member(header, "alg") !== "ES256") throw new Refuted("签名算法不是 ES256", "its algorithm is not ES256");
  if (["crit", "b64"].some((name) => Object.hasOwn(header, name))) {
    throw new Refuted(
      "头部含有此处不识别的关键参数",
      "its header says that something is critical which is not understood here",
    );
  }
  if (FOREIGN_KEYS.some((name) => Object.hasOwn(header, name))) {
    throw new Refuted("头部自带密钥，或指明取密钥之处", "its header brings a key along, or says where to fetch one");
  }
  if (typeOf(header) !== type) throw new Refuted(`类型不是 ${type}`, `its typ is not ${type}`);
  const kid = member(header, "kid");
  return { kid: typeof kid === "string" ? kid : null, text };
}

/** What a token claims, once `key` is known to have signed it. */
export async function claims(signed: Signed, key: EcJwk): Promise<JsonObject> {
  const end = signed.text.lastIndexOf(".");
  const signature = fromBase64url(signed.text.slice(end + 1));
  if (!(await holds(key, signature, utf8(signed.text.slice(0, end))))) {
    throw new Refuted("签名不成立", "its signature does not hold");
  }
  return parsedObject(fromBase64url(signed.text.slice(signed.text.indexOf(".") + 1, end)));
}

/** What signatures call a key: its thumbprint (RFC 7638). */
export async function thumbprint({ crv, kty, x, y }: EcJwk): Promise<string> {
  return base64url(await sha256(utf8(JSON.stringify({ crv, kty, x, y }))));
}

/** A key as WebCrypto has it; refused if its numbers are no point of the curve. */
export async function publicKey({ kty, crv, x, y }: EcJwk): Promise<CryptoKey> {
  const curve = { name: "ECDSA", namedCurve: "P-256" };
  try {
    return await crypto.subtle.importKey("jwk", { kty, crv, x, y }, curve, false, ["verify"]);
  } catch {
    throw new Refuted("密钥的数值不是公钥", "the numbers of a key are not those of a public key");
  }
}

async function holds(jwk: EcJwk, signature: Bytes, text: Bytes): Promise<boolean> {
  const key = await publicKey(jwk);
  return crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, text);
}

/** The media type in `typ`, which may leave out `application/` and is of either case (section 4.1.9). */
function typeOf(header: JsonObject): string {
  const given = member(header, "typ");
  return typeof given === "string" ? given.toLowerCase().replace(/^application\//, "") : "";
}
