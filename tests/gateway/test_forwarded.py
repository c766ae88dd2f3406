"""Which forwarded fields are a client's certificate, and which are refused."""

import base64
import datetime
import ssl
from typing import Any
from urllib.parse import quote, unquote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.test_tls import DAY, Holder, issue

from baygate.gateway.forwarded import LONGEST, BadForwarded, ClientCertificate, certificate

CUSTOMS, OTHER = issue("customs"), issue("other")
X, C = b"x-client-cert", b"client-cert"


def escaped(pem: str) -> bytes:
    """Percent-encode as nginx does: all but the unreserved characters (RFC 3986, section 2.3)."""
    return quote(pem, safe="").encode()


def sequence(der: bytes) -> bytes:
    return b":" + base64.b64encode(der) + b":"


ESCAPED, SEQUENCE = escaped(CUSTOMS.pem), sequence(CUSTOMS.der)


def forwarded(holder: Holder) -> ClientCertificate:
    found = certificate([(C, sequence(holder.der))])
    assert found
    return found


def refusal(*headers: tuple[bytes, bytes]) -> str:
    with pytest.raises(BadForwarded) as refused:
        certificate(headers)
    return str(refused.value)


# What is a certificate


@pytest.mark.parametrize(
    "header",
    [
        (X, ESCAPED),
        (X, escaped(CUSTOMS.pem.rstrip("\n"))),
        (X, escaped(CUSTOMS.pem.replace("\n", "\r\n"))),
        (X, quote(CUSTOMS.pem, safe="+/=").encode()),
        (X, ESCAPED.replace(b"%0A", b"%0a")),
        (C, SEQUENCE),
        (C, b" " + SEQUENCE + b"\t"),
    ],
)
def test_each_form_gives_the_certificate_in_pem(header: tuple[bytes, bytes]) -> None:
    found = certificate([(b"host", b"hub"), header])
    assert found
    assert (found.pem, found.name) == (CUSTOMS.pem, "CN=customs")


@pytest.mark.parametrize("headers", [[], [(b"host", b"hub")], [(X, b"")], [(C, b"")], [(X, b" ")]])
def test_no_field_or_an_empty_one_is_no_certificate(headers: list[tuple[bytes, bytes]]) -> None:
    assert certificate(headers) is None


def test_the_chain_is_not_looked_at() -> None:
    assert certificate([(C, SEQUENCE), (b"client-cert-chain", b"junk")]) == forwarded(CUSTOMS)


# What might be a client's own field, let through by the proxy


@pytest.mark.parametrize("first", [ESCAPED, b""])
@pytest.mark.parametrize("second", [ESCAPED, escaped(OTHER.pem), b""])
def test_a_field_that_comes_twice_is_refused_also_when_one_is_empty(first: bytes, second: bytes) -> None:
    assert refusal((X, first), (X, second)).startswith("x-client-cert came 2 times")


@pytest.mark.parametrize("empty", [(X, b""), (C, b""), None])
def test_both_fields_at_once_are_refused_also_when_one_is_empty(empty: tuple[bytes, bytes] | None) -> None:
    both = {X: (X, ESCAPED), C: (C, SEQUENCE)} | ({empty[0]: empty} if empty else {})
    assert refusal(*both.values()).startswith("client-cert and x-client-cert came 2 times")


# What is not the form of its field

NOT_ESCAPED_PEM = "x-client-cert is not percent-encoded PEM, one certificate without anything around it"
NOT_ESCAPED = "x-client-cert is not percent-encoded (nginx: $ssl_client_escaped_cert)"
NOT_A_SEQUENCE = "client-cert is not a byte sequence, :base64:, of a certificate in DER (RFC 9440)"
NOT_CANONICAL = "is not canonical base64, with its padding"
BODY = CUSTOMS.pem.split("-----")[2].strip()


def altered(der: bytes, found: str, other: str) -> bytes:
    """Replace bytes, which must be there."""
    assert bytes.fromhex(found) in der
    return der.replace(bytes.fromhex(found), bytes.fromhex(other))


