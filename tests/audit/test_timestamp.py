"""Time stamps on heads, by an authority that is OpenSSL's, and by such as are not to be believed."""

import asyncio
import datetime
import hashlib
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from asn1crypto import cms, tsp
from cryptography import x509
from tests.publisher import Answer, Publisher, dies, gives, publishing, redirects

import baygate.audit.timestamp as under_test
from baygate.audit.timestamp import Authority, BadTimestamp, StampFailed, anchors_of, verified
from baygate.errors import OperatorError
from baygate.sample.authority import Authority as CertificateAuthority
from baygate.sample.authority import Issued, Terms, Validity
from baygate.sample.openssl import RSA, run

HEAD = "eyJhbGciOiJFUzI1NiJ9.eyJzaXplIjoxfQ.c2lnbmF0dXJl"
DIGEST = hashlib.sha256(HEAD.encode()).digest()
POLICY, OTHER_POLICY = "1.3.6.1.4.1.99999.1", "1.3.6.1.4.1.99999.2"
DAY = datetime.timedelta(days=1)
NOW = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
VALID = Validity(NOW - 2 * DAY, NOW + 60 * DAY)
STAMPING = {"extendedKeyUsage": "critical,timeStamping", "keyUsage": "critical,digitalSignature"}
REPLY = {"content-type": "application/timestamp-reply"}
CONFIGURATION = """\
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = {signer}
signer_key = {key}
certs = {between}
default_policy = {policy}
other_policies = {policy}
digests = sha256, sha3-256
signer_digest = sha256
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Stamping:
    """A time-stamping authority: OpenSSL in a directory."""

    directory: Path
    anchor: x509.Certificate

    @classmethod
    def below(cls, directory: Path, name: str, root: CertificateAuthority, validity: Validity = VALID) -> "Stamping":
        """Make an authority whose certificate is issued by a CA between it and the root."""
        between = root.issue_ca(f"{name}-between", (("CN", f"{name} CA"),), terms=Terms(VALID))
        issued = between.issue(name, (("CN", name),), terms=Terms(validity, extensions=STAMPING))
        return cls.of(directory / name, issued, between.identity.certificate, root.identity.x509)

    @classmethod
    def of(cls, directory: Path, issued: Issued, between: Path, anchor: x509.Certificate) -> "Stamping":
        directory.mkdir()
        text = CONFIGURATION.format(signer=issued.certificate, key=issued.key, between=between, policy=POLICY)
        (directory / "tsa.cnf").write_text(text, encoding="utf-8")
        return cls(directory, anchor)

    def answer(self, request: bytes) -> bytes:
        asked = self.directory / "request.tsq"
        asked.write_bytes(request)
        run("ts", "-reply", "-config", "tsa.cnf", "-queryfile", asked, "-out", "reply.tsr", directory=self.directory)
        return (self.directory / "reply.tsr").read_bytes()

    def request(self, head: str) -> bytes:
        """Return a request of OpenSSL's own for a head."""
        (self.directory / "head").write_text(head, encoding="ascii")
        return run("ts", "-query", "-data", "head", "-sha256", "-cert", directory=self.directory)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> CertificateAuthority:
    return CertificateAuthority.root(
        tmp_path_factory.mktemp("roots"), "root", (("CN", "time"),), RSA, terms=Terms(VALID)
    )


@pytest.fixture(scope="module")
def tsa(root: CertificateAuthority, tmp_path_factory: pytest.TempPathFactory) -> Stamping:
    return Stamping.below(tmp_path_factory.mktemp("tsa"), "tsa", root)


@pytest.fixture(scope="module")
def server() -> Iterator[Publisher]:
    with publishing() as publisher:
        yield publisher


@pytest.fixture
def asked(server: Publisher, tsa: Stamping) -> Callable[..., Authority]:
    """Return the way to set what the authority answers, or makes of a request."""

    def answering(answer: Answer | None = None, **changes: object) -> Authority:
        server.answers["/tsa"] = answer or gives(tsa.answer, **REPLY)
        return replace(Authority(server.url("/tsa"), (tsa.anchor,), POLICY), **changes)

    return answering


def stamp(authority: Authority) -> bytes:
    return asyncio.run(authority.stamp(DIGEST))


def failed(authority: Authority) -> str:
    with pytest.raises(StampFailed) as told:
        stamp(authority)
    assert told.value.what.startswith("127.0.0.1 gave no time stamp: ")
    return told.value.what


# What is good


@pytest.fixture(scope="module")
def token(tsa: Stamping, server: Publisher) -> bytes:
    server.answers["/once"] = gives(tsa.answer, **REPLY)
    return stamp(Authority(server.url("/once"), (tsa.anchor,)))


def test_a_token_says_when_the_head_was_there(token: bytes, tsa: Stamping) -> None:
    at = verified(token, HEAD, [tsa.anchor], POLICY)
    assert abs(at - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)
    assert at.utcoffset() == datetime.timedelta(0)


