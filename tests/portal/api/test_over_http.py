"""The explorer's API at a hub that runs: what it tells is what the hub tells whoever asks it otherwise."""

from typing import Any

import httpx
import pytest
from tests.portal.visitor import OWN, Visitor
from tests.sample.test_policies import CERTIFICATES, POLICIES

from baygate.contract.schema import graphql_schema

ADDRESSES = ("/explore/api/access", "/explore/api/matrix", "/explore/api/health", "/explore/samples")
ACCESS = """query ($type: String!, $field: String!, $purpose: String) {
  access(type: $type, field: $field, purpose: $purpose) { coordinate purpose given sentence
    answers { providers outcome reason policies { policyId version } rules transforms wouldHelp { scopes purposes } } }
}"""


def told(visitor: Visitor, path: str) -> Any:
    answer = visitor.own(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(visitor: Visitor, path: str, said: Any, **headers: str) -> httpx.Response:
    return visitor.http.post(visitor.hub.base + path, json=said, headers=OWN | headers)


def error(answer: httpx.Response) -> tuple[int, str]:
    assert answer.json().keys() == {"error", "message"}
    return answer.status_code, answer.json()["error"]


def of_graphql(visitor: Visitor, coordinate: str, purpose: str) -> dict[str, Any]:
    type_name, _, field = coordinate.partition(".")
    variables = {"type": type_name, "field": field, "purpose": purpose}
    answer = visitor.http.post(
        f"{visitor.hub.base}/explore/graphql",
        json={"query": ACCESS, "variables": variables},
        headers=OWN | {"accept": "application/graphql-response+json"},
    ).json()
    return dict(answer["data"]["access"])


@pytest.mark.parametrize("purpose", ["RISK_ASSESSMENT", "EXPORT_REFUND"])
def test_my_access_is_what_graphql_tells_of_each_field(chen: Visitor, purpose: str) -> None:
    found = told(chen, f"/explore/api/access?purpose={purpose}")
    assert (found["purpose"], found["agency"]) == (purpose, "tax-gd")
    assert len(found["fields"]) > 300
    for coordinate in list(found["fields"])[::40]:
        same, here = of_graphql(chen, coordinate, purpose), found["fields"][coordinate]
        assert here["sentence"] == same["sentence"]
        assert (here["outcome"] != "WITHHOLD") is same["given"]
        members = ("providers", "outcome", "reason", "policies", "rules", "transforms", "wouldHelp")
        assert [{each: one[each] for each in members} for one in here["answers"]] == same["answers"]


def test_each_address_answers_whoever_is_signed_in(chen: Visitor) -> None:
    matrix = told(chen, "/explore/api/matrix")
    assert matrix["purpose"] == "RISK_ASSESSMENT"
    assert [each["id"] for each in matrix["agencies"] if each["own"]] == ["tax-gd"]
    health = told(chen, "/explore/api/health")
    assert len(health["windows"]) == 120
    assert {each["id"] for each in told(chen, "/explore/samples")} > {"four-views"}


def test_what_was_asked_shows_in_the_health_of_the_worker(chen: Visitor) -> None:
    before = sum(each["requests"] for each in told(chen, "/explore/api/health")["windows"])
    for _ in range(3):
        assert chen.ask().status_code == 200
    after = told(chen, "/explore/api/health")
    assert sum(each["requests"] for each in after["windows"]) >= before + 3
    assert after["windows"][-1]["p50"] or after["windows"][-2]["p50"]
    assert {"caller", "plan", "result", "receipt"} <= {each["name"] for each in after["stages"]}


def test_another_agencys_policy_is_not_compared(chen: Visitor) -> None:
    source = (POLICIES / "customs-gz/credit.json").read_text(encoding="utf-8")
    assert error(send(chen, "/explore/api/matrix/diff", {"policy": source})) == (403, "forbidden")


@pytest.mark.parametrize("name", ["hk/platform.pem", "tax-gd.pem", "cn-gd/sm2/exporter.pem"])
def test_a_certificate_is_judged_as_the_hub_stands(chen: Visitor, name: str) -> None:
    """No trust list is in force here, so nobody is recognised, and the page is told why."""
    pem = (CERTIFICATES / name).read_text(encoding="ascii")
    found = send(chen, "/explore/api/recognise", {"certificate": pem}).json()
    assert not found["recognised"]
    assert [each["name"] for each in found["conditions"] if not each["met"]] == ["issuing CA"]
    assert found["sentence"].startswith("It is not recognised, for its issuing CA: ")


@pytest.mark.parametrize("path", ADDRESSES)
def test_nobody_asks_without_the_session_or_the_header_or_from_another_site(
    chen: Visitor, other: Visitor, path: str
) -> None:
    assert error(other.own(path))[0] == 401
    assert error(chen.get(path))[0] == 403
    assert error(chen.get(path, **OWN, sec_fetch_site="cross-site"))[0] == 403
    assert error(chen.get(path, **OWN, origin="https://evil.example"))[0] == 403


@pytest.mark.parametrize("path", ["/explore/api/matrix/diff", "/explore/api/recognise"])
def test_nothing_is_sent_from_another_site(chen: Visitor, other: Visitor, path: str) -> None:
    said = {"policy": "{}", "certificate": "x"}
    assert error(send(other, path, said))[0] == 401
    assert error(send(chen, path, said, **{"sec-fetch-site": "cross-site"}))[0] == 403
    assert error(send(chen, path, said, **{"baygate-explorer": "0"}))[0] == 403


def test_what_is_told_is_kept_by_nobody_and_run_by_nobody(chen: Visitor) -> None:
    headers = chen.own("/explore/api/access").headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-type"] == "application/json"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_all_fields_of_the_contract_that_policies_decide_about_are_there(chen: Visitor) -> None:
    fields = told(chen, "/explore/api/access")["fields"]
    rating = graphql_schema().type_map["CreditRating"]
    assert {f"CreditRating.{name}" for name in rating.fields} <= fields.keys()  # type: ignore[attr-defined]
