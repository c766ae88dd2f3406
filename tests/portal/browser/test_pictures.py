"""The pictures in docs/images: drawn anew with BAYGATE_PICTURES=1, on a machine that has Chinese fonts."""

import os
from collections.abc import Callable

import pytest
from tests.portal.browser.conftest import ROOT
from tests.portal.browser.reader import HONG_KONG, TAX, Reader

pytestmark = pytest.mark.skipif("BAYGATE_PICTURES" not in os.environ, reason="the pictures are drawn when they change")
IMAGES = ROOT / "docs" / "images"
Reads = Callable[..., Reader]


def draw(reader: Reader, name: str) -> None:
    reader.settled()
    reader.page.wait_for_timeout(800)  # the editor lays itself out
    reader.page.screenshot(path=IMAGES / f"explorer-{name}.png")


def test_tax_explores(reads: Reads) -> None:
    for language, name in (("en", "explore"), ("zh", "explore-zh")):
        reader = reads(language).sign_in(TAX, "EXPORT_REFUND")
        became = reader.run_sample("four-views")
        masked = became.get_by_role("listitem").filter(has_text="CreditRating.evidenceNo").first
        masked.get_by_role("button", name="enterprise.creditRatings.nodes").click()
        draw(reader, name)


def test_hong_kong_is_told_why(reads: Reads) -> None:
    reader = reads(dark=True).sign_in(HONG_KONG, "EXPORT_REFUND")
    reader.run_sample("four-views")
    draw(reader, "withheld-dark")


@pytest.mark.parametrize(("page", "language"), [("catalogue", "en"), ("matrix", "en"), ("health", "zh")])
def test_a_page(reads: Reads, page: str, language: str) -> None:
    reader = reads(language).sign_in(TAX, "EXPORT_REFUND")
    reader.run_sample("credit")
    draw(reader.go(page), page)


def test_a_revoked_certificate(reads: Reads) -> None:
    reader = reads().sign_in(TAX, "EXPORT_REFUND").go("trust")
    reader.page.get_by_label("Certificate (PEM)").fill((ROOT / "certs.example" / "hk" / "revoked.pem").read_text())
    reader.page.get_by_role("button", name="Look at it").click()
    reader.page.get_by_role("paragraph").filter(has_text="is not met").wait_for()
    draw(reader, "trust")


def test_a_receipt(reads: Reads) -> None:
    reader = reads("zh", width=390).sign_in(TAX, "EXPORT_REFUND")
    page = reader.page
    reader.run_sample("identity")
    page.get_by_role("link", name="收据").click()
    page.get_by_label("根文件").first.set_input_files(ROOT / "policies" / "root.jws")
    page.get_by_role("button", name="核对", exact=True).click()
    verdict = page.get_by_text("属实：日志中确有此记录")
    verdict.wait_for()
    verdict.scroll_into_view_if_needed()
    draw(reader, "receipt-narrow")
