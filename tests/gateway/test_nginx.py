"""Through a real nginx, with the configuration that docs/examples shows: only its paths and ports are this test's."""

import asyncio
import base64
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.agency import Agency, register
from tests.gateway.test_forwarded import escaped, sequence
from tests.gateway.test_tls import Holder, issue
from tests.log_keys import give_log_keys
from tests.oauth.server.certificates import certificate
from tests.oauth.server.desk import eventually
from tests.oauth.server.test_mutual_tls import SUBJECT, Secured, x5t
from tests.open_policies import ROOT
from tests.zygote import Process, Zygote

from baygate.gateway.admission import SIGNING_KEYS
from baygate.oauth import signing
from baygate.storage.keys import read_or_create

REPOSITORY = Path(__file__).resolve().parents[2]
EXAMPLE = REPOSITORY / "docs" / "examples" / "nginx.conf"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
PATIENCE = 30.0

pytestmark = pytest.mark.skipif(NGINX is None, reason="there is no nginx on this machine")

PROXY, STRANGER = issue("proxy"), issue("another proxy")
AUTHORITY = certificate("CN=agencies' CA,O=Coordination,C=CN", ca=True)


@dataclass(frozen=True)
class Behind(Secured):
    """Hubs behind nginx: ``base`` is nginx's."""

    log: Path
    sockets: tuple[Path, ...] = ()
    port: int = 0
    hubs: tuple[Process, ...] = ()

    def direct(self, socket_path: Path | None = None) -> httpx.Client:
        """Return connections to a hub itself: over its Unix socket, or to its port."""
        transport = httpx.HTTPTransport(uds=str(socket_path)) if socket_path else None
        base = "http://hub" if socket_path else f"http://127.0.0.1:{self.port}"
        return httpx.Client(transport=transport, base_url=base, trust_env=False, timeout=10)

    def lines(self) -> list[str]:
        """Return what nginx has logged of requests."""
        return self.log.read_text().splitlines()


@dataclass(frozen=True)
class Ground:
    """What the hubs of this file have in common."""

    directory: Path
    own: Holder
    files: tuple[Path, Path]
    """Where ``own`` is: its certificate, its key."""
    dsn: str
    zygote: Zygote

    def environment(self, origin: str, **settings: Any) -> dict[str, str]:
        said = {
            "BAYGATE_PROFILE": "production",
            "BAYGATE_KEYS": self.directory / "keys",
            "BAYGATE_DATABASE__DSN": self.dsn,
            "BAYGATE_OAUTH__ORIGIN": origin,
            "BAYGATE_POLICIES__ROOT": self.directory / "root.jws",
            "BAYGATE_POLICIES__HEADS": self.directory / f"{time.monotonic_ns()}.heads.json",
            "BAYGATE_AUDIT__HEAD": self.directory / f"{time.monotonic_ns()}.audit-head.json",
        } | {f"BAYGATE_{name.upper()}": value for name, value in settings.items()}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BAYGATE_")}
        return kept | {name: str(value) for name, value in said.items()}


@pytest.fixture(scope="module")
def ground(world: Any, zygote: Zygote) -> Iterator[Ground]:
    """Keys and a root document, in a directory whose name is short enough for sockets in it."""
    directory = Path(tempfile.mkdtemp(prefix="bg-"))
    read_or_create(directory / "keys")
    signing.create_first(directory / "keys" / SIGNING_KEYS)
    give_log_keys(directory / "keys")
    (directory / "root.jws").write_bytes(ROOT)
    (directory / "authorities.pem").write_text(AUTHORITY.pem)
    own = issue("hubs.internal")
    yield Ground(directory, own, own.save(directory), world.production, zygote)
    shutil.rmtree(directory)


