"""Pages on which agreements and their coverage are entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from flask import request
from sqlalchemy import select

from preventedu.courses.labels import BANDS
from preventedu.courses.models import ModuleVersion
from preventedu.errors import NotAllowedError
from preventedu.grants import labels
from preventedu.grants.access import may_cover
from preventedu.grants.entering import agreements
from preventedu.grants.entering.document import agreement_facts, coverage_facts
from preventedu.grants.entering.facts import AgreementFacts, CoverageFacts
from preventedu.grants.entering.organizations import organizations
from preventedu.grants.entering.overview import places
from preventedu.grants.forms import AgreementForm, CoverageForm, SureForm
from preventedu.grants.models import Agreement, Coverage
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
from preventedu.grants.words import ROLES
from preventedu.i18n import gettext as _
from preventedu.i18n import language

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue
    from sqlalchemy.orm import Session

    from preventedu.people import StaffMember


def new_agreement(award_id: int) -> ResponseReturnValue:
    """Enter an agreement."""
    session, now = entry_session(), datetime.now(UTC)
    award, member = award_to_enter(session, award_id)
    form = AgreementForm(starts_on=award.starts_on, ends_on=award.ends_on)
    _offer_partners(session, form)
    page = entry_page(
        award,
        _("Enter an agreement"),
        _("The agreement is entered. Cover places next."),
    )
    return enter_on(
        page,
        form,
        lambda: agreements.add_agreement(
            session, award, _agreement(form), by=member.email, now=now
        ),
        "grants/entry_agreement.html",
    )


def change_agreement(agreement_id: int) -> ResponseReturnValue:
    """Correct an agreement."""
    session, now = entry_session(), datetime.now(UTC)
    found = found_to_enter(session, Agreement, agreement_id)
    award, member = award_to_enter(session, found.award_id)
    facts = agreement_facts(found)
    form = AgreementForm(
        partner=facts.partner,
        roles=list(facts.roles),
        starts_on=facts.span.starts_on,
        ends_on=facts.span.ends_on,
        signed_on=facts.signed_on,
    )
    del form.key
    _offer_partners(session, form)
    page = entry_page(
        award, _("Correct the agreement"), _("The agreement is corrected.")
    )
    return enter_on(
        page,
        form,
        lambda: agreements.change_agreement(
            session, found, _agreement(form), by=member.email, now=now
        ),
        "grants/entry_agreement.html",
    )


def cover(agreement_id: int) -> ResponseReturnValue:
    """Say what an agreement stands behind; `?like=` copies another of its rows."""
    session, now = entry_session(), datetime.now(UTC)
    found = found_to_enter(session, Agreement, agreement_id)
    award, member = award_to_enter(session, found.award_id)
    if not may_cover(member):
        raise NotAllowedError(
            _(
                "Which schools are covered is entered by the district, the State, or "
                "whoever runs this installation. Ask them."
            )
        )
    form = _coverage_form(session, found)
    _offer_places(session, member, form)
    page = entry_page(
        award,
        _("Cover places with the agreement of %(name)s", name=found.partner.name),
        _("The coverage is recorded. Figures follow within minutes."),
        _("A row is never changed. To correct one, withdraw it and enter it anew."),
    )
    return enter_on(
        page,
        form,
        lambda: agreements.cover(
            session, found, _coverage(form), by=member.email, now=now
        ),
        "grants/entry_coverage.html",
    )


def withdraw_coverage(coverage_id: int) -> ResponseReturnValue:
    """Withdraw a coverage."""
    session, now = entry_session(), datetime.now(UTC)
    found = found_to_enter(session, Coverage, coverage_id)
    award, member = award_to_enter(session, found.agreement.award_id)
    page = entry_page(
        award,
        _("Withdraw this coverage?"),
        _("The coverage is withdrawn. Figures follow within minutes."),
        _(
            "Completions that it alone covered will count for no award. The row stays "
            "on record, and releases of closed periods stay as they are."
        ),
    )
    place = found.school or found.lea
    where = place.name if place else _("Whole State: %(state)s", state=found.state)
    page = replace(page, button=_("Withdraw"), about=f"{where} · {days_of(found)}")
    return enter_on(
        page,
        SureForm(),
        lambda: agreements.withdraw(session, found, by=member.email, now=now),
        REMOVE,
    )


def _offer_partners(session: Session, form: AgreementForm) -> None:
    known = [(it.key, it.name) for it in organizations(session)]
    form.partner.choices = [("", _("Choose")), *known]
    form.roles.choices = [(role.value, words) for role, words in ROLES.items()]


def _offer_places(session: Session, member: StaffMember, form: CoverageForm) -> None:
    found = places(session, member)
    groups = {
        _("Whole State"): found.states,
        _("LEA"): found.leas,
        _("School"): found.schools,
    }
    first = {"": [("", _("Choose"))]}
    form.place.choices = first | {name: it for name, it in groups.items() if it}
    form.grade_bands.choices = list(BANDS.items())
    slugs = session.scalars(select(ModuleVersion.slug).distinct()).all()
    titles = labels.modules(session, slugs, language())
    by_title = sorted(titles.items(), key=lambda it: it[1])
    form.modules.choices = by_title


def _coverage_form(session: Session, agreement: Agreement) -> CoverageForm:
    """Return the form, filled from another row of the agreement if one is named."""
    like = request.args.get("like", type=int)
    row = session.get(Coverage, like) if like else None
    if row is None or row.agreement_id != agreement.id:
        award = agreement.award
        return CoverageForm(
            starts_on=max(agreement.starts_on, award.starts_on),
            ends_on=min(agreement.ends_on, award.ends_on),
        )
    facts = coverage_facts(row)
    return CoverageForm(
        place=facts.place,
        starts_on=facts.span.starts_on,
        ends_on=facts.span.ends_on,
        grade_bands=list(facts.grade_bands),
        modules=list(facts.modules),
        priority=facts.priority,
        priority_signed_on=facts.priority_signed_on,
    )


def _agreement(form: AgreementForm) -> AgreementFacts:
    key = form.key.data if "key" in form else ""
    return AgreementFacts(
        key=str(key or ""),
        partner=str(form.partner.data),
        roles=tuple(form.roles.data or ()),
        span=span_of(form),
        signed_on=form.signed_on.data or date.min,
    )


def _coverage(form: CoverageForm) -> CoverageFacts:
    return CoverageFacts(
        place=str(form.place.data),
        grade_bands=tuple(form.grade_bands.data or ()),
        modules=tuple(form.modules.data or ()),
        span=span_of(form),
        priority=form.priority.data,
        priority_signed_on=form.priority_signed_on.data,
    )
