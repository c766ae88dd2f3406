"""The envelope: there is one form of it, no byte of which can be another, and nobody signs twice."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey
from tests.access.signing import (
    CA,
    CUSTOMS,
    NOW,
    TAX,
    facts,
    identity,
    issue,
    new_key,
    policy,
    root_document,
    signed,
    signer,
)

from baygate.access.documents.envelope import LARGEST, TYPE, SigningIdentity, add_signature, read, sign
from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.trust import Trusted
from baygate.access.jose import digest_of, encoded

# what a hostile certificate holds, cryptography warns of
pytestmark = pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")

DOCUMENT = signed(policy())
TWICE_SIGNED = sign(b'{"spec":1}', [CUSTOMS, TAX])
PARTS = json.loads(DOCUMENT)


def refused(text: bytes) -> Refused:
    with pytest.raises(Refused) as told:
        read(text)
    return told.value


def compact(parts: Any) -> bytes:
    """Write JSON as the canonical form does, whatever it holds."""
    return json.dumps(parts, separators=(",", ":")).encode()


def headed(header: Any, body: str = PARTS["payload"], by: SigningIdentity = CUSTOMS) -> bytes:
    """Sign with a header that the test makes up."""
    protected = encoded(header if isinstance(header, bytes) else compact(header))
    signature = encoded(jws.JWSRegistry.algorithms["ES256"].sign(f"{protected}.{body}".encode(), by.key))
    return compact({"payload": body, "signatures": [{"protected": protected, "signature": signature}]})


def header(by: SigningIdentity = CUSTOMS, **changes: Any) -> dict[str, Any]:
    der = by.certificate.public_bytes(Encoding.DER)
    right = {"alg": "ES256", "typ": TYPE, "x5c": [base64.b64encode(der).decode()], "x5t#S256": digest_of(der)}
    return {**right, **changes}


# One form, and no byte of it can be another


def test_what_was_signed_is_read():
    envelope = read(DOCUMENT)
    assert envelope.content() == policy()
    assert [each.subject for each in envelope.signers] == ["CN=Customs"]
    assert envelope.digest == f"sha256:{hashlib.sha256(envelope.payload).hexdigest()}"


def test_the_form_that_these_tests_write_by_hand_is_the_canonical_one():
    read(headed(header()))


@given(st.integers(0, len(DOCUMENT) - 1), st.integers(1, 255))
def test_no_byte_can_be_another(position: int, difference: int):
    changed = bytearray(DOCUMENT)
    changed[position] ^= difference
    refused(bytes(changed))


@pytest.mark.parametrize("bit", [0, 1, 5])
def test_no_bit_of_any_byte_can_be_flipped(bit: int):
    for position in range(len(DOCUMENT)):
        changed = bytearray(DOCUMENT)
        changed[position] ^= 1 << bit
        refused(bytes(changed))


def test_no_byte_can_be_left_out():
    for position in range(len(DOCUMENT)):
        refused(DOCUMENT[:position] + DOCUMENT[position + 1 :])


@given(st.integers(0, len(DOCUMENT)), st.binary(min_size=1, max_size=3))
@example(0, b" ")
@example(len(DOCUMENT), b"\n")
@example(0, "\N{ZERO WIDTH NO-BREAK SPACE}".encode())
def test_no_byte_can_be_put_in(position: int, more: bytes):
    changed = DOCUMENT[:position] + more + DOCUMENT[position:]
    # the same document again can come of doubling what stands there already
    if changed != DOCUMENT:
        refused(changed)


@given(st.binary(max_size=300))
@example(b"")
@example(b"[]")
@example(b"null")
@example(b"[" * 100_000)
@example(b'{"payload":"e30","signatures":[]}')
@example(b'{"payload":1,"signatures":[{}]}')
def test_whatever_is_no_envelope_is_refused(text: bytes):
    refused(text)


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda parts: json.dumps(parts).encode(),
        lambda parts: json.dumps(parts, indent=1).encode(),
        lambda parts: compact({"signatures": parts["signatures"], "payload": parts["payload"]}),
        lambda parts: compact({**parts, "header": {"kid": "1"}}),
        lambda parts: compact({**parts, "comment": ""}),
        lambda parts: compact({**parts, "signatures": [{**parts["signatures"][0], "header": {"alg": "ES256"}}]}),
        lambda parts: compact({**parts, "signatures": [{**parts["signatures"][0], "comment": ""}]}),
        lambda parts: compact({"payload": parts["payload"], **parts["signatures"][0]}),
        lambda parts: compact(parts).replace(b'"payload":', b'"payload":"e30","payload":'),
        lambda parts: compact(parts).replace(b'{"protected":', b'{"signature":"AA","protected":'),
        lambda parts: compact(parts).replace(b"payload", b"\\u0070ayload"),
        lambda parts: compact({**parts, "payload": parts["payload"] + "="}),
        lambda parts: compact({**parts, "payload": parts["payload"] + "\n"}),
    ],
    ids=[
        "spaces", "indented", "order of members", "unprotected header of all", "surplus member", "unprotected header",
        "surplus member of a signature", "flattened", "duplicate member", "duplicate member of a signature", "escape",
        "padding", "newline in base64url",
    ],
)  # fmt: skip
def test_the_same_parts_in_another_form_are_refused(rewrite: Callable[[Any], bytes]):
    assert refused(rewrite(PARTS)).step is Step.ENVELOPE


def test_spare_bits_of_base64url_are_not_spare():
    body = encoded(b'{"a":1}')
    other = body[:-1] + chr(ord(body[-1]) + 1)
    assert base64.urlsafe_b64decode(body + "==") == base64.urlsafe_b64decode(other + "==")
    assert refused(headed(header(), other)).step is Step.ENVELOPE


def test_signatures_stand_in_one_order():
    parts = json.loads(TWICE_SIGNED)
    parts["signatures"].reverse()
    assert refused(compact(parts)).step is Step.ENVELOPE


def test_in_whatever_order_bodies_sign_the_document_is_the_same():
    one, other = (add_signature(sign(b"{}", [first]), second) for first, second in ((CUSTOMS, TAX), (TAX, CUSTOMS)))
    protected = [[each["protected"] for each in json.loads(text)["signatures"]] for text in (one, other)]
    assert protected[0] == protected[1]
    assert {each.subject for each in read(one).signers} == {"CN=Customs", "CN=Tax"}


def test_a_document_has_a_largest_size():
    assert refused(DOCUMENT + b" " * LARGEST).step is Step.SIZE
    assert refused(sign(b" " * LARGEST, [CUSTOMS])).step is Step.SIZE


def test_a_name_that_stands_twice_in_the_payload_is_refused():
    with pytest.raises(Refused, match="says something twice"):
        read(sign(b'{"owner":"tax-gd","owner":"customs-gz"}', [CUSTOMS])).content()


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b'{"a":NaN}', b'{"a":1e999}', b'"\\ud800"', b"\xff", b"[" * 50_000])
def test_a_payload_that_is_no_json_object_is_refused(body: bytes):
    with pytest.raises(Refused) as told:
        read(sign(body, [CUSTOMS])).content()
    assert told.value.step is Step.SCHEMA


# The header, and the key


@pytest.mark.parametrize(
    "algorithm", ["none", "None", "", "HS256", "HS512", "RS256", "PS256", "ES384", "EdDSA", None, 1, []]
)
def test_the_algorithm_is_one_of_the_keys_own(algorithm: Any):
    assert refused(headed(header(alg=algorithm))).step is Step.ENVELOPE


def test_nothing_is_signed_with_the_public_key_as_a_secret():
    public = CUSTOMS.certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    protected = encoded(compact(header(alg="HS256")))
    mac = hmac.digest(public, f"{protected}.e30".encode(), "sha256")
    forged = compact({"payload": "e30", "signatures": [{"protected": protected, "signature": encoded(mac)}]})
    assert refused(forged).step is Step.ENVELOPE


def test_a_signature_is_not_left_out():
    protected = encoded(compact(header(alg="none")))
    forged = compact({"payload": "e30", "signatures": [{"protected": protected, "signature": ""}]})
    assert refused(forged).step is Step.ENVELOPE


@pytest.mark.parametrize(
    "wrong",
    [
        header(typ="JWT"),
        header(**{"x5t#S256": digest_of(b"other")}),
        header(**{"x5t#S256": header(TAX)["x5t#S256"]}),
        header(kid="1"),
        header(crit=["exp"]),
        header(b64=False, crit=["b64"]),
        header(jwk=CUSTOMS.key.as_dict(private=False)),
        header(x5u="https://attacker.example/"),
        header(x5c=[]),
        header(x5c="e30"),
        header(x5c=["e30"]),
        header(x5c=[base64.b64encode(CA.der).decode()] * 5),
        header(x5c=[header()["x5c"][0] + "\n"]),
        {name: value for name, value in header().items() if name != "x5c"},
        {name: value for name, value in header().items() if name != "x5t#S256"},
        dict(reversed(header().items())),
        json.dumps(header()).encode(),
        compact(header()).replace(b'"typ"', b'"alg":"none","typ"'),
        b"[]",
        b"",
    ],
)  # fmt: skip
def test_a_header_says_what_it_must_and_nothing_else(wrong: Any):
    assert refused(headed(wrong)).step in {Step.ENVELOPE, Step.CHAIN}


def test_the_certificate_of_another_proves_nothing():
    assert refused(headed(header(TAX), by=CUSTOMS)).step is Step.ENVELOPE


def test_a_signature_holds_for_its_own_payload_only():
    other = json.loads(signed(policy("customs-gz", "other")))
    assert refused(compact({**PARTS, "signatures": other["signatures"]})).step is Step.ENVELOPE


def test_one_bad_signature_refuses_all():
    parts = json.loads(TWICE_SIGNED)
    for number in (0, 1):
        changed = json.loads(TWICE_SIGNED)
        changed["signatures"][number]["signature"] = parts["signatures"][1 - number]["signature"]
        assert refused(compact(changed)).step is Step.ENVELOPE


@pytest.mark.parametrize(
    "key", [rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()], ids=["PS256", "Ed25519"]
)
def test_rsa_and_edwards_keys_sign_too(key: Any):
    by = identity(issue("CN=Customs", CA, key=key))
    trusted = Trusted(signed(root_document()), facts(), NOW)
    assert trusted.update_policy(signed(policy(), by), NOW).document.owner == "customs-gz"


@pytest.mark.filterwarnings("ignore:Key size")
@pytest.mark.parametrize(
    "key",
    [
        rsa.generate_private_key(65537, 1024),
        ec.generate_private_key(ec.SECP384R1()),
        ec.generate_private_key(ec.SECP256K1()),
    ],
    ids=["RSA 1024", "P-384", "secp256k1"],
)
def test_a_key_that_is_weak_or_of_another_kind_signs_nothing(key: Any):
    der = issue("CN=Customs", CA, key=key).der
    made = header(x5c=[base64.b64encode(der).decode()], **{"x5t#S256": digest_of(der)})
    assert refused(headed(made)).step is Step.CHAIN


# Nobody signs twice


def test_one_certificate_counts_once():
    assert refused(sign(b"{}", [CUSTOMS, CUSTOMS])).step is Step.THRESHOLD
    assert refused(add_signature(sign(b"{}", [CUSTOMS]), CUSTOMS)).step is Step.THRESHOLD


def test_two_certificates_of_one_key_count_once():
    key = new_key()
    one, other = (identity(issue(name, CA, key=key)) for name in ("CN=Customs", "CN=Tax"))
    assert "key" in refused(sign(b"{}", [one, other])).reason


def test_there_is_a_highest_number_of_signatures():
    many = [signer(f"CN={number}") for number in range(17)]
    read(sign(b"{}", many[:16]))
    assert refused(sign(b"{}", many)).step is Step.ENVELOPE


# Certificates that nobody issued


@given(st.data())
def test_a_certificate_in_whatever_disorder_is_refused_and_nothing_else(data: st.DataObject):
    der = bytearray(CUSTOMS.certificate.public_bytes(Encoding.DER))
    for position in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=3, unique=True)):
        der[position] ^= data.draw(st.integers(1, 255))
    made = header(x5c=[base64.b64encode(der).decode()], **{"x5t#S256": digest_of(bytes(der))})
    text = headed(made, encoded(json.dumps(policy()).encode()))
    with pytest.raises(Refused):
        Trusted(signed(root_document()), facts(), NOW).update_policy(text, NOW)


ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")


def element(tag: int, content: bytes) -> bytes:
    length = bytes([len(content)]) if len(content) < 128 else b"\x82" + len(content).to_bytes(2, "big")
    return bytes([tag]) + length + content


def written(tbs: bytes, signature: bytes, algorithm: bytes = ECDSA_WITH_SHA256) -> bytes:
    return element(0x30, tbs + algorithm + element(3, b"\0" + signature))


def with_a_longer_length(tbs: bytes, signature: bytes) -> bytes:
    whole = written(tbs, signature)
    return whole[:1] + b"\x83\0" + whole[2:]


def with_a_longer_number(tbs: bytes, signature: bytes) -> bytes:
    end = 4 + signature[3]
    return written(tbs, element(0x30, element(2, b"\0" + signature[4:end]) + signature[end:]))


def with_other_parameters(tbs: bytes, signature: bytes) -> bytes:
    return written(tbs, signature, element(0x30, ECDSA_WITH_SHA256[2:] + b"\5\0"))


def with_an_unused_bit(tbs: bytes, signature: bytes) -> bytes:
    return written(tbs, signature).removesuffix(b"\0" + signature) + b"\1" + signature


@pytest.mark.parametrize(
    "form", [with_a_longer_length, with_a_longer_number, with_other_parameters, with_an_unused_bit]
)
def test_a_certificate_in_any_form_but_its_own_is_refused(form: Callable[[bytes, bytes], bytes]):
    """Who was revoked could come with it, under a thumbprint that nobody revoked.

    Verifiers look at the octets of a signature alone, so one whose last bit is zero holds with that bit unused, too.
    """
    by = next(each for each in iter(lambda: signer("CN=Customs"), None) if not each.certificate.signature[-1] & 1)
    parts = by.certificate.tbs_certificate_bytes, by.certificate.signature
    assert written(*parts) == by.certificate.public_bytes(Encoding.DER)
    der = form(*parts)
    made = header(x5c=[base64.b64encode(der).decode()], **{"x5t#S256": digest_of(der)})
    text = headed(made, encoded(json.dumps(policy()).encode()), by)
    with pytest.raises(Refused):
        Trusted(signed(root_document()), facts(), NOW).update_policy(text, NOW)


def test_the_certificate_of_an_agency_is_of_no_use_without_its_key():
    forged = SigningIdentity(CUSTOMS.certificate, (), ECKey.generate_key("P-256"))
    assert refused(sign(b"{}", [forged])).step is Step.ENVELOPE
