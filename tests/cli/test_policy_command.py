"""``baygate policy``: from a new source to a policy in force, and what is told of it."""

import asyncio
import datetime
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from tests.access.signing import (
    CA,
    COORDINATORS,
    Holder,
    after,
    digest,
    grant,
    issue,
    library,
    payload,
    policy,
    root_document,
    signed,
)
from tests.log_keys import LOG_KEYS

from baygate.access.documents.root import LogKey
from baygate.cli import main
from baygate.storage import decisions
from baygate.storage.database import Database
from baygate.storage.decisions import Caller, Decided

Baygate = Callable[..., Result]
BASIS = ("--basis", "Guofa [2016] No. 51", "--catalogue", "GD-GZC-0012")
NEW = ("new", "customs-gz/credit", "--type", "CreditRating", "--agency", "samr-gd", "--purpose", "RISK_ASSESSMENT",
       "--scope", "credit:read", "--field", "grade", "--field", "evidenceNo")  # fmt: skip
AS_SAMR = ("explain", "CreditRating.grade", "--as", "samr-gd", "--purpose", "RISK_ASSESSMENT")
LOG_KEY_NAMES = [LogKey.model_validate_json(json.dumps(each)).kid for each in LOG_KEYS]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a root document, and a certificate with its key for each who signs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BAYGATE_CONFIG", raising=False)
    (tmp_path / "root.jws").write_bytes(signed(root_document()))
    for name, subject in (("customs", "CN=Customs"), ("tax", "CN=Tax"), ("mallory", "CN=Mallory")):
        keep(name, issue(subject, CA))
    return tmp_path


@pytest.fixture
def baygate(here: Path) -> Baygate:
    """The command line on files alone."""
    environment = {"BAYGATE_POLICIES__ROOT": "root.jws", "BAYGATE_DATABASE__DSN": None}
    return lambda *arguments, **more: CliRunner().invoke(main, ["policy", *arguments], env=environment, **more)


@pytest.fixture
def hub(here: Path, database: str) -> Baygate:
    """The command line on a database."""
    environment = {"BAYGATE_POLICIES__ROOT": "root.jws", "BAYGATE_DATABASE__DSN": database}
    return lambda *arguments, **more: CliRunner().invoke(main, ["policy", *arguments], env=environment, **more)


def keep(name: str, holder: Holder, passphrase: bytes | None = None) -> None:
    Path(f"{name}.pem").write_bytes(holder.certificate.public_bytes(Encoding.PEM))
    protection = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    Path(f"{name}.key").write_bytes(holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection))


def written(*texts: bytes) -> list[str]:
    """Keep signed documents as files."""
    names = [f"{number}-{digest(each)[7:15]}.jws" for number, each in enumerate(texts)]
    for name, text in zip(names, texts, strict=True):
        Path(name).write_bytes(text)
    return names


def source(name: str, document: dict[str, Any]) -> str:
    Path(name).write_text(json.dumps(document, indent=2), encoding="utf-8")
    return name


def well(done: Result) -> str:
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_policy_goes_all_the_way_from_a_new_source_into_force(hub: Baygate) -> None:
    file = "policies/customs-gz/credit.json"
    well(hub(*NEW, *BASIS))
    assert "is sound" in well(hub("lint", file))
    done = hub("diff", file)
    assert done.exit_code == 1
    assert "GAINED  samr-gd  RISK_ASSESSMENT  CreditRating.grade       customs-gz  as it is" in done.stdout
    by = ("--certificate", "customs.pem", "--key", "customs.key")
    assert "signed by CN=Customs" in well(hub("sign", file, *by))
    signed_policy = file.replace(".json", ".jws")
    well(hub("manifest", "customs-gz", signed_policy))
    well(hub("sign", "policies/customs-gz/manifest.json", *by))
    told = well(hub("publish", signed_policy, "policies/customs-gz/manifest.jws"))
    assert "published customs-gz/credit version 1" in told
    assert "published manifest customs-gz version 1" in told
    assert "grade is given in rows of customs-gz, as it is, by g1 of customs-gz/credit version 1" in well(hub(*AS_SAMR))
    done = hub("diff", file)
    assert (done.exit_code, done.stdout) == (0, "Nobody gains or loses anything.\n")


