"""Reads the grant manager's pages: the working figures, and a release."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from preventedu.cli.demo.browser import UnexpectedPageError

if TYPE_CHECKING:
    from preventedu.cli.demo.browser import Browser, Page

RECIPIENT = "Demonstration Agency (invented)"
SHA256 = re.compile(r"<code>([0-9a-f]{64})</code>")


class AwardPage:
    """The page of the one award of the demo."""

    def __init__(self, browser: Browser, tool_url: str) -> None:
        self._browser = browser
        awards = browser.get(f"{tool_url}/grants/")
        self._url = awards.link("/grants/awards/")

    def figures(self) -> dict[str, int]:
        """Return completions by table and row, such as `by-school: Lakeside`.

        Raises:
            UnexpectedPageError: The page does not say that it is not for release.
        """
        page = self._browser.get(self._url)
        if "Working figures, not for release" not in page.text:
            raise UnexpectedPageError("the award page shows no working figures")
        reader = _Tables()
        reader.feed(page.text)
        return reader.figures

    def release_ended_period(self) -> str:
        """Close the last period that has ended, release it, and check its hash.

        Raises:
            UnexpectedPageError: No period has ended, or the file differs from its hash.
        """
        period = self._last_ended_period()
        if any("/close" in form.action for form in period.forms):
            period = self._browser.submit(period, period.form("/close"), {"sure": "y"})
        release = self._browser.submit(
            period, period.form("/release"), {"recipient": RECIPIENT}
        )
        shown = SHA256.search(release.text)
        if not shown:
            raise UnexpectedPageError("the release shows no hash")
        file = self._browser.get(release.link("JSON"))
        if hashlib.sha256(file.text.encode()).hexdigest() != shown[1]:
            raise UnexpectedPageError("the release's file differs from its hash")
        return shown[1]

    def _last_ended_period(self) -> Page:
        award = self._browser.get(self._url)
        links = [url for _, url in award.links if "/grants/periods/" in url]
        ended = [
            page
            for page in map(self._browser.get, dict.fromkeys(links))
            if any("/close" in f.action or "/release" in f.action for f in page.forms)
        ]
        if not ended:
            raise UnexpectedPageError("no reporting period has ended")
        return ended[-1]


class _Tables(HTMLParser):
    """Collects the first number of each row of each named table."""

    def __init__(self) -> None:
        super().__init__()
        self._table = ""
        self._row = ""
        self._cell = ""
        self._text = ""
        self.figures: dict[str, int] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "section":
            self._table = values.get("aria-labelledby") or ""
        elif tag == "tr":
            self._row = ""
        if tag in ("th", "td"):
            self._cell, self._text = tag, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        text = " ".join(self._text.split())
        if tag == "th" and not self._row:
            self._row = text
        elif tag == "td" and self._row and text.replace(",", "").isdecimal():
            name = f"{self._table}: {self._row}"
            self.figures.setdefault(name, int(text.replace(",", "")))
