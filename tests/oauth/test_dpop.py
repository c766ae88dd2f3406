"""Proofs of possession: each test changes one thing of a request that is admitted."""

import time
from typing import Any

import pytest
from joserfc.jwk import OctKey, OKPKey, RSAKey
from tests.agency import Agency, b64url, new_key
from tests.attacker import Attacker, admitted, challenges, claims_of, enrolled, refused, signed

from baygate.oauth.dpop import BadProof, NonceNeeded, Nonces, Proofs

ORIGIN = "https://hub.example"


@pytest.fixture(scope="module")
def token(customs: Attacker) -> str:
    return customs.token()


def test_a_request_with_a_proof_is_admitted(customs: Attacker, token: str) -> None:
    admitted(customs.send(token))


def test_so_is_a_get(customs: Attacker, token: str) -> None:
    headers = {
        "authorization": f"DPoP {token}",
        "dpop": customs.proof(token, method="GET"),
        "accept": "application/graphql-response+json",
        "graphql-require-preflight": "1",
    }
    get = {"params": {"query": "{ __typename }"}, "headers": headers, "auth": None}
    answer = customs.hub.client.get(customs.hub.url, **get)
    assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})
    refused(customs.hub.client.get(customs.hub.url, **get), "invalid_dpop_proof", "used before")


# The request


@pytest.mark.parametrize("method", ["GET", "post", "PUT", "", "POST ", None, 1, ["POST"]])
def test_a_proof_of_another_method_is_refused(customs: Attacker, token: str, method: Any) -> None:
    refused(customs.send(token, customs.proof(token, htm=method)), "invalid_dpop_proof", "its htm is not POST")


@pytest.mark.parametrize(
    "url",
    ["https://127.0.0.1:{port}/graphql", "http://localhost:{port}/graphql", "http://127.0.0.1/graphql",
     "http://127.0.0.1:1{port}/graphql", "http://127.0.0.1:0/graphql", "{url}/", "{url}//", "{base}", "{base}/",
     "{base}/GraphQL", "{base}/graphql;a", "{base}/%67raphql", "{base}/a/../graphql", "{base}//graphql",
     "http://a@127.0.0.1:{port}/graphql", "http://@127.0.0.1:{port}/graphql", "http://a:b@127.0.0.1:{port}/graphql",
     "http://127.0.0.1.:{port}/graphql", "http://127.0.0.1:{port}@evil.example/graphql", "//127.0.0.1:{port}/graphql",
     "/graphql", "graphql", "", "http://[::1/graphql", "http://127.0.0.1:port/graphql", "http://2130706433:{port}/graphql",
     "{base}/oauth/token", None, 1],
)  # fmt: skip
def test_a_proof_of_another_address_is_refused(customs: Attacker, token: str, url: Any) -> None:
    hub = customs.hub
    named = url.format(port=hub.port, base=hub.base, url=hub.url) if isinstance(url, str) else url
    answer = customs.send(token, customs.proof(token, htu=named))
    refused(answer, "invalid_dpop_proof", f"its htu is not {hub.url}")


def test_an_address_may_not_be_a_list_of_them(customs: Attacker, token: str) -> None:
    answer = customs.send(token, customs.proof(token, htu=[customs.hub.url]))
    refused(answer, "invalid_dpop_proof", "its htu is not")


@pytest.mark.parametrize("url", ["{url}?query=1", "{url}#a", "HTTP://127.0.0.1:{port}/graphql"])
def test_query_fragment_and_the_case_of_the_scheme_do_not_count(customs: Attacker, token: str, url: str) -> None:
    named = url.format(port=customs.hub.port, url=customs.hub.url)
    admitted(customs.send(token, customs.proof(token, htu=named)))


def test_the_public_origin_counts_whatever_host_is_asked(customs: Attacker, token: str) -> None:
    """A proof for an address of somebody else is none here, though the request names that host."""
    evil = customs.proof(token, htu="http://evil.example/graphql")
    for name in ("host", "x-forwarded-host", "forwarded"):
        value = "host=evil.example" if name == "forwarded" else "evil.example"
        answer = customs.post([("authorization", f"DPoP {token}"), ("dpop", evil), (name, value)])
        refused(answer, "invalid_dpop_proof", "its htu is not")


