"""`preventedu demo --walkthrough`: every fact is read back, or it says what is not."""

from __future__ import annotations

import hashlib
import json
import re
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session

from preventedu.courses.models import Completion
from preventedu.db import make_engine
from preventedu.grants.ledger import Attribution, Outcome, Release
from preventedu.lti.models import DeliveryStatus, ScoreDelivery
from preventedu.settings import Settings
from tests.journeys.programs import new_demo, preventedu, until

if TYPE_CHECKING:
    from pathlib import Path

    from preventedu.grants.models import ReportingPeriod
    from tests.journeys.programs import Demo

pytestmark = pytest.mark.slow
STEPS = 8
STEP = re.compile(r"^ ?(\d+)\. \w.+ +\d+\.\d\d s$", re.MULTILINE)
SNAPSHOT = re.compile(r"^Snapshot SHA-256 ([0-9a-f]{64})$", re.MULTILINE)
MADE_UP = re.compile(r"^(\d+) completions are on record", re.MULTILINE)


@pytest.mark.parametrize("personality", ["moodle", "canvas"])
def test_the_tour_passes(
    tmp_path: Path, database_settings: dict[str, str], personality: str
) -> None:
    demo = new_demo(tmp_path / "demo", database_settings, personality)

    done = demo.walk()

    assert done.code == 0, done.out
    assert [int(number) for number in STEP.findall(done.out)] == [*range(1, STEPS + 1)]
    check_database(demo, done.out)


def check_database(demo: Demo, printed: str) -> None:
    """Find in the tables what the tour says that it read back."""
    digest, made_up = SNAPSHOT.search(printed), MADE_UP.search(printed)
    assert digest
    assert made_up
    settings = Settings.from_environment(demo.settings, demo.data)
    engine = make_engine(settings.database_url)
    with Session(engine) as session:
        last = session.scalars(
            select(Completion).order_by(Completion.id.desc())
        ).first()
        number = len(session.scalars(select(Completion.id)).all())
        deliveries = session.scalars(select(ScoreDelivery)).all()
        release = session.scalars(select(Release)).one()
        assert last is not None
        attribution = session.scalars(
            select(Attribution).where(Attribution.completion_id == last.id)
        ).one()
        assert number == int(made_up[1]) + 1
        assert attribution.outcome is Outcome.PRIMARY
        assert attribution.partners == ["lakeside-sheriff"]
        assert [each.status for each in deliveries] == [DeliveryStatus.SENT]
        assert release.content_hash == digest[1]
        fain, period = release.award.fain, release.period
    engine.dispose()
    check_report(demo, fain, period, digest[1])


def check_report(demo: Demo, fain: str, period: ReportingPeriod, digest: str) -> None:
    """Let the command line write the same snapshot, and read its file."""
    file = demo.data / "report.json"
    done = preventedu(
        "report", "--data", str(demo.data), "--award", fain,
        "--from", str(period.starts_on), "--to", str(period.ends_on),
        "--recipient", "The agency", "--output", str(file), **demo.settings,
    )  # fmt: skip

    content = json.loads(file.read_text())
    shown = [
        sum(row["value"] for row in table["rows"])
        for table in content["tables"]
        if not table["withheld"]
    ]
    written, checked = done.out.splitlines()
    assert written == f"{file}: version 2, SHA-256 {digest}"
    assert checked.startswith("Checked: the facts")
    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
    assert content["total"] > 9
    assert shown
    assert shown == [content["total"]] * len(shown)


@pytest.mark.parametrize("option", ["--port", "--lms-port"])
def test_a_taken_port_is_named_with_its_option(tmp_path: Path, option: str) -> None:
    demo = new_demo(tmp_path / "demo", {})
    taken = demo.port if option == "--port" else demo.lms_port
    with socket.create_server(("127.0.0.1", taken)):
        done = demo.walk()

    assert done.code == 1
    assert done.out.strip() == (
        f"Error: Port {taken} is taken. Stop what uses it, or choose another: "
        f"{option} {taken + 1}"
    )


def test_the_tour_fails_if_a_step_does(tmp_path: Path) -> None:
    demo = new_demo(tmp_path / "demo", {})
    process = demo.begin("--walkthrough")

    until(lambda: break_keyset(demo), "the LMS can be told to break its keyset")

    assert process.wait(60) == 1
    last = demo.out.strip().splitlines()[-1]
    assert last.startswith("Error: Step 2, The teacher picks a module inside the LMS: ")
    assert "Traceback" not in demo.out
    assert not SNAPSHOT.search(demo.out)


def break_keyset(demo: Demo) -> bool:
    """Let the running LMS refuse its public keys, so that no launch can be trusted."""
    trouble = {"service": "jwks", "action": "status", "times": -1}
    with suppress(requests.ConnectionError):
        url = f"{demo.plan.lms_url}/_faults"
        return requests.post(url, json=trouble, timeout=5).ok
    return False


def test_a_database_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nowhere"
    demo = new_demo(tmp_path / "demo", {"PREVENTEDU_DATABASE_URL": nowhere})

    done = demo.walk()

    assert done.code == 1
    assert "Traceback" not in done.out
    assert "PREVENTEDU_DATABASE_URL" in done.out.splitlines()[-1]
