"""What holds of every identifier, whatever it is given."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from baygate.contract.identifiers import (
    IdentifierError,
    bank_account,
    cr_number,
    customs_code,
    declaration_number,
    gtin,
    hkid,
    hs_code,
    lei,
    macau_registration,
    organisation_code,
    party_id,
    person_name,
    region,
    resident_id,
    ubi,
    uscc,
)

SPECIMENS = {
    bank_account: "6222020000001234567",
    cr_number: "C1234567",
    customs_code: "440316A001",
    declaration_number: "516620251000012345",
    gtin: "9780471117094",
    hkid: "A123456(3)",
    hs_code: "8517130000",
    lei: "213800KUD8LAJWSQ9D15",
    macau_registration: "12345/SO-2",
    organisation_code: "D2143569X",
    party_id: "CN-9144030071526726XG",
    person_name: "CHAN TAI MAN",
    region: "440305",
    resident_id: "11010519491231002X",
    ubi: "01234567",
    uscc: "9144030071526726XG",
}
ASCII_ONLY = [module for module in SPECIMENS if module is not person_name]
PERSONAL = [bank_account, hkid, person_name, resident_id]
COMPLETING = [gtin, hkid, lei, organisation_code, resident_id, uscc]

any_text = st.text(st.characters())


def message_of(function, text):
    """Return the message with which a text is refused, or nothing where it is accepted."""
    try:
        assert function(text)
    except IdentifierError as refused:
        return str(refused)
    return ""


every = pytest.mark.parametrize("module", SPECIMENS, ids=lambda module: module.__name__.rpartition(".")[2])
every_ascii = pytest.mark.parametrize("module", ASCII_ONLY, ids=lambda module: module.__name__.rpartition(".")[2])
every_personal = pytest.mark.parametrize("module", PERSONAL, ids=lambda module: module.__name__.rpartition(".")[2])


@every
def test_a_canonical_form_is_its_own_canonical_form(module):
    assert module.parse(SPECIMENS[module]) == SPECIMENS[module]


@every
@given(any_text)
@example("\x00")
@example("\ud800")
@example("(" * 10)
@example("-" * 10)
def test_any_text_is_accepted_or_refused_with_an_identifier_error(module, text):
    for function in (module.parse, *([module.complete] if module in COMPLETING else [])):
        message_of(function, text).encode()  # no lone surrogate gets into a message


@every_ascii
@given(place=st.integers(0, 40), character=st.characters(min_codepoint=128))
@example(place=3, character="１")
@example(place=3, character="٣")
@example(place=0, character="ﬀ")
@example(place=0, character="\u212a")
@example(place=0, character="\u017f")
def test_a_character_outside_ascii_is_refused_in_any_place(module, place, character):
    specimen = SPECIMENS[module]
    place %= len(specimen)
    if character not in "\u00a0\u3000":
        with pytest.raises(IdentifierError):
            module.parse(specimen[:place] + character + specimen[place + 1 :])


@every
@pytest.mark.parametrize("character", list("\x00\x1c\x7f\x85\ud800\udfff"))
def test_controls_and_surrogates_are_refused_also_at_the_ends(module, character):
    specimen = SPECIMENS[module]
    for text in (character + specimen, specimen + character, specimen[:3] + character + specimen[4:]):
        with pytest.raises(IdentifierError):
            module.parse(text)


@every
@given(st.text(st.characters(), min_size=41, max_size=300))
@settings(max_examples=50)
@example("x" * 300)
@example("\u202e" * 300)
def test_a_message_repeats_at_most_40_characters(module, text):
    message = message_of(module.parse, text)
    assert not any(text[i : i + 41] in message for i in range(len(text) - 40))


@every
def test_a_long_text_gets_a_short_message(module):
    for text in ("7" * 100_000, "CN-" + "7" * 100_000, "\x00" * 100_000, "\U0001f600" * 100_000):
        with pytest.raises(IdentifierError) as refused:
            module.parse(text)
        assert len(str(refused.value)) < 250


@every_personal
@given(text=st.text(st.sampled_from("qwQ#%*\x01\u2603"), min_size=1, max_size=300))
def test_a_message_about_a_person_repeats_nothing(module, text):
    message = message_of(module.parse, text)
    assert not re.search(r"[qQ#%*\x01\u2603]|U\+", message)


def test_a_resident_id_or_hkid_with_one_wrong_character_is_not_repeated():
    for module in (resident_id, hkid):
        specimen = SPECIMENS[module]
        for place in range(len(specimen)):
            with pytest.raises(IdentifierError) as refused:
                module.parse(specimen[:place] + "#" + specimen[place + 1 :])
            assert specimen[:4] not in str(refused.value)
            assert specimen[-5:] not in str(refused.value)
            assert refused.value.__cause__ is None
            assert refused.value.__context__ is None
