from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from preventedu.grants.acknowledgement import acknowledgements
from preventedu.grants.models import AwardChoice
from preventedu.i18n import force_locale
from tests.grants import make

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

DAY = date(2026, 10, 5)


def test_the_covering_award_is_acknowledged_with_its_partners(
    session: Session,
) -> None:
    district = make.make_district(session)
    award = make.make_award(session, district.lea)
    agreement = make.make_agreement(
        session, award, make.make_partner(session, "sheriff")
    )
    make.cover_lea(session, agreement, district.lea)
    assignment = make.make_assignment(session, make.make_module(session))

    unplaced = acknowledgements(session, assignment.id, DAY)
    make.place(session, assignment, district.schools[0])
    (found,) = acknowledgements(session, assignment.id, DAY)

    assert unplaced == ()
    assert award.fain in found.award
    assert found.partners == ("Sheriff",)
    assert found.text == "Supported by an award."
    assert not found.on_learner_screens
    assert acknowledgements(session, assignment.id, date(2028, 1, 1)) == ()
    assert acknowledgements(session, "no assignment", DAY) == ()


def test_tied_awards_are_all_acknowledged_until_one_is_chosen(
    session: Session,
) -> None:
    district = make.make_district(session)
    awards = [make.make_award(session, district.lea) for _ in range(2)]
    for award in awards:
        partner = make.make_partner(session, f"partner-{award.id}")
        agreement = make.make_agreement(session, award, partner)
        make.cover_lea(session, agreement, district.lea)
    assignment = make.make_assignment(session, make.make_module(session))
    make.place(session, assignment, district.schools[0])

    tied = acknowledgements(session, assignment.id, DAY)
    session.add(
        AwardChoice(
            assignment_id=assignment.id,
            award_id=awards[1].id,
            chosen_by="m",
            reason="r",
            effective_from=make.YEAR[0],
            recorded_at=make.NOON,
        )
    )
    session.flush()
    chosen = acknowledgements(session, assignment.id, DAY)

    assert len(tied) == 2
    assert [awards[1].fain in it.award for it in chosen] == [True]


def test_a_spanish_page_gets_the_spanish_text(app: Flask, session: Session) -> None:
    district = make.make_district(session)
    award = make.make_award(session, district.lea)
    agreement = make.make_agreement(session, award, make.make_partner(session, "p"))
    make.cover_lea(session, agreement, district.lea)
    assignment = make.make_assignment(session, make.make_module(session))
    make.place(session, assignment, district.schools[0])

    with app.test_request_context(), force_locale("es"):
        (found,) = acknowledgements(session, assignment.id, DAY)

    assert found.text == "Con el apoyo de un fondo."
