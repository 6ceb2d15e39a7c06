"""LEAs and schools as people enter and correct them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from sqlalchemy import select

from preventedu.district.entries import (
    WrongEntryError,
    clean_line,
    clean_optional,
)
from preventedu.i18n import gettext as _
from preventedu.people import (
    Lea,
    Organization,
    OrganizationKind,
    School,
    SchoolIdScheme,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

LEA_DIGITS, SCHOOL_DIGITS = 7, 12
"""NCES numbers an LEA by 7 digits and each of its schools by these and 5 more."""
ID_LENGTH = 40


@dataclass(frozen=True)
class LeaFacts:
    """What is entered about an LEA; see `people.Lea`."""

    nces_id: str
    name: str
    state: str
    contact: str
    time_zone: str


@dataclass(frozen=True)
class SchoolFacts:
    """What is entered about a school; see `people.School`."""

    scheme: SchoolIdScheme
    school_id: str
    name: str


def leas(session: Session) -> Sequence[Lea]:
    """Return every LEA, by name."""
    return session.scalars(select(Lea).order_by(Lea.name, Lea.id)).all()


def schools_of(session: Session, lea_id: int) -> Sequence[School]:
    """Return an LEA's schools, by name."""
    found = select(School).where(School.lea_id == lea_id)
    return session.scalars(found.order_by(School.name, School.id)).all()


def organization_of(session: Session, lea: Lea) -> Organization | None:
    """Return the organization as which an LEA receives awards."""
    return session.scalars(
        select(Organization)
        .where(Organization.lea_id == lea.id)
        .order_by(Organization.id)
    ).first()


def add_lea(session: Session, facts: LeaFacts) -> Lea:
    """Add an LEA, and the organization as which it can receive awards.

    Raises:
        WrongEntryError: A field cannot be taken.
    """
    facts = _checked_lea(session, facts, None)
    lea = Lea(nces_id=facts.nces_id)
    _write_lea(lea, facts)
    session.add(lea)
    session.flush()
    _ensure_organization(session, lea)
    return lea


def correct_lea(session: Session, lea: Lea, facts: LeaFacts) -> None:
    """Correct an LEA; its organization keeps a name of its own, if it has one.

    A corrected number goes on to the schools, whose numbers begin with it.

    Raises:
        WrongEntryError: A field cannot be taken.
    """
    facts = _checked_lea(session, facts, lea)
    organization = _ensure_organization(session, lea)
    if organization.name == lea.name:
        organization.name = facts.name
    if facts.nces_id != lea.nces_id:
        _renumber_schools(session, lea, facts.nces_id)
    lea.nces_id = facts.nces_id
    _write_lea(lea, facts)
    session.flush()


def correct_contact(session: Session, lea: Lea, contact: str) -> None:
    """Say whom a family may ask.

    Raises:
        WrongEntryError: It is empty or cannot be taken.
    """
    lea.contact = clean_line("contact", contact)
    session.flush()


def add_school(session: Session, lea: Lea, facts: SchoolFacts) -> School:
    """Add a school of the LEA.

    Raises:
        WrongEntryError: A field cannot be taken.
    """
    facts = _checked_school(session, lea, facts, None)
    school = School(lea_id=lea.id, scheme=facts.scheme)
    _write_school(school, facts)
    session.add(school)
    session.flush()
    return school


def correct_school(session: Session, school: School, facts: SchoolFacts) -> None:
    """Correct a school; the courses placed at it stay there.

    Raises:
        WrongEntryError: A field cannot be taken.
    """
    _write_school(school, _checked_school(session, school.lea, facts, school))
    session.flush()


def _checked_lea(session: Session, facts: LeaFacts, known: Lea | None) -> LeaFacts:
    nces_id = _digits("nces_id", facts.nces_id, LEA_DIGITS, "0612345")
    other = session.scalar(select(Lea).where(Lea.nces_id == nces_id))
    if other is not None and other is not known:
        raise WrongEntryError(
            "nces_id",
            _("%(name)s has this number already.", name=other.name),
        )
    if facts.time_zone not in available_timezones():
        raise WrongEntryError("time_zone", _("Choose a time zone of the list."))
    return LeaFacts(
        nces_id=nces_id,
        name=clean_line("name", facts.name),
        state=facts.state,
        contact=clean_optional("contact", facts.contact),
        time_zone=facts.time_zone,
    )


def _renumber_schools(session: Session, lea: Lea, nces_id: str) -> None:
    """Let the schools' numbers begin with the LEA's corrected one."""
    for school in schools_of(session, lea.id):
        if school.scheme is SchoolIdScheme.NCES:
            number = nces_id + school.school_id[LEA_DIGITS:]
            _check_free("nces_id", session, SchoolIdScheme.NCES, number, school)
            school.school_id = number


def _checked_school(
    session: Session, lea: Lea, facts: SchoolFacts, known: School | None
) -> SchoolFacts:
    if facts.scheme is SchoolIdScheme.NCES:
        number = _digits("school_id", facts.school_id, SCHOOL_DIGITS, "061234500123")
        if not number.startswith(lea.nces_id):
            raise WrongEntryError(
                "school_id",
                _(
                    "A school's number begins with the 7 digits of its LEA: %(id)s.",
                    id=lea.nces_id,
                ),
            )
    else:
        number = clean_line("school_id", facts.school_id, ID_LENGTH)
    _check_free("school_id", session, facts.scheme, number, known)
    return SchoolFacts(facts.scheme, number, clean_line("name", facts.name))


def _check_free(
    field: str,
    session: Session,
    scheme: SchoolIdScheme,
    number: str,
    known: School | None,
) -> None:
    other = session.scalar(
        select(School).where(School.scheme == scheme, School.school_id == number)
    )
    if other is not None and other is not known:
        raise WrongEntryError(
            field, _("%(name)s has this number already.", name=other.name)
        )


def _digits(field: str, value: str, length: int, example: str) -> str:
    found = value.strip()
    if len(found) != length or not (found.isascii() and found.isdecimal()):
        raise WrongEntryError(
            field,
            _(
                "The NCES number has %(length)s digits, zeros in front included, such "
                "as %(example)s.",
                length=length,
                example=example,
            ),
        )
    return found


def _write_lea(lea: Lea, facts: LeaFacts) -> None:
    lea.name, lea.state = facts.name, facts.state
    lea.contact, lea.time_zone = facts.contact, facts.time_zone


def _write_school(school: School, facts: SchoolFacts) -> None:
    school.scheme, school.school_id = facts.scheme, facts.school_id
    school.name = facts.name


def _ensure_organization(session: Session, lea: Lea) -> Organization:
    found = organization_of(session, lea)
    if found is None:
        found = Organization(
            key=_free_key(session, lea),
            name=lea.name,
            kind=OrganizationKind.LEA,
            partner_kind=None,
            lea_id=lea.id,
        )
        session.add(found)
        session.flush()
    return found


def _free_key(session: Session, lea: Lea) -> str:
    """Return the key that award files may use: `lea-0612345`, unless it is taken."""
    taken = set(session.scalars(select(Organization.key)))
    key, number = f"lea-{lea.nces_id}", 1
    while key in taken:
        number += 1
        key = f"lea-{lea.nces_id}-{number}"
    return key
