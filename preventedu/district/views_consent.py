"""The page of consent modes, with presets to check with counsel."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import flash, redirect, request, url_for

from preventedu.courses.consent_models import ConsentMode
from preventedu.district import access, consent_modes, states
from preventedu.district.entries import today_in
from preventedu.district.forms import ModeForm
from preventedu.district.views_shared import (
    is_taken,
    lea_for,
    now,
    session_of_request,
    show,
)
from preventedu.i18n import gettext as _
from preventedu.people import GradeBand

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from preventedu.district.states import StateRule


def consent(lea_id: int) -> ResponseReturnValue:
    """Show each band's mode and what was set before; set another."""
    session = session_of_request()
    found, member = lea_for(session, lea_id)
    rules = states.rules_of(found.state)
    asked = request.args.get("preset", "")
    preset = next((rule for rule in rules if rule.parents and rule.key == asked), None)
    form = _form(preset, today_in(found, now=now()))
    if form.is_submitted_and_valid():
        lea_for(session, lea_id, access.may_enter)
        if is_taken(
            session,
            form,
            lambda: consent_modes.set_mode(
                session,
                found,
                [GradeBand(band) for band in form.bands.data or ()],
                _facts(form),
                member,
                now=now(),
            ),
        ):
            session.commit()
            flash(_("The consent mode is recorded."))
            return redirect(url_for("district.consent", lea_id=found.id), 303)
    return show(
        "consent.html",
        "consent",
        found,
        form=form,
        rules=rules,
        preset=preset,
        modes=consent_modes.modes_of(session, found, now=now()),
        history=consent_modes.history(session, found.id),
        may_enter=access.may_enter(member, found),
    )


def _form(preset: StateRule | None, today: date) -> ModeForm:
    """Return the form, filled by a preset if somebody asked for one."""
    if preset is None or preset.parents is None:
        return ModeForm(effective_from=today)
    bands = {band for part in preset.requires for band in part.bands}
    return ModeForm(
        bands=[band.value for band in consent_modes.BANDS if band in bands],
        mode=preset.parents.mode.value,
        notice_days=preset.parents.notice_days,
        effective_from=today,
        citation=_(
            "%(citation)s (as of %(day)s)",
            citation=preset.citation,
            day=preset.reviewed_on.isoformat(),
        ),
    )


def _facts(form: ModeForm) -> consent_modes.ModeFacts:
    return consent_modes.ModeFacts(
        mode=ConsentMode(form.mode.data),
        notice_days=-1 if form.notice_days.data is None else form.notice_days.data,
        citation=form.citation.data or "",
        effective_from=form.effective_from.data or date.min,
    )
