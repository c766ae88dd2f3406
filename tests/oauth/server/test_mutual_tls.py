"""Clients that prove themselves by the certificate of their connection (RFC 8705), over real TLS."""

import base64
import datetime
import hashlib
import json
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey
from tests.agency import CUSTOMS, Agency, new_key
from tests.gateway.test_tls import Holder, issue, running
from tests.log_keys import give_log_keys
from tests.oauth.server.certificates import certificate
from tests.oauth.server.desk import altered, eventually, refused
from tests.open_policies import ROOT

from baygate.gateway.admission import SIGNING_KEYS
from baygate.gateway.app import create_app
from baygate.gateway.tls import WorkerConfig
from baygate.oauth import registry, signing
from baygate.oauth.clients import Authentication, Binding, ClientKey
from baygate.settings import (
    AuditSettings,
    DatabaseSettings,
    OAuthSettings,
    PolicySettings,
    Profile,
    ServerSettings,
    Settings,
    TlsSettings,
)
from baygate.storage.keys import read_or_create

SUBJECT = "CN=refunds,O=Tax,C=CN"
BROKEN = (httpx.ReadError, httpx.RemoteProtocolError, httpx.ConnectError, httpx.WriteError)
"""A handshake of TLS 1.3 that the server refuses looks to the client like a connection that ends."""
_numbers = count(1)


@dataclass(frozen=True)
class Secured:
    """A hub that ends TLS itself."""

    base: str
    dsn: str
    own: Holder
    authority: Holder
    other: Holder
    directory: Path

    def http(self, client: Holder | None, *chain: Holder) -> httpx.Client:
        """Return connections that come with a certificate."""
        context = ssl.create_default_context(cadata=self.own.pem)
        if client:
            context.load_cert_chain(*client.save(self.directory, *chain))
        return httpx.Client(verify=context, trust_env=False, timeout=10)

    def enrol(self, *certificates: Holder, subject: str | None = None) -> str:
        """Register a client by its certificates, or by the subject of one; return its identifier."""
        name = f"mutual-{next(_numbers)}"
        method = Authentication.TLS if subject else Authentication.SELF_SIGNED_TLS
        keys = tuple(map(key_of, certificates))
        client = Agency(name, binding=Binding.CERTIFICATE, purposes=("RISK_ASSESSMENT",))
        said = {"authentication": method, "keys": keys, "certificate_subject": subject}
        said |= {"certificate_authority": x5t(self.authority) if subject else None}
        altered(self.dsn, registry.add, client.registration(**said))
        return name

    def ask(self, name: str | None, client: Holder | None, *chain: Holder, **more: str) -> httpx.Response:
        """Ask for a token; again as long as the hub may not have heard of the client."""
        form = {"grant_type": "client_credentials", **({"client_id": name} if name else {}), **more}
        with self.http(client, *chain) as http:
            return http.post(f"{self.base}/oauth/token", data=form)

    def knows(self, name: str, client: Holder) -> bool:
        try:
            return self.ask(name, client).status_code == 200
        except BROKEN:
            return False

    def graphql(self, token: str, client: Holder | None, scheme: str = "Bearer") -> httpx.Response:
        headers = {"authorization": f"{scheme} {token}", "accept": "application/json"}
        with self.http(client) as http:
            return http.post(f"{self.base}/graphql", json={"query": "{ __typename }"}, headers=headers)


def key_of(holder: Holder) -> ClientKey:
    jwk = ECKey.import_key(holder.key.public_key()).as_dict(private=False)
    return ClientKey(jwk, holder.pem)


