"""Errors of the endpoints beyond RFC 6749's own, each with the status and code of the RFC that names it."""

from authlib.oauth2.rfc6749 import InvalidClientError, OAuth2Error


class InvalidClient(InvalidClientError):  # type: ignore[misc]  # Authlib has no types
    """Client authentication failed: 401 with a challenge (RFC 6749, section 5.2; RFC 9110, section 15.5.2)."""

    status_code = 401

    def __init__(self, description: str, scheme: str = "private_key_jwt") -> None:
        super().__init__(description)
        self._scheme = scheme

    def get_headers(self) -> list[tuple[str, str]]:
        """Challenge in the scheme that the client tried; assertions and certificates have none of their own."""
        headers = OAuth2Error.get_headers(self)
        told = f'realm="baygate", error="invalid_client", error_description="{self.get_error_description()}"'
        return [*headers, ("WWW-Authenticate", f"{self._scheme} {told}")]


class InvalidTarget(OAuth2Error):  # type: ignore[misc]
    """The resource asked for is not this hub (RFC 8707, section 2)."""

    error = "invalid_target"


class InvalidDetails(OAuth2Error):  # type: ignore[misc]
    """The authorization details say nothing that is known here, or too little (RFC 9396, section 5)."""

    error = "invalid_authorization_details"


class InvalidProof(OAuth2Error):  # type: ignore[misc]
    """The DPoP proof is missing or proves nothing (RFC 9449, section 5)."""

    error = "invalid_dpop_proof"


class UseNonce(OAuth2Error):  # type: ignore[misc]
    """The DPoP proof needs the nonce that comes with this answer (RFC 9449, section 8)."""

    error = "use_dpop_nonce"
    description = "The DPoP proof needs the nonce in the DPoP-Nonce header of this answer"

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self._nonce = nonce

    def get_headers(self) -> list[tuple[str, str]]:
        """Give the nonce along."""
        return [*super().get_headers(), ("DPoP-Nonce", self._nonce)]


class TooSlow(OAuth2Error):  # type: ignore[misc]
    """The request did not come in time (RFC 9110, section 15.5.9): the connection is not waited on any longer."""

    error = "invalid_request"
    status_code = 408

    def get_headers(self) -> list[tuple[str, str]]:
        """End the connection."""
        return [*super().get_headers(), ("Connection", "close")]


class TemporarilyUnavailable(OAuth2Error):  # type: ignore[misc]
    """The server cannot answer now (RFC 6749, section 4.1.2.1)."""

    error = "temporarily_unavailable"
    description = "The server cannot tell now who may have a token; try again shortly"
    status_code = 503

    def get_headers(self) -> list[tuple[str, str]]:
        """Say when to come again (RFC 9110, section 10.2.3)."""
        return [*super().get_headers(), ("Retry-After", "1")]
