from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

import preventedu
from preventedu.grants import importing
from preventedu.grants.importing import File, ImportPlan, ImportRefusedError
from preventedu.grants.importing.recorder import Action
from preventedu.grants.models import (
    Agreement,
    Award,
    Coverage,
    ImportedFile,
    ReportingPeriod,
    Target,
)
from preventedu.grants.releases import close_period
from preventedu.people import Lea, Organization, School
from tests.grants import make

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
DISTRICT = Path(__file__).parent / "district.yaml"
DEMO = Path(preventedu.__file__).parent / "cli" / "demo_data" / "district.yaml"
MODELS = (
    Lea, School, Organization, Award, Agreement, Coverage, Target, ReportingPeriod,
    ImportedFile,
)  # fmt: skip
BY = "manager@lea.example"


def plan(session: Session, text: str, *, now: datetime) -> ImportPlan:
    return importing.plan(session, File("district.yaml", text.encode()), now=now)


def apply(session: Session, text: str, *, by: str, now: datetime) -> ImportPlan:
    file = File("district.yaml", text.encode())
    return importing.apply(session, file, by=by, now=now)


@pytest.fixture
def text() -> str:
    return DISTRICT.read_text(encoding="utf-8")


def rows(session: Session) -> dict[str, int]:
    return {
        model.__tablename__: session.scalars(
            select(func.count()).select_from(model)
        ).one()
        for model in MODELS
    }


def changed(text: str, old: str, new: str) -> tuple[str, int]:
    """Return the text with one piece replaced, and the line of that piece."""
    assert old in text
    before, _, after = text.partition(old)
    return before + new + after, before.count("\n") + 1


def test_the_demos_file_has_no_problem(session: Session) -> None:
    done = plan(session, DEMO.read_text(encoding="utf-8"), now=NOW)

    assert done.problems == ()
    assert done.changes


def test_a_file_is_imported_whole(session: Session, text: str) -> None:
    done = apply(session, text, by=BY, now=NOW)

    award = session.scalars(select(Award)).one()
    tribal = session.scalars(
        select(Organization).where(Organization.key == "three-rivers-tribal-police")
    ).one()
    assert done.problems == ()
    assert rows(session) == {
        "lea": 1, "school": 2, "organization": 3, "award": 1, "agreement": 3,
        "coverage": 3, "target": 6, "reporting_period": 8, "imported_file": 1,
    }  # fmt: skip
    assert award.recipient.lea is not None
    assert award.recipient.lea.nces_id == "0099001"
    assert award.starts_on == date(2025, 7, 1)
    assert tribal.is_eo5_eligible


def test_a_plan_tells_everything_and_writes_nothing(
    session: Session, text: str
) -> None:
    done = plan(session, text, now=NOW)

    assert {change.action for change in done.changes} == {Action.CREATE}
    assert "create school 009900100001" in [str(change) for change in done.changes]
    assert sum(rows(session).values()) == 0


def test_the_same_file_again_changes_nothing(session: Session, text: str) -> None:
    apply(session, text, by=BY, now=NOW)
    before = rows(session)

    again = apply(session, text, by=BY, now=NOW + timedelta(days=1))

    assert again.changes == ()
    assert rows(session) == before


def test_a_change_is_told_and_the_file_is_kept(session: Session, text: str) -> None:
    apply(session, text, by=BY, now=NOW)
    new, _line = changed(text, "Heron Middle School (demo)", "Heron School (demo)")

    done = apply(session, new, by=BY, now=NOW)

    (change,) = done.changes
    assert (change.action, change.name) == (Action.CHANGE, "009900100001")
    assert change.detail == "name: Heron Middle School (demo) -> Heron School (demo)"
    kept = session.scalars(select(ImportedFile).order_by(ImportedFile.id)).all()
    assert [file.content for file in kept] == [text, new]
    assert kept[1].imported_by == BY


def test_changed_coverage_withdraws_the_old_row_and_adds_one(
    session: Session, text: str
) -> None:
    apply(session, text, by=BY, now=NOW)
    new, _line = changed(
        text,
        '{scope: lea, lea: "0099001", from: 2025-07-01',
        '{scope: lea, lea: "0099001", from: 2025-09-01',
    )

    done = apply(session, new, by=BY, now=NOW)

    assert {change.action for change in done.changes} == {
        Action.CREATE,
        Action.WITHDRAW,
    }
    coverages = session.scalars(select(Coverage)).all()
    assert sum(c.withdrawn_at is not None for c in coverages) == 1
    assert len(coverages) == 4


