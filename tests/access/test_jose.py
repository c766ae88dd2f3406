"""Signed tokens, read strictly: each test changes one thing of a token that is good."""

import base64
import contextlib
import hmac
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from tests.agency import Agency, b64url, new_key

from baygate.access.jose import LONGEST, BadKey, BadToken, PublicKey, public_key, read

HEADER = {"alg": "ES256", "typ": "at+jwt"}
CLAIMS = {"iss": "https://hub.example", "scope": "credit:read"}
TYPES_OF_ASSERTIONS = ("", "jwt", "client-authentication+jwt")
ORDER_OF_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

KEY = new_key()
JWK = KEY.as_dict(private=False)
PUBLIC = public_key(JWK)


def signature(text: str) -> tuple[int, int]:
    return decode_dss_signature(KEY.private_key.sign(text.encode(), ec.ECDSA(SHA256())))


def joined(r: int, s: int) -> str:
    return b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def signed(first: str, second: str) -> bytes:
    """A token whose signature holds, whatever its parts are."""
    return f"{first}.{second}.{joined(*signature(f'{first}.{second}'))}".encode()


def part(said: Any) -> str:
    return b64url(said if isinstance(said, bytes) else json.dumps(said).encode())


def made(header: Any = HEADER, claims: Any = CLAIMS) -> bytes:
    """A token whose signature holds; header and claims are JSON, or bytes as they are."""
    return signed(part(header), part(claims))


def claims_of(token: bytes, key: PublicKey = PUBLIC) -> Any:
    return read(token, "at+jwt").verify(key)


def refused(token: bytes, why: str, key: PublicKey = PUBLIC) -> None:
    with pytest.raises(BadToken, match=why):
        claims_of(token, key)


def test_a_good_token_gives_its_claims() -> None:
    assert claims_of(made()) == CLAIMS


def by_joserfc(key: Any, algorithm: str) -> bytes:
    header = HEADER | {"alg": algorithm}
    if algorithm == "EdDSA":  # of whose name joserfc warns
        text = f"{part(header)}.{part(CLAIMS)}"
        return f"{text}.{b64url(key.private_key.sign(text.encode()))}".encode()
    return jws.serialize_compact(header, json.dumps(CLAIMS), key, algorithms=[algorithm]).encode()


RSA, ED25519 = RSAKey.generate_key(2048), OKPKey.generate_key("Ed25519")


@pytest.mark.parametrize(
    ("key", "algorithm"), [(KEY, "ES256"), (RSA, "PS256"), (ED25519, "EdDSA"), (ED25519, "Ed25519")]
)
def test_three_kinds_of_keys_sign(key: Any, algorithm: str) -> None:
    public, token = public_key(key.as_dict(private=False)), by_joserfc(key, algorithm)
    assert claims_of(token, public) == CLAIMS
    first, _, third = token.split(b".")
    refused(b".".join([first, part(CLAIMS | {"scope": "all"}).encode(), third]), "signature does not hold", public)


# Known answers


def vectors() -> Iterator[Any]:
    file = Path(__file__).parents[1] / "data" / "wycheproof_json_web_signature.json"
    for group in json.loads(file.read_bytes())["testGroups"]:
        for case in group["tests"]:
            yield pytest.param(group.get("public") or group["private"], case, id=f"{case['tcId']} {case['comment']}")


VECTORS = tuple(vectors())


def header_of(token: str) -> Any:
    first = token.split(".", maxsplit=1)[0]
    return json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))


def good_here(case: Any) -> bool:
    """Valid, by an algorithm that is one here, and of something: a token without claims is none."""
    if case["result"] != "valid" or case["comment"] == "emptyPayload":
        return False
    return header_of(case["jws"])["alg"] in {"ES256", "PS256", "EdDSA"}


@pytest.mark.parametrize(("jwk", "case"), VECTORS)
def test_the_verdicts_are_those_of_wycheproof(jwk: Any, case: Any) -> None:
    try:
        read(case["jws"].encode()).payload(public_key(jwk))
    except (BadToken, BadKey):
        assert not good_here(case)
    else:
        assert good_here(case)


def test_the_vectors_have_both_verdicts_for_what_is_signed_here() -> None:
    good = [case for _, case in (each.values for each in VECTORS) if good_here(case)]
    assert {header_of(each["jws"])["alg"] for each in good} == {"ES256", "PS256"}