class TestNew:
    def test_it_has_the_schema_hash_of_what_it_names(self, baygate: Baygate) -> None:
        well(baygate(*NEW))
        made = json.loads(Path("policies/customs-gz/credit.json").read_text())
        assert made["schemaHash"] == policy(grants=[grant(fields=["grade", "evidenceNo"])])["schemaHash"]
        assert (made["version"], made["prev"], made["grants"][0]["to"]) == (1, None, {"agencies": ["samr-gd"]})

    def test_what_somebody_has_to_write_is_noticed_by_lint(self, baygate: Baygate) -> None:
        well(baygate(*NEW, "--catalogue", "GD-1"))
        done = baygate("lint", "policies/customs-gz/credit.json")
        assert done.exit_code == 1
        assert "a legal basis is still to be written (TODO)" in done.stdout

    def test_personal_fields_are_granted_only_by_name(self, baygate: Baygate) -> None:
        well(
            baygate(
                "new", "customs-gz/people", "--type", "PersonInCharge", "--agency", "samr-gd", "--purpose", "STATISTICS"
            )
        )
        made = json.loads(Path("policies/customs-gz/people.json").read_text())
        assert "role" in made["grants"][0]["fields"]
        assert not {"name", "idMasked", "telephone"} & set(made["grants"][0]["fields"])

    def test_it_follows_the_signed_one_beside_and_keeps_what_that_said(self, baygate: Baygate) -> None:
        before = signed(policy(grants=[grant("g1", transform={"evidenceNo": {"kind": "mask", "keepLast": 4}})]))
        Path("policies/customs-gz").mkdir(parents=True)
        Path("policies/customs-gz/credit.jws").write_bytes(before)
        well(baygate(*NEW, *BASIS))
        made = json.loads(Path("policies/customs-gz/credit.json").read_text())
        assert (made["version"], made["prev"]) == (2, digest(before))
        assert [each["id"] for each in made["grants"]] == ["g1", "g2"]
        assert made["grants"][0] == payload(before)["grants"][0]

    def test_it_follows_the_published_one(self, hub: Baygate) -> None:
        first = policy()
        texts = library(first)
        well(hub("publish", *written(*texts)))
        well(hub("new", "customs-gz/credit"))
        made = json.loads(Path("policies/customs-gz/credit.json").read_text())
        assert (made["version"], made["prev"], made["grants"]) == (2, digest(texts[0]), first["grants"])

    def test_a_source_is_not_written_over(self, baygate: Baygate) -> None:
        well(baygate(*NEW))
        done = baygate(*NEW)
        assert done.exit_code == 1
        assert "is there already" in done.stderr
        well(baygate(*NEW, "--force"))

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("new", "credit"), "no name of a policy"),
            (("new", "customs-gz/credit"), "Nothing is granted"),
            (
                ("new", "customs-gz/credit", "--type", "Enterprise", "--agency", "samr-gd"),
                "no type that policies speak of",
            ),
            ((*NEW, "--field", "colour"), "has no field colour"),
            (("new", "customs-gz/credit", "--type", "CreditRating"), "Nobody is named"),
            (("new", "customs-gz/credit", "--type", "CreditRating", "--agency", "samr-gd"), "name purposes"),
        ],
    )
    def test_what_cannot_be_is_not_written(self, baygate: Baygate, arguments: Iterable[str], told: str) -> None:
        done = baygate(*arguments)
        assert done.exit_code == 1
        assert told in done.stderr
        assert not Path("policies").exists()


