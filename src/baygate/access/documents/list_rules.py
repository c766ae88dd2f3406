"""What a trust list may say, given the one before it: what was recognised when is never rewritten.

1. It is not issued before the list that it follows.
2. Every entry of the list before is there, with the same conditions.
3. When an entry ends is as it was, or is new, or is brought forward; a new end is not before this list was issued, nor
   more than a day before it is published. So nothing ends in the past, where somebody has relied on it; and nothing is
   prolonged: that is another entry.
4. Whoever comes in without being registered (``admits``) has scopes and purposes that the root document knows.

Where an authority publishes what it revoked may change, and authorities that no entry names may go.
"""

import datetime
from collections.abc import Iterator

from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.root import RootDocument
from baygate.access.documents.trust_list import Entry, TrustList

_LATE = datetime.timedelta(days=1)


def check_list(
    document: TrustList, before: TrustList | None, root: RootDocument, published: datetime.datetime | None
) -> None:
    """Check a list against the one before it, if there was one, and against the root's registries; raise Refused.

    ``published`` is when it is published; None if it was before.
    """
    for wrong in (*_rewritten(document, before, published), *_unknown(document, root)):
        raise Refused(Step.RULES, wrong)


def _rewritten(document: TrustList, before: TrustList | None, published: datetime.datetime | None) -> Iterator[str]:
    """Yield where it says of the past what the list before did not say."""
    if before is None:
        return
    if document.issued_at < before.issued_at:
        yield f"it was issued before list {before.sequence}, which it follows"
    for old in before.entries:
        new = document.by_id.get(old.id)
        if new is None:
            yield f"{old.id}: list {before.sequence} has this entry, and it has not: give it a validUntil instead"
        elif not new.same_conditions(old):
            yield f"{old.id}: its conditions are not those of list {before.sequence}: end it, and add another entry"
        elif wrong := _wrong_end(new, old, document, published):
            yield f"{old.id}: {wrong}"


def _wrong_end(new: Entry, old: Entry, document: TrustList, published: datetime.datetime | None) -> str | None:
    if new.valid_until == old.valid_until:
        return None
    if new.valid_until is None or (old.valid_until is not None and new.valid_until > old.valid_until):
        return "it would last longer than the list before says: add another entry"
    if published is not None and new.valid_until < published - _LATE:
        return "it would have ended more than a day ago: publish the list when it ends, or before"
    if new.valid_until < document.issued_at:
        return f"it would have ended before this list was issued ({document.issued_at:%Y-%m-%d %H:%M:%S} UTC)"
    return None


def _unknown(document: TrustList, root: RootDocument) -> Iterator[str]:
    """Yield what the registries of the root document do not have."""
    for entry in document.entries:
        if entry.admits is None:
            continue
        for what, named, registry in (
            ("purpose", entry.admits.purposes, root.purposes),
            ("scope", entry.admits.scopes, root.scopes),
        ):
            unknown = sorted(set(named) - set(registry))
            if unknown:
                yield f"{entry.id}: {', '.join(unknown)}: no such {what} in the root document"
