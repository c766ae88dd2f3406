"""Trust: from documents that came from anywhere to those that are in force.

Rules, which this module alone enforces (those of TUF's client, for documents of many owners):

1. The first root is the one that the operator's settings name. Each next one is signed by the threshold of the one
   before and by its own, has the next version, and names the digest of the one before.
2. A document is taken by the steps of ``refusal.Step``, in that order; the first that fails refuses it whole. What it
   says is read, strictly, only after its signers are known to be its owner's; of a root, which names its own signers,
   it is read before.
3. A signer counts if his certificate's path leads to an anchor of the root now, if nothing on it was revoked there, and
   if the root allows him for that owner. A surplus signature, of anybody else, refuses the document.
4. A policy's version is the next one, and names the digest of the one before. Another document of a version that is
   known is a fork, and an alarm. The first document of a policy that is known only from its manifest may have any.
5. A manifest's sequence only grows, and it lists every policy that the one before it lists, in no older version: what
   is withdrawn is a version without grants. It needs no policy to be there: what it lists and is not there stops its
   owner's grants, all of them.
6. Of policies, what the manifests list is in force, of each owner, by version and digest; nothing else.
7. A policy that is over, or whose manifest is, grants nothing; its denials stand until a newer version drops them.
8. After a new root everything is verified again: what fails is as good as missing, but its version stays the one that
   the next has to follow.
9. What is over is not taken, nor a root, a manifest or a trust list that has yet to begin, since nothing else would be
   in force until then. But what is ``remembered``, because it was taken before, may be over by now: its denials stand.
10. A trust list is signed by those whom the root names for its jurisdiction, and by nobody where it names none. Its
    sequence is the next one and it names the digest of the one before; another of a known sequence is an alarm. What
    one list said, the next may only end (``list_rules``), also after a list that no longer verifies. The newest alone
    counts. No manifest lists it: if it fails, its jurisdiction has none.
11. The first list of a jurisdiction may have any sequence, as the first of a policy may: those before it are over, so
    that nobody could publish them any more, and what they said stands in it. That it is not an old one is told by
    ``nextUpdate`` and, where any was seen before, by the heads.

Nothing is read or written here, and the time is given.
"""

import contextlib
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from baygate.access.documents import chain
from baygate.access.documents.cases import failures
from baygate.access.documents.check import check_policy
from baygate.access.documents.envelope import Envelope, Signer, read
from baygate.access.documents.list_rules import check_list
from baygate.access.documents.manifest import Manifest
from baygate.access.documents.model import content, interpreted
from baygate.access.documents.policy import PolicyDocument
from baygate.access.documents.refusal import Alarm, Refused, Step
from baygate.access.documents.root import Agency, AllowedSigner, RootDocument
from baygate.access.documents.trust_list import TrustList
from baygate.access.facts import Facts


@dataclass(frozen=True)
class Taken:
    """A document that was taken: its digest, its text, and until when its signers' certificates are good."""

    digest: str
    text: bytes = field(repr=False)
    good_until: datetime.datetime


@dataclass(frozen=True)
class TakenRoot(Taken):
    """A root."""

    document: RootDocument


@dataclass(frozen=True)
class TakenManifest(Taken):
    """A manifest."""

    document: Manifest


@dataclass(frozen=True)
class TakenPolicy(Taken):
    """A policy; ``suspended`` are rules whose coordinates the contract has changed since they were signed."""

    document: PolicyDocument
    suspended: bool = False


@dataclass(frozen=True)
class TakenList(Taken):
    """A trust list."""

    document: TrustList