BAD_LINES = [
    ('nces_id: "0099001"', "nces_id: 0123456", "quotes"),
    ('nces_id: "0099001"', 'nces_id: "99001"', "7 digits"),
    ('nces_id: "009900100002"', "nces_id: 9900100002", "quotes"),
    ('nces_id: "009900100002"', 'nces_id: "009900100001"', "twice"),
    ("kind: lea\n", "kind: lae\n", "Did you mean `lea`?"),
    ("partner_kind: tribal", "partner_kind: tribe", "Did you mean `tribal`?"),
    ('uei: "DEMO00000000"', "uei: DEMO1", "12 letters and digits"),
    ("fain: DEMO-26-0001", "fain:", "empty"),
    ("fain: DEMO-26-0001", 'fain: ""', "empty"),
    ("title: Safe", "titel: Safe", "Did you mean `title`?"),
    ('assistance_listing: "00.000"', "assistance_listing: 93.320", "quotes"),
    ('assistance_listing: "00.000"', 'assistance_listing: "93"', "93.327"),
    ("recipient: lakeside-unified", "recipient: lakeside-unifed", "Did you mean"),
    ("time_zone: America/Chicago", "time_zone: Chicago", "America/Chicago"),
    ("to: 2028-06-30\n    time", "to: 2028-06-31\n    time", "2026-07-01"),
    ("partner: lakeside-sheriff", "partner: fbi", "Known here"),
    ("roles: [presents]", "roles: [present]", "presents"),
    ("from: 2025-07-01, to: 2026-06-30, value: 200",
     "from: 2025-06-01, to: 2026-06-30, value: 200", "not within the award"),
    ("{from: 2026-07-01, to: 2026-09-30}",
     "{from: 2026-06-01, to: 2026-09-30}", "days in common"),
    ('{scope: school, school: "009900100002", from: 2025-07-01, to: 2028-06-30}',
     '{scope: school, school: "009900100003", from: 2025-07-01, to: 2028-06-30}',
     "Did you mean `009900100002`?"),
    ('lea: "0099001", from: 2025-07-01',
     'lea: "0099001", modules: [spoting-m1], from: 2025-07-01',
     "Did you mean `spotting-m1`?"),
    ('{scope: lea, lea: "0099001", from: 2025-07-01, to: 2028-06-30}',
     '{scope: lea, lea: "0099001", from: 2025-07-01, to: 2029-06-30}',
     "not within the award"),
    ('{scope: lea, lea: "0099001", from: 2025-07-01, to: 2028-06-30}',
     '{scope: lea, lea: "0099001", priority: 1, from: 2025-07-01, to: 2028-06-30}',
     "priority_signed_on"),
    ('{scope: lea, lea: "0099001", from: 2025-07-01, to: 2028-06-30}',
     '{scope: school, lea: "0099001", from: 2025-07-01, to: 2028-06-30}',
     "`scope: school` needs `school`"),
    ("title: Safe Futures (demo award)", 'title: "a\\0b"', "control character"),
    ("title: Safe Futures (demo award)", 'title: "a\\e[2J"', "control character"),
    ("value: 200}", "value: 0200}", "reads `0200` as 128"),
    ("value: 200}", "value: 1:30}", "reads `1:30` as 90"),
    ("value: 200}", "value: yes}", "no whole number"),
    ("value: 200}", "value: 99999999999}", "from 1 to"),
    ("value: 200}", "value: !!int abc}", "Leave it out"),
    ("to: 2028-06-30\n    time", "to: 9999-12-31\n    time", "no likely day"),
    ("from: 2025-07-01\n    to: 2028", "from: 0001-01-01\n    to: 2028",
     "no likely day"),
    ("- {measure: students, from: 2025-07-01, to: 2026-06-30, value: 150}",
     "- {measure: completions, from: 2025-07-01, to: 2026-06-30, value: 150}",
     "`measure` is here twice"),
    ("key: sheriff-willow-2025", "key: sheriff-2025", "`key` is here twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), BAD_LINES)
def test_each_bad_line_is_named_in_plain_words(
    session: Session, text: str, old: str, new: str, words: str
) -> None:
    make.make_module(session, "spotting-m1")
    bad, line = changed(text, old, new)

    problems = plan(session, bad, now=NOW).problems

    assert words in str(problems[0])
    assert problems[0].line == line
    with pytest.raises(ImportRefusedError):
        apply(session, bad, by=BY, now=NOW)
    assert sum(rows(session).values()) == 0


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ("leas: [", "no YAML"),
        ("- a list", "no import file"),
        ("", "no import file"),
        ("leas: &a []\nawards: *a", "Write the value out"),
        ("leas: []\nleas: []", "twice"),
        ("leas:\n  - name: \x00", "no text"),
        ("leas: " + "[" * 5000 + "]" * 5000, "within each other"),
        ("leas: " + "{a: " * 3000 + "}" * 3000, "within each other"),
        ("leas: !!python/object/apply:os.getpid []", "Leave it out"),
    ],
)
def test_a_file_that_is_none_is_refused(session: Session, bad: str, words: str) -> None:
    assert words in str(plan(session, bad, now=NOW).problems[0])


