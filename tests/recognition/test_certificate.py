"""What is presented as a certificate: read strictly, or refused by one kind of error, whatever it is."""

import base64
import contextlib
import hashlib
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from tests.recognition.hostile import (
    ALGORITHM,
    KEY,
    SERIAL,
    SUBJECT,
    VALIDITY,
    VERSION,
    altered,
    element,
    elements,
    extension,
    extensions,
    flipped,
    of_key,
    padded,
    part,
    rsa_key,
    with_extensions,
)
from tests.recognition.world import LEAF, POLICY, RESPONDER, TYPE_NAME, VALID, Chain, holder, named

from baygate.access.certificate import BadCertificate
from baygate.recognition import sm2
from baygate.recognition.certificate import LARGEST, Certificate, from_der, from_pem
from baygate.sample.authority import Authority
from baygate.sample.openssl import RSA, SM2

P256 = ec.generate_private_key(ec.SECP256R1()).public_key()


@pytest.fixture(scope="module")
def der(chain: Chain) -> bytes:
    return chain.leaf.der


# What it says


def test_a_certificate_is_known_by_its_digest(der: bytes) -> None:
    certificate, digest = from_der(der), hashlib.sha256(der)
    assert certificate.der == der
    assert certificate.fingerprint == digest.hexdigest()
    assert certificate.thumbprint == base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")
    assert certificate == from_der(der)


def test_it_says_whose_it_is_and_who_issued_it_and_when(der: bytes) -> None:
    certificate = from_der(der)
    assert certificate.subject == f"CN=Example Limited,OU=BRN30000012,O={TYPE_NAME},C=HK"
    assert certificate.issuer == "CN=issuing,O=Example,C=HK"
    assert (certificate.begins, certificate.ends) == VALID


def test_its_attributes_are_told_by_the_names_that_trust_lists_use(chain: Chain) -> None:
    subject = [("C", "HK"), ("O", "滙港"), ("OU", "one"), ("OU", "two"), ("serialNumber", "7"), ("title", "t")]
    subject += [("organizationIdentifier", "U9"), ("description", "d"), ("UID", "u"), ("CN", "Example Limited")]
    certificate = chain.issue(subject)
    for name, value in subject[1:]:
        assert certificate.attribute(name) == (("one", "two") if name == "OU" else (value,))
    assert chain.certificate.attribute("UID") == ()


def test_its_policies_and_its_responders_are_those_of_its_extensions(chain: Chain) -> None:
    issuers = (
        f"caIssuers;URI:http://ca.example/,OCSP;URI:{RESPONDER},OCSP;DNS:ocsp.example,OCSP;URI:http://other.example/"
    )
    said = chain.issue(policies=("1.2.3", POLICY), ocsp=None, extensions={"authorityInfoAccess": issuers})
    assert said.policies == ("1.2.3", POLICY)
    assert said.responders == (RESPONDER, "http://other.example/")
    silent = chain.issue(policies=(), ocsp=None)
    assert (silent.policies, silent.responders) == ((), ())


@pytest.mark.parametrize(
    ("extensions", "so"),
    [
        ({}, True),
        ({"keyUsage": None, "extendedKeyUsage": None, "basicConstraints": None}, True),
        ({"keyUsage": "critical,nonRepudiation"}, False),
        ({"keyUsage": "digitalSignature,keyEncipherment"}, True),
        ({"extendedKeyUsage": "serverAuth,clientAuth"}, True),
        ({"extendedKeyUsage": "anyExtendedKeyUsage"}, True),
        ({"extendedKeyUsage": "serverAuth"}, False),
        ({"extendedKeyUsage": "critical,OCSPSigning"}, False),
        ({"basicConstraints": "CA:TRUE"}, False),
    ],
    ids=str,
)
def test_its_key_may_prove_a_client_or_not(extensions: dict[str, str | None], so: bool, chain: Chain) -> None:
    assert chain.issue(extensions=extensions).for_clients is so


# Which are read


def test_keys_of_p256_p384_and_rsa_up_to_4096_bits_are_taken(tmp_path: Path) -> None:
    from_der(of_key(P256))
    from_der(of_key(ec.generate_private_key(ec.SECP384R1()).public_key()))
    for bits in (2_048, 4_096):
        from_der(of_key(rsa_key(bits)))
    from_der(Authority.root(tmp_path, "rsa", named("rsa"), RSA).identity.der)


