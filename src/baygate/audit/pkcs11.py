"""Heads signed with a key that never leaves its token (PKCS#11), such as a hardware security module's.

1. Whatever a token is asked is asked in one thread, one thing after the other; the event loop waits for none of it.
2. A session that was lost is opened anew, once for each signature. If that fails too, so does the signature; the next
   one finds the token anew, as if the hub had just begun.
3. A PIN that was refused is not tried again: tokens lock themselves after a few.
4. What a token signed is verified before anybody gets it. A signature that names another key would be worth nothing,
   and be found out years later.
"""

import asyncio
import logging
import stat
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pkcs11
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

from baygate.access.jose import PublicKey, encoded, public_key
from baygate.audit.pkcs11_settings import PinRefused, Pkcs11Settings, TokenUnavailable
from baygate.oauth.signing import protected_header

log = logging.getLogger("baygate.audit.pkcs11")

PATIENCE = 5.0
"""Seconds for which a signature is waited."""
_P256 = bytes.fromhex("06082a8648ce3d030107")
"""The object identifier of the curve, in DER (RFC 5480, section 2.1.1.1)."""
_POINT, _HALF = 65, 32
_PIN = (
    pkcs11.PinIncorrect,
    pkcs11.PinInvalid,
    pkcs11.PinLenRange,
    pkcs11.PinExpired,
    pkcs11.PinLocked,
    pkcs11.UserPinNotInitialized,
)


class Pkcs11Signer:
    """The key of a token, which is opened when the first signature is asked for."""

    def __init__(self, settings: Pkcs11Settings) -> None:
        _ = _pin(settings.pin)  # an operator learns when the hub starts that there is none
        self._settings = settings
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pkcs11")
        self._session: _Session | None = None
        self._failed = False
        self._refused: PinRefused | None = None

    @property
    def public(self) -> PublicKey | None:
        """The key's public half; None until the token was opened."""
        return self._session.public if self._session else None

    @property
    def known(self) -> Sequence[PublicKey]:
        """That half, where it is known."""
        return [self.public] if self.public else []

    async def sign(self, typ: str, payload: bytes) -> str:
        """Return what the token signs (JWS compact) of a type; raise TokenUnavailable."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(PATIENCE):
                return await loop.run_in_executor(self._thread, self._sign, typ, payload)
        except TimeoutError:
            raise TokenUnavailable(
                f"The token {self._settings.token} did not sign within {PATIENCE:g} seconds.",
                "See whether the token and what leads to it are up.",
            ) from None

    async def open(self) -> PublicKey:
        """Return the key's public half, after opening the token if need be; raise TokenUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._opened().public)

    async def close(self) -> None:
        """Let go of the token."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._let_go)
        self._thread.shutdown(wait=False)

    def _sign(self, typ: str, payload: bytes) -> str:
        if self._session is not None:
            try:
                return self._session.sign(typ, payload)
            except pkcs11.PKCS11Error as lost:
                log.warning("the session with the token %s was lost: %s", self._settings.token, _named(lost))
                self._let_go()
        try:
            return self._opened().sign(typ, payload)
        except pkcs11.PKCS11Error as error:
            self._let_go()
            raise self._unavailable(error) from error

    def _opened(self) -> "_Session":
        """Return the session, opened if there is none; raise TokenUnavailable."""
        if self._session is None:
            if self._refused is not None:
                raise self._refused
            try:
                self._session = _session(self._settings, anew=self._failed)
            except (pkcs11.PKCS11Error, RuntimeError) as error:
                self._failed = True
                failure = self._unavailable(error)
                self._refused = failure if isinstance(failure, PinRefused) else None
                raise failure from error
            self._failed = False
        return self._session

    def _let_go(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _unavailable(self, error: Exception) -> TokenUnavailable:
        token, key = self._settings.token, self._settings.key
        match error:
            case pkcs11.PKCS11Error() if isinstance(error, _PIN):
                return PinRefused(
                    f"The token {token} does not take the PIN in {self._settings.pin}: {_named(error)}.",
                    "It is not tried again, or the token would lock itself. Correct it, and start the hub anew.",
                )
            case pkcs11.NoSuchToken():
                what, advice = f"There is no token {token}.", "Its label stands in the settings, as the token has it."
            case pkcs11.NoSuchKey():
                what = f"The token {token} has no pair of P-256 keys, or more than one, that is labelled {key}."
                advice = "Both halves bear the label: `pkcs11-tool --keypairgen --key-type EC:prime256v1 --label ...`"
            case pkcs11.PKCS11Error() if type(error) is not pkcs11.PKCS11Error:
                what, advice = f"The token {token} does not sign: {_named(error)}.", "See whether it is up."
            case _:  # no error of a token's, so one of loading the module
                what = f"The PKCS#11 module {self._settings.module} cannot be used: {error}."
                advice = "Name the library that came with the token."
        return TokenUnavailable(what, advice)


@dataclass(frozen=True)
class _Session:
    """A session in which the token's user is logged in, and the key."""

    session: pkcs11.Session
    private: pkcs11.SignMixin
    public: PublicKey
    verifying: EllipticCurvePublicKey

    def sign(self, typ: str, payload: bytes) -> str:
        """Return a JWS; raise PKCS11Error, also if the public half is not the one of the key that signed."""
        signed = f"{protected_header(typ, self.public.thumbprint)}.{encoded(payload)}"
        # r and s one after the other (PKCS #11 version 3.1, section 6.3.1), which is what JWS wants (RFC 7518, 3.4)
        raw = self.private.sign(sha256(signed.encode()).digest(), mechanism=pkcs11.Mechanism.ECDSA)
        r, s = (int.from_bytes(half) for half in (raw[:_HALF], raw[_HALF:]))
        try:
            self.verifying.verify(encode_dss_signature(r, s), signed.encode(), ECDSA(SHA256()))
        except InvalidSignature as error:
            raise pkcs11.SignatureInvalid("its public key is another key's") from error
        return f"{signed}.{encoded(raw)}"

    def close(self) -> None:
        """End the session, if it has not ended by itself."""
        try:
            self.session.close()
        except pkcs11.PKCS11Error as error:
            log.debug("a session did not end as it should: %s", _named(error))


