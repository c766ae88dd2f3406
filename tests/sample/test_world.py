import pickle
from collections import Counter

from baygate.contract.identifiers import bank_account, gtin, party_id, person_name, resident_id, uscc
from baygate.intake.copy import Batch, validate
from baygate.sample import agencies, cases
from baygate.sample.chance import Chance
from baygate.sample.people import Crowd, resident
from baygate.sample.profile import Story
from baygate.sample.reference import goods
from baygate.sample.world import World
from baygate.storage.keys import Keys


def made(keys: Keys, first: int, last: int, size: int = 50, **options: int) -> list[Batch]:
    return [batch for _, batches in World(keys, **options).slices(first, last, size) for batch in batches]


def rows(batches: list[Batch], table: str) -> list[dict[str, object]]:
    return [
        dict(zip(batch.kind.fields, row, strict=True))
        for batch in batches
        if batch.kind.name == table
        for row in batch.rows
    ]


def of(batches: list[Batch], table: str, key: str) -> list[dict[str, object]]:
    return [row for row in rows(batches, table) if row["party_id"] == key]


def test_the_same_seed_makes_the_same_rows_to_the_byte(keys):
    one, other = (pickle.dumps([(b.kind.name, b.provider, b.rows) for b in made(keys, 0, 40)]) for _ in range(2))
    assert one == other


def test_an_enterprise_is_the_same_in_a_world_of_any_size_and_from_any_process(keys):
    whole = made(keys, 0, 60)
    parts = [*made(keys, 0, 30, size=7), *made(keys, 30, 60, size=30)]
    for table in ("party", "filing_item", "declaration", "person_in_charge", "citizen_check"):
        key = "id_hash" if table == "citizen_check" else "party_id"
        assert sorted(map(str, rows(whole, table))) == sorted(map(str, rows(parts, table))), key


def test_another_seed_makes_another_world_around_the_same_cases(keys):
    one, other = made(keys, 0, 40), made(keys, 0, 40, seed=7)
    names = [{row["party_id"]: row["name"] for row in rows(world, "party")} for world in (one, other)]
    assert {case.party_id for case in cases.CASES} <= set(names[0]) & set(names[1])
    assert names[0] != names[1]


def test_every_record_is_valid_and_no_identifier_meets_another(keys):
    batches = made(keys, 0, 400)
    valid = {each.kind.name: each for each in validate([*World(keys).reference(), *batches])}
    for each in valid.values():
        places = [each.kind.columns.index(column.name) for column in each.kind.table.primary_key.columns]
        identities = {tuple(row[place] for place in places) for row in each.rows}
        assert len(identities) == len(each.rows), each.kind.name
    for table, column in (
        ("mainland_enterprise", "customs_code"),
        ("declaration", "declaration_no"),
        ("declaration", "order_no"),
        ("product_filing", "filing_no"),
        ("credit_rating", "rating_no"),
        ("conformity_document", "document_no"),
        ("product_licence", "licence_no"),
        ("licence", "licence_no"),
        ("registration", "registration_no"),
    ):
        found = [row[column] for row in rows(batches, table)]
        assert len(set(found)) == len(found), column


def test_every_detail_has_its_head_and_every_head_its_details(keys):
    batches = made(keys, 0, 200)

    def keys_of(table: str, *columns: str) -> set[tuple[object, ...]]:
        return {tuple(row[column] for column in columns) for row in rows(batches, table)}

    parties = keys_of("party", "party_id")
    details = ("mainland_enterprise", "hong_kong_company", "macau_company")
    assert parties == set().union(*(keys_of(table, "party_id") for table in details))
    declarations = keys_of("declaration", "party_id", "declaration_no")
    assert keys_of("declaration_line", "party_id", "declaration_no") == declarations
    assert keys_of("status_event", "party_id", "declaration_no") == declarations
    assert keys_of("document_mismatch", "party_id", "declaration_no") <= declarations
    assert keys_of("filing_item", "party_id", "filing_no") == keys_of("product_filing", "party_id", "filing_no")
    assert keys_of("rating_change", "party_id", "rating_no") == keys_of("credit_rating", "party_id", "rating_no")
    documents = keys_of("conformity_document", "party_id", "document_no")
    both = (keys_of("certification", "party_id", "document_no"), keys_of("test_report", "party_id", "document_no"))
    assert both[0] | both[1] == documents
    assert not both[0] & both[1]


def test_a_declaration_stands_where_its_last_event_says(keys):
    batches = made(keys, 0, 100)
    last = {row["declaration_no"]: row for row in rows(batches, "status_event")}
    for row in rows(batches, "declaration"):
        assert last[row["declaration_no"]]["return_status"] == row["return_status"]
        mismatches = [each for each in of(batches, "document_mismatch", row["party_id"])
                      if each["declaration_no"] == row["declaration_no"]]  # fmt: skip
        assert bool(mismatches) == (row["match_outcome"] == "MISMATCHED")


def test_a_few_enterprises_make_most_of_the_trade_and_the_agencies_all_publish(keys):
    batches = made(keys, 0, 1000, size=500)
    assert 40 <= sum(len(batch.rows) for batch in batches) / 1000 <= 80
    filings = Counter(row["party_id"] for row in rows(batches, "product_filing"))
    assert sum(sorted(filings.values())[-100:]) > 0.5 * filings.total()
    known = {
        getattr(agencies, name) for name in dir(agencies) if isinstance(getattr(agencies, name), str) and name.isupper()
    }
    assert {batch.provider for batch in [*batches, *World(keys).reference()]} == known
    kinds = [row["kind"] for row in rows(batches, "party")]
    assert 0.04 < kinds.count("HONG_KONG") / 1000 < 0.06
    assert 0.015 < kinds.count("MACAU") / 1000 < 0.03


