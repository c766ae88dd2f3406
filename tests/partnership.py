"""Mutual recognition as it stands in a test: authorities, the signed lists that name them, and hubs that go by them.

There is one root CA of each kind of key, made anew in each run; below it a test sets up issuing CAs of its own, whose
CRLs one server of this process publishes. The lists of Hong Kong, Macau and Guangdong grow as tests add entries.
"""

import asyncio
import contextlib
import datetime
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.access.signing import (
    COORDINATORS,
    after,
    facts,
    grant,
    library,
    moment,
    policy,
    signed,
    subject,
    trust_list,
)
from tests.agency import CUSTOMS, register
from tests.chain import DAY, HOUR, Chain, now
from tests.log_keys import give_log_keys
from tests.open_policies import OPEN, OWNER, ROOT_DOCUMENT
from tests.partner import Partner, connection
from tests.publisher import Publisher, gives
from tests.publisher import publishing as serving
from tests.serving import Hub
from tests.zygote import Process, Zygote

from baygate.access.documents.library import published, publishing
from baygate.gateway.admission import SIGNING_KEYS
from baygate.oauth import signing
from baygate.sample.authority import Authority, Issued, Terms, Validity
from baygate.sample.load import load
from baygate.sample.openssl import P256, RSA, SM2, Algorithm
from baygate.storage import documents, schema_version
from baygate.storage.database import Database
from baygate.storage.embedded import EmbeddedPostgres
from baygate.storage.keys import Keys, read_or_create

REGISTERED, PERSONAL = "Test e-Cert (Registered)", "Test e-Cert (Personal)"
"""Types of certificates: one admits registered parties only, the other says little of who holds it."""
INTERVAL = 1
"""Seconds between two fetches of CRLs by the hubs here: the fewest that can be set."""
PATIENCE = 40.0
_numbers = count(1)
_SIGNERS = {"threshold": 2, "signers": [subject(each) for each in COORDINATORS]}
_LISTS = [{"jurisdiction": name, **_SIGNERS} for name in ("HK", "MO", "CN-GD")]
ROOT = signed({**ROOT_DOCUMENT, "trustLists": _LISTS})
_CREDIT = {"type": "CreditRating", "purposes": [], "scopes": [], "contractFiling": "2026/1"}
_EVERYBODY = {"jurisdictions": ["HK", "MO", "CN-GD"]}
_DECIDED = {"grade", "validTo", "score"}
PARTNERS = policy(
    OWNER,
    "everything",
    shareClass="UNCONDITIONAL",
    grants=[
        *(each for each in OPEN["grants"] if each["type"] != "CreditRating"),
        grant("sure", **_CREDIT, fields=["grade"], to={**_EVERYBODY, "minAssurance": 3}),
        grant("platforms", **_CREDIT, fields=["validTo"], to={"roles": ["PLATFORM"]}),
        grant("guangdong", **_CREDIT, fields=["score"], to={"jurisdictions": ["CN-GD"]}),
        grant("all", **_CREDIT, fields=sorted(set(facts().types["CreditRating"].fields) - _DECIDED), to=_EVERYBODY),
    ],
)
"""Everything is granted, but of a rating the grade only to who is known well, and two fields by role and by place."""


