"""``baygate trust``: a list is signed, published, shown, and its history told."""

import datetime
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.access.signing import (
    BEGIN,
    CA,
    DAY,
    HK_CA,
    HK_ROOT,
    LIST_SIGNERS,
    after,
    digest,
    entry,
    fingerprint,
    issue,
    moment,
    signed,
    trust_list,
)
from tests.cli.test_policy_command import Baygate, _execute, here, keep, source, well, written

from baygate.cli import main

__all__ = ["here"]
FIRST = signed(trust_list(entries=[entry(), entry("old", validUntil=moment(BEGIN + DAY))]))
"""One entry that is valid now, one that is not any more."""
ENDED = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
"""When the list that follows it ends the other one."""


@pytest.fixture
def trust(here: Path, database: str) -> Baygate:
    """The command line on a database."""
    environment = {"BAYGATE_POLICIES__ROOT": "root.jws", "BAYGATE_DATABASE__DSN": database}
    return lambda *arguments, **more: CliRunner().invoke(main, ["trust", *arguments], env=environment, **more)


def second() -> bytes:
    """The list that follows ``FIRST``: it ends an entry, and adds one."""
    entries = [entry(validUntil=moment(ENDED)), entry("old", validUntil=moment(BEGIN + DAY)), entry("new")]
    return signed(after(FIRST, issuedAt=moment(ENDED), entries=entries))


def test_a_list_goes_all_the_way_from_a_source_to_recognition(trust: Baygate) -> None:
    file = source("hk.json", trust_list())
    for number in (1, 2):
        keep(f"signer{number}", issue(f"CN=Hong Kong List Signer {number}", CA))
        told = well(trust("sign", file, "--certificate", f"signer{number}.pem", "--key", f"signer{number}.key"))
        assert told.startswith("hk.jws: the trust list of HK, version 1, signed by CN=Hong Kong List Signer")
    assert "published trust list HK version 1" in well(trust("publish", "hk.jws"))
    assert "1 of 1 entries valid" in well(trust("list"))


class TestPublish:
    def test_one_signer_of_two_is_refused_and_told_what_to_do(self, trust: Baygate) -> None:
        (file,) = written(signed(trust_list(), LIST_SIGNERS["HK"][0]))
        done = trust("publish", file)
        assert done.exit_code == 1
        assert f"{file} is refused at the step threshold: it takes 2 signers" in done.stderr
        assert "Let the others sign it too" in done.stderr

    def test_what_was_recognised_is_not_taken_back(self, trust: Baygate) -> None:
        well(trust("publish", *written(FIRST)))
        done = trust("publish", *written(signed(after(FIRST, entries=[entry("new")]))))
        assert "refused at the step rules: e-cert: list 1 has this entry" in done.stderr
        assert "Nothing was published." in done.stderr

    def test_lint_knows_the_roots_registries(self, trust: Baygate, here: Path) -> None:
        admits = {"scopes": ["fun:read"], "purposes": ["STATISTICS"]}
        file = source("hk.json", trust_list(entries=[entry(admits=admits)]))
        done = CliRunner().invoke(main, ["policy", "lint", file, "--root", "root.jws"])
        assert "rules: e-cert: fun:read: no such scope" in done.stdout


class TestList:
    def test_it_tells_how_each_jurisdictions_list_stands(self, trust: Baygate) -> None:
        well(trust("publish", *written(FIRST)))
        hong_kong, signers, macau, missing = well(trust("list")).splitlines()
        assert hong_kong == ("HK     sequence 1  PUBLISHED  1 of 2 entries valid  next update 2040-12-01 00:00:00 UTC")
        assert sorted(signers.strip().removeprefix("signed by ").split("; ")) == [
            "CN=Hong Kong List Signer 1",
            "CN=Hong Kong List Signer 2",
        ]
        assert (macau, missing.strip()) == (
            "MO     none",
            "No list was published: none of its certificates is recognised.",
        )

    def test_as_json_it_has_the_same(self, trust: Baygate) -> None:
        well(trust("publish", *written(FIRST)))
        told, macau = json.loads(well(trust("list", "--json")))
        assert (told["jurisdiction"], told["sequence"], told["digest"]) == ("HK", 1, digest(FIRST))
        assert told["entries"] == {"valid": 1, "all": 2}
        assert (told["nextUpdate"], told["problems"]) == ("2040-12-01T00:00:00Z", [])
        assert (macau["jurisdiction"], len(macau["problems"])) == ("MO", 1)

    def test_a_list_that_is_not_to_be_trusted_is_told_so_and_not_shown(self, trust: Baygate, database: str) -> None:
        well(trust("publish", *written(FIRST)))
        forged = signed(trust_list(title="Forged"), LIST_SIGNERS["HK"][0])
        _execute(database, "UPDATE document SET body = $1", forged)
        assert "    It is not taken: threshold: it takes 2 signers" in well(trust("list"))
        done = trust("show", "HK")
        assert done.exit_code == 1
        assert "is not to be trusted" in done.stderr
        assert "Forged" not in done.output


