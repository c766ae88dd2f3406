"""The hub's key of a party."""

import pytest

from baygate.contract.identifiers import IdentifierError, party_id


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (" cn-9144030071526726xg ", "CN-9144030071526726XG"),
        ("HK-01234567", "HK-01234567"),
        ("hk-f1234567", "HK-F1234567"),
        ("HK-12345", "HK-12345"),
        ("MO-12345/so-2", "MO-12345/SO-2"),
    ],
)
def test_a_key_is_a_place_and_the_identifier_there(text, key):
    assert party_id.parse(text) == key
    assert party_id.parse(key) == key


def test_keys_are_made_from_identifiers():
    assert party_id.of_mainland("9144030071526726xg") == "CN-9144030071526726XG"
    assert party_id.of_hong_kong(" 01234567 ") == "HK-01234567"
    assert party_id.of_hong_kong("c1234567") == "HK-C1234567"
    assert party_id.of_hong_kong("123") == "HK-123"
    assert party_id.of_macau("so-1") == "MO-SO-1"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "expected CN-, HK- or MO-"),
        ("CN", "expected CN-, HK- or MO-"),
        ("TW-12345678", "expected CN-, HK- or MO-"),
        ("ＣＮ-9144030071526726XG", "expected CN-, HK- or MO-"),
        ("CN9144030071526726XG", "expected CN-, HK- or MO-"),
        ("CN-9144030071526726XH", "USCC: the check character"),
        ("HK-123456789", "CR number"),
        ("HK-1234567A", "UBI"),
        ("HK-C123456", "CR number"),
        ("MO-", "must begin the identifier"),
        ("MO- 12", "must begin the identifier"),
        ("MO-a b", "Macau registration"),
    ],
)
def test_a_key_is_refused_for_its_prefix_or_by_the_identifier_inside(text, why):
    with pytest.raises(IdentifierError, match=why):
        party_id.parse(text)