def test_an_sm2_key_is_taken(tmp_path: Path) -> None:
    certificate = from_der(Authority.root(tmp_path, "sm2", named("sm2"), SM2).identity.der)
    assert sm2.is_sm2(certificate.spki)


def test_an_exponent_that_takes_long_to_verify_with_is_refused() -> None:
    modulus = rsa_key(2_048).public_numbers().n
    for exponent in (3, 65_537, 2**32 - 1):
        from_der(of_key(rsa.RSAPublicNumbers(exponent, modulus).public_key()))
    for exponent in (2**32 + 1, 2**2_046 + 1):
        with pytest.raises(BadCertificate, match="exponent"):
            from_der(of_key(rsa.RSAPublicNumbers(exponent, modulus).public_key()))


OTHER_KEYS: dict[str, Callable[[], Any]] = {
    "RSA, 1024 bits": lambda: rsa_key(1_024),
    "RSA, 2047 bits": lambda: rsa_key(2_047),
    "RSA, 4097 bits": lambda: rsa_key(4_097),
    "RSA, 16384 bits": lambda: rsa_key(16_384),
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()).public_key(),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()).public_key(),
    "Ed25519": lambda: ed25519.Ed25519PrivateKey.generate().public_key(),
    "Ed448": lambda: ed448.Ed448PrivateKey.generate().public_key(),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("key", OTHER_KEYS.values(), ids=OTHER_KEYS)
def test_other_keys_are_refused(key: Callable[[], Any]) -> None:
    with pytest.raises(BadCertificate, match=r"its RSA key has \d+ bits|its key is none of"):
        from_der(of_key(key()))


def serial(number: int) -> Callable[[bytes], bytes]:
    return lambda der: altered(der, {SERIAL: core.Integer(number).dump()})


def version(number: int) -> Callable[[bytes], bytes]:
    return lambda der: altered(der, {VERSION: element(0xA0, core.Integer(number).dump())})


def organisation(*value: bytes) -> Callable[[bytes], bytes]:
    """Its subject, an organisation's name with this for a value."""
    named = element(0x30, element(0x31, element(0x30, core.ObjectIdentifier("2.5.4.10").dump(), *value)))
    return lambda der: altered(der, {SUBJECT: named})


def ends(*date: bytes) -> Callable[[bytes], bytes]:
    return lambda der: altered(der, {VALIDITY: element(0x30, elements(part(der, VALIDITY))[0], *date)})


def key(algorithm: bytes, bits: bytes) -> Callable[[bytes], bytes]:
    return lambda der: altered(der, {KEY: element(0x30, algorithm, element(3, b"\x00", bits))})


def twice(oid: str) -> Callable[[bytes], bytes]:
    return lambda der: with_extensions(der, *(each for each in extensions(der) if oid_of(each) == oid))


def oid_of(added: bytes) -> str:
    return str(core.ObjectIdentifier.load(elements(added)[0]).dotted)


DSA = element(
    0x30,
    core.ObjectIdentifier("1.2.840.10040.4.1").dump(),
    element(0x30, *(core.Integer(each).dump() for each in ((1 << 2_047) + 9, (1 << 255) + 95, 2))),
)
P256_ALGORITHM = element(
    0x30, core.ObjectIdentifier("1.2.840.10045.2.1").dump(), core.ObjectIdentifier("1.2.840.10045.3.1.7").dump()
)
ECDSA_WITH_SHA384 = element(0x30, core.ObjectIdentifier("1.2.840.10045.4.3.3").dump())
UNREADABLE = "no certificate in DER that RFC 5280 allows"