class Trusted:
    """The documents that were taken so far, under one root; the class's rules stand at the top of the module."""

    def __init__(self, root: bytes, facts: Facts, now: datetime.datetime) -> None:
        self._facts = facts
        envelope = read(root)
        document = content(envelope, RootDocument)
        until = _coordinated(envelope, document, document, now)
        self.root = TakenRoot(envelope.digest, root, until, document)
        self.manifests: dict[str, TakenManifest] = {}
        self.policies: dict[str, TakenPolicy] = {}
        self.lists: dict[str, TakenList] = {}
        """Of each jurisdiction the newest list, if that verifies."""
        self.sequences: dict[str, int] = {}
        """The sequence of each jurisdiction's newest list, whether it verifies or not."""
        self._seen: dict[str, tuple[int, str]] = {}
        self._lists_before: dict[str, TrustList] = {}

    def saw(self, name: str, version: int, digest: str) -> None:
        """Take note of a policy's version, or an owner's sequence, that was taken before and may not verify now."""
        if version >= self._seen.get(name, (0, ""))[0]:
            self._seen[name] = version, digest

    def saw_list(self, jurisdiction: str, sequence: int, digest: str, text: bytes) -> None:
        """Take note of a trust list that was taken before and may not verify now: the next one follows it."""
        if sequence < self.sequences.get(jurisdiction, 0):
            return
        self.saw(_list_name(jurisdiction), sequence, digest)
        self.sequences[jurisdiction] = sequence
        with contextlib.suppress(Refused):
            self._lists_before[jurisdiction] = interpreted(read(text).payload, TrustList)

    def update_root(self, text: bytes, now: datetime.datetime, *, remembered: bool = False) -> TakenRoot:
        """Take the next root, and forget what does not verify under it; raise Refused."""
        if text == self.root.text:
            return self.root
        envelope = read(text)
        if envelope.digest == self.root.digest:
            _coordinated(envelope, self.root.document, self.root.document, now)
            return self.root
        document = content(envelope, RootDocument)
        known = self.root.document
        _coordinated(envelope, known, document, now)
        until = _coordinated(envelope, document, known, now)
        if document.version == known.version:
            raise Alarm(Step.VERSION, f"there is another root of version {known.version}")
        if document.version != known.version + 1 or document.prev != self.root.digest:
            raise Refused(Step.VERSION, f"it does not follow the root of version {known.version}, which is in force")
        if not remembered:
            _check_dates(document, now)
            _check_begun(document, now)
        self.root = TakenRoot(envelope.digest, text, until, document)
        self._verify_again(now)
        return self.root

    def update_policy(self, text: bytes, now: datetime.datetime, *, remembered: bool = False) -> TakenPolicy:
        """Take the next version of a policy, or its first; raise Refused."""
        envelope = read(text)
        owner, until = self._signed(envelope, now)
        document = interpreted(envelope.payload, PolicyDocument)
        known = self.policies.get(document.policy_id)
        if known is not None and known.digest == envelope.digest:
            return known
        self._check_version(document.policy_id, document, envelope.digest)
        if not remembered:
            _check_dates(document, now)
        suspended = check_policy(document, owner, self.root.document, self._facts)
        failed = () if suspended else failures(document, owner, self.root.document, self._facts)
        if failed:
            raise Refused(Step.TESTS, failed[0])
        taken = TakenPolicy(envelope.digest, text, until, document, suspended)
        self.policies[document.policy_id] = taken
        self.saw(document.policy_id, document.version, envelope.digest)
        return taken

    def update_manifest(self, text: bytes, now: datetime.datetime, *, remembered: bool = False) -> TakenManifest:
        """Take an owner's next manifest; raise Refused."""
        envelope = read(text)
        _, until = self._signed(envelope, now)
        document = interpreted(envelope.payload, Manifest)
        self._check_sequence(document, envelope.digest)
        if not remembered:
            _check_dates(document, now)
            _check_begun(document, now)
        taken = TakenManifest(envelope.digest, text, until, document)
        self.manifests[document.owner] = taken
        self.saw(document.owner, document.sequence, envelope.digest)
        return taken

    def update_list(self, text: bytes, now: datetime.datetime, *, remembered: bool = False) -> TakenList:
        """Take the next trust list of a jurisdiction, or its first; raise Refused."""
        envelope = read(text)
        said = envelope.content()
        jurisdiction = str(said.get("jurisdiction")) if isinstance(said, Mapping) else ""
        signers = self.root.document.list_signers.get(jurisdiction)
        if signers is None:
            raise Refused(Step.SIGNER, "the root document names nobody who signs the trust list of its jurisdiction")
        until = _sufficient(envelope, self.root.document, signers.signers, signers.threshold, now)
        document = interpreted(envelope.payload, TrustList)
        known = self.lists.get(jurisdiction)
        if known is not None and known.digest == envelope.digest:
            return known
        name = _list_name(jurisdiction)
        self._check_version(name, document, envelope.digest)
        if not remembered:
            _check_dates(document, now)
            _check_begun(document, now)
        check_list(document, self._lists_before.get(jurisdiction), self.root.document, None if remembered else now)
        taken = TakenList(envelope.digest, text, until, document)
        self.lists[jurisdiction] = taken
        self.saw(name, document.sequence, envelope.digest)
        self.sequences[jurisdiction], self._lists_before[jurisdiction] = document.sequence, document
        return taken

    def _signed(self, envelope: Envelope, now: datetime.datetime) -> tuple[Agency, datetime.datetime]:
        """Check who signed for the owner that the document names; return the owner, and until when that is good."""
        said = envelope.content()
        owner = self.root.document.by_id.get(str(said.get("owner")) if isinstance(said, Mapping) else "")
        if owner is None:
            raise Refused(Step.SIGNER, "its owner is no agency of the root document")
        return owner, _sufficient(envelope, self.root.document, owner.signers, owner.threshold, now)

    def _check_version(self, name: str, document: PolicyDocument | TrustList, digest: str) -> None:
        version, known = self._seen.get(name, (document.version, digest))
        if (document.version, digest) == (version, known):
            return
        if document.version == version:
            raise Alarm(Step.VERSION, f"there is another version {version} of {name}")
        if document.version != version + 1:
            raise Refused(Step.VERSION, f"it is version {document.version}; the last one is {version}")
        if document.prev != known:
            raise Refused(Step.VERSION, f"its prev is not the digest of version {version}, which is the last one")

    def _check_sequence(self, document: Manifest, digest: str) -> None:
        sequence, known = self._seen.get(document.owner, (document.sequence, digest))
        if document.sequence == sequence and digest != known:
            raise Alarm(Step.VERSION, f"there is another manifest {sequence} of {document.owner}")
        if document.sequence < sequence:
            raise Refused(Step.VERSION, f"its sequence is {document.sequence}; the last one is {sequence}")
        before = self.manifests.get(document.owner)
        listed = {each.policy_id: each.version for each in document.policies}
        for each in before.document.policies if before else ():
            if listed.get(each.policy_id, 0) < each.version:
                raise Refused(
                    Step.VERSION,
                    f"the manifest before it lists {each.policy_id} version {each.version}, and it an older one or "
                    "none: a policy is withdrawn by a version without grants",
                )

    def _verify_again(self, now: datetime.datetime) -> None:
        manifests, self.manifests = self.manifests, {}
        policies, self.policies = self.policies, {}
        lists, self.lists = self.lists, {}
        for manifest in manifests.values():
            with contextlib.suppress(Refused):
                self.update_manifest(manifest.text, now, remembered=True)
        for policy in policies.values():
            with contextlib.suppress(Refused):
                self.update_policy(policy.text, now, remembered=True)
        for each in lists.values():
            with contextlib.suppress(Refused):
                self.update_list(each.text, now, remembered=True)