def pem(body: str) -> bytes:
    return escaped(f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (SEQUENCE, NOT_ESCAPED_PEM),
        (base64.b64encode(CUSTOMS.der), NOT_ESCAPED_PEM),
        (b"junk", NOT_ESCAPED_PEM),
        (escaped("junk\n" + CUSTOMS.pem), NOT_ESCAPED_PEM),
        (escaped(CUSTOMS.pem + "junk"), NOT_ESCAPED_PEM),
        (escaped(" " + CUSTOMS.pem), NOT_ESCAPED_PEM),
        (escaped(CUSTOMS.pem + "\n"), NOT_ESCAPED_PEM),
        (escaped(CUSTOMS.pem) + b"%00", NOT_ESCAPED_PEM),
        (escaped(CUSTOMS.pem.replace("CERTIFICATE", "TRUSTED CERTIFICATE")), NOT_ESCAPED_PEM),
        (escaped(CUSTOMS.pem.replace("CERTIFICATE", "PRIVATE KEY")), NOT_ESCAPED_PEM),
        (escaped(CUSTOMS.pem.replace("\n", "\t")), NOT_ESCAPED_PEM),
        (escaped(quote(CUSTOMS.pem, safe="")), NOT_ESCAPED_PEM),
        (pem(""), NOT_ESCAPED_PEM),
        (escaped(CUSTOMS.pem + OTHER.pem), "x-client-cert has several certificates; the client's alone is wanted"),
        (CUSTOMS.pem.replace("\n", "\t").encode(), NOT_ESCAPED),
        (ESCAPED[:-1], NOT_ESCAPED),
        (ESCAPED.replace(b"%0A", b"%0G", 1), NOT_ESCAPED),
        (ESCAPED + b"\xe4", NOT_ESCAPED),
        (pem(BODY + "===="), f"x-client-cert {NOT_CANONICAL}"),
        (pem(BODY.rstrip("=")[:-1]), f"x-client-cert {NOT_CANONICAL}"),
    ],
)
def test_what_is_not_one_certificate_in_escaped_pem_is_refused(value: bytes, reason: str) -> None:
    assert refusal((X, value)) == reason


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (ESCAPED, NOT_A_SEQUENCE),
        (CUSTOMS.pem.encode(), NOT_A_SEQUENCE),
        (base64.b64encode(CUSTOMS.der), NOT_A_SEQUENCE),
        (b":", NOT_A_SEQUENCE),
        (SEQUENCE + b";a=1", NOT_A_SEQUENCE),
        (SEQUENCE[:-1], NOT_A_SEQUENCE),
        (b"::", f"client-cert {NOT_CANONICAL}"),
        (SEQUENCE + b", " + SEQUENCE, f"client-cert {NOT_CANONICAL}"),
        (b": " + SEQUENCE[1:], f"client-cert {NOT_CANONICAL}"),
        (b":" + base64.encodebytes(CUSTOMS.der) + b":", f"client-cert {NOT_CANONICAL}"),
        (b":" + base64.urlsafe_b64encode(b"\xff" * 6) + b":", f"client-cert {NOT_CANONICAL}"),
    ],
)
def test_what_is_not_one_byte_sequence_is_refused(value: bytes, reason: str) -> None:
    assert refusal((C, value)) == reason


@pytest.mark.parametrize("text", [b"MAA", b"MAA==", b"MAB=", b"MA=A"])
def test_base64_of_another_form_than_the_canonical_is_refused(text: bytes) -> None:
    assert base64.b64encode(b"\x30\x00") == b"MAA="
    assert refusal((C, b":" + text + b":")) == f"client-cert {NOT_CANONICAL}"
    assert refusal((X, pem(text.decode()))) == f"x-client-cert {NOT_CANONICAL}"


# What is no certificate


def test_a_field_longer_than_any_certificate_is_refused_unread() -> None:
    assert "bytes; a certificate has" in refusal((X, b"%" * (LONGEST + 1)))
    assert "bytes; a certificate has" not in refusal((X, b"%" * LONGEST))


