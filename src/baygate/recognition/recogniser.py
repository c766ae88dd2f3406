"""The recogniser: judgements of one worker, remembered as long as nothing that they rest on has changed."""

import datetime
from collections.abc import Sequence

from baygate.access.documents.trust import TakenList
from baygate.recognition.certificate import Certificate
from baygate.recognition.judgement import Judgement, judge
from baygate.recognition.revocation import Known

_KEPT = 10_000
"""Judgements that are kept."""
_REFUSED = datetime.timedelta(seconds=5)
"""For how long a refusal is remembered: what it rests on may be news that a moment will change."""


class Recogniser:
    """Judges certificates by the trust lists in force and what is known of revocations.

    A judgement is remembered by the certificate's fingerprint. It is made anew when there are other lists, or other
    evidence, and when what it was believed by has ended.
    """

    def __init__(self) -> None:
        self._lists: tuple[TakenList, ...] = ()
        self._known = Known()
        self._judged: dict[str, tuple[Judgement, datetime.datetime]] = {}

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
            self._judged = {}

    def take_known(self, known: Known) -> None:
        """Judge by this evidence from now on."""
        before, self._known = self._known, known
        if known is not before:
            self._judged = {}

    def remembered(self, fingerprint: str, now: datetime.datetime) -> Judgement | None:
        """Return how a certificate was judged, if that still stands."""
        judgement, until = self._judged.get(fingerprint, (None, now))
        return judgement if judgement is not None and now < until else None

    def judge(self, certificate: Certificate, now: datetime.datetime) -> Judgement:
        """Judge a certificate, and remember it. It takes milliseconds, of SM2 tens of them."""
        judged = self._judged  # in a thread, what it rests on may change meanwhile: then this is not looked at any more
        judgement = judge(certificate, self._lists, self._known, now)
        if len(judged) >= _KEPT:
            judged.clear()
        until = judgement.recognition.good_until if judgement.recognition else now + _REFUSED
        judged[certificate.fingerprint] = judgement, until
        return judgement
