"""What the catalogue tells of the policies in force, and what it keeps to itself."""

import json
from typing import Any

import pytest
from tests.access.signing import NOW, denial, digest, facts, grant, library, policy, root_document, signed

from baygate.access.catalogue import Entry, Terms, as_dcat, as_json, catalogue
from baygate.access.documents.in_force import in_force, nothing
from baygate.access.documents.library import published
from baygate.access.documents.rules import InForce
from baygate.access.documents.trust import Trusted

ORIGIN = "https://hub.example"


def state(*policies: dict[str, Any]) -> InForce:
    trusted = Trusted(signed(root_document()), facts(), NOW)
    published(trusted, library(*policies), NOW)
    return in_force(trusted, NOW)


def entry(**changes: Any) -> Entry:
    (found,) = catalogue(state(policy(**changes)))
    return found


def dataset(**changes: Any) -> dict[str, Any]:
    (found,) = as_dcat(state(policy(**changes)), ORIGIN)["dcat:dataset"]
    return dict(found)


def test_an_entry_names_its_owner_its_class_its_frequency_and_the_very_document() -> None:
    document = policy(version=7, prev=f"sha256:{'0' * 64}", title="企业信用等级", updateFrequency="DAILY")
    (found,) = catalogue(state(document))
    assert (found.policy_id, found.version, found.view) == ("customs-gz/credit", 7, "credit")
    assert (found.catalogue_id, found.title) == ("GD-GZC-0012", "企业信用等级")
    assert (found.owner.id, found.share_class, found.update_frequency) == ("customs-gz", "CONDITIONAL", "DAILY")
    assert found.digest == digest(signed(document))
    assert found.valid_from < NOW < found.valid_until


def test_what_is_shared_stands_with_its_purposes_scopes_obligations_and_basis() -> None:
    found = entry(grants=[grant(obligations=["NO_ONWARD"])])
    assert found.terms == (
        Terms(
            "CreditRating",
            ("evidenceNo", "grade", "validTo"),
            ("RISK_ASSESSMENT",),
            ("credit:read",),
            ("NO_ONWARD",),
            "Guofa [2016] No. 51",
        ),
    )


def test_grants_on_the_same_terms_stand_together_whoever_they_are_for() -> None:
    found = entry(
        grants=[
            grant("g1", fields=["grade"]),
            grant("g2", fields=["score"], to={"jurisdictions": ["HK"]}),
            grant("g3", fields=["basis"], purposes=["STATISTICS"]),
        ]
    )
    assert [(each.fields, each.purposes) for each in found.terms] == [
        (("grade", "score"), ("RISK_ASSESSMENT",)),
        (("basis",), ("STATISTICS",)),
    ]


@pytest.mark.parametrize("export", [as_json, lambda known: as_dcat(known, ORIGIN)])
def test_it_does_not_tell_with_whom_nor_under_which_condition_or_transform(export: Any) -> None:
    rule = grant(
        to={"agencies": ["hk-customs"], "roles": ["SECRET_ROLE"]},
        where=[{"attr": "subject.region", "op": "prefix", "value": "4471"}],
        transform={"evidenceNo": {"kind": "mask", "keepLast": 4}},
    )
    some = denial("d1", "score", to={"agencies": ["mo-dsedt"]}, reason="TOLD_TO_ONE")
    text = json.dumps(export(state(policy(grants=[rule], denials=[some]))))
    assert "evidenceNo" in text
    for kept in ("hk-customs", "mo-dsedt", "SECRET_ROLE", "4471", "mask", "TOLD_TO_ONE"):
        assert kept not in text


def test_what_is_denied_to_everybody_is_not_listed_as_shared() -> None:
    found = entry(denials=[denial("d1", "grade")])
    assert [each.fields for each in found.terms] == [("evidenceNo", "validTo")]
    (kept,) = found.not_shared
    assert (kept.type, kept.fields) == ("CreditRating", ("grade",))
    assert (kept.reason, kept.legal_basis) == ("NO_SHARE", "Data Security Law")


def test_what_is_denied_to_some_is_shared_all_the_same() -> None:
    found = entry(denials=[denial("d1", "grade", to={"agencies": ["mo-dsedt"]})])
    assert ("grade" in found.terms[0].fields, found.not_shared) == (True, ())


def test_a_denial_of_all_fields_leaves_nothing_shared() -> None:
    found = entry(denials=[denial("d1", "*")])
    assert (found.terms, found.not_shared[0].fields) == ((), ("*",))


def test_what_is_not_shared_at_all_is_in_the_catalogue_with_its_basis() -> None:
    found = entry(grants=[], shareClass="NOT_SHARED", legalBasis="State Secrets Law")
    assert (found.share_class, found.legal_basis, found.terms) == ("NOT_SHARED", "State Secrets Law", ())


def test_entries_are_ordered_by_the_names_of_their_policies() -> None:
    known = state(policy("tax-gd"), policy("customs-gz", "credit"), policy("customs-gz", "again"))
    assert [each.policy_id for each in catalogue(known)] == ["customs-gz/again", "customs-gz/credit", "tax-gd/credit"]


