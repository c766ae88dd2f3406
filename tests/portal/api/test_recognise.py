"""A pasted certificate: every condition of the entry that came nearest, and nobody is let in by it."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.portal.api.sample_control import NOW
from tests.sample.test_policies import CERTIFICATES, trusted

from baygate.access.documents.in_force import recognising
from baygate.gateway.recognitions import Recognitions
from baygate.gateway.revocation import RevocationData
from baygate.oauth.recognised import RecognitionUnavailable
from baygate.portal.api.recognise import Desk
from baygate.portal.caller import Refused
from baygate.recognition.certificate import Certificate
from baygate.recognition.judgement import Judgement
from baygate.recognition.recogniser import Recogniser
from baygate.recognition.revocation import BadRevocationData, Known, crl_der, read_crl

ALL = [
    "certificate", "usage", "issuing CA", "validity of the entry", "type name", "policy", "party", "path", "revocation",
]  # fmt: skip


def pem(name: str) -> str:
    return (CERTIFICATES / name).read_text(encoding="ascii")


def base64_of(name: str) -> str:
    return base64.b64encode(x509.load_pem_x509_certificate(pem(name).encode()).public_bytes(Encoding.DER)).decode()


async def _nowhere() -> Any:
    raise AssertionError("nobody looks into the database, and nothing is recorded")


@cache
def lists() -> Any:
    return recognising(trusted(), NOW)


@cache
def known() -> Known:
    """What the example authorities' CRLs say."""
    found = Known()
    for file in sorted(CERTIFICATES.glob("*/**/*.crl")):
        for authority in [each.der for taken in lists() for each in taken.document.authorities]:
            try:
                found = found.with_crls([read_crl(crl_der(file.read_bytes()), authority)])
            except BadRevocationData:
                continue
    return found


Paste = Callable[[str], dict[str, Any]]


@pytest.fixture
def paste(tmp_path: Path) -> Iterator[Paste]:
    """Return the way to paste a text at a worker that goes by the sample world's lists and CRLs."""
    recogniser = Recogniser()
    recogniser.take_lists(lists())
    recogniser.take_known(known())

    def pasted(text: str) -> dict[str, Any]:
        async def run() -> dict[str, Any]:
            recognitions = Recognitions(recogniser, RevocationData(tmp_path, 60, recogniser), _nowhere, "commerce-gd")
            try:
                return await Desk(recognitions).judged(text)
            finally:
                await recognitions.close()

        return asyncio.run(run())

    yield pasted
    assert not list(tmp_path.iterdir()), "nothing is kept"


def conditions(found: dict[str, Any]) -> list[str]:
    return [each["name"] for each in found["conditions"]]


def failing(found: dict[str, Any]) -> dict[str, Any]:
    """Return the first condition that is not met: it is the reason."""
    return dict(next(each for each in found["conditions"] if not each["met"]))


@pytest.mark.parametrize(
    ("name", "party", "jurisdiction"),
    [
        ("hk/platform.pem", "HK-70812345", "HK"),
        ("cn-gd/exporter.pem", "CN-914401155907310057", "CN-GD"),
        ("cn-gd/sm2/exporter.pem", "CN-914401155907310057", "CN-GD"),
    ],
)
def test_a_good_one_is_recognised_by_every_condition(paste: Paste, name: str, party: str, jurisdiction: str) -> None:
    found = paste(pem(name))
    assert found["recognised"], found["sentence"]
    assert (found["party"], found["jurisdiction"]) == (party, jurisdiction)
    assert conditions(found) == [each for each in ALL if each in conditions(found)], "in their order"
    assert conditions(found)[-2:] == ["path", "revocation"]
    assert all(each["met"] and each["detail"] for each in found["conditions"])
    assert party in found["sentence"]
    assert found["entry"].startswith(f"{jurisdiction}/")
    assert found["client"] == party.lower()
    assert len(found["fingerprint"]) == 64


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("hk/revoked.pem", "revocation"),
        ("cn-gd/sm2/revoked.pem", "revocation"),
        ("hk/expired.pem", "path"),
        ("hk/other-type.pem", "type name"),
        ("hk/other-policy.pem", "policy"),
        ("hk/no-party.pem", "party"),
        ("hk/two-parties.pem", "party"),
        ("hk/look-alike.pem", "issuing CA"),
        ("hk/issuing.pem", "usage"),
        ("tax-gd.pem", "issuing CA"),
    ],
)
def test_a_bad_one_tells_which_condition_it_fails(paste: Paste, name: str, condition: str) -> None:
    found = paste(pem(name))
    assert not found["recognised"]
    assert failing(found)["name"] == condition
    assert failing(found)["detail"] in found["sentence"]
    assert found["sentence"].startswith(f"It is not recognised, for its {condition}")
    assert (found["party"], found["admits"], found["goodUntil"]) == (None, None, None)
    assert found["subject"]