def test_openssl_verifies_it_too(token: bytes, tsa: Stamping, root: CertificateAuthority, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(token)
    (tmp_path / "head").write_text(HEAD, encoding="ascii")
    told = run(
        "ts", "-verify", "-token_in", "-in", "token", "-data", "head", "-CAfile", root.identity.certificate,
        directory=tmp_path,
    )  # fmt: skip
    assert b"Verification: OK" in told


def test_a_token_that_somebody_else_asked_for_is_as_good(tsa: Stamping) -> None:
    read = tsp.TimeStampResp.load(tsa.answer(tsa.request(HEAD)))
    assert verified(read["time_stamp_token"].dump(), HEAD, [tsa.anchor])


def test_certificates_may_come_in_any_order(token: bytes, tsa: Stamping) -> None:
    first, second = (each.dump() for each in cms.ContentInfo.load(token)["content"]["certificates"])
    assert token.count(first + second) == 1
    for each in (token, token.replace(first + second, second + first)):
        assert verified(each, HEAD, [tsa.anchor])


def test_one_anchor_of_several_is_enough(token: bytes, tsa: Stamping, other: Stamping) -> None:
    assert verified(token, HEAD, [other.anchor, tsa.anchor])


def test_the_authority_learns_the_digest_alone(asked: Callable[..., Authority], tsa: Stamping) -> None:
    seen = []

    def answer(request: bytes) -> bytes:
        seen.append(request)
        return tsa.answer(request)

    stamp(asked(gives(answer, **REPLY)))
    (request,) = seen
    assert tsp.TimeStampReq.load(request)["message_imprint"]["hash_algorithm"]["algorithm"].native == "sha256"
    assert HEAD.encode() not in request
    assert len(request) < 100


def test_anchors_are_read_from_a_file(root: CertificateAuthority, tmp_path: Path) -> None:
    assert anchors_of(root.identity.certificate) == (root.identity.x509,)
    for content in (None, b"", b"nothing"):
        file = tmp_path / "anchors.pem"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(OperatorError, match="holds no certificates to verify time stamps by"):
            anchors_of(file)


# What is not


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Stamping:
    """An authority whose root nobody here trusts, by the names of the one that is trusted."""
    directory = tmp_path_factory.mktemp("other")
    return Stamping.below(
        directory, "tsa", CertificateAuthority.root(directory, "root", (("CN", "time"),), terms=Terms(VALID))
    )


def test_another_head_is_not_proved(token: bytes, tsa: Stamping) -> None:
    with pytest.raises(BadTimestamp, match="Mismatch between messages"):
        verified(token, HEAD + "x", [tsa.anchor])


def test_another_authority_proves_nothing(token: bytes, other: Stamping, asked: Callable[..., Authority]) -> None:
    with pytest.raises(BadTimestamp, match="certificates"):
        verified(token, HEAD, [other.anchor])
    assert "certificates" in failed(asked(gives(other.answer, **REPLY)))


def test_another_policy_proves_nothing(token: bytes, tsa: Stamping, asked: Callable[..., Authority]) -> None:
    with pytest.raises(BadTimestamp, match="Policy ID mismatch"):
        verified(token, HEAD, [tsa.anchor], OTHER_POLICY)
    assert "it refuses (rejection): " in failed(asked(policy=OTHER_POLICY)), "it is asked for"

    def under_its_own(request: bytes) -> bytes:
        read = tsp.TimeStampReq.load(request)
        assert read["req_policy"].native == OTHER_POLICY
        read["req_policy"] = POLICY
        return tsa.answer(read.dump())

    assert "Policy ID mismatch" in failed(asked(gives(under_its_own, **REPLY), policy=OTHER_POLICY))


def test_an_answer_to_another_request_is_not_taken(asked: Callable[..., Authority], tsa: Stamping) -> None:
    of_before = tsa.answer(tsa.request(HEAD))
    assert "Nonce mismatch" in failed(asked(gives(of_before, **REPLY)))
    without = run("ts", "-query", "-data", "head", "-sha256", "-cert", "-no_nonce", directory=tsa.directory)
    assert "Nonce mismatch" in failed(asked(gives(tsa.answer(without), **REPLY)))


def test_an_answer_about_something_else_is_not_taken(asked: Callable[..., Authority], tsa: Stamping) -> None:
    def of_another(request: bytes) -> bytes:
        read = tsp.TimeStampReq.load(request)
        read["message_imprint"]["hashed_message"] = bytes(32)
        return tsa.answer(read.dump())

    assert "Mismatch between messages" in failed(asked(gives(of_another, **REPLY)))


@pytest.mark.parametrize("validity", [Validity(NOW - 2 * DAY, NOW - DAY), Validity(NOW + DAY, NOW + 2 * DAY)])
def test_a_certificate_that_was_not_valid_then_proves_nothing(
    root: CertificateAuthority, tmp_path: Path, asked: Callable[..., Authority], validity: Validity
) -> None:
    name = f"over-{validity.begins:%Y%m%d}"
    stamping = Stamping.below(tmp_path, name, root, validity)
    assert "certificates" in failed(asked(gives(stamping.answer, **REPLY)))


def test_a_certificate_that_is_over_since_still_proves_what_it_stamped(
    root: CertificateAuthority, tmp_path: Path, asked: Callable[..., Authority]
) -> None:
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=3)
    stamping = Stamping.below(tmp_path, "soon-over", root, Validity(VALID.begins, ends.replace(microsecond=0)))
    token = stamp(asked(gives(stamping.answer, **REPLY)))
    time.sleep((ends - datetime.datetime.now(datetime.UTC)).total_seconds() + 0.1)
    assert verified(token, HEAD, [root.identity.x509]) < ends


