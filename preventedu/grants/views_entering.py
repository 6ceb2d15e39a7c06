"""Where entering begins: the list of awards to set up, and the page of each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flask import render_template, url_for
from sqlalchemy import select

from preventedu.courses.labels import BANDS
from preventedu.db import get_reader
from preventedu.grants import labels
from preventedu.grants.access import (
    Access,
    access_to,
    enters_everything,
    may_enter,
    own_organizations,
)
from preventedu.grants.entering.awards import add_award
from preventedu.grants.entering.awards import change_award as correct
from preventedu.grants.entering.document import award_facts
from preventedu.grants.entering.facts import AwardFacts
from preventedu.grants.entering.overview import beginnings, checklist
from preventedu.grants.entering.overview import set_up as set_up_of
from preventedu.grants.forms import AwardForm
from preventedu.grants.measures import DEFINITIONS
from preventedu.grants.models import Award
from preventedu.grants.views_shared import (
    EntryPage,
    award_to_enter,
    enter_on,
    entering_staff,
    entry_session,
    span_of,
)
from preventedu.grants.words import ACTIONS, ROLES, THINGS
from preventedu.i18n import gettext as _
from preventedu.i18n import language
from preventedu.people import StaffRole

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember

PLACES_PAGE = "district.home"
"""Where LEAs and schools are entered, by others than grant managers."""
AWARD = "grants/entry_award.html"
UNKNOWN_ZONE = "UTC"
"""What an LEA has until somebody says its time zone."""


def set_up() -> ResponseReturnValue:
    """List the awards that this person enters, and what each still lacks."""
    session = get_reader()
    member = entering_staff(session)
    awards = session.scalars(select(Award).order_by(Award.starts_on.desc(), Award.fain))
    shown = [(it, checklist(session, it)) for it in awards if may_enter(member, it)]
    has_places = member.role is not StaffRole.GRANT_MANAGER
    return render_template(
        "grants/set_up.html",
        awards=shown,
        beginnings=beginnings(session),
        may_import=enters_everything(member),
        may_begin=bool(own_organizations(session, member)),
        places=url_for(PLACES_PAGE) if has_places else "",
    )


def award_set_up(award_id: int) -> ResponseReturnValue:
    """Show what was entered about an award, by whom, and what is missing."""
    session = get_reader()
    found, member = award_to_enter(session, award_id)
    parts = set_up_of(session, found)
    slugs = {slug for _it, rows in parts.agreements for row in rows
             for slug in row.modules}  # fmt: skip
    return render_template(
        "grants/award_set_up.html",
        award=found,
        parts=parts,
        sees_award=access_to(session, member, found) is not Access.NOTHING,
        role_words=ROLES,
        bands=BANDS,
        modules=labels.modules(session, slugs, language()),
        definitions=DEFINITIONS,
        actions=ACTIONS,
        things=THINGS,
    )


def new_award() -> ResponseReturnValue:
    """Enter an award."""
    session = entry_session()
    member = entering_staff(session)
    form = AwardForm(time_zone=_zone(member))
    _offer(session, member, form)
    page = EntryPage(
        title=_("Enter an award"),
        back=url_for("grants.set_up"),
        done=_("The award is entered. Set up its agreements next."),
        intro=_("Copy it from the notice of award. The days are its period of "
                "performance; completions outside them never count."),
    )  # fmt: skip
    now = datetime.now(UTC)
    return enter_on(
        page,
        form,
        lambda: add_award(session, _facts(form), by=member.email, now=now),
        AWARD,
    )


def change_award(award_id: int) -> ResponseReturnValue:
    """Correct an award; who did so stays on record."""
    session = entry_session()
    found, member = award_to_enter(session, award_id)
    facts = award_facts(found)
    form = AwardForm(
        starts_on=facts.performance.starts_on,
        ends_on=facts.performance.ends_on,
        **{
            name: getattr(facts, name)
            for name in AwardForm.order
            if hasattr(facts, name)
        },
    )
    _offer(session, member, form)
    page = EntryPage(
        title=_("Correct the award"),
        back=url_for("grants.award_set_up", award_id=award_id),
        done=_("The award is corrected."),
        intro=_("Who changed what, and when, stays on record. Releases that were made "
                "stay as they are."),
        award=found,
    )  # fmt: skip
    now = datetime.now(UTC)
    return enter_on(
        page,
        form,
        lambda: correct(session, found, _facts(form), by=member.email, now=now),
        AWARD,
    )


def _zone(member: StaffMember) -> str:
    zone = member.lea.time_zone if member.lea else UNKNOWN_ZONE
    return "" if zone == UNKNOWN_ZONE else zone


def _offer(session: Session, member: StaffMember, form: AwardForm) -> None:
    own = own_organizations(session, member)
    form.recipient.choices = [(key, it.name) for key, it in own.items()]


def _facts(form: AwardForm) -> AwardFacts:
    return AwardFacts(
        fain=str(form.fain.data),
        title=str(form.title.data),
        assistance_listing=str(form.assistance_listing.data),
        agency=str(form.agency.data),
        recipient=str(form.recipient.data),
        performance=span_of(form),
        time_zone=str(form.time_zone.data),
        acknowledgement_en=str(form.acknowledgement_en.data),
        acknowledgement_es=str(form.acknowledgement_es.data or ""),
        acknowledgement_on_learner_screens=bool(
            form.acknowledgement_on_learner_screens.data
        ),
    )
