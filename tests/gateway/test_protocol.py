"""Whom the hub believes about a client's certificate: who is at the other end decides, and nothing that he sends."""

import contextlib
import http.client
import json
import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.gateway.test_forwarded import ESCAPED, SEQUENCE, escaped
from tests.gateway.test_forwarded import OTHER as OTHER_CLIENT
from tests.gateway.test_tls import Front, Holder, issue, running
from tests.prompt_server import PromptServer

from baygate.gateway.tls import TlsFront, WorkerConfig
from baygate.gateway.unix_socket import listening
from baygate.settings import SettingsError, TlsSettings

FORWARDED = {"x-client-cert": ESCAPED, "Client-Cert": SEQUENCE, "X-CLIENT-CERT": ESCAPED}
NO_CERTIFICATE = {"client_cert_chain": [], "client_cert_name": None, "client_cert_error": None}


async def tell(request: Request) -> Response:
    """Say what the application knows when the whole request is there, with its trailers."""
    body = await request.body()
    names = [name.decode() for name, _ in request.scope["headers"]]
    return JSONResponse({"names": names, "body": len(body), "extensions": request.scope.get("extensions")})


def application() -> Starlette:
    return Starlette(routes=[Route("/", tell, methods=["GET", "POST"])])


class OverUnixSocket(http.client.HTTPConnection):
    """HTTP as a proxy on this machine speaks it."""

    def __init__(self, path: Path) -> None:
        super().__init__("hub", timeout=10)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(str(self.path))


Connect = Callable[[], http.client.HTTPConnection]


@pytest.fixture(params=["uvloop", "asyncio"])
def over_unix(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connect]:
    """A hub on a Unix socket."""
    config = WorkerConfig(application, None, loop=request.param, ws="none", log_config=None)
    with served(config, tmp_path / "hub.sock"):
        yield lambda: OverUnixSocket(tmp_path / "hub.sock")


@contextlib.contextmanager
def served(config: WorkerConfig, path: Path) -> Iterator[None]:
    """Run a worker on a Unix socket in a thread."""
    with listening(path, 16) as bound, PromptServer(config).running(bound):
        yield


def told(connect: Connect, headers: dict[str, bytes] | None = None) -> Any:
    """Return what the application is told of a request with these headers."""
    with contextlib.closing(connect()) as connection:
        return told_on(connection, headers or {})