WRONG: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "an extension twice": (twice("2.5.29.15"), "[Dd]uplicate"),
    "an unknown extension twice": (
        lambda der: with_extensions(der, *[extension("1.2.3.4", b"\x05\x00")] * 2), "[Dd]uplicate",
    ),
    "a serial number of zero": (serial(0), "serial number"),
    "a negative serial number": (serial(-1), "serial number"),
    "a long negative serial number": (serial(-(2**158)), "serial number"),
    "a serial number of 21 octets": (serial(2**160), "serial number"),
    "a serial number of 1000 octets": (serial(2**8_000), "serial number"),
    "version 1": (lambda der: altered(der, {VERSION: b""}), "version 3"),
    "version 1, written": (version(0), UNREADABLE),
    "version 2": (version(1), "not a valid X509 version"),
    "version 4": (version(3), "not a valid X509 version"),
    "two signature algorithms": (lambda der: altered(der, {ALGORITHM: ECDSA_WITH_SHA384}), "in two places"),
    "a DSA key": (key(DSA, core.Integer(3).dump()), "its key is none of"),
    "a point off the curve": (key(P256_ALGORITHM, b"\x04" + b"\x01" * 64), UNREADABLE),
    "a point at infinity": (key(P256_ALGORITHM, b"\x00"), UNREADABLE),
    "a name that is not UTF-8": (organisation(element(12, b"\xff\xfe")), UNREADABLE),
    "a name of half characters": (organisation(element(30, b"\x00a\x00")), UNREADABLE),
    "a name that is a number": (organisation(core.Integer(1).dump()), UNREADABLE),
    "a name without a value": (organisation(), UNREADABLE),
    "a name that is no sequence": (lambda der: altered(der, {SUBJECT: b"\x0c\x01a"}), UNREADABLE),
    "a name of bits": (organisation(element(3, b"\x00Example")), UNREADABLE),
    "a month 13": (ends(element(23, b"271345000000Z")), UNREADABLE),
    "a date without a zone": (ends(element(24, b"20571101000000")), UNREADABLE),
    "no end": (ends(), UNREADABLE),
    "constraints that cannot be read": (
        lambda der: with_extensions(der, extension("2.5.29.19", b"\x30\x03\x02\x01"), without="2.5.29.19"), UNREADABLE,
    ),
    "an X.400 address for a name": (
        lambda der: with_extensions(der, extension("2.5.29.17", bytes.fromhex("3004a3023000")), without="2.5.29.17"),
        UNREADABLE,
    ),
    "a TLS feature that nobody defined": (
        lambda der: with_extensions(der, extension("1.3.6.1.5.5.7.1.24", bytes.fromhex("300302010a"))), UNREADABLE,
    ),
    "policies that cannot be read": (
        lambda der: with_extensions(der, extension("2.5.29.32", b"\x05\x00"), without="2.5.29.32"), UNREADABLE,
    ),
}  # fmt: skip


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("alter", "told"), WRONG.values(), ids=WRONG)
def test_what_rfc_5280_does_not_allow_is_refused(alter: Callable[[bytes], bytes], told: str, der: bytes) -> None:
    with pytest.raises(BadCertificate, match=told):
        from_der(alter(der))


def test_put_together_as_it_was_it_is_read(der: bytes) -> None:
    assert altered(der, {place: part(der, place) for place in range(8)}) == der
    assert from_der(with_extensions(der, extension("1.2.3.4", b"\x05\x00")))
    for alter in (organisation(element(12, b"Example")), ends(element(24, b"20571101000000Z"))):
        assert from_der(alter(der))


@pytest.mark.parametrize("number", [1, 2**159, 2**160 - 1], ids=hex)
def test_serial_numbers_of_up_to_20_octets_are_taken(number: int, der: bytes) -> None:
    """2**159 and more need a 21st octet for the sign, which DER has and RFC 5280 does not count."""
    assert from_der(serial(number)(der)).parsed.serial_number == number


def test_what_is_wrong_with_a_serial_number_is_no_warning_to_the_operator(der: bytes) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for number in (0, -1):
            with pytest.raises(BadCertificate):
                from_der(serial(number)(der))
    assert not caught


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("many", "taken"), [(100, True), (101, False), (2_000, False)])
def test_hundreds_of_names_are_refused(many: int, taken: bool) -> None:
    names = x509.SubjectAlternativeName([x509.DNSName(f"{number}.x") for number in range(many)])
    assert taken is is_read(of_key(P256, names))


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(("many", "taken"), [(32, True), (33, False), (1_000, False)])
def test_dozens_of_policies_are_refused(many: int, taken: bool) -> None:
    oids = (x509.ObjectIdentifier(f"1.2.3.{number}") for number in range(many))
    policies = x509.CertificatePolicies([x509.PolicyInformation(each, None) for each in oids])
    assert taken is is_read(of_key(P256, policies))


def is_read(der: bytes) -> bool:
    try:
        from_der(der)
    except BadCertificate:
        return False
    return True


