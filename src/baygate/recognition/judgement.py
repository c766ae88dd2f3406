"""Judgement: whether a certificate is recognised at a point in time, by which entry of which trust list, and why.

Recognition is all of these, at one moment:

1. The certificate can be read (``certificate``), is no CA's, and its key may prove a client.
2. An issuing CA of a trust list in force has signed it: of the name that it gives, with the key that is listed.
3. Every condition of one of that CA's entries holds: validity, type name, policy, party.
4. Its path (RFC 5280) is just the listed one: from the issuing CA that the entry pins, to its root.
5. Nothing on the path was revoked, by evidence that is there, and no older than the entry allows.

A list outside of its dates recognises nothing, nor does a root outside of its own.

Pure: lists, evidence and the time are given. The cheapest comes first, so that a stranger costs little.
"""

import datetime
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from baygate.access.documents.model import moment_text
from baygate.access.documents.trust import TakenList
from baygate.access.documents.trust_list import Entry, ListedAuthority
from baygate.access.principal import Recognised
from baygate.recognition.certificate import Certificate
from baygate.recognition.entry import Condition, Finding, findings, party_of, policies_of
from baygate.recognition.evidence import Held, held, responders
from baygate.recognition.path import ANY_POLICY, NoProof, Parameters, Path, PathRefused, Revoked, validate
from baygate.recognition.revocation import Crl, Known, Response
from baygate.recognition.signatures import Signatures

_MOST_BETWEEN = 3
"""CAs of a list that paths may go through above an issuing CA: where they certify each other, there are ever more."""


@dataclass(frozen=True)
class Recognition:
    """A certificate that was recognised, and what it was believed by."""

    certificate: Certificate
    party: str
    """The key of the party in the identity view."""
    jurisdiction: str
    entry: Entry
    assurance: int
    list_sequence: int
    list_digest: str
    at: datetime.datetime
    good_until: datetime.datetime
    """The end of what ends first: a certificate of the path, evidence, list or entry."""
    chain: tuple[bytes, ...] = field(repr=False)
    """The path in DER, from the certificate to the root."""
    crls: tuple[Crl, ...] = ()
    responses: tuple[Response, ...] = ()

    @property
    def evidence(self) -> Mapping[str, Any]:
        """What it was believed by, as digests (SHA-256, hexadecimal): the path, CRLs, OCSP responses."""
        return {
            "chain": [hashlib.sha256(each).hexdigest() for each in self.chain],
            "crls": [each.digest for each in self.crls],
            "responses": [each.digest for each in self.responses],
        }

    def sentence(self) -> str:
        """Return who it is, by what, until when at most."""
        return (
            f"It is recognised as {self.party}, of {self.jurisdiction}, with assurance {self.assurance}, by "
            f"{self.entry.id} of list {self.list_sequence}, until {moment_text(self.good_until)}."
        )

    @cached_property
    def brief(self) -> Recognised:
        """What the principal carries of it."""
        return Recognised(
            self.party,
            self.jurisdiction,
            self.assurance,
            self.entry.id,
            self.list_sequence,
            self.certificate.fingerprint,
            self.good_until,
        )


@dataclass(frozen=True)
class Judgement:
    """How each condition came out, and the recognition if all of them hold."""

    findings: tuple[Finding, ...]
    recognition: Recognition | None = None
    entry: str | None = None
    """The entry that the findings are about, with its jurisdiction: ``HK/hkpost-organisational``."""
    responders: tuple[str, ...] = ()
    """Where to ask about the certificate, now and from time to time, if its entry lets a responder's word count."""
    issuing: bytes = field(default=b"", repr=False)
    """The CA that issued it, of whom responders have to be asked."""
    unanswered: bool = False
    """Whether nothing stands in the way but that no responder has answered yet."""
    unproven: bool = False
    """Whether nothing stands in the way but that nothing is at hand by which it is known not to be revoked."""

    @property
    def revoked(self) -> bool:
        """Whether it is refused since it was revoked: for good, until there is other evidence."""
        refusal = self.refusal
        return refusal is not None and refusal.condition is Condition.REVOCATION and not self.unproven

    @property
    def refusal(self) -> Finding | None:
        """The first condition that does not hold."""
        return next((each for each in self.findings if not each.holds), None)


