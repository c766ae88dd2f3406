"""What a newcomer does in the explorer, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.portal.browser.conftest import ROOT
from tests.portal.browser.reader import HONG_KONG, TAX, Reader

Reads = Callable[..., Reader]
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


@LANGUAGES
def test_tax_runs_the_four_views_and_learns_why_a_field_is_masked(reads: Reads, language: str) -> None:
    reader = reads(language).sign_in(TAX, "EXPORT_REFUND")
    became = reader.run_sample("four-views")
    masked = became.get_by_role("listitem").filter(has_text="CreditRating.evidenceNo")
    expect(masked.first).to_contain_text(reader.says("脱敏", "Masked"))
    expect(masked.first).to_contain_text(reader.says("后 4 位", "last 4 characters"))
    expect(masked.first).to_contain_text("safe-gd/credit")
    expect(masked.first).to_contain_text("business")
    withheld = became.get_by_role("listitem").filter(has_text="Declaration.buyerName")
    expect(withheld.first).to_contain_text(reader.says("怎样才能得到", "What would help"))
    # and in the result itself, where the value stands
    masked.first.get_by_role("button", name="enterprise.creditRatings.nodes").click()
    result = reader.page.get_by_role("region", name="Result Window")
    expect(result.get_by_text(reader.says("已脱", "masked")).first).to_be_attached()


def test_a_field_of_the_schema_says_whether_i_get_it_and_what_would_help(reads: Reads) -> None:
    reader = reads("zh").sign_in(HONG_KONG, "TRADE_FACILITATION")
    page = reader.page
    page.get_by_role("searchbox").or_(
        page.get_by_placeholder(reader.says("查找类型或字段", "Find a type or field"))
    ).first.fill("registeredPrice")
    field = page.get_by_role("button").filter(has_text="registeredPrice").first
    expect(field).to_contain_text(reader.says("不予", "Withheld"))
    field.click()
    expect(page.get_by_text("ciq-gd/filings").first).to_be_visible()
    expect(page.get_by_text(reader.says("怎样才能得到", "What would help")).first).to_be_visible()


@LANGUAGES
def test_hong_kong_sees_less_than_tax_did(reads: Reads, language: str) -> None:
    reader = reads(language).sign_in(TAX, "EXPORT_REFUND")
    items = reader.run_sample("four-views").get_by_role("listitem")
    kinds = reader.says("不予", "Withheld")
    expect(items.filter(has_text=kinds).first).to_be_visible()
    tax = items.filter(has_text=kinds).count()
    reader.sign_in_as_another(HONG_KONG)
    all_of_it = reader.run_sample("four-views").get_by_role("listitem").filter(has_text="MainlandEnterprise")
    expect(all_of_it.first).to_contain_text(reader.says("只为其他目的给予", "granted for other purposes only"))
    all_of_it.first.get_by_role("button", name=reader.says("粤港澳贸易便利化", "Mutual recognition")).click()
    expect(reader.purpose).to_have_value("TRADE_FACILITATION")
    items = reader.run_sample("four-views").get_by_role("listitem").filter(has_text=kinds)
    expect(items.filter(has_text="FilingItem.registeredPrice").first).to_be_visible()
    assert items.count() > tax


def test_a_purpose_that_helps_is_a_choice(reads: Reads) -> None:
    reader = reads("en").sign_in(HONG_KONG, "RISK_ASSESSMENT")
    became = reader.run_sample("less-abroad")
    became.get_by_role("button", name=reader.says("粤港澳贸易便利化", "Mutual recognition")).first.click()
    expect(reader.purpose).to_have_value("TRADE_FACILITATION")


@LANGUAGES
def test_a_revoked_certificate_is_not_recognised_and_says_why(reads: Reads, language: str) -> None:
    reader = reads(language).sign_in(TAX, "EXPORT_REFUND").go("trust")
    page = reader.page
    pem = (ROOT / "certs.example" / "hk" / "revoked.pem").read_text()
    page.get_by_label(reader.says("证书（PEM）", "Certificate (PEM)")).fill(pem)
    page.get_by_role("button", name=reader.says("检查证书", "Look at it")).click()
    verdict = reader.says("不予认可：未满足「吊销状态」", 'Not recognised: "Revocation" is not met')
    expect(page.get_by_role("paragraph").filter(has_text=verdict)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text=verdict)).to_be_attached()
    expect(page.get_by_text("key compromise").first).to_be_visible()


def test_a_good_certificate_is_recognised_as_its_party(reads: Reads) -> None:
    reader = reads("zh").sign_in(TAX, "EXPORT_REFUND").go("trust")
    page = reader.page
    pem = (ROOT / "certs.example" / "hk" / "platform.pem").read_text()
    page.get_by_label(reader.says("证书（PEM）", "Certificate (PEM)")).fill(pem)
    page.get_by_role("button", name=reader.says("检查证书", "Look at it")).click()
    expect(page.get_by_text(reader.says("认可为 HK-70812345", "Recognised as HK-70812345")).first).to_be_visible()


@LANGUAGES
def test_a_receipt_is_verified_in_the_page_and_an_altered_one_refused(reads: Reads, language: str) -> None:
    reader = reads(language).sign_in(TAX, "EXPORT_REFUND")
    page = reader.page
    headers: list[str] = []
    page.on("response", lambda answer: headers.append(answer.headers.get("baygate-receipt", "")))
    reader.run_sample("identity")
    link = page.get_by_role("link", name=reader.says("收据", "Receipt"))
    sent = next(each for each in headers if f'id="{link.get_attribute("title")}"' in each)
    link.click()
    page.get_by_label(reader.says("根文件", "Root document")).first.set_input_files(ROOT / "policies" / "root.jws")
    header = page.get_by_role("textbox", name="Baygate-Receipt")
    header.fill(sent)
    verify = page.get_by_role("button", name=reader.says("核对", "Verify"), exact=True)
    proof = page.get_by_role("textbox", name=reader.says("证明（JSON）", "Proof (JSON)"))
    expect(proof).not_to_be_empty()
    verify.click()
    expect(page.get_by_text(reader.says("属实：日志中确有此记录", "True: the log holds this record"))).to_be_visible()
    step = page.get_by_role("listitem").filter(has=page.get_by_text(reader.says("收据", "Receipt"), exact=True))
    expect(step).to_have_attribute("data-state", "met")
    header.fill(sent.replace('path="', f'path="{"00" * 32}'))
    verify.click()
    expect(step).to_have_attribute("data-state", "failed")
    header.fill(sent)
    proof.fill(proof.input_value().replace("EXPORT_REFUND", "MARKET_SURVEY"))
    verify.click()
    expect(page.get_by_text(reader.says("未能证明", "This proves nothing")).first).to_be_visible()


def test_an_agency_sees_who_was_given_its_records(reads: Reads) -> None:
    reader = reads("en").sign_in(TAX, "EXPORT_REFUND")
    reader.run_sample("credit")
    reader.go("evidence")
    row = reader.page.get_by_role("row").filter(has_text="tax-gd").first
    expect(row).to_contain_text("EXPORT_REFUND")


def test_a_proposed_policy_shows_what_it_would_change_and_is_not_stored(reads: Reads) -> None:
    reader = reads("zh").sign_in(TAX, "EXPORT_REFUND").go("matrix")
    page = reader.page
    expect(page.get_by_role("grid").or_(page.get_by_role("table")).first).to_be_visible()
    source = next((ROOT / "policies" / "tax-gd").glob("credit*.json"))
    page.get_by_role("tab", name=reader.says("拟议策略", "Proposed policy")).click()
    page.get_by_role("textbox").first.fill(
        source.read_text(encoding="utf-8").replace('"EXPORT_REFUND"', '"STATISTICS"')
    )
    page.get_by_role("button", name=reader.says("比较", "Compare")).first.click()
    expect(page.get_by_text("CreditRating.").first).to_be_visible()
