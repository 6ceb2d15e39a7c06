"""Sets a demo up: tables, lessons, a district, people, an LMS and some history.

Every step finds what an earlier start left behind and adds nothing twice.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from practice_lms.config import config_to_json
from practice_lms.people import cast_for
from preventedu.cli import database
from preventedu.cli.content import build_all
from preventedu.cli.demo import history, preparing
from preventedu.cli.demo.plan import CLIENT_ID, DEPLOYMENT_ID, Plan
from preventedu.cli.workbench import say
from preventedu.courses import catalog, consent, drafts, placing
from preventedu.courses.consent_models import ConsentMode, ConsentPolicy
from preventedu.courses.content.loader import load_tree
from preventedu.db import make_engine, make_sessions
from preventedu.grants import attribution, importing
from preventedu.lti import keys, registration
from preventedu.lti.models import Context
from preventedu.people import (
    Course,
    GradeBand,
    Lea,
    School,
    StaffMember,
    StaffRole,
)
from preventedu.staff import accounts as staff_accounts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.lti.models import Platform
    from preventedu.settings import Settings

DISTRICT = Path(__file__).parent.parent / "demo_data" / "district.yaml"
LEA, MIDDLE, ELEMENTARY = "0099001", "009900100001", "009900100002"
SCHOOL_OF_COURSE = {2: MIDDLE, 3: ELEMENTARY}
"""Which school each course of the practice LMS is placed at."""
MANAGER = "dana.alvarez@lakeside.example"
OFFICIAL = "sam.ito@lakeside.example"
COUNSELOR = "casey.morgan@lakeside.example"
PASSWORD_BYTES = 12
TIME_ZONE = "America/Chicago"
CONSENT_SINCE = date(2025, 7, 1)
"""Before the first of the made-up classes."""
CLASSES = (
    history.PastClass(MIDDLE, "spotting-online-grooming", 29, 78, opted_out=2),
    history.PastClass(MIDDLE, "spotting-online-grooming", 26, 55, opted_out=1),
    history.PastClass(ELEMENTARY, "my-helpers", 22, 49),
    history.PastClass(MIDDLE, "spotting-online-grooming", 31, 30),
    history.PastClass(ELEMENTARY, "my-helpers", 24, 20, opted_out=1),
    history.PastClass(ELEMENTARY, "my-helpers", 19, 9),
    history.PastClass(MIDDLE, "spotting-online-grooming", 28, -12, opted_out=1),
    history.PastClass(ELEMENTARY, "my-helpers", 23, -24),
    history.PastClass("", "spotting-online-grooming", 17, -33),
)


@dataclass(frozen=True)
class Accounts:
    """Who can sign in to the demo's tool; the password is made at the first run."""

    manager: str
    official: str
    password: str
    counselor: str = COUNSELOR


def set_up(plan: Plan) -> Accounts:
    """Make everything that the demo needs, and return its accounts."""
    settings = plan.settings()
    engine = make_engine(settings.database_url)
    database.upgrade(engine)
    now = datetime.now(UTC)
    accounts = _accounts(plan)
    with make_sessions(engine)() as session:
        count = build_all(session, load_tree(settings.content_dir))
        say(f"{count} lessons are ready.")
        file = importing.File(DISTRICT.name, DISTRICT.read_bytes())
        importing.apply(session, file, by="preventedu demo", now=now)
        lea = _set_consent_modes(session, now=now)
        official = _add_people(session, accounts, now=now)
        preparing.prepare(session, lea, official, now=now)
        platform = _register_lms(session, plan, settings, now=now)
        _place_courses(session, plan, platform, now=now)
        session.commit()
        total = history.add_history(session, lea, CLASSES, now)
        attribution.attribute_new(session, now=now)
        session.commit()
        say(f"{total} completions are on record, all made up.")
    engine.dispose()
    (plan.data / "practice-lms.json").write_text(config_to_json(plan.lms()))
    return accounts


def _accounts(plan: Plan) -> Accounts:
    path = plan.data / "demo-accounts.json"
    if path.exists():
        return Accounts(**json.loads(path.read_text()))
    accounts = Accounts(MANAGER, OFFICIAL, secrets.token_urlsafe(PASSWORD_BYTES))
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(accounts)))
    return accounts


