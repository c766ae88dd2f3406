"""Somebody who reads the explorer in a browser."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

SAMPLES = json.loads(
    (Path(__file__).resolve().parents[3] / "src" / "baygate" / "portal" / "samples" / "samples.json").read_text("utf-8")
)
TAX, HONG_KONG = "陈静", "何詠詩"


class Reader:
    """One page; what it requests and what goes wrong in it is kept."""

    def __init__(self, page: Page, origin: str, language: str) -> None:
        self.page = page
        self.origin = origin
        self.language = language
        self.requested: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requested.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._heard)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def says(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    @property
    def purpose(self) -> Locator:
        return self.page.get_by_role("banner").get_by_role("combobox", name=self.says("查询目的", "Purpose"))

    def sign_in(self, person: str, purpose: str) -> "Reader":
        self.page.goto(self.origin)
        self.page.get_by_label(self.says("您为何目的查询？", "What do you ask for?")).select_option(purpose)
        self.page.get_by_role("button", name=self.says("登录", "Sign in")).click()
        return self.choose(person)

    def sign_in_as_another(self, person: str) -> "Reader":
        self.page.get_by_role("button", name=self.says("登录身份", "Signed in as")).click()
        self.page.get_by_role("button", name=self.says("换一个人登录", "Sign in as somebody else")).click()
        return self.choose(person)

    def choose(self, person: str) -> "Reader":
        """Say who one is, on the page where the demo's people sign in."""
        self.page.get_by_role("button", name=person).click()
        self.page.wait_for_url("**/#/explore*")
        return self

    def go(self, page: str) -> "Reader":
        self.page.goto(f"{self.origin}/#/{page}")
        expect(self.page.get_by_role("heading", level=1)).to_be_visible()
        return self

    def settled(self) -> None:
        """Wait until what the page asks for is there."""
        expect(self.page.get_by_role("heading", level=1)).to_be_attached()
        expect(self.page.locator(".spinner")).to_have_count(0)

    def run_sample(self, identifier: str) -> Locator:
        """Choose a sample; return what is told of its fields."""
        title = next(each["title"] for each in SAMPLES if each["id"] == identifier)[self.language]
        self.page.get_by_role("button", name=title).click()
        expect(self.page.get_by_role("link", name=re.compile(r"\d+-\d+"))).to_be_visible()
        return self.page.get_by_role("region", name=self.says("您的字段怎么样了", "What became of your fields"))