def test_where_nothing_is_in_force_nothing_is_in_it() -> None:
    assert catalogue(nothing("There is no root document.")) == ()


def test_json_says_what_the_entries_say_and_is_json() -> None:
    known = state(policy(title="企业信用等级", denials=[denial("d1", "score")]))
    found = json.loads(json.dumps(as_json(known)))
    assert found["version"] == known.version
    (told,) = found["entries"]
    assert told["owner"] == {
        "id": "customs-gz",
        "name": "customs-gz",
        "nameEn": None,
        "jurisdiction": "CN-GD",
        "region": "44",
    }
    assert told["terms"][0]["fields"] == ["evidenceNo", "grade", "validTo"]
    assert told["notShared"][0]["fields"] == ["score"]
    assert (told["validFrom"], told["validUntil"]) == ("2020-12-01T00:00:00Z", "2040-12-01T00:00:00Z")
    assert told["digest"] == known.digests["customs-gz/credit"]


def test_dcat_is_a_catalog_of_datasets_that_one_service_serves() -> None:
    found = as_dcat(state(policy(), policy("tax-gd")), ORIGIN)
    assert found["@type"] == "dcat:Catalog"
    assert found["@id"] == "https://hub.example/catalogue.jsonld"
    ids = [each["@id"] for each in found["dcat:dataset"]]
    assert ids == ["urn:baygate:dataset:customs-gz/credit", "urn:baygate:dataset:tax-gd/credit"]
    assert [each["@id"] for each in found["dcat:service"]["dcat:servesDataset"]] == ids
    assert found["dcat:service"]["dcat:endpointURL"] == {"@id": "https://hub.example/graphql"}


def test_every_prefix_that_dcat_uses_is_in_its_context() -> None:
    known = state(policy(grants=[grant(obligations=["NO_ONWARD"])], denials=[denial("d1", "score")]))
    found = as_dcat(known, ORIGIN)
    used: set[str] = set()

    def look(value: Any) -> None:
        if isinstance(value, dict):
            names = [name for name in value if not name.startswith("@")]
            names += [value["@type"]] if "@type" in value else []
            names += [value["@id"]] if ":" in value.get("@id", "") else []
            used.update(each.partition(":")[0] for each in names)
            for each in value.values():
                look(each)
        elif isinstance(value, list):
            for each in value:
                look(each)

    look({name: each for name, each in found.items() if name != "@context"})
    assert used - set(found["@context"]) <= {"urn", "https", "http"}
    assert {"dcat", "dct", "odrl", "foaf", "spdx"} <= used


@pytest.mark.parametrize(
    ("frequency", "member"), [("REAL_TIME", "continuous"), ("YEARLY", "annual"), ("IRREGULAR", "irregular")]
)
def test_a_dataset_names_publisher_rights_and_frequency(frequency: str, member: str) -> None:
    found = dataset(updateFrequency=frequency)
    assert found["@type"] == "dcat:Dataset"
    assert found["dct:identifier"] == "GD-GZC-0012"
    assert found["dct:publisher"]["@id"] == "urn:baygate:agency:customs-gz"
    assert found["dct:accessRights"]["@id"] == "urn:baygate:share-class:CONDITIONAL"
    assert found["dct:accrualPeriodicity"] == {"@id": f"http://purl.org/cld/freq/{member}"}


def test_the_conditions_of_a_dataset_are_permissions_and_prohibitions() -> None:
    found = dataset(grants=[grant(fields=["grade"], obligations=["NO_ONWARD"])], denials=[denial("d1", "score")])
    rules = found["odrl:hasPolicy"]
    (permission,) = rules["odrl:permission"]
    assert permission["odrl:target"] == [{"@id": "urn:baygate:field:CreditRating.grade"}]
    purpose, scope = permission["odrl:constraint"]
    assert purpose["odrl:leftOperand"] == {"@id": "odrl:purpose"}
    assert purpose["odrl:rightOperand"] == [{"@id": "urn:baygate:purpose:RISK_ASSESSMENT"}]
    assert scope["odrl:operator"] == {"@id": "odrl:isAllOf"}
    assert permission["odrl:duty"][0]["odrl:action"] == {"@id": "urn:baygate:obligation:NO_ONWARD"}
    (prohibition,) = rules["odrl:prohibition"]
    assert prohibition["odrl:target"] == [{"@id": "urn:baygate:field:CreditRating.score"}]
    assert rules["dct:valid"] == "2020-12-01T00:00:00Z/2040-12-01T00:00:00Z"


def test_a_dataset_can_be_held_against_the_signed_document() -> None:
    known = state(policy())
    (found,) = as_dcat(known, ORIGIN)["dcat:dataset"]
    checksum = found["odrl:hasPolicy"]["spdx:checksum"]
    assert checksum["spdx:algorithm"] == {"@id": "spdx:checksumAlgorithm_sha256"}
    assert f"sha256:{checksum['spdx:checksumValue']['@value']}" == known.digests["customs-gz/credit"]
