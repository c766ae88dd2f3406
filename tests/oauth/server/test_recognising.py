"""Whoever comes to the token endpoint with a certificate in his assertion (``x5c``): who gets a token, and who not."""

import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.agency import b64url
from tests.attacker import claims_of
from tests.chain import ARC, DAY, TYPE, Chain, named, now
from tests.oauth.server.desk import Desk, eventually, opened, refused
from tests.partner import Partner, b64
from tests.partnership import Recognising

from baygate.sample.authority import Authority, Issued, Terms, Validity
from baygate.sample.openssl import P256

PROMPT = 5.0
"""Seconds within which whoever is refused has his answer."""
_numbers = count(80_000_001)


def number() -> str:
    """Return a company's number that nobody else has here."""
    return f"BRN{next(_numbers)}"


@pytest.fixture(scope="module")
def partner(recognising: Recognising) -> Partner:
    return recognising.p256.partner(number())


@pytest.fixture(scope="module")
def desk(recognising: Recognising, partner: Partner) -> Desk:
    """The desk of a partner with a P-256 certificate, its nonce known."""
    return opened(recognising.hub, partner)


def asked(desk: Desk, **changes: str | None) -> httpx.Response:
    """Ask for a token, and see that the answer does not keep anybody waiting."""
    began = time.monotonic()
    answer = desk.ask(**changes)
    assert time.monotonic() - began < PROMPT
    return answer


def turned_away(desk: Desk, **changes: str | None) -> str:
    return refused(asked(desk, **changes), 401, "invalid_client")


def of(recognising: Recognising, issued: Issued, client_id: str = "hk-80000000") -> Desk:
    """Return the desk of whoever holds a certificate."""
    return Desk(recognising.hub.base, recognising.hub.client, Partner(client_id, certificate=issued))


# What is proven


def test_nobody_has_registered_the_party_and_it_gets_a_token(desk: Desk, partner: Partner) -> None:
    answer = asked(desk)
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "DPoP"
    said = claims_of(answer.json()["access_token"])
    assert said["sub"] == said["client_id"] == partner.client_id
    assert said["agency"] == f"party-{partner.client_id}", "no agency can be called so"
    assert (said["jurisdiction"], said["roles"], said["scope"]) == ("HK", ["PLATFORM"], "credit:read identity:read")
    assert said["cnf"] == {"jkt": partner.key.thumbprint()}


def test_the_key_of_another_certificate_of_the_same_party_signs_nothing_for_it(
    recognising: Recognising, desk: Desk, partner: Partner
) -> None:
    again = recognising.p256.issue(f"BRN{partner.client_id.removeprefix('hk-')}")
    told = turned_away(desk, client_assertion=desk.assertion(key=again))
    assert told == "The assertion is refused: its signature does not hold"


@pytest.mark.parametrize(
    "wrong",
    [
        {"iss": "hk-70812345"},
        {"sub": "hk-70812345"},
        {"iss": "hk-70812345", "sub": "hk-70812345"},
        {"iss": "customs-gz", "sub": "customs-gz"},
        {"iss": ["hk-70812345"], "sub": ["hk-70812345"]},
        {"iss": None, "sub": None},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"exp": None},
        {"exp": int(time.time()) - 3_600},
        {"exp": int(time.time()) + 86_400},
        {"exp": 1e300},
        {"jti": None},
        {"jti": "\ud800"},
    ],
)
def test_an_assertion_that_says_something_else_is_refused(desk: Desk, wrong: dict[str, Any]) -> None:
    turned_away(desk, client_assertion=desk.assertion(**wrong))


def test_the_party_is_named_in_lower_case_and_as_its_certificate_names_it(desk: Desk, partner: Partner) -> None:
    upper = partner.client_id.upper()
    told = turned_away(desk, client_assertion=desk.assertion(iss=upper, sub=upper))
    assert f"its iss and sub are not {partner.client_id}" in told
    assert asked(desk, client_id=partner.client_id).status_code == 200
    assert partner.client_id in turned_away(desk, client_id="customs-gz")