def x5t(holder: Holder) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(holder.der).digest()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def secured(world: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """A hub in production with two authorities of its settings."""
    directory = tmp_path_factory.mktemp("tls")
    own, authority = issue("hub"), certificate("CN=agencies' CA,O=Coordination,C=CN", ca=True)
    other = certificate("CN=partners' CA,O=Coordination,C=CN", ca=True)
    authorities = directory / "authorities.pem"
    authorities.write_text(authority.pem + other.pem)
    root = directory / "root.jws"
    root.write_bytes(ROOT)
    server, key = own.save(directory)
    read_or_create(directory / "keys")
    signing.create_first(directory / "keys" / SIGNING_KEYS)
    give_log_keys(directory / "keys")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    base = f"https://127.0.0.1:{port}"
    settings = Settings(
        profile=Profile.PRODUCTION,
        keys=directory / "keys",
        database=DatabaseSettings(dsn=world.dsn),
        server=ServerSettings(port=port),
        tls=TlsSettings(certificate=server, key=key, client_authorities=authorities),
        oauth=OAuthSettings(origin=base),
        policies=PolicySettings(root=root, heads=directory / "heads.json"),
        audit=AuditSettings(head=directory / "audit-head.json"),
    )
    config = WorkerConfig(
        lambda: create_app(settings), settings.tls, host="127.0.0.1", port=port, loop="uvloop", ws="none",
        log_config=None,
    )  # fmt: skip
    with running(config):
        hub = Secured(base, world.dsn, own, authority, other, directory)
        with hub.http(None) as http:
            assert eventually(lambda: http.get(f"{base}/readyz").status_code == 200)
        yield hub


@pytest.fixture(scope="module")
def registered(secured: Secured) -> tuple[str, Holder]:
    """A client that registered its own certificate, which is self-signed and a CA."""
    holder = certificate("CN=customs,O=Customs,C=CN", ca=True)
    name = secured.enrol(holder)
    assert eventually(lambda: secured.knows(name, holder))
    return name, holder


@pytest.fixture(scope="module")
def issued(secured: Secured) -> tuple[str, Holder]:
    """A client that registered the subject of certificates by the authority."""
    holder = certificate(SUBJECT, secured.authority)
    name = secured.enrol(subject=SUBJECT)
    assert eventually(lambda: secured.knows(name, holder))
    return name, holder


Known = tuple[str, Holder]


@pytest.fixture(params=["registered", "issued"])
def known(request: pytest.FixtureRequest) -> Known:
    """A client with its certificate, of either method."""
    found: Known = request.getfixturevalue(request.param)
    return found


# The token is bound to the certificate (RFC 8705, section 3)


def test_the_token_is_bound_to_the_certificate(secured: Secured, known: Known) -> None:
    answer = secured.ask(*known)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["token_type"] == "Bearer"
    payload = answer.json()["access_token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims["client_id"] == known[0]
    assert claims["cnf"] == {"x5t#S256": x5t(known[1])}


def test_it_opens_the_hub_over_connections_with_that_certificate_only(
    secured: Secured, registered: Known, issued: Known
) -> None:
    token = secured.ask(*registered).json()["access_token"]
    assert secured.graphql(token, registered[1]).json() == {"data": {"__typename": "Query"}}
    for other in (None, issued[1]):
        answer = secured.graphql(token, other)
        assert answer.status_code == 401
        assert 'Bearer error="invalid_token"' in answer.headers["www-authenticate"]
    assert secured.graphql(token, registered[1], "DPoP").status_code == 401


def test_another_certificate_of_the_same_subject_does_not_open_it(secured: Secured, issued: Known) -> None:
    token = secured.ask(*issued).json()["access_token"]
    again = certificate(SUBJECT, secured.authority)
    assert secured.graphql(token, again).status_code == 401
    assert secured.graphql(secured.ask(issued[0], again).json()["access_token"], again).status_code == 200


def test_it_is_revoked_and_looked_at_by_the_same_proof(secured: Secured, known: Known) -> None:
    token = secured.ask(*known).json()["access_token"]
    form = {"client_id": known[0], "token": token}
    with secured.http(known[1]) as http:
        told = http.post(f"{secured.base}/oauth/introspect", data=form).json()
        assert (told["active"], told["token_type"], told["cnf"]) == (True, "Bearer", {"x5t#S256": x5t(known[1])})
        assert http.post(f"{secured.base}/oauth/revoke", data=form).status_code == 200
        assert http.post(f"{secured.base}/oauth/introspect", data=form).json() == {"active": False}
    assert eventually(lambda: secured.graphql(token, known[1]).status_code == 401)


# Whose certificate it is (RFC 8705, sections 2.1 and 2.2)


def test_no_certificate_proves_nothing(secured: Secured, known: Known) -> None:
    refused(secured.ask(known[0], None), 401, "invalid_client")


def test_a_certificate_proves_nothing_of_a_client_that_is_not_named(secured: Secured, known: Known) -> None:
    refused(secured.ask(None, known[1]), 401, "invalid_client")


def test_the_certificate_of_another_client_proves_nothing(secured: Secured, registered: Known, issued: Known) -> None:
    refused(secured.ask(registered[0], issued[1]), 401, "invalid_client")
    refused(secured.ask(issued[0], registered[1]), 401, "invalid_client")


def test_what_a_registered_certificate_issues_proves_nothing(
    secured: Secured, registered: Known, issued: Known
) -> None:
    """The handshake lets it pass, since the certificate that is registered is a CA."""
    name, holder = registered
    refused(secured.ask(issued[0], certificate(SUBJECT, holder)), 401, "invalid_client")
    refused(secured.ask(name, certificate("CN=customs,O=Customs,C=CN", holder)), 401, "invalid_client")


def test_a_self_signed_certificate_with_the_subject_of_another_client_proves_nothing(
    secured: Secured, issued: Known
) -> None:
    holder = certificate(SUBJECT)
    name = secured.enrol(holder)
    assert eventually(lambda: secured.knows(name, holder))
    refused(secured.ask(issued[0], holder), 401, "invalid_client")


@pytest.mark.parametrize("subject", ["CN=refunds,O=Tax", "CN=Refunds,O=Tax,C=CN", "CN=refunds,C=CN,O=Tax"])
def test_another_subject_by_the_authority_proves_nothing(secured: Secured, issued: Known, subject: str) -> None:
    refused(secured.ask(issued[0], certificate(subject, secured.authority)), 401, "invalid_client")


def test_another_authority_of_the_settings_speaks_for_none_of_its_clients(secured: Secured, issued: Known) -> None:
    name, _ = issued
    refused(secured.ask(name, certificate(SUBJECT, secured.other)), 401, "invalid_client")


def test_what_the_client_sends_along_makes_no_path(secured: Secured, issued: Known) -> None:
    between = certificate("CN=issuing CA", secured.authority, ca=True)
    refused(secured.ask(issued[0], certificate(SUBJECT, between), between), 401, "invalid_client")


def test_the_certificate_of_a_client_needs_no_other_names(secured: Secured, issued: Known) -> None:
    assert secured.ask(issued[0], certificate(SUBJECT, secured.authority, names=False)).status_code == 200


def test_an_expired_certificate_does_not_pass_the_handshake(secured: Secured, issued: Known) -> None:
    with pytest.raises(BROKEN):
        secured.ask(issued[0], certificate(SUBJECT, secured.authority, age=4))
    old, good = certificate("CN=old", age=4), certificate("CN=good")
    name = secured.enrol(old, good)
    assert eventually(lambda: secured.knows(name, good))
    with pytest.raises(BROKEN):
        secured.ask(name, old)


def test_the_certificate_of_a_stranger_does_not_pass_until_it_is_registered(secured: Secured) -> None:
    holder = certificate("CN=newcomer")
    with pytest.raises(BROKEN):
        secured.ask("newcomer", holder)
    name = secured.enrol(holder)
    assert eventually(lambda: secured.knows(name, holder))


def test_a_rotated_certificate_is_good_until_it_is_not(secured: Secured) -> None:
    old, new = certificate("CN=old"), certificate("CN=new")
    name = secured.enrol(old)
    until = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=1)
    altered(secured.dsn, registry.rotate, name, key_of(new), until)
    assert eventually(lambda: secured.knows(name, new))
    assert eventually(lambda: secured.ask(name, old).status_code == 401)
    assert secured.knows(name, new)


def test_strangers_do_not_learn_which_clients_there_are(secured: Secured, registered: Known, issued: Known) -> None:
    stranger = certificate("CN=somebody", secured.authority)
    answers = [secured.ask(name, stranger) for name in (registered[0], issued[0], "customs-gz", "nobody-gd")]
    assert {each.status_code for each in answers} == {401}
    assert len({(each.text, each.headers["www-authenticate"]) for each in answers}) == 1


# One method for each client


def test_an_assertion_by_the_key_of_the_certificate_is_none(secured: Secured, registered: Known) -> None:
    name, holder = registered
    agency = Agency(name, key=ECKey.import_key(holder.key))
    with secured.http(holder) as http:
        answer = http.post(f"{secured.base}/oauth/token", data=agency.form(secured.base))
    refused(answer, 401, "invalid_client")


def test_a_client_of_assertions_may_come_with_any_certificate_and_is_bound_to_its_key(
    secured: Secured, issued: Known
) -> None:
    with secured.http(issued[1]) as http:
        assert CUSTOMS.ask_token(http, secured.base).json()["token_type"] == "DPoP"
        stranger = Agency("customs-gz", key=new_key())
        refused(stranger.ask_token(http, secured.base), 401, "invalid_client")
    refused(secured.ask("customs-gz", issued[1]), 401, "invalid_client")