@dataclass
class Partnership:
    """Who recognises whom, in one database."""

    directory: Path
    publisher: Publisher
    zygote: Zygote
    dsn: str
    server: Issued
    roots: dict[Algorithm, Authority] = field(default_factory=dict)
    lists: dict[str, bytes] = field(default_factory=dict)

    def chain(self, name: str, algorithm: Algorithm = P256, common_name: str | None = None) -> Chain:
        """Set up an issuing CA, whose first CRL is published; no list names it yet."""
        root = self.roots.get(algorithm) or self._root(algorithm)
        about = (("C", "HK"), ("CN", common_name or f"Test CA {name}"))
        issuing = root.issue_ca(name, about, terms=Terms(_validity(), ("2.5.29.32.0",)))
        made = Chain(name, root, issuing, self.publisher)
        made.publish(made.crl())
        return made

    def _root(self, algorithm: Algorithm) -> Authority:
        name = f"root-{len(self.roots)}"
        made = Authority.root(self.directory, name, (("CN", f"Test {name}"),), algorithm, Terms(_validity()))
        self.publisher.answers[f"/{name}.crl"] = gives(made.crl(now() - HOUR, now() + 30 * DAY))
        self.roots[algorithm] = made
        return made

    def recognise(self, jurisdiction: str, *entries: dict[str, Any], by: tuple[Chain, ...], **changes: Any) -> None:
        """Publish the next list of a jurisdiction, with entries and CAs besides those of the one before."""
        before = self.lists.get(jurisdiction)
        said = after(before) if before else trust_list(jurisdiction, authorities=[], entries=[])
        found = (*said["authorities"], *(each for chain in by for each in chain.authorities()))
        authorities = {each["certificate"]: each for each in found}
        said |= {"authorities": list(authorities.values()), "entries": [*said["entries"], *entries]}
        self.publish(jurisdiction, {**said, "issuedAt": moment(now()), **changes})

    def end(self, jurisdiction: str, name: str) -> None:
        """Publish the next list of a jurisdiction, by which an entry ends now."""
        said, at = after(self.lists[jurisdiction]), now()
        (ending,) = (each for each in said["entries"] if each["id"] == name)
        ending["validUntil"] = moment(at)
        self.publish(jurisdiction, {**said, "issuedAt": moment(at)})

    def publish(self, jurisdiction: str, said: dict[str, Any]) -> None:
        """Sign a list, and publish it."""
        self.lists[jurisdiction] = signed(said, *COORDINATORS[:2])
        asyncio.run(_publish(self.dsn, [self.lists[jurisdiction]]))

    @contextlib.contextmanager
    def hub(self, name: str, **settings: Any) -> Iterator[Hub]:
        """Run a hub that serves TLS; it is there when it is ready."""
        log, port = self.directory / f"{name}.log", _free_port()
        base = f"https://127.0.0.1:{port}"
        environment = self.environment(name, **{"server__port": port, "oauth__origin": base} | settings)
        with log.open("ab") as output:
            process = self.zygote.start("serve", environment=environment, output=output)
        try:
            with self.connection() as client:
                _wait(client, f"{base}/readyz", process, log)
                yield Hub(base, port, log, self.dsn, client, process.pid, CUSTOMS, self.directory / "keys")
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(25)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                raise
        assert "Traceback" not in log.read_text(), log.read_text()

    def connection(self, certificate: Issued | None = None) -> httpx.Client:
        """Return connections to the hubs here, which show a certificate of one's own if there is one."""
        return connection(self.server.certificate, certificate)

    def environment(self, name: str, **settings: Any) -> dict[str, str]:
        """Return the variables that a hub of this partnership starts with."""
        said = {
            "profile": "production",
            "keys": self.directory / "keys",
            "database__dsn": self.dsn,
            "tls__certificate": self.server.certificate,
            "tls__key": self.server.key,
            "policies__root": self.directory / "root.jws",
            "policies__heads": self.directory / f"{name}.heads.json",
            "audit__head": self.directory / f"{name}.audit-head.json",
            "recognition__directory": self.directory / f"{name}.revocation",
            "recognition__interval": INTERVAL,
            "oauth__token_lifetime": signing.LONGEST_LIFETIME,
        } | settings
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BAYGATE_")}
        return kept | {f"BAYGATE_{name.upper()}": str(value) for name, value in said.items() if value is not None}


@dataclass(frozen=True)
class _Parties:
    """A database to copy, and the keys of hubs on it."""

    name: str
    directory: Path