def test_an_assertion_is_used_once(desk: Desk) -> None:
    assertion = desk.assertion()
    assert asked(desk, client_assertion=assertion).status_code == 200
    assert turned_away(desk, client_assertion=assertion) == "The assertion is refused: it was used before"


def test_it_comes_with_its_type(desk: Desk) -> None:
    assert "client_assertion_type" in turned_away(desk, client_assertion_type=None)


@pytest.mark.parametrize(
    "algorithm", ["none", "HS256", "ES384", "RS256", "PS256", "EdDSA", "SM2SM3", "sm2sm3", None, 1]
)
def test_a_p256_key_signs_es256_and_nothing_else(desk: Desk, algorithm: Any) -> None:
    turned_away(desk, client_assertion=desk.assertion(header={"alg": algorithm}))


@pytest.mark.parametrize("algorithm", ["none", "ES256", "PS256", None])
def test_an_sm2_key_signs_sm2sm3_and_nothing_else(recognising: Recognising, algorithm: Any) -> None:
    desk = of(recognising, recognising.sm2.issue("USCC914401155907310057"), "cn-914401155907310057")
    assert eventually(lambda: asked(desk).status_code in {200, 400})
    turned_away(desk, client_assertion=desk.assertion(header={"alg": algorithm}))
    assert "signature" in turned_away(
        desk, client_assertion=f"{desk.assertion().rpartition('.')[0]}.{b64url(bytes(64))}"
    )


def test_sm2sm3_is_for_certificates_alone(desk: Desk) -> None:
    turned_away(desk, client_assertion=desk.assertion(header={"alg": "SM2SM3", "x5c": None}))


@pytest.mark.parametrize("header", [{"jwk": {}}, {"x5u": "https://a.example"}, {"crit": ["exp"]}, {"typ": "at+jwt"}])
def test_a_header_says_nothing_besides(desk: Desk, header: Any) -> None:
    turned_away(desk, client_assertion=desk.assertion(header=header))


# What comes in x5c

