"""What commands tell of the keys by which a root document lets the audit log be verified."""

import datetime
from collections.abc import Iterator

from baygate.access.documents.root import LogKey, RootDocument
from baygate.audit.keys import HEADS, RECEIPTS, SIGN


def certified(root: RootDocument) -> Iterator[str]:
    """Yield a line for each key of the audit log that a root document certifies."""
    for each in root.certified:
        yield f"certifies {each.kid} for {SIGN[each.use]}{_validity(each)}"


def to_mind(root: RootDocument, before: RootDocument | None, at: datetime.datetime) -> Iterator[str]:
    """Yield what would not be provable by a root document: now, or of what could be proved by the one before it."""
    for use in (HEADS, RECEIPTS):
        if not any(each.holds(at) for each in root.log_keys(use).values()):
            yield (
                f"Mind: it certifies no key that signs {SIGN[use]} now (logKeys): what hubs sign proves nothing. "
                f"`baygate key show --use {use}` prints what belongs there."
            )
    kept = {each.kid: each for each in root.certified}
    for each in before.certified if before else ():
        now = kept.get(each.kid)
        if now is None or now.use != each.use:
            yield f"Mind: {each.kid} is certified for {SIGN[each.use]} no more: none that it signed can be proved."
        elif (now.not_before, now.not_after) != (each.not_before, each.not_after):
            yield f"Mind: {each.kid} for {SIGN[each.use]} counts{_validity(now)}; it counted{_validity(each)}."


def _validity(key: LogKey) -> str:
    begins = f" from {key.not_before:%Y-%m-%d %H:%M:%S} UTC" if key.not_before else ""
    ends = f" until {key.not_after:%Y-%m-%d %H:%M:%S} UTC" if key.not_after else ""
    return begins + ends or " at any time"
