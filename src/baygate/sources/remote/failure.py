"""Why a source gave no answer: a closed set of kinds, in words that a caller may read.

A message names the source and never where it is or what its machines said; that is in the exception's cause, for the
operator's log.
"""

import ssl
from enum import StrEnum

import aiohttp
from aiohttp.http_exceptions import ContentEncodingError


class Kind(StrEnum):
    """What went wrong."""

    UNREACHABLE = "UNREACHABLE"
    TIMEOUT = "TIMEOUT"
    STATUS = "STATUS"
    NOT_JSON = "NOT_JSON"
    TOO_LARGE = "TOO_LARGE"
    MALFORMED = "MALFORMED"
    CERTIFICATE = "CERTIFICATE"
    OPEN = "OPEN"


class SourceFailed(Exception):
    """A source did not answer, or not with what can be used.

    ``passing``: another attempt may soon go better. ``blames``: it says something of the source, and not only of what
    it was asked; such failures open its circuit breaker.
    """

    def __init__(self, source: str, kind: Kind, message: str, *, passing: bool = False, blames: bool = True) -> None:
        super().__init__(message)
        self.source = source
        self.kind = kind
        self.message = message
        self.passing = passing
        self.blames = blames


_BAD_GATEWAY, _UNAVAILABLE, _GATEWAY_TIMEOUT, _TOO_MANY_REQUESTS = 502, 503, 504, 429
_PASSING = frozenset({_BAD_GATEWAY, _UNAVAILABLE, _GATEWAY_TIMEOUT})


def of_status(source: str, status: int) -> SourceFailed:
    """Return the failure of an answer that has this status, and nothing to say beyond it."""
    refused = 400 <= status < 500 and status != _TOO_MANY_REQUESTS
    message = f"The source {source} answered with the HTTP status {status}."
    return SourceFailed(source, Kind.STATUS, message, passing=status in _PASSING, blames=not refused)


def of_client(source: str, error: aiohttp.ClientError) -> SourceFailed:
    """Return the failure that is behind an error of the HTTP client."""
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return SourceFailed(source, Kind.TIMEOUT, f"Connecting to the source {source} took too long.", passing=True)
    if _is_of_tls(error):
        message = f"No TLS connection to the source {source}: a certificate or its key is not accepted."
        return SourceFailed(source, Kind.CERTIFICATE, message)
    if isinstance(error, aiohttp.ClientResponseError) or _is_of_coding(error):
        return SourceFailed(source, Kind.MALFORMED, f"The answer of the source {source} is not HTTP that can be read.")
    if isinstance(error, aiohttp.ClientConnectorError):
        return SourceFailed(source, Kind.UNREACHABLE, f"The source {source} cannot be reached.", passing=True)
    return SourceFailed(source, Kind.UNREACHABLE, f"The connection to the source {source} broke off.", passing=True)


def _is_of_tls(error: BaseException) -> bool:
    """Whether TLS failed: in the handshake, or after it, which is when TLS 1.3 tells that ours was refused."""
    return isinstance(error, aiohttp.ClientSSLError | ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)


def _is_of_coding(error: aiohttp.ClientError) -> bool:
    """Whether a body came whole and cannot be decoded; one that broke off is another matter."""
    return isinstance(error, aiohttp.ClientPayloadError) and isinstance(error.__cause__, ContentEncodingError)
