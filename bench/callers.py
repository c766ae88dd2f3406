"""Who asks: nobody in particular, a client with a plain token, a client with a proof for each request."""

import datetime
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlencode

from joserfc.jwk import ECKey

from baygate.cli.caller import Caller, Profile
from baygate.oauth import registry
from baygate.oauth.clients import Authentication, BadRegistration, Binding, Client, ClientKey
from baygate.sample.clients import EVERYTHING
from baygate.storage.database import Database
from bench.governing import MASKED, PLAIN

_MOST_A_SECOND = 3_500
_UNLIMITED = 2**31 - 1
_TEXT = "{name}: {value}"

Headers = Callable[[int], Iterable[str]]
"""The lines of headers for a run of so many seconds; a single one serves all its requests."""


def nobody(_: int) -> Iterable[str]:
    return ["Accept: */*"]


class Clients:
    """The bench's own clients: one with plain tokens, one with tokens bound to its key; neither is ever limited."""

    def __init__(self, home: Path, port: int) -> None:
        file = home / "client.pem"
        if not file.exists():
            file.write_bytes(ECKey.generate_key("P-256", private=True).as_pem(private=True))
        self._key = ECKey.import_key(file.read_bytes())
        self._base = f"http://127.0.0.1:{port}"

    async def register(self, dsn: str) -> None:
        connection = await Database(dsn).connect()
        try:
            for binding in (Binding.BEARER, Binding.DPOP):
                try:
                    await registry.add(connection, self._registration(binding))
                except BadRegistration:
                    continue  # from an earlier run over the same world
        finally:
            await connection.close()

    def bearer(self, _: int) -> Iterable[str]:
        return [f"Authorization: Bearer {self._caller(Binding.BEARER).token(PLAIN)['access_token']}"]

    def masked(self, _: int) -> Iterable[str]:
        return [f"Authorization: Bearer {self._caller(Binding.BEARER).token(MASKED)['access_token']}"]

    def proven(self, seconds: int) -> Iterable[str]:
        """A DPoP proof for each request: made beforehand, since the load generator has no time for it."""
        caller = self._caller(Binding.DPOP)
        token = caller.token(PLAIN)["access_token"]
        for _ in range(seconds * _MOST_A_SECOND):
            yield f"Authorization: DPoP {token}\tDPoP: {caller.proof('POST', f'{self._base}/graphql', token)}"

    def asking(self, seconds: int) -> tuple[list[str], list[str]]:
        """Token requests: bodies, and the headers of each."""
        caller = self._caller(Binding.DPOP)
        caller.token(PLAIN)  # brings the nonce
        form = {"grant_type": "client_credentials", "authorization_details": caller.details(PLAIN)}
        bodies, headers = [], []
        for _ in range(seconds * 1_500):
            bodies.append(urlencode(form | caller.assertion(self._base)))
            proof = caller.proof("POST", f"{self._base}/oauth/token")
            headers.append(f"Content-Type: application/x-www-form-urlencoded\tDPoP: {proof}")
        return bodies, headers

    def _caller(self, binding: Binding) -> Caller:
        return Caller(Profile(f"bench-{binding}", PLAIN, binding.value, self._key), f"{self._base}/graphql")

    def _registration(self, binding: Binding) -> Client:
        return Client(
            client_id=f"bench-{binding}",
            name="bench",
            agency="commerce-gd",
            jurisdiction="CN-GD",
            authentication=Authentication.PRIVATE_KEY_JWT,
            binding=binding,
            keys=(ClientKey(self._key.as_dict(private=False)),),
            scopes=frozenset(EVERYTHING),
            purposes=frozenset({PLAIN, MASKED}),
            rate=_UNLIMITED,
            quota=_UNLIMITED,
        )


def lines(given: Iterable[str]) -> Path:
    """Write lines to a file for the load generator."""
    with tempfile.NamedTemporaryFile("w", prefix="bench-", suffix=f"-{datetime.datetime.now(datetime.UTC):%H%M%S}",
                                     delete=False) as file:  # fmt: skip
        file.writelines(f"{each}\n" for each in given)
    return Path(file.name)