def _session(settings: Pkcs11Settings, *, anew: bool) -> _Session:
    """Open a session; raise PKCS11Error, or RuntimeError if the module is none.

    ``anew`` makes the module look for its tokens again, which most do only when they begin.
    """
    module = pkcs11.lib(str(settings.module))
    if anew:
        module.reinitialize()
    token = module.get_token(token_label=settings.token)
    try:
        session = token.open(user_pin=_pin(settings.pin))
    except pkcs11.UserAlreadyLoggedIn:  # in another session of this process
        session = token.open()
    try:
        private = _one(session, pkcs11.ObjectClass.PRIVATE_KEY, settings.key)
        public = _one(session, pkcs11.ObjectClass.PUBLIC_KEY, settings.key)
        if public[pkcs11.Attribute.EC_PARAMS] != _P256 or not isinstance(private, pkcs11.SignMixin):
            raise pkcs11.NoSuchKey
        # an octet string around the point by the standard; some tokens give the point itself
        point = public[pkcs11.Attribute.EC_POINT][-_POINT:]
        verifying = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    except BaseException:
        session.close()
        raise
    known = public_key(ECKey.import_key(verifying).as_dict(private=False))
    return _Session(session, private, known, verifying)


def _one(session: pkcs11.Session, kind: pkcs11.ObjectClass, label: str) -> pkcs11.Object:
    """Return the one object of a kind and label; raise NoSuchKey, also if there are several."""
    wanted = {
        pkcs11.Attribute.CLASS: kind,
        pkcs11.Attribute.KEY_TYPE: pkcs11.KeyType.EC,
        pkcs11.Attribute.LABEL: label,
    }
    # to the end: the session stays busy with a search that is left
    found = list(session.get_objects(wanted))
    if len(found) != 1:
        raise pkcs11.NoSuchKey
    return found[0]


def _pin(file: Path) -> str:
    """Read the PIN; raise TokenUnavailable if there is none, or it is open to everybody."""
    try:
        mode = file.stat().st_mode
        pin = file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        raise TokenUnavailable(
            f"The token's PIN cannot be read from {file}.", "Write it there, and nothing else."
        ) from None
    if not pin:
        raise TokenUnavailable(f"There is no PIN in {file}.", "Write the PIN of the token's user there.")
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise TokenUnavailable(f"The file {file} with the token's PIN is open to everybody.", f"Run: chmod o= {file}")
    return pin


def _named(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()
