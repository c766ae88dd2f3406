"""The recogniser: judgements of one worker, remembered as long as nothing that they rest on has changed."""

import datetime
from collections.abc import Sequence

from baygate.access.documents.trust import TakenList
from baygate.recognition.certificate import Certificate
from baygate.recognition.judgement import Judgement, judge
from baygate.recognition.revocation import Known

_KEPT, _KEPT_REFUSED = 10_000, 1_000
"""Judgements that are kept; refusals apart, so that they push out no recognition."""
_EVER = datetime.datetime.max.replace(tzinfo=datetime.UTC)
_REFUSED = datetime.timedelta(seconds=5)
"""For how long a refusal is remembered: what it rests on may be news that a moment will change."""

_Judged = dict[str, tuple[Judgement, datetime.datetime]]


class Recogniser:
    """Judges certificates by the trust lists in force and what is known of revocations.

    A judgement is remembered by the certificate's fingerprint. It is made anew when there are other lists, or other
    evidence, and when what it was believed by has ended.
    """

    def __init__(self) -> None:
        self._lists: tuple[TakenList, ...] = ()
        self._known = Known()
        self._judged: _Judged = {}
        self._refused: _Judged = {}

    @property
    def lists(self) -> tuple[TakenList, ...]:
        """The trust lists that it judges by."""
        return self._lists

    @property
    def known(self) -> Known:
        """What it knows of revocations."""
        return self._known

    def take_lists(self, lists: Sequence[TakenList]) -> None:
        """Judge by these trust lists from now on."""
        before, self._lists = self._lists, tuple(lists)
        if [(each.digest, each.good_until) for each in lists] != [(each.digest, each.good_until) for each in before]:
            self._judged, self._refused = {}, {}

    def take_known(self, known: Known) -> None:
        """Judge by this evidence from now on."""
        before, self._known = self._known, known
        if known is not before:
            self._judged, self._refused = {}, {}

    def remembered(self, fingerprint: str, now: datetime.datetime) -> Judgement | None:
        """Return how a certificate was judged, if that still stands."""
        judgement, until = self._judged.get(fingerprint) or self._refused.get(fingerprint) or (None, now)
        return judgement if judgement is not None and now < until else None

    def judge(self, certificate: Certificate, now: datetime.datetime) -> Judgement:
        """Judge a certificate, and remember it. It takes some ten milliseconds, of SM2 more."""
        # in a thread, what it rests on may change meanwhile: then these are not looked at any more
        judged, refused = self._judged, self._refused
        judgement = judge(certificate, self._lists, self._known, now)
        judged.pop(certificate.fingerprint, None)  # one that has ended would stand before a refusal
        if judgement.recognition is not None:
            _keep(judged, _KEPT, certificate, judgement, judgement.recognition.good_until)
        elif judgement.entry is not None:  # what no listed CA has issued would push out what one has
            _keep(refused, _KEPT_REFUSED, certificate, judgement, _EVER if judgement.revoked else now + _REFUSED)
        return judgement


def _keep(kept: _Judged, most: int, certificate: Certificate, judgement: Judgement, until: datetime.datetime) -> None:
    if len(kept) >= most:
        kept.clear()
    kept[certificate.fingerprint] = judgement, until