def test_sixteen_kibibytes_are_the_most(der: bytes) -> None:
    assert from_der(padded(der, LARGEST)).fingerprint
    with pytest.raises(BadCertificate, match="16385 bytes; 16384"):
        from_der(padded(der, LARGEST + 1))
    with pytest.raises(BadCertificate, match="bytes"):
        from_der(der + b"\x00" * 10_000_000)


# What is no DER


def indefinite(der: bytes) -> bytes:
    return b"\x30\x80" + b"".join(elements(der)) + b"\x00\x00"


def longer_length(der: bytes) -> bytes:
    assert der[:2] == b"\x30\x82"
    return b"\x30\x83\x00" + der[2:]


def true_as_one(der: bytes) -> bytes:
    """BER takes any byte but zero for true: here, that an extension is critical."""
    assert b"\x01\x01\xff" in der
    return der.replace(b"\x01\x01\xff", b"\x01\x01\x01")


def default_written(der: bytes) -> bytes:
    """An extension that says that it is not critical, which DER leaves out."""
    oid, value = elements(extension("1.2.3.4", b"\x05\x00"))
    return with_extensions(der, element(0x30, oid, b"\x01\x01\x00", value))


def padded_serial(der: bytes) -> bytes:
    """A serial number with zeros before it that it does not need."""
    return altered(der, {SERIAL: element(2, b"\x00\x00\x07")})


def in_pieces(der: bytes) -> bytes:
    """The signature as a constructed BIT STRING, which BER allows."""
    signed, algorithm, signature = elements(der)
    return element(0x30, signed, algorithm, element(0x23, signature))


NO_DER: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "a byte more": lambda der: der + b"\x00",
    "twice": lambda der: der * 2,
    "a byte before": lambda der: b"\x00" + der,
    "of indefinite length": indefinite,
    "of a longer length": longer_length,
    "true as one": true_as_one,
    "a default written": default_written,
    "a padded serial number": padded_serial,
    "a string in pieces": in_pieces,
    "in a sequence": lambda der: element(0x30, der),
    "as a set": lambda der: b"\x31" + der[1:],
    "PEM": lambda der: pem(der, end="\n"),
    "base64": base64.b64encode,
    "nested a thousand times": lambda _: b"\x30\x80" * 1_000,
    "nested well": lambda _: nested(600),
    "a length beyond all": lambda der: b"\x30\x88" + b"\xff" * 8 + der,
    "text": lambda _: b"certificate",
    "the signed part alone": lambda der: elements(der)[0],
    "its key alone": lambda der: from_der(der).spki,
}


def nested(depth: int) -> bytes:
    made = b"\x05\x00"
    for _ in range(depth):
        made = element(0x30, made)
    return made


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("written", NO_DER.values(), ids=NO_DER)
def test_what_is_not_one_certificate_in_der_is_refused(written: Callable[[bytes], bytes], der: bytes) -> None:
    with pytest.raises(BadCertificate):
        from_der(written(der))


