import datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from baygate.intake.errors import IntakeError
from baygate.intake.record_kind import RecordKind
from baygate.intake.records import KINDS, clearance, credit, filings, identity
from baygate.storage.tables import audit, decisions, documents, metadata, oauth, recognitions, sources

NOW = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)
TODAY = NOW.date()
USCC = "914401155907310057"
KEY = "CN-" + USCC

PARTY = identity.Party(KEY, "MAINLAND", "广州市云帆", "Yunfan", "ACTIVE", TODAY, "440115", "CN_GD", ["MERCHANT"], NOW)
ENTERPRISE = identity.MainlandEnterprise(
    KEY, USCC, USCC[8:17], "440193A001", "有限责任公司", Decimal("100.00"), "CNY", "南沙", "贸易", "广州", TODAY
)
RATING = credit.CreditRating(
    KEY, "TAX1", "TAX", "A", 95, "办法", "1号", None, TODAY, TODAY, None, current=True, updated_at=NOW
)
LINE = clearance.DeclarationLine(
    KEY, "510020261000000001", 1, None, "SKU", "3304990000", "精华", "30 g", "4006381333931", "392", "CNY",
    Decimal(1), "011", Decimal(1), "011", None, None, Decimal("9.90"), Decimal("9.90"), NOW,
)  # fmt: skip
EVENT = clearance.StatusEvent(KEY, "510020261000000001", 1, 800, "RELEASED", None, NOW, NOW)
PERSON = identity.PersonInCharge(
    KEY, 1, "MANAGER", "陈晓岚", "RESIDENT_ID", "440*************25", "13900000000", TODAY, NOW
)


def problems(kind: RecordKind, *rows: tuple[Any, ...]) -> list[tuple[int, str, str]]:
    with pytest.raises(IntakeError) as caught:
        kind.validate("samr-gd", rows)
    return [(problem.number, problem.field, problem.message) for problem in caught.value.problems]


OF_THE_HUB = (audit, decisions, documents, oauth, recognitions, sources)


def test_every_table_has_its_kind_of_record():
    own = (each for module in OF_THE_HUB for each in vars(module).values())
    of_the_hub = {each.name for each in own if isinstance(each, sa.Table)}
    assert {kind.table.name for kind in KINDS} == metadata.tables.keys() - of_the_hub


def test_the_provider_is_the_publisher_and_never_in_the_data():
    assert all("provider" not in kind.fields for kind in KINDS)
    assert identity.PARTY.validate("samr-gd", [PARTY]) == [(*PARTY, "samr-gd")]


def test_what_follows_its_head_has_no_provider_of_its_own():
    assert identity.MAINLAND_ENTERPRISE.validate("samr-gd", [ENTERPRISE]) == [tuple(ENTERPRISE)]


