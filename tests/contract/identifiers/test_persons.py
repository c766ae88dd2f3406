"""Bank account and person name."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baygate.contract.identifiers import IdentifierError, bank_account, person_name


def test_a_bank_account_loses_its_grouping():
    assert bank_account.parse(" 6222 0200-0000 1234 567 ") == "6222020000001234567"
    assert bank_account.parse("gb82 west 1234 5698 7654 32") == "GB82WEST12345698765432"


@pytest.mark.parametrize("text", ["", "- -", "12345", "1" * 35, "622202/0000", "６222020000", "622202\x000000"])
def test_a_bank_account_of_another_shape_is_refused(text):
    with pytest.raises(IdentifierError, match="bank account"):
        bank_account.parse(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" Chan  Tai\u3000Man ", "CHAN TAI MAN"),
        ("ｃｈａｎ", "CHAN"),
        ("陈大文", "陈大文"),
        ("Jose\u0301", "JOSÉ"),
        ("阿卜杜拉·买买提", "阿卜杜拉·买买提"),
        ("Groß", "GROSS"),
    ],
)
def test_one_name_has_one_spelling(text, name):
    assert person_name.parse(text) == name


def test_a_name_has_1_to_100_characters():
    assert person_name.parse("x" * 100) == "X" * 100
    for text in ("", " \u3000 ", "x" * 101, "\ufdfa" * 90, "x" * 100_000):
        with pytest.raises(IdentifierError, match="expected 1 to 100 characters"):
            person_name.parse(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("陈\x00文", "character 2 is a control character"),
        ("Chan\tTai", "character 5 is a control character"),
        ("Chan\ud800", "character 5 is a lone surrogate"),
        ("Chan\u200bTai", "character 5 is an invisible formatting character"),
        ("\u202ename", "character 1 is an invisible formatting character"),
    ],
)
def test_what_cannot_be_seen_is_refused(text, why):
    with pytest.raises(IdentifierError, match=why):
        person_name.parse(text)


@given(st.text(min_size=1, max_size=60))
def test_a_canonical_name_stays_as_it_is(text):
    try:
        name = person_name.parse(text)
    except IdentifierError:
        return
    assert person_name.parse(name) == name
    assert unicodedata.is_normalized("NFKC", name)
