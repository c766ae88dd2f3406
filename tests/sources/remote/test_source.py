"""Answers of a remote source, good and bad, over real connections."""

import asyncio
import contextlib
import gzip
import socket
import tracemalloc

import pytest
from tests.sources.remote.service import (
    ANSWERED,
    DATA,
    MIB,
    QUESTION,
    Answer,
    Service,
    answer,
    answering,
    ask,
    endless,
    failing,
    failure,
    hang_up,
    raw,
    serving,
    silent,
)

from baygate.sources.remote.failure import Kind, SourceFailed
from baygate.sources.remote.remote import Remote
from baygate.sources.remote.reply import Reply
from baygate.sources.remote.source import RemoteSource


def test_a_question_is_posted_as_it_is_and_says_what_is_understood() -> None:
    reply, service = answering(answer())
    assert reply == ANSWERED
    (request,) = service.requests
    assert request.head.startswith("POST /graphql HTTP/1.1\r\n")
    assert request.body == QUESTION
    assert request.header("content-type") == "application/json"
    assert request.header("accept") == "application/graphql-response+json, application/json;q=0.9"
    assert request.header("accept-encoding") == "identity"
    assert request.header("baygate-assertion") is None
    assert request.header("authorization") is None


def test_connections_are_kept_for_the_next_question() -> None:
    async def run() -> int:
        async with serving(answer()) as service, RemoteSource(service.remote()) as source:
            for _ in range(5):
                await ask(source)
            return service.connections

    assert asyncio.run(run()) == 1


def test_no_more_connections_are_made_than_are_allowed() -> None:
    async def run() -> tuple[int, int]:
        async with serving(answer()) as service, RemoteSource(service.remote(connections=2)) as source:
            await asyncio.gather(*(ask(source) for _ in range(20)))
            return service.connections, len(service.requests)

    assert asyncio.run(run()) == (2, 20)


def test_an_assertion_is_made_once_for_a_question_and_sent_with_it() -> None:
    made: list[str] = []

    def assertion() -> str:
        made.append(f"head.{len(made)}.signature")
        return made[-1]

    async def run() -> list[str | None]:
        async with (
            serving(answer({}, 503), answer()) as service,
            RemoteSource(service.remote(retries=1)) as source,
        ):
            await ask(source, assertion=assertion)
            return [each.header("baygate-assertion") for each in service.requests]

    assert asyncio.run(run()) == ["head.0.signature", "head.0.signature"]


@pytest.mark.parametrize("content_type", ["application/json", "application/graphql-response+json; charset=utf-8"])
def test_both_media_types_are_answers(content_type: str) -> None:
    assert answering(answer(content_type=content_type))[0] == ANSWERED


def test_a_long_question_arrives_whole() -> None:
    async def run() -> tuple[bytes, bytes]:
        question = b'{"query":"' + b"x" * (3 * MIB) + b'"}'
        async with serving(answer()) as service, RemoteSource(service.remote()) as source:
            await source.ask(question, read=True, deadline=asyncio.get_running_loop().time() + 5)
            return question, service.requests[0].body

    sent, came = asyncio.run(run())
    assert sent == came


