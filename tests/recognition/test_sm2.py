"""SM2 signatures: the standard's example holds, and nothing that departs from it."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given
from hypothesis import strategies as st
from tests.recognition.sm2_signers import GmSsl, der, flipped, integer, raw, tlv

from baygate.recognition.sm2 import DEFAULT_IDENTITY, NotSm2, PublicKey, is_sm2, public_key
from baygate.recognition.sm2_curve import A, B, G, N, P, combined

MESSAGE = b"message digest"
SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
NONCE = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
KEY = PublicKey(
    x=0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    y=0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
DIGEST = 0xF0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640
R = 0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3
S = 0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA
"""The example of GB/T 32918.5-2017, annex A, for the default identity."""

EC_PUBLIC_KEY, SM2 = bytes.fromhex("06072a8648ce3d0201"), bytes.fromhex("06082a811ccf5501822d")
P_256 = bytes.fromhex("06082a8648ce3d030107")


def uncompressed(x: int, y: int) -> bytes:
    return b"\x04" + raw(x, y)


def spki(point: bytes, algorithm: bytes = EC_PUBLIC_KEY, curve: bytes = SM2) -> bytes:
    return tlv(0x30, tlv(0x30, algorithm, curve), tlv(3, b"\x00", point))


# The standard's example


def test_the_example_of_the_standard_holds() -> None:
    assert KEY.verify(MESSAGE, der(R, S))
    assert KEY.verify_raw(MESSAGE, raw(R, S))


def test_its_digest_is_the_standards() -> None:
    assert KEY._digest(MESSAGE, DEFAULT_IDENTITY) == DIGEST


def test_it_is_what_its_secret_key_signs() -> None:
    """Another implementation shows that the numbers above belong together."""
    signer = GmSsl(SECRET)
    assert signer.key == KEY
    assert signer.sign(MESSAGE, NONCE) == raw(R, S)


def test_every_flipped_byte_of_the_signature_is_refused() -> None:
    assert not any(KEY.verify(MESSAGE, each) for each in flipped(der(R, S)))
    assert not any(KEY.verify_raw(MESSAGE, each) for each in flipped(raw(R, S)))


def test_every_flipped_byte_of_the_message_is_refused() -> None:
    assert not any(KEY.verify(each, der(R, S)) for each in flipped(MESSAGE))


@pytest.mark.parametrize("message", [b"", MESSAGE[:-1], MESSAGE + b"\x00", b"\x00" + MESSAGE])
def test_a_longer_or_shorter_message_is_refused(message: bytes) -> None:
    assert not KEY.verify(message, der(R, S))


def test_every_flipped_byte_of_the_key_makes_it_none() -> None:
    for each in flipped(spki(uncompressed(KEY.x, KEY.y))):
        with pytest.raises(NotSm2):
            public_key(each)


@pytest.mark.parametrize("key", [PublicKey(*G), PublicKey(KEY.x, P - KEY.y)], ids=["the base point", "its opposite"])
def test_another_key_did_not_sign_it(key: PublicKey) -> None:
    assert not key.verify(MESSAGE, der(R, S))


@pytest.mark.parametrize("identity", [b"", DEFAULT_IDENTITY[:-1], DEFAULT_IDENTITY + b"\x00", b"ALICE123@YAHOO.COM"])
def test_another_identity_did_not_sign_it(identity: bytes) -> None:
    assert not KEY.verify(MESSAGE, der(R, S), identity)
    assert not KEY.verify_raw(MESSAGE, raw(R, S), identity)


def test_the_longest_identity_has_8191_bytes() -> None:
    identity = b"i" * 8_191
    signature = GmSsl(SECRET).sign_digest(KEY._digest(MESSAGE, identity))
    assert KEY.verify_raw(MESSAGE, signature, identity)


@pytest.mark.parametrize("length", [8_192, 8_192 + 16, 1_000_000])
def test_under_a_longer_one_nothing_is_signed(length: int) -> None:
    assert not KEY.verify(MESSAGE, der(R, S), bytes(length))
    assert not KEY.verify_raw(MESSAGE, raw(R, S), bytes(length))


# How a signature is written

ZERO_BEFORE = b"\x02\x22\x00\x00" + R.to_bytes(32)
WRITTEN_OTHERWISE = {
    "nothing": b"",
    "a zero too many": tlv(0x30, ZERO_BEFORE, integer(S)),
    "no zero, so negative": tlv(0x30, tlv(2, R.to_bytes(32)), tlv(2, S.to_bytes(32))),
    "negative": der(R - N, S),
    "trailing bytes": der(R, S) + b"\x00",
    "trailing bytes within": tlv(0x30, integer(R), integer(S), b"\x05\x00"),
    "a third number": tlv(0x30, integer(R), integer(S), integer(1)),
    "one number": tlv(0x30, integer(R)),
    "no number": tlv(0x30),
    "long form of the length": b"\x30\x81" + der(R, S)[1:],
    "long form of a number's length": tlv(0x30, b"\x02\x81" + integer(R)[1:], integer(S)),
    "indefinite length": b"\x30\x80" + der(R, S)[2:] + b"\x00\x00",
    "a set": b"\x31" + der(R, S)[1:],
    "octet strings": tlv(0x30, b"\x04" + integer(R)[1:], integer(S)),
    "an empty number": tlv(0x30, b"\x02\x00", integer(S)),
    "cut short": der(R, S)[:-1],
    "longer than it is": b"\x30\x7f" + der(R, S)[2:],
    "64 bytes": raw(R, S),
    "in a BIT STRING": tlv(3, b"\x00", der(R, S)),
    "a number of many bytes": b"\x30\x83\x01\x00\x08\x02\x83\x01\x00\x00" + b"\x7f" * 65_536 + integer(1),
}


@pytest.mark.parametrize("signature", WRITTEN_OTHERWISE.values(), ids=WRITTEN_OTHERWISE)
def test_der_that_is_not_canonical_is_refused(signature: bytes) -> None:
    assert not KEY.verify(MESSAGE, signature)


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        raw(R, S) + b"\x00",
        b"\x00" + raw(R, S),
        raw(R, S)[:32] + b"\x00" + raw(R, S)[32:],
        der(R, S),
        raw(R, S) * 2,
    ],
    ids=["nothing", "a byte after", "a byte before", "a zero before s", "DER", "twice"],
)
def test_raw_signatures_have_64_bytes(signature: bytes) -> None:
    assert not KEY.verify_raw(MESSAGE, signature)


def test_raw_signatures_keep_their_zeros() -> None:
    signature = GmSsl(SECRET).sign(MESSAGE, nonce=121)
    assert signature[32] == 0
    assert KEY.verify_raw(MESSAGE, signature)
    assert not KEY.verify_raw(MESSAGE, signature[:32] + signature[33:])


def test_der_leaves_them_away() -> None:
    signature = GmSsl(SECRET).sign(MESSAGE, nonce=121)
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    assert KEY.verify(MESSAGE, der(r, s))
    assert not KEY.verify(MESSAGE, tlv(0x30, integer(r), tlv(2, signature[32:])))


def test_r_and_s_are_told_apart() -> None:
    assert not KEY.verify(MESSAGE, der(S, R))
    assert not KEY.verify_raw(MESSAGE, raw(S, R))


@given(st.binary(max_size=80))
def test_any_bytes_are_refused_without_an_error(signature: bytes) -> None:
    assert KEY.verify(MESSAGE, signature) is False
    assert KEY.verify_raw(MESSAGE, signature) is False


# What the numbers may be

OUTSIDE = [0, N, N + 1, P, 2**256 - 1]


@pytest.mark.parametrize("number", OUTSIDE)
def test_numbers_outside_of_1_to_n_minus_1_are_refused(number: int) -> None:
    for r, s in ((number, S), (R, number), (number, number)):
        assert not KEY.verify(MESSAGE, der(r, s))
        assert not KEY.verify_raw(MESSAGE, raw(r, s))


@pytest.mark.parametrize("multiple", [1, 2, 2**64])
def test_the_same_numbers_modulo_n_are_refused(multiple: int) -> None:
    assert not KEY.verify(MESSAGE, der(R, S + multiple * N))
    assert not KEY.verify(MESSAGE, der(R + multiple * N, S))


def x_of(s: int, t: int) -> int:
    point = combined(s, t, (KEY.x, KEY.y))
    assert point is not None
    return point[0]


# No message is known for the digests below, but the equation holds for them: only the conditions keep them out


def test_such_a_digest_holds_otherwise() -> None:
    r, s = 1234, 5678
    assert KEY._holds((r - x_of(s, r + s)) % N, r, s)


def test_r_of_zero_is_refused() -> None:
    s = 5678
    assert not KEY._holds(-x_of(s, s) % N, 0, s)


def test_s_of_zero_is_refused() -> None:
    r = 1234
    assert not KEY._holds((r - x_of(0, r)) % N, r, 0)


def test_t_of_zero_is_refused() -> None:
    """The key would have no part in it: anyone could sign."""
    s = 5678
    r = N - s
    assert not KEY._holds((r - x_of(s, 0)) % N, r, s)


def test_a_sum_at_infinity_is_refused() -> None:
    """s·G + t·key vanishes where s = -t·secret, that is, for the r that goes with any s."""
    s = 5678
    r = (-s * pow(SECRET, -1, N) - s) % N
    assert combined(s, (r + s) % N, (KEY.x, KEY.y)) is None
    assert not any(KEY._holds(e, r, s) for e in (0, r, (r - G[0]) % N, (r - 1) % N))


def test_a_digest_beyond_n_counts_modulo_n() -> None:
    r, s = 1234, 5678
    e = (r - x_of(s, r + s)) % N
    assert KEY._holds(e + N, r, s)


# Keys


def test_a_key_is_read_from_its_der() -> None:
    assert public_key(spki(uncompressed(KEY.x, KEY.y))) == KEY
    assert is_sm2(spki(uncompressed(KEY.x, KEY.y)))


def test_its_coordinates_keep_their_zeros() -> None:
    point = combined(107, 0, G)
    assert point is not None
    key = spki(uncompressed(*point))
    assert key[-32] == 0
    assert public_key(key) == PublicKey(*point)
    assert not is_sm2(key[:-32] + key[-31:])
    assert not is_sm2(key[:-32] + b"\x00" + key[-32:])


def small_point() -> tuple[int, int]:
    """A point whose x is so small that x + p has 32 bytes, too."""
    for x in range(100):
        square = (x**3 + A * x + B) % P
        y = pow(square, (P + 1) // 4, P)
        if y * y % P == square:
            return x, y
    raise AssertionError


SMALL = small_point()
POINT = uncompressed(KEY.x, KEY.y)
NO_KEYS = {
    "nothing": b"",
    "infinity": spki(b"\x00"),
    "zeros for infinity": spki(uncompressed(0, 0)),
    "off the curve": spki(uncompressed(KEY.x, KEY.y ^ 1)),
    "x not reduced": spki(uncompressed(SMALL[0] + P, SMALL[1])),
    "ones only": spki(uncompressed(2**256 - 1, 2**256 - 1)),
    "compressed": spki(bytes([2 + KEY.y % 2]) + POINT[1:33]),
    "hybrid": spki(bytes([6 + KEY.y % 2]) + POINT[1:]),
    "a coordinate too short": spki(POINT[:-1]),
    "a coordinate too long": spki(POINT + b"\x00"),
    "trailing bytes": spki(POINT) + b"\x00",
    "trailing bytes within": tlv(0x30, tlv(0x30, EC_PUBLIC_KEY, SM2), tlv(3, b"\x00", POINT), b"\x05\x00"),
    "unused bits": tlv(0x30, tlv(0x30, EC_PUBLIC_KEY, SM2), tlv(3, b"\x01", POINT)),
    "long form of the length": b"\x30\x81" + spki(POINT)[1:],
    "no parameters": spki(POINT, curve=b""),
    "parameters NULL": spki(POINT, curve=b"\x05\x00"),
    "the curve as algorithm": spki(POINT, algorithm=SM2, curve=b""),
    "ECDH's algorithm": spki(POINT, algorithm=bytes.fromhex("06052b8104010c")),
    "the algorithm of P-256": spki(POINT, curve=P_256),
    "the point alone": POINT,
    "the point alone, without its tag": POINT[1:],
    "a P-256 key": ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    ),
    "an Ed25519 key": ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    ),
}  # fmt: skip


def test_the_small_point_is_a_key_as_long_as_it_is_reduced() -> None:
    assert is_sm2(spki(uncompressed(*SMALL)))


@pytest.mark.parametrize("text", NO_KEYS.values(), ids=NO_KEYS)
def test_anything_else_is_no_key(text: bytes) -> None:
    assert not is_sm2(text)
    with pytest.raises(NotSm2):
        public_key(text)


@given(st.binary(max_size=100))
@example(spki(POINT)[:27])
def test_any_bytes_are_no_key_and_no_other_error(text: bytes) -> None:
    assert not is_sm2(text)


def test_no_key_is_made_of_a_point_off_the_curve() -> None:
    with pytest.raises(NotSm2, match="not on the curve"):
        PublicKey(KEY.x, KEY.y + 1)