class TestLint:
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"colour": "red"}, "schema: colour: Extra inputs are not permitted"),
            ({"grants": [grant(type="Waybill", fields=["weight"])]}, "ownership: Waybill.weight is not customs-gz's"),
            ({"grants": [grant(purposes=["FUN"])]}, "rules: g1: FUN: no such purpose"),
            (
                {"grants": [grant(transform={"grade": {"kind": "generalise", "step": 5}})]},
                "generalise cannot be applied",
            ),
            ({"schemaHash": f"sha256:{'0' * 64}"}, "schemaHash is not that of the contract, sha256:"),
            ({"expires": "2021-01-01T00:00:00Z"}, "dates: it expired"),
        ],
    )
    def test_it_names_the_step_and_what_is_wrong(self, baygate: Baygate, changes: dict[str, Any], told: str) -> None:
        done = baygate("lint", source("credit.json", policy(**changes)), source("sound.json", policy("tax-gd")))
        assert done.exit_code == 1
        assert told in done.stdout
        assert "sound.json: tax-gd/credit, version 1, is sound." in done.stdout

    def test_the_hash_is_fixed_and_nothing_else_is_touched(self, baygate: Baygate) -> None:
        right = policy()["schemaHash"]
        file = source("credit.json", policy(schemaHash="to be computed"))
        text = Path(file).read_text()
        assert f"schemaHash is now {right}" in well(baygate("lint", "--fix-hash", file))
        assert Path(file).read_text() == text.replace("to be computed", right)

    def test_without_a_root_it_checks_all_but_ownership(self, baygate: Baygate, here: Path) -> None:
        file = source("credit.json", policy(grants=[grant(type="Waybill", fields=["weight"])]))
        done = CliRunner().invoke(main, ["policy", "lint", file])
        assert done.exit_code == 0
        assert "not checked who owns what" in done.stderr
        file = source("credit.json", policy(grants=[grant(fields=["colour"])]))
        assert "has no field colour" in CliRunner().invoke(main, ["policy", "lint", file]).stdout


def test_each_test_of_a_policy_has_a_line(baygate: Baygate) -> None:
    given = {"agency": "samr-gd", "purpose": "RISK_ASSESSMENT", "field": "CreditRating.grade"}
    tests = [{"given": given, "expect": "ALLOW", "by": "g1"}, {"given": given, "expect": "WITHHOLD"}]
    done = baygate("test", source("credit.json", policy(tests=tests)))
    assert done.exit_code == 1
    passes, fails = done.stdout.splitlines()
    assert passes == "customs-gz/credit: passes 1: CreditRating.grade for RISK_ASSESSMENT, samr-gd: ALLOW by g1"
    assert fails == "customs-gz/credit: FAILS 2: CreditRating.grade for RISK_ASSESSMENT: ALLOW by g1, not WITHHOLD"
    well(baygate("test", source("credit.json", policy(tests=tests[:1]))))


