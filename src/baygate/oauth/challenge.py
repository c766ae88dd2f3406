"""What a caller is told who has not proved himself: status, error code, and how he may (RFC 6750, 9449, 9728)."""

from collections.abc import Callable

from baygate.access.jose import ALGORITHMS

_RETRY = ((b"retry-after", b"1"),)


class Unproven(Exception):
    """A request that is not answered because its caller has not proved himself.

    ``status`` and ``error`` are those of the RFC that asks for them; ``headers`` go out with the answer.
    """

    def __init__(
        self,
        status: int,
        error: str | None,
        description: str,
        headers: tuple[tuple[bytes, bytes], ...] = (),
    ) -> None:
        super().__init__(description)
        self.status = status
        self.error = error
        self.description = description
        self.headers = headers


class Challenger:
    """Words refusals for one protected resource, whose metadata (RFC 9728) stand at ``metadata_url``."""

    def __init__(self, metadata_url: str, nonce: Callable[[], str]) -> None:
        self._metadata = f'resource_metadata="{metadata_url}"'
        self._nonce = nonce

    def nobody(self) -> Unproven:
        """No credentials came: say which would do, and no error (RFC 6750, section 3.1)."""
        headers = (self._dpop(), (b"www-authenticate", f"Bearer {self._metadata}".encode()))
        return Unproven(401, None, "The request has no access token: send one in the Authorization header.", headers)

    def malformed(self, description: str) -> Unproven:
        """Credentials came that are none."""
        return Unproven(400, "invalid_request", description, (self._dpop("invalid_request", description),))

    def bad_token(self, scheme: str, reason: str) -> Unproven:
        """The token is refused."""
        description = f"The access token is refused: {reason}."
        if scheme == "Bearer":
            bearer = f'Bearer error="invalid_token", error_description="{description}", {self._metadata}'
            return Unproven(401, "invalid_token", description, ((b"www-authenticate", bearer.encode()),))
        return Unproven(401, "invalid_token", description, (self._dpop("invalid_token", description),))

    def bad_proof(self, reason: str) -> Unproven:
        """The DPoP proof is refused (RFC 9449, section 7.1)."""
        description = f"The DPoP proof is refused: {reason}."
        return Unproven(401, "invalid_dpop_proof", description, (self._dpop("invalid_dpop_proof", description),))

    def nonce_needed(self) -> Unproven:
        """The proof needs a fresh nonce, which comes along (RFC 9449, section 9)."""
        description = "The DPoP proof needs the nonce in the DPoP-Nonce header of this answer."
        fresh = (b"dpop-nonce", self._nonce().encode())
        return Unproven(401, "use_dpop_nonce", description, (self._dpop("use_dpop_nonce", description), fresh))

    def _dpop(self, error: str | None = None, description: str = "") -> tuple[bytes, bytes]:
        told = f'error="{error}", error_description="{description}", ' if error else ""
        return b"www-authenticate", f'DPoP {told}algs="{" ".join(ALGORITHMS)}", {self._metadata}'.encode()


def unavailable(description: str) -> Unproven:
    """It cannot be known now whether the caller may be answered."""
    return Unproven(503, None, description, _RETRY)