def _coordinated(
    envelope: Envelope, root: RootDocument, other: RootDocument, now: datetime.datetime
) -> datetime.datetime:
    """Check a root's signatures by the rules of one root; those of the other's coordinators may be there too."""
    by = root.coordinators
    return _sufficient(envelope, root, by.signers, by.threshold, now, others=other.coordinators.signers)


def _sufficient(
    envelope: Envelope,
    root: RootDocument,
    allowed: tuple[AllowedSigner, ...],
    threshold: int,
    now: datetime.datetime,
    others: tuple[AllowedSigner, ...] = (),
) -> datetime.datetime:
    """Return until when those who signed are good; raise Refused."""
    until = []
    for signer in envelope.signers:
        if not _among(signer, allowed) and _among(signer, others):
            continue
        until.append(_good_until(signer, root, now))
        if not _among(signer, allowed):
            raise Refused(Step.SIGNER, f"{signer.subject} may not sign this document")
    if len(until) < threshold:
        raise Refused(Step.THRESHOLD, f"it takes {threshold} signers; {len(until)} of those who may have signed")
    return min(until)


def _good_until(signer: Signer, root: RootDocument, now: datetime.datetime) -> datetime.datetime:
    """Return until when a signer's path to an anchor holds; raise Refused if there is none now, or it was revoked."""
    path = chain.path(signer.certificate, signer.chain, root.trust_anchors, now)
    if not path:
        raise Refused(Step.CHAIN, f"the certificate of {signer.subject} leads to no authority of the root document now")
    if root.revoked and any(name in root.revoked for each in path for name in chain.thumbprints(each)):
        raise Refused(Step.CHAIN, f"the certificate of {signer.subject} was revoked by the root document")
    return chain.ends(path)


def _list_name(jurisdiction: str) -> str:
    """Return what a jurisdiction's trust lists are known by, beside policies and owners."""
    return f"the trust list of {jurisdiction}"


def _among(signer: Signer, allowed: tuple[AllowedSigner, ...]) -> bool:
    return any(each.thumbprint == signer.thumbprint or each.subject == signer.subject for each in allowed)


def _check_dates(document: Any, now: datetime.datetime) -> None:
    if now >= document.expires:
        raise Refused(Step.DATES, f"it expired at {document.expires:%Y-%m-%d %H:%M:%S} UTC")


def _check_begun(document: Any, now: datetime.datetime) -> None:
    if now < document.not_before:
        raise Refused(Step.DATES, f"it begins at {document.not_before:%Y-%m-%d %H:%M:%S} UTC: publish it then")
