"""The sources of the example trust lists follow the authorities that they name, and nothing else."""

from pathlib import Path

import pytest

from baygate.access.documents.refusal import Refused
from baygate.access.documents.trust_list import TrustList
from baygate.sample.certificates import E_SIGN_TRUST, make
from baygate.sample.trust_list_sources import bring_up_to_date, sources_in

SOURCES = Path(__file__).resolve().parent.parent.parent / "policies" / "trust-lists"
LATER = f'"sequence": 3,\n  "prev": "sha256:{"a" * 64}"'
FIRST = '"sequence": 1,\n  "prev": null'


@pytest.fixture
def certificates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Macau's, made anew: the quickest to make."""
    monkeypatch.setattr("baygate.sample.certificates.CHAINS", (E_SIGN_TRUST,))
    make(tmp_path / "certificates")
    return tmp_path / "certificates"


@pytest.fixture
def lists(tmp_path: Path) -> Path:
    """Hong Kong's list, and Macau's as the third of its sequence; both signed."""
    directory = tmp_path / "lists"
    directory.mkdir()
    for name in ("hk", "mo"):
        text = (SOURCES / f"{name}.json").read_text(encoding="utf-8")
        (directory / f"{name}.json").write_text(text, encoding="utf-8")
        (directory / f"{name}.jws").write_text("signed", encoding="utf-8")
    macau = directory / "mo.json"
    macau.write_text(macau.read_text(encoding="utf-8").replace(FIRST, LATER), encoding="utf-8")
    assert TrustList.model_validate_json(macau.read_text(encoding="utf-8")).sequence == 3
    return directory


def test_a_list_with_other_authorities_begins_anew(certificates: Path, lists: Path) -> None:
    macau = lists / "mo.json"
    assert list(bring_up_to_date(sources_in(lists), certificates)) == [macau]
    read = TrustList.model_validate_json(macau.read_text(encoding="utf-8"))
    assert (read.sequence, read.prev) == (1, None)
    assert not (lists / "mo.jws").exists()


def test_a_list_with_the_same_authorities_stays_as_it_is(certificates: Path, lists: Path) -> None:
    list(bring_up_to_date(sources_in(lists), certificates))
    macau = lists / "mo.json"
    later = macau.read_text(encoding="utf-8").replace(FIRST, LATER)
    macau.write_text(later, encoding="utf-8")
    (lists / "mo.jws").write_text("signed", encoding="utf-8")
    assert list(bring_up_to_date(sources_in(lists), certificates)) == []
    assert macau.read_text(encoding="utf-8") == later
    assert (lists / "mo.jws").exists()


def test_authorities_that_were_not_made_stay(certificates: Path, lists: Path) -> None:
    hong_kong = lists / "hk.json"
    before = hong_kong.read_text(encoding="utf-8")
    assert hong_kong not in list(bring_up_to_date(sources_in(lists), certificates))
    assert hong_kong.read_text(encoding="utf-8") == before
    assert (lists / "hk.jws").exists()


def test_what_is_no_trust_list_is_refused_by_its_name(lists: Path) -> None:
    wrong = lists / "wrong.json"
    wrong.write_text('{"spec": 1}', encoding="utf-8")
    with pytest.raises(Refused) as refused:
        sources_in(lists)
    assert refused.value.__notes__ == [str(wrong)]


def test_where_there_are_no_lists_there_is_nothing_to_do(tmp_path: Path, certificates: Path) -> None:
    assert list(bring_up_to_date(sources_in(tmp_path / "nowhere"), certificates)) == []
