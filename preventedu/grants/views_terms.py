"""Pages on which targets and reporting periods are entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from preventedu.grants.entering import awards
from preventedu.grants.entering.facts import TargetFacts
from preventedu.grants.forms import SpanForm, SureForm, TargetForm
from preventedu.grants.measures import DEFINITIONS
from preventedu.grants.models import ReportingPeriod, Target
from preventedu.grants.views_shared import (
    REMOVE,
    award_to_enter,
    days_of,
    enter_on,
    entry_page,
    entry_session,
    found_to_enter,
    span_of,
)
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue


def new_target(award_id: int) -> ResponseReturnValue:
    """Enter a target."""
    session, now = entry_session(), datetime.now(UTC)
    award, member = award_to_enter(session, award_id)
    form = TargetForm()
    _offer_measures(form)
    page = entry_page(award, _("Enter a target"), _("The target is entered."))
    return enter_on(
        page,
        form,
        lambda: awards.add_target(
            session, award, _target(form), by=member.email, now=now
        ),
    )


def change_target(target_id: int) -> ResponseReturnValue:
    """Correct a target."""
    session, now = entry_session(), datetime.now(UTC)
    found = found_to_enter(session, Target, target_id)
    award, member = award_to_enter(session, found.award_id)
    form = TargetForm(
        measure=found.measure.value,
        value=found.value,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
    )
    _offer_measures(form)
    page = entry_page(award, _("Correct the target"), _("The target is corrected."))
    return enter_on(
        page,
        form,
        lambda: awards.change_target(
            session, found, _target(form), by=member.email, now=now
        ),
    )


def remove_target(target_id: int) -> ResponseReturnValue:
    """Take a target back."""
    session, now = entry_session(), datetime.now(UTC)
    found = found_to_enter(session, Target, target_id)
    award, member = award_to_enter(session, found.award_id)
    page = entry_page(
        award,
        _("Take this target back?"),
        _("The target is taken back."),
        _("That it was here, and who took it back, stays on record."),
    )
    words = _(DEFINITIONS[found.measure].name)
    about = f"{found.value} · {words} · {days_of(found)}"
    page = replace(page, button=_("Take it back"), about=about)
    return enter_on(
        page,
        SureForm(),
        lambda: awards.remove_target(session, found, by=member.email, now=now),
        REMOVE,
    )


def new_period(award_id: int) -> ResponseReturnValue:
    """Enter a reporting period."""
    session, now = entry_session(), datetime.now(UTC)
    award, member = award_to_enter(session, award_id)
    form = SpanForm()
    page = entry_page(
        award,
        _("Enter a reporting period"),
        _("The reporting period is entered."),
        _("Take the days from the award's terms. No day may be in two periods."),
    )
    return enter_on(
        page,
        form,
        lambda: awards.add_period(
            session, award, span_of(form), by=member.email, now=now
        ),
    )


def change_period(period_id: int) -> ResponseReturnValue:
    """Correct an open reporting period."""
    session, now = entry_session(), datetime.now(UTC)
    found = found_to_enter(session, ReportingPeriod, period_id)
    award, member = award_to_enter(session, found.award_id)
    form = SpanForm(starts_on=found.starts_on, ends_on=found.ends_on)
    page = entry_page(
        award, _("Correct the reporting period"), _("The period is corrected.")
    )
    return enter_on(
        page,
        form,
        lambda: awards.change_period(
            session, found, span_of(form), by=member.email, now=now
        ),
    )


def remove_period(period_id: int) -> ResponseReturnValue:
    """Take an open reporting period back."""
    session, now = entry_session(), datetime.now(UTC)
    found = found_to_enter(session, ReportingPeriod, period_id)
    award, member = award_to_enter(session, found.award_id)
    page = entry_page(
        award,
        _("Take this reporting period back?"),
        _("The reporting period is taken back."),
        _("That it was here, and who took it back, stays on record."),
    )
    page = replace(page, button=_("Take it back"), about=days_of(found))
    return enter_on(
        page,
        SureForm(),
        lambda: awards.remove_period(session, found, by=member.email, now=now),
        REMOVE,
    )


def _offer_measures(form: TargetForm) -> None:
    form.measure.choices = [
        (measure.value, _(it.name)) for measure, it in DEFINITIONS.items()
    ]


def _target(form: TargetForm) -> TargetFacts:
    return TargetFacts(
        measure=str(form.measure.data), span=span_of(form), value=form.value.data or 0
    )