class TestSign:
    def test_several_bodies_sign_one_after_the_other(self, baygate: Baygate) -> None:
        document = root_document()
        file = source("next.json", document)
        for number in (1, 2):
            keep(f"coordinator{number}", issue(f"CN=Coordinator {number}", CA))
            by = ("--certificate", f"coordinator{number}.pem", "--key", f"coordinator{number}.key")
            told = well(baygate("sign", file, *by))
        assert "signed by CN=Coordinator 1, CN=Coordinator 2" in told or "CN=Coordinator 2, CN=Coordinator 1" in told
        told = well(baygate("verify", "next.jws", "--root", "next.jws"))
        assert "signed by CN=Coordinator 1\n" in told
        assert "signed by CN=Coordinator 2\n" in told

    def test_nobody_signs_twice(self, baygate: Baygate) -> None:
        file = source("credit.json", policy())
        by = ("--certificate", "customs.pem", "--key", "customs.key")
        well(baygate("sign", file, *by))
        before = Path("credit.jws").read_bytes()
        done = baygate("sign", file, *by)
        assert done.exit_code == 1
        assert "signs it twice" in done.stderr
        assert Path("credit.jws").read_bytes() == before

    def test_what_is_signed_are_the_bytes_of_the_source(self, baygate: Baygate) -> None:
        file = source("credit.json", policy())
        by = ("--certificate", "customs.pem", "--key", "customs.key")
        well(baygate("sign", file, *by))
        Path(file).write_text(Path(file).read_text() + "\n")
        done = baygate("sign", file, *by)
        assert "is replaced" in done.stderr
        assert digest(Path("credit.jws").read_bytes()) in done.stdout

    def test_an_encrypted_key_asks_for_its_passphrase(self, baygate: Baygate) -> None:
        keep("sealed", issue("CN=Customs", CA), b"open sesame")
        file = source("credit.json", policy())
        by = ("--certificate", "sealed.pem", "--key", "sealed.key")
        assert "holds no private key that can be read" in baygate("sign", file, *by, input="wrong\n").stderr
        well(baygate("sign", file, *by, input="open sesame\n"))

    def test_a_key_signs_under_its_own_certificate_only(self, baygate: Baygate) -> None:
        done = baygate("sign", source("credit.json", policy()), "--certificate", "customs.pem", "--key", "tax.key")
        assert done.exit_code == 1
        assert "is not the key of the certificate" in done.stderr
        assert not Path("credit.jws").exists()


class TestVerify:
    def test_it_tells_signer_chain_digest_and_version(self, baygate: Baygate) -> None:
        text = signed(policy())
        (file,) = written(text)
        told = well(baygate("verify", file))
        assert f"customs-gz/credit, version 1\n{digest(text)}" in told
        assert "signed by CN=Customs" in told
        assert "issued by CN=Guangdong Test CA" in told
        assert "It holds by the root document of version 1." in told

    def test_it_names_the_step_that_fails(self, baygate: Baygate) -> None:
        well(baygate("sign", source("credit.json", policy()), "--certificate", "mallory.pem", "--key", "mallory.key"))
        done = baygate("verify", "credit.jws")
        assert done.exit_code == 1
        assert "signed by CN=Mallory" in done.stdout
        assert "refused at the step signer: CN=Mallory may not sign" in done.stderr

    def test_a_changed_byte_is_noticed(self, baygate: Baygate) -> None:
        (file,) = written(signed(policy()))
        Path(file).write_bytes(Path(file).read_bytes().replace(b"payload", b"payloae"))
        assert "refused at the step envelope" in baygate("verify", file).stderr


class TestManifest:
    def test_it_keeps_what_the_one_before_lists(self, hub: Baygate) -> None:
        first, second = policy(), policy(name="people", grants=[])
        well(hub("publish", *written(*library(first, second))))
        next_ = signed(after(signed(first)))
        well(hub("manifest", "customs-gz", *written(next_)))
        made = json.loads(Path("policies/customs-gz/manifest.json").read_text())
        assert made["sequence"] == 2
        assert [(each["policyId"], each["version"]) for each in made["policies"]] == [
            ("customs-gz/credit", 2),
            ("customs-gz/people", 1),
        ]
        assert made["policies"][0]["hash"] == digest(next_)

    def test_its_sequence_only_grows(self, hub: Baygate) -> None:
        well(hub("publish", *written(*library(policy(), sequence=5))))
        assert "the next is higher" in hub("manifest", "customs-gz", "--sequence", "5").stderr
        well(hub("manifest", "customs-gz", "--sequence", "9", "--days", "3"))
        made = json.loads(Path("policies/customs-gz/manifest.json").read_text())
        begins, ends = (datetime.datetime.fromisoformat(made[each]) for each in ("notBefore", "expires"))
        assert (made["sequence"], ends - begins) == (9, datetime.timedelta(days=3))


