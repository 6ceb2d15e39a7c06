from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from preventedu.courses.consent import mode_on
from preventedu.courses.consent_models import ConsentMode, ConsentPolicy
from preventedu.district import consent_modes
from preventedu.district.entries import today_in
from preventedu.people import GradeBand, Lea, StaffMember, StaffRole
from tests.district import make

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

NOW = datetime.now(UTC)
MIDDLE = GradeBand.G6_8


@pytest.fixture
def official(session: Session, client: FlaskClient, lea: Lea) -> StaffMember:
    return make.arrive(session, client, StaffRole.LEA_OFFICIAL, lea)


@pytest.fixture
def page(lea: Lea, official: StaffMember) -> str:
    del official
    return f"/district/leas/{lea.id}/consent"


def form(lea: Lea, **changes: object) -> dict[str, object]:
    return {
        "bands": ["6-8", "9-12"], "mode": "opt-out", "notice_days": "10",
        "effective_from": today_in(lea, now=NOW).isoformat(),
        "citation": "Board decision 12", **changes,
    }  # fmt: skip


def test_a_mode_is_recorded_for_the_chosen_bands(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    assert "Not set" in client.get(page).text

    make.send(client, page, form(lea))

    today = today_in(lea, now=NOW)
    row = mode_on(session, lea.id, MIDDLE, today)
    assert row is not None
    assert (row.mode, row.notice_days) == (ConsentMode.OPT_OUT, 10)
    assert (row.citation, row.recorded_by) == ("Board decision 12", "me@lea.example")
    assert mode_on(session, lea.id, GradeBand.K_2, today) is None
    assert consent_modes.bands_without(session, lea, now=NOW) == [
        GradeBand.K_2,
        GradeBand.G3_5,
    ]


def test_what_was_set_before_is_kept(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    make.send(client, page, form(lea, bands=["6-8"]))
    make.send(client, page, form(lea, bands=["6-8"], mode="opt-in", citation="Anew"))

    row = mode_on(session, lea.id, MIDDLE, today_in(lea, now=NOW))

    assert row is not None
    assert row.mode is ConsentMode.OPT_IN
    assert session.query(ConsentPolicy).count() == 2
    shown = client.get(page).text
    assert "Board decision 12" in shown
    assert "Anew" in shown


def test_what_is_planned_stays_planned_whatever_is_set_for_today(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    september = today_in(lea, now=NOW) + timedelta(days=30)
    later = september.isoformat()
    make.send(client, page, form(lea, bands=["6-8"]))
    make.send(
        client, page, form(lea, bands=["6-8"], mode="opt-in", effective_from=later)
    )

    make.send(client, page, form(lea, bands=["6-8"], mode="notice"))

    band = consent_modes.modes_of(session, lea, now=NOW)[2]
    assert band.now is not None
    assert band.now.mode is ConsentMode.NOTICE
    assert [row.mode for row in band.planned] == [ConsentMode.OPT_IN]
    then = mode_on(session, lea.id, MIDDLE, september)
    assert then is not None
    assert then.mode is ConsentMode.OPT_IN


def test_the_same_later_day_again_is_a_correction(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    later = (today_in(lea, now=NOW) + timedelta(days=30)).isoformat()
    for mode in ("opt-in", "opt-out"):
        make.send(
            client, page, form(lea, bands=["6-8"], mode=mode, effective_from=later)
        )

    band = consent_modes.modes_of(session, lea, now=NOW)[2]

    assert band.now is None
    assert [row.mode for row in band.planned] == [ConsentMode.OPT_OUT]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"bands": []}, "Choose one grade band or more."),
        ({"bands": ["educator"]}, "not a valid choice"),
        ({"mode": "ask"}, "Not a valid choice"),
        ({"mode": ""}, "Not a valid choice"),
        ({"notice_days": "-1"}, "from 0 to 180"),
        ({"notice_days": "many"}, "Not a valid integer value"),
        ({"notice_days": ""}, "This field is required"),
        ({"effective_from": "2020-01-01"}, "begin today or later"),
        ({"citation": "x" * 301}, "300 characters"),
    ],
)
def test_a_wrong_mode_is_refused_and_nothing_is_lost(
    session: Session,
    client: FlaskClient,
    lea: Lea,
    page: str,
    wrong: dict[str, object],
    why: str,
) -> None:
    answer = make.send(client, page, form(lea, **wrong))

    assert why in answer.text
    assert ("Board decision 12" in answer.text) is ("citation" not in wrong)
    assert session.query(ConsentPolicy).count() == 0


def test_no_notice_is_a_number_too(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    make.send(client, page, form(lea, notice_days="0"))

    assert set(session.scalars(select(ConsentPolicy.notice_days))) == {0}


def test_a_preset_fills_the_form_and_sets_nothing(
    session: Session, client: FlaskClient, page: str
) -> None:
    assert "Fill the form: Opt-out" in client.get(page).text

    shown = client.get(f"{page}?preset=oh-sb-288").text

    assert "no legal advice" in shown
    assert "Nothing is set until you save." in shown
    assert "Ohio Revised Code 3313.60 (as of 2026-11-22)" in shown
    assert re.search(r'<input checked [^>]*name="mode"[^>]*value="opt-out"', shown)
    assert re.search(r'value="k-2" +checked', shown)
    assert session.query(ConsentPolicy).count() == 0


def test_texas_asks_first_until_counsel_says_otherwise(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    lea.state = "TX"
    session.flush()

    shown = client.get(page).text

    assert "Fill the form: Opt-in" in shown
    assert "the careful way, until your counsel says otherwise" in shown
    assert "was not confirmed" in shown


def test_a_state_without_entry_has_no_preset(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    lea.state = "VA"
    session.flush()

    shown = client.get(f"{page}?preset=tx-sb-9").text

    assert "Nothing was looked up about this State yet." in shown
    assert "Fill the form" not in shown
    assert "Texas" not in shown


def test_a_bill_fills_no_form(
    session: Session, client: FlaskClient, lea: Lea, page: str
) -> None:
    lea.state = "TN"
    session.flush()

    shown = client.get(page).text

    assert "whether it became law is not confirmed" in shown
    assert "Fill the form" not in shown


def test_the_day_begins_in_the_leas_time_zone(lea: Lea) -> None:
    lea.time_zone = "Pacific/Honolulu"

    assert today_in(lea, now=datetime(2027, 3, 2, 9, 59, tzinfo=UTC)).day == 1
    assert today_in(lea, now=datetime(2027, 3, 2, 10, 0, tzinfo=UTC)).day == 2