class TestShow:
    def test_it_shows_every_condition_and_the_authorities(self, trust: Baygate) -> None:
        admits = {"scopes": ["credit:read"], "purposes": ["STATISTICS"], "roles": ["PLATFORM"]}
        well(trust("publish", *written(signed(trust_list(entries=[entry(admits=admits)])))))
        told = well(trust("show", "HK"))
        for each in (
            "e-cert: Test e-Cert (Organisational)\n",
            "valid from 2020-12-01 00:00:00 UTC until further notice",
            f"root CA {fingerprint(HK_ROOT)}",
            f"issuing CA {fingerprint(HK_CA)}",
            "O is 'Test e-Cert (Organisational)'",
            "policy 2.16.344.8.2.2008.810.2.1.1\n",
            "the party's number stands in OU after 'BRN'; assurance 3",
            "not revoked by CRL, at most 86400 seconds old",
            "admits whoever holds one: credit:read for STATISTICS\n    as PLATFORM",
            "CN=Hong Kong Test CA, until 2040-12-01",
            "CRL http://crl.example/test.crl",
        ):
            assert each in told

    def test_what_is_not_valid_now_is_marked(self, trust: Baygate) -> None:
        well(trust("publish", *written(FIRST)))
        told = well(trust("show", "HK"))
        assert "old: Test e-Cert (Organisational)  NOT VALID NOW" in told
        assert told.count("NOT VALID NOW") == 1

    def test_as_json_it_is_the_signed_document(self, trust: Baygate) -> None:
        document = trust_list()
        well(trust("publish", *written(signed(document))))
        assert json.loads(well(trust("show", "HK", "--json")))["document"] == document

    def test_a_jurisdiction_without_a_list_is_told(self, trust: Baygate) -> None:
        well(trust("publish", *written(FIRST)))
        done = trust("show", "MO")
        assert done.exit_code == 1
        assert "No trust list of MO was published." in done.stderr
        assert "Published lists: HK." in done.stderr


class TestHistory:
    def test_it_tells_what_each_list_added_and_ended(self, trust: Baygate) -> None:
        well(trust("publish", *written(FIRST), "--by", "Li Wei"))
        well(trust("publish", *written(second(), signed(trust_list("MO"))), "--by", "Ho Sio Ian"))
        one, two, macau = json.loads(well(trust("history", "--json")))
        assert [one["added"], one["ended"]] == [["e-cert", "old"], []]
        assert [two["added"], two["ended"]] == [["new"], [{"entry": "e-cert", "validUntil": moment(ENDED)}]]
        assert (one["publishedBy"], two["publishedBy"], two["digest"]) == ("Li Wei", "Ho Sio Ian", digest(second()))
        assert macau["jurisdiction"] == "MO"
        told = well(trust("history", "HK"))
        assert f"    ended e-cert, from {ENDED:%Y-%m-%d %H:%M:%S} UTC" in told
        assert "MO" not in told

    def test_each_version_is_verified_again(self, trust: Baygate, database: str) -> None:
        well(trust("publish", *written(FIRST)))
        well(trust("publish", *written(second())))
        assert well(trust("history", "--verify")).count("holds") == 2
        _execute(database, "UPDATE document SET body = $1 WHERE version = 2", signed(after(FIRST, title="Forged")))
        done = trust("history", "--verify")
        assert done.exit_code == 1
        assert "refused: its digest is not the one that was recorded" in done.stdout
        assert "1 of 2 do not verify." in done.stderr

    def test_of_nothing_there_is_no_history(self, trust: Baygate) -> None:
        assert well(trust("history")) == ""
        assert "No trust list of HK was published." in trust("history", "HK").stderr


@pytest.mark.parametrize("command", ["list", "show", "sign", "publish", "history"])
def test_every_command_explains_itself(command: str) -> None:
    assert "Usage: " in well(CliRunner().invoke(main, ["trust", command, "--help"]))
