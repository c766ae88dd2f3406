"""Time stamps on heads by an authority (RFC 3161): somebody else's word that a head was there at a time.

1. What is stamped is the SHA-256 of a signed head, to the byte. Nobody learns anything else.
2. A token is taken if it is of the request (its nonce), of the head, under the policy that is asked for, and signed by
   a certificate for nothing but time stamping that leads to an anchor of the operator's, and was valid at that time.
3. What an authority sends is bounded, in bytes and in seconds, and a redirect is not followed. It may come by plain
   HTTP: nothing in it is secret, and its signature is what counts.
4. Whether a token is good is seen from itself, the head and the anchors: later, elsewhere, without the authority.
"""

import asyncio
import datetime
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
from asn1crypto import cms, core, tsp
from cryptography import x509
from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

from baygate.access.certificate import UNREADABLE, read_certificates
from baygate.errors import OperatorError

PATIENCE = 10.0
"""Seconds for which a time stamp is waited, unless it is said otherwise."""
_LARGEST = 64 * 1024
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
_TOO_MUCH = f"it sends more than {_LARGEST} bytes"
_HEADERS = {"content-type": "application/timestamp-query", "accept-encoding": "identity"}
_ANSWER = "application/timestamp-reply"
_UNREADABLE = (*UNREADABLE, AttributeError, RecursionError)
"""What the readers of ASN.1 and of certificates raise at what is none."""


class _Answer(core.Sequence):  # type: ignore[misc]
    """TimeStampResp (RFC 3161, section 2.4.2): without a token where the authority refuses."""

    _fields = [("status", tsp.PKIStatusInfo), ("time_stamp_token", cms.ContentInfo, {"optional": True})]  # noqa: RUF012


class BadTimestamp(Exception):
    """A token that does not prove when a head was there; the message says why."""


class StampFailed(OperatorError):
    """The authority gave no time stamp, or none that is good."""


@dataclass(frozen=True)
class Authority:
    """A time-stamping authority: where it is, what its certificate leads to, and the policy that it has to name."""

    url: str
    anchors: tuple[x509.Certificate, ...]
    policy: str | None = None
    patience: float = PATIENCE

    async def stamp(self, digest: bytes) -> bytes:
        """Return a token for the SHA-256 of a signed head; raise StampFailed."""
        nonce = secrets.randbits(64)
        try:
            async with asyncio.timeout(self.patience), _client(self.patience) as client:
                token = _token(await self._asked(client, _request(digest, nonce, self.policy)))
                # signatures are verified where no request waits for it
                await asyncio.to_thread(_checked, token, digest, self.anchors, self.policy, nonce)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError, BadTimestamp) as error:
            raise StampFailed(
                f"{urlsplit(self.url).hostname or self.url} gave no time stamp: {error or type(error).__name__}.",
                "Heads are without one meanwhile; nothing else depends on it.",
            ) from error
        return token

    async def _asked(self, client: httpx2.AsyncClient, request: bytes) -> bytes:
        """Return what the authority answers (RFC 3161, section 3.4)."""
        async with client.stream("POST", self.url, content=request, headers=_HEADERS) as response:
            kind = response.headers.get("content-type", "").partition(";")[0].strip()
            if response.status_code != 200 or kind != _ANSWER:
                raise BadTimestamp(f"it answers {response.status_code}, with {kind or 'nothing'}")
            body = b""
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > _LARGEST:
                    raise BadTimestamp(_TOO_MUCH)
        return body


def verified(
    token: bytes, head: str, anchors: Sequence[x509.Certificate], policy: str | None = None
) -> datetime.datetime:
    """Return when a signed head was there, by a token on it; raise BadTimestamp."""
    return _checked(token, sha256(head.encode()).digest(), anchors, policy, None)


def _checked(
    token: bytes, digest: bytes, anchors: Sequence[x509.Certificate], policy: str | None, nonce: int | None
) -> datetime.datetime:
    """Return when what has this digest was there; raise BadTimestamp."""
    if len(token) > _LARGEST:
        raise BadTimestamp(_TOO_MUCH)
    verifier = VerifierBuilder(
        policy_id=x509.ObjectIdentifier(policy) if policy else None,
        nonce=nonce,
        roots=list(anchors),
        intermediates=[],  # those that the token brings along are enough
    ).build()
    try:
        response = _granted(token)
        verifier.verify(response, digest)
        told = response.tst_info
        if told.message_imprint.hash_algorithm != _SHA256:
            raise BadTimestamp("it is of a digest that is no SHA-256")
        return told.gen_time
    except VerificationError as error:
        raise BadTimestamp(str(error)) from error
    except _UNREADABLE as error:
        raise BadTimestamp(f"it is no time stamp: {error}") from error


def anchors_of(file: Path) -> tuple[x509.Certificate, ...]:
    """Read the certificates that authorities' lead to (PEM); raise OperatorError."""
    try:
        return tuple(read_certificates(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise OperatorError(
            f"{file} holds no certificates to verify time stamps by: {error}", "Write them there, in PEM."
        ) from None


def _request(digest: bytes, nonce: int, policy: str | None) -> bytes:
    """Return what an authority is asked (RFC 3161, section 2.4.1): for its certificates, too."""
    asked = {
        "version": "v1",
        "message_imprint": {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": digest},
        "nonce": nonce,
        "cert_req": True,
    }
    made: bytes = tsp.TimeStampReq(asked | ({"req_policy": policy} if policy else {})).dump()
    return made


def _client(patience: float) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(timeout=patience, follow_redirects=False, trust_env=False)


def _token(answer: bytes) -> bytes:
    """Return the token in an authority's answer; raise BadTimestamp if it is none, or refuses."""
    try:
        read = _Answer.load(answer, strict=True)
        status = read["status"]
        if status["status"].native != "granted":
            why = [str(each) for each in status["status_string"].native or ()]
            raise BadTimestamp(": ".join([f"it refuses ({status['status'].native})", *why[:3]]))
        token: bytes = read["time_stamp_token"].dump()
    except _UNREADABLE as error:
        raise BadTimestamp(f"it is no answer to a request for a time stamp: {error}") from error
    return token


def _granted(token: bytes) -> TimeStampResponse:
    """Return a token as the answer that it came with.

    Its certificates are put in DER's order, which the reader of answers insists on and authorities do not: by RFC 5652,
    section 5.1, BER will do there, and no signature is on them.
    """
    read = cms.ContentInfo.load(token, strict=True)
    signed = read["content"]
    signed["certificates"] = cms.CertificateSet(list(signed["certificates"]))
    ordered = cms.ContentInfo({"content_type": "signed_data", "content": signed})
    answer = _Answer({"status": {"status": "granted"}, "time_stamp_token": ordered})
    return decode_timestamp_response(answer.dump())