def _set_consent_modes(session: Session, *, now: datetime) -> Lea:
    """Say what the demo's LEA asks of guardians; return the LEA."""
    lea = session.scalars(select(Lea).where(Lea.nces_id == LEA)).one()
    lea.time_zone = TIME_ZONE
    for band in GradeBand:
        if band in consent.GROWN_UPS:
            continue
        if consent.mode_on(session, lea.id, band, CONSENT_SINCE) is None:
            session.add(
                ConsentPolicy(
                    lea_id=lea.id,
                    grade_band=band,
                    mode=ConsentMode.OPT_OUT,
                    notice_days=14,
                    citation="Board policy 6142 (demo, invented)",
                    effective_from=CONSENT_SINCE,
                    recorded_at=now,
                    recorded_by=OFFICIAL,
                )
            )
    session.flush()
    return lea


def _add_people(session: Session, accounts: Accounts, *, now: datetime) -> StaffMember:
    """Add the staff; return the official, who lets the drafts be assigned."""
    people = (
        (accounts.manager, "Dana Alvarez", StaffRole.GRANT_MANAGER),
        (accounts.official, "Sam Ito", StaffRole.LEA_OFFICIAL),
        (accounts.counselor, "Casey Morgan", StaffRole.COUNSELOR),
    )
    employer = staff_accounts.Employer(lea=LEA)
    for email, name, role in people:
        known = session.scalar(select(StaffMember).where(StaffMember.email == email))
        if known is None:
            token = staff_accounts.invite(session, email, name, role, employer, now=now)
            staff_accounts.accept(session, token, accounts.password, now=now)
    lea = session.scalars(select(Lea).where(Lea.nces_id == LEA)).one()
    official = session.scalars(
        select(StaffMember).where(StaffMember.email == accounts.official)
    ).one()
    for version in catalog.current_modules(session):
        if not drafts.may_assign(session, version, lea.id):
            drafts.permit(
                session,
                lea.id,
                version.slug,
                official.id,
                "Demonstration with made-up people",
                now=now,
            )
    return official


def _register_lms(
    session: Session, plan: Plan, settings: Settings, *, now: datetime
) -> Platform:
    lms, ways = plan.lms(), plan.ways
    keys.ensure_key(session, settings.secret_key, now=now)
    details = registration.PlatformDetails(
        issuer=lms.issuer,
        client_id=CLIENT_ID,
        auth_url=plan.lms_url + ways.authorize_path,
        token_url=plan.lms_url + ways.grant_path,
        jwks_url=plan.lms_url + ways.jwks_path,
    )
    platform = registration.add_platform(session, details, allow_loopback=True, now=now)
    deployment = registration.add_deployment(
        session, platform, DEPLOYMENT_ID, None, now=now
    )
    lea = session.scalars(select(Lea).where(Lea.nces_id == LEA)).one()
    deployment.lea_id = lea.id
    return platform


def _place_courses(
    session: Session, plan: Plan, platform: Platform, *, now: datetime
) -> None:
    """Say which school each course of the LMS belongs to, as an official would."""
    deployment = registration.find_deployment(session, platform.id, DEPLOYMENT_ID)
    if deployment is None:
        return
    for course in cast_for(plan.personality).courses:
        context_id = plan.ways.context_id(course)
        known = session.scalar(
            select(Context).where(
                Context.deployment_id == deployment.id,
                Context.context_id == context_id,
            )
        )
        if known is None:
            _add_course(
                session, deployment.id, context_id, SCHOOL_OF_COURSE[course.number], now
            )


def _add_course(
    session: Session, deployment_id: int, context_id: str, nces_id: str, now: datetime
) -> None:
    school = session.scalars(select(School).where(School.school_id == nces_id)).one()
    course = Course(created_at=now, lea_id=school.lea_id)
    session.add(course)
    session.flush()
    session.add(
        Context(deployment_id=deployment_id, context_id=context_id, course_id=course.id)
    )
    placing.place_course(session, course.id, school, OFFICIAL, now=now)
