"""The catalogue: what agencies share, under which conditions, by the policies in force; as values, JSON and DCAT.

It is the same for everybody, so it tells what is shared and what for, and not with whom: recipients, and conditions and
transforms that depend on the caller, are told to each caller about himself alone (``explain``). Rules:

1. Grants of a type with the same purposes, scopes, obligations and legal basis stand together, whoever they are for.
2. What a denial keeps from everybody is not listed as shared, but as not shared, with the reason; a denial to some is
   not told.
3. Nobody's records stand in it, nor anything that was counted of them.
"""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from baygate.access.documents.model import moment_text
from baygate.access.documents.policy import EVERY, Frequency, PolicyDocument, ShareClass
from baygate.access.documents.root import Agency
from baygate.access.documents.rules import InForce


@dataclass(frozen=True)
class Terms:
    """Fields of one concrete type, and the conditions under which they are shared; no purposes means any."""

    type: str
    fields: tuple[str, ...]
    purposes: tuple[str, ...]
    scopes: tuple[str, ...]
    obligations: tuple[str, ...]
    legal_basis: str | None


@dataclass(frozen=True)
class NotShared:
    """Fields of one concrete type that leave to nobody; ``*`` stands for all of them."""

    type: str
    fields: tuple[str, ...]
    reason: str
    legal_basis: str


@dataclass(frozen=True)
class Entry:
    """One policy in force, as the catalogue tells of it."""

    policy_id: str
    version: int
    digest: str
    catalogue_id: str
    title: str | None
    owner: Agency
    share_class: ShareClass
    update_frequency: Frequency
    legal_basis: str | None
    valid_from: datetime.datetime
    valid_until: datetime.datetime
    terms: tuple[Terms, ...]
    not_shared: tuple[NotShared, ...]

    @property
    def view(self) -> str:
        """The name that the owner gives the view: ``credit`` in ``customs-gz/credit``."""
        return self.policy_id.partition("/")[2]


def catalogue(in_force: InForce) -> tuple[Entry, ...]:
    """Return what the policies in force share, ordered by their names. Pure."""
    entries = (
        _entry(document, owner.agency, in_force.digests.get(document.policy_id, ""))
        for owner in in_force.owners
        for document in owner.policies
    )
    return tuple(sorted(entries, key=lambda each: each.policy_id))


def _entry(document: PolicyDocument, owner: Agency, digest: str) -> Entry:
    return Entry(
        document.policy_id,
        document.version,
        digest,
        document.catalogue_id,
        document.title,
        owner,
        document.share_class,
        document.update_frequency,
        document.legal_basis,
        document.not_before,
        document.expires,
        tuple(_terms(document)),
        tuple(
            NotShared(each.type, each.fields, each.reason, each.legal_basis)
            for each in document.denials
            if each.to is None
        ),
    )


def _terms(document: PolicyDocument) -> Iterator[Terms]:
    kept = {(each.type, name) for each in document.denials if each.to is None for name in each.fields}
    shared: dict[tuple[Any, ...], set[str]] = {}
    for each in document.grants:
        fields = {name for name in each.fields if not {(each.type, name), (each.type, EVERY)} & kept}
        lists = (tuple(sorted(set(named))) for named in (each.purposes, each.scopes, each.obligations))
        shared.setdefault((each.type, *lists, each.legal_basis), set()).update(fields)
    for (type_name, *conditions), fields in shared.items():
        if fields:
            yield Terms(type_name, tuple(sorted(fields)), *conditions)


def as_json(in_force: InForce) -> dict[str, Any]:
    """Return the catalogue as JSON has it."""
    return {"version": in_force.version, "entries": [_json(each) for each in catalogue(in_force)]}


def _json(entry: Entry) -> dict[str, Any]:
    owner = entry.owner
    return {
        "catalogueId": entry.catalogue_id,
        "title": entry.title,
        "view": entry.view,
        "owner": {
            "id": owner.id,
            "name": owner.name,
            "nameEn": owner.name_en,
            "jurisdiction": owner.jurisdiction,
            "region": owner.region,
        },
        "shareClass": str(entry.share_class),
        "updateFrequency": str(entry.update_frequency),
        "legalBasis": entry.legal_basis,
        "terms": [
            {
                "type": each.type,
                "fields": list(each.fields),
                "purposes": list(each.purposes),
                "scopes": list(each.scopes),
                "obligations": list(each.obligations),
                "legalBasis": each.legal_basis,
            }
            for each in entry.terms
        ],
        "notShared": [
            {"type": each.type, "fields": list(each.fields), "reason": each.reason, "legalBasis": each.legal_basis}
            for each in entry.not_shared
        ],
        "policyId": entry.policy_id,
        "version": entry.version,
        "digest": entry.digest,
        "validFrom": moment_text(entry.valid_from),
        "validUntil": moment_text(entry.valid_until),
    }


