"""From an empty database to a funded completion: the commands, and HTTP for people."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from datetime import datetime, timedelta
from string import Template
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from practice_lms.config import config_to_json
from practice_lms.people import STUDENTS
from preventedu.cli.demo import walkthrough
from preventedu.cli.demo.browser import Browser, UnexpectedPageError
from preventedu.cli.demo.figures_page import AwardPage
from preventedu.cli.demo.plan import CLIENT_ID, DEPLOYMENT_ID, Plan
from preventedu.cli.demo.processes import Program, running
from tests.journeys.programs import (
    environment,
    free_ports,
    preventedu,
    running_tool,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path

    from preventedu.cli.demo.browser import Form, Page

pytestmark = pytest.mark.slow
LEA, SCHOOL, FAIN = "0099002", "009900200001", "TEST-26-0007"
ZONE = "America/Denver"
PASSWORD = "four words that nobody guesses"
OFFICIAL = "kim.soto@hill.example"
SHEET = """
leas:
  - nces_id: "$lea"
    name: Hill District (test)
    state: ZZ
    contact: "Family office, Hill District (test), 555-0101"
    schools:
      - {nces_id: "$school", name: Hill Middle School (test)}
organizations:
  - {key: hill, name: Hill District (test), kind: lea, lea: "$lea"}
  - {key: sheriff, name: Hill County Sheriff's Office (test), kind: law-enforcement, partner_kind: local}
awards:
  - fain: $fain
    title: Hill award (test)
    assistance_listing: "00.000"
    agency: Test Agency (invented)
    recipient: hill
    from: $begin
    to: $end
    time_zone: $zone
    acknowledgement: {en: This award is invented., es: Este fondo es inventado.}
    acknowledgement_on_learner_screens: no
    targets:
      - {measure: completions, from: $begin, to: $end, value: 40}
    reporting_periods:
      - {from: $begin, to: $closed}
      - {from: $opened, to: $end}
    agreements:
      - key: sheriff-hill
        partner: sheriff
        roles: [presents, protocol]
        from: $begin
        to: $end
        signed_on: $begin
        coverage:
          - {scope: school, school: "$school", from: $begin, to: $end}
"""  # noqa: E501 (one organization on a line, as people write it)


class Desk:
    """Whoever runs the tool: one folder, one set of settings."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.settings = {
            "PREVENTEDU_PUBLIC_URL": plan.tool_url,
            "PREVENTEDU_ALLOW_LOOPBACK_PLATFORMS": "yes",
        }

    def run(self, *arguments: str) -> str:
        """Run a command that must work, and return what it printed."""
        done = self.try_(*arguments)
        assert done[0] == 0, done[1]
        return done[1]

    def try_(self, *arguments: str) -> tuple[int, str]:
        """Run a command; return its exit code and what it printed."""
        data = ("--data", str(self.plan.data))
        done = preventedu(*arguments, *data, **self.settings)
        return done.code, done.out

    def set_up(self, sheet: Path) -> None:
        """Do what the help of `preventedu` says, in its order."""
        self.run("db", "upgrade")
        assert "5 modules are ready." in self.run("content", "build")
        would = self.run("import", "--dry-run", str(sheet))
        assert would.endswith(" changes would be made; none was.\n")
        made = self.run("import", str(sheet))
        assert made == re.sub("would be made; none was", "made", would)
        again = self.run("import", "--dry-run", str(sheet))
        assert again == "0 changes would be made; none was.\n"
        self.add_platform()

    def add_platform(self) -> None:
        """Register the LMS and place its courses at the school."""
        lms, ways = self.plan.lms_url, self.plan.ways
        self.run(
            "platform", "add", "--issuer", self.plan.lms().issuer,
            "--client-id", CLIENT_ID, "--auth-url", lms + ways.authorize_path,
            "--token-url", lms + ways.grant_path, "--jwks-url", lms + ways.jwks_path,
            "--deployment-id", DEPLOYMENT_ID, "--school", SCHOOL,
        )  # fmt: skip
        listed = self.run("platform", "list")
        assert f"deployment {DEPLOYMENT_ID}: active, Hill Middle School" in listed

    def invite_official(self) -> Browser:
        """Invite an LEA official, who takes the invitation up in a browser."""
        link = self.run(
            "staff", "invite", OFFICIAL, "--name", "Kim Soto", "--role",
            "lea-official", "--lea", LEA,
        ).strip()  # fmt: skip
        browser = Browser()
        page = browser.get(link)
        chosen = {"password": PASSWORD, "again": PASSWORD}
        welcome = browser.submit(page, page.form(""), chosen)
        assert welcome.url == f"{self.plan.tool_url}/grants/"
        return browser


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """An import file whose second reporting period is under way today."""
    today = datetime.now(ZoneInfo(ZONE)).date()
    path = tmp_path / "district.yaml"
    path.write_text(
        Template(SHEET).substitute(
            lea=LEA,
            school=SCHOOL,
            fain=FAIN,
            zone=ZONE,
            begin=today - timedelta(days=90),
            closed=today - timedelta(days=3),
            opened=today - timedelta(days=2),
            end=today + timedelta(days=270),
        )
    )
    return path