Chained = Callable[[Issued], Any]
NOT_ONE = "x5c is no list of 1 to 8 certificates"
GARBAGE: dict[str, tuple[Chained, str]] = {
    "text": (lambda leaf: b64(leaf.der), NOT_ONE),
    "an object": (lambda leaf: {"0": b64(leaf.der)}, NOT_ONE),
    "nothing": (lambda _: [], NOT_ONE),
    "null": (lambda _: [None], NOT_ONE),
    "a number": (lambda _: 7, NOT_ONE),
    "numbers": (lambda leaf: list(leaf.der), NOT_ONE),
    "a list in a list": (lambda leaf: [[b64(leaf.der)]], NOT_ONE),
    "nine certificates": (lambda leaf: [b64(leaf.der)] * 9, NOT_ONE),
    "no base64": (lambda _: ["@@@@"], "not base64"),
    "Chinese": (lambda _: ["证书"], "not base64"),
    "base64url": (lambda leaf: [b64url(leaf.der + b"\xff\xff")], "refused"),
    "PEM": (lambda leaf: [leaf.certificate.read_text()], "not base64"),
    "an empty text": (lambda _: [""], "no certificate in DER"),
    "junk": (lambda _: [b64(b"junk")], "no certificate in DER"),
    "half of it": (lambda leaf: [b64(leaf.der[: len(leaf.der) // 2])], "no certificate in DER"),
    "a byte more": (lambda leaf: [b64(leaf.der + b"\0")], "no certificate in DER"),
    "two in one": (lambda leaf: [b64(leaf.der * 2)], "no certificate in DER"),
    "deep": (lambda _: [b64(b"\x30\x80" * 3_000)], "no certificate in DER"),
}  # fmt: skip


@pytest.mark.parametrize(("chain", "why"), GARBAGE.values(), ids=GARBAGE)
def test_what_is_no_certificate_is_refused(desk: Desk, partner: Partner, chain: Chained, why: str) -> None:
    told = turned_away(desk, client_assertion=desk.assertion(header={"x5c": chain(partner.issued)}))
    assert why in told, told


def test_what_is_too_large_to_be_one_is_refused(desk: Desk) -> None:
    turned_away(desk, client_assertion=desk.assertion(header={"x5c": [b64(bytes(11_000))]}))
    turned_away(desk, client_assertion=desk.assertion(header={"x5c": [b64(bytes(30_000))]}))


@pytest.mark.parametrize("after", [None, 7, {"a": 1}, [[]]])
def test_what_follows_it_is_text(desk: Desk, partner: Partner, after: Any) -> None:
    turned_away(desk, client_assertion=desk.assertion(header={"x5c": [b64(partner.issued.der), after]}))


@pytest.mark.parametrize("above", ["a listed CA", "garbage", "itself", "another's"])
def test_what_follows_the_certificate_is_not_looked_at(recognising: Recognising, desk: Desk, above: str) -> None:
    leaf = desk.agency.issued  # type: ignore[attr-defined]
    others = {
        "a listed CA": [b64(recognising.p256.issuing.identity.der), b64(recognising.p256.root.identity.der)],
        "garbage": ["@@@", "", "证书"],
        "itself": [b64(leaf.der)] * 7,
        "another's": [b64(recognising.p256.issue(number()).der)],
    }[above]
    assert asked(desk, client_assertion=desk.assertion(header={"x5c": [b64(leaf.der), *others]})).status_code == 200


def test_a_path_that_the_client_sends_along_does_not_help(recognising: Recognising, tmp_path: Path) -> None:
    root = Authority.root(tmp_path, "root", (("CN", "Mallory's Root"),))
    desk = of(recognising, root.issue("leaf", named(number()), terms=Terms(_lasting())))
    chain = [b64(desk.agency.issued.der), b64(root.identity.der)]  # type: ignore[attr-defined]
    told = turned_away(desk, client_assertion=desk.assertion(header={"x5c": chain}))
    assert "issuing CA" in told
    assert "no trust list in force names" in told


# What is recognised


def _lasting() -> Validity:
    return Validity(now() - DAY, now() + DAY)


def look_alike(chain: Chain, directory: Path) -> Issued:
    """Issue under the name and the key identifier of a listed CA, with another key."""
    subject = (("C", "HK"), ("CN", f"Test CA {chain.name}"))
    identifier = chain.issuing.identity.key_identifier.hex()
    terms = Terms(_lasting(), ("2.5.29.32.0",), extensions={"subjectKeyIdentifier": identifier})
    root = Authority.root(directory, "root", (("CN", "Mallory's Root"),))
    return root.issue_ca("issuing", subject, terms=terms).issue("leaf", named(number()), terms=Terms(_lasting()))


Issue = Callable[[Chain, Path], Issued]
BAD: dict[str, tuple[Issue, str]] = {
    "expired": (lambda chain, _: chain.issue(number(), validity=Validity(now() - 2 * DAY, now() - DAY)), "path"),
    "not valid yet": (lambda chain, _: chain.issue(number(), validity=Validity(now() + DAY, now() + 2 * DAY)), "path"),
    "a look-alike's": (look_alike, "issuing CA"),
    "of another type": (lambda chain, _: chain.issue(number(), type_name=f"{TYPE} 2"), "type name"),
    "of a Chinese type": (lambda chain, _: chain.issue(number(), type_name='测试证书"（个人）'), "type name"),
    "of another policy": (lambda chain, _: chain.issue(number(), policy=f"{ARC}0.2026.1.1"), "policy"),
    "of no party": (lambda chain, _: chain.issue(""), "party"),
    "of a party without its prefix": (lambda chain, _: chain.issue("80000099"), "party"),
    "of what is no number": (lambda chain, _: chain.issue("BRN公司"), "party"),
    "the CA's own": (lambda chain, _: chain.issuing.identity, "usage"),
    "the responder's": (lambda chain, _: _responder(chain), "usage"),
}  # fmt: skip


def _responder(chain: Chain) -> Issued:
    return chain.issuing.ocsp_responder(f"ocsp-{next(_numbers)}", named(number()), Terms(_lasting()))


@pytest.mark.parametrize(("issue", "condition"), BAD.values(), ids=BAD)
def test_a_certificate_that_is_not_recognised_is_told_by_which_condition(
    recognising: Recognising, tmp_path: Path, issue: Issue, condition: str
) -> None:
    told = turned_away(of(recognising, issue(recognising.p256, tmp_path)))
    assert told.startswith(f"The certificate is not recognised ({condition}): "), told


def test_a_revoked_one_is_not(recognising: Recognising) -> None:
    chain = recognising.p256
    partner = chain.partner(number())
    desk = opened(recognising.hub, partner)
    chain.revoke(partner)
    chain.publish()
    assert eventually(lambda: "(revocation)" in desk.ask().text)
    assert "revoked" in turned_away(desk)


def test_who_does_not_hold_the_key_hears_nothing_of_a_certificate(recognising: Recognising, tmp_path: Path) -> None:
    desk = of(recognising, recognising.p256.issue("", type_name="Nothing"))
    other = Authority.root(tmp_path, "root", (("CN", "Mallory"),)).identity
    assert "signature" in turned_away(desk, client_assertion=desk.assertion(key=other))


@pytest.mark.parametrize("curve", [ec.SECP384R1(), ec.SECP521R1(), ec.SECP256K1()])
def test_a_key_that_signs_nothing_here_is_refused(recognising: Recognising, tmp_path: Path, curve: Any) -> None:
    turned_away(of(recognising, self_made(tmp_path, "Mallory", ec.generate_private_key(curve))))


@pytest.mark.parametrize("name", ["测试机构", "A\r\nSet-Cookie: a=b", "\x00\x01\x7f\x9f", 'a", error="b', "\\" * 64])
def test_whatever_stands_in_names_a_description_is_one(recognising: Recognising, tmp_path: Path, name: str) -> None:
    """RFC 6749, section 5.2; the same text stands in a header."""
    desk = of(recognising, self_made(tmp_path, name))
    answer = asked(desk)
    told = refused(answer, 401, "invalid_client")
    assert all(" " <= each <= "~" for each in told), told
    assert f'error_description="{told}"' in answer.headers["www-authenticate"]


def test_a_long_name_makes_no_long_answer(recognising: Recognising, tmp_path: Path) -> None:
    names = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "x" * 64)] * 25
    told = turned_away(of(recognising, self_made(tmp_path, "long", more=names)))
    assert "is not recognised (issuing CA): " in told
    assert len(told) < 600


def self_made(directory: Path, name: str, key: Any = None, more: Any = ()) -> Issued:
    """Make a self-signed certificate for a name that no authority would write."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([*more, x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    made = builder.not_valid_before(now() - DAY).not_valid_after(now() + DAY).sign(key, hashes.SHA256())
    files = directory / "self.pem", directory / "self.key"
    files[0].write_bytes(made.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Issued(*files, P256)


# Bodies that nobody wrote

jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=60).map(b64),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=8,
)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """A certificate of which some bytes are others, missing, or there twice."""
    made = bytearray(whole)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(made) - 1))
        match draw(st.sampled_from(["other", "gone", "twice"])):
            case "other":
                made[at] = draw(st.integers(0, 255))
            case "gone":
                del made[at : at + draw(st.integers(1, 4))]
            case "twice":
                made[at:at] = made[at : at + draw(st.integers(1, 40))]
    return bytes(made)


@given(data=st.data())
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_content_of_x5c_is_answered_by_a_token_or_a_500(desk: Desk, partner: Partner, data: Any) -> None:
    der = partner.issued.der
    first = data.draw(damaged(der).filter(lambda made: made != der).map(lambda made: [b64(made)]) | jsons, "x5c")
    more = data.draw(st.lists(st.text(max_size=9), max_size=9), "more")
    chain = [*first, *more] if isinstance(first, list) else first
    turned_away(desk, client_assertion=desk.assertion(header={"x5c": chain}))
