"""NIST's Public Key Interoperability Test Suite: 246 cases of path validation, with the standard's results."""

import datetime
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cryptography_vectors
import pytest
from pyhanko_certvalidator.policy_decl import DisallowWeakAlgorithmsPolicy

from baygate.access.documents.trust_list import Proof
from baygate.recognition.path import Evidence, Parameters, PathRefused, validate

AT = datetime.datetime(2022, 5, 1, tzinfo=datetime.UTC)
DATA = Path(cryptography_vectors.__file__).parent / "x509/PKITS_data"
CASES = json.loads((Path(__file__).parents[1] / "data/nist_pkits_cases.json").read_bytes())
AS_OF_THEN = DisallowWeakAlgorithmsPolicy(frozenset({"md5"}), dsa_key_size_threshold=1_024)
"""The suite has signatures by DSA of 1024 bits with SHA-1, which nothing is recognised by here."""


def certificate(name: str) -> bytes:
    return (DATA / "certs" / name).read_bytes()


def crl(name: str) -> bytes:
    return (DATA / "crls" / name).read_bytes()


def parameters(case: Mapping[str, Any], revocation: Proof | None) -> Parameters:
    given = case.get("params", {})
    return Parameters(
        policies=frozenset(given.get("user_initial_policy_set", ["any_policy"])),
        explicit_policy=given.get("initial_explicit_policy", False),
        inhibit_mapping=given.get("initial_policy_mapping_inhibit", False),
        inhibit_any_policy=given.get("initial_any_policy_inhibit", False),
        revocation=revocation,
        algorithms=AS_OF_THEN,
    )


def outcome(case: Mapping[str, Any], revocation: Proof | None) -> int | None:
    """Return the length of the path that is found; None if there is none."""
    evidence = Evidence((crl("TrustAnchorRootCRL.crl"), *map(crl, case.get("crls", ()))))
    try:
        path = validate(
            certificate(case["cert"]),
            [certificate("TrustAnchorRootCertificate.crt")],
            [certificate(each) for each in case.get("other_certs", ())],
            evidence,
            AT,
            parameters(case, revocation),
        )
    except PathRefused:
        return None
    return len(path.certificates)


def test_there_are_all_cases() -> None:
    assert len(CASES) == 246
    assert sum(each["valid"] for each in CASES) == 110


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['id']}-{case['name']}")
def test_the_result_is_the_standards(case: Mapping[str, Any]) -> None:
    revocation = Proof.CRL if case.get("revocation", True) else None
    assert outcome(case, revocation) == (case["path_len"] if case["valid"] else None)


@pytest.mark.parametrize(
    "case", [each for each in CASES if not each.get("revocation", True)], ids=lambda case: case["id"]
)
def test_where_the_table_does_not_ask_for_revocation_it_makes_no_difference(case: Mapping[str, Any]) -> None:
    if case["id"] == "40105":
        pytest.skip("a CRL by a DSA key that inherits its parameters is not verified, and nobody issues one")
    assert outcome(case, Proof.CRL) == (case["path_len"] if case["valid"] else None)
