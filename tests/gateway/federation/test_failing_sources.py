"""A source that fails, in every way that a server can: its fields are null, the rest of the answer stands."""

import asyncio
import gzip
import logging
import socket
import time
from typing import Any

import pytest
from tests.gateway.federation.running import asked, gateway, supergraph, world
from tests.sources.remote.service import MIB, Answer, answer, endless, hang_up, raw, serving, silent

from baygate.gateway.limits import Limits

QUESTION = "{ company { name score } }"
COMPANY = answer({"data": {"company": {"id": "1", "name": "Harbour"}}})
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
QUICK = Limits(time=0.4)


def chunk(text: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(text), text)


def bomb() -> bytes:
    packed = gzip.compress(bytes(64 * MIB), 9)
    return HEAD + b"content-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed) + packed


FAILURES: dict[str, tuple[Answer, str]] = {
    "that hangs up": (hang_up, "UNREACHABLE"),
    "that breaks off": (raw(HEAD + b'content-length: 99\r\n\r\n{"data":', close=True), "UNREACHABLE"),
    "that never answers": (silent, "TIMEOUT"),
    "whose headers do not end": (endless(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n" * 100), "MALFORMED"),
    "whose body does not come": (raw(HEAD + b"content-length: 99\r\n\r\n", hang=True), "TIMEOUT"),
    "whose body does not end": (endless(CHUNKED, chunk(b" " * 65_536)), "TOO_LARGE"),
    "that announces too much": (raw(HEAD + b"content-length: 999999999999\r\n\r\n", hang=True), "TOO_LARGE"),
    "that sends a gzip bomb": (raw(bomb()), "TOO_LARGE"),
    "that sends broken gzip": (answer(b"no gzip", content_encoding="gzip"), "MALFORMED"),
    "that speaks no HTTP": (raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", close=True), "MALFORMED"),
    "behind a broken proxy": (answer(b"<html>10.20.30.40</html>", 502, "text/html"), "STATUS"),
    "that answers in HTML": (answer(b"<html>welcome</html>", content_type="text/html"), "NOT_JSON"),
    "that redirects": (answer(b"", 302, location="http://10.20.30.40/"), "STATUS"),
    "that knows no such page": (answer(b"not found", 404, "text/plain"), "STATUS"),
    "that breaks off its JSON": (answer(b'{"data":{"_entities":[{"score":'), "NOT_JSON"),
    "that sends NaN": (answer(b'{"data":{"_entities":[{"score":NaN}]}}'), "NOT_JSON"),
    "that sends a number of no size": (answer(b'{"data":{"_entities":[{"score":1e999}]}}'), "NOT_JSON"),
    "that sends half a character": (answer(b'{"data":{"_entities":[{"score":"\\ud800"}]}}'), "NOT_JSON"),
    "that nests without end": (answer(b'{"data":{"_entities":' + b"[" * 300 + b"]" * 300 + b"}}"), "MALFORMED"),
    "that sends a list": (answer([]), "MALFORMED"),
    "that sends a text": (answer("data"), "MALFORMED"),
    "that sends null": (answer(None), "MALFORMED"),
    "that sends an object of another kind": (answer({"error": "10.20.30.40"}), "MALFORMED"),
    "whose data are a list": (answer({"data": [1]}), "MALFORMED"),
    "whose errors are an object": (answer({"data": {}, "errors": {}}), "MALFORMED"),
    "without data and errors": (answer({"data": None, "errors": []}), "MALFORMED"),
}


@pytest.mark.parametrize(("ratings", "kind"), FAILURES.values(), ids=FAILURES)
def test_a_source(ratings: Answer, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    began = time.monotonic()
    told = asked(QUESTION, COMPANY, ratings, QUICK)
    assert time.monotonic() - began < 10
    assert told["data"] == {"company": {"name": "Harbour", "score": None}}
    (error,) = told["errors"]
    assert error["path"] == ["company"]
    assert error["extensions"] == {"code": "SOURCE_FAILED", "source": "ratings", "kind": kind}
    assert "ratings" in error["message"]
    assert "10.20.30.40" not in error["message"]
    assert not [each for each in caplog.records if each.levelno >= logging.ERROR]


def test_a_source_where_nobody_listens() -> None:
    async def run() -> dict[str, Any]:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            nowhere = f"http://127.0.0.1:{probe.getsockname()[1]}/"
        async with serving(COMPANY) as one, gateway(supergraph(one.url, nowhere)) as running:
            return await running.ask(QUESTION)

    told = asyncio.run(run())
    assert told["data"] == {"company": {"name": "Harbour", "score": None}}
    (error,) = told["errors"]
    assert error["extensions"]["kind"] == "UNREACHABLE"


def test_what_waits_for_a_source_that_failed_is_not_asked_for_and_each_root_field_has_one_error() -> None:
    async def run() -> tuple[dict[str, Any], int]:
        async with world(hang_up, COMPANY) as running:
            told = await running.ask("{ mine: company { score grade } companies { score } }")
            return told, len(running.ratings.requests)

    told, requests = asyncio.run(run())
    assert told["data"] == {"mine": None, "companies": None}
    assert [(each["path"], each["extensions"]["source"]) for each in told["errors"]] == [
        (["mine"], "companies"),
        (["companies"], "companies"),
    ]
    assert requests == 0


def test_in_a_list_a_failure_has_one_error_and_takes_only_what_must_not_be_null() -> None:
    companies = answer({"data": {"companies": [{"id": str(number), "name": f"No. {number}"} for number in range(9)]}})
    told = asked("{ companies { name score } }", companies, hang_up)
    assert told["data"] == {"companies": [{"name": f"No. {number}", "score": None} for number in range(9)]}
    assert [each["path"] for each in told["errors"]] == [["companies"]]
    told = asked("{ companies { name grade } }", companies, hang_up)
    assert told["data"] == {"companies": None}
    assert [each["path"] for each in told["errors"]] == [["companies"]]


def test_of_an_object_that_a_failure_takes_nothing_further_is_said() -> None:
    told = asked("{ company { name grade } }", COMPANY, hang_up)
    assert told["data"] == {"company": None}
    assert [each["extensions"]["code"] for each in told["errors"]] == ["SOURCE_FAILED"]


def test_all_sources_of_a_request_share_its_time() -> None:
    async def run() -> tuple[dict[str, Any], float]:
        async def slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(0.3)
            await COMPANY(reader, writer)

        async with world(slowly, silent, QUICK) as running:
            began = time.monotonic()
            return await running.ask(QUESTION), time.monotonic() - began

    told, seconds = asyncio.run(run())
    assert told["data"] == {"company": {"name": "Harbour", "score": None}}
    assert told["errors"][0]["extensions"]["kind"] == "TIMEOUT"
    assert seconds < 0.6