def test_a_long_question_that_nobody_reads_is_given_up() -> None:
    async def run() -> int:
        came, over = 0, asyncio.Event()

        async def read_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal came
            await over.wait()
            with contextlib.suppress(OSError):
                while text := await reader.read(MIB):
                    came += len(text)
            writer.close()
            over.clear()

        async with await asyncio.start_server(read_late, "127.0.0.1", 0) as server:
            remote = Service([], f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/").remote(timeout=0.1)
            async with RemoteSource(remote) as source:
                with pytest.raises(SourceFailed) as failed:
                    await source.ask(bytes(64 * MIB), read=True, deadline=asyncio.get_running_loop().time() + 5)
                assert failed.value.kind is Kind.TIMEOUT
                over.set()
                await asyncio.sleep(0.1)
                assert not over.is_set()
        return came

    assert asyncio.run(run()) < 32 * MIB


def test_an_answer_that_comes_in_pieces_is_put_together() -> None:
    chunked = b"".join(b"1\r\n%c\r\n" % byte for byte in b'{"data":{"who":"tax"}}')
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    assert answering(raw(head + chunked + b"0\r\n\r\n"))[0] == ANSWERED


def test_errors_are_passed_on_with_the_data_and_open_nothing() -> None:
    said = {"data": {"who": None}, "errors": [{"message": "no", "path": ["who"]}]}

    async def run() -> tuple[Reply, int]:
        async with serving(answer(said)) as service, RemoteSource(service.remote()) as source:
            for _ in range(30):
                reply = await ask(source)
            return reply, source.status.failures

    assert asyncio.run(run()) == (Reply({"who": None}, [{"message": "no", "path": ["who"]}]), 0)


@pytest.mark.parametrize("status", [400, 500, 503])
def test_errors_that_come_with_a_status_of_failure_are_the_answer(status: int) -> None:
    reply, service = answering(answer({"errors": [{"message": "no"}]}, status), retries=2)
    assert reply == Reply(None, [{"message": "no"}])
    assert len(service.requests) == 1


def test_a_source_that_is_down_is_unreachable() -> None:
    async def run() -> None:
        async with serving(answer()) as service:
            remote = service.remote()
        async with RemoteSource(remote) as source:
            await failure(source, kind=Kind.UNREACHABLE)

    asyncio.run(run())


def test_a_source_whose_name_nobody_knows_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = []

    def unknown(host: str, *_: object, **__: object) -> None:
        looked_up.append(host)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async def run() -> None:
        async with RemoteSource(Remote("tax", "gd-tax", "https://tax.example/", retries=0)) as source:
            monkeypatch.setattr(socket, "getaddrinfo", unknown)
            await failure(source, kind=Kind.UNREACHABLE)

    asyncio.run(run())
    assert looked_up == ["tax.example"]


HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
LENGTH = HEAD + b"content-length: 100\r\n\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "slow",
    [silent, raw(b"HTTP/1.1 200 OK\r\ncontent-", hang=True), raw(LENGTH, hang=True), raw(LENGTH + b"{", hang=True)],
    ids=["nothing", "half a head", "no body", "half a body"],
)
def test_a_slow_answer_is_given_up_and_not_asked_for_again(slow: Answer) -> None:
    service = failing(slow, kind=Kind.TIMEOUT, timeout=0.1, retries=3)
    assert len(service.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (raw(b"SSH-2.0-OpenSSH_9.6\r\n", close=True), Kind.MALFORMED),
        (raw(HEAD + b"x: " + b"y" * 20_000 + b"\r\n\r\n{}"), Kind.MALFORMED),
        (raw(CHUNKED + b"zz\r\n"), Kind.MALFORMED),
        (answer(b"no gzip", content_encoding="gzip"), Kind.MALFORMED),
        (answer(b"no brotli", content_encoding="br"), Kind.MALFORMED),
        (answer([]), Kind.MALFORMED),
        (answer({"data": "x"}), Kind.MALFORMED),
        (answer(b"<html>", content_type="text/html"), Kind.NOT_JSON),
        (answer(DATA, content_type="text/plain"), Kind.NOT_JSON),
        (answer(b"<html>"), Kind.NOT_JSON),
        (answer(b'{"data":' + b"[" * 100_000), Kind.NOT_JSON),
        (answer(b"<html>", 502, "text/html"), Kind.STATUS),
        (answer({"message": "no"}, 404), Kind.STATUS),
        (raw(LENGTH + b"{", close=True), Kind.UNREACHABLE),
        (raw(CHUNKED + b"5\r\n{", close=True), Kind.UNREACHABLE),
        (hang_up, Kind.UNREACHABLE),
    ],
)
def test_a_bad_answer_is_told_by_its_kind(answer: Answer, kind: Kind) -> None:
    failing(answer, kind=kind)