def test_a_proof_for_the_token_endpoint_is_none_for_the_resource(customs: Attacker, token: str) -> None:
    url = f"{customs.hub.base}/oauth/token"
    refused(customs.send(token, customs.proof(token, url=url)), "invalid_dpop_proof", "its htu is not")
    # as an agency sends it there, without ath
    refused(customs.send(token, customs.proof(token, url=url, ath=None)), "invalid_dpop_proof", "its htu is not")


# The token


@pytest.mark.parametrize("digest", [None, "", 1, b64url(bytes(32))])
def test_a_proof_without_the_digest_of_the_token_is_refused(customs: Attacker, token: str, digest: Any) -> None:
    refused(customs.send(token, customs.proof(token, ath=digest)), "invalid_dpop_proof", "its ath is not")


def test_a_proof_for_another_token_of_the_client_is_refused(customs: Attacker, token: str) -> None:
    refused(customs.send(token, customs.proof(customs.mint())), "invalid_dpop_proof", "its ath is not")


# Time and nonce


@pytest.mark.parametrize("away", [-400, 400, -(10**9), 10**9])
def test_a_proof_of_another_time_is_refused(customs: Attacker, token: str, away: int) -> None:
    proof = customs.proof(token, iat=int(time.time()) + away)
    refused(customs.send(token, proof), "invalid_dpop_proof", "its iat is not near the time now")


@pytest.mark.parametrize("moment", [None, "now", True, [1], 10**300])
def test_the_time_of_a_proof_is_a_number(customs: Attacker, token: str, moment: Any) -> None:
    refused(customs.send(token, customs.proof(token, iat=moment)), "invalid_dpop_proof", "its iat is not near")


@pytest.mark.parametrize("away", [-340, 340])
def test_clocks_may_differ_since_the_nonce_tells_the_time(customs: Attacker, token: str, away: int) -> None:
    admitted(customs.send(token, customs.proof(token, iat=time.time() + away)))


FOREIGN = Nonces(b"another hub's secret".ljust(32)).fresh()


@pytest.mark.parametrize(
    "nonce", [None, "", "made up", 1, ["a"], FOREIGN, FOREIGN[:-1], "é", "A" * 32, "A" * 5_000, b64url(b"\xff" * 24)]
)
def test_a_nonce_that_is_none_of_ours_is_answered_by_one_that_works(customs: Attacker, token: str, nonce: Any) -> None:
    answer = customs.send(token, customs.proof(token, nonce=nonce))
    refused(answer, "use_dpop_nonce", "needs the nonce in the DPoP-Nonce header")
    admitted(customs.send(token, customs.proof(token, nonce=answer.headers["dpop-nonce"])))


def test_an_answer_brings_the_nonce_to_use_next(customs: Attacker, token: str) -> None:
    answer = customs.send(token)
    admitted(customs.send(token, customs.proof(token, nonce=answer.headers["dpop-nonce"])))


def test_a_nonce_does_not_help_who_has_not_signed(customs: Attacker, token: str) -> None:
    first, second, third = customs.proof(token, nonce=None).split(".")
    answer = customs.send(token, f"{first}.{second}.{third[::-1]}")
    assert answer.json()["errors"][0]["extensions"]["error"] == "invalid_dpop_proof"
    assert "dpop-nonce" not in answer.headers


@pytest.mark.parametrize("age", [0, 1, 299])
def test_a_nonce_is_good_for_five_minutes(age: int) -> None:
    now = 1_800_000_000.0
    nonce = Nonces(b"s" * 32, lambda: now).fresh()
    Nonces(b"s" * 32, lambda: now + age).check(nonce)


@pytest.mark.parametrize("age", [321, 3_600, 10**9, -61, -(10**9)])
def test_a_nonce_of_another_time_is_not(age: int) -> None:
    now = 1_800_000_000.0
    nonce = Nonces(b"s" * 32, lambda: now).fresh()
    with pytest.raises(NonceNeeded):
        Nonces(b"s" * 32, lambda: now + age).check(nonce)


def test_every_worker_knows_the_nonces_of_the_others_and_no_bit_of_them_may_change() -> None:
    nonce = Nonces(b"s" * 32).fresh()
    Nonces(b"s" * 32).check(nonce)
    for place in range(len(nonce)):
        for letter in "Az_":
            other = nonce[:place] + letter + nonce[place + 1 :]
            if other != nonce:
                with pytest.raises(NonceNeeded):
                    Nonces(b"s" * 32).check(other)


