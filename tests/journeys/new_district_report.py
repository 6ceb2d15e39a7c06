"""What a new district reports: working figures, a release, and who got it."""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING

import yaml
from playwright.sync_api import expect

from tests.journeys.new_district import (
    AGENCY,
    SCHOOL,
    SHERIFF,
    day,
    follow,
    press,
    says,
    write,
)
from tests.journeys.new_district_class import MODULE
from tests.journeys.new_district_staff import AWARD, FAIN
from tests.journeys.programs import until

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

TABLES = {
    "by-school": SCHOOL,
    "by-partner": SHERIFF,
    "by-module": MODULE,
    "by-band": "Grades 6-8",
}


def figures(page: Page) -> dict[str, tuple[int, int]]:
    """Read completions and students of each table's one line."""
    follow(page, "Awards", AWARD)
    says(page, "Working figures, not for release.")
    found = {}
    for table, row in TABLES.items():
        lines = page.locator(f"section[aria-labelledby={table}] tbody tr")
        cells = lines.filter(has_text=row).locator("td")
        numbers = [int(text) for text in cells.all_inner_texts()]
        found[table] = (numbers[0], numbers[1]) if numbers else (0, 0)
    return found


def await_figures(page: Page, number: int) -> None:
    """Look until each table counts so many completions of as many students."""
    wanted = dict.fromkeys(TABLES, (number, number))
    until(lambda: figures(page) == wanted, f"the figures are {wanted}")


def answers_kept(page: Page, code: str) -> int:
    """Open a learner's record with a guardian's code; count the answers in it."""
    follow(page, "District", "Requests")
    write(page, {"Code from the teacher": code})
    press(page, "Show the record")
    return page.locator("section[aria-labelledby=answers-title] tbody tr").count()


def see_sessions(page: Page, headcount: int) -> None:
    """Find the presenter's headcount beside the figures, and apart from them."""
    part = page.locator("section[aria-labelledby=presented]")
    expect(part.get_by_role("row").filter(has_text=SHERIFF)).to_contain_text(
        str(headcount)
    )


def release(page: Page) -> str:
    """Close the period that is over and make a release; return its hash."""
    follow(page, "Awards", AWARD)
    periods = page.locator("section[aria-labelledby=periods] li a")
    with page.expect_navigation():
        periods.first.click()
    page.get_by_label("I know that a closed period stays closed").check()
    press(page, "Close the period")
    page.get_by_label("For whom it is made").fill(AGENCY)
    press(page, "Make the release")
    return page.locator("code").inner_text()


def download(page: Page, kind: str, folder: Path) -> Path:
    """Take a file of the release."""
    with page.expect_download() as file:
        page.get_by_role("link", name=kind, exact=True).click()
    path = folder / f"release.{kind.lower()}"
    file.value.save_as(path)
    return path


def read_files(page: Page, digest: str, folder: Path) -> None:
    """Open both files with libraries that are not ours: JSON is YAML, too."""
    text = download(page, "JSON", folder).read_bytes()
    content = yaml.safe_load(text)
    assert hashlib.sha256(text).hexdigest() == digest
    assert content["award"]["fain"] == FAIN
    period = content["period"]
    assert (period["starts_on"], period["ends_on"]) == (day(-60), day(-1))
    # The class was taught today, after this period: none, and a zero is no secret.
    assert content["total"] == 0
    path = download(page, "CSV", folder)
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    table = [(row["section"], row["key"], row["value"]) for row in rows]
    assert ("total", "completions", "0") in table
    assert digest in {value for _section, key, value in table if key == "sha256"}
    assert ("release", "recipient", AGENCY) in table


def see_as_funder(page: Page) -> None:
    """The State agency sees the release of its award, and no live figure."""
    follow(page, "Awards", AWARD)
    assert not page.get_by_text("Working figures").count()
    assert not page.locator("section[aria-labelledby=by-school]").count()
    follow(page, f"Release 1 for {AGENCY}")
    assert page.locator("#total + p.big").inner_text() == "0"


def see_log(page: Page) -> None:
    """The disclosure log names the release and who opened it."""
    follow(page, "Awards", AWARD, "Who got the releases")
    log = page.get_by_role("region", name="Table: Disclosure log")
    expect(log.get_by_role("row").filter(has_text=AGENCY).first).to_be_visible()
    expect(log.get_by_role("row").filter(has_text="Ana Ortiz").first).to_be_visible()
