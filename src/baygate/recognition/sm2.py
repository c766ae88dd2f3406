"""Signatures by SM2 with SM3, verified only: GB/T 32918.2-2016, ISO/IEC 14888-3:2018, draft-shen-sm2-ecdsa-02.

Rules, in the order in which they are applied:

1. A key is one SubjectPublicKeyInfo (RFC 5480): id-ecPublicKey on the named curve SM2, its point uncompressed, and on
   the curve. That has one DER encoding only, so every byte but those of the point is known beforehand.
2. A signature is two numbers, r and s: as canonical DER ``SEQUENCE { r INTEGER, s INTEGER }`` (GM/T 0009) in
   certificates and revocation lists, as 64 bytes r‖s in a JWS. Either way, it is written in one way only.
3. Both stand between 1 and n-1 (GB/T 32918.2, section 7.1, B1 and B2; draft, section 5.3.1).
4. What is signed is ``e = SM3(ZA ‖ message)``, where ZA binds the signer's identity, the curve and his key to it
   (B3 and B4; ZA is of section 5.5, and of 5.1.4.4 in the draft).
5. ``t = r + s`` modulo n is not 0 (B5), and ``(x, y) = s·G + t·key`` not at infinity (B6 takes x for granted).
6. ``r = e + x`` modulo n (B7).

Everything here is public, so the time that a verification takes may tell what it is about, and does.
"""

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SM3, Hash

from baygate.recognition.sm2_curve import A, B, G, N, combined, is_on_curve

DEFAULT_IDENTITY = b"1234567812345678"
"""The identity of a signer for whom no other was agreed (GM/T 0009)."""

_LENGTH = 32
"""Bytes of a coordinate, and of r or s."""
_LONGEST_IDENTITY = 0xFFFF // 8
"""Bytes: its length in bits is written in two."""
_BEFORE_THE_POINT = bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004")
"""SEQUENCE { SEQUENCE { id-ecPublicKey, SM2 }, BIT STRING { 04 ..., up to the x of an uncompressed point."""


class NotSm2(ValueError):
    """A public key that is none of SM2; the message says why."""


@dataclass(frozen=True)
class PublicKey:
    """A key that SM2 signatures are verified with: a point that is on the curve, which infinity is not."""

    x: int
    y: int

    def __post_init__(self) -> None:
        if not is_on_curve((self.x, self.y)):
            raise NotSm2("its point is not on the curve")

    def verify(self, message: bytes, signature: bytes, identity: bytes = DEFAULT_IDENTITY) -> bool:
        """Return whether a signature in DER (GM/T 0009) is this key's, of this message and signer's identity."""
        try:
            r, s = decode_dss_signature(signature)
        except ValueError:
            return False
        return self._signed(message, r, s, identity)

    def verify_raw(self, message: bytes, signature: bytes, identity: bytes = DEFAULT_IDENTITY) -> bool:
        """Return whether a signature of 64 bytes r‖s is this key's, of this message and signer's identity."""
        if len(signature) != 2 * _LENGTH:
            return False
        r, s = int.from_bytes(signature[:_LENGTH]), int.from_bytes(signature[_LENGTH:])
        return self._signed(message, r, s, identity)

    def _signed(self, message: bytes, r: int, s: int, identity: bytes) -> bool:
        # an identity that no ZA can be made of has signed nothing
        return len(identity) <= _LONGEST_IDENTITY and self._holds(self._digest(message, identity), r, s)

    def _digest(self, message: bytes, identity: bytes) -> int:
        """Return e, the digest of a message as this key signs it for an identity."""
        numbers = (A, B, *G, self.x, self.y)
        bound = (8 * len(identity)).to_bytes(2) + identity + b"".join(each.to_bytes(_LENGTH) for each in numbers)
        return int.from_bytes(_sm3(_sm3(bound) + message))

    def _holds(self, e: int, r: int, s: int) -> bool:
        """Return whether r and s sign e: steps B1, B2 and B5 to B7."""
        if not (0 < r < N and 0 < s < N):
            return False
        t = (r + s) % N
        if t == 0:
            return False
        point = combined(s, t, (self.x, self.y))
        return point is not None and (e + point[0]) % N == r


def public_key(spki: bytes) -> PublicKey:
    """Read the DER of a SubjectPublicKeyInfo; raise NotSm2 unless it is an SM2 key with an uncompressed point."""
    point = spki.removeprefix(_BEFORE_THE_POINT)
    if not spki.startswith(_BEFORE_THE_POINT) or len(point) != 2 * _LENGTH:
        raise NotSm2("it is not the DER of a public key on the SM2 curve with an uncompressed point")
    return PublicKey(int.from_bytes(point[:_LENGTH]), int.from_bytes(point[_LENGTH:]))


def is_sm2(spki: bytes) -> bool:
    """Return whether ``public_key`` reads it."""
    try:
        public_key(spki)
    except NotSm2:
        return False
    return True


def _sm3(data: bytes) -> bytes:
    digest = Hash(SM3())
    digest.update(data)
    return digest.finalize()
