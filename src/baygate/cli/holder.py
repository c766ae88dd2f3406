"""The holder of a certificate, who signs with its key: what a partner in Hong Kong or Macau comes in with."""

import base64
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from baygate.access.certificate import BadCertificate
from baygate.access.jose import encoded
from baygate.cli.console import Failure
from baygate.recognition import sm2
from baygate.recognition.certificate import Certificate, from_pem

_PATIENCE = 10


@dataclass(frozen=True)
class Holder:
    """A certificate, and the file of its private key."""

    certificate: Certificate
    key: Path

    @property
    def header(self) -> dict[str, Any]:
        """What the header of an assertion says of the certificate (RFC 7515, section 4.1.6)."""
        return {"alg": self._algorithm, "typ": "JWT", "x5c": [base64.b64encode(self.certificate.der).decode()]}

    def sign(self, text: str) -> str:
        """Return the signature over the first two parts of an assertion, in base64url; raise Failure."""
        return encoded(_by_openssl(self.key, text.encode()) if self._by_sm2 else self._signature(text.encode()))

    @property
    def _by_sm2(self) -> bool:
        return sm2.is_sm2(self.certificate.spki)

    @property
    def _algorithm(self) -> str:
        if self._by_sm2:
            return "SM2SM3"
        return "PS256" if isinstance(self.certificate.parsed.public_key(), rsa.RSAPublicKey) else "ES256"

    def _signature(self, text: bytes) -> bytes:
        try:
            key = load_pem_private_key(self.key.read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise Failure(f"{self.key} holds no private key that can be read: {error}") from None
        if key.public_key() != self.certificate.parsed.public_key():
            raise Failure(f"{self.key} is not the key of that certificate.")
        if isinstance(key, rsa.RSAPrivateKey):
            return key.sign(text, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101 - the certificate's key is one
        return _raw(key.sign(text, ec.ECDSA(hashes.SHA256())))


def holder(certificate: Path, key: Path) -> Holder:
    """Read a certificate; raise Failure."""
    try:
        return Holder(from_pem(certificate.read_bytes()), key)
    except OSError as error:
        raise Failure(f"{certificate} cannot be read: {error.strerror}.") from None
    except BadCertificate as error:
        raise Failure(f"{certificate} is refused: {error}.") from None


def _by_openssl(key: Path, text: bytes) -> bytes:
    """Sign with an SM2 key, which ``cryptography`` has not."""
    command = ["openssl", "dgst", "-sm3", "-sign", str(key), "-sigopt", f"distid:{sm2.DEFAULT_IDENTITY.decode()}"]
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=_PATIENCE, check=True)  # noqa: S603
    except FileNotFoundError:
        raise Failure("SM2 keys sign through openssl, which is not there.", "Install OpenSSL 3.") from None
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = (error.stderr or b"").decode(errors="replace").strip().partition("\n")[0]
        raise Failure(f"openssl does not sign with {key}: {said}") from None
    return _raw(done.stdout)


def _raw(signature: bytes) -> bytes:
    """Return r and s, 32 bytes each (RFC 7518, section 3.4)."""
    return b"".join(each.to_bytes(32, "big") for each in decode_dss_signature(signature))
