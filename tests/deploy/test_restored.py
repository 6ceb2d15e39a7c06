"""After a restore, even one done twice, launches and grades go on and harm nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from preventedu.db import make_engine
from preventedu.lti.models import DeliveryStatus, ScoreDelivery
from tests.databases import empty_postgres
from tests.journeys.programs import Demo, new_demo, preventedu, until

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 200.0
pytestmark = [pytest.mark.server, pytest.mark.timeout(600)]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Demo:
    """A demo that has taken its tour once."""
    settings = {}
    if request.param == "postgres":
        url = make_url(empty_postgres(request.getfixturevalue("postgres_server")))
        named = url.set(drivername="postgresql")
        settings["PREVENTEDU_DATABASE_URL"] = named.render_as_string(
            hide_password=False
        )
    demo = new_demo(tmp_path / "demo", settings)
    walk(demo)
    return demo


def walk(demo: Demo) -> None:
    """Take the tour, however much else this machine does."""
    process = demo.begin("--walkthrough")
    try:
        assert process.wait(PATIENCE) == 0, demo.out
    finally:
        if process.poll() is None:
            demo.stop()


def statuses(demo: Demo) -> list[DeliveryStatus]:
    engine = make_engine(demo.plan.settings().database_url)
    with Session(engine) as session:
        found = list(session.scalars(select(ScoreDelivery.status)))
    engine.dispose()
    return found


def make_unsure(demo: Demo) -> None:
    """Put the grades back to a moment when nobody knew yet whether they arrived."""
    engine = make_engine(demo.plan.settings().database_url)
    with Session(engine) as session:
        session.execute(
            update(ScoreDelivery).values(
                status=DeliveryStatus.SENDING,
                due_at=datetime.now(UTC) - timedelta(minutes=5),
                stamped_at=None,
                sent_at=None,
            )
        )
        session.commit()
    engine.dispose()


def make_due(demo: Demo) -> None:
    """Let grades that wait for another try be tried at once."""
    engine = make_engine(demo.plan.settings().database_url)
    with Session(engine) as session:
        session.execute(update(ScoreDelivery).values(due_at=datetime.now(UTC)))
        session.commit()
    engine.dispose()


def test_grades_that_were_sent_since_the_backup_are_sent_again_and_stand(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in demo.settings.items():
        monkeypatch.setenv(name, value)
    make_unsure(demo)
    where, file = ("--data", str(demo.data)), tmp_path / "kept.zip"
    settings = dict(demo.settings)
    assert preventedu("backup", "--output", str(file), *where, **settings).code == 0

    for _time in range(2):
        done = preventedu("restore", str(file), "--replace", *where, **settings)
        assert done.code == 0, done.out
    walk(demo)

    # The worker may have looked before the LMS was up, and wait for a minute since.
    make_due(demo)
    demo.start()
    try:
        until(lambda: set(statuses(demo)) == {DeliveryStatus.SENT}, "all grades stand")
    finally:
        demo.stop()
    assert len(statuses(demo)) >= 2
    logs = "".join(each.read_text() for each in (demo.data / "logs").glob("*.log"))
    assert "Traceback" not in logs