@pytest.fixture(scope="module", params=["P-256", "RSA", "SM2"])
def of_any_kind(request: pytest.FixtureRequest, der: bytes, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    if request.param == "P-256":
        return der
    kind = {"RSA": RSA, "SM2": SM2}[request.param]
    root = Authority.root(tmp_path_factory.mktemp("kind"), "root", named("root"), kind)
    return root.issue("leaf", holder(), terms=LEAF).der


def test_a_certificate_cut_off_anywhere_is_refused(of_any_kind: bytes) -> None:
    begun = time.process_time()
    for length in range(len(of_any_kind)):
        with pytest.raises(BadCertificate):
            from_der(of_any_kind[:length])
    assert time.process_time() - begun < 5


def test_a_byte_flipped_anywhere_is_refused_or_makes_another_certificate(of_any_kind: bytes) -> None:
    begun = time.process_time()
    for each in flipped(of_any_kind):
        try:
            read = from_der(each)
        except BadCertificate:
            continue
        assert read.der == each
        use(read)
    assert time.process_time() - begun < 5


def use(certificate: Certificate) -> None:
    """Ask for all that others ask for: what was taken must not fail later."""
    _ = certificate.subject, certificate.issuer, certificate.begins, certificate.ends, certificate.spki
    _ = certificate.policies, certificate.responders, certificate.for_clients, certificate.thumbprint
    for name in ("CN", "O", "OU", "serialNumber", "organizationIdentifier", "title", "description", "UID"):
        certificate.attribute(name)


@given(st.binary(max_size=400))
def test_any_bytes_are_refused_without_another_error(text: bytes) -> None:
    with pytest.raises(BadCertificate):
        from_der(text)
    with pytest.raises(BadCertificate):
        from_pem(text)


@given(st.data())
def test_any_few_bytes_changed_are_refused_or_read(der: bytes, data: st.DataObject) -> None:
    text = bytearray(der)
    for place in data.draw(st.lists(st.integers(0, len(der) - 1), min_size=1, max_size=8)):
        text[place] = data.draw(st.integers(0, 255))
    with contextlib.suppress(BadCertificate):
        use(from_der(bytes(text)))


# PEM


def pem(der: bytes, label: str = "CERTIFICATE", end: str = "\n") -> bytes:
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return end.join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", "")).encode()


WRITTEN = {
    "as openssl writes it": pem,
    "with CRLF": lambda der: pem(der, end="\r\n"),
    "with spaces for line ends, as headers carry it": lambda der: pem(der).replace(b"\n", b" ").strip(),
    "without a last line end": lambda der: pem(der).rstrip(),
    "with blank lines around": lambda der: b"\n\n" + pem(der) + b"\r\n \t\n",
    "in one line": lambda der: b"-----BEGIN CERTIFICATE-----" + base64.b64encode(der) + b"-----END CERTIFICATE-----",
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_one_block_of_pem_is_read(written: Callable[[bytes], bytes], der: bytes) -> None:
    assert from_pem(written(der)) == from_der(der)


def inside(text: bytes) -> Callable[[bytes], bytes]:
    def written(der: bytes) -> bytes:
        begin, rest = pem(der).split(b"\n", 1)
        return begin + b"\n" + text + rest

    return written


NO_PEM: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda _: b"",
    "DER": lambda der: der,
    "text before": lambda der: b"subject=CN = Example\n" + pem(der),
    "text after": lambda der: pem(der) + b"# the end",
    "a zero after": lambda der: pem(der) + b"\x00",
    "text inside": inside(b"!!!!"),
    "a header inside": inside(b"Proc-Type: 4,ENCRYPTED\n\n"),
    "a zero inside": inside(b"\x00"),
    "other alphabets": inside(b"-_-_"),
    "padding inside": inside(b"MA==\n"),
    "characters that are not ASCII": inside("ＭＩＩ".encode()),
    "two blocks": lambda der: pem(der) * 2,
    "a key after": lambda der: pem(der) + pem(der, "PRIVATE KEY"),
    "no end": lambda der: pem(der).replace(b"-----END CERTIFICATE-----", b""),
    "no beginning": lambda der: pem(der).replace(b"-----BEGIN CERTIFICATE-----", b""),
    "two beginnings": lambda der: b"-----BEGIN CERTIFICATE-----\n" + pem(der),
    "nothing but the lines": lambda _: b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
    "lines that share a dash": lambda _: b"-----BEGIN CERTIFICATE-----END CERTIFICATE-----",
    "one character missing": lambda der: pem(der).replace(b"\nM", b"\n", 1),
    "lower case": lambda der: pem(der, "certificate"),
    "the label of OpenSSL's own form": lambda der: pem(der, "TRUSTED CERTIFICATE"),
    "an old label": lambda der: pem(der, "X509 CERTIFICATE"),
    "a request's label": lambda der: pem(der, "CERTIFICATE REQUEST"),
    "a byte after the DER": lambda der: pem(der + b"\x00"),
    "too long": lambda der: pem(der) + b"\n" * 2 * LARGEST,
    "all blanks": lambda _: b"-----BEGIN CERTIFICATE-----" + b" " * 30_000,
    "all blanks, and an end": lambda _: b"-----BEGIN CERTIFICATE-----" + b" " * 30_000 + b"-----END CERTIFICATE----",
    "blanks between letters": lambda _: b"-----BEGIN CERTIFICATE-----" + b"A " * 15_000 + b"-",
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("written", NO_PEM.values(), ids=NO_PEM)
def test_what_is_not_one_block_of_pem_is_refused(written: Callable[[bytes], bytes], der: bytes) -> None:
    with pytest.raises(BadCertificate):
        from_pem(written(der))


def test_the_largest_certificate_fits_into_pem(der: bytes) -> None:
    assert from_pem(pem(padded(der, LARGEST))).fingerprint
