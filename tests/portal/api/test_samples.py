"""The samples: each runs as it stands in the sample world, for somebody of the tax authority, for its purpose."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import parse
from tests.oracle.engine import Engine
from tests.portal.api.sample_control import GATES, control, state
from tests.sample.test_policies import facts

from baygate.access.compile import compiled
from baygate.access.purposes import PURPOSES
from baygate.portal.api.samples import samples

SAMPLES = {each["id"]: each for each in samples()}


class Asking:
    """People of agencies, asking under the sample policies."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, agency: str, name: str) -> dict[str, Any]:
        sample = SAMPLES[name]
        caller = control(agency, sample["purpose"])
        access = GATES.behind(caller.who.scopes, compiled(state(), caller.who, facts()))
        principal = replace(caller.principal, attributes=caller.who.attributes)
        return self._engine.ask(sample["query"], sample["variables"], access, principal)


@pytest.fixture(scope="module")
def asking(world: Any) -> Iterator[Asking]:
    engine = Engine(world)
    yield Asking(engine)
    engine.close()


def marks(answer: dict[str, Any], code: str) -> set[str]:
    """Return the fields that an answer marks so."""
    told = [each["extensions"] for each in answer.get("errors", ())] + answer.get("extensions", {}).get("access", [])
    return {each["coordinate"] for each in told if each["code"] == code}


def test_each_is_whole_and_says_in_both_languages_what_it_is() -> None:
    for each in SAMPLES.values():
        assert each.keys() == {"id", "view", "title", "about", "purpose", "query", "variables"}
        for text in (each["title"], each["about"]):
            assert text.keys() == {"zh", "en"}
            assert all(text.values())
        assert each["purpose"] in PURPOSES
        (definition,) = parse(each["query"]).definitions
        assert definition.name.value, "the editor shows it by its name"


def test_there_is_one_for_each_view_and_one_for_all() -> None:
    assert {each["view"] for each in SAMPLES.values()} == {
        "identity", "credit", "filings", "clearance", "all", "control",
    }  # fmt: skip
    assert next(iter(SAMPLES)) == "four-views"


@pytest.mark.parametrize("name", SAMPLES)
def test_it_runs_as_it_stands(asking: Asking, name: str) -> None:
    answer = asking.ask("tax-gd", name)
    assert all(each is not None for each in answer["data"].values())
    assert {each["extensions"]["code"] for each in answer.get("errors", ())} <= {"FIELD_WITHHELD"}


def test_the_first_shows_all_views_and_something_masked_and_withheld(asking: Asking) -> None:
    answer = asking.ask("tax-gd", "four-views")
    enterprise = answer["data"]["enterprise"]
    for each in ("creditRatings", "productFilings", "declarations"):
        assert enterprise[each]["totalCount"] > 0
        assert enterprise[each]["nodes"]
    assert marks(answer, "FIELD_MASKED") == {"CreditRating.evidenceNo"}
    assert marks(answer, "FIELD_WITHHELD") == {"Declaration.buyerName"}


def test_abroad_the_same_question_gets_less_and_tells_why(asking: Asking) -> None:
    here, abroad = asking.ask("tax-gd", "less-abroad"), asking.ask("hk-customs", "less-abroad")
    assert here.keys() == {"data"}
    assert marks(abroad, "FIELD_MASKED") == {"FilingItem.hsCode"}
    assert "FilingItem.registeredPrice" in marks(abroad, "FIELD_WITHHELD")
    helps = {each["extensions"]["coordinate"]: each["extensions"]["helps"] for each in abroad["errors"]}
    assert helps["Declaration"] == {"purposes": ["TRADE_FACILITATION"]}
    of = [each["data"]["enterprise"]["productFilings"]["totalCount"] for each in (here, abroad)]
    assert of[0] > of[1] > 0


def test_the_company_of_hong_kong_is_there(asking: Asking) -> None:
    company = asking.ask("tax-gd", "hong-kong")["data"]["hongKongCompany"]
    assert company["id"] == "HK-70812345"
    assert company["productFilings"]["totalCount"] > 0


def test_the_documents_disagree(asking: Asking) -> None:
    declaration = asking.ask("tax-gd", "clearance")["data"]["declaration"]
    assert declaration["matchOutcome"] == "MISMATCHED"
    assert declaration["mismatches"]
