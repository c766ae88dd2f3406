"""What the facts in a statement's text say of the rows in it: whose they are, about whom, and how many."""

import pytest

from baygate.gateway.seen import Rows, Seen
from baygate.sources.resident.facts import Marks

MARKS = Marks.fresh()


def fact(what: str, party: str | None = None, number: int | None = None) -> str:
    many = "" if number is None else f"{MARKS.number}{number}"
    named = "" if party is None else f"{MARKS.party}{party}"
    return f"{MARKS.fact}{what}{many}{named}{MARKS.fact}"


def rows(*facts: str) -> Rows:
    seen = Seen()
    text = "".join(f"{each}{{}}" for each in facts)
    assert seen.take(text.encode(), MARKS) == b"{}" * len(facts)
    return seen.rows()


ABOUT_ONE, ABOUT_OTHER, FILING = fact("Enterprise samr", "CN-1"), fact("Enterprise samr", "CN-2"), fact("Filing ciq")


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ((ABOUT_ONE,), {"samr": {"CN-1": {"Enterprise": 1}}}),
        ((ABOUT_ONE, FILING, FILING), {"samr": {"CN-1": {"Enterprise": 1}}, "ciq": {"CN-1": {"Filing": 2}}}),
        ((FILING, ABOUT_ONE), {"ciq": {"": {"Filing": 1}}, "samr": {"CN-1": {"Enterprise": 1}}}),
        (
            (ABOUT_ONE, FILING, ABOUT_OTHER, FILING, FILING),
            {"ciq": {"CN-1": {"Filing": 1}, "CN-2": {"Filing": 2}},
             "samr": {"CN-1": {"Enterprise": 1}, "CN-2": {"Enterprise": 1}}},
        ),
        (
            (ABOUT_ONE, FILING, ABOUT_ONE, FILING),
            {"samr": {"CN-1": {"Enterprise": 2}}, "ciq": {"CN-1": {"Filing": 2}}},
        ),
        (
            (ABOUT_ONE, fact("Notice ciq", ""), FILING),
            {"samr": {"CN-1": {"Enterprise": 1}}, "ciq": {"": {"Notice": 1}, "CN-1": {"Filing": 1}}},
        ),
        (
            (ABOUT_ONE, fact("Enterprise.filings ciq", "CN-1", 7), FILING),
            {"samr": {"CN-1": {"Enterprise": 1}}, "ciq": {"CN-1": {"Enterprise.filings": 7, "Filing": 1}}},
        ),
        ((fact("Query.filings ciq", "", 0),), {"ciq": {"": {"Query.filings": 0}}}),
    ],
    ids=["one", "what it holds", "what stands before it", "two", "twice", "of nobody", "counted", "nothing counted"],
)  # fmt: skip
def test_a_row_is_of_the_party_that_was_named_last(facts: tuple[str, ...], told: Rows) -> None:
    assert rows(*facts) == told


def test_a_text_without_facts_stays_as_it_is() -> None:
    seen = Seen()
    assert seen.take(b'{"me":null}', MARKS) == b'{"me":null}'
    assert seen.rows() == {}
