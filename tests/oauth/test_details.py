"""Why a caller asks: what of authorization details is taken (RFC 9396)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baygate.access.purposes import PURPOSES
from baygate.oauth.details import TYPE, BadDetails, Details, of_claim, parse

RISK = {"type": TYPE, "purpose": "RISK_ASSESSMENT"}
MEMBERS = ["type", "purpose", "legalBasis", "caseNo", "x"]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([TYPE, *PURPOSES]),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(MEMBERS), inner),
)  # fmt: skip


@pytest.mark.parametrize("code", PURPOSES)
def test_every_purpose_is_taken_with_all_its_members_and_told_as_it_came(code: str) -> None:
    detail = {"type": TYPE, "purpose": code, "legalBasis": "《海关法》第六条", "caseNo": "案2026-1"}
    taken = parse(json.dumps([detail]))
    assert taken == Details(code, "《海关法》第六条", "案2026-1")
    assert taken.claim() == [detail]


@pytest.mark.parametrize("code", PURPOSES)
def test_a_purpose_asks_for_basis_and_case_where_the_registry_says_so(code: str) -> None:
    whole = {"type": TYPE, "purpose": code, "legalBasis": "law", "caseNo": "1"}
    for name, needed in (("legalBasis", PURPOSES[code].basis), ("caseNo", PURPOSES[code].case)):
        lacking = [{key: value for key, value in whole.items() if key != name}]
        if needed:
            with pytest.raises(BadDetails, match=f"needs a {name}"):
                of_claim(lacking)
        else:
            assert of_claim(lacking).claim() == lacking


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (RISK, "list of one object"),
        ([], "list of one object"),
        ([RISK, RISK], "list of one object"),
        ([TYPE], "list of one object"),
        ([{}], "only the type"),
        ([RISK | {"type": "other"}], "only the type"),
        ([RISK | {"locations": []}], "no member but"),
        ([RISK | {"purpose": "OTHER"}], "not in the registry"),
        ([{"type": TYPE}], "not in the registry"),
        ([RISK | {"caseNo": "x" * 301}], "caseNo is text"),
        ([RISK | {"caseNo": "two\nlines"}], "caseNo is text"),
        ([RISK | {"legalBasis": ["law"]}], "legalBasis is text"),
    ],
)
def test_what_is_wrong_is_said(wrong: Any, reason: str) -> None:
    with pytest.raises(BadDetails, match=reason):
        of_claim(wrong)


@pytest.mark.parametrize("text", ["", "[", "NaN", "[" * 4_000, "9" * 4_096, '[{"type":1,"type":1}]', " " * 5_000])
def test_what_is_no_plain_json_is_refused(text: str) -> None:
    with pytest.raises(BadDetails):
        parse(text)


@given(ANYTHING)
def test_anything_is_taken_whole_or_refused_in_words_that_an_error_may_have(value: Any) -> None:
    try:
        taken = parse(json.dumps(value))
    except BadDetails as error:
        taken, said = None, str(error)
    if taken is None:
        assert said.isascii()
        assert not set(said) & set('"\\')
    else:
        assert taken.claim() == value