def test_all_problems_are_named_at_once(session: Session, text: str) -> None:
    bad, _line = changed(text, "partner: lakeside-sheriff", "partner: sheriff")
    bad, _line = changed(bad, "recipient: lakeside-unified", "recipient: lakeside")

    assert len(plan(session, bad, now=NOW).problems) == 2


def test_a_closed_period_stays_as_it_is(session: Session, text: str) -> None:
    apply(session, text, by=BY, now=NOW)
    period = session.scalars(
        select(ReportingPeriod).order_by(ReportingPeriod.starts_on)
    ).first()
    assert period is not None
    close_period(session, period, author=BY, now=NOW)
    bad, _line = changed(text, "to: 2025-12-31}", "to: 2025-12-30}")

    moved, line = changed(text, "time_zone: America/Chicago", "time_zone: UTC")

    shorter = plan(session, bad, now=NOW).problems
    elsewhere = plan(session, moved, now=NOW).problems

    assert "closed" in shorter[0].message
    assert (elsewhere[0].line, "time zone" in elsewhere[0].message) == (line, True)


def test_an_agreement_that_is_gone_covers_nothing_more(
    session: Session, text: str
) -> None:
    apply(session, text, by=BY, now=NOW)
    without, _, _ = text.partition("      - key: tribal-police-2025")

    done = apply(session, without, by=BY, now=NOW)

    assert [str(change) for change in done.changes] == [
        "withdraw coverage tribal-police-2025 school from 2025-07-01"
    ]
    in_force = select(Coverage).where(Coverage.withdrawn_at.is_(None))
    assert {c.agreement.key for c in session.scalars(in_force)} == {
        "sheriff-2025",
        "sheriff-willow-2025",
    }
    back = apply(session, text, by=BY, now=NOW)
    assert [change.action for change in back.changes] == [Action.CREATE]


def test_what_two_awards_or_leas_cannot_share_is_named(
    session: Session, text: str
) -> None:
    _, _, award = text.partition("awards:\n")
    other_award = text + award.replace("DEMO-26-0001", "DEMO-26-0002")
    lea = '  - {nces_id: "0099002", name: B, state: ZZ, schools: [%s]}\n'
    school = '{nces_id: "009900100001", name: C}'
    other_lea = text.replace("organizations:", lea % school + "organizations:", 1)
    uei = text.replace(
        "partner_kind: local", "partner_kind: local\n    uei: DEMO00000000"
    )

    for bad, words, number in (
        (other_award, "`key` is here twice", 3),
        (other_lea, "`nces_id` is here twice", 1),
        (uei, "`uei` is here twice", 1),
    ):
        problems = plan(session, bad, now=NOW).problems
        assert [words in problem.message for problem in problems] == [True] * number


def test_a_uei_of_somebody_known_is_named(session: Session, text: str) -> None:
    apply(session, text, by=BY, now=NOW)
    other = "organizations:\n  - {key: x, name: X, kind: ngo, uei: DEMO00000000}"

    (problem,) = plan(session, other, now=NOW).problems

    assert "that of `lakeside-unified`" in problem.message


def test_a_school_id_of_two_schemes_is_no_place(session: Session, text: str) -> None:
    schools = (
        '    schools:\n      - {scheme: tribal, id: "7", name: T}\n'
        '      - {scheme: private, id: "7", name: P}\n'
    )
    both = text.replace("    schools:\n", schools, 1)
    bad, line = changed(both, 'school: "009900100002"', 'school: "7"')

    (problem,) = plan(session, bad, now=NOW).problems

    assert (problem.line, "Several schemes" in problem.message) == (line, True)
