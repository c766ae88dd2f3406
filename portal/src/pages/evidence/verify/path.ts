/**
 * Whether a signer's certificate leads to an anchor of the root document (RFC 5280, section 6), now:
 *
 * 1. Each certificate names its issuer, is signed by it, and is within its validity.
 * 2. An issuer is an authority, may sign certificates, and keeps its path length.
 * 3. A critical extension that is not understood here refuses; so do name constraints, which are critical.
 * 4. Nothing on the path was revoked by the root document, in either form of its ECDSA signature.
 */
import { certificateThumbprint, type Certificate } from "./certificate";
import { same } from "./encoding";
import { otherForms } from "./other-form";
import { Refuted } from "./refuted";
import { signedCertificate } from "./signature";

export async function checkPath(
  signer: Certificate,
  sent: readonly Certificate[],
  anchors: readonly Certificate[],
  revoked: readonly string[],
  now: number,
): Promise<void> {
  const path =
    signer.extensions.isAuthority || !signer.extensions.forClients
      ? null
      : await pathFrom(signer, sent, anchors, now, 0);
  if (path === null) {
    const who = signer.subjectText;
    throw new Refuted(
      `${who} 的证书现在不能追溯到根文件的任何机构`,
      `the certificate of ${who} leads to no authority of the root document now`,
    );
  }
  for (const each of path) {
    const names = await Promise.all(
      [each.der, ...otherForms(each)].map(certificateThumbprint),
    );
    if (names.some((name) => revoked.includes(name))) {
      throw new Refuted(
        `${signer.subjectText} 的证书已被根文件撤销`,
        `the certificate of ${signer.subjectText} was revoked by the root document`,
      );
    }
  }
}

async function pathFrom(
  from: Certificate,
  sent: readonly Certificate[],
  anchors: readonly Certificate[],
  now: number,
  below: number,
): Promise<Certificate[] | null> {
  if (!isValid(from, now)) return null;
  for (const issuer of anchors) if (await issued(issuer, from, now, below)) return [from, issuer];
  for (const issuer of sent) {
    if (!(await issued(issuer, from, now, below))) continue;
    const rest = await pathFrom(
      issuer,
      sent.filter((each) => each !== issuer),
      anchors,
      now,
      below + 1,
    );
    if (rest) return [from, ...rest];
  }
  return null;
}

async function issued(issuer: Certificate, subject: Certificate, now: number, below: number): Promise<boolean> {
  const { isAuthority, maySignCertificates, pathLength } = issuer.extensions;
  return (
    same(issuer.subject, subject.issuer) &&
    isAuthority &&
    maySignCertificates &&
    isValid(issuer, now) &&
    (pathLength === null || below <= pathLength) &&
    (await signedCertificate(issuer, subject))
  );
}

function isValid(certificate: Certificate, now: number): boolean {
  return certificate.begins <= now && now <= certificate.ends && certificate.extensions.unknown.length === 0;
}
