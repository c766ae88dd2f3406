"""The conditions of an entry that a certificate fulfils by itself, each as exactly as it is written."""

import datetime

import pytest
from tests.recognition.hostile import of_subject
from tests.recognition.world import ARC, AT, DAY, PARTY, POLICY, SECOND, TYPE_NAME, Chain, holder

from baygate.access.documents.trust_list import Entry, PartyNumber, TypeName
from baygate.recognition.certificate import Certificate
from baygate.recognition.entry import Condition, NoParty, findings, party_of, policies_of, within

OWN = [Condition.WINDOW, Condition.TYPE_NAME, Condition.POLICY, Condition.PARTY]


def holds(entry: Entry, certificate: Certificate, condition: Condition) -> bool:
    (found,) = (each for each in findings(entry, certificate, "HK", AT) if each.condition is condition)
    return found.holds


def test_the_conditions_come_in_their_order_and_all_hold(chain: Chain) -> None:
    found = list(findings(chain.entry(), chain.certificate, "HK", AT))
    assert [each.condition for each in found] == OWN
    assert all(each.holds for each in found)


def test_each_says_what_was_found_and_what_is_asked_for(chain: Chain) -> None:
    other = of_subject(*holder("Another type", "BRN1", "BRN2"), policies=("1.2.3",))
    told = [each.told for each in findings(chain.entry(), other, "HK", AT)]
    assert told == [
        "valid from 2026-08-12 12:00:00 UTC until further notice",
        f"O is 'Another type'; {TYPE_NAME!r} is asked for",
        f"its policies are '1.2.3'; one below {ARC} is asked for",
        "OU is 'BRN1', 'BRN2'; just one that begins with 'BRN' is asked for",
    ]


def test_what_is_not_there_is_said_to_be_not_there(chain: Chain) -> None:
    bare = of_subject(("CN", "Example"))
    told = [each.told for each in findings(chain.entry(), bare, "HK", AT)][1:]
    assert all("not there" in each for each in told)


# Its validity


@pytest.mark.parametrize(
    ("at", "so"),
    [(AT - SECOND, False), (AT, True), (AT + DAY - SECOND, True), (AT + DAY, False), (AT + DAY + SECOND, False)],
    ids=["before", "from its first moment", "until before its last", "no more at its last", "nor after"],
)
def test_an_entry_is_valid_from_its_first_moment_until_before_its_last(
    at: datetime.datetime, so: bool, chain: Chain
) -> None:
    entry = chain.entry(valid_from=AT, valid_until=AT + DAY)
    assert within(entry, at) is so
    assert next(findings(entry, chain.certificate, "HK", at)).holds is so


def test_an_entry_without_an_end_is_valid_until_further_notice(chain: Chain) -> None:
    assert within(chain.entry(), AT + 10_000 * DAY)
    assert not within(chain.entry(), AT - 10_000 * DAY)


# Its type name


@pytest.mark.parametrize("attribute", ["CN", "O", "OU", "title", "description"])
def test_the_type_name_is_looked_for_in_the_attribute_that_is_named(attribute: str, chain: Chain) -> None:
    elsewhere = [each for each in ("CN", "O", "OU", "title", "description") if each != attribute]
    there = of_subject((attribute, "The type"))
    not_there = of_subject(*((each, "The type") for each in elsewhere))
    entry = chain.entry(type_name=TypeName(attribute=attribute, value="The type"))
    assert [holds(entry, each, Condition.TYPE_NAME) for each in (there, not_there)] == [True, False]


