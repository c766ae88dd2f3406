"""Drafts: whoever writes a policy is told what is wrong, and where, before anybody signs it."""

import datetime
import json
from typing import Any

import pytest
from tests.access.signing import END, NOW, facts, grant, policy, root_document, signed

from baygate.access.documents.draft import Unreadable, check_draft, read_draft, unfinished
from baygate.access.documents.policy import PolicyDocument
from baygate.access.documents.refusal import Refused, Step
from baygate.access.documents.trust import Trusted


def draft(**changes: Any) -> PolicyDocument:
    return read_draft(json.dumps(policy(**changes)))


def root() -> Any:
    return Trusted(signed(root_document()), facts(), NOW).root.document


def mistakes(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Unreadable) as raised:
        read_draft(text)
    return [(each.where, each.what) for each in raised.value.mistakes]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("{", "line 1, column 2"),
        ('{\n  "spec": 1,\n  "owner" "x"\n}', "line 3, column 11"),
        ("[]", "document"),
        ('{"grants": [{"id": 1, "id": 2}]}', "id"),
        ('{"spec": NaN}', "line 1, column 10"),
    ],
)
def test_a_text_that_is_no_object_of_json_is_told_with_its_place(text: str, where: str) -> None:
    ((found, what),) = mistakes(text)
    assert found == where
    assert what


def test_every_member_that_is_wrong_is_told() -> None:
    source = policy(grants=[grant(surprise=1, fields=[])])
    source["expires"] = "tomorrow"
    assert [where for where, _ in mistakes(json.dumps(source))] == ["expires", "grants.0.fields", "grants.0.surprise"]


@pytest.mark.parametrize(
    ("changes", "where", "what"),
    [
        ({"version": 2, "prev": None}, "prev", "prev is null in version 1, and the digest of the version before in"),
        ({"version": 1, "prev": f"sha256:{'0' * 64}"}, "prev", "prev is null in version 1"),
        ({"policyId": "tax-gd/credit"}, "policyId", "policyId begins with the owner"),
        ({"expires": "2020-01-01T00:00:00Z"}, "expires", "it expires before it begins"),
        ({"grants": [grant(fields=["grade", "grade"])]}, "grants.0", "a field stands twice"),
        ({"grants": [grant(), grant()]}, "document", "two rules have one id"),
    ],
)
def test_members_that_do_not_fit_are_told_where_they_stand_and_in_plain_words(
    changes: dict[str, Any], where: str, what: str
) -> None:
    ((found, told),) = mistakes(json.dumps(policy(**changes)))
    assert found == where
    assert told.startswith(what)


def test_a_rule_that_cannot_be_is_refused_whatever_the_schema_hash_is() -> None:
    wrong = f"sha256:{'0' * 64}"
    check_draft(draft(schemaHash=wrong), root(), facts())
    with pytest.raises(Refused, match="no such purpose") as raised:
        check_draft(draft(schemaHash=wrong, grants=[grant(purposes=["FUN"])]), root(), facts())
    assert raised.value.step is Step.RULES


def test_a_policy_of_nobody_known_is_refused() -> None:
    with pytest.raises(Refused, match="no agency of the root document"):
        check_draft(draft(owner="acme", policyId="acme/credit"), root(), facts())


def test_what_is_still_to_be_done_is_told_by_its_member() -> None:
    assert list(unfinished(draft(), facts(), NOW)) == []
    later = END + datetime.timedelta(days=1)
    raw = draft(
        schemaHash=f"sha256:{'0' * 64}", catalogueId="TODO", grants=[grant(legalBasis="TODO: the law")]
    )  # fmt: skip
    assert [member for member, _ in unfinished(raw, facts(), later)] == [
        "schemaHash", "expires", "legalBasis", "catalogueId",
    ]  # fmt: skip
