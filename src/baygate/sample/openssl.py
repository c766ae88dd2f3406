"""The ``openssl`` command line: found, new enough, run within a time limit, and its complaints passed on."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from baygate.errors import OperatorError

_OLDEST = (3, 0)
_LIMIT = 60.0
_ADVICE = "Install OpenSSL 3.0 or newer, and let `openssl version` find it: LibreSSL is another program."


@dataclass(frozen=True)
class Algorithm:
    """A kind of key, as ``openssl genpkey`` makes it, and the digest that is signed with it."""

    key: tuple[str, ...]
    digest: str
    identity: tuple[str, ...] = ()
    """What is hashed in before the message, as an option's value; of the signer's and the verifier's alike."""

    @property
    def signing(self) -> tuple[str, ...]:
        """The options with which such a key signs."""
        return tuple(part for each in self.identity for part in ("-sigopt", each))

    @property
    def verifying(self) -> tuple[str, ...]:
        """The options with which what it signed is verified."""
        return tuple(part for each in self.identity for part in ("-vfyopt", each))


RSA = Algorithm(("RSA", "-pkeyopt", "rsa_keygen_bits:2048"), "sha256")
P256 = Algorithm(("EC", "-pkeyopt", "ec_paramgen_curve:P-256"), "sha256")
SM2 = Algorithm(("SM2",), "sm3", ("distid:1234567812345678",))
"""SM2 with SM3, under the signer's identity that GM/T 0009 gives certificates; openssl's own is another."""


def require() -> None:
    """Raise OperatorError unless there is an OpenSSL on the PATH that can do what is asked of it here."""
    said = run("version", directory=Path.cwd()).decode(errors="replace").strip()
    found = re.match(r"OpenSSL (\d+)\.(\d+)", said)
    if found is None or (int(found[1]), int(found[2])) < _OLDEST:
        raise OperatorError(
            f"The openssl on the PATH is {said or 'of no version'}; it is too old, or no OpenSSL.", _ADVICE
        )


def run(command: str, *arguments: str | Path, directory: Path) -> bytes:
    """Run one command of openssl in a directory and return what it prints; raise OperatorError with its complaint."""
    try:
        done = subprocess.run(  # noqa: S603 - a list of arguments, none of them a shell's
            ["openssl", command, *map(str, arguments)],  # noqa: S607 - the user's own
            cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, timeout=_LIMIT, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise OperatorError("There is no openssl on the PATH.", _ADVICE) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OperatorError(f"openssl {command} did not run: {error}", _ADVICE) from error
    if done.returncode:
        raise OperatorError(f"openssl {command} failed.", done.stderr.decode(errors="replace").strip())
    return done.stdout