def test_a_proof_is_remembered_for_longer_than_its_nonce_is_good() -> None:
    """Else it could be used again, when it was forgotten and its nonce was not."""
    now = [1_800_000_000.0]
    nonces = Nonces(b"s" * 32, lambda: now[0])
    proofs = Proofs(ORIGIN, nonces, lambda: now[0])
    agency, ends = Agency("a"), []
    # of a worker whose clock is ahead, so that it is good for the longest time
    nonce = Nonces(b"s" * 32, lambda: now[0] + 59).fresh()
    claims = {"nonce": nonce, "iat": now[0] + 300, "jti": "once"}
    proof = agency.proof("POST", f"{ORIGIN}/graphql", **claims).encode()
    remembered = proofs.check(proof, "POST", "/graphql").use.expires_at.timestamp()
    while not ends:
        now[0] += 1
        try:
            proofs.check(proof, "POST", "/graphql")
        except (NonceNeeded, BadProof):
            ends.append(now[0])
    assert ends[0] < remembered


# The key


def test_a_stolen_token_is_worth_nothing_with_another_key(customs: Attacker, token: str) -> None:
    refused(customs.send(token, customs.proof(token, key=new_key())), "invalid_token", "bound to another key")


def test_nor_with_the_key_of_another_client(customs: Attacker, token: str) -> None:
    thief = enrolled(customs.hub, Agency("dpop-thief"))
    refused(thief.send(token), "invalid_token", "it is bound to another key than the proof's")
    admitted(thief.send(thief.token()))


def test_a_proof_that_names_the_right_key_and_is_signed_with_another_is_refused(customs: Attacker, token: str) -> None:
    proof = customs.proof(token, key=new_key(), header={"jwk": customs.agency.key.as_dict(private=False)})
    refused(customs.send(token, proof), "invalid_dpop_proof", "its signature does not hold")


KEY = new_key()


@pytest.mark.parametrize(
    ("jwk", "why"),
    [
        (KEY.as_dict(private=True), "it is a private or secret key"),
        (OctKey.import_key("k" * 32).as_dict(), "it is a private or secret key"),
        ({"kty": "oct", "k": ""}, "it is a private or secret key"),
        (KEY.as_dict(private=False) | {"crv": "P-384"}, "its kind is none of"),
        (KEY.as_dict(private=False) | {"x": "AA"}, "its numbers are not those"),
        (OKPKey.generate_key("X25519").as_dict(private=False), "its kind is none of"),
        (KEY.as_dict(private=False) | {"alg": "HS256"}, "its alg, use or key_ops"),
        (KEY.as_dict(private=False) | {"use": "enc"}, "its alg, use or key_ops"),
        ({}, "its kind is none of"),
        (None, "no public key as jwk"),
        ("key", "no public key as jwk"),
        ([KEY.as_dict(private=False)], "no public key as jwk"),
        (KEY.as_dict(private=False) | {"x": 1}, "no public key as jwk"),
        (RSAKey.generate_key(2048).as_dict(private=False), "its algorithm is not its key's"),
    ],
)
def test_a_proof_must_carry_the_public_half_of_a_good_key(customs: Attacker, token: str, jwk: Any, why: str) -> None:
    claims = claims_of(customs.proof(token))
    proof = signed(KEY, {"typ": "dpop+jwt"} | {"jwk": jwk}, claims)
    refused(customs.send(token, proof), "invalid_dpop_proof", why)


def test_a_proof_must_carry_a_key(customs: Attacker, token: str) -> None:
    proof = signed(customs.agency.key, {"typ": "dpop+jwt"}, claims_of(customs.proof(token)))
    refused(customs.send(token, proof), "invalid_dpop_proof", "no public key as jwk")


def test_a_proof_with_a_secret_as_its_key_is_refused(customs: Attacker, token: str) -> None:
    header = {"alg": "HS256", "jwk": {"kty": "oct", "k": "c2VjcmV0"}, "typ": "dpop+jwt"}
    proof = signed(KEY, header, claims_of(customs.proof(token)))
    refused(customs.send(token, proof), "invalid_dpop_proof", "its algorithm is none of")


@pytest.mark.parametrize("typ", ["JWT", "at+jwt", "client-authentication+jwt", "", "dpop"])
def test_a_proof_of_another_type_is_refused(customs: Attacker, token: str, typ: str) -> None:
    refused(customs.send(token, customs.proof(token, header={"typ": typ})), "invalid_dpop_proof", "its typ is not")