class TestPublish:
    def test_if_one_is_refused_none_is_published(self, hub: Baygate) -> None:
        good, manifest = library(policy())
        bad = signed(policy("tax-gd", version=2, prev="sha256:" + "0" * 64, expires="2021-01-01T00:00:00Z"))
        *_, named = files = written(good, manifest, bad)
        done = hub("publish", *files)
        assert done.exit_code == 1
        assert f"{named} is refused at the step dates" in done.stderr
        assert "Nothing was published." in done.stderr
        assert well(hub("log")) == ""

    def test_a_policy_that_no_manifest_lists_is_told_not_to_be_in_force(self, hub: Baygate) -> None:
        done = hub("publish", *written(signed(policy())))
        assert done.exit_code == 0
        assert "customs-gz/credit version 1 is not in force: no manifest lists it" in done.stderr

    def test_what_was_published_before_is_not_published_again(self, hub: Baygate) -> None:
        files = written(*library(policy()))
        well(hub("publish", *files))
        assert well(hub("publish", *files)) == "All of this was published before.\n"

    def test_a_version_that_does_not_follow_is_refused(self, hub: Baygate) -> None:
        text, manifest = library(policy())
        well(hub("publish", *written(text, manifest)))
        done = hub("publish", *written(signed(after(text, version=3))))
        assert "refused at the step version" in done.stderr


class TestLog:
    def test_it_shows_who_published_what(self, hub: Baygate) -> None:
        text, manifest = library(policy())
        well(hub("publish", *written(text, manifest), "--by", "Li Wei"))
        (told,) = json.loads(well(hub("log", "customs-gz/credit", "--json")))
        assert (told["version"], told["digest"], told["publishedBy"]) == (1, digest(text), "Li Wei")
        assert told["signers"] == ["CN=Customs"]
        shown = well(hub("log"))
        assert shown.count("by Li Wei") == 2
        assert hub("log", "customs-gz/other").exit_code == 1

    def test_each_version_is_verified_again(self, hub: Baygate, database: str) -> None:
        text, manifest = library(policy())
        well(hub("publish", *written(text, manifest)))
        next_ = signed(after(text))
        well(hub("publish", *written(next_)))
        assert well(hub("log", "--verify")).count("holds") == 3
        forged = signed(after(text, title="forged"))
        _execute(database, "UPDATE document SET body = $1 WHERE version = 2", forged)
        done = hub("log", "--verify")
        assert done.exit_code == 1
        assert "refused: its digest is not the one that was recorded" in done.stdout
        assert done.stdout.count("holds") == 2


class TestExplain:
    def test_it_says_which_scope_or_purpose_would_help(self, hub: Baygate) -> None:
        well(hub("publish", *written(*library(policy()))))
        told = json.loads(well(hub(*AS_SAMR, "--scope", "identity:read", "--json")))
        assert told["given"] is False
        (answer,) = [each for each in told["answers"] if "customs-gz" in each["providers"]]
        assert answer["outcome"] == "WITHHOLD"
        assert answer["documents"] == [{"policyId": "customs-gz/credit", "version": 1}]
        assert answer["rules"] == ["customs-gz/credit#g1"]
        assert answer["wouldHelp"] == {"scopes": ["credit:read"], "purposes": []}
        told = well(hub(*AS_SAMR[:-1], "EXPORT_REFUND"))
        assert "the purpose RISK_ASSESSMENT would help" in told

    def test_somebody_of_no_agency_is_named_by_where_he_is_from(self, hub: Baygate) -> None:
        to = {"jurisdictions": ["HK"], "roles": ["PLATFORM"]}
        well(hub("publish", *written(*library(policy(grants=[grant(to=to)])))))
        asked = ("explain", "CreditRating.grade", "--purpose", "RISK_ASSESSMENT", "--jurisdiction", "HK")
        assert "is given in rows of customs-gz" in well(hub(*asked, "--role", "PLATFORM"))
        assert "given" not in well(hub(*asked))

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("CreditRating", "--as", "samr-gd"), "is no field of a type"),
            (("CreditRating.grade", "--as", "nobody"), "no agency of the root document"),
            (("CreditRating.grade",), "Say who asks"),
            (("CreditRating.grade", "--as", "samr-gd", "--scope", "fun:read"), "no such scope"),
        ],
    )
    def test_what_cannot_be_asked_is_refused(self, hub: Baygate, arguments: Iterable[str], told: str) -> None:
        done = hub("explain", *arguments, "--purpose", "STATISTICS")
        assert done.exit_code == 1
        assert told in done.stderr


