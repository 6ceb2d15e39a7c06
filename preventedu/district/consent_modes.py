"""The consent mode of each grade band: setting it, and what was set before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.courses.consent import GROWN_UPS, mode_on
from preventedu.courses.consent_models import ConsentMode, ConsentPolicy
from preventedu.district.entries import (
    WrongEntryError,
    check_day,
    clean_optional,
    today_in,
)
from preventedu.i18n import gettext as _
from preventedu.people import GradeBand

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from preventedu.people import Lea, StaffMember

BANDS = tuple(band for band in GradeBand if band not in GROWN_UPS)
MOST_DAYS = 180


@dataclass(frozen=True)
class ModeFacts:
    """What is entered for one or more grade bands; see `ConsentPolicy`."""

    mode: ConsentMode
    notice_days: int
    citation: str
    effective_from: date


@dataclass(frozen=True)
class BandMode:
    """What holds for a grade band today, and what will.

    Attributes:
        now: None: no mode is set, so nobody takes part without recorded consent.
        planned: Rows that will count from a later day on, the nearest first.
    """

    band: GradeBand
    now: ConsentPolicy | None
    planned: tuple[ConsentPolicy, ...]


def set_mode(
    session: Session,
    lea: Lea,
    bands: Collection[GradeBand],
    facts: ModeFacts,
    by: StaffMember,
    *,
    now: datetime,
) -> None:
    """Record a consent mode for grade bands, from a day on.

    Append-only: what is planned for a later day stays planned; the same day again is a
    correction.

    Raises:
        WrongEntryError: A field cannot be taken.
    """
    if not bands or not set(bands) <= set(BANDS):
        raise WrongEntryError("bands", _("Choose one grade band or more."))
    if not 0 <= facts.notice_days <= MOST_DAYS:
        raise WrongEntryError(
            "notice_days", _("Give whole days, from 0 to %(most)s.", most=MOST_DAYS)
        )
    if check_day("effective_from", facts.effective_from) < today_in(lea, now=now):
        raise WrongEntryError(
            "effective_from",
            _("Lessons of the past are over: begin today or later."),
        )
    citation = clean_optional("citation", facts.citation, 300)
    for band in BANDS:
        if band in bands:
            session.add(
                ConsentPolicy(
                    lea_id=lea.id,
                    grade_band=band,
                    mode=facts.mode,
                    notice_days=facts.notice_days,
                    citation=citation,
                    effective_from=facts.effective_from,
                    recorded_at=now,
                    recorded_by=by.email,
                )
            )
    session.flush()


def history(session: Session, lea_id: int) -> Sequence[ConsentPolicy]:
    """Return everything that was ever set, the latest first."""
    return session.scalars(
        select(ConsentPolicy)
        .where(ConsentPolicy.lea_id == lea_id)
        .order_by(ConsentPolicy.recorded_at.desc(), ConsentPolicy.id.desc())
    ).all()


def modes_of(session: Session, lea: Lea, *, now: datetime) -> list[BandMode]:
    """Return what holds for each grade band today, and what will."""
    today, rows = today_in(lea, now=now), history(session, lea.id)
    return [
        BandMode(
            band=band,
            now=mode_on(session, lea.id, band, today),
            planned=_planned([row for row in rows if row.grade_band is band], today),
        )
        for band in BANDS
    ]


def bands_without(session: Session, lea: Lea, *, now: datetime) -> list[GradeBand]:
    """Return the grade bands for which no mode holds today."""
    return [mode.band for mode in modes_of(session, lea, now=now) if mode.now is None]


def _planned(rows: Sequence[ConsentPolicy], today: date) -> tuple[ConsentPolicy, ...]:
    """Return the rows of later days; of one day, the one recorded last.

    Args:
        rows: Of one grade band, the one recorded last first.
        today: In the LEA.
    """
    by_day: dict[date, ConsentPolicy] = {}
    for row in rows:
        if row.effective_from > today:
            by_day.setdefault(row.effective_from, row)
    return tuple(by_day[day] for day in sorted(by_day))
