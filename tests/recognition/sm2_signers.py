"""Others who sign and verify with SM2: the ``openssl`` command, and the package gmssl."""

import secrets
import subprocess
from pathlib import Path

from gmssl.sm2 import CryptSM2

from baygate.recognition.sm2 import DEFAULT_IDENTITY, PublicKey
from baygate.recognition.sm2_curve import G, N, combined


def tlv(tag: int, *contents: bytes) -> bytes:
    """DER, of less than 128 bytes."""
    content = b"".join(contents)
    assert len(content) < 128
    return bytes([tag, len(content)]) + content


def integer(number: int) -> bytes:
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, signed=True))


def der(r: int, s: int) -> bytes:
    return tlv(0x30, integer(r), integer(s))


def raw(r: int, s: int) -> bytes:
    return r.to_bytes(32) + s.to_bytes(32)


def flipped(text: bytes) -> list[bytes]:
    """The text as often as it has bytes, each time with one bit of another byte changed."""
    return [text[:i] + bytes([text[i] ^ (1 << i % 8)]) + text[i + 1 :] for i in range(len(text))]


class OpenSsl:
    """A key pair, made and used by the ``openssl`` command."""

    def __init__(self, folder: Path, *generate: str) -> None:
        self.folder = folder
        self.run(*generate, "-out", "key.pem")
        self.spki = self.run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER")

    def run(self, *arguments: str) -> bytes:
        command = ["openssl", *arguments]
        return subprocess.run(command, cwd=self.folder, check=True, capture_output=True, timeout=30).stdout

    def sign(self, message: bytes, identity: bytes = DEFAULT_IDENTITY) -> bytes:
        return self._with_sm3("-sign", "-inkey", "key.pem", message=message, identity=identity)

    def verify(
        self,
        message: bytes,
        signature: bytes,
        identity: bytes = DEFAULT_IDENTITY,
        spki: bytes | None = None,
    ) -> bool:
        """Return what openssl says of a signature by its own key, or by another."""
        (self.folder / "signature").write_bytes(signature)
        (self.folder / "public.der").write_bytes(spki or self.spki)
        public = ("-pubin", "-keyform", "DER", "-inkey", "public.der")
        try:
            self._with_sm3("-verify", *public, "-sigfile", "signature", message=message, identity=identity)
        except subprocess.CalledProcessError as error:
            if b"Signature Verification Failure" not in error.stdout:
                raise
            return False
        return True

    def _with_sm3(self, *arguments: str, message: bytes, identity: bytes) -> bytes:
        (self.folder / "message").write_bytes(message)
        how = ("-rawin", "-digest", "sm3", "-pkeyopt", f"hexdistid:{identity.hex()}", "-in", "message")
        return self.run("pkeyutl", *arguments, *how)


class GmSsl:
    """A key pair that gmssl signs and verifies with, for the default identity; signatures are r‖s."""

    def __init__(self, secret: int) -> None:
        point = combined(secret, 0, G)
        assert point is not None
        self.key = PublicKey(*point)
        self._crypt = gmssl(self.key, secret)

    def sign(self, message: bytes, nonce: int | None = None) -> bytes:
        signature = self._crypt.sign_with_sm3(message, f"{nonce or 1 + secrets.randbelow(N - 1):064x}")
        return bytes.fromhex(signature)

    def sign_digest(self, digest: int) -> bytes:
        signature = self._crypt.sign(digest.to_bytes(32), f"{1 + secrets.randbelow(N - 1):064x}")
        return bytes.fromhex(signature)

    def verify(self, message: bytes, signature: bytes) -> bool:
        return bool(self._crypt.verify_with_sm3(signature.hex(), message))


def gmssl(key: PublicKey, secret: int = 1) -> CryptSM2:
    """Gmssl with a key; it verifies without the secret one."""
    crypt = CryptSM2(f"{secret:064x}", "")
    crypt.public_key = raw(key.x, key.y).hex()  # its constructor takes zeros away that belong to x
    return crypt
