"""From documents that were taken to what is in force at a moment."""

import datetime
import hashlib
from collections.abc import Iterator, Mapping

from baygate.access.access import FOREVER, NEVER
from baygate.access.documents.manifest import Listed
from baygate.access.documents.root import Agency
from baygate.access.documents.rules import InForce, Owner, Rule
from baygate.access.documents.trust import TakenList, TakenManifest, TakenPolicy, TakenRoot, Trusted

_Dated = TakenRoot | TakenManifest | TakenPolicy | TakenList


def nothing(problem: str) -> InForce:
    """Return what is in force where no root document is: nothing, so that everything is withheld."""
    return InForce(None, (), "none", NEVER, FOREVER, (problem,))


def in_force(trusted: Trusted, now: datetime.datetime) -> InForce:
    """Return what is in force at the moment ``now``."""
    root = trusted.root
    documents: list[TakenRoot | TakenManifest | TakenPolicy] = [
        root,
        *trusted.manifests.values(),
        *trusted.policies.values(),
    ]
    moments = [moment for each in documents for moment in _boundaries(each)]
    version = hashlib.sha256("".join(sorted(each.digest for each in documents)).encode()).hexdigest()[:32]
    state = _state(root, now)
    problems = () if state is None else (f"The root document {state}: everything is withheld.",)
    return InForce(
        root.document,
        () if problems else tuple(_owner(each, trusted, now) for each in root.document.agencies if each.owns),
        version,
        max((each for each in moments if each <= now), default=NEVER),
        min((each for each in moments if each > now), default=FOREVER),
        problems,
        {name: each.digest for name, each in trusted.policies.items()},
    )


def recognising(trusted: Trusted, now: datetime.datetime) -> tuple[TakenList, ...]:
    """Return the trust lists that count at the moment ``now``, in the order of their jurisdictions.

    Whom they recognise is no part of ``InForce``: what a policy gives to whom is the same whichever list let him in.
    """
    if _state(trusted.root, now) is not None:
        return ()
    return tuple(taken for _, taken in sorted(trusted.lists.items()) if _state(taken, now) is None)


def unrecognising(trusted: Trusted, now: datetime.datetime) -> Mapping[str, str]:
    """Return in words, by jurisdiction, why lists that were taken do not count at the moment ``now``."""
    states = {name: _state(taken, now) for name, taken in sorted(trusted.lists.items())}
    return {name: f"The trust list of {name} {state}: it recognises nobody." for name, state in states.items() if state}


def _boundaries(taken: _Dated) -> Iterator[datetime.datetime]:
    yield from (taken.document.not_before, taken.document.expires, taken.good_until)


def _state(taken: _Dated, now: datetime.datetime) -> str | None:
    """Return why a document is not in force; None if it is."""
    begins, expires, good_until = _boundaries(taken)
    if now < begins:
        return f"is not in force before {begins:%Y-%m-%d %H:%M:%S} UTC"
    if now >= expires:
        return f"expired at {expires:%Y-%m-%d %H:%M:%S} UTC"
    if now >= good_until:
        return f"was signed with a certificate that ended at {good_until:%Y-%m-%d %H:%M:%S} UTC"
    return None


def _owner(agency: Agency, trusted: Trusted, now: datetime.datetime) -> Owner:
    manifest = trusted.manifests.get(agency.id)
    if manifest is None:
        return Owner(agency, (), (), (), (f"{agency.id} has no manifest: nothing of its records is granted.",))
    problems = list(_stopping(agency, manifest, trusted, now))
    stopped = bool(problems)
    granting, denying = [], []
    for taken in _listed(manifest, trusted):
        document = taken.document
        if now < document.not_before and document.version > 1:
            continue  # it stops its owner's grants
        if now < document.not_before:
            problems.append(f"{document.policy_id} {_state(taken, now)}.")
            continue
        denying.append(document)
        state = "speaks of fields that the contract has changed since it was signed" if taken.suspended else None
        state = state or _state(taken, now)
        if state:
            problems.append(f"{document.policy_id} {state}: it grants nothing.")
        elif not stopped:
            granting.append(document)
    return Owner(
        agency,
        tuple(Rule(document, grant) for document in granting for grant in document.grants),
        tuple(Rule(document, denial) for document in denying for denial in document.denials),
        tuple(granting),
        tuple(problems),
    )


def _stopping(agency: Agency, manifest: TakenManifest, trusted: Trusted, now: datetime.datetime) -> Iterator[str]:
    """Yield what stops all of an owner's grants."""
    state = _state(manifest, now)
    if state:
        yield f"The manifest of {agency.id} {state}: nothing of its records is granted."
    for listed in manifest.document.policies:
        known = _found(listed, trusted)
        if known is not None and listed.version > 1 and now < known.document.not_before:
            yield (
                f"{listed.policy_id} version {listed.version} {_state(known, now)}, and the manifest of {agency.id} no "
                "longer lists the version before, whose denials would lapse: nothing of its records is granted."
            )
        if known is None:
            yield (
                f"{listed.policy_id} version {listed.version}, which the manifest of {agency.id} lists, is not there: "
                "nothing of its records is granted."
            )


def _listed(manifest: TakenManifest, trusted: Trusted) -> Iterator[TakenPolicy]:
    yield from (known for each in manifest.document.policies if (known := _found(each, trusted)) is not None)


def _found(listed: Listed, trusted: Trusted) -> TakenPolicy | None:
    """Return the very document that a manifest lists; another version of the policy is as good as none."""
    known = trusted.policies.get(listed.policy_id)
    same = known is not None and (known.document.version, known.digest) == (listed.version, listed.hash)
    return known if same else None
