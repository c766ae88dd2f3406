import { expect, test } from "vitest";

import { certificate, certificateThumbprint, type Certificate } from "./certificate";
import { element, elements, TAG, wrapped } from "./der";
import { base64url, concat, fromBase64, fromBase64url, fromHex, hex, textOf, utf8, type Bytes } from "./encoding";
import { readEnvelope } from "./envelope";
import vectors from "./fixtures/vectors.json";
import { otherForms } from "./other-form";
import { checkPath } from "./path";
import { signedCertificate } from "./signature";

const NOW = Date.parse("2026-12-01T00:00:00Z");
const envelope = await readEnvelope(utf8(vectors.good.root));
const said = JSON.parse(textOf(envelope.payload)) as { anchors: string[] };
const anchor = read(said.anchors[0]);
const signer = envelope.signers[0]?.certificate as Certificate;

const ECDSA_WITH_SHA256 = "06082a8648ce3d040302";
const ECDSA_WITH_SHA384 = "06082a8648ce3d040303";

function integer(number: Bytes): Bytes {
  const first = number.findIndex((byte) => byte !== 0);
  const content = number.slice(first);
  return wrapped(TAG.integer, (content[0] ?? 0) & 0x80 ? concat(Uint8Array.of(0), content) : content);
}

function read(text: string | undefined): Certificate {
  return certificate(fromBase64(text ?? "") ?? new Uint8Array());
}

test("a signer's certificate leads to the anchor that issued it", async () => {
  await checkPath(signer, [], [anchor], [], NOW);
});

test("it leads nowhere before it is valid, nor after, nor without the anchor", async () => {
  for (const at of [signer.begins - 1, signer.ends + 1]) {
    await expect(checkPath(signer, [], [anchor], [], at)).rejects.toThrow("leads to no authority");
  }
  await expect(checkPath(signer, [], [], [], NOW)).rejects.toThrow("leads to no authority");
});

test("who is no authority issues nothing, though he sends his certificate along", async () => {
  await expect(checkPath(signer, [signer], [signer], [], NOW)).rejects.toThrow("leads to no authority");
});

test("an issuer has to be an authority that may sign certificates, valid itself, and understood here", async () => {
  const { extensions } = anchor;
  const unfit: Certificate[] = [
    { ...anchor, extensions: { ...extensions, isAuthority: false } },
    { ...anchor, extensions: { ...extensions, maySignCertificates: false } },
    { ...anchor, extensions: { ...extensions, unknown: ["2.5.29.30"] } },
    { ...anchor, ends: NOW - 1 },
    { ...anchor, begins: NOW + 1 },
  ];
  for (const each of unfit) await expect(checkPath(signer, [], [each], [], NOW)).rejects.toThrow("no authority");
});

test("a certificate of which one byte was changed leads nowhere", async () => {
  const at = signer.der.length - signer.signature.length - 30;
  const changed = signer.der.with(at, (signer.der[at] ?? 0) ^ 1) as typeof signer.der;
  await expect((async () => checkPath(certificate(changed), [], [anchor], [], NOW))()).rejects.toThrow();
});

test("what the root document revokes is refused, also when it comes with the other form of its signature", async () => {
  const other = certificate(otherForms(signer)[0] ?? new Uint8Array());
  expect(await signedCertificate(anchor, other)).toBe(true);
  const names = await Promise.all([signer, other].map((each) => certificateThumbprint(each.der)));
  expect(new Set(names).size).toBe(2);
  for (const each of [signer, other]) {
    for (const name of names) {
      await expect(checkPath(each, [], [anchor], [name], NOW)).rejects.toThrow("was revoked");
    }
  }
});

test.each([
  ["P-384", "SHA-256"],
  ["P-256", "SHA-384"],
] as const)("nor does it with the other form of a signature on %s with %s", async (curve, hash) => {
  const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: curve }, true, [
    "sign",
    "verify",
  ]);
  const issuer: Certificate = {
    ...anchor,
    spki: new Uint8Array(await crypto.subtle.exportKey("spki", publicKey)),
    keyKind: curve === "P-384" ? "1.2.840.10045.2.1 1.3.132.0.34" : anchor.keyKind,
  };
  const algorithm = hash === "SHA-256" ? ECDSA_WITH_SHA256 : ECDSA_WITH_SHA384;
  const [tbs, oid] = [hex(signer.tbs).replace(ECDSA_WITH_SHA256, algorithm), algorithm].map(fromHex);
  if (!tbs || !oid) throw new Error("it was made otherwise");
  const raw = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash }, privateKey, tbs));
  const [r, s] = [raw.slice(0, raw.length / 2), raw.slice(raw.length / 2)].map(integer);
  const octets = wrapped(TAG.sequence, concat(r ?? raw, s ?? raw));
  const bitString = wrapped(TAG.bitString, concat(Uint8Array.of(0), octets));
  const one = certificate(wrapped(TAG.sequence, concat(tbs, wrapped(TAG.sequence, oid), bitString)));
  const twins: Certificate[] = [];
  for (const each of otherForms(one).map(certificate)) if (await signedCertificate(issuer, each)) twins.push(each);
  expect(twins).toHaveLength(1);
  const revoked = [await certificateThumbprint(one.der)];
  await checkPath(one, [], [issuer], [], NOW);
  for (const each of [one, ...twins]) {
    await expect(checkPath(each, [], [issuer], revoked, NOW)).rejects.toThrow("was revoked");
  }
});

test("a certificate has no third form: whatever is written in more bytes than it takes is refused", async () => {
  const [tbs, algorithm, bitString] = elements(element(signer.der, TAG.sequence).content).map(({ whole }) => whole);
  const [r, s] = elements(element(signer.signature, TAG.sequence).content);
  if (!tbs || !algorithm || !bitString || !r || !s) throw new Error("it was made otherwise");
  const content = concat(tbs, algorithm, bitString);
  const length = Uint8Array.of(TAG.sequence, 0x83, 0, content.length >> 8, content.length & 0xff);
  const withSignature = (octets: Bytes, unused = 0): Bytes =>
    wrapped(TAG.sequence, concat(tbs, algorithm, wrapped(TAG.bitString, concat(Uint8Array.of(unused), octets))));
  const padded = wrapped(TAG.integer, concat(Uint8Array.of(0), r.content));
  const parameters = wrapped(TAG.sequence, concat(element(algorithm, TAG.sequence).content, Uint8Array.of(5, 0)));
  const leadsSomewhere = async (der: Bytes): Promise<void> => checkPath(certificate(der), [], [anchor], [], NOW);

  await leadsSomewhere(withSignature(signer.signature));
  const forms = {
    "a length with a zero before it": concat(length, content),
    "a number with a zero before it": withSignature(wrapped(TAG.sequence, concat(padded, s.whole))),
    "another algorithm outside than inside": wrapped(TAG.sequence, concat(tbs, parameters, bitString)),
    "a bit that is unused": withSignature(signer.signature, 1),
  };
  for (const [form, der] of Object.entries(forms)) await expect(leadsSomewhere(der), form).rejects.toThrow();
});

test("a subject is written as root documents name signers (RFC 4514)", () => {
  expect(signer.subjectText).toMatch(/^CN=.+ root signer,O=.+,C=CN$/);
});

test("base64url is read in its one form alone", () => {
  expect(base64url(fromBase64url("-_8"))).toBe("-_8");
  expect(() => fromBase64url("-_9")).toThrow("not canonical");
});
