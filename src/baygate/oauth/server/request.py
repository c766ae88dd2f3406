"""A request to one of the server's endpoints, as Authlib's grants read it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import sqlalchemy as sa
from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Error
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload, OAuth2Request

from baygate.oauth.clients import Client
from baygate.oauth.details import Details
from baygate.oauth.once import Use
from baygate.oauth.tokens import Bound

_MOST_PARAMETERS = 40
_PLAIN = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")
"""What may stand in an error's description (RFC 6749, section 5.2), where Authlib quotes parameters."""
_NOT_QUOTED = {"authorization_details", "state", "resource"}
_REPEATABLE = {"resource"}


def parameters(encoded: bytes) -> tuple[Mapping[str, str], tuple[str, ...]]:
    """Return the parameters of a form or query, and the values of ``resource``, which alone may stand several times.

    Raise InvalidRequestError for one that stands twice (RFC 6749, section 3.1), or that cannot be meant.
    """
    try:
        pairs = parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except ValueError:
        raise InvalidRequestError("The parameters are not form-encoded UTF-8") from None
    given: dict[str, str] = {}
    resources = tuple(value for name, value in pairs if name == "resource")
    for name, value in pairs:
        if name in given and name not in _REPEATABLE:
            raise InvalidRequestError("A parameter stands twice")
        if name not in _NOT_QUOTED and not (_PLAIN.fullmatch(value) and _PLAIN.fullmatch(name)):
            raise InvalidRequestError("A parameter has characters that no parameter of OAuth has")
        # a parameter without a value is as good as none (section 3.1)
        if value:
            given[name] = value
    return given, resources


@dataclass(frozen=True)
class Granted:
    """What a token will say: scopes, purpose, what it is bound to, and for people who they are."""

    scopes: frozenset[str]
    details: Details
    bound: Bound | None
    person: Mapping[str, Any] | None = None


class Asked(OAuth2Request):  # type: ignore[misc]  # Authlib has no types
    """A request with what its HTTP carried beside the parameters.

    ``connection`` is the one that its hooks work on, where they read or write; ``uses`` are recorded before the answer.
    ``proven`` is the client that has proven itself by the request, which it can only once; ``recognised`` the one whose
    certificate a trust list recognises, before it is asked by which method it proves itself.
    """

    client: Client | None
    proven: Client | None = None
    recognised: Client | None = None

    def __init__(  # noqa: PLR0913 - it is what HTTP brings
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        given: Mapping[str, str],
        resources: tuple[str, ...] = (),
        *,
        path: str,
        certificate: str | None = None,
        proofs: tuple[bytes, ...] = (),
        connection: sa.Connection | None = None,
    ) -> None:
        super().__init__(method, url, headers=dict(headers))
        self.payload = BasicOAuth2Payload(dict(given))
        self.path = path
        self.resources = resources
        self.certificate = certificate
        self.proofs = proofs
        self.connection = connection
        self.granted: Granted | None = None
        self.uses: list[tuple[Use, OAuth2Error]] = []

    def use_once(self, use: Use, otherwise: OAuth2Error) -> None:
        """Let the request be answered only if this use was never made; if it was, by ``otherwise``."""
        self.uses.append((use, otherwise))

    @property
    def form(self) -> Mapping[str, str]:
        """The parameters."""
        return self.payload.data  # type: ignore[no-any-return]

    @property
    def args(self) -> Mapping[str, str]:
        """The parameters."""
        return self.payload.data  # type: ignore[no-any-return]
