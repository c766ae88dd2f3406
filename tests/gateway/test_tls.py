"""TLS at the hub: which certificates pass the handshake, and what of them the application is told."""

import base64
import contextlib
import datetime
import hashlib
import http.client
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from tests.prompt_server import PromptServer
from tests.zygote import Process, Zygote

from baygate.access.jose import certificate_thumbprint
from baygate.gateway import tls
from baygate.gateway.tls import TlsFront, WorkerConfig, tls_extension
from baygate.oauth.authentication import presented_certificate
from baygate.settings import SettingsError, TlsSettings

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
UNANCHORED = "unable to get local issuer certificate"
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def save(self, directory: Path, *chain: "Holder", passphrase: bytes | None = None) -> tuple[Path, Path]:
        """Write the certificate, those above it and the key as PEM files."""
        encryption: KeySerializationEncryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        stem = f"{self.certificate.serial_number:x}"
        certificate, key = directory / f"{stem}.pem", directory / f"{stem}.key"
        certificate.write_text("".join(each.pem for each in (self, *chain)))
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
        return certificate, key


def issue(name: str, issuer: Holder | None = None, *, ca: bool = False, age: int = 1, use: Any = None) -> Holder:
    """Make a certificate that was issued ``age`` days ago for three; self-signed without an issuer."""
    key = ec.generate_private_key(ec.SECP256R1())
    signer = issuer.key if issuer else key
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = datetime.datetime.now(datetime.UTC) - age * DAY
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    builder = (
        x509.CertificateBuilder(issuer.certificate.subject if issuer else subject, subject, key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + 3 * DAY)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if use:
        builder = builder.add_extension(x509.ExtendedKeyUsage([use]), critical=False)
    return Holder(builder.sign(signer, hashes.SHA256()), key)


@dataclass
class Front:
    """A server that runs in a thread, and tells each client what its request's scope says of it."""

    port: int
    own: Holder
    trust: Any
    authority: Holder
    directory: Path

    def context(
        self, client: Holder | None, *chain: Holder, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3
    ) -> ssl.SSLContext:
        context = ssl.create_default_context(cadata=self.own.pem)
        context.minimum_version = context.maximum_version = version
        context.set_alpn_protocols(["h2", "http/1.1"])
        if client:
            context.load_cert_chain(*client.save(self.directory, *chain))
        return context

    @contextlib.contextmanager
    def connect(self, context: ssl.SSLContext, **more: Any) -> Iterator[ssl.SSLSocket]:
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=10) as plain,
            context.wrap_socket(plain, server_hostname="127.0.0.1", **more) as connection,
        ):
            yield connection

    def told(self, client: Holder | None, *chain: Holder, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Any:
        """Return what the application is told of a client who comes with this."""
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=10, context=self.context(client, *chain, version=version)
        )
        with contextlib.closing(connection):
            return self.told_on(connection)

    @staticmethod
    def told_on(connection: http.client.HTTPSConnection) -> Any:
        connection.request("GET", "/")
        return json.loads(connection.getresponse().read())

    def refusal(self, client: Holder, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> str:
        """Return why the handshake fails."""
        self.closes_on(client, version)
        return why(self.trust.context, self.context(client, version=version))

    def closes_on(self, client: Holder, version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> None:
        """By TLS 1.2 the client's handshake fails; by TLS 1.3 it has ended, and the connection does too."""
        with (
            contextlib.suppress(ssl.SSLEOFError),
            self.connect(self.context(client, version=version)) as connection,
        ):
            assert connection.recv(1) == b""


def why(server: ssl.SSLContext, client: ssl.SSLContext) -> str:
    """Shake hands in memory, where the server's error is to be had: the loop closes without an alert or a line."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    calling = client.wrap_bio(down, up, server_hostname="127.0.0.1")
    answering = server.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        with contextlib.suppress(ssl.SSLWantReadError):
            calling.do_handshake()
        try:
            answering.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLCertVerificationError as error:
            return str(error.verify_message)
        except ssl.SSLError as error:
            return str(error.reason)
    raise AssertionError("it does not fail")


async def tell(request: Request) -> Response:
    extension = request.scope["extensions"]["tls"]
    certificate = presented_certificate(request.scope)
    thumbprint = certificate and certificate_thumbprint(certificate)
    return JSONResponse(extension | {"client_cert": thumbprint, "at_startup": request.app.state.at_startup})


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    app.state.at_startup = type(app.state.tls).__name__
    yield


@contextlib.contextmanager
def running(config: WorkerConfig) -> Iterator[int]:
    """Run a worker in a thread; give its port."""
    server = PromptServer(config)
    with server.running():
        yield server.servers[0].sockets[0].getsockname()[1]


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """A server whose ``client_authorities`` are one."""
    own, authority = issue("hub"), issue("agencies' CA", ca=True)
    certificate, key = own.save(tmp_path)
    authorities, _ = authority.save(tmp_path)
    settings = TlsSettings(certificate=certificate, key=key, client_authorities=authorities)
    config = WorkerConfig(application, settings, host="127.0.0.1", port=0, loop="uvloop", ws="none", log_config=None)
    with running(config) as port:
        assert config.front
        yield Front(port, own, config.front, authority, tmp_path)


def application() -> Starlette:
    return Starlette(routes=[Route("/", tell)], lifespan=lifespan)


# Who passes


@pytest.mark.parametrize("version", VERSIONS)
def test_a_client_may_come_without_a_certificate(front: Front, version: ssl.TLSVersion) -> None:
    assert front.told(None, version=version) == {
        "server_cert": None,
        "client_cert_chain": [],
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": version.value,
        "cipher_suite": None,
        "client_cert": None,
        "at_startup": "TlsFront",
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_a_self_signed_certificate_passes_once_it_is_registered(front: Front, version: ssl.TLSVersion) -> None:
    client = issue("customs, Nansha")
    assert front.refusal(client, version) == "self-signed certificate"
    front.trust.admit(client.der)
    told = front.told(client, version=version)
    assert told["client_cert_chain"] == [client.pem]
    assert told["client_cert_name"] == "CN=customs\\, Nansha"
    assert told["client_cert"] == base64.urlsafe_b64encode(hashlib.sha256(client.der).digest()).decode().rstrip("=")


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_of_a_client_authority_passes(front: Front, version: ssl.TLSVersion) -> None:
    client = issue("tax", front.authority)
    assert front.told(client, version=version)["client_cert_chain"] == [client.pem]


def test_only_the_leaf_is_passed_on(front: Front) -> None:
    issuing = issue("issuing CA", front.authority, ca=True)
    client = issue("tax", issuing)
    assert front.told(client, issuing)["client_cert_chain"] == [client.pem]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_of_an_unknown_authority_is_refused(front: Front, version: ssl.TLSVersion) -> None:
    assert front.refusal(issue("tax", issue("another CA", ca=True)), version) == UNANCHORED


def test_a_registered_certificate_of_an_unknown_authority_passes_and_its_siblings_do_not(front: Front) -> None:
    unknown = issue("unknown CA", ca=True)
    client = issue("safe", unknown)
    front.trust.admit(client.der)
    assert front.told(client)["client_cert_chain"] == [client.pem]
    assert front.refusal(issue("sibling", unknown)) == UNANCHORED


def test_what_a_registered_ca_issues_passes_the_handshake_and_is_told_as_what_it_is(front: Front) -> None:
    """So the application must compare thumbprints: to have passed means nothing."""
    registered = issue("customs", ca=True)
    front.trust.admit(registered.der)
    told = front.told(issue("customs", registered))
    assert told["client_cert_name"] == "CN=customs"
    assert told["client_cert"] != front.told(registered)["client_cert"]


def test_a_registered_certificate_that_is_no_ca_issues_nothing(front: Front) -> None:
    registered = issue("customs")
    front.trust.admit(registered.der)
    assert front.refusal(issue("other", registered)) == "invalid CA certificate"


@pytest.mark.parametrize(
    ("mistake", "reason"),
    [
        ({"age": 4}, "certificate has expired"),
        ({"age": -1}, "certificate is not yet valid"),
        ({"use": ExtendedKeyUsageOID.SERVER_AUTH}, "unsuitable certificate purpose"),
    ],
)
def test_a_registered_certificate_must_be_valid_now_and_for_clients(front: Front, mistake: Any, reason: str) -> None:
    client = issue("customs", **mistake)
    front.trust.admit(client.der)
    assert front.refusal(client) == reason


# What is admitted


def test_to_admit_again_changes_nothing(front: Front) -> None:
    client = issue("customs")
    for _ in range(3):
        front.trust.admit(client.der)
    assert front.told(client)["client_cert_chain"] == [client.pem]


def test_one_certificate_is_admitted_at_a_time(front: Front) -> None:
    one, other = issue("one"), issue("other")
    for wrong in (b"", b"certificate", one.der[:-1], one.der + other.der):
        with pytest.raises(ValueError, match="error parsing asn1 value"):
            front.trust.admit(wrong)
    assert front.refusal(other) == "self-signed certificate"


# The connection


@pytest.mark.parametrize("version", VERSIONS)
def test_a_connection_is_http_1_1_without_compression_and_leaves_no_ticket(
    front: Front, version: ssl.TLSVersion
) -> None:
    context = front.context(issue("tax", front.authority), version=version)
    with front.connect(context) as connection:
        assert connection.selected_alpn_protocol() == "http/1.1"
        assert connection.compression() is None
        connection.sendall(b"GET / HTTP/1.1\r\nhost: hub\r\n\r\n")
        assert connection.recv(15) == b"HTTP/1.1 200 OK"
        assert connection.session is None or not connection.session.has_ticket


def test_older_versions_of_tls_are_refused(front: Front) -> None:
    context = front.context(None)
    for bound in ("minimum_version", "maximum_version"):
        with pytest.warns(DeprecationWarning, match="TLSv1_1"):
            setattr(context, bound, ssl.TLSVersion.TLSv1_1)
    context.set_ciphers("ALL:@SECLEVEL=0")
    assert why(front.trust.context, context) == "UNSUPPORTED_PROTOCOL"


@pytest.mark.parametrize("cipher", ["AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-SHA384"])
def test_ciphers_without_forward_secrecy_or_aead_are_refused(front: Front, cipher: str) -> None:
    context = front.context(None, version=ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(cipher)
    assert why(front.trust.context, context) == "NO_SHARED_CIPHER"


def test_the_certificate_is_read_once_a_connection(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    monkeypatch.setattr(tls, "tls_extension", lambda connection: read.append(1) or tls_extension(connection))
    context = front.context(issue("tax", front.authority))
    with contextlib.closing(http.client.HTTPSConnection("127.0.0.1", front.port, context=context)) as connection:
        told = [front.told_on(connection) for _ in range(3)]
    assert told[0]["client_cert"]
    assert told == [told[0]] * 3
    assert len(read) == 1


def test_a_certificate_that_cannot_be_read_counts_as_none() -> None:
    class Connection:
        def getpeercert(self, binary_form: bool) -> bytes:
            return b"\x30\x00"

        def version(self) -> str:
            return "TLSv1.3"

    extension = tls_extension(Connection())  # type: ignore[arg-type]
    assert extension["client_cert_error"]
    assert not extension["client_cert_chain"]
    assert presented_certificate({"extensions": {"tls": extension}}) is None


def test_without_tls_there_is_neither_front_nor_extension() -> None:
    async def tell_plainly(request: Request) -> Response:
        assert presented_certificate(request.scope) is None
        return JSONResponse([request.app.state.at_startup, "extensions" in request.scope])

    def plain() -> Starlette:
        return Starlette(routes=[Route("/", tell_plainly)], lifespan=lifespan)

    config = WorkerConfig(plain, None, host="127.0.0.1", port=0, ws="none", log_config=None)
    with (
        running(config) as port,
        contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection,
    ):
        connection.request("GET", "/")
        assert json.loads(connection.getresponse().read()) == ["NoneType", False]


# The files


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    hub = issue("hub")
    certificate, key = hub.save(tmp_path)
    junk, missing = tmp_path / "junk.pem", tmp_path / "missing.pem"
    junk.write_text("no PEM\n")
    for wrong in (junk, missing):
        with pytest.raises(SettingsError, match=f"tls.client_authorities {wrong}"):
            TlsFront(TlsSettings(certificate=certificate, key=key, client_authorities=wrong))
        with pytest.raises(SettingsError, match=f"tls.key {wrong}"):
            TlsFront(TlsSettings(certificate=certificate, key=wrong))
        with pytest.raises(SettingsError, match=f"tls.certificate {wrong}"):
            TlsFront(TlsSettings(certificate=wrong, key=key))


def test_a_key_with_a_passphrase_is_refused_on_a_terminal_too_before_there_are_workers(tmp_path: Path) -> None:
    certificate, key = issue("hub").save(tmp_path, passphrase=b"open sesame")
    environment = _environment(tmp_path, 1, "postgresql://127.0.0.1:1/none", 2, certificate, key)
    on_a_terminal = f"import pty; pty.spawn([{sys.executable!r}, '-m', 'baygate', 'serve'])"
    output = subprocess.run(
        [sys.executable, "-c", on_a_terminal],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=True,
        start_new_session=True,
    ).stdout.decode()
    assert output.count(f"tls.key {key}") == 1
    assert "Traceback" not in output


# The hub


@pytest.mark.parametrize("workers", [1, 2])
def test_the_hub_serves_https_and_does_not_wait_for_idle_clients_when_it_ends(
    world: Any, zygote: Zygote, tmp_path: Path, workers: int
) -> None:
    own, authority = issue("hub"), issue("agencies' CA", ca=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = _environment(tmp_path, port, world.dsn, workers, *own.save(tmp_path))
    environment["BAYGATE_TLS__CLIENT_AUTHORITIES"] = str(authority.save(tmp_path)[0])
    front = Front(port, own, None, authority, tmp_path)
    log = tmp_path / "log"
    with log.open("wb") as output:
        process = zygote.start("serve", environment=environment, output=output)
    try:
        idle = [_healthy(process, log, front, client) for client in (None, issue("tax", authority))]
        front.closes_on(issue("stranger"))
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in {0, -signal.SIGTERM}
        assert time.monotonic() - began < 8, "it waited for the clients"
        for connection in idle:
            connection.close()
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in log.read_text()


def _environment(directory: Path, port: int, dsn: str, workers: int, certificate: Path, key: Path) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("BAYGATE_")} | {
        "BAYGATE_PROFILE": "development",
        "BAYGATE_KEYS": str(directory / "keys"),
        "BAYGATE_DATABASE__DSN": dsn,
        "BAYGATE_SERVER__PORT": str(port),
        "BAYGATE_SERVER__WORKERS": str(workers),
        "BAYGATE_TLS__CERTIFICATE": str(certificate),
        "BAYGATE_TLS__KEY": str(key),
    }


def _healthy(process: Process, log: Path, front: Front, client: Holder | None) -> http.client.HTTPSConnection:
    """Return a connection on which the hub said that it runs."""
    connection = http.client.HTTPSConnection("127.0.0.1", front.port, timeout=10, context=front.context(client))
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(ConnectionRefusedError):
            connection.connect()
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b"ok\n"
            return connection
        time.sleep(0.05)
    raise AssertionError(log.read_text())