def test_it_may_be_der_in_base64(paste: Paste) -> None:
    text = base64_of("hk/platform.pem")
    lines = "\n".join(text[start : start + 60] for start in range(0, len(text), 60))
    assert paste(text) == paste(lines) == paste(pem("hk/platform.pem"))


@pytest.mark.parametrize("order", [("platform", "issuing", "root"), ("root", "issuing", "platform")])
def test_of_a_chain_it_is_the_one_that_all_others_stand_above(paste: Paste, order: tuple[str, ...]) -> None:
    chain = "some text\n".join(pem(f"hk/{each}.pem") for each in order)
    assert paste(chain) == paste(pem("hk/platform.pem"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----",
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
        "数据",
        "A" * 60_000,
        base64.b64encode(b"\x30\x82\xff\xff" + bytes(1_000)).decode(),
    ],
)
def test_what_is_no_certificate_is_told_so(paste: Paste, text: str) -> None:
    found = paste(text)
    assert (found["recognised"], found["subject"], found["entry"]) == (False, None, None)
    assert failing(found)["name"] == "certificate"
    assert found["sentence"].startswith("It is refused before anything else: ")


def test_a_certificate_with_its_private_key_repeats_nothing_of_the_key(paste: Paste) -> None:
    key = (CERTIFICATES / "hk/platform.key.pem").read_text(encoding="ascii")
    found = paste(pem("hk/platform.pem") + key)
    assert found["recognised"]
    assert not any(line in repr(found) for line in key.splitlines()[1:-1])


def test_a_cut_certificate_is_told_so(paste: Paste) -> None:
    cut = base64_of("hk/platform.pem")[:800]
    assert failing(paste(cut))["name"] == "certificate"


def test_chains_without_end_are_not_looked_at(paste: Paste) -> None:
    assert "8 is the most" in paste(pem("hk/platform.pem") * 9)["sentence"]


def test_a_text_that_is_too_large_is_refused(paste: Paste) -> None:
    with pytest.raises(Refused) as raised:
        paste("A" * 65_537)
    assert (raised.value.status, raised.value.error) == (413, "too_large")


class Slow:
    """A worker's recognitions while its one thread is taken."""

    def __init__(self, judge: Callable[[Certificate], Awaitable[Judgement]]) -> None:
        self.judged = judge

    def remembered(self, fingerprint: str) -> None:
        return None

    of = record = None


def test_only_a_few_are_judged_at_once() -> None:
    async def run() -> list[Any]:
        over, began = asyncio.Event(), 0

        async def wait(_: Certificate) -> Judgement:
            nonlocal began
            began += 1
            await over.wait()
            return Judgement(())

        desk = Desk(Slow(wait))  # type: ignore[arg-type]
        tasks = [asyncio.create_task(desk.judged(pem("hk/platform.pem"))) for _ in range(10)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED, timeout=5)
        over.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert began == 4
        return results

    results = asyncio.run(run())
    busy = [each for each in results if isinstance(each, Refused)]
    assert len(busy) == 6
    assert {(each.status, each.error) for each in busy} == {(503, "busy")}


def test_where_certificates_cannot_be_judged_now_one_is_told_to_come_again() -> None:
    async def unavailable(_: Certificate) -> Judgement:
        raise RecognitionUnavailable

    with pytest.raises(Refused) as raised:
        asyncio.run(Desk(Slow(unavailable)).judged(pem("hk/platform.pem")))  # type: ignore[arg-type]
    assert (raised.value.status, raised.value.error) == (503, "busy")
