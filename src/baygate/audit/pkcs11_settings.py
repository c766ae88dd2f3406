"""Where a key in a PKCS#11 token is; what can be said of it without the package that talks to tokens."""

from dataclasses import dataclass
from pathlib import Path

from baygate.errors import OperatorError


@dataclass(frozen=True)
class Pkcs11Settings:
    """A P-256 key that never leaves its token: the module that leads to it, and the labels of both."""

    module: Path
    token: str
    key: str
    pin: Path
    """The file that holds the user's PIN, and nothing else; the PIN itself is in no setting and in no database."""


class TokenUnavailable(OperatorError):
    """The token does not sign; ``what`` says why, and never has the PIN in it."""


class PinRefused(TokenUnavailable):
    """The token does not take the PIN. To try it again would lock the token."""
