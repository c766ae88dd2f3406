"""What holds of every page: nothing from elsewhere, no script of a stranger, readable by all, on any screen."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.portal.browser.conftest import ROOT
from tests.portal.browser.reader import HONG_KONG, TAX, Reader

Reads = Callable[..., Reader]
PAGES = ["explore", "catalogue", "matrix", "trust", "evidence", "health"]
AXE = ROOT / "portal" / "node_modules" / "axe-core" / "axe.min.js"
EDITOR = re.compile(r"/assets/(editor|monaco|[a-z]+\.worker)")
MOST_SCRIPT = 400_000


def findings(reader: Reader) -> list[tuple[str, str, Any]]:
    """Return what axe finds serious on a page as it stands."""
    reader.page.evaluate(AXE.read_text(encoding="utf-8"))
    found = reader.page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(r => r.violations)")
    return [
        (each["id"], each["impact"], [node["target"] for node in each["nodes"]])
        for each in found
        if each["impact"] in {"serious", "critical"}
    ]


def test_nothing_is_asked_of_anybody_else_and_the_policy_is_kept(reads: Reads) -> None:
    reader = reads().sign_in(TAX, "EXPORT_REFUND")
    reader.run_sample("four-views")
    for each in PAGES:
        reader.go(each)
        reader.settled()
    assert [each for each in reader.requested if not each.startswith((f"{reader.origin}/", "data:"))] == []
    assert reader.complaints == []


def test_no_token_is_within_reach_of_a_script(reads: Reads) -> None:
    reader = reads().sign_in(TAX, "EXPORT_REFUND")
    reader.run_sample("identity")
    reachable = reader.page.evaluate(
        "JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}, Object.keys(window)])"
    )
    assert json.loads(reachable)[0] == ""
    assert not re.search(r"eyJ[A-Za-z0-9_-]{20,}", reachable)
    (cookie,) = [each for each in reader.page.context.cookies() if each["name"].endswith("baygate-explorer")]
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")


@pytest.mark.parametrize(("language", "dark", "width"), [("en", False, 1280), ("zh", True, 390)])
def test_no_page_has_a_serious_finding_of_axe_or_scrolls_sideways(
    reads: Reads, language: str, *, dark: bool, width: int
) -> None:
    reader = reads(language, dark=dark, width=width)
    reader.page.goto(reader.origin)
    reader.settled()
    assert findings(reader) == []
    reader.sign_in(TAX, "EXPORT_REFUND")
    if width > 1000:
        reader.run_sample("four-views")
    for each in PAGES:
        reader.go(each)
        reader.settled()
        assert (each, findings(reader)) == (each, [])
        wide = reader.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (each, wide) == (each, 0)


def test_the_first_page_takes_little_script_besides_the_editor(reads: Reads) -> None:
    reader = reads()
    sizes: dict[str, int] = {}

    def count(response: Any) -> None:
        if response.request.resource_type == "script":
            sizes[response.url] = len(gzip.compress(response.body()))

    reader.page.on("response", count)
    reader.sign_in(TAX, "EXPORT_REFUND")
    reader.settled()
    assert sum(size for url, size in sizes.items() if not EDITOR.search(url)) < MOST_SCRIPT


def test_a_visitor_gets_by_with_the_keyboard_alone(reads: Reads) -> None:
    reader = reads().sign_in(HONG_KONG, "TRADE_FACILITATION").go("trust")
    page = reader.page
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    box = page.get_by_label("Certificate (PEM)")
    for _ in range(30):
        page.keyboard.press("Tab")
        if box.evaluate("each => each === document.activeElement"):
            break
    page.keyboard.insert_text((ROOT / "certs.example" / "hk" / "platform.pem").read_text())
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == "Look at it":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recognised as HK-70812345").first).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_plain_page_tells_why_a_field_was_withheld(reads: Reads, language: str) -> None:
    reader = reads(language).sign_in(HONG_KONG, "TRADE_FACILITATION")
    page = reader.page
    page.goto(f"{reader.origin}/explore/plain/")
    form = page.get_by_role("region", name=reader.says("示例查询", "Sample queries"))
    form.get_by_role("combobox").select_option(label=reader.says("一家企业，四个视图", "One enterprise in four views"))
    form.get_by_role("button", name=reader.says("运行", "Run")).click()
    expect(form.get_by_text("FilingItem.registeredPrice").first).to_be_visible()
    expect(form.get_by_text("ciq-gd/filings").first).to_be_visible()
    assert findings(reader) == []
    assert reader.complaints == []