@pytest.fixture(scope="session")
def parties(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> _Parties:
    """The sample's best known parties, in a database in which customs is the one registered client."""
    made = _Parties("parties", tmp_path_factory.mktemp("parties"))
    keys = read_or_create(made.directory / "keys")
    signing.create_first(made.directory / "keys" / SIGNING_KEYS)
    give_log_keys(made.directory / "keys")
    (made.directory / "root.jws").write_bytes(ROOT)
    _server(made.directory)
    asyncio.run(_create(postgres, made.name, "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"))
    asyncio.run(_fill(postgres.dsn(made.name), keys))
    return made


@pytest.fixture(scope="module")
def partnership(
    postgres: EmbeddedPostgres, parties: _Parties, zygote: Zygote, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Partnership]:
    """Lists, CAs and a database of one module's own.

    No list lets go of an entry, and a hub asks all CAs of the lists each second, and their responders about whatever
    was presented within an hour: with those of other modules, too, it would do little else.
    """
    directory = tmp_path_factory.mktemp("partnership")
    shutil.copytree(parties.directory, directory, dirs_exist_ok=True)
    name = f"partnership_{next(_numbers)}"
    asyncio.run(_create(postgres, name, f"TEMPLATE {parties.name}"))
    server = Issued(directory / "hub.pem", directory / "hub.key", P256)
    with serving() as publisher:
        yield Partnership(directory, publisher, zygote, postgres.dsn(name), server)


def _server(directory: Path) -> None:
    """Issue what hubs show of themselves, and keep it beside its issuer, who is trusted."""
    authority = Authority.root(directory, "hubs", (("CN", "hubs"),), P256, Terms(_validity()))
    extensions = {"subjectAltName": "IP:127.0.0.1", "extendedKeyUsage": "serverAuth"}
    issued = authority.issue("hub", (("CN", "hub"),), terms=Terms(_validity(), extensions=extensions))
    chain = directory / "hub.pem"
    chain.write_bytes(issued.certificate.read_bytes() + authority.identity.certificate.read_bytes())
    shutil.copy(issued.key, directory / "hub.key")


@dataclass(frozen=True)
class Recognising:
    """A hub with two workers that recognises what three CAs issue, one of each kind of key."""

    partnership: Partnership
    hub: Hub
    rsa: Chain
    p256: Chain
    sm2: Chain


@pytest.fixture(scope="module")
def recognising(partnership: Partnership) -> Iterator[Recognising]:
    """Hong Kong's list has an RSA and a P-256 CA, with several types of the latter; Guangdong's one with SM2."""
    rsa, p256 = partnership.chain("e-cert", RSA), partnership.chain("id-cert")
    sm2 = partnership.chain("gdca", SM2)
    partnership.recognise(
        "HK",
        rsa.entry("e-cert"),
        p256.entry("id-cert"),
        p256.entry("registered", typeName={"attribute": "O", "value": REGISTERED}, admits=None),
        p256.entry("personal", typeName={"attribute": "O", "value": PERSONAL}, assurance=1),
        by=(rsa, p256),
    )
    partnership.recognise("CN-GD", sm2.entry("gdca", party={"attribute": "OU", "prefix": "USCC"}), by=(sm2,))
    with partnership.hub("first", server__workers=2) as hub:
        _settle(partnership, hub, [rsa.partner("BRN83000001"), p256.partner("BRN83000002")])
        yield Recognising(partnership, hub, rsa, p256, sm2)


def _settle(partnership: Partnership, hub: Hub, partners: list[Partner]) -> None:
    """Wait until both workers, as good as surely, let partners in; which of them answers, nobody can choose."""
    deadline = time.monotonic() + PATIENCE
    while not all(_let_in(partnership, hub, each) for each in partners for _ in range(8)):
        assert time.monotonic() < deadline, hub.log.read_text()
        time.sleep(0.1)


def _let_in(partnership: Partnership, hub: Hub, partner: Partner) -> bool:
    try:
        with partnership.connection(partner.issued) as client:
            return partner.ask_by_tls(client, hub.base).status_code == 200
    except httpx.TransportError:
        return False


async def _create(postgres: EmbeddedPostgres, name: str, made_how: str) -> None:
    connection = await Database(postgres.dsn("postgres")).connect()
    await connection.execute(f"CREATE DATABASE {name} {made_how}")
    await connection.close()


async def _fill(dsn: str, keys: Keys) -> None:
    await schema_version.upgrade(dsn)
    await load(dsn, keys, 12)
    await register(dsn, CUSTOMS)
    await _publish(dsn, library(PARTNERS))


async def _publish(dsn: str, texts: list[bytes]) -> None:
    at = datetime.datetime.now(datetime.UTC)
    connection = await Database(dsn).connect()
    try:
        async with connection.transaction():
            await documents.lock(connection)
            trusted = publishing(ROOT, await documents.every(connection), facts(), at)
            await documents.add(connection, published(trusted, texts, at), "tests")
    finally:
        await connection.close()


def _validity() -> Validity:
    return Validity(now() - 2 * DAY, now() + 60 * DAY)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(client: httpx.Client, url: str, process: Process, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if client.get(url).status_code == 200:
                return
        time.sleep(0.05)
    raise AssertionError(f"the hub is not ready:\n{log.read_text()}")