@pytest.mark.parametrize(
    "name",
    [
        TYPE_NAME.upper(), TYPE_NAME.lower(), f" {TYPE_NAME}", f"{TYPE_NAME} ", TYPE_NAME.replace(" ", "  "),
        f"{TYPE_NAME} 2", TYPE_NAME[:-1], TYPE_NAME.replace("e", "е"), TYPE_NAME.replace("(", "（"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_type_name_that_is_only_like_it_is_another(name: str, chain: Chain) -> None:
    assert not holds(chain.entry(), of_subject(*holder(name)), Condition.TYPE_NAME)


def test_one_of_several_values_is_enough(chain: Chain) -> None:
    certificate = of_subject(("O", "Another"), ("O", TYPE_NAME))
    assert holds(chain.entry(), certificate, Condition.TYPE_NAME)


def test_what_says_that_it_is_of_two_types_is_of_none(chain: Chain) -> None:
    entry, certificate = chain.entry(), of_subject(("O", TYPE_NAME), ("O", "Another type"))
    for others, holds in (((), True), (("A third",), True), (("Another type",), False), ((TYPE_NAME,), True)):
        found = findings(entry, certificate, "HK", AT, others)
        assert [each.holds for each in found if each.condition is Condition.TYPE_NAME] == [holds]


# Its policy


@pytest.mark.parametrize(
    ("arc", "policy", "below"),
    [
        ("1.2.2", "1.2.2", True),
        ("1.2.2", "1.2.2.1", False),
        ("1.2.2", "1.2.2.2026.1", False),
        ("1.2.2", "1.2.2.2026.1.1", True),
        ("1.2.2", "1.2.2.2026.1.1.1", False),
        ("1.2.2", "1.2.20", False),
        ("1.2.2", "1.2.20.2026.1.1", False),
        ("1.2.2", "1.2", False),
        ("1.2.2", "1.2.3", False),
        ("1.2.2", "2.1.2.2", False),
        (ARC, POLICY, True),
        (ARC, f"{ARC}0.2026.1.1", False),
        ("1.2.2", "2.5.29.32.0", False),
    ],
)
def test_a_policy_is_below_an_arc_by_its_nodes_or_not(arc: str, policy: str, below: bool) -> None:
    certificate = of_subject(policies=(policy,))
    assert policies_of(arc, certificate) == ((policy,) if below else ())


def test_all_its_policies_below_the_arc_are_told_and_no_others() -> None:
    certificate = of_subject(policies=("1.2.3", ARC, f"{ARC}.1", POLICY))
    assert policies_of(ARC, certificate) == (ARC, POLICY)


# Whose it is


@pytest.mark.parametrize("attribute", ["CN", "O", "OU", "serialNumber", "organizationIdentifier", "UID"])
def test_the_party_is_looked_for_in_the_attribute_that_is_named(attribute: str) -> None:
    number = PartyNumber(attribute=attribute, prefix="BRN")
    assert party_of(number, of_subject((attribute, "BRN30000012")), "HK") == PARTY
    with pytest.raises(NoParty):
        party_of(number, of_subject(("title", "BRN30000012")), "HK")


@pytest.mark.parametrize(
    ("units", "prefix", "told"),
    [
        ((), "BRN", "not there"),
        (("30000012",), "BRN", "just one that begins with 'BRN'"),
        (("brn30000012",), "BRN", "just one"),
        ((" BRN30000012",), "BRN", "just one"),
        (("BRN30000012", "BRN30000012"), "BRN", "just one"),
        (("BRN30000012", "BRN70812345"), "BRN", "just one"),
        (("30000012", "department"), "", "just one"),
        (("BRN",), "BRN", "'BRN': "),
        (("BRNBRN30000012",), "BRN", "'BRNBRN30000012': "),
        (("BRN3000001x",), "BRN", "'BRN3000001x': "),
        (("BRN30000012/BRN70812345",), "BRN", ": "),
        (("BRN 30000012",), "BRN", "must begin the identifier"),
        (("BRN３０００００１２",), "BRN", ": "),
    ],
    ids=repr,
)
def test_who_is_not_named_once_and_well_is_nobody(units: tuple[str, ...], prefix: str, told: str) -> None:
    certificate = of_subject(*(("OU", each) for each in units), ("CN", "Example"))
    with pytest.raises(NoParty) as refused:
        party_of(PartyNumber(attribute="OU", prefix=prefix), certificate, "HK")
    assert told in str(refused.value)


@pytest.mark.parametrize(("number", "named"), [("BRN30000012", True), ("BRN0031999", False), ("BRNC0031999", True)])
def test_the_number_may_have_to_be_of_one_length(number: str, named: bool) -> None:
    asked, certificate = PartyNumber(attribute="OU", prefix="BRN", length=8), of_subject(("OU", number))
    if named:
        assert party_of(asked, certificate, "HK") == f"HK-{number.removeprefix('BRN')}"
        return
    with pytest.raises(NoParty, match="no number of 8 characters"):
        party_of(asked, certificate, "HK")


def test_values_without_the_prefix_do_not_matter() -> None:
    certificate = of_subject(*holder(TYPE_NAME, "department", "BRN30000012", "branch"))
    assert party_of(PartyNumber(attribute="OU", prefix="BRN"), certificate, "HK") == PARTY


@pytest.mark.parametrize(
    ("jurisdiction", "number", "party"),
    [
        ("HK", "30000012", "HK-30000012"),
        ("HK", "C0031999", "HK-C0031999"),
        ("HK", "0031999", "HK-0031999"),
        ("MO", "SO004801", "MO-SO004801"),
        ("CN-GD", "91440605590731064L", "CN-91440605590731064L"),
        ("CN-GD", "91440605590731064l", "CN-91440605590731064L"),
    ],
)
def test_the_number_is_one_of_its_jurisdictions_registry(jurisdiction: str, number: str, party: str) -> None:
    certificate = of_subject(("serialNumber", number))
    assert party_of(PartyNumber(attribute="serialNumber"), certificate, jurisdiction) == party


@pytest.mark.parametrize(
    ("jurisdiction", "number"),
    [
        ("HK", "91440605590731064L"), ("HK", "SO004801"), ("MO", "BRN 1"), ("CN-GD", "30000012"),
        ("CN-GD", "SO004801"), ("CN-GD", "91440605590731064K"), ("HK", "HK-30000012"), ("CN-GD", "914406055907310641"),
    ],
)  # fmt: skip
def test_another_jurisdictions_number_names_nobody(jurisdiction: str, number: str) -> None:
    certificate = of_subject(("serialNumber", number))
    with pytest.raises(NoParty):
        party_of(PartyNumber(attribute="serialNumber"), certificate, jurisdiction)
