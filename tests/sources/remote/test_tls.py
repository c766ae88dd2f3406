"""TLS towards a source: whose server is believed, by which key, and what the hub proves of itself."""

import asyncio
import base64
import contextlib
import hashlib
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvloop
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from tests.gateway.test_tls import Holder, issue
from tests.sources.remote.service import ANSWERED, answer, ask, failure, serving

from baygate.errors import OperatorError
from baygate.sources.remote import tls
from baygate.sources.remote.failure import Kind
from baygate.sources.remote.remote import Remote
from baygate.sources.remote.reply import Reply
from baygate.sources.remote.source import RemoteSource

AUTHORITY = issue("Authority", ca=True)
STRANGER = issue("Stranger", ca=True)
SERVER = issue("Tax", AUTHORITY)
LOOPS = [asyncio.run, uvloop.run]
ON_EACH_LOOP = pytest.mark.parametrize("run", LOOPS, ids=["asyncio", "uvloop"])
Run = Callable[[Coroutine[Any, Any, Any]], Any]


def pin(holder: Holder) -> str:
    key = holder.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


OWN, OTHER = pin(SERVER), pin(STRANGER)


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    return AUTHORITY.save(tmp_path)[0]


def server(directory: Path, holder: Holder = SERVER, clients: Holder | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*holder.save(directory))
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=clients.pem)
    return context


async def asked(context: ssl.SSLContext, host: str = "127.0.0.1", **settings: Any) -> tuple[Reply, Any]:
    async with serving(answer(), tls=context, host=host) as service, RemoteSource(service.remote(**settings)) as source:
        return await ask(source), service.subjects[0]


async def refused(context: ssl.SSLContext, host: str = "127.0.0.1", **settings: Any) -> int:
    """Ask, which fails for a certificate, and return how many requests came through nevertheless."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda *_: None)  # the server complains of handshakes that end early
    async with serving(answer(), tls=context, host=host) as service:
        async with RemoteSource(service.remote(retries=3, **settings)) as source:
            await failure(source, kind=Kind.CERTIFICATE)
        return len(service.requests)


@ON_EACH_LOOP
def test_a_server_is_believed_by_its_authority(run: Run, tmp_path: Path, trust: Path) -> None:
    assert run(asked(server(tmp_path), trust=trust))[0] == ANSWERED


@ON_EACH_LOOP
def test_a_server_is_believed_by_its_authority_and_one_of_the_pins(run: Run, tmp_path: Path, trust: Path) -> None:
    assert run(asked(server(tmp_path), trust=trust, pins=frozenset({OTHER, OWN})))[0] == ANSWERED


@ON_EACH_LOOP
def test_a_server_of_the_right_authority_with_another_key_is_refused(run: Run, tmp_path: Path, trust: Path) -> None:
    assert run(refused(server(tmp_path), trust=trust, pins=frozenset({OTHER}))) == 0


@ON_EACH_LOOP
def test_a_server_with_a_pinned_key_of_another_authority_is_refused(run: Run, tmp_path: Path) -> None:
    trust = STRANGER.save(tmp_path)[0]
    assert run(refused(server(tmp_path), trust=trust, pins=frozenset({OWN}))) == 0


def test_a_server_of_an_authority_that_is_not_trusted_is_refused(tmp_path: Path) -> None:
    assert asyncio.run(refused(server(tmp_path))) == 0


def test_a_certificate_for_another_host_is_refused(tmp_path: Path, trust: Path) -> None:
    assert asyncio.run(refused(server(tmp_path), "localhost", trust=trust, pins=frozenset({OWN}))) == 0


def test_a_certificate_that_is_over_is_refused(tmp_path: Path, trust: Path) -> None:
    over = issue("Tax", AUTHORITY, age=9)
    assert asyncio.run(refused(server(tmp_path, over), trust=trust, pins=frozenset({pin(over)}))) == 0


def test_a_certificate_for_clients_is_no_servers(tmp_path: Path, trust: Path) -> None:
    client = issue("Tax", AUTHORITY, use=ExtendedKeyUsageOID.CLIENT_AUTH)
    assert asyncio.run(refused(server(tmp_path, client), trust=trust)) == 0


def test_a_key_is_pinned_whatever_certificate_it_comes_in(tmp_path: Path) -> None:
    assert tls.key_digest(SERVER.der) == base64.b64decode(OWN)
    assert tls.key_digest(issue("Tax", AUTHORITY).der) != base64.b64decode(OWN)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_the_hub_proves_itself_with_its_own_certificate(tmp_path: Path, trust: Path, version: ssl.TLSVersion) -> None:
    hub = issue("The hub", STRANGER, use=ExtendedKeyUsageOID.CLIENT_AUTH)
    context = server(tmp_path, clients=STRANGER)
    context.maximum_version = version
    certificate, key = hub.save(tmp_path)
    reply, subject = asyncio.run(asked(context, trust=trust, certificate=certificate, key=key))
    assert reply == ANSWERED
    assert subject == ((("commonName", "The hub"),),)


@dataclass
class Handshake:
    """What a server sees of one handshake, and of what follows it."""

    url: str = ""
    finished: bool = False
    received: bytes = b""
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@contextlib.asynccontextmanager
async def shaking_hands(context: ssl.SSLContext, begins: bytes = b"") -> AsyncIterator[Handshake]:
    """Serve, by hand, so that alerts are sent and everything is seen; an answer may begin, and no farewell follows."""
    seen = Handshake()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        session = context.wrap_bio(incoming, outgoing, server_side=True)
        with contextlib.suppress(OSError):
            while text := await reader.read(65_536):
                incoming.write(text)
                with contextlib.suppress(ssl.SSLError):
                    session.do_handshake()
                    seen.finished = True
                    seen.received += session.read()
                    session.write(begins)
                writer.write(outgoing.read())
        writer.close()
        seen.ended.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        seen.url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        yield seen
        await asyncio.wait_for(seen.ended.wait(), 5)
        await asyncio.sleep(0.01)


@ON_EACH_LOOP
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("certified", [False, True])
def test_a_source_that_does_not_accept_the_hubs_certificate_is_told_apart(
    run: Run, tmp_path: Path, trust: Path, version: ssl.TLSVersion, *, certified: bool
) -> None:
    context = server(tmp_path, clients=STRANGER)
    context.maximum_version = version
    files: dict[str, Any] = {}
    if certified:
        files["certificate"], files["key"] = issue("The hub", AUTHORITY).save(tmp_path)

    async def ask_once() -> Handshake:
        async with (
            shaking_hands(context) as seen,
            RemoteSource(Remote("tax", "gd-tax", seen.url, trust=trust, **files)) as source,
        ):
            await failure(source, kind=Kind.CERTIFICATE)
        return seen

    seen = run(ask_once())
    assert (seen.finished, seen.received) == (False, b"")


@ON_EACH_LOOP
def test_nothing_follows_a_handshake_with_the_wrong_key(run: Run, tmp_path: Path, trust: Path) -> None:
    """Neither the hub's certificate nor its request: the server never sees the end of the handshake."""

    async def ask_once(pinned: str, kind: Kind) -> Handshake:
        certificate, key = issue("The hub", STRANGER).save(tmp_path)
        files = {"trust": trust, "certificate": certificate, "key": key}
        async with shaking_hands(server(tmp_path, clients=STRANGER)) as seen:
            remote = Remote("tax", "gd-tax", seen.url, pins=frozenset({pinned}), timeout=0.2, **files)
            async with RemoteSource(remote) as source:
                await failure(source, kind=kind)
        return seen

    wrong, right = run(ask_once(OTHER, Kind.CERTIFICATE)), run(ask_once(OWN, Kind.TIMEOUT))
    assert (wrong.finished, wrong.received) == (False, b"")
    assert right.finished
    assert right.received.startswith(b"POST / ")


