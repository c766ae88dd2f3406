"""Recognised certificates that come with the connection: to the hub itself, and through nginx."""

import shutil
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.attacker import claims_of
from tests.chain import Chain
from tests.gateway.test_forwarded import escaped, sequence
from tests.gateway.test_nginx import NGINX, Ground, free_port, hub, nginx, ready
from tests.gateway.test_recognition import ME, fingerprint, number
from tests.gateway.test_tls import issue
from tests.log_keys import give_log_keys
from tests.oauth.server.desk import Desk, eventually, opened, refused
from tests.oauth.server.test_mutual_tls import BROKEN
from tests.oauth.server.test_recognising import look_alike
from tests.partner import Partner, connection
from tests.partnership import ROOT, Recognising

from baygate.access.jose import digest_of
from baygate.gateway.admission import SIGNING_KEYS
from baygate.oauth import signing
from baygate.sample.authority import Issued
from baygate.storage.keys import read_or_create


@pytest.fixture(params=["RSA", "P-256"])
def chain(request: pytest.FixtureRequest, recognising: Recognising) -> Chain:
    return recognising.rsa if request.param == "RSA" else recognising.p256


def by_tls(recognising: Recognising, partner: Partner, **more: str) -> httpx.Response:
    """Ask for a token with nothing but the certificate of the connection."""
    with recognising.partnership.connection(partner.issued) as client:
        return partner.ask_by_tls(client, recognising.hub.base, **more)


def used(recognising: Recognising, token: str, certificate: Issued | None, scheme: str = "Bearer") -> httpx.Response:
    """Use a token over a new connection."""
    with recognising.partnership.connection(certificate) as client:
        headers = {"authorization": f"{scheme} {token}", "accept": "application/json"}
        return client.post(recognising.hub.url, json={"query": ME}, headers=headers)


def test_the_token_is_bound_to_the_certificate_of_the_connection(recognising: Recognising, chain: Chain) -> None:
    partner = chain.partner(number())
    answer = by_tls(recognising, partner)
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"
    said = claims_of(token := answer.json()["access_token"])
    assert said["cnf"] == {"x5t#S256": digest_of(partner.issued.der)}
    assert (said["client_id"], said["certificate"]) == (partner.client_id, fingerprint(partner))
    me = used(recognising, token, partner.issued).json()["data"]["me"]
    assert (me["party"], me["recognition"]["certificate"]) == (partner.client_id.upper(), fingerprint(partner))
    again = chain.issue(f"BRN{partner.client_id.removeprefix('hk-')}")
    for other in (None, again):
        refusal = used(recognising, token, other)
        assert refusal.status_code == 401
        assert "another certificate than the connection's" in refusal.text
    assert used(recognising, token, partner.issued, "DPoP").status_code == 401


def test_the_party_may_be_named_and_no_other(recognising: Recognising, chain: Chain) -> None:
    partner = chain.partner(number())
    assert by_tls(recognising, partner, client_id=partner.client_id).status_code == 200
    for other in ("hk-70812345", "customs-gz", "nobody"):
        told = refused(by_tls(recognising, partner, client_id=other), 401, "invalid_client")
        assert told.startswith("Send a client_assertion"), "nobody learns which clients there are"


def test_what_is_not_recognised_is_told_by_which_condition(recognising: Recognising, chain: Chain) -> None:
    for partner, condition in (
        (chain.partner(""), "party"),
        (chain.partner(number(), type_name="测试证书"), "type name"),
        (chain.partner(number(), policy="1.2.3.4"), "policy"),
    ):
        assert f"({condition})" in refused(by_tls(recognising, partner), 401, "invalid_client")


def test_a_look_alike_does_not_pass_the_handshake(recognising: Recognising, tmp_path: Path) -> None:
    partner = Partner("hk-80000000", certificate=look_alike(recognising.p256, tmp_path))
    with pytest.raises(BROKEN):
        by_tls(recognising, partner)


def test_a_revoked_one_passes_the_handshake_and_gets_nothing(recognising: Recognising, chain: Chain) -> None:
    partner = chain.partner(number())
    token = by_tls(recognising, partner).json()["access_token"]
    assert used(recognising, token, partner.issued).status_code == 200
    chain.revoke(partner)
    chain.publish()
    assert eventually(lambda: {used(recognising, token, partner.issued).status_code for _ in range(8)} == {401})
    assert "(revocation)" in refused(by_tls(recognising, partner), 401, "invalid_client")


def test_an_assertion_counts_more_than_the_connection(recognising: Recognising, chain: Chain) -> None:
    partner, other = chain.partner(number()), recognising.p256.partner(number())
    with recognising.partnership.connection(other.issued) as client:
        desk = Desk(recognising.hub.base, client, partner)
        opened(recognising.hub, partner)
        said = claims_of(desk.token())
    assert (said["client_id"], list(said["cnf"])) == (partner.client_id, ["jkt"])


def test_sm2_certificates_come_by_assertion_only(recognising: Recognising) -> None:
    """TLS has no signature scheme for them here."""
    partner = recognising.sm2.partner("USCC914401155907310057", "cn-914401155907310057")
    with pytest.raises((ssl.SSLError, *BROKEN)):
        by_tls(recognising, partner)


# Through nginx


@pytest.fixture(scope="module")
def behind(recognising: Recognising) -> Iterator[tuple[str, Path]]:
    """The address of an nginx before a hub that goes by the same lists, and whose certificate it shows."""
    if NGINX is None:
        pytest.skip("there is no nginx on this machine")
    directory, own, port = Path(tempfile.mkdtemp(prefix="bg-")), issue("hubs.internal"), free_port()
    read_or_create(directory / "keys")
    signing.create_first(directory / "keys" / SIGNING_KEYS)
    give_log_keys(directory / "keys")
    (directory / "root.jws").write_bytes(ROOT)
    ground = Ground(directory, own, own.save(directory), recognising.hub.dsn, recognising.partnership.zygote)
    origin, socket = f"https://127.0.0.1:{port}", directory / "hub.sock"
    kept = {"recognition__directory": directory / "revocation", "recognition__interval": 1}
    sockets = {f"/run/baygate/hub-{number}.sock": str(socket) for number in (1, 2)}
    with hub(ground, "hub", origin, server__socket=socket, **kept), nginx(ground, "nginx", port, sockets):
        with connection(ground.files[0]) as client:
            client.base_url = origin
            ready(client, directory / "hub.log")
        yield origin, ground.files[0]
    shutil.rmtree(directory)


def test_nginx_passes_on_the_certificate_that_it_has_seen_and_no_other(
    recognising: Recognising, behind: tuple[str, Path]
) -> None:
    origin, authority = behind
    partner = recognising.p256.partner(number())
    with connection(authority, partner.issued) as own, connection(authority) as nobody:
        assert eventually(lambda: partner.ask_by_tls(own, origin).status_code == 200)
        token = partner.ask_by_tls(own, origin).json()["access_token"]
        assert claims_of(token)["cnf"] == {"x5t#S256": digest_of(partner.issued.der)}
        headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        answer = own.post(f"{origin}/graphql", json={"query": ME}, headers=headers)
        assert answer.json()["data"]["me"]["recognition"]["certificate"] == fingerprint(partner)
        pem = partner.issued.certificate.read_text()
        for name, written in (("X-Client-Cert", escaped(pem)), ("Client-Cert", sequence(partner.issued.der))):
            nobody.headers[name] = written.decode()
            refused(partner.ask_by_tls(nobody, origin), 401, "invalid_client")
            assert nobody.post(f"{origin}/graphql", json={"query": ME}, headers=headers).status_code == 401