@contextlib.contextmanager
def ended(started: "subprocess.Popen[bytes] | Process", log: Path) -> Iterator[None]:
    """End a program as a supervisor does, at the end of the block."""
    try:
        yield
    finally:
        started.send_signal(signal.SIGTERM)
        try:
            status = started.wait(25)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()
            raise
    assert status in {0, -signal.SIGTERM}, log.read_text()
    assert "Traceback" not in log.read_text(), log.read_text()


@contextlib.contextmanager
def hub(ground: Ground, name: str, origin: str, **settings: Any) -> Iterator[Process]:
    log = ground.directory / f"{name}.log"
    with log.open("ab") as output:
        started = ground.zygote.start("serve", environment=ground.environment(origin, **settings), output=output)
    with ended(started, log):
        yield started


@contextlib.contextmanager
def nginx(ground: Ground, name: str, port: int, replaced: dict[str, str]) -> Iterator[Path]:
    """Run nginx with the example, in which every one of these texts must stand; give its log of requests."""
    run, log = ground.directory / name, ground.directory / f"{name}.requests"
    run.mkdir()
    crt, key = ground.files
    text = EXAMPLE.read_text(encoding="utf-8")
    own = {
        "/run/nginx": str(run),
        "/dev/stdout": str(log),
        "listen 8443": f"listen 127.0.0.1:{port}",
        "/etc/baygate/tls/hub.crt": str(crt),
        "/etc/baygate/tls/hub.pem": str(key),
    }
    for old, new in (own | replaced).items():
        assert old in text, f"{EXAMPLE.name} has no {old}"
        text = text.replace(old, new)
    configuration = run / "nginx.conf"
    configuration.write_text(text, encoding="utf-8")
    # as root, nginx would give its workers to somebody who may not open the socket
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    command = [str(NGINX), "-p", str(run), "-e", "stderr", "-c", str(configuration), "-g", directives]
    errors = ground.directory / f"{name}.errors"
    with errors.open("ab") as output:
        started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    with ended(started, errors):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and started.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        else:
            raise AssertionError(errors.read_text())
        yield log


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(client: httpx.Client, log: Path) -> None:
    def answers() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return client.get("/readyz").status_code == 200
        return False

    assert eventually(answers), log.read_text()


@pytest.fixture(scope="module")
def behind(ground: Ground) -> Iterator[Behind]:
    """Two hubs on Unix sockets, one with two workers, the other with a port beside, behind nginx."""
    port, tcp = free_port(), free_port()
    origin = f"https://127.0.0.1:{port}"
    one, two = (ground.directory / f"hub-{number}.sock" for number in (1, 2))
    authorities = ground.directory / "authorities.pem"
    with (
        hub(ground, "one", origin, server__socket=one, server__workers=2, proxy__client_authorities=authorities) as a,
        hub(ground, "two", origin, server__socket=two, server__port=tcp, proxy__client_authorities=authorities) as b,
        nginx(
            ground,
            "nginx",
            port,
            {"/run/baygate/hub-1.sock": str(one), "/run/baygate/hub-2.sock": str(two)},
        ) as log,
    ):
        found = Behind(
            origin, ground.dsn, ground.own, AUTHORITY, AUTHORITY, ground.directory, log, (one, two), tcp, (a, b)
        )
        for number, path in (("one", one), ("two", two)):
            assert eventually(path.is_socket), (ground.directory / f"{number}.log").read_text()
            with found.direct(path) as client:
                ready(client, ground.directory / f"{number}.log")
        yield found


Known = tuple[str, Holder]


@pytest.fixture(scope="module")
def customs(behind: Behind) -> Known:
    """A client that registered its own certificate, as every worker knows."""
    return enrolled(behind, certificate("CN=customs,O=Customs,C=CN"))


def enrolled(behind: Behind, holder: Holder, subject: str | None = None) -> Known:
    name = behind.enrol(subject=subject) if subject else behind.enrol(holder)
    # there are three workers, and any may answer
    assert eventually(lambda: all(behind.knows(name, holder) for _ in range(8)))
    return name, holder


# A certificate comes through


