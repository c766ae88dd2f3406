"""``baygate certs``: example certificates, made by OpenSSL, again by anybody."""

import hashlib
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.sample.verifying import Verifier

from baygate.access.documents.trust_list import TrustList
from baygate.cli import main
from baygate.sample.certificates import CHAINS, E_CERT, E_SIGN_TRUST, Chain

REPOSITORY = Path(__file__).resolve().parent.parent.parent
SOURCES = Path("policies/trust-lists")


def example(directory: Path, *more: str, **environment: str) -> Result:
    return CliRunner().invoke(main, ["certs", "example", "--directory", str(directory), *more], env=environment)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command made in an empty place, beside copies of the trust lists of the repository."""
    place = tmp_path_factory.mktemp("world")
    shutil.copytree(REPOSITORY / SOURCES, place / SOURCES)
    for each in (place / SOURCES).glob("*.json"):
        each.with_suffix(".jws").write_text("signed", encoding="utf-8")
    done = example(place / "certs.example")
    assert done.exit_code == 0, done.stderr
    for name in ("cn-gd", "hk", "mo"):
        assert f"{name}.json names the new authorities. Sign it: make policies" in done.stdout
    return place


def files(directory: Path) -> dict[str, bytes]:
    return {str(each.relative_to(directory)): each.read_bytes() for each in directory.rglob("*") if each.is_file()}


def test_everything_is_made_that_is_in_the_repository(world: Path) -> None:
    made = files(world / "certs.example")
    assert len(made) < 70
    there = {name for chain in ("hk", "mo", "cn-gd") for name in files(REPOSITORY / "certs.example" / chain)}
    assert {name.partition("/")[2] for name in made} == there


def verifier(chain: Chain, place: Path) -> Verifier:
    crls = [place / "root.crl", place / "issuing.crl"]
    return Verifier(place / "root.pem", place / "issuing.pem", crls, chain.algorithm)


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain.place)
def test_what_is_made_is_new_and_good(world: Path, chain: Chain) -> None:
    place = world / "certs.example" / chain.place
    for name in ("root.pem", "issuing.pem", f"{chain.holder}.pem"):
        assert (place / name).read_bytes() != (REPOSITORY / "certs.example" / chain.place / name).read_bytes()
    assert verifier(chain, place)(place / f"{chain.holder}.pem") == "OK"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("revoked", "certificate revoked"),
        ("expired", "certificate has expired"),
        ("look-alike", "signature failure"),
        ("other-root", "unable to get local issuer certificate"),
        ("other-type", "OK"),
        ("other-policy", "OK"),
        ("no-party", "OK"),
        ("two-parties", "OK"),
    ],
)
def test_what_is_made_to_be_refused_is_refused_by_openssl_if_its_path_is_bad(world: Path, name: str, told: str) -> None:
    place = world / "certs.example" / "hk"
    assert told in verifier(E_CERT, place)(place / f"{name}.pem")


def test_keys_are_their_owners_alone(world: Path) -> None:
    keys = list((world / "certs.example").rglob("*.key.pem"))
    assert keys
    assert {each.stat().st_mode & 0o077 for each in keys} == {0}


@pytest.mark.parametrize("name", ["cn-gd", "hk", "mo"])
def test_the_trust_lists_name_the_new_authorities_and_are_otherwise_as_they_were(world: Path, name: str) -> None:
    old, new = ((place / SOURCES / f"{name}.json").read_text(encoding="utf-8") for place in (REPOSITORY, world))
    before, after = TrustList.model_validate_json(old), TrustList.model_validate_json(new)
    made = {
        hashlib.sha256(x509.load_pem_x509_certificate(each.read_bytes()).public_bytes(Encoding.DER)).hexdigest()
        for authority in ("root", "issuing")
        for each in (world / "certs.example" / name).rglob(f"{authority}.pem")
    }
    assert set(after.by_fingerprint) == made
    assert not made & set(before.by_fingerprint)
    for was, now in zip(before.authorities, after.authorities, strict=True):
        old = old.replace(was.certificate, now.certificate).replace(was.fingerprint, now.fingerprint)
    assert old == new


def test_what_was_signed_of_the_lists_before_is_gone(world: Path) -> None:
    assert {each.name for each in (world / SOURCES).iterdir()} == {"cn-gd.json", "hk.json", "mo.json"}


def test_what_is_there_stays_unless_it_is_forced(world: Path, tmp_path: Path) -> None:
    certificates = tmp_path / "certs.example"
    certificates.mkdir()
    place = certificates / "mo"
    shutil.copytree(world / "certs.example" / "mo", place)
    before = files(certificates)
    done = example(certificates)
    assert done.exit_code == 1
    assert f"{place / 'root.pem'} is there already" in done.stderr
    assert "--force" in done.stderr
    assert files(certificates) == before


def test_force_makes_all_anew_and_leaves_what_it_did_not_make(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # one chain, which is quickly made, stands for all
    monkeypatch.setattr("baygate.sample.certificates.CHAINS", (E_SIGN_TRUST,))
    certificates = tmp_path / "certs.example"
    shutil.copytree(world / "certs.example" / "mo", certificates / "mo")
    (certificates / "mo" / "mine.pem").write_text("mine", encoding="utf-8")
    before = files(certificates)
    done = example(certificates, "--force")
    assert done.exit_code == 0, done.output
    assert "trust-lists" not in done.output
    after = files(certificates)
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] == after[name]} == {"mo/mine.pem"}


def test_without_openssl_nothing_is_written(tmp_path: Path) -> None:
    done = example(tmp_path / "certs.example", PATH=str(tmp_path))
    assert done.exit_code == 1
    assert "There is no openssl on the PATH" in done.stderr
    assert "Install OpenSSL 3.0 or newer" in done.stderr
    assert isinstance(done.exception, SystemExit)
    assert not (tmp_path / "certs.example").exists()


def test_a_source_that_is_no_trust_list_is_named_and_nothing_is_made(tmp_path: Path) -> None:
    certificates = tmp_path / "certs.example"
    source = tmp_path / SOURCES / "wrong.json"
    source.parent.mkdir(parents=True)
    source.write_text("{}", encoding="utf-8")
    done = example(certificates)
    assert done.exit_code == 1
    assert f"{source} is refused" in done.stderr
    assert "Nothing was made" in done.stderr
    assert not certificates.exists()