@pytest.mark.parametrize(
    ("jwk", "token", "says"),
    [
        (
            {
                "kty": "EC",
                "crv": "P-256",
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
            },
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
            "Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
            b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}',
        ),
        (
            {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
            "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
            b"Example of Ed25519 signing",
        ),
    ],
    ids=["RFC 7515, appendix A.3", "RFC 8037, appendix A.4"],
)
def test_the_examples_of_the_rfcs_hold(jwk: Any, token: str, says: bytes) -> None:
    assert read(token.encode()).payload(public_key(jwk)) == says


# The algorithm is the key's


@pytest.mark.parametrize(
    "algorithm",
    ["none", "None", "nOnE", "", "HS256", "RS256", "ES384", "ES512", "PS384", "es256", "ES256 ", None, ["ES256"], 1],
)
def test_another_algorithm_is_refused_whatever_the_signature(algorithm: Any) -> None:
    refused(made(HEADER | {"alg": algorithm}), "its algorithm is none of ES256, PS256, EdDSA$")


def test_a_token_without_an_algorithm_is_refused() -> None:
    refused(made({"typ": "at+jwt"}), "its algorithm is none of")


@pytest.mark.parametrize("algorithm", ["PS256", "EdDSA"])
def test_an_algorithm_of_another_kind_of_key_is_refused(algorithm: str) -> None:
    refused(made(HEADER | {"alg": algorithm}), "its algorithm is not its key's")


@pytest.mark.parametrize(
    "secret",
    [KEY.as_pem(private=False), KEY.as_der(private=False), json.dumps(JWK).encode()],
    ids=["PEM", "DER", "JWK"],
)
def test_the_public_key_is_no_secret_to_sign_with(secret: bytes) -> None:
    text = f"{part(HEADER | {'alg': 'HS256'})}.{part(CLAIMS)}"
    refused(f"{text}.{b64url(hmac.digest(secret, text.encode(), 'sha256'))}".encode(), "its algorithm is none of")


def test_an_unsigned_token_is_refused() -> None:
    refused(made().rpartition(b".")[0] + b".", "three parts")


def test_the_padding_of_old_does_not_sign() -> None:
    old = by_joserfc(RSA, "RS256").split(b".")[2]
    token = b".".join([*by_joserfc(RSA, "PS256").split(b".")[:2], old])
    refused(token, "signature does not hold", public_key(RSA.as_dict(private=False)))


# The signature


def test_a_token_of_another_key_is_refused() -> None:
    refused(made(), "signature does not hold", public_key(new_key().as_dict(private=False)))


@pytest.mark.parametrize(
    "how",
    [
        lambda r, s: joined(s, r),
        lambda r, s: joined(r ^ 1, s),
        lambda r, s: joined(r, s ^ 1),
        lambda r, s: joined(0, 0),
        lambda r, s: joined(0, s),
        lambda r, s: joined(r, 0),
        lambda r, s: joined(ORDER_OF_P256, ORDER_OF_P256),
        lambda r, s: b64url(r.to_bytes(33, "big") + s.to_bytes(33, "big")),
        lambda r, s: joined(r, s) + "AAAA",
        lambda r, s: b64url(r.to_bytes(32, "big")),
    ],
    ids=["swapped", "other r", "other s", "zeros", "r = 0", "s = 0", "order", "longer numbers", "longer", "r alone"],
)
def test_another_signature_is_refused(how: Any) -> None:
    text = f"{part(HEADER)}.{part(CLAIMS)}"
    refused(f"{text}.{how(*signature(text))}".encode(), "signature does not hold")


def test_a_signature_in_der_is_refused() -> None:
    text = f"{part(HEADER)}.{part(CLAIMS)}"
    der = KEY.private_key.sign(text.encode(), ec.ECDSA(SHA256()))
    refused(f"{text}.{b64url(der)}".encode(), "signature does not hold")


@pytest.mark.parametrize("changed", [0, 1])
def test_header_and_claims_are_both_signed(changed: int) -> None:
    parts = made().split(b".")
    parts[changed] = part([HEADER | {"kid": "another"}, CLAIMS | {"scope": "all"}][changed]).encode()
    refused(b".".join(parts), "signature does not hold")


# Keys


def numbers(**other: Any) -> dict[str, Any]:
    return {name: each for name, each in (JWK | other).items() if each is not None}


