"""The keys of the audit log: what signs the heads of its tree and the receipts, and what verifies both.

1. Heads and receipts are JWS (RFC 7515) of two types, each signed with keys of its own.
2. A signature counts if the root document certifies its key for that use, and the moment that it names (``at``) is
   within that key's validity. A key that is over still proves what it signed in its time, as long as the root document
   names it.
3. The next key of a use begins by itself; that of a token when the settings name it.
4. A receipt is signed while its answer waits, with a key of a file. Heads may be signed in a PKCS#11 token instead.
"""

import datetime
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from baygate.access.documents.root import LogKey, LogUse, RootDocument
from baygate.access.jose import BadToken, PublicKey, read
from baygate.audit.pkcs11_settings import Pkcs11Settings, TokenUnavailable
from baygate.oauth import signing
from baygate.oauth.signing import SigningKeys

if TYPE_CHECKING:
    from baygate.audit.pkcs11 import Pkcs11Signer

HEADS: LogUse = "heads"
RECEIPTS: LogUse = "receipts"
RECEIPT_TYPE = "baygate-receipt+jwt"
DIRECTORIES: Mapping[str, str] = {HEADS: "audit-heads", RECEIPTS: "audit-receipts"}
"""Where among the hub's keys those of each use are."""
SIGN: Mapping[str, str] = {HEADS: "heads of the audit log", RECEIPTS: "receipts"}
"""What an operator knows the keys of each use by."""


class Unproven(Exception):
    """A head or a receipt that no key of the root document proves; the message says why."""


class HeadSigner(Protocol):
    """What heads are signed with."""

    @property
    def public(self) -> PublicKey | None:
        """The public half of the key that signs now; None if it is not known yet."""

    @property
    def known(self) -> Sequence[PublicKey]:
        """The public halves of all keys that there are."""

    async def sign(self, typ: str, payload: bytes) -> str:
        """Return a JWS (compact) of a type; raise OperatorError."""

    async def close(self) -> None:
        """Let go of the key."""


class LogKeys:
    """What one worker signs the audit log with."""

    def __init__(self, heads: HeadSigner, receipts: SigningKeys) -> None:
        self._heads = heads
        self._receipts = receipts

    @classmethod
    def read(cls, keys: Path, token: Pkcs11Settings | None = None) -> "LogKeys":
        """Read the keys among the hub's; those for heads are not looked for if a token has one.

        Raise KeyFileError, or TokenUnavailable if the token can never be used as it is set.
        """
        return cls(_in_token(token) if token else _InFiles(keys_of(keys, HEADS)), keys_of(keys, RECEIPTS))

    @property
    def head_keys(self) -> Mapping[str, PublicKey]:
        """The keys that sign heads here, signed or will sign, by their names; of a token the one of now, if known."""
        return {each.thumbprint: each for each in self._heads.known}

    async def sign_head(self, typ: str, payload: bytes) -> str:
        """Return a JWS by the key that signs heads now; raise OperatorError."""
        return await self._heads.sign(typ, payload)

    def sign_receipt(self, payload: bytes, at: datetime.datetime) -> str:
        """Return a receipt by the key that signed receipts at a moment."""
        return self._receipts.current(at).sign(RECEIPT_TYPE, payload)

    def uncertified(self, root: RootDocument | None, at: datetime.datetime) -> Iterator[str]:
        """Yield, in words, of which keys that sign now the root document does not say that they count."""
        signing_now = {HEADS: self._heads.public, RECEIPTS: self._receipts.current(at).public}
        for use, public in signing_now.items():
            certified = root.log_keys(use) if root else {}
            if public is None:
                continue
            known = certified.get(public.thumbprint)
            if known is None or not known.holds(at):
                yield (
                    f"The root document does not certify the key {public.thumbprint} that signs {SIGN[use]}, so they "
                    f"prove nothing. `baygate key show --use {use}` prints what belongs there (logKeys)."
                )

    async def close(self) -> None:
        """Let go of the token, if there is one."""
        await self._heads.close()


class _InFiles:
    """Keys of files as what heads are signed with."""

    def __init__(self, keys: SigningKeys) -> None:
        self._keys = keys

    @property
    def public(self) -> PublicKey:
        return self._keys.current(_now()).public

    @property
    def known(self) -> Sequence[PublicKey]:
        return [each.public for each in self._keys.every()]

    async def sign(self, typ: str, payload: bytes) -> str:
        return self._keys.current(_now()).sign(typ, payload)

    async def close(self) -> None:
        """There is nothing to let go of."""


def keys_of(keys: Path, use: LogUse) -> SigningKeys:
    """Read the keys of a use among the hub's; raise KeyFileError."""
    return SigningKeys(keys / DIRECTORIES[use], SIGN[use])


def create_first(keys: Path) -> None:
    """Create a key for each use that has none; raise KeyFileError if none can be written."""
    for directory in DIRECTORIES.values():
        signing.create_first(keys / directory)


def proven(jws: str, typ: str, certified: Mapping[str, LogKey]) -> Mapping[str, Any]:
    """Return what something signed of a type says; raise Unproven.

    ``certified`` are the root document's keys for that use (``RootDocument.log_keys``).
    """
    try:
        signed = read(jws.encode(), typ)
        key = certified.get(str(signed.header.get("kid")))
        if key is None:
            raise Unproven("it is signed with a key that the root document does not certify for it")
        said = signed.verify(key.public)
    except (BadToken, UnicodeEncodeError) as error:
        raise Unproven(str(error)) from error
    at = _moment(said.get("at"))
    if not key.holds(at):
        raise Unproven(f"it is of {said['at']}, when its key {key.kid} did not count")
    return said


async def head_key_in_token(settings: Pkcs11Settings) -> PublicKey:
    """Return the public half of a token's key; raise TokenUnavailable."""
    signer = _in_token(settings)
    try:
        return await signer.open()
    finally:
        await signer.close()


def _in_token(settings: Pkcs11Settings) -> "Pkcs11Signer":
    try:
        from baygate.audit.pkcs11 import Pkcs11Signer  # noqa: PLC0415 - an extra, for those who have a token
    except ModuleNotFoundError as error:
        raise TokenUnavailable(
            f"What talks to PKCS#11 tokens is not installed: {error}.", "Run: pip install 'baygate[pkcs11]'"
        ) from None
    return Pkcs11Signer(settings)


def _moment(said: object) -> datetime.datetime:
    try:
        at = datetime.datetime.fromisoformat(str(said))
    except ValueError:
        at = None
    if not isinstance(said, str) or at is None or at.utcoffset() is None:
        raise Unproven("it does not say of when it is (at)")
    return at


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