@ON_EACH_LOOP
@pytest.mark.parametrize(
    "begins", [b"", b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n"]
)
def test_a_silent_server_is_left_without_waiting_for_its_farewell(
    run: Run, tmp_path: Path, trust: Path, begins: bytes
) -> None:
    async def ask_once() -> None:
        async with (
            shaking_hands(server(tmp_path), begins) as seen,
            RemoteSource(Remote("tax", "gd-tax", seen.url, trust=trust, timeout=0.1)) as source,
        ):
            await failure(source, kind=Kind.TIMEOUT)
            # before the source is closed, with all that it has
            await asyncio.wait_for(seen.ended.wait(), 5)

    run(ask_once())


def test_a_server_that_speaks_no_tls_gets_nothing(trust: Path) -> None:
    async def run() -> bytes:
        came = b""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal came
            came += await reader.read(65_536)
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            came += await reader.read()
            writer.close()

        async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
            url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
            async with RemoteSource(Remote("tax", "gd-tax", url, trust=trust)) as source:
                await failure(source, kind=Kind.CERTIFICATE)
            await asyncio.sleep(0.05)
        return came

    assert b"POST" not in asyncio.run(run())


def test_files_that_are_of_no_use_are_told_to_the_operator(tmp_path: Path, trust: Path) -> None:
    certificate, key = SERVER.save(tmp_path)
    sealed = issue("Sealed", AUTHORITY).save(tmp_path, passphrase=b"secret")
    (tmp_path / "empty.pem").write_text("")
    for files in (
        {"trust": tmp_path / "none.pem"},
        {"trust": tmp_path / "empty.pem"},
        {"certificate": certificate, "key": tmp_path / "none.key"},
        {"certificate": certificate, "key": issue("Other").save(tmp_path)[1]},
        {"certificate": sealed[0], "key": sealed[1]},
    ):
        with pytest.raises(OperatorError, match="For the source tax"):
            tls.context(Remote("tax", "gd-tax", "https://127.0.0.1/", **files))
    assert tls.context(Remote("tax", "gd-tax", "https://127.0.0.1/", trust=trust, certificate=certificate, key=key))