class TestDiff:
    def test_it_shows_gains_losses_and_changes(self, hub: Baygate) -> None:
        before = policy(grants=[grant("g1", fields=["grade", "evidenceNo"])])
        well(hub("publish", *written(*library(before))))
        rule = grant("g9", fields=["evidenceNo", "score"], transform={"evidenceNo": {"kind": "mask", "keepLast": 4}})
        done = hub("diff", source("credit.json", policy(version=2, prev="sha256:" + "1" * 64, grants=[rule])), "--json")
        assert done.exit_code == 1
        assert {(each["change"], each["field"], each["before"], each["after"]) for each in json.loads(done.stdout)} == {
            ("LOST", "CreditRating.grade", "as it is", None),
            ("CHANGED", "CreditRating.evidenceNo", "as it is", "masked but for the last 4 characters"),
            ("GAINED", "CreditRating.score", None, "as it is"),
        }

    def test_what_is_not_the_owners_is_refused(self, hub: Baygate) -> None:
        done = hub("diff", source("credit.json", policy(grants=[grant(type="Waybill", fields=["weight"])])))
        assert done.exit_code == 1
        assert "refused at the step ownership" in done.stderr


def test_a_proposed_policy_is_tried_on_what_was_asked_for(hub: Baygate, database: str) -> None:
    well(hub("publish", *written(*library(policy()))))
    day = datetime.date(2026, 11, 1)
    asked = Caller("samr-gd", "CN-GD", frozenset(), party=False, scopes=frozenset({"credit:read"}),
                   purpose="RISK_ASSESSMENT", assurance=0)  # fmt: skip
    lacking = Caller(
        "samr-gd", "CN-GD", frozenset(), party=False, scopes=frozenset(), purpose="RISK_ASSESSMENT", assurance=0
    )
    rows = [
        Decided(day, asked, "CreditRating", "grade", "ALLOW", 40),
        Decided(day + datetime.timedelta(days=1), asked, "CreditRating", "grade", "ALLOW", 2),
        Decided(day, asked, "CreditRating", "validTo", "ALLOW", 7),
        Decided(day, lacking, "CreditRating", "grade", "WITHHOLD", 5),
    ]
    _record(database, rows)
    file = source("credit.json", policy(grants=[grant(fields=["validTo"])]))
    done = hub("replay", file, "--json")
    assert done.exit_code == 1
    (told,) = json.loads(done.stdout)
    assert (told["change"], told["field"], told["recipient"], told["count"]) == (
        "LOST",
        "CreditRating.grade",
        "samr-gd",
        42,
    )
    assert "Of 54 recorded decisions on 2 days, 42 would have been others." in hub("replay", file).stdout
    assert well(hub("replay", source("same.json", policy()))).startswith("Of 54 recorded decisions on 2 days, 0 ")


def test_an_operator_accepts_older_documents_by_name_and_reason(hub: Baygate, database: str) -> None:
    well(hub("publish", *written(*library(policy()))))
    assert hub("accept-rollback", "--reason", "backup", input="n\n").exit_code == 1
    told = well(hub("accept-rollback", "--reason", "backup of Sunday", "--by", "Li Wei", "--yes"))
    assert '"customs-gz/credit": 1' in told
    (row,) = _execute(database, "SELECT reason, accepted_by FROM rollback_accepted")
    assert tuple(row) == ("backup of Sunday", "Li Wei")