@pytest.mark.parametrize(
    ("kind", "record", "field", "value", "message"),
    [
        (identity.PARTY, PARTY, "party_id", "CN-914401155907310058", "check character"),
        (identity.PARTY, PARTY, "party_id", "XX-1", "a party's key"),
        (identity.PARTY, PARTY, "region_code", "449999", "not a division of Guangdong"),
        (identity.PARTY, PARTY, "kind", "MARTIAN", "one of MAINLAND, HONG_KONG, MACAU"),
        (identity.PARTY, PARTY, "kind", "MACAU", "the kind that its key and jurisdiction say"),
        (identity.PARTY, PARTY, "jurisdiction", "HK", "the kind that its key and jurisdiction say"),
        (identity.PARTY, PARTY, "name", "", "text of 1 to 200 characters"),
        (identity.PARTY, PARTY, "name", "x" * 201, "text of 1 to 200 characters"),
        (identity.PARTY, PARTY, "name", "a\x00b", "without control characters"),
        (identity.PARTY, PARTY, "name", "a\ud800b", "without control characters"),
        (identity.PARTY, PARTY, "name", None, "text of 1 to 200 characters"),
        (identity.PARTY, PARTY, "name", 7, "text of 1 to 200 characters"),
        (identity.PARTY, PARTY, "trade_roles", ["MERCHANT", "KING"], "one of MERCHANT"),
        (identity.PARTY, PARTY, "established_on", datetime.date(1066, 10, 14), "between 1900 and 2199"),
        (identity.PARTY, PARTY, "established_on", "2026-11-01", "a day"),
        (identity.PARTY, PARTY, "updated_at", NOW.replace(tzinfo=None), "with its zone"),
        (identity.PARTY, PARTY, "updated_at", NOW.replace(microsecond=1), "without a fraction of a second"),
        (identity.PARTY, PARTY, "updated_at", NOW.replace(year=9999), "between 1900 and 2199"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "customs_code", "4401B3A001", "zone"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "organisation_code", "D2143569X", "that inside its USCC"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "capital_currency", None, "a currency with the capital"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "capital_currency", "Yuan", "ISO 4217"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "registered_capital", Decimal("0.001"), "2 decimals"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "registered_capital", Decimal(10) ** 16, "16 digits"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "registered_capital", Decimal(-1), "from 0 up"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "registered_capital", Decimal("NaN"), "an amount"),
        (identity.MAINLAND_ENTERPRISE, ENTERPRISE, "registered_capital", 1.5, "an amount"),
        (identity.PERSON_IN_CHARGE, PERSON, "id_masked", "440106199003078425", "a masked number"),
        (credit.CREDIT_RATING, RATING, "grade", "AAA", "a grade of its scheme"),
        (credit.CREDIT_RATING, RATING, "valid_to", datetime.date(2026, 10, 31), "not before valid_from"),
        (clearance.DECLARATION_LINE, LINE, "bar_code", "4006381333932", "check digit"),
        (clearance.DECLARATION_LINE, LINE, "quantity", Decimal("0.000001"), "5 decimals"),
        (clearance.DECLARATION_LINE, LINE, "country", "CHN", "three digits"),
        (clearance.DECLARATION_LINE, LINE, "line_no", 0, "a whole number from 1"),
        (clearance.DECLARATION_LINE, LINE, "line_no", 2**31, "a whole number from 1"),
        (clearance.DECLARATION_LINE, LINE, "line_no", True, "a whole number from 1"),
        (clearance.STATUS_EVENT, EVENT, "return_status", 899, "the name of its return_status"),
        (clearance.STATUS_EVENT, EVENT, "return_status", 777, "the name of its return_status"),
    ],
)  # fmt: skip
def test_what_will_not_do_is_named_with_its_field_and_what_is_expected(kind, record, field, value, message):
    (found,) = problems(kind, record._replace(**{field: value}))
    assert found[:2] == (0, "status" if field == "return_status" else "kind" if field == "jurisdiction" else field)
    assert message in found[2]


def test_a_negative_return_status_is_a_processing_error():
    assert clearance.STATUS_EVENT.validate("customs-gz", [EVENT._replace(return_status=-3, status="PROCESSING_ERROR")])


def test_all_errors_of_all_records_are_reported_at_once():
    wrong = RATING._replace(party_id="?", scheme="?")
    found = problems(credit.CREDIT_RATING, RATING, wrong, RATING._replace(grade="Z"), RATING)
    assert [each[:2] for each in found] == [(1, "party_id"), (1, "scheme"), (2, "grade")]


def test_a_record_of_the_wrong_length_or_type_is_named():
    assert problems(credit.CREDIT_RATING, RATING, RATING[:-1], ["not", "a", "tuple"])[-1][0] == 2


def test_no_error_repeats_what_was_given():
    with pytest.raises(IntakeError) as caught:
        identity.PERSON_IN_CHARGE.validate(
            "samr-gd", [PERSON._replace(id_masked="440106199003078425", name="陈\x00晓岚")]
        )
    assert "1990" not in str(caught.value)
    assert "晓岚" not in str(caught.value)


def test_many_errors_are_counted_and_not_all_shown():
    with pytest.raises(IntakeError) as caught:
        credit.CREDIT_RATING.validate("tax-gd", [RATING._replace(grade="Z")] * 50)
    assert len(caught.value.problems) == 50
    assert str(caught.value).endswith("and 30 more")


def test_an_identifier_enters_in_its_canonical_form_or_not_at_all():
    assert problems(identity.PARTY, PARTY._replace(party_id=KEY.lower()))


def test_a_filing_is_decided_unless_pending():
    filing = filings.ProductFiling(
        KEY, "BA1", "ADD", "IMPORT", "BONDED", "5100", "440000", None, "CNY", "PENDING", NOW, None, NOW
    )
    assert filings.PRODUCT_FILING.validate("ciq-gd", [filing])
    assert problems(filings.PRODUCT_FILING, filing._replace(status="APPROVED"))[0][1] == "decided_at"
    assert problems(filings.PRODUCT_FILING, filing._replace(decided_at=NOW))[0][1] == "decided_at"


def test_a_kind_of_record_that_differs_from_its_table_is_an_error_at_start():
    with pytest.raises(TypeError, match="differ in"):
        RecordKind(identity.Party, metadata.tables["licence"])
