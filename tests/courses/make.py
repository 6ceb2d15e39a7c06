"""Rows and modules for the tests of this room."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

from preventedu import auth
from preventedu.auth import SeatGrant, SeatRole
from preventedu.courses import assignments, catalog
from preventedu.courses.content.compile import compile_module, hash_of
from preventedu.courses.content.loader import load_tree
from preventedu.courses.content.schema import (
    CompiledDocument,
    CompiledModule,
    Mastery,
    ModuleNote,
    Objective,
    Option,
    PrePost,
    Prose,
    Question,
    Screen,
)
from preventedu.courses.models import GradingPolicy
from preventedu.lti.models import (
    Context,
    Deployment,
    DeploymentStatus,
    LtiUser,
    Platform,
    ResourceLink,
)
from preventedu.people import Course, Learner
from preventedu.settings import DEFAULT_CONTENT
from tests.conftest import NOW
from tests.leas import open_lea
from tests.ready import make_ready

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.auth import Seat
    from preventedu.courses.models import Assignment

GROOMING, HELPERS = "spotting-online-grooming", "my-helpers"
BALANCE, GARDEN = "media-balance-6-8", "pip-and-the-garden"


@cache
def real_module(slug: str) -> CompiledModule:
    """Compile a module of `content/`."""
    return compile_module(load_tree(DEFAULT_CONTENT), slug)


def question(name: str, objective: str = "O1", right: str = "a") -> Question:
    return Question(
        kind="choose-one",
        id=name,
        objectives=(objective,),
        stem=f"<p>Question {name}?</p>",
        options=tuple(
            Option(
                id=o, html=f"Answer {o}", correct=o == right, feedback=f"<p>On {o}.</p>"
            )
            for o in "abc"
        ),
    )


def screen(number: int, text: str) -> Screen:
    prose = Prose(html=f"<p>{text}</p>")
    return Screen(
        id=f"l1-s{number}", lesson=1, lesson_title="One", title=text, blocks=(prose,)
    )


def made_module(
    slug: str = "made", version: str = "1.0.0", **changes: object
) -> CompiledModule:
    """A small lesson for 6-8: three screens, four questions before and after."""
    document = CompiledDocument(
        screens=tuple(screen(n, f"Screen {n}") for n in (1, 2, 3)),
        pool=tuple(question(f"p{n}", f"O{1 + n % 2}") for n in range(1, 9)),
    )
    whole = CompiledModule(
        slug=slug,
        version=version,
        status="draft",
        kind="lesson",
        band="6-8",
        audience="student",
        catalogue_id=None,
        lms_title={"en": "Online safety, part 9", "es": "Seguridad en línea, parte 9"},
        title={"en": "Made up", "es": "Inventada"},
        summary={"en": "For tests.", "es": "Para pruebas."},
        topics=(),
        languages=("en", "es"),
        minutes=10,
        objectives=tuple(
            Objective(id=o, text={"en": f"Do {o}.", "es": f"Hacer {o}."})
            for o in ("O1", "O2")
        ),
        standards=(),
        content_note=ModuleNote(level=1, text={"en": "A note.", "es": "Una nota."}),
        alternative="made-other",
        mastery=Mastery(),
        prepost=PrePost(draw=4),
        reviewers=(),
        license="CC-BY-4.0",
        documents={"en": document, "es": document},
        help=(),
        assets={},
    ).model_copy(update=changes)
    return whole.model_copy(update={"content_hash": hash_of(whole)})


def made_alternative() -> CompiledModule:
    return made_module("made-other", kind="alternative", alternative=None)


def make_course(session: Session) -> Course:
    course = Course(created_at=NOW, lea_id=open_lea(session).id)
    session.add(course)
    session.flush()
    return course


def make_learner(session: Session) -> Learner:
    learner = Learner(created_at=NOW)
    session.add(learner)
    session.flush()
    return learner


def make_assignment(
    session: Session,
    module: CompiledModule | None = None,
    grading: GradingPolicy = GradingPolicy.COMPLETION,
) -> Assignment:
    """Publish the module and its stand-in, and give it to a new course."""
    module = module or made_module()
    catalog.publish(session, module, now=NOW)
    if module.slug == "made":
        catalog.publish(session, made_alternative(), now=NOW)
    course = make_course(session)
    make_ready(session, course.id, module.slug, now=NOW)
    return assignments.create_assignment(
        session, course.id, module.slug, grading, now=NOW
    )


def make_link(
    session: Session, assignment: Assignment | None, course: Course
) -> ResourceLink:
    """A link in a course on a new platform."""
    platform = Platform(
        issuer=f"https://lms.test/{course.id}",
        client_id="client",
        auth_url="https://lms.test/auth",
        token_url="https://lms.test/token",
        jwks_url="https://lms.test/jwks",
        family="test",
        created_at=NOW,
    )
    deployment = Deployment(
        platform=platform,
        deployment_id="1",
        status=DeploymentStatus.ACTIVE,
        first_seen_at=NOW,
    )
    context = Context(deployment=deployment, context_id="c1", course_id=course.id)
    link = ResourceLink(
        deployment=deployment,
        context=context,
        resource_link_id="link-1",
        assignment_id=assignment.id if assignment else None,
        can_score=True,
        can_read_results=True,
    )
    session.add(link)
    session.flush()
    return link


def make_seat(
    session: Session,
    link: ResourceLink,
    role: SeatRole = SeatRole.LEARNER,
    *,
    subject: str = "subject-1",
    cookie: str | None = None,
    frame_origin: str = "https://lms.test",
) -> tuple[Seat, str]:
    """Let a person in through a link; returns the seat and the cookie's value."""
    platform_id = link.deployment.platform_id
    learner = make_learner(session)
    user = LtiUser(
        platform_id=platform_id,
        subject=subject,
        learner_id=learner.id,
        first_seen_at=NOW,
    )
    session.add(user)
    session.flush()
    return grant(session, link, user, role, cookie=cookie, frame_origin=frame_origin)


def grant(
    session: Session,
    link: ResourceLink,
    user: LtiUser,
    role: SeatRole,
    *,
    cookie: str | None = None,
    frame_origin: str = "https://lms.test",
) -> tuple[Seat, str]:
    """Let a known person in once more."""
    now = datetime.now(UTC)
    browser, value = auth.open_session(session, cookie, now=now)
    learns = role in (SeatRole.LEARNER, SeatRole.TEST_LEARNER)
    seat = auth.grant_seat(
        session,
        browser,
        SeatGrant(
            platform_id=user.platform_id,
            lti_user_id=user.id,
            role=role,
            learner_id=user.learner_id if learns else None,
            course_id=link.context.course_id if link.context else None,
            resource_link_id=link.id,
            course_title="",
            frame_origin=frame_origin,
            locale="en",
        ),
        now=now,
    )
    return seat, value