def test_a_client_gets_a_token_bound_to_its_certificate_and_uses_it(behind: Behind, customs: Known) -> None:
    answer = behind.ask(*customs)
    assert answer.status_code == 200
    token = answer.json()["access_token"]
    assert claims(token)["cnf"] == {"x5t#S256": x5t(customs[1])}
    assert behind.graphql(token, customs[1]).json() == {"data": {"__typename": "Query"}}


def claims(token: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_both_hubs_answer(behind: Behind, customs: Known) -> None:
    token = behind.ask(*customs).json()["access_token"]
    before = len(behind.lines())
    assert {behind.graphql(token, customs[1]).status_code for _ in range(12)} == {200}
    asked = "\n".join(behind.lines()[before:])
    assert all(str(path) in asked for path in behind.sockets)


@pytest.mark.parametrize("other", [None, certificate("CN=customs,O=Customs,C=CN")])
def test_without_the_certificate_or_with_another_of_its_name_he_is_refused(
    behind: Behind, customs: Known, other: Holder | None
) -> None:
    assert behind.ask(customs[0], other).status_code == 401
    token = behind.ask(*customs).json()["access_token"]
    answer = behind.graphql(token, other)
    assert answer.status_code == 401
    assert 'Bearer error="invalid_token"' in answer.headers["www-authenticate"]


def test_one_that_is_over_is_refused_by_nginx_itself(behind: Behind) -> None:
    over = certificate("CN=customs,O=Customs,C=CN", age=4)
    answer = behind.ask("nobody", over)
    assert answer.status_code == 400
    assert "certificate" in answer.text
    assert answer.headers["server"] == "nginx", "without its version"


def test_a_certificate_of_an_authority_of_the_settings_counts_with_its_chain_or_without(behind: Behind) -> None:
    leaf = certificate(SUBJECT, AUTHORITY)
    known = enrolled(behind, leaf, SUBJECT)
    assert behind.ask(*known, AUTHORITY).status_code == 200
    assert behind.ask(known[0], certificate(SUBJECT)).status_code == 401


def test_long_chains_of_a_client_do_not_keep_him_out(behind: Behind) -> None:
    """The hub, which is sent the leaf alone, decides about him."""
    above = [certificate("CN=root", ca=True)]
    for name in ("CN=policy CA", "CN=regional CA", "CN=issuing CA"):
        above.insert(0, certificate(name, above[0], ca=True))
    leaf = certificate("CN=partner", above[0])
    known = enrolled(behind, leaf)
    assert behind.ask(known[0], leaf, *above).status_code == 200


def test_clients_with_keys_instead_of_certificates_come_through_too(behind: Behind) -> None:
    by_key = Agency("keyed-behind-nginx")
    asyncio.run(register(behind.dsn, by_key))
    with behind.http(None) as http:
        assert eventually(lambda: by_key.ask_token(http, behind.base).status_code == 200)
        http.auth = by_key
        answer = http.post(f"{behind.base}/graphql", json={"query": "{ __typename }"})
        assert answer.json() == {"data": {"__typename": "Query"}}


# A certificate that a client only writes about

WRITTEN = [
    ("X-Client-Cert", lambda holder: escaped(holder.pem)),
    ("x-client-cert", lambda holder: escaped(holder.pem)),
    ("X_Client_Cert", lambda holder: escaped(holder.pem)),
    ("Client-Cert", lambda holder: sequence(holder.der)),
]


@pytest.mark.parametrize(("name", "form"), WRITTEN)
@pytest.mark.parametrize("own", [None, certificate("CN=mallory")])
def test_through_nginx_what_a_client_writes_says_nothing(
    behind: Behind, customs: Known, name: str, form: Any, own: Holder | None
) -> None:
    token = behind.ask(*customs).json()["access_token"]
    with behind.http(own) as http:
        http.headers[name] = form(customs[1]).decode()
        refused_by(http, behind.base, customs[0], token)


def test_nor_does_it_harm_who_has_a_certificate(behind: Behind, customs: Known) -> None:
    other = issue("other")
    with behind.http(customs[1]) as http:
        http.headers.update({"X-Client-Cert": escaped(other.pem).decode(), "Client-Cert": sequence(other.der).decode()})
        http.headers["Client-Cert-Chain"] = sequence(other.der).decode()
        answer = http.post(f"{behind.base}/oauth/token", data=form_of(customs[0]))
    assert claims(answer.json()["access_token"])["cnf"] == {"x5t#S256": x5t(customs[1])}


@pytest.mark.parametrize(("name", "form"), WRITTEN)
def test_at_the_hubs_own_port_it_says_nothing_and_on_its_socket_it_does(
    behind: Behind, customs: Known, name: str, form: Any
) -> None:
    token = behind.ask(*customs).json()["access_token"]
    header = {name: form(customs[1]).decode()}
    with behind.direct() as http:
        http.headers.update(header)
        refused_by(http, "", customs[0], token)
    with behind.direct(behind.sockets[1]) as http:
        http.headers.update(header)
        expected = 401 if "_" in name else 200
        assert http.post("/oauth/token", data=form_of(customs[0])).status_code == expected


def form_of(name: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_id": name}


def refused_by(http: httpx.Client, base: str, name: str, token: str) -> None:
    assert http.post(f"{base}/oauth/token", data=form_of(name)).status_code == 401
    headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
    assert http.post(f"{base}/graphql", json={"query": "{ __typename }"}, headers=headers).status_code == 401


# What else nginx does


def test_it_tells_whether_a_hub_is_there(behind: Behind) -> None:
    with behind.http(None) as http:
        assert http.get(f"{behind.base}/healthz").text == "ok\n"
        assert http.get(f"{behind.base}/readyz").json()["ready"]


def test_what_is_too_large_for_a_hub_the_hub_refuses_and_nginx_what_is_larger_still(
    behind: Behind, customs: Known
) -> None:
    token = behind.ask(*customs).json()["access_token"]
    headers = {"authorization": f"Bearer {token}", "accept": "application/json", "content-type": "application/json"}
    with behind.http(customs[1]) as http:
        large, larger = (
            http.post(f"{behind.base}/graphql", content=b" " * size, headers=headers) for size in (300_000, 600_000)
        )
    assert large.status_code == larger.status_code == 413
    assert large.json()["errors"][0]["extensions"]["maximum"] == 262_144
    assert "<html>" in larger.text


def test_its_log_names_no_query_and_each_answer_demands_https(behind: Behind) -> None:
    with behind.http(None) as http:
        answer = http.get(f"{behind.base}/graphql", params={"query": "{ secret }"})
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert eventually(lambda: " GET /graphql 401 " in behind.lines()[-1])
    assert "secret" not in behind.log.read_text()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_its_handshake_is_the_hubs(behind: Behind, version: ssl.TLSVersion) -> None:
    context = ssl.create_default_context(cadata=behind.own.pem)
    context.minimum_version = context.maximum_version = version
    port = int(behind.base.rsplit(":", 1)[1])
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        assert connection.session is None or not connection.session.has_ticket


def test_a_hub_that_ends_is_not_missed_and_takes_its_socket_along(behind: Behind, customs: Known) -> None:
    token = behind.ask(*customs).json()["access_token"]
    path, ending = behind.sockets[0], behind.hubs[0]
    ending.send_signal(signal.SIGTERM)
    statuses = []
    while ending.poll() is None:
        statuses.append(behind.graphql(token, customs[1]).status_code)
    statuses += [behind.graphql(token, customs[1]).status_code for _ in range(4)]
    assert set(statuses) == {200}
    assert not path.exists()


# A hub on another machine, which nginx reaches by TLS


@pytest.fixture(scope="module")
def by_tls(ground: Ground) -> Iterator[dict[str, Behind]]:
    """One hub that knows a proxy's certificate, behind one nginx that has it and one that has another."""
    hub_port, right, wrong = free_port(), free_port(), free_port()
    crt, key = ground.files
    known = ground.directory / "proxies.pem"
    known.write_text(PROXY.pem)
    origin = f"https://127.0.0.1:{right}"
    settings = {"server__port": hub_port, "tls__certificate": crt, "tls__key": key, "proxy__certificates": known}
    # the other's certificate passes the handshake, too
    (ground.directory / "strangers.pem").write_text(STRANGER.pem)
    settings["tls__client_authorities"] = ground.directory / "strangers.pem"
    with (
        hub(ground, "tls", origin, **settings),
        nginx(ground, "right", right, to_tls(ground, hub_port, PROXY)) as log,
        nginx(ground, "wrong", wrong, to_tls(ground, hub_port, STRANGER)) as wrong_log,
    ):
        found = Behind(origin, ground.dsn, ground.own, AUTHORITY, AUTHORITY, ground.directory, log, port=hub_port)
        with httpx.Client(
            base_url=f"https://127.0.0.1:{hub_port}", verify=ssl.create_default_context(cadata=ground.own.pem)
        ) as client:
            ready(client, ground.directory / "tls.log")
        yield {"right": found, "wrong": replace(found, base=f"https://127.0.0.1:{wrong}", log=wrong_log)}


def to_tls(ground: Ground, port: int, proxy: Holder) -> dict[str, str]:
    """Return what is another in the example when the hubs serve TLS: what its comment says."""
    crt, key = proxy.save(ground.directory)
    example = EXAMPLE.read_text(encoding="utf-8")
    lines = re.findall(r"^ +#   (proxy_ssl_\w+ [^;]*;)$", example, re.MULTILINE)
    assert len(lines) == 6
    own = {
        "/etc/baygate/tls/proxy.crt": str(crt),
        "/etc/baygate/tls/proxy.pem": str(key),
        "/etc/baygate/tls/hubs.pem": str(ground.files[0]),
    }
    return {
        "#   proxy_ssl": "proxy_ssl",
        "server unix:/run/baygate/hub-1.sock": f"server 127.0.0.1:{port}",
        "server unix:/run/baygate/hub-2.sock max_fails=1 fail_timeout=1s;": "",
        "proxy_pass http://hubs": "proxy_pass https://hubs",
    } | own


def test_over_tls_the_proxys_certificate_lets_it_speak_for_clients(by_tls: dict[str, Behind]) -> None:
    known = enrolled(by_tls["right"], certificate("CN=customs,O=Customs,C=CN"))
    token = by_tls["right"].ask(*known).json()["access_token"]
    assert claims(token)["cnf"] == {"x5t#S256": x5t(known[1])}
    assert by_tls["right"].graphql(token, known[1]).status_code == 200
    assert by_tls["right"].graphql(token, None).status_code == 401
    # the same requests through another's hands
    assert by_tls["wrong"].ask(*known).status_code == 401
    assert by_tls["wrong"].graphql(token, known[1]).status_code == 401


def test_a_client_that_registered_a_proxys_certificate_is_not_whoever_comes_through_it(
    by_tls: dict[str, Behind],
) -> None:
    name, _ = enrolled(by_tls["right"], PROXY)
    assert by_tls["right"].ask(name, None).status_code == 401


def test_who_comes_to_the_hub_past_nginx_speaks_for_himself_alone(by_tls: dict[str, Behind]) -> None:
    known = enrolled(by_tls["right"], certificate("CN=tax,O=Tax,C=CN"))
    past = replace(by_tls["right"], base=f"https://127.0.0.1:{by_tls['right'].port}")
    assert past.ask(*known).status_code == 200
    with past.http(None) as http:
        http.headers["X-Client-Cert"] = escaped(known[1].pem).decode()
        assert http.post(f"{past.base}/oauth/token", data=form_of(known[0])).status_code == 401