_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_FREQUENCIES: Mapping[Frequency, str] = {
    Frequency.REAL_TIME: "continuous",
    Frequency.DAILY: "daily",
    Frequency.WEEKLY: "weekly",
    Frequency.MONTHLY: "monthly",
    Frequency.YEARLY: "annual",
    Frequency.IRREGULAR: "irregular",
}
"""Members of the Dublin Core Collection Description Frequency Vocabulary, as DCAT 3 (6.4.13) recommends one."""
_CLASSES: Mapping[ShareClass, tuple[str, str]] = {
    ShareClass.UNCONDITIONAL: ("Shared unconditionally", "无条件共享"),
    ShareClass.CONDITIONAL: ("Shared conditionally", "有条件共享"),
    ShareClass.NOT_SHARED: ("Not shared", "不予共享"),
}


def as_dcat(in_force: InForce, origin: str) -> dict[str, Any]:
    """Return the catalogue as DCAT 3 in JSON-LD; ``origin`` is under what the hub is known to its clients.

    Conditions are an ODRL policy for each dataset: a permission for each of its terms, a prohibition for what is kept
    from everybody. Names of the hub's own (agencies, fields, purposes, scopes, obligations) are ``urn:baygate:`` URIs.
    """
    at = f"{origin}/catalogue.jsonld"
    entries = catalogue(in_force)
    return {
        "@context": _CONTEXT,
        "@id": at,
        "@type": "dcat:Catalog",
        "dct:title": _said("Catalogue of shared government data", "政务数据共享目录"),
        "dcat:version": in_force.version,
        "dcat:service": {
            "@id": f"{origin}/graphql",
            "@type": "dcat:DataService",
            "dct:title": _said("GraphQL endpoint", "查询接口"),
            "dcat:endpointURL": {"@id": f"{origin}/graphql"},
            "dcat:servesDataset": [{"@id": _dataset_id(each)} for each in entries],
        },
        "dcat:dataset": [_dataset(each) for each in entries],
    }


def _dataset(entry: Entry) -> dict[str, Any]:
    english, chinese = _CLASSES[entry.share_class]
    return {
        "@id": _dataset_id(entry),
        "@type": "dcat:Dataset",
        "dct:identifier": entry.catalogue_id,
        "dct:title": entry.title or entry.policy_id,
        "dct:publisher": _publisher(entry.owner),
        "dct:accessRights": {
            "@id": _uri("share-class", entry.share_class),
            "@type": "dct:RightsStatement",
            "rdfs:label": _said(english, chinese),
            **({"dct:description": entry.legal_basis} if entry.legal_basis else {}),
        },
        "dct:accrualPeriodicity": {"@id": f"http://purl.org/cld/freq/{_FREQUENCIES[entry.update_frequency]}"},
        "dcat:version": str(entry.version),
        "odrl:hasPolicy": _policy(entry),
    }


def _publisher(owner: Agency) -> dict[str, Any]:
    english = [{"@language": "en", "@value": owner.name_en}] if owner.name_en else []
    return {"@id": _uri("agency", owner.id), "@type": "foaf:Agent", "foaf:name": [owner.name, *english]}


def _policy(entry: Entry) -> dict[str, Any]:
    algorithm, _, value = entry.digest.partition(":")
    return {
        "@id": f"{_uri('policy', entry.policy_id)}:{entry.version}",
        "@type": "odrl:Set",
        "dct:valid": f"{moment_text(entry.valid_from)}/{moment_text(entry.valid_until)}",
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": f"spdx:checksumAlgorithm_{algorithm}"},
            "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": value},
        },
        "odrl:permission": [_permission(each) for each in entry.terms],
        "odrl:prohibition": [
            {
                "odrl:target": _fields(each),
                "odrl:action": {"@id": "odrl:use"},
                "dct:description": f"{each.reason}: {each.legal_basis}",
            }
            for each in entry.not_shared
        ],
    }


def _permission(terms: Terms) -> dict[str, Any]:
    constraints = [
        {
            "@type": "odrl:Constraint",
            "odrl:leftOperand": {"@id": left},
            "odrl:operator": {"@id": operator},
            "odrl:rightOperand": [{"@id": _uri(kind, each)} for each in named],
        }
        for left, operator, kind, named in (
            ("odrl:purpose", "odrl:isAnyOf", "purpose", terms.purposes),
            (_uri("operand", "scope"), "odrl:isAllOf", "scope", terms.scopes),
        )
        if named
    ]
    duties = [{"@type": "odrl:Duty", "odrl:action": {"@id": _uri("obligation", each)}} for each in terms.obligations]
    return {
        "odrl:target": _fields(terms),
        "odrl:action": {"@id": "odrl:use"},
        **({"odrl:constraint": constraints} if constraints else {}),
        **({"odrl:duty": duties} if duties else {}),
        **({"dct:description": terms.legal_basis} if terms.legal_basis else {}),
    }


def _fields(of: Terms | NotShared) -> list[dict[str, str]]:
    return [{"@id": _uri("field", f"{of.type}.{name}")} for name in of.fields]


def _dataset_id(entry: Entry) -> str:
    return _uri("dataset", entry.policy_id)


def _uri(kind: str, name: str) -> str:
    return f"urn:baygate:{kind}:{name}"


def _said(english: str, chinese: str) -> list[dict[str, str]]:
    return [{"@language": "en", "@value": english}, {"@language": "zh", "@value": chinese}]
