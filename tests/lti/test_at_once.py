"""Two requests at the same moment, on databases of their own."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select

from preventedu.auth import SeatRole
from preventedu.cli import database
from preventedu.db import make_engine, make_sessions
from preventedu.lti import handshake, registration, users
from preventedu.lti.claims import Launch, Message, Services
from preventedu.lti.errors import LaunchError
from preventedu.lti.handshake import Login, Posted
from preventedu.lti.models import LaunchState, LtiUser, Platform
from preventedu.lti.registration import PlatformDetails
from preventedu.people import Learner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session, sessionmaker

NOW = datetime(2027, 3, 1, tzinfo=UTC)
ISSUER = "https://at-once.example"
LAUNCH_URL = "https://tool.test/lti/launch"
THREADS = 6


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def sessions(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[sessionmaker[Session]]:
    url = f"sqlite:///{tmp_path / 'at-once.sqlite3'}"
    if request.param == "postgres":
        url = request.getfixturevalue("new_postgres")
    engine = make_engine(url)
    database.upgrade(engine)
    maker = make_sessions(engine)
    with maker() as session:
        address = f"{ISSUER}/x"
        details = PlatformDetails(ISSUER, "client-1", address, address, address)
        registration.add_platform(session, details, allow_loopback=False, now=NOW)
        session.commit()
    yield maker
    with maker() as session:
        for model in (LaunchState, LtiUser, Learner, Platform):
            session.execute(delete(model))
        session.commit()
    engine.dispose()


def at_once(step: Callable[[], str]) -> list[str]:
    said: list[str] = []
    ready = threading.Barrier(THREADS)

    def go() -> None:
        ready.wait()
        said.append(step())

    threads = [threading.Thread(target=go) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(said)


def test_one_launch_of_many_uses_up_the_login(sessions: sessionmaker[Session]) -> None:
    login = Login(ISSUER, "hint", LAUNCH_URL, "client-1", "", "")
    with sessions() as session:
        begun = handshake.begin(session, login, LAUNCH_URL, now=NOW)
        row = session.scalars(select(LaunchState)).one()
        nonce, platform = row.nonce, session.scalars(select(Platform)).one()
        known = registration.plain(platform)
        session.commit()
    state = begun.redirect_url.split("state=")[1].split("&")[0]
    posted = Posted("", state, {begun.cookie_name: begun.cookie_value})
    launch = Launch(
        message=Message.RESOURCE_LINK,
        subject="user-1",
        nonce=nonce,
        role=SeatRole.LEARNER,
        is_staff=False,
        deployment_id="dep-1",
        resource_link_id="link-1",
        issued_at=NOW.timestamp(),
        context=None,
        module="",
        assignment_id="",
        services=Services("", "", "", can_score=False, can_read_results=False),
        deep_linking=None,
        locale="en",
        family="",
    )

    def use_up() -> str:
        with sessions() as session:
            try:
                handshake.use_up(session, known, launch, posted, now=NOW)
            except LaunchError as error:
                return error.code
            session.commit()
            return ""

    assert at_once(use_up) == ["", *["launch_replayed"] * (THREADS - 1)]


def test_a_subject_seen_many_times_at_once_is_one_learner(
    sessions: sessionmaker[Session],
) -> None:
    with sessions() as session:
        platform_id = session.scalars(select(Platform.id)).one()

    def learner() -> str:
        with sessions() as session:
            user = users.lti_user(session, platform_id, "user-1", now=NOW)
            learner_id = user.learner_id
            session.commit()
            return learner_id

    assert len(set(at_once(learner))) == 1
    with sessions() as session:
        assert len(session.scalars(select(Learner)).all()) == 1