def test_a_new_root_is_published_like_the_rest(hub: Baygate) -> None:
    well(hub("publish", *written(*library(policy()))))
    root = Path("root.jws").read_bytes()
    next_ = signed(after(root, agencies=payload(root)["agencies"][:1]), *COORDINATORS[:2])
    assert "published root version 2" in well(hub("publish", *written(next_)))
    assert "samr-gd is no agency of the root document" in hub(*AS_SAMR).stderr


class TestKeysOfTheAuditLog:
    def test_a_root_is_told_with_the_keys_that_it_certifies(self, baygate: Baygate) -> None:
        file = source("root.json", root_document())
        lines = [f"certifies {name}" for name in LOG_KEY_NAMES]
        for told in (well(baygate("lint", file)), well(baygate("verify", "root.jws"))):
            assert [line.split(" for ")[0].strip() for line in told.splitlines() if "certifies" in line] == lines
            assert "for heads of the audit log from 2026-11-01 00:00:00 UTC" in told
        assert "Mind" not in baygate("lint", file).stderr

    def test_one_that_certifies_none_is_sound_and_to_be_minded(self, baygate: Baygate) -> None:
        document = root_document(logKeys=[{**LOG_KEYS[0], "notAfter": "2026-11-02T00:00:00Z"}])
        done = baygate("lint", source("root.json", document))
        assert "the root document, version 1, is sound" in well(done)
        assert "it certifies no key that signs heads of the audit log now (logKeys)" in done.stderr
        assert "it certifies no key that signs receipts now (logKeys)" in done.stderr
        assert "`baygate key show --use receipts` prints what belongs there" in done.stderr

    def test_what_the_next_root_takes_away_is_told_before_it_is_signed_and_when_it_is_published(
        self, hub: Baygate
    ) -> None:
        heads, receipts = LOG_KEY_NAMES
        root = Path("root.jws").read_bytes()
        lasting = [{**LOG_KEYS[0], "notAfter": "2035-01-01T00:00:00Z"}]
        source("next.json", after(root, logKeys=lasting))
        Path("next.jws").write_bytes(signed(after(root, logKeys=lasting), *COORDINATORS[:2]))
        for done in (hub("lint", "next.json"), hub("publish", "next.jws")):
            well(done)
            assert f"Mind: {receipts} is certified for receipts no more" in done.stderr
            assert (
                f"Mind: {heads} for heads of the audit log counts from 2026-11-01 00:00:00 UTC until 2035-01-01 "
                "00:00:00 UTC; it counted from 2026-11-01 00:00:00 UTC."
            ) in done.stderr

    def test_a_root_that_keeps_them_leaves_nothing_to_mind(self, hub: Baygate) -> None:
        root = Path("root.jws").read_bytes()
        done = hub("publish", *written(signed(after(root), *COORDINATORS[:2])))
        assert "published root version 2" in well(done)
        assert "Mind" not in done.stderr


@pytest.mark.parametrize(
    "command", ["new", "manifest", "lint", "test", "diff", "replay", "explain", "sign", "verify", "publish", "log"]
)
def test_every_command_explains_itself(baygate: Baygate, command: str) -> None:
    assert "Usage: " in well(baygate(command, "--help"))


@pytest.mark.parametrize(
    "command", [("explain", "A.b", "--as", "x", "--purpose", "Y"), ("diff", "x.json"), ("publish", "x.jws")]
)
def test_what_needs_a_root_document_says_so(here: Path, database: str, command: tuple[str, ...]) -> None:
    done = CliRunner().invoke(main, ["policy", *command], env={"BAYGATE_DATABASE__DSN": database})
    assert done.exit_code == 1
    assert "No root document is named." in done.stderr


def _execute(dsn: str, statement: str, *values: object) -> list[Any]:
    async def execute() -> list[Any]:
        connection = await Database(dsn).connect()
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    return asyncio.run(execute())


def _record(dsn: str, rows: Iterable[Decided]) -> None:
    async def record() -> None:
        connection = await Database(dsn).connect()
        try:
            await decisions.record(connection, rows)
        finally:
            await connection.close()

    asyncio.run(record())
