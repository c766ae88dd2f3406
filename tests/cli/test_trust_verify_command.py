"""``baygate trust verify``: whether a certificate is recognised and why, now and as of then."""

import datetime
import json
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from tests.access.signing import moment
from tests.chain import ARC, DAY, HOUR, POLICY, TYPE, Chain, named, now
from tests.cli.test_policy_command import Baygate, well
from tests.oauth.server.desk import eventually, opened
from tests.partnership import Partnership, Recognising

from baygate.cli import main
from baygate.sample.authority import Authority, Issued, Terms, Validity

NUMBER = "BRN70812345"


@pytest.fixture(scope="module")
def chain(partnership: Partnership) -> Chain:
    """A CA that Hong Kong's list names."""
    made = partnership.chain("verified")
    partnership.recognise("HK", made.entry("verified"), by=(made,))
    return made


@pytest.fixture
def directory(tmp_path: Path, chain: Chain, partnership: Partnership) -> Path:
    """Where a hub keeps revocation data: the CRLs of the CA and of its root."""
    kept = tmp_path / "revocation"
    kept.mkdir()
    (kept / "issuing.crl").write_bytes(chain.crl())
    (kept / "root.crl").write_bytes(chain.root.crl(now() - HOUR, now() + DAY))
    return kept


@pytest.fixture
def verify(partnership: Partnership, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Baygate:
    """The command, with the settings of a hub of the partnership."""
    monkeypatch.chdir(tmp_path)
    environment = {
        "BAYGATE_CONFIG": None,
        "BAYGATE_DATABASE__DSN": partnership.dsn,
        "BAYGATE_POLICIES__ROOT": str(partnership.directory / "root.jws"),
        "BAYGATE_RECOGNITION__DIRECTORY": str(directory),
    }
    return lambda *arguments, **more: CliRunner().invoke(
        main, ["trust", "verify", *map(str, arguments)], env=environment, **more
    )


def refused(done: Result, condition: str) -> str:
    assert done.exit_code == 1, done.output
    assert f"It is not recognised, for its {condition}: " in done.stderr, done.output
    return done.output


# Now


def test_a_good_one_is_told_with_all_that_it_is_recognised_by(verify: Baygate, chain: Chain) -> None:
    told = well(verify(chain.issue(NUMBER).certificate))
    assert f"CN=A Company,OU={NUMBER},O={TYPE},C=HK" in told
    assert "By HK/verified:" in told
    assert told.count("    holds  ") == 8
    assert "FAILS" not in told
    for condition in ("issuing CA", "validity of the entry", "type name", "policy", "party", "path", "revocation"):
        assert f"    holds  {condition}: " in told
    assert "recognised as HK-70812345, of HK, with assurance 3, by verified of list " in told
    assert "As a client it is hk-70812345" in told


def test_in_brief_it_is_told_as_whom_alone(verify: Baygate, chain: Chain) -> None:
    told = well(verify(chain.issue(NUMBER).certificate, "--brief"))
    assert told.startswith("It is recognised as HK-70812345, of HK, ")
    assert len(told.splitlines()) == 2
    refused(verify(chain.issue("").certificate, "--brief"), "party")


def test_der_is_read_as_well(verify: Baygate, chain: Chain, tmp_path: Path) -> None:
    file = tmp_path / "leaf.cer"
    file.write_bytes(chain.issue(NUMBER).der)
    assert "It is recognised as HK-70812345" in well(verify(file))


def test_an_entry_that_admits_nobody_says_that_the_party_has_to_be_registered(
    verify: Baygate, chain: Chain, partnership: Partnership
) -> None:
    closed = {"attribute": "O", "value": "Test Closed"}
    partnership.recognise("HK", chain.entry("verified-closed", typeName=closed, admits=None), by=(chain,))
    told = well(verify(chain.issue(NUMBER, type_name="Test Closed").certificate))
    assert "The party has to be registered as a client." in told


def _elsewhere(directory: Path) -> Issued:
    validity = Validity(now() - DAY, now() + DAY)
    root = Authority.root(directory, "root", (("CN", "Nobody's Root"),), terms=Terms(validity))
    return root.issue("leaf", named(NUMBER), terms=Terms(validity, (POLICY,)))


BAD: dict[str, tuple[Any, str]] = {
    "a CA's": (lambda chain, _: chain.issuing.identity, "usage"),
    "a stranger's": (lambda _, directory: _elsewhere(directory), "issuing CA"),
    "of another type": (lambda chain, _: chain.issue(NUMBER, type_name="测试证书"), "type name"),
    "of another policy": (lambda chain, _: chain.issue(NUMBER, policy=f"{ARC}0.2026.1.1"), "policy"),
    "of no party": (lambda chain, _: chain.issue(""), "party"),
    "expired": (lambda chain, _: chain.issue(NUMBER, validity=Validity(now() - 2 * DAY, now() - DAY)), "path"),
}


@pytest.mark.parametrize(("issue", "condition"), BAD.values(), ids=BAD)
def test_a_bad_one_is_told_by_what_it_fails(
    verify: Baygate, chain: Chain, tmp_path: Path, issue: Any, condition: str
) -> None:
    told = refused(verify(issue(chain, tmp_path).certificate), condition)
    assert f"    FAILS  {condition}: " in told
    assert told.count("FAILS") == (2 if condition == "usage" else 1), "a CA has been issued by another one, too"


def test_what_was_revoked_is_known_by_a_file_that_is_given(verify: Baygate, chain: Chain, tmp_path: Path) -> None:
    partner = chain.partner(NUMBER)
    well(verify(partner.issued.certificate))
    chain.revoke(partner)
    newer = tmp_path / "newer.crl"
    newer.write_bytes(chain.crl(datetime.timedelta(0)))
    assert "revoked" in refused(verify(partner.issued.certificate, "--crl", newer), "revocation")
    # and what somebody else has signed proves nothing
    other = Authority.root(tmp_path, "other", (("C", "HK"), ("CN", "Test CA verified"))).crl(now(), now() + DAY)
    newer.write_bytes(other)
    well(verify(partner.issued.certificate, "--crl", newer))


def test_without_revocation_data_nothing_is_recognised(verify: Baygate, chain: Chain, directory: Path) -> None:
    leaf = chain.issue(NUMBER).certificate
    (directory / "issuing.crl").unlink()
    assert "there is no" in refused(verify(leaf), "revocation")
    crl = directory.parent / "by-hand.crl"
    crl.write_bytes(chain.crl())
    well(verify(leaf, "--crl", crl))


def test_it_is_told_in_json(verify: Baygate, chain: Chain, tmp_path: Path) -> None:
    leaf = chain.issue(NUMBER)
    told = json.loads(well(verify(leaf.certificate, "--json")))
    assert told["entry"] == "HK/verified"
    assert all(each["holds"] for each in told["conditions"])
    assert told["recognised"]["party"] == "HK-70812345"
    assert told["recognised"]["client"] == "hk-70812345"
    assert len(told["recognised"]["path"]) == len(told["recognised"]["evidence"]["chain"]) == 3
    assert told["recorded"] is None
    done = verify(chain.issue("").certificate, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["recognised"] is None
    assert [each["condition"] for each in told["conditions"] if not each["holds"]] == ["party"]


@pytest.mark.parametrize(
    "junk", [b"", b"junk", b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n", b"\0" * 99]
)
def test_what_is_no_certificate_is_refused_before_anything_else(verify: Baygate, tmp_path: Path, junk: bytes) -> None:
    file = tmp_path / "junk.pem"
    file.write_bytes(junk)
    done = verify(file)
    assert done.exit_code == 1
    assert f"{file} is refused before anything else: it is " in done.stderr
    assert "Traceback" not in done.output


def test_a_file_that_is_not_there_and_a_moment_that_is_none_are_told(
    verify: Baygate, chain: Chain, tmp_path: Path
) -> None:
    assert "cannot be read: No such file" in verify(tmp_path / "none.pem").stderr
    leaf = chain.issue(NUMBER).certificate
    for wrong in ("yesterday", "2026-11-25T08:00:00", "2026-11-25"):
        assert f"{wrong} is no moment with its zone" in verify(leaf, "--at", wrong).stderr
    assert "cannot be read" in verify(leaf, "--crl", tmp_path / "none.crl").stderr


# As of then


def test_what_was_recognised_then_is_explained_by_the_evidence_of_then(
    verify: Baygate, directory: Path, recognising: Recognising
) -> None:
    """Also when it was revoked since, and nothing of that time is at hand any more."""
    chain = recognising.p256
    partner = chain.partner("BRN82000001")
    desk = opened(recognising.hub, partner)
    desk.token()
    time.sleep(1)
    then = moment(now())
    chain.revoke(partner)
    chain.publish()
    assert eventually(lambda: desk.ask().status_code == 401)
    for each in directory.iterdir():
        each.unlink()
    refused(verify(partner.issued.certificate), "revocation")
    told = well(verify(partner.issued.certificate, "--at", then))
    assert "and on record with its evidence" in told
    assert "It is recognised as HK-82000001" in told
    recorded = json.loads(well(verify(partner.issued.certificate, "--at", then, "--json")))["recorded"]
    assert recorded["recognisedAt"] < then < recorded["goodUntil"]


def test_before_it_was_recognised_there_is_no_record_of_it(
    verify: Baygate, directory: Path, recognising: Recognising
) -> None:
    partner = recognising.p256.partner("BRN82000002")
    before = moment(now() - datetime.timedelta(seconds=2))
    opened(recognising.hub, partner).token()
    done = verify(partner.issued.certificate, "--at", before)
    assert "on record" not in done.output
    refused(done, "revocation")


def test_evidence_that_was_over_then_explains_nothing(verify: Baygate, recognising: Recognising) -> None:
    partner = recognising.p256.partner("BRN82000003")
    opened(recognising.hub, partner).token()
    later = moment(now() + 2 * DAY)
    refused(verify(partner.issued.certificate, "--at", later), "revocation")