@pytest.mark.parametrize(
    "der",
    [
        b"\x30\x00",
        CUSTOMS.der[:-1],
        CUSTOMS.der + b"\x00",
        CUSTOMS.der + OTHER.der,
        altered(CUSTOMS.der, "a003020102", "a003020109"),  # version 9
        altered(CUSTOMS.der, "06035504030c07", "06035504030307"),  # a common name of bits
        altered(CUSTOMS.der, "87047f000001", "83047f000001"),  # an x400Address among the names
    ],
)
def test_what_cryptography_refuses_is_refused(der: bytes) -> None:
    assert refusal((C, sequence(der))).startswith("client-cert is not a certificate: ")
    assert refusal((X, escaped(ssl.DER_cert_to_PEM_cert(der)))).startswith("x-client-cert is not a certificate: ")


def built(serial: int, *extensions: str) -> bytes:
    """Return a certificate with this number, and these extensions that nobody knows."""
    name = x509.Name.from_rfc4514_string("CN=built")
    builder = (
        x509.CertificateBuilder(name, name, CUSTOMS.key.public_key())
        .serial_number(serial)
        .not_valid_before(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC))
        .not_valid_after(datetime.datetime(2027, 1, 1, tzinfo=datetime.UTC))
    )
    for each in extensions:
        unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier(each), b"")
        builder = builder.add_extension(unknown, critical=False)
    return builder.sign(CUSTOMS.key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
@pytest.mark.parametrize("serial", ["00", "80"])
def test_a_certificate_whose_number_is_not_positive_is_refused(serial: str) -> None:
    one = built(1)
    assert certificate([(C, sequence(one))])
    other = altered(one, "a003020102020101", f"a0030201020201{serial}")
    assert "its serial number is not positive" in refusal((C, sequence(other)))


def test_a_certificate_with_an_extension_twice_is_refused() -> None:
    der = built(1, "1.2.3.1", "1.2.3.2")
    twice = altered(der, "06032a0302", "06032a0301")
    assert certificate([(C, sequence(der))])
    assert "uplicate" in refusal((C, sequence(twice)))


@given(st.binary(max_size=200))
def test_no_junk_is_taken_or_escapes_as_another_error(junk: bytes) -> None:
    for name in (X, C):
        for value in (junk, quote(junk, safe="").encode(), sequence(junk), pem(base64.b64encode(junk).decode())):
            if value.strip(b" \t"):
                assert refusal((name, value))


@given(st.data())
def test_no_change_of_one_byte_gives_another_certificate_by_another_text(data: st.DataObject) -> None:
    """Whatever is read is read from the one text that it has: there are no two ways to say the same."""
    text = bytearray(data.draw(st.sampled_from([ESCAPED, SEQUENCE])))
    name = C if text[:1] == b":" else X
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] = data.draw(st.integers(33, 126))
    try:
        found = certificate([(name, bytes(text))])
    except BadForwarded:
        return
    assert found
    if name == C:
        assert bytes(text) == sequence(ssl.PEM_cert_to_DER_cert(found.pem))
    else:
        assert unquote(text.decode()).replace("\r", "").strip("\n") == found.pem.strip("\n")


# Who is fit to be a client now


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ({"age": 4}, "the client's certificate is valid from "),
        ({"age": -1}, "the client's certificate is valid from "),
        ({"use": ExtendedKeyUsageOID.SERVER_AUTH}, "the client's certificate is not for use by clients"),
    ],
)
def test_a_certificate_must_be_valid_now_and_for_clients_as_in_the_hubs_own_handshake(made: Any, reason: str) -> None:
    with pytest.raises(BadForwarded, match=reason):
        forwarded(issue("customs", **made)).require_fit(datetime.datetime.now(datetime.UTC))


def test_one_that_says_nothing_of_its_use_is_for_clients_too() -> None:
    now = datetime.datetime.now(datetime.UTC)
    for holder in (CUSTOMS, issue("customs", use=ExtendedKeyUsageOID.CLIENT_AUTH)):
        forwarded(holder).require_fit(now)


def test_it_is_valid_from_its_first_second_to_its_last() -> None:
    first, last = CUSTOMS.certificate.not_valid_before_utc, CUSTOMS.certificate.not_valid_after_utc
    for now in (first, last):
        forwarded(CUSTOMS).require_fit(now)
    for now in (first - DAY / 86_400, last + DAY / 86_400):
        with pytest.raises(BadForwarded):
            forwarded(CUSTOMS).require_fit(now)
