"""The whole system on each database: real processes that the tests may kill."""

from __future__ import annotations

import os
import random
import socket
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice_lms.config import config_to_json
from preventedu.cli import database
from preventedu.cli.demo.plan import CLIENT_ID, DEPLOYMENT_ID, Plan
from preventedu.cli.demo.processes import Program, running
from preventedu.db import make_engine
from preventedu.lti import registration
from preventedu.lti.registration import PlatformDetails
from preventedu.people import School
from tests.conftest import SECRET
from tests.crash.lms import Lms
from tests.crash.world import WEB_PROCESSES, WebServer, World, nursery
from tests.databases import empty_postgres
from tests.second_platform.tool import fill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SEED_VARIABLE = "PREVENTEDU_CRASH_SEED"


@pytest.fixture(
    scope="session",
    params=[
        "sqlite",
        pytest.param("postgres", marks=pytest.mark.postgres),
    ],
)
def shared_world(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Start everything but the worker, once for each database."""
    folder = tmp_path_factory.mktemp("crash")
    url = f"sqlite:///{folder / 'tool.sqlite3'}"
    if request.param == "postgres":
        url = empty_postgres(request.getfixturevalue("postgres_server"))
    ports = _free_ports(3)
    plans = [
        Plan(folder, ports[0], port, name)
        for port, name in zip(ports[1:], ("moodle", "canvas"), strict=True)
    ]
    engine = make_engine(url)
    _fill(url, plans)
    environment = plans[0].environment() | {
        "PREVENTEDU_DATABASE_URL": url,
        "PREVENTEDU_SECRET_KEY": SECRET,
    }
    logs = folder / "logs"
    web = WebServer(_web_program(plans[0]), environment, logs)
    with ExitStack() as stack:
        programs = [_lms_program(plan) for plan in plans]
        stack.enter_context(running(programs, environment, logs))
        stack.callback(web.stop)
        web.start()
        log = logs / "nursery.log"
        worker = stack.enter_context(nursery(folder, environment, log))
        yield World(engine, tuple(map(Lms, plans)), web, worker, logs)
    engine.dispose()


@pytest.fixture
def world(shared_world: World) -> Iterator[World]:
    """The running system without trouble and, before and after, without a worker."""
    yield shared_world
    shared_world.worker.stop()
    for lms in shared_world.lmss:
        lms.clear()
    assert shared_world.complaints() == []


@pytest.fixture
def chance() -> random.Random:
    """Chance with a printed seed: set PREVENTEDU_CRASH_SEED to it to repeat a test."""
    seed = os.environ.get(SEED_VARIABLE) or os.urandom(4).hex()
    sys.stdout.write(f"{SEED_VARIABLE}={seed}\n")
    return random.Random(seed)  # noqa: S311 (moments for a test, no secret)


def _web_program(plan: Plan) -> Program:
    arguments = ["--port", str(plan.port), "--workers", str(WEB_PROCESSES)]
    ready = f"{plan.tool_url}/lti/jwks.json"
    return Program("tool", ["preventedu.cli", "serve", *arguments], ready)


def _lms_program(plan: Plan) -> Program:
    path: Path = plan.data / f"{plan.personality}.json"
    path.write_text(config_to_json(plan.lms()))
    name = f"practice-lms-{plan.personality}"
    return Program(name, ["practice_lms", "--config", str(path)], plan.lms_url)


def _fill(url: str, plans: list[Plan]) -> None:
    """Migrate the database, publish the lessons, register both LMSs."""
    engine, now = make_engine(url), datetime.now(UTC)
    database.upgrade(engine)
    with Session(engine) as session:
        fill(session)
        school = session.scalars(select(School)).one()
        for plan in plans:
            details = PlatformDetails(
                issuer=plan.lms().issuer,
                client_id=CLIENT_ID,
                auth_url=plan.lms_url + plan.ways.authorize_path,
                token_url=plan.lms_url + plan.ways.grant_path,
                jwks_url=plan.lms_url + plan.ways.jwks_path,
            )
            row = registration.add_platform(
                session, details, allow_loopback=True, now=now
            )
            registration.add_deployment(session, row, DEPLOYMENT_ID, school, now=now)
        session.commit()
    engine.dispose()


def _free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