def test_from_nothing_to_a_funded_completion(tmp_path: Path, sheet: Path) -> None:
    port, lms_port = free_ports(2)
    desk = Desk(Plan(tmp_path / "data", port, lms_port, "moodle"))
    plan = desk.plan
    desk.set_up(sheet)
    config = tmp_path / "lms.json"
    config.write_text(config_to_json(plan.lms()))
    lms = Program("lms", ["practice_lms", "--config", str(config)], plan.lms_url)
    with (
        running([lms], environment({}), tmp_path / "logs"),
        running_tool(plan.data, plan.port, desk.settings),
    ):
        official = desk.invite_official()
        teach(plan, official)
        award = AwardPage(official, plan.tool_url)
        until(lambda: award.figures().get(f"by-school: {NAMES[0]}") == 1, "it counts")
        figures = award.figures()

    assert [figures[f"by-{kind}"] for kind in KINDS] == [1, 1, 1, 1]
    check_reports(desk, tmp_path)


NAMES = ("Hill Middle School (test)", "Hill County Sheriff's Office (test)")
KINDS = (
    f"school: {NAMES[0]}",
    f"partner: {NAMES[1]}",
    "module: Spotting online grooming tactics",
    "band: Grades 6-8",
)


def teach(plan: Plan, official: Browser) -> None:
    """Let the draft be taught, a teacher add it, a student finish it."""
    teacher, student = Browser(), STUDENTS[0]
    walkthrough.sign_in(teacher, plan, walkthrough.TEACHER)
    with pytest.raises(UnexpectedPageError, match="does not offer"):
        walkthrough.pick_module(teacher, plan)
    switch_on(plan, official)
    with pytest.raises(UnexpectedPageError, match="0 activities"):
        walkthrough.pick_module(teacher, plan)
    prepare_district(plan, official)

    activity = walkthrough.pick_module(teacher, plan)
    walkthrough.take_lesson(Browser(), student, activity, plan)

    until(
        lambda: walkthrough.is_graded(teacher, plan, student, set()),
        "the full grade arrives",
    )
    assert walkthrough.says_arrived(teacher, student, activity)


def prepare_district(plan: Plan, official: Browser) -> None:
    """Enter whom to turn to and what guardians are asked, on the pages for it."""
    district = official.get(f"{plan.tool_url}/district/")
    address = district.link("/contacts")
    for kind, name in (
        ("school-contact", "Casey Morgan (test)"),
        ("child-abuse-line", "State line (test)"),
    ):
        page = official.get(address)
        role = "Counselor" if kind == "school-contact" else ""
        facts = {"kind": kind, "name": name, "role": role, "phone": "555-0142"}
        answer = official.submit(page, form_with(page, "phone"), facts)
        assert "Nothing is saved yet." not in answer.text
        assert name in answer.text
    page = official.get(district.link("/consent"))
    chosen = {"bands": "6-8", "mode": "opt-out", "notice_days": "14"}
    answer = official.submit(page, form_with(page, "notice_days"), chosen)
    assert "The consent mode is recorded." in answer.text


def form_with(page: Page, name: str) -> Form:
    """Return the form that asks for something."""
    return next(f for f in page.forms if name in {field for field, _ in f.fields})


def switch_on(plan: Plan, official: Browser) -> None:
    """Switch the draft on, by name and reason, on the page for it."""
    page = official.get(f"{plan.tool_url}/grants/drafts")
    form = next(f for f in page.forms if ("module", walkthrough.MODULE) in f.fields)
    answer = official.submit(page, form, {"reason": "Read by our counselors"})
    assert "Read by our counselors" in answer.text


def check_reports(desk: Desk, folder: Path) -> None:
    """Close a period that is over and read both files again; today's stays open."""
    today = datetime.now(ZoneInfo(ZONE)).date()
    first, last = today - timedelta(days=90), today - timedelta(days=3)
    call = ["report", "--award", FAIN, "--recipient", "Test Agency", "--close"]
    over = ["--from", str(first), "--to", str(last)]
    files = [folder / "report.csv", folder / "report.json"]
    told = [desk.run(*call, *over, "--output", str(file)) for file in files]

    digest = hashlib.sha256(files[1].read_bytes()).hexdigest()
    assert [text.split("SHA-256 ")[1].split()[0] for text in told] == [digest, digest]
    with files[0].open(encoding="utf-8-sig", newline="") as text:
        table = list(csv.DictReader(text))
    content: dict[str, Any] = json.loads(files[1].read_text())
    # The completion is of today, so this period has none; a zero is no secret.
    assert content["award"]["fain"] == FAIN
    assert content["total"] == 0
    assert [(r["key"], r["value"]) for r in table if r["section"] == "total"] == [
        ("completions", "0")
    ]
    assert [r["value"] for r in table if r["key"] == "sha256"] == [digest]
    assert ("release", "recipient", "Test Agency") in {
        (row["section"], row["key"], row["value"]) for row in table
    }

    now = ["--from", str(last + timedelta(days=1)), "--to"]
    now.append(str(first + timedelta(days=360)))
    code, words = desk.try_(*call, *now, "--output", str(folder / "now.csv"))
    assert code == 1
    assert "Traceback" not in words
    assert not (folder / "now.csv").exists()
