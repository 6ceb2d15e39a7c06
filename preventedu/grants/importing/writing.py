"""Writes a checked document, from LEAs to awards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from preventedu.grants.importing.terms import write_award
from preventedu.people import Lea, Organization, School

if TYPE_CHECKING:
    from preventedu.grants.importing.recorder import Recorder
    from preventedu.grants.importing.schema import Document, LeaEntry, OrganizationEntry


def write(recorder: Recorder, document: Document) -> None:
    """Write everything that is new in a checked document.

    What the file does not name stays, except within an award that it names: there
    coverage, targets and open periods that are gone from the file are withdrawn.
    """
    for lea in document.leas:
        _write_lea(recorder, lea)
    for organization in document.organizations:
        _write_organization(recorder, organization)
    for award in document.awards:
        write_award(recorder, award)


def _write_lea(recorder: Recorder, entry: LeaEntry) -> None:
    session = recorder.session
    lea = recorder.put(
        session.scalar(select(Lea).where(Lea.nces_id == entry.nces_id)),
        Lea,
        entry.nces_id,
        {
            "nces_id": entry.nces_id,
            "name": entry.name,
            "state": entry.state,
            "contact": entry.contact,
        },
    )
    for school in entry.schools:
        found = session.scalar(
            select(School).where(
                School.scheme == school.scheme, School.school_id == school.school_id
            )
        )
        values = {
            "lea_id": lea.id,
            "scheme": school.scheme,
            "school_id": school.school_id,
            "name": school.name,
        }
        recorder.put(found, School, school.school_id, values)


def _write_organization(recorder: Recorder, entry: OrganizationEntry) -> None:
    session = recorder.session
    lea_id = session.scalar(select(Lea.id).where(Lea.nces_id == entry.lea))
    recorder.put(
        session.scalar(select(Organization).where(Organization.key == entry.key)),
        Organization,
        entry.key,
        {
            "key": entry.key,
            "name": entry.name,
            "kind": entry.kind,
            "partner_kind": entry.partner_kind,
            "uei": entry.uei,
            "lea_id": lea_id,
        },
    )