def told_on(connection: http.client.HTTPConnection, headers: dict[str, bytes]) -> Any:
    connection.request("GET", "/", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200
    said = json.loads(answer.read())
    assert not [name for name in said["names"] if "client-cert" in name], "the fields themselves were handed on"
    return said["extensions"] and said["extensions"]["tls"]


# Over the hub's own Unix socket


@pytest.mark.parametrize(("name", "value"), FORWARDED.items())
def test_what_comes_over_the_unix_socket_is_believed(over_unix: Connect, name: str, value: bytes) -> None:
    tls = told(over_unix, {name: value})
    assert "".join(tls["client_cert_chain"]).startswith("-----BEGIN CERTIFICATE-----\n")
    assert tls["client_cert_name"] == "CN=customs"
    assert tls["client_cert_error"] is None


@pytest.mark.parametrize("headers", [{}, {"x-client-cert": b""}])
def test_a_client_without_certificate_has_none(over_unix: Connect, headers: dict[str, bytes]) -> None:
    assert told(over_unix, headers).items() >= NO_CERTIFICATE.items()


def test_a_bad_one_is_none_with_the_reason_and_the_proxys_mistake_is_logged_once_a_connection(
    over_unix: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "baygate"), contextlib.closing(over_unix()) as connection:
        for _ in range(2):
            tls = told_on(connection, {"x-client-cert": ESCAPED, "client-cert": SEQUENCE})
            assert "client-cert and x-client-cert came 2 times" in tls.pop("client_cert_error")
            assert not tls["client_cert_chain"]
    assert [each.getMessage().split(":")[0] for each in caplog.records] == [
        "A proxy forwards a certificate that is not taken"
    ]


def test_one_that_is_over_is_none(over_unix: Connect) -> None:
    tls = told(over_unix, {"x-client-cert": escaped(issue("customs", age=4).pem)})
    assert not tls["client_cert_chain"]
    assert "is valid from" in tls["client_cert_error"]


def test_each_request_of_a_connection_has_its_own(over_unix: Connect) -> None:
    """A proxy's connection carries many clients' requests, one after the other."""
    with contextlib.closing(over_unix()) as connection:
        for value, name in ((ESCAPED, "CN=customs"), (b"", None), (escaped(OTHER_CLIENT.pem), "CN=other")):
            assert told_on(connection, {"x-client-cert": value})["client_cert_name"] == name
        assert told_on(connection, {})["client_cert_name"] is None


def test_so_has_each_of_those_that_are_sent_at_once(over_unix: Connect) -> None:
    with contextlib.closing(over_unix()) as connection:
        connection.connect()
        one = b"GET / HTTP/1.1\r\nhost: hub\r\nx-client-cert: %s\r\n\r\n" % ESCAPED
        two = b"GET / HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n"
        connection.sock.sendall(one + two)
        first, second = _everything(connection.sock).split(b"HTTP/1.1 200 OK")[1:]
    assert b'"client_cert_name":"CN=customs"' in first
    assert b'"client_cert_name":null' in second


@pytest.mark.parametrize("trailer", [b"X-Client-Cert: " + ESCAPED, b"Client-Cert: " + SEQUENCE])
def test_a_trailer_says_nothing_and_is_not_handed_on(over_unix: Connect, trailer: bytes) -> None:
    """A proxy forwards what it got as a trailer, if at all: it is the client's own."""
    with contextlib.closing(over_unix()) as connection:
        connection.connect()
        head = b"POST / HTTP/1.1\r\nhost: hub\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
        connection.sock.sendall(head + b"1\r\na\r\n0\r\n" + trailer + b"\r\nx-other: 1\r\n\r\n")
        said = json.loads(_everything(connection.sock).split(b"\r\n\r\n")[1])
    assert said["body"] == 1
    assert not [name for name in said["names"] if "client-cert" in name]
    assert said["extensions"]["tls"].items() >= NO_CERTIFICATE.items()


def _everything(connection: socket.socket) -> bytes:
    return b"".join(iter(lambda: connection.recv(65_536), b""))


# Over TCP without TLS


@pytest.mark.parametrize(("name", "value"), FORWARDED.items())
def test_nobody_is_believed_over_tcp_not_even_on_this_machine(name: str, value: bytes) -> None:
    config = WorkerConfig(application, None, host="127.0.0.1", port=0, loop="uvloop", ws="none", log_config=None)
    with running(config) as port:
        assert told(lambda: http.client.HTTPConnection("127.0.0.1", port, timeout=10), {name: value}) is None


# Over TLS

PROXY = issue("proxy", ca=True)
"""It is a CA too, so that what it issues passes the handshake."""


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """A hub that serves TLS, and knows one proxy's certificate."""
    own, authority = issue("hub"), issue("agencies' CA", ca=True)
    certificate, key = own.save(tmp_path)
    proxies = tmp_path / "proxies.pem"
    proxies.write_text(issue("another proxy").pem + PROXY.pem)
    settings = TlsSettings(certificate=certificate, key=key, client_authorities=authority.save(tmp_path)[0])
    config = WorkerConfig(
        application, settings, proxies, host="127.0.0.1", port=0, loop="uvloop", ws="none", log_config=None
    )
    with running(config) as port:
        assert config.front
        yield Front(port, own, config.front, authority, tmp_path)


def by(front: Front, holder: Holder | None, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Connect:
    context = front.context(holder, version=version)
    return lambda: http.client.HTTPSConnection("127.0.0.1", front.port, timeout=10, context=context)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize(("name", "value"), FORWARDED.items())
def test_a_proxy_that_proves_its_certificate_is_believed(
    front: Front, name: str, value: bytes, version: ssl.TLSVersion
) -> None:
    tls = told(by(front, PROXY, version), {name: value})
    assert tls["client_cert_name"] == "CN=customs"
    assert tls["tls_version"] is None, "what TLS the client spoke, the proxy alone knows"


@pytest.mark.parametrize("value", [b"", b"junk"])
def test_its_own_certificate_is_never_the_clients(front: Front, value: bytes) -> None:
    assert not told(by(front, PROXY), {})["client_cert_chain"]
    tls = told(by(front, PROXY), {"x-client-cert": value})
    assert not tls["client_cert_chain"]
    assert tls["client_cert_name"] is None


@pytest.mark.parametrize(("name", "value"), FORWARDED.items())
def test_another_client_is_himself_whatever_he_forwards(front: Front, name: str, value: bytes) -> None:
    tax = issue("tax", front.authority)
    tls = told(by(front, tax), {name: value})
    assert tls["client_cert_chain"] == [tax.pem]


@pytest.mark.parametrize(("name", "value"), FORWARDED.items())
def test_who_has_no_certificate_forwards_none(front: Front, name: str, value: bytes) -> None:
    assert told(by(front, None), {name: value}).items() >= NO_CERTIFICATE.items()


def test_what_a_proxys_certificate_has_issued_is_no_proxy(front: Front) -> None:
    issued = issue("proxy", PROXY)
    tls = told(by(front, issued), {"x-client-cert": ESCAPED})
    assert tls["client_cert_chain"] == [issued.pem]


def test_a_file_of_proxies_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    certificate, key = issue("hub").save(tmp_path)
    for wrong in (tmp_path / "missing.pem", key):
        with pytest.raises(SettingsError, match=f"proxy.certificates {wrong}"):
            TlsFront(TlsSettings(certificate=certificate, key=key), wrong)