@dataclass(frozen=True)
class _Candidate:
    """An entry whose issuing CA signed the certificate."""

    taken: TakenList
    entry: Entry

    @property
    def issuing(self) -> ListedAuthority:
        return self.taken.document.by_fingerprint[self.entry.issuing]

    @property
    def root(self) -> ListedAuthority:
        return self.taken.document.by_fingerprint[self.entry.root]

    @property
    def other_types(self) -> Iterator[str]:
        """The names of the other types that the issuing CA issues, where this one's would stand."""
        for each in self.taken.document.entries:
            if each.issuing == self.entry.issuing and each.type_name.attribute == self.entry.type_name.attribute:
                yield each.type_name.value

    @property
    def above(self) -> tuple[ListedAuthority, ...]:
        """The authorities that the path may go through above the issuing CA: those that it leads to by their names."""
        every = {each.fingerprint: x509.load_der_x509_certificate(each.der) for each in self.taken.document.authorities}
        found, names = {self.entry.issuing}, {every[self.entry.issuing].issuer}
        while more := {name for name, each in every.items() if each.subject in names} - found:
            found |= more
            names = {every[name].issuer for name in more}
        return tuple(
            each for each in self.taken.document.authorities if each.fingerprint in found - {self.entry.issuing}
        )

    @property
    def name(self) -> str:
        return f"{self.taken.document.jurisdiction}/{self.entry.id}"


def judge(certificate: Certificate, lists: Sequence[TakenList], known: Known, at: datetime.datetime) -> Judgement:
    """Judge a certificate by the trust lists in force ``at`` that moment, with what is known of revocations."""
    usage = _usage(certificate)
    issued = _Issued.by(certificate, [each for each in lists if _in_force(each, at)])
    before = (usage, issued.finding)
    if not all(each.holds for each in before):
        return Judgement(before)
    judged = [_by_entry(each, certificate, before, known, at) for each in issued.candidates]
    return max(judged, key=_how_far)


def _in_force(taken: TakenList, at: datetime.datetime) -> bool:
    return taken.document.issued_at <= at < min(taken.document.next_update, taken.good_until)


def _how_far(judgement: Judgement) -> tuple[bool, int]:
    held = [each.holds for each in judgement.findings]
    return judgement.recognition is not None, sum(held)


def _usage(certificate: Certificate) -> Finding:
    told = "its key may prove a client" if certificate.for_clients else "it is a CA's, or its key may not prove clients"
    return Finding(Condition.USAGE, certificate.for_clients, told)


@dataclass(frozen=True)
class _Issued:
    finding: Finding
    candidates: tuple[_Candidate, ...] = ()

    @classmethod
    def by(cls, certificate: Certificate, lists: Sequence[TakenList]) -> "_Issued":
        """Find the entries whose issuing CA has signed a certificate."""
        named = [
            _Candidate(taken, entry)
            for taken in lists
            for entry in taken.document.entries
            if subject_of(taken.document.by_fingerprint[entry.issuing].der) == certificate.parsed.issuer
        ]
        if not named:
            told = f"it is issued by {certificate.issuer}, which no trust list in force names"
            return cls(Finding(Condition.ISSUER, False, told))  # noqa: FBT003
        keys = {each.entry.issuing: each.issuing.der for each in named}
        signing = {fingerprint for fingerprint, der in keys.items() if _signed_by(certificate, der)}
        if not signing:
            told = f"it says that {certificate.issuer} has issued it, whose key has not signed it"
            return cls(Finding(Condition.ISSUER, False, told))  # noqa: FBT003
        told = f"it is issued by {certificate.issuer}"
        return cls(
            Finding(Condition.ISSUER, True, told),  # noqa: FBT003
            tuple(each for each in named if each.entry.issuing in signing),
        )


@lru_cache(maxsize=1_024)
def subject_of(der: bytes) -> x509.Name:
    """Return whose certificate it is."""
    return x509.load_der_x509_certificate(der).subject


def _signed_by(certificate: Certificate, issuing: bytes) -> bool:
    structure = asn1.Certificate.load(certificate.der)
    key = asn1.Certificate.load(issuing)["tbs_certificate"]["subject_public_key_info"]
    signed, algorithm = structure["tbs_certificate"].dump(), structure["signature_algorithm"]
    try:
        Signatures().validate_signature(structure["signature_value"].native, signed, key, algorithm)
    except InvalidSignature:
        return False
    return True