def rsa_of(bits: int) -> dict[str, Any]:
    modulus = 1 << bits - 1 | 1
    return {"kty": "RSA", "n": b64url(modulus.to_bytes(-(-bits // 8), "big")), "e": "AQAB"}


def off_the_curve() -> str:
    y = base64.urlsafe_b64decode(JWK["y"] + "=")
    return b64url(y[:-1] + bytes([y[-1] ^ 1]))


@pytest.mark.parametrize(
    ("jwk", "why"),
    [
        (KEY.as_dict(private=True), "private"),
        (RSA.as_dict(private=True), "private"),
        (numbers(d=""), "private"),
        (numbers(k="c2VjcmV0"), "private"),
        ({"kty": "oct", "k": "c2VjcmV0"}, "private"),
        ({"kty": "oct"}, "kind is none of"),
        (rsa_of(1_024), "1024 bits"),
        (rsa_of(2_047), "2047 bits"),
        (rsa_of(4_097), "4097 bits"),
        ({"kty": "RSA", "n": RSA.as_dict(private=False)["n"], "e": "AQ"}, "numbers"),
        (ECKey.generate_key("P-384").as_dict(private=False), "kind is none of"),
        (ECKey.generate_key("P-521").as_dict(private=False), "kind is none of"),
        (ECKey.generate_key("secp256k1").as_dict(private=False), "kind is none of"),
        (OKPKey.generate_key("X25519").as_dict(private=False), "kind is none of"),
        (OKPKey.generate_key("Ed448").as_dict(private=False), "kind is none of"),
        (ECKey.generate_key("P-384").as_dict(private=False) | {"crv": "P-256"}, "numbers"),
        (ECKey.generate_key("secp256k1").as_dict(private=False) | {"crv": "P-256"}, "numbers"),
        (numbers(y=off_the_curve()), "numbers"),
        (numbers(x=b64url(bytes(32)), y=b64url(bytes(32))), "numbers"),
        (numbers(x=None), "numbers"),
        (numbers(y=None), "numbers"),
        (numbers(x=""), "numbers"),
        (numbers(x=7), "numbers"),
        (numbers(x="\ud800"), "numbers"),
        (numbers(kty=None), "kind is none of"),
        (numbers(kty="ec"), "kind is none of"),
        (numbers(kty=["EC"]), "kind is none of"),
        (numbers(kty="RSA"), "kind is none of"),
        (numbers(crv=None), "kind is none of"),
        (numbers(crv={"P-256": 1}), "kind is none of"),
        (numbers(alg="ES384"), "alg, use or key_ops"),
        (numbers(alg=["ES256"]), "alg, use or key_ops"),
        (numbers(use="enc"), "alg, use or key_ops"),
        (numbers(key_ops=["encrypt"]), "alg, use or key_ops"),
        (numbers(key_ops="verify"), "alg, use or key_ops"),
        ([JWK], "not a JSON object"),
        (None, "not a JSON object"),
    ],
)
def test_a_key_that_nothing_may_be_signed_with_is_refused(jwk: Any, why: str) -> None:
    with pytest.raises(BadKey, match=why):
        public_key(jwk)


def test_only_the_public_numbers_of_a_key_are_kept() -> None:
    assert public_key(JWK | {"kid": "mine", "use": "sig", "x5u": "http://evil.example"}).jwk == JWK | {"kid": "mine"}


# A key never comes from the token


@pytest.mark.parametrize(
    "brought",
    [
        {"jwk": JWK},
        {"jku": "https://evil.example/jwks"},
        {"x5u": "https://evil.example/chain"},
        {"x5c": ["MIIB"]},
        {"jwk": None},
    ],
    ids=["jwk", "jku", "x5u", "x5c", "null"],
)
def test_a_token_that_brings_its_key_is_refused(brought: Any) -> None:
    refused(made(HEADER | brought), "brings a key along")


@pytest.mark.parametrize("more", [{}, {"x5c": ["MIIB"]}, {"jku": "https://evil.example/jwks"}])
def test_only_the_one_that_is_expected_may_come_along(more: Any) -> None:
    token = made(HEADER | {"jwk": JWK} | more)
    if more:
        with pytest.raises(BadToken, match="brings a key along"):
            read(token, carries="jwk")
    else:
        assert read(token, carries="jwk").verify(PUBLIC) == CLAIMS


def test_where_a_key_is_to_be_fetched_is_never_looked_at() -> None:
    token = made(HEADER | {"kid": "../../etc/passwd", "x5t": "x", "x5t#S256": "y"})
    assert claims_of(token) == CLAIMS


# Nothing critical is understood


@pytest.mark.parametrize(
    "critical",
    [{"crit": ["exp"], "exp": 0}, {"crit": []}, {"crit": ["b64"], "b64": False}, {"b64": False}, {"b64": True}],
)
def test_a_critical_header_is_refused(critical: Any) -> None:
    refused(made(HEADER | critical), "critical")


# JSON, and nothing twice


@pytest.mark.parametrize("place", ["header", "claims"])
@pytest.mark.parametrize(
    "more",
    [
        b'"a":1,"a":1',
        b'"a":{"b":1,"b":2}',
        b'"a":[{"b":1,"\\u0062":2}]',
        b'"a":NaN',
        b'"a":Infinity',
        b'"a":-Infinity',
        b'"a":1e999',
        b'"a":1' + b"0" * 400,
        b'"a":"\\ud800"',
        b'"\\udfff":1',
        b'"a":"\xff"',
        b'"a":"\xed\xa0\x80"',
        b'"a":"\n"',
        b'"a":' + b"[" * 5_000 + b"]" * 5_000,
        b'"a":' + b'{"a":' * 1_500 + b"1" + b"}" * 1_500,
        b'"a":1,',
        b'"a":1}{',
    ],
    ids=lambda more: more[:16].decode("latin-1"),
)
def test_what_is_not_json_or_says_something_twice_is_refused(place: str, more: bytes) -> None:
    said = json.dumps(HEADER if place == "header" else CLAIMS).encode()
    spoilt = said[:-1] + b"," + more + b"}"
    refused(made(**{place: spoilt}), "is not JSON, or says something twice")


@pytest.mark.parametrize("place", ["header", "claims"])
@pytest.mark.parametrize("how", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_json_is_in_utf_8_and_has_no_byte_order_mark(place: str, how: str) -> None:
    said = json.dumps(HEADER if place == "header" else CLAIMS).encode(how)
    refused(made(**{place: said}), "is not JSON")


@pytest.mark.parametrize("said", [[], [HEADER], "alg", 1, None, True])
def test_header_and_claims_are_objects(said: Any) -> None:
    refused(made(header=said), "not a JSON object")
    refused(made(claims=said), "not a JSON object")


def test_an_algorithm_that_stands_twice_is_refused() -> None:
    refused(made(header=b'{"alg":"none","typ":"at+jwt","alg":"ES256"}'), "twice")


def test_what_is_claimed_before_the_signature_is_verified_is_read_as_strictly() -> None:
    assert read(made()).claimed("iss") == CLAIMS["iss"]
    with pytest.raises(BadToken, match="twice"):
        read(made(claims=b'{"iss":"a","iss":"b"}')).claimed("iss")


# Base64url, and one text only


@pytest.mark.parametrize("place", [0, 1, 2])
def test_spare_bits_are_zero(place: int) -> None:
    """A part of two or three letters beyond a multiple of four leaves bits over, which say nothing."""
    parts = [part(HEADER | {"kid": ""}), part(CLAIMS | {"a": "a"})]
    assert all(len(each) % 4 in {2, 3} for each in parts)
    if place < 2:
        parts[place] = parts[place][:-1] + LETTERS[LETTERS.index(parts[place][-1]) + 1]
        token = signed(*parts)
    else:
        token = signed(*parts)
        assert claims_of(token)
        token = token[:-1] + LETTERS[LETTERS.index(chr(token[-1])) + 1].encode()
    refused(token, "not canonical")


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    "stray", ["=", "==", "+", "/", "?", " ", "\n", "\r\n", "\t", "\0", "é", "％", "A", ".", "\u2028"]
)
def test_a_stray_character_is_refused(place: int, stray: str) -> None:
    parts = made().decode().split(".")
    assert len(parts[0]) % 4 == len(parts[1]) % 4 == 0
    # the signature has two letters beyond a multiple of four: of letters, three are one too many
    parts[place] += "AAA" if stray == "A" and place == 2 else stray
    text = ".".join(parts)
    token = signed(*text.split(".")[:2]) if place < 2 and stray in {"=", "==", "A"} else text.encode()
    refused(token, "three parts of base64url|not canonical")


@pytest.mark.parametrize(
    "shape",
    ["{0}.{1}", "{0}.{1}.{2}.", "{0}.{1}.{2}.{2}", ".{0}.{1}.{2}", "{0}..{2}", ".{1}.{2}", "..", "", ".", "{0}"],
)
def test_a_token_has_three_parts(shape: str) -> None:
    refused(shape.format(*made().decode().split(".")).encode(), "three parts")


@pytest.mark.parametrize("around", [" {}", "{} ", "{}\n", "\n{}", "\0{}", "{}\0", "\ufeff{}", "DPoP {}"])
def test_nothing_stands_around_a_token(around: str) -> None:
    refused(around.format(made().decode()).encode(), "three parts")


def test_the_json_serialisation_is_refused() -> None:
    first, second, third = made().decode().split(".")
    refused(json.dumps({"protected": first, "payload": second, "signature": third}).encode(), "three parts")


def of_size(size: int) -> bytes:
    for length in range(size * 3 // 4 - 400, size):
        token = made(claims=CLAIMS | {"a": "a" * length})
        if len(token) >= size:
            return token
    raise AssertionError


def test_a_token_has_a_largest_size() -> None:
    largest, larger = of_size(LONGEST - 1), of_size(LONGEST + 1)
    assert len(largest) <= LONGEST
    assert claims_of(largest)["iss"] == CLAIMS["iss"]
    refused(larger, "more than 16384 bytes")
    refused(b"A" * 50_000_000, "more than 16384 bytes")


def test_a_header_with_a_chain_of_certificates_in_it_is_within_that_size() -> None:
    token = made(HEADER | {"x5c": ["M" * 6_000]})
    assert read(token, carries="x5c").verify(PUBLIC) == CLAIMS


# Every token has its place


@pytest.mark.parametrize("typ", ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"])
def test_the_type_may_be_a_whole_media_type_of_either_case(typ: str) -> None:
    assert claims_of(made(HEADER | {"typ": typ})) == CLAIMS


@pytest.mark.parametrize(
    "typ", ["", "JWT", "at", "at+jwt ", "dpop+jwt", "client-authentication+jwt", "text/at+jwt", None, 5, ["at+jwt"]]
)
def test_another_type_is_refused(typ: Any) -> None:
    refused(made(HEADER | {"typ": typ}), "its typ is not at.jwt")


def test_a_token_without_a_type_is_refused() -> None:
    refused(made({"alg": "ES256"}), "its typ is not at.jwt")


AGENCY = Agency("customs-gz", key=KEY)
TOKEN = made().decode()
PROOF = AGENCY.proof("POST", "https://hub.example/graphql")
ASSERTION = AGENCY.assertion("https://hub.example")


@pytest.mark.parametrize(
    ("token", "place"),
    [
        (TOKEN, ("dpop+jwt",)),
        (TOKEN, TYPES_OF_ASSERTIONS),
        (PROOF, ("at+jwt",)),
        (PROOF, TYPES_OF_ASSERTIONS),
        (ASSERTION, ("at+jwt",)),
        (ASSERTION, ("dpop+jwt",)),
    ],
    ids=["token as proof", "token as assertion", "proof as token", "proof as assertion", "assertion as token",
         "assertion as proof"],
)  # fmt: skip
def test_none_passes_for_another(token: str, place: tuple[str, ...]) -> None:
    with pytest.raises(BadToken, match="its typ is not"):
        read(token.encode(), *place, carries="jwk")


# Whatever comes


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
ALGORITHM = st.sampled_from(["ES256", "PS256", "EdDSA", "Ed25519", "none", "HS256"])


@given(st.binary(max_size=200) | st.text("AZaz09-_.=", max_size=100).map(str.encode))
def test_any_bytes_are_a_bad_token_and_no_other_error(token: bytes) -> None:
    with pytest.raises(BadToken):
        claims_of(token)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=4), ALGORITHM, JSON | st.binary(), st.binary(max_size=80))
def test_any_unsigned_parts_are_a_bad_token_and_no_other_error(
    header: Any, algorithm: str, claims: Any, signature: bytes
) -> None:
    first = part(header | {"alg": algorithm, "typ": "at+jwt"})
    with pytest.raises(BadToken):
        claims_of(f"{first}.{part(claims)}.{b64url(signature)}".encode())


@given(JSON | st.binary())
def test_any_signed_claims_are_an_object_or_a_bad_token(claims: Any) -> None:
    with contextlib.suppress(BadToken):
        assert isinstance(claims_of(made(claims=claims)), dict)


@given(
    st.dictionaries(st.sampled_from(["alg", "use", "key_ops", "kid", "x5c", "d"]), JSON, max_size=3),
    st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "n", "e"]), JSON | st.binary().map(b64url), max_size=6),
    st.sampled_from([JWK, RSA.as_dict(private=False), ED25519.as_dict(private=False), {}]),
)
def test_any_json_is_a_key_or_a_bad_key_and_no_other_error(more: Any, spoilt: Any, jwk: Any) -> None:
    try:
        key = public_key(jwk | spoilt | more)
    except BadKey:
        return
    assert not {"d", "x5c"} & key.jwk.keys()
    assert len(key.thumbprint) == 43


def test_an_exponent_that_takes_long_to_verify_with_makes_no_key() -> None:
    jwk = RSAKey.generate_key(2048).as_dict(private=False)
    with pytest.raises(BadKey, match="exponent"):
        public_key({**jwk, "e": b64url((2**2_046 + 1).to_bytes(256, "big"))})