def test_a_connection_whose_answer_was_not_read_to_its_end_is_closed() -> None:
    async def run() -> tuple[int, Reply]:
        page = raw(LENGTH.replace(b"application/json", b"text/html"), hang=True)
        async with serving(page, raw(LENGTH, hang=True), answer()) as service:
            async with RemoteSource(service.remote(max_bytes=99)) as source:
                await failure(source, kind=Kind.NOT_JSON)
                await failure(source, kind=Kind.TOO_LARGE)
                reply = await ask(source)
            return service.connections, reply

    assert asyncio.run(run()) == (3, ANSWERED)


def test_an_answer_may_have_as_many_bytes_as_are_allowed_and_not_one_more() -> None:
    body = b'{"data":{"who":"tax"}}'.ljust(1_000)
    for allowed in (answer(body), answer(gzip.compress(body), content_encoding="gzip")):
        assert answering(allowed, max_bytes=len(body))[0] == ANSWERED
        failing(allowed, kind=Kind.TOO_LARGE, max_bytes=len(body) - 1)


@pytest.mark.parametrize(
    "answer",
    [
        endless(HEAD + b"\r\n", b" " * 65_536),
        endless(CHUNKED, b"10000\r\n" + b" " * 65_536 + b"\r\n"),
        answer(gzip.compress(bytes(100 * MIB)), content_encoding="gzip"),
        endless(HEAD + b"content-encoding: gzip\r\n\r\n", gzip.compress(bytes(MIB)) * 64),
    ],
    ids=["until it closes", "in chunks", "a gzip bomb", "gzip bombs without end"],
)
def test_an_endless_answer_is_cut_off_before_it_takes_memory(answer: Answer) -> None:
    async def run() -> int:
        async with serving(answer) as service, RemoteSource(service.remote(max_bytes=MIB)) as source:
            tracemalloc.start()
            try:
                await failure(source, kind=Kind.TOO_LARGE)
                most = tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()
            await asyncio.wait_for(service.ended.wait(), 5)
            return most

    assert asyncio.run(run()) < 8 * MIB


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_a_failure_and_is_never_followed(status: int) -> None:
    async def run() -> int:
        async with serving(answer()) as elsewhere:
            redirect = answer(b"", status, location=elsewhere.url)
            async with serving(redirect) as service, RemoteSource(service.remote()) as source:
                assert str(status) in (await failure(source, kind=Kind.STATUS)).message
            return elsewhere.connections

    assert asyncio.run(run()) == 0


def test_no_cookie_is_kept() -> None:
    async def run() -> list[str | None]:
        # an address, other than a name, would have none anyway
        given = serving(answer(set_cookie="s=1; Path=/"), host="localhost")
        async with given as service, RemoteSource(service.remote()) as source:
            await ask(source)
            await ask(source)
            return [each.header("cookie") for each in service.requests]

    assert asyncio.run(run()) == [None, None]


def test_nothing_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert answering(answer())[0] == ANSWERED


def test_whoever_stops_waiting_ends_the_attempt() -> None:
    async def run() -> tuple[int, int]:
        async with serving(silent) as service, RemoteSource(service.remote()) as source:
            asking = asyncio.ensure_future(ask(source))
            await service.arrived.get()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await asyncio.wait_for(service.ended.wait(), 5)
            return source.counters.left, sum(source.counters.failures.values())

    assert asyncio.run(run()) == (1, 0)


def test_it_is_counted_what_happens() -> None:
    async def run() -> None:
        answers = answer({}, 503), answer(), answer(b"<html>", 404, "text/html"), silent
        async with serving(*answers) as service, RemoteSource(service.remote(retries=1, timeout=0.2)) as source:
            await ask(source)
            await failure(source, kind=Kind.STATUS)
            await failure(source, kind=Kind.TIMEOUT)
            counters = source.counters
            assert (counters.asked, counters.retries, counters.left) == (3, 1, 0)
            assert {kind: times for kind, times in counters.failures.items() if times} == {
                Kind.STATUS: 1,
                Kind.TIMEOUT: 1,
            }
            assert counters.bytes == len(b"{}") + len(b'{"data":{"who":"tax"}}')
            assert counters.seconds >= 0.2

    asyncio.run(run())