@pytest.mark.parametrize("proof", ["", "a", "a.b.c", "é", "A" * 20_000, "null", "e30.e30.AAAA"])
def test_what_is_no_proof_is_refused(customs: Attacker, token: str, proof: str) -> None:
    answer = customs.post([("authorization", f"DPoP {token}"), ("dpop", proof.encode())])  # type: ignore[list-item]
    assert answer.json()["errors"][0]["extensions"]["error"] == "invalid_dpop_proof"
    assert challenges(answer)["DPoP"]["error"] == "invalid_dpop_proof"


# Once


@pytest.mark.parametrize("jti", [None, "", 1, ["a"], "a" * 257, "a" * 10_000, True])
def test_a_proof_without_a_name_of_its_own_is_refused(customs: Attacker, token: str, jti: Any) -> None:
    refused(customs.send(token, customs.proof(token, jti=jti)), "invalid_dpop_proof", "no jti of 1 to 256 characters")


@pytest.mark.parametrize("jti", ["\0", "编号", "a" * 255, "'; DROP TABLE used_once; --", "😀"])
def test_any_text_is_a_name_and_once(customs: Attacker, token: str, jti: str) -> None:
    proof = customs.proof(token, jti=jti + customs.mint()[-1:])
    admitted(customs.send(token, proof))
    refused(customs.send(token, proof), "invalid_dpop_proof", "it was used before")


def test_a_lone_surrogate_is_no_text(customs: Attacker, token: str) -> None:
    refused(customs.send(token, customs.proof(token, jti="\ud800")), "invalid_dpop_proof", "is not JSON")


def test_a_name_is_used_once_also_in_another_proof(customs: Attacker, token: str) -> None:
    jti = customs.mint()[-20:]
    admitted(customs.send(token, customs.proof(token, jti=jti)))
    refused(customs.send(token, customs.proof(token, jti=jti, extra=1)), "invalid_dpop_proof", "it was used before")


def test_two_keys_may_use_the_same_name(customs: Attacker, token: str) -> None:
    other = enrolled(customs.hub, Agency("dpop-namesake"))
    jti, others = customs.mint()[-20:], other.token()
    admitted(customs.send(token, customs.proof(token, jti=jti)))
    admitted(other.send(others, other.proof(others, jti=jti)))


def test_a_refused_proof_does_not_use_up_its_name(customs: Attacker, token: str) -> None:
    """Or whoever sees a name could use it up before its owner."""
    jti = customs.mint()[-20:]
    assert customs.send(token, customs.proof(token, jti=jti, htm="GET")).status_code == 401
    assert customs.send(token, customs.proof(token, jti=jti, key=new_key())).status_code == 401
    admitted(customs.send(token, customs.proof(token, jti=jti)))


# The header


@pytest.mark.parametrize("number", [0, 2, 3])
def test_there_is_exactly_one_proof(customs: Attacker, token: str, number: int) -> None:
    proofs = [("dpop", customs.proof(token)) for _ in range(number)]
    answer = customs.post([("authorization", f"DPoP {token}"), *proofs])
    refused(answer, "invalid_dpop_proof", "there is not exactly one DPoP header")


def test_two_proofs_in_one_header_are_none(customs: Attacker, token: str) -> None:
    both = f"{customs.proof(token)}, {customs.proof(token)}"
    refused(customs.send(token, both), "invalid_dpop_proof", "it is not three parts of base64url")


# At the token endpoint


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"htm": "GET"}, "invalid_dpop_proof"),
        ({"htu": "https://evil.example/oauth/token"}, "invalid_dpop_proof"),
        ({"iat": 0}, "invalid_dpop_proof"),
        ({"jti": None}, "invalid_dpop_proof"),
        ({"nonce": None}, "use_dpop_nonce"),
        ({"header": {"typ": "JWT"}}, "invalid_dpop_proof"),
    ],
)
def test_a_token_is_given_to_a_good_proof_alone(customs: Attacker, changed: Any, error: str) -> None:
    hub, agency = customs.hub, customs.agency
    url, nonce = f"{hub.base}/oauth/token", {"nonce": customs.nonce()}

    def ask(**other: Any) -> Any:
        proof = agency.proof("POST", url, **(nonce | other))
        return hub.client.post(url, data=agency.form(hub.base), headers={"dpop": proof})

    answer = ask(**changed)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert ask().status_code == 200
