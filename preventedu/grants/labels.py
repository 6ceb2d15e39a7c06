"""Names for the keys by which figures are grouped, and the rows a table must list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from preventedu.courses.models import ModuleVersion
from preventedu.grants.figures import JOINTLY
from preventedu.grants.models import Agreement, Coverage, Scope
from preventedu.i18n import force_locale
from preventedu.i18n import gettext as _
from preventedu.people import Lea, Organization, School

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from preventedu.grants.figures import Question


def school_key(school: School) -> str:
    """Return a school's public id with its scheme, such as `nces:009900100001`."""
    return f"{school.scheme}:{school.school_id}"


def schools(session: Session, ids: Iterable[int]) -> dict[int, School]:
    """Return schools by their id."""
    found = session.scalars(select(School).where(School.id.in_(set(ids))))
    return {school.id: school for school in found}


def modules(
    session: Session, slugs: Iterable[str], locale: str = "en"
) -> dict[str, str]:
    """Return the titles of modules by slug; English where there is no other."""
    title = ModuleVersion.compiled["title"]
    words = func.coalesce(title[locale].as_string(), title["en"].as_string())
    rows = session.execute(
        select(ModuleVersion.slug, words)
        .where(ModuleVersion.slug.in_(set(slugs)))
        .order_by(ModuleVersion.is_current, ModuleVersion.id)
    )
    return {slug: title or slug for slug, title in rows}


def partners(
    session: Session, keys: Iterable[str], locale: str = "en"
) -> dict[str, str]:
    """Return names for organization keys and for rows of partners who share."""
    rows = session.scalars(select(Organization))
    names = {organization.key: organization.name for organization in rows}
    # A release is in English, whatever the language of the page that makes it.
    with force_locale(locale):
        return {key: _partner_name(key, names) for key in keys}


def _partner_name(key: str, names: dict[str, str]) -> str:
    each = [names.get(part, part) for part in key.split(JOINTLY)]
    if not each[1:]:
        return each[0]
    return str(_("Jointly: %(names)s", names=", ".join(each)))


def covered_schools(session: Session, question: Question) -> dict[int, School]:
    """Return the schools that the award covers on any day of the question's span."""
    found: dict[int, School] = {}
    for coverage in _coverages(session, question):
        query = select(School)
        if coverage.scope is Scope.SCHOOL:
            query = query.where(School.id == coverage.school_id)
        elif coverage.scope is Scope.LEA:
            query = query.where(School.lea_id == coverage.lea_id)
        else:
            query = query.join(Lea).where(Lea.state == coverage.state)
        found |= {school.id: school for school in session.scalars(query)}
    return found


def covered_partners(session: Session, question: Question) -> set[str]:
    """Return the keys of the partners whose coverage reaches into the span."""
    return {c.agreement.partner.key for c in _coverages(session, question)}


def _coverages(session: Session, question: Question) -> list[Coverage]:
    withdrawn, as_of = Coverage.withdrawn_at, question.as_of
    stands: ColumnElement[bool] = withdrawn.is_(None)
    if as_of is not None:
        stands = (Coverage.recorded_at <= as_of) & (stands | (withdrawn > as_of))
    rows = session.scalars(
        select(Coverage)
        .join(Agreement)
        .where(
            Agreement.award_id == question.award.id,
            Coverage.starts_on <= question.span.ends_on,
            Coverage.ends_on >= question.span.starts_on,
            stands,
        )
    )
    return list(rows)
