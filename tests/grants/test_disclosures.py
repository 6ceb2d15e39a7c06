"""The disclosure log: every way in which a release leaves is written down, for ever."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from preventedu.grants.ledger import Disclosure, DisclosureWay
from tests.grants.test_award_pages import Page
from tests.staff.make import EMAIL, csrf

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session


@pytest.fixture
def page(session: Session, client: FlaskClient) -> Page:
    return Page(session, client)


def ways(page: Page) -> list[DisclosureWay]:
    return list(page.session.scalars(select(Disclosure.way).order_by(Disclosure.id)))


def test_making_looking_and_taking_are_written_down(page: Page) -> None:
    page.complete(12)
    made = page.released()
    page.sign_in()

    page.client.get(f"/grants/releases/{made.id}")
    page.client.get(f"/grants/releases/{made.id}.csv")
    page.client.get(f"/grants/releases/{made.id}.json")

    # The LEA's own people looking at a page is no disclosure; a file leaves.
    assert ways(page) == [DisclosureWay.MADE, DisclosureWay.FILE, DisclosureWay.FILE]
    log = page.session.scalars(select(Disclosure).order_by(Disclosure.id)).all()
    assert [each.recorded_by for each in log] == [EMAIL] * 3
    assert log[0].recipient == "The agency"


def test_what_was_handed_over_is_written_down_by_hand(page: Page) -> None:
    page.complete(12)
    made = page.released()
    page.sign_in()
    where = page.address + "/disclosures"
    form = {"csrf_token": csrf(page.client.get(where).text), "release": str(made.id)}

    silent = page.client.post(where, data=form | {"recipient": ""})
    page.client.post(where, data=form | {"recipient": "=State office, M. Diaz"})

    assert silent.status_code == 200
    assert ways(page) == [DisclosureWay.MADE, DisclosureWay.HANDED_OVER]
    shown = page.client.get(where).text
    assert "=State office, M. Diaz" in shown
    assert "Handed over" in shown
    answer = page.client.get(where + ".csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0]["recipient"] == "'=State office, M. Diaz"
    assert rows[0]["sha256"] == made.content_hash


def test_another_awards_release_cannot_be_named(page: Page) -> None:
    page.complete(12)
    page.released()
    page.sign_in()
    where = page.address + "/disclosures"
    form = {"csrf_token": csrf(page.client.get(where).text), "release": "999"}

    page.client.post(where, data=form | {"recipient": "Somebody"})

    assert ways(page) == [DisclosureWay.MADE]


def test_only_the_recipients_staff_read_the_log(page: Page) -> None:
    page.sign_in(with_lea=False)

    assert page.client.get(page.address + "/disclosures").status_code in (403, 404)
    assert page.client.get(page.address + "/disclosures.csv").status_code in (403, 404)


@pytest.mark.parametrize("change", ["update", "delete"])
def test_the_database_refuses_to_change_the_log(page: Page, change: str) -> None:
    page.complete(12)
    page.released()
    statement = (
        update(Disclosure).values(recipient="x")
        if change == "update"
        else delete(Disclosure)
    )

    with pytest.raises(DatabaseError), page.session.begin_nested():
        page.session.execute(statement)
