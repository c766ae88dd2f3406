"""The library: from stored documents to trusted ones, and from files that somebody publishes to documents to store."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from baygate.access.documents.envelope import document_digest, read
from baygate.access.documents.heads import Heads
from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.trust import Trusted
from baygate.access.facts import Facts
from baygate.storage.documents import MANIFEST, POLICY, ROOT, TRUST_LIST, NewDocument

UPDATES: Mapping[str, Callable[..., object]] = {
    ROOT: Trusted.update_root,
    POLICY: Trusted.update_policy,
    MANIFEST: Trusted.update_manifest,
    TRUST_LIST: Trusted.update_list,
}
"""How a document of each kind is taken, in the order in which kinds are."""
ORDER = tuple(UPDATES)


def remembered(
    root: bytes, stored: Iterable[NewDocument], facts: Facts, now: datetime.datetime
) -> tuple[Trusted, tuple[str, ...]]:
    """Return what is trusted of stored documents, as the manifests list them, and in words what is not.

    Of a jurisdiction's trust lists the newest counts; if it is not to be trusted, none does.

    ``root`` is the one that the operator's settings name; raise Refused if it is not to be trusted itself.
    """
    kept = list(stored)
    trusted, problems = _under_newest_root(root, kept, facts, now)
    problems += _taken(_newest(kept, MANIFEST), trusted.update_manifest, now)
    listed = {
        (policy.policy_id, policy.version) for each in trusted.manifests.values() for policy in each.document.policies
    }
    policies = [each for each in kept if each.kind == POLICY and (each.name, each.version) in listed]
    problems += _taken(policies, trusted.update_policy, now)
    return trusted, (*problems, *_lists_taken(trusted, kept, now))


def stored_heads(trusted: Trusted, stored: Iterable[NewDocument]) -> Heads:
    """Return the heads of what is stored, under the root that is trusted.

    What does not verify any more is there all the same: a database is older only if it lacks what was seen.
    """
    newest: dict[str, dict[str, int]] = {kind: {} for kind in ORDER}
    for each in stored:
        versions = newest[each.kind]
        versions[each.name] = max(each.version, versions.get(each.name, 0))
    root = trusted.root.document.version
    return Heads(root, newest[MANIFEST], newest[POLICY], newest[TRUST_LIST])


def publishing(root: bytes, stored: Iterable[NewDocument], facts: Facts, now: datetime.datetime) -> Trusted:
    """Return what is trusted of stored documents, the newest version of each: what the next one follows."""
    kept = list(stored)
    trusted, _ = _under_newest_root(root, kept, facts, now)
    for kind, update in ((MANIFEST, trusted.update_manifest), (POLICY, trusted.update_policy)):
        documents = _newest(kept, kind)
        for each in documents:
            trusted.saw(each.name, each.version, each.digest)
        _taken(documents, update, now)
    _lists_taken(trusted, kept, now)
    return trusted


def published(trusted: Trusted, texts: Iterable[bytes], now: datetime.datetime) -> list[NewDocument]:
    """Take files into what is trusted, in the order of their kinds (``ORDER``) and versions.

    Return those that are new. Raise Refused if one is refused, or a manifest lists what is not there.
    """
    found = sorted((_described(text) for text in texts), key=lambda each: (ORDER.index(each.kind), each.version))
    new = []
    for each in found:
        if each.digest in _digests(trusted):
            continue
        UPDATES[each.kind](trusted, each.body, now)
        new.append(each)
    _check_complete(trusted, [each.name for each in new if each.kind == MANIFEST], now)
    return new


def _under_newest_root(
    root: bytes, kept: Sequence[NewDocument], facts: Facts, now: datetime.datetime
) -> tuple[Trusted, list[str]]:
    trusted = Trusted(root, facts, now)
    roots = [each for each in kept if each.kind == ROOT and each.version > trusted.root.document.version]
    return trusted, _taken(sorted(roots, key=lambda each: each.version), trusted.update_root, now)


def _newest(kept: Iterable[NewDocument], kind: str) -> list[NewDocument]:
    """Return the newest document of each name, of one kind."""
    ordered = sorted((each for each in kept if each.kind == kind), key=lambda each: each.version)
    return list({each.name: each for each in ordered}.values())


def _lists_taken(trusted: Trusted, kept: Iterable[NewDocument], now: datetime.datetime) -> list[str]:
    newest = _newest(kept, TRUST_LIST)
    for each in newest:
        trusted.saw_list(each.name, each.version, each.digest, each.body)
    return _taken(newest, trusted.update_list, now)


def _taken(documents: Iterable[NewDocument], update: Any, now: datetime.datetime) -> list[str]:
    """Take documents that were taken before; return in words which no longer can be."""
    problems = []
    for each in documents:
        try:
            update(each.body, now, remembered=True)
        except Refused as refused:
            problems.append(f"{each.kind} {each.name} version {each.version} is not taken: {refused}.")
    return problems


def _described(text: bytes) -> NewDocument:
    """Say what a file claims to be, before anything of it is believed."""
    envelope = read(text)
    said = envelope.content()
    if not isinstance(said, Mapping):
        raise Refused(Step.SCHEMA, "the payload is not a JSON object")
    kind = str(said.get("kind", POLICY))
    version = said.get("sequence" if kind in {MANIFEST, TRUST_LIST} else "version")
    names = {
        ROOT: "",
        MANIFEST: said.get("owner"),
        POLICY: said.get("policyId"),
        TRUST_LIST: said.get("jurisdiction"),
    }
    name = names.get(kind)
    if not isinstance(name, str) or not isinstance(version, int) or isinstance(version, bool):
        raise Refused(Step.SCHEMA, "it is neither a root, nor a policy, nor a manifest, nor a trust list")
    return NewDocument(kind, name, version, document_digest(envelope.payload), text)


def _digests(trusted: Trusted) -> set[str]:
    others = (*trusted.manifests.values(), *trusted.policies.values(), *trusted.lists.values())
    return {trusted.root.digest, *(each.digest for each in others)}


def _check_complete(trusted: Trusted, owners: Iterable[str], now: datetime.datetime) -> None:
    for owner in owners:
        for listed in trusted.manifests[owner].document.policies:
            known = trusted.policies.get(listed.policy_id)
            if known is None or (known.document.version, known.digest) != (listed.version, listed.hash):
                raise Refused(
                    Step.VERSION,
                    f"the manifest of {owner} lists {listed.policy_id} version {listed.version}, which is not there: "
                    "publish both together",
                )
            if known.document.version > 1 and now < known.document.not_before:
                begins = f"{known.document.not_before:%Y-%m-%d %H:%M:%S} UTC"
                raise Refused(
                    Step.DATES,
                    f"{listed.policy_id} version {listed.version} begins at {begins}, and the version before would be "
                    f"over now: publish the manifest of {owner} then",
                )
