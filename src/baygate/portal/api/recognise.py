"""Whether a certificate that somebody pasted is recognised, and by which conditions: what ``trust verify`` tells.

It proves nothing of whoever pasted it: nobody is recorded, and nobody is let in by it.
"""

import asyncio
import base64
import binascii
import re
from typing import Any

from baygate.access.certificate import BadCertificate, read_certificate
from baygate.access.documents.model import moment_text
from baygate.oauth.recognised import Recognitions, RecognitionUnavailable, client_id_of
from baygate.portal.api.asked import busy
from baygate.portal.caller import Refused
from baygate.recognition.certificate import Certificate, from_der
from baygate.recognition.entry import Condition
from baygate.recognition.judgement import Judgement, Recognition

LARGEST = 65_536
"""Characters of the longest text that is looked at."""
_MOST_IN_CHAIN = 8
_AT_ONCE = 4
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----")


class Desk:
    """Judges pasted certificates, a few at once: the hub's callers come first."""

    def __init__(self, recognitions: Recognitions) -> None:
        self._recognitions = recognitions
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def judged(self, text: str) -> dict[str, Any]:
        """Return how the conditions came out for the certificate in a text; raise Refused."""
        if len(text) > LARGEST:
            raise Refused(413, "too_large", f"The text has more than {LARGEST} characters, which are the most.")
        if self._places.locked():
            raise busy()
        async with self._places:
            try:
                certificate = await asyncio.to_thread(read, text)
                return _told(certificate, await self._recognitions.judged(certificate))
            except BadCertificate as error:
                return _unreadable(f"{error}")
            except RecognitionUnavailable:
                raise busy() from None


def read(text: str) -> Certificate:
    """Read the certificate in a text: PEM, or DER in base64; of a chain, the one that issued none of the others.

    Raise BadCertificate.
    """
    blocks = _BLOCK.findall(text) or [text]
    if len(blocks) > _MOST_IN_CHAIN:
        raise BadCertificate(f"there are {len(blocks)} certificates; {_MOST_IN_CHAIN} is the most of a chain")
    ders = [_der(each) for each in blocks]
    if len(ders) == 1:
        return from_der(ders[0])
    return from_der(_last(ders))


def _der(block: str) -> bytes:
    try:
        return base64.b64decode("".join(block.split()), validate=True)
    except (binascii.Error, ValueError):
        raise BadCertificate("it is neither a certificate in PEM nor one in DER, written in base64") from None


def _last(ders: list[bytes]) -> bytes:
    """Return the one of a chain that all others stand above."""
    try:
        chain = [read_certificate(each) for each in ders]
        issuers = {each.issuer for each in chain if each.issuer != each.subject}
        below = [der for der, each in zip(ders, chain, strict=True) if each.subject not in issuers]
    except BadCertificate:
        return ders[0]  # whatever is wrong with it will be told
    plain = [der for der in below if (each := read_certificate(der)).issuer != each.subject]
    return next(iter([*plain, *below, *ders]))


def _told(certificate: Certificate, judgement: Judgement) -> dict[str, Any]:
    recognition, refusal = judgement.recognition, judgement.refusal
    if recognition is not None:
        sentence = recognition.sentence()
    else:
        why = f"for its {refusal.condition}: {refusal.told}" if refusal else "by no entry of a trust list"
        sentence = f"It is not recognised, {why}."
    return {
        **_nobody(sentence),
        "subject": certificate.subject,
        "issuer": certificate.issuer,
        "fingerprint": certificate.fingerprint,
        "notBefore": moment_text(certificate.begins),
        "notAfter": moment_text(certificate.ends),
        "entry": judgement.entry,
        **(_recognised(recognition) if recognition else {}),
        "conditions": [{"name": each.condition, "met": each.holds, "detail": each.told} for each in judgement.findings],
    }


def _recognised(recognition: Recognition) -> dict[str, Any]:
    admits = recognition.entry.admits
    return {
        "recognised": True,
        "party": recognition.party,
        "client": client_id_of(recognition.party),
        "jurisdiction": recognition.jurisdiction,
        "assurance": recognition.assurance,
        "list": recognition.list_sequence,
        "goodUntil": moment_text(recognition.good_until),
        "admits": admits and {"scopes": list(admits.scopes), "purposes": list(admits.purposes)},
    }


def _unreadable(why: str) -> dict[str, Any]:
    return {
        **_nobody(f"It is refused before anything else: {why}."),
        "conditions": [{"name": Condition.CERTIFICATE, "met": False, "detail": why}],
    }


_MEMBERS = (
    "subject", "issuer", "fingerprint", "notBefore", "notAfter", "party", "client", "jurisdiction", "assurance",
    "entry", "list", "goodUntil", "admits",
)  # fmt: skip


def _nobody(sentence: str) -> dict[str, Any]:
    return {"recognised": False, "sentence": sentence, **dict.fromkeys(_MEMBERS)}
