"""Autosave: a lost connection, a closed tab, blocked storage, two tabs."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.auth import Seat
from preventedu.courses.models import Answer, Attempt, Completion, GradingPolicy
from tests.courses.make import GROOMING, HELPERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, Route

    from tests.courses.browser.conftest import Tab
    from tests.courses.browser.site import Site, Visit

pytestmark = pytest.mark.browser
EVENTS = re.compile(r"/lesson/events$")
BLOCKED = """for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
  Object.defineProperty(window, name, {
    get() { throw new DOMException('no', 'SecurityError') }})"""


def answers_of(site: Site, visit: Visit) -> list[Answer]:
    with site.sessions() as session:
        return list(
            session.scalars(
                select(Answer)
                .join(Attempt, Attempt.id == Answer.attempt_id)
                .where(Attempt.learner_id == visit.learner_id)
            )
        )


def completions_of(site: Site, visit: Visit) -> list[Completion]:
    with site.sessions() as session:
        found = select(Completion).where(Completion.learner_id == visit.learner_id)
        return list(session.scalars(found))


def status(tab: Tab) -> str:
    return str(tab.frame.inner_text("[data-saved]")).strip()


def check_first(tab: Tab, number: int = 0) -> None:
    question = tab.frame.locator(".screen.on .q").nth(number)
    question.locator(".opt").first.click()
    question.locator("[data-check]").click()


@pytest.mark.parametrize("storage", ["allowed", "blocked"])
def test_answers_arrive_once_after_the_connection_was_lost(
    site: Site,
    new_context: Callable[..., BrowserContext],
    new_tab: Callable[..., Tab],
    storage: str,
) -> None:
    context = new_context()
    if storage == "blocked":
        context.add_init_script(BLOCKED)
    tab = new_tab(context=context)
    visit = site.let_in(GROOMING)
    tab.visit(visit)
    tab.go("after")
    tab.saved()
    tab.page.route(EVENTS, lambda route: route.abort())

    check_first(tab, 0)
    check_first(tab, 1)
    tab.frame.wait_for_selector("[data-saved][data-state=wait]")

    assert status(tab) == "Not saved yet. We will keep trying."
    assert answers_of(site, visit) == []
    tab.page.unroute(EVENTS)
    tab.saved()
    assert status(tab) == "Saved"
    assert len(answers_of(site, visit)) == 2
    assert tab.frame.locator(".screen.on .fb").count() == 2


def test_saved_is_said_only_after_the_server_has_confirmed(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    visit = site.let_in(GROOMING)
    tab.visit(visit)
    tab.go("after")
    tab.saved()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    tab.page.route(EVENTS, hold)

    check_first(tab)
    tab.page.wait_for_timeout(400)

    assert status(tab) == "Saving …"
    assert answers_of(site, visit) == []
    held[0].continue_()
    tab.saved()
    assert len(answers_of(site, visit)) == 1


def test_a_reply_that_got_lost_does_no_harm(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    visit = site.let_in(GROOMING)
    tab.visit(visit)
    tab.go("after")
    tab.saved()

    def lose_reply(route: Route) -> None:
        route.fetch()
        route.abort()

    tab.page.route(EVENTS, lose_reply, times=1)
    check_first(tab)
    tab.frame.click("[data-next]")
    tab.saved()

    assert len(answers_of(site, visit)) == 1
    assert len(completions_of(site, visit)) == 1
    assert "Your teacher will see" in tab.frame.inner_text(".screen.on [data-line]")


def test_finishing_without_a_connection_says_so_and_arrives_later(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    visit = site.let_in(HELPERS)
    tab.visit(visit)
    tab.go("after-3")
    tab.saved()
    tab.page.route(EVENTS, lambda route: route.abort())

    tab.frame.click("[data-next]")
    line = tab.frame.locator(".screen.on [data-line]")
    assert line.inner_text() == "Not sent yet. We will keep trying."
    assert completions_of(site, visit) == []
    tab.page.unroute(EVENTS)
    tab.saved()

    assert line.inner_text().startswith("Your teacher will see that you finished.")
    assert len(completions_of(site, visit)) == 1


def test_a_page_turned_away_claims_neither_to_be_saved_nor_to_be_finished(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    visit = site.let_in(GROOMING)
    tab.visit(visit)
    tab.go("after")
    tab.saved()
    with site.sessions() as session:
        session.get_one(Seat, visit.seat_id).ended_at = datetime.now(UTC)
        session.commit()

    tab.frame.click("[data-next]")
    tab.frame.wait_for_selector("[data-saved][data-state=wait]")

    assert "Open the lesson again from your class." in status(tab)
    assert tab.frame.is_visible("#done [data-finish]")
    assert not tab.frame.is_visible("#done .after")
    assert completions_of(site, visit) == []


@pytest.mark.parametrize("size", ["phone", "narrow"])
@pytest.mark.parametrize("slug", [GROOMING, HELPERS])
def test_the_way_on_stays_in_view_while_the_connection_is_lost(
    site: Site, new_tab: Callable[..., Tab], slug: str, size: str
) -> None:
    tab = new_tab(size)
    tab.visit(site.let_in(slug), "?lang=es")
    tab.saved()
    tab.page.context.set_offline(True)

    tab.frame.click("[data-next]")
    tab.frame.wait_for_selector("[data-saved][data-state=wait]")

    hidden = """() => {
      const box = document.querySelector('[data-next]').getBoundingClientRect();
      return box.right > innerWidth || box.bottom > innerHeight
        || document.documentElement.scrollWidth > innerWidth }"""
    assert not tab.frame.evaluate(hidden)


def test_what_the_server_cannot_read_is_not_called_saved(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    tab = new_tab()
    visit = site.let_in(GROOMING)
    tab.visit(visit)
    tab.go("after")
    tab.saved()
    tab.page.route(EVENTS, lambda route: route.continue_(post_data="[]"))

    check_first(tab)
    tab.frame.wait_for_selector("[data-saved][data-state=wait]")

    assert "Open the lesson again from your class." in status(tab)
    assert answers_of(site, visit) == []


def test_a_closed_tab_comes_back_where_it_was(
    site: Site, new_context: Callable[..., BrowserContext], new_tab: Callable[..., Tab]
) -> None:
    context = new_context()
    visit = site.let_in(GROOMING)
    tab = new_tab(context=context)
    tab.visit(visit)
    tab.go("l2-s2")
    tab.saved()
    tab.page.close()

    tab = new_tab(context=context)
    tab.visit(visit)

    assert tab.frame.get_attribute(".screen.on", "id") == "l2-s2"


def test_answers_kept_on_the_device_are_sent_by_the_next_page(
    site: Site, new_context: Callable[..., BrowserContext], new_tab: Callable[..., Tab]
) -> None:
    context = new_context()
    visit = site.let_in(GROOMING)
    tab = new_tab(context=context)
    tab.visit_alone(visit)
    tab.go("after")
    tab.saved()
    context.set_offline(offline=True)
    check_first(tab)
    tab.frame.wait_for_selector("[data-saved][data-state=wait]")
    tab.page.close()
    assert answers_of(site, visit) == []
    context.set_offline(offline=False)

    tab = new_tab(context=context)
    tab.visit_alone(visit)
    tab.saved()

    assert len(answers_of(site, visit)) == 1


def test_two_tabs_write_into_one_attempt(
    site: Site, new_context: Callable[..., BrowserContext], new_tab: Callable[..., Tab]
) -> None:
    context = new_context()
    visit = site.let_in(GROOMING)
    first, second = new_tab(context=context), new_tab(context=context)
    for tab in (first, second):
        tab.visit(visit)
        tab.go("after")
        tab.saved()

    for number, tab in enumerate((first, second, first, second)):
        check_first(tab, number)
        tab.saved()

    answers = answers_of(site, visit)
    assert len(answers) == 4
    assert len({answer.attempt_id for answer in answers}) == 1


def test_a_tab_left_open_after_finishing_elsewhere_changes_nothing(
    site: Site, new_context: Callable[..., BrowserContext], new_tab: Callable[..., Tab]
) -> None:
    context = new_context()
    visit = site.let_in(GROOMING)
    first, second = new_tab(context=context), new_tab(context=context)
    for tab in (first, second):
        tab.visit(visit)
        tab.go("after")
        tab.saved()
    first.frame.click("[data-next]")
    first.saved()

    check_first(second)
    second.page.wait_for_timeout(500)

    assert len(completions_of(site, visit)) == 1
    assert answers_of(site, visit) == []


def test_trying_again_for_mastery_raises_the_grade(
    site: Site, new_tab: Callable[..., Tab]
) -> None:
    visit = site.let_in(GROOMING, grading=GradingPolicy.MASTERY)
    tab = new_tab()
    for _ in range(2):
        tab.visit(visit)
        tab.go("after")
        assert tab.frame.locator(".screen.on .fb").count() == 0
        for number in range(tab.frame.locator(".screen.on .q").count()):
            check_first(tab, number)
        tab.frame.click("[data-next]")
        tab.saved()

    found = completions_of(site, visit)
    assert [row.retake_of_id for row in found][:1] == [None]
    assert sum(row.counts for row in found) == 1
    with site.sessions() as session:
        taken = session.scalars(
            select(Attempt).where(Attempt.learner_id == visit.learner_id)
        ).all()
    assert len(taken) == 2
    assert all(attempt.closed_at for attempt in taken)