def test_a_refusal_is_told(asked: Callable[..., Authority], tsa: Stamping) -> None:
    def with_another_digest(request: bytes) -> bytes:
        del request
        (tsa.directory / "head").write_text(HEAD, encoding="ascii")
        return tsa.answer(run("ts", "-query", "-data", "head", "-sha512", "-cert", directory=tsa.directory))

    assert re.search(r"it refuses \(rejection\): .", failed(asked(gives(with_another_digest, **REPLY))))


@pytest.mark.parametrize(
    "garbage", [b"", b"no answer", b"\x30\x80", b"\x30\x03\x02\x01\x00", b"\x30\x05\x30\x03\x02\x01\x00"]
)
def test_garbage_is_no_time_stamp(asked: Callable[..., Authority], tsa: Stamping, garbage: bytes) -> None:
    assert "it is no" in failed(asked(gives(garbage, **REPLY)))
    with pytest.raises(BadTimestamp, match="it is no time stamp"):
        verified(garbage, HEAD, [tsa.anchor])


def test_a_digest_of_another_kind_is_not_taken_for_one_of_ours(asked: Callable[..., Authority], tsa: Stamping) -> None:
    def as_another(request: bytes) -> bytes:
        read = tsp.TimeStampReq.load(request)
        read["message_imprint"]["hash_algorithm"]["algorithm"] = "sha3_256"
        return tsa.answer(read.dump())

    assert "no SHA-256" in failed(asked(gives(as_another, **REPLY)))


@pytest.mark.filterwarnings("ignore:Parsed a serial number which wasn't positive")
def test_a_byte_that_changed_is_found_or_changes_nothing(token: bytes, tsa: Stamping) -> None:
    at, choose = verified(token, HEAD, [tsa.anchor]), random.Random(4)
    refused = 0
    for _ in range(600):
        changed = bytearray(token)
        changed[choose.randrange(len(token))] = choose.randrange(256)
        try:
            # what is not signed are certificates that the token would not need to bring along
            assert verified(bytes(changed), HEAD, [tsa.anchor]) == at
        except BadTimestamp:
            refused += 1
    assert refused > 500


def trickling(server: Publisher) -> Answer:
    def answer(request: BaseHTTPRequestHandler, _: bytes) -> None:
        request.send_response(200)
        request.send_header("content-type", REPLY["content-type"])
        request.end_headers()
        while not server.over.is_set():
            request.wfile.write(b"\x30")
            time.sleep(0.02)

    return answer


def endless(request: BaseHTTPRequestHandler, _: bytes) -> None:
    request.send_response(200)
    request.send_header("content-type", REPLY["content-type"])
    request.end_headers()
    while True:
        request.wfile.write(b"\x30\x82" * 8_192)


def test_an_answer_without_end_is_not_read_on(asked: Callable[..., Authority]) -> None:
    assert "it sends more than 65536 bytes" in failed(asked(endless))


def test_an_authority_that_is_slow_is_not_waited_for(asked: Callable[..., Authority], server: Publisher) -> None:
    for answer in (trickling(server), server.hangs):
        begun = time.monotonic()
        assert failed(asked(answer, patience=0.2))
        assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (gives(b"sorry", 503, **REPLY), "it answers 503"),
        (gives(b"<html>", 200, **{"content-type": "text/html"}), "it answers 200, with text/html"),
        (redirects("http://127.0.0.1:9/"), "it answers 302"),
        (dies, ""),
    ],
    ids=["down", "a page", "elsewhere", "dead"],
)
def test_what_is_no_answer_is_told(asked: Callable[..., Authority], answer: Answer, told: str) -> None:
    assert told in failed(asked(answer))


def test_an_authority_that_is_not_there_is_told(asked: Callable[..., Authority]) -> None:
    for url in ("http://127.0.0.1:9/tsa", "nowhere"):
        with pytest.raises(StampFailed, match="gave no time stamp"):
            stamp(asked(url=url))


def test_the_loop_goes_on_while_a_stamp_is_waited_for(asked: Callable[..., Authority], tsa: Stamping) -> None:
    def slowly(request: bytes) -> bytes:
        time.sleep(0.1)
        return tsa.answer(request)

    async def turns() -> int:
        stamping = asyncio.create_task(asked(gives(slowly, **REPLY)).stamp(DIGEST))
        turned = 0
        while not stamping.done():
            await asyncio.sleep(0.005)
            turned += 1
        assert await stamping
        return turned

    assert asyncio.run(turns()) > 10


def test_a_token_may_not_be_large(token: bytes, tsa: Stamping) -> None:
    with pytest.raises(BadTimestamp, match="more than"):
        verified(token + bytes(under_test._LARGEST), HEAD, [tsa.anchor])
