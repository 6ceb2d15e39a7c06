"""Who sees and changes a connection, and who is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from preventedu.lti import registration
from preventedu.people import StaffRole
from tests.conftest import NOW
from tests.lti.connections.make import (
    PAGES,
    make_lea,
    schools_of,
    the_deployment,
    the_platform,
)
from tests.lti.make import page_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.lti.models import Platform
    from preventedu.people import Lea
    from tests.lti.connections.make import Desk
    from tests.lti.make import Browser


def bind(session: Session, lea: Lea, name: str = "dep-1") -> None:
    platform = the_platform(session)
    registration.add_deployment(session, platform, name, None, lea, now=NOW)
    session.commit()


def addresses(session: Session) -> list[str]:
    """Return every address that changes something."""
    platform, deployment = the_platform(session).id, the_deployment(session).id
    platform_page = f"/connections/platforms/{platform}"
    own = f"/connections/deployments/{deployment}"
    return [
        f"{platform_page}/change",
        f"{platform_page}/test",
        f"{platform_page}/send-again",
        f"{own}/bind",
        f"{own}/off",
        f"{own}/on",
        f"{own}/addresses",
        f"{own}/rules",
        f"{own}/rules/end",
        f"{own}/rules/up",
        f"{own}/rules/apply",
    ]


@pytest.mark.parametrize("page", PAGES)
def test_nobody_comes_in_without_signing_in(
    desk: Desk, platform: Platform, page: str
) -> None:
    del platform
    assert desk.nobody().get(page).location == "/staff/sign-in"


@pytest.mark.parametrize(
    "role", [StaffRole.GRANT_MANAGER, StaffRole.COUNSELOR], ids=lambda r: r.value
)
def test_other_roles_are_refused_every_page(
    session: Session, desk: Desk, platform: Platform, role: StaffRole
) -> None:
    lea = make_lea(session, 1)
    bind(session, lea)
    seated = desk.seat(role, lea)

    own = f"/connections/platforms/{platform.id}"
    assert {seated.get(page).status_code for page in (*PAGES, own)} == {403}
    assert {
        seated.client.post(address).status_code for address in addresses(session)
    } == {403}


def test_a_seat_of_the_lms_is_no_staff(chrome: Browser) -> None:
    chrome.launch()

    assert chrome.client.get(PAGES[0]).location == "/staff/sign-in"


def test_another_leas_staff_see_and_change_nothing(
    session: Session, desk: Desk, platform: Platform
) -> None:
    ours, theirs = make_lea(session, 1), make_lea(session, 2)
    bind(session, ours)
    stranger = desk.seat(StaffRole.ADMINISTRATOR, theirs)

    assert "client-1" not in stranger.get(PAGES[0]).text
    assert stranger.get(f"/connections/platforms/{platform.id}").status_code == 404
    answers = {
        address: stranger.post(address, {"lea": str(theirs.id), "rule": "1"})
        for address in addresses(session)
    }
    assert {answer.status_code for answer in answers.values()} == {404}, answers
    assert the_deployment(session).lea_id == ours.id


def test_an_official_reads_and_changes_nothing(
    session: Session, desk: Desk, platform: Platform
) -> None:
    lea = make_lea(session, 1)
    bind(session, lea)
    official = desk.seat(StaffRole.LEA_OFFICIAL, lea)

    page = official.get(f"/connections/platforms/{platform.id}")
    assert page.status_code == 200
    assert "Switch off" not in page.text
    assert "Test now" not in page.text
    for address in addresses(session):
        assert official.post(address).status_code == 403, address


def test_a_form_of_another_page_is_refused(
    session: Session, desk: Desk, platform: Platform
) -> None:
    del platform
    bind(session, make_lea(session, 1))
    seated = desk.seat()
    for address in addresses(session):
        answer = seated.client.post(address, data={"csrf_token": "00"})
        assert answer.status_code in (200, 400), address
    assert the_deployment(session).status.value == "active"


def test_an_administrator_of_one_lea_does_not_change_what_others_share(
    session: Session, desk: Desk, platform: Platform
) -> None:
    ours, theirs = make_lea(session, 1), make_lea(session, 2)
    bind(session, ours)
    bind(session, theirs, "dep-2")
    seated = desk.seat(StaffRole.ADMINISTRATOR, ours)
    own = f"/connections/platforms/{platform.id}"

    page = seated.get(own).text
    assert "dep-1" in page
    assert "dep-2" not in page
    answer = seated.post(f"{own}/change", {"label": "Mine", "is_test": "y"})
    assert answer.status_code == 403
    assert seated.post(f"{own}/send-again").status_code == 404
    assert not the_platform(session).is_test
    assert "Given up" not in seated.get("/connections/grades").text


def test_whoever_tries_a_shared_lms_reads_no_class_list_of_another_lea(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    ours, theirs = make_lea(session, 1), make_lea(session, 2)
    bind(session, theirs)
    bind(session, ours, "dep-2")
    chrome.launch()
    seated = desk.seat(StaffRole.ADMINISTRATOR, ours)

    own = f"/connections/platforms/{the_platform(session).id}"
    answer = seated.post(f"{own}/test")

    assert answer.status_code == 303
    asked = chrome.double.count
    assert asked("/token") > 0
    assert (asked("/memberships"), asked("/results")) == (0, 0)


def test_a_pending_deployment_is_for_whoever_looks_after_all(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    ours, theirs = make_lea(session, 1), make_lea(session, 2)
    bind(session, ours)
    chrome.login_params = {"lti_deployment_id": "new"}
    chrome.launch(deployment_id="new")
    pending = the_deployment(session, "new")

    limited = desk.seat(StaffRole.ADMINISTRATOR, ours)
    assert "Waits for you" not in limited.get(PAGES[0]).text
    form = {"lea": str(ours.id), "school": ""}
    address = f"/connections/deployments/{pending.id}/bind"
    assert limited.post(address, form).status_code == 404

    everywhere = desk.seat()
    assert "1 deployment waits for you" in everywhere.get(PAGES[0]).text
    chosen = {"lea": str(theirs.id), "school": "", "label": "The north"}
    assert everywhere.post(address, chosen).status_code == 303
    bound = the_deployment(session, "new")
    assert (bound.lea_id, bound.label) == (theirs.id, "The north")
    assert bound.bound_by == "administrator-0@staff.example"
    answer = chrome.launch(deployment_id="new")
    assert page_of(answer) == "waiting"


def test_where_there_is_one_lea_its_administrator_lets_it_in(
    session: Session, desk: Desk, chrome: Browser
) -> None:
    lea = make_lea(session, 1)
    chrome.login_params = {"lti_deployment_id": "new"}
    chrome.launch(deployment_id="new")
    pending = the_deployment(session, "new")
    school = schools_of(session, lea)[0]

    seated = desk.seat(StaffRole.ADMINISTRATOR, lea)
    form = {"lea": str(lea.id), "school": str(school.id), "label": ""}
    answer = seated.post(f"/connections/deployments/{pending.id}/bind", form)

    assert answer.status_code == 303
    assert the_deployment(session, "new").school_id == school.id


def test_a_school_of_another_lea_is_refused_and_nothing_changes(
    session: Session, desk: Desk, platform: Platform
) -> None:
    del platform
    ours, theirs = make_lea(session, 1), make_lea(session, 2)
    bind(session, ours)
    form = {"lea": str(ours.id), "school": str(schools_of(session, theirs)[0].id)}

    answer = desk.seat().post(
        f"/connections/deployments/{the_deployment(session).id}/bind", form
    )

    assert answer.status_code == 400
    assert "no school of District 1" in answer.text
    assert "Nothing was changed" in answer.text
    assert the_deployment(session).school_id is None