def _by_entry(
    candidate: _Candidate, certificate: Certificate, before: tuple[Finding, ...], known: Known, at: datetime.datetime
) -> Judgement:
    entry, trusted = candidate.entry, candidate.taken.document
    found = (*before, *findings(entry, certificate, trusted.jurisdiction, at, candidate.other_types))
    if not all(each.holds for each in found):
        return Judgement(found, entry=candidate.name)
    evidence = held(entry, candidate.above, certificate, known, at)
    pinned = Finding(Condition.PATH, True, _pinned(candidate))  # noqa: FBT003
    try:
        path = _path(candidate, certificate, evidence, at)
    except (Revoked, NoProof) as error:
        told = evidence.missing if evidence.missing and isinstance(error, NoProof) else str(error)
        failing = Finding(Condition.REVOCATION, False, told)  # noqa: FBT003
        asked, unproven = _responders(candidate, certificate), isinstance(error, NoProof)
        return Judgement(
            (*found, pinned, failing),
            entry=candidate.name,
            responders=asked,
            issuing=candidate.issuing.der,
            unanswered=unproven and bool(asked) and evidence.unanswered,
            unproven=unproven,
        )
    except PathRefused as error:
        return Judgement((*found, Finding(Condition.PATH, False, str(error))), entry=candidate.name)  # noqa: FBT003
    good = Finding(Condition.REVOCATION, True, str(evidence))  # noqa: FBT003
    recognition = _recognition(candidate, certificate, path, evidence, at)
    asked = _responders(candidate, certificate)
    return Judgement((*found, pinned, good), recognition, candidate.name, asked, candidate.issuing.der)


def _path(candidate: _Candidate, certificate: Certificate, evidence: Held, at: datetime.datetime) -> Path:
    """Return the path that the entry pins; raise PathRefused if there is another one at most."""
    entry, root = candidate.entry, x509.load_der_x509_certificate(candidate.root.der)
    if not root.not_valid_before_utc <= at <= root.not_valid_after_utc:  # of an anchor the validator takes no notice
        raise PathRefused("the root that the entry pins is not valid at this time")
    strict = entry.policy.strict
    parameters = Parameters(
        policies=frozenset(policies_of(entry.policy.arc, certificate)) if strict else frozenset({ANY_POLICY}),
        explicit_policy=strict,
        revocation=entry.revocation.by,
        leaf_seen_to=evidence.plain,
    )
    between = [each.der for each in candidate.above if each.fingerprint != entry.root]
    if len(between) > _MOST_BETWEEN:
        raise PathRefused(f"more than {_MOST_BETWEEN} authorities stand between its issuing CA and the root")
    authorities = [candidate.issuing.der, *between]
    path = validate(certificate.der, [candidate.root.der], authorities, evidence.given, at, parameters)
    if candidate.issuing.der not in path.certificates[1:2]:
        raise PathRefused("its path does not go through the issuing CA that the entry pins")
    if revoked := evidence.revoked(path.certificates):
        raise Revoked(revoked)
    return path


def _recognition(
    candidate: _Candidate, certificate: Certificate, path: Path, evidence: Held, at: datetime.datetime
) -> Recognition:
    entry, trusted = candidate.entry, candidate.taken.document
    ends = [x509.load_der_x509_certificate(each).not_valid_after_utc for each in path.certificates]
    until = entry.valid_until or trusted.next_update
    return Recognition(
        certificate,
        party_of(entry.party, certificate, trusted.jurisdiction),
        trusted.jurisdiction,
        entry,
        entry.assurance,
        trusted.sequence,
        candidate.taken.digest,
        at,
        min([*ends, until, trusted.next_update, candidate.taken.good_until, evidence.ends]),
        path.certificates,
        (*evidence.issuing, *_above(path, evidence)),
        evidence.responses,
    )


def _above(path: Path, evidence: Held) -> Iterator[Crl]:
    """Yield the CRLs of the CAs that the path goes through."""
    through = {hashlib.sha256(each).hexdigest() for each in path.certificates}
    yield from (each for each in evidence.others if each.authority in through)


def _responders(candidate: _Candidate, certificate: Certificate) -> tuple[str, ...]:
    return responders(candidate.entry, candidate.issuing, certificate)


def _pinned(candidate: _Candidate) -> str:
    root, issuing = (subject_of(each.der).rfc4514_string() for each in (candidate.root, candidate.issuing))
    return f"it leads through {issuing} to {root}, as the entry pins them"