def test_bar_codes_and_persons_are_valid():
    assert all(gtin.parse(each.bar_code) for way in ("IMPORT", "EXPORT") for each in goods(way))
    bar_codes = [each.bar_code for way in ("IMPORT", "EXPORT") for each in goods(way)]
    assert len(set(bar_codes)) == len(bar_codes)
    chance = Chance(1, 1)
    numbers = [resident(chance, serial).number for serial in range(5000)]
    assert all(resident_id.parse(number) == number for number in numbers)
    assert len(set(numbers)) == 5000
    assert len({person.number for person in Crowd(1).persons}) == 1000


def test_the_cases_carry_valid_identifiers():
    assert len(cases.CASES) == 12
    for index, case in enumerate(cases.CASES):
        assert case.index == index
        assert party_id.parse(case.party_id) == case.party_id
        if case.kind == "MAINLAND":
            assert uscc.warnings(case.number) == ()
    assert {case.story for case in cases.CASES} == set(Story) - {Story.NONE}


def test_the_exporter_fills_four_views(keys):
    world = made(keys, 0, 12)
    mine = {table: of(world, table, cases.EXPORTER) for table in ("credit_rating", "product_filing", "declaration")}
    assert len(mine["credit_rating"]) >= 4
    assert len(mine["product_filing"]) == 24
    assert len(mine["declaration"]) == 12
    assert all(row["match_outcome"] == "MATCHED" for row in mine["declaration"])
    grades = {row["scheme"]: row["grade"] for row in mine["credit_rating"]}
    assert (grades["CUSTOMS_282"], grades["TAX"]) == ("ADVANCED_CERTIFIED", "A")
    assert of(world, "list_membership", cases.EXPORTER) == of(world, "risk_warning", cases.EXPORTER) == []
    assert of(world, "mainland_enterprise", cases.EXPORTER)[0]["customs_code"] == cases.EXPORTER_CUSTOMS_CODE


def test_its_representative_and_its_account_can_be_verified(keys):
    world = made(keys, 0, 12)
    citizen = {row["id_hash"]: row["name_hash"] for row in rows(world, "citizen_check")}
    number = keys.hash("citizen-id", resident_id.parse(cases.KNOWN_CITIZEN_ID))
    assert citizen[number] == keys.hash("citizen-name", person_name.parse(cases.KNOWN_CITIZEN_NAME))
    account = keys.hash("bank-account", bank_account.parse(cases.KNOWN_ACCOUNT))
    assert account in [row["account_hash"] for row in of(world, "account_check", cases.EXPORTER)]


def test_each_case_shows_what_it_is_there_for(keys):
    world = made(keys, 0, 12)
    licences = {row["licence_no"]: row for row in of(world, "licence", cases.REVOKED_LICENCE_HOLDER)}
    assert licences[cases.REVOKED_LICENCE_NO]["status"] == "REVOKED"
    assert "D" in [row["grade"] for row in of(world, "credit_rating", cases.TAX_D_ENTERPRISE) if row["scheme"] == "TAX"]
    assert "SERIOUSLY_DISHONEST" in [row["grade"] for row in of(world, "credit_rating", cases.DISHONEST_ENTERPRISE)]
    assert "SANCTIONED" in [row["list_kind"] for row in of(world, "list_membership", cases.DISHONEST_ENTERPRISE)]
    mismatches = of(world, "document_mismatch", cases.MISMATCH_IMPORTER)
    assert {row["declaration_no"] for row in mismatches} == {cases.MISMATCHED_DECLARATION_NO}
    assert [row["field"] for row in mismatches] == ["payerName", "amount", "platformCode"]
    held = {row["declaration_no"]: row for row in of(world, "declaration", cases.HELD_IMPORTER)}
    assert held[cases.HELD_DECLARATION_NO]["status"] == "INSPECTION"
    open_still = [row for row in of(world, "inspection", cases.HELD_IMPORTER) if row["result"] is None]
    assert cases.HELD_DECLARATION_NO in [row["declaration_no"] for row in open_still]
    refused = [row for row in of(world, "filing_item", cases.NEGATIVE_LIST_IMPORTER) if row["hs_code"] == "0507100000"]
    assert [row["filing_no"] for row in refused] == [cases.NEGATIVE_LIST_FILING_NO]
    certificates = of(world, "conformity_document", cases.HONG_KONG_PLATFORM)
    assert {"CN_GD", "HK"} <= set(certificates[0]["recognised_in"])


def test_a_party_known_only_in_hong_kong_is_published_by_nobody_else(keys):
    world = made(keys, 0, 12)
    found = {
        batch.provider
        for batch in world
        for row in batch.rows
        if "party_id" in batch.kind.fields and row[0] == cases.ONLY_IN_HONG_KONG
    }
    assert found == {agencies.HONG_KONG_REGISTRY}
    assert of(world, "hong_kong_company", cases.ONLY_IN_HONG_KONG)[0]["ubi"] is None
