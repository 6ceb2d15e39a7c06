from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from preventedu.errors import NotFoundError, RefusedError
from preventedu.people import (
    Lea,
    Organization,
    OrganizationKind,
    StaffMember,
    StaffRole,
)
from preventedu.staff import accounts, sign_in
from preventedu.staff.delays import LONGEST, Visitor, delay_after
from preventedu.staff.models import SignInAttempt, StaffSession
from preventedu.staff.passwords import WeakPasswordError, hash_password
from tests.staff import make

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

NOW = datetime(2026, 11, 22, 15, tzinfo=UTC)
HERE = Visitor("192.0.2.1")


def guess(
    session: Session, visitor: Visitor, at: datetime, email: str = make.EMAIL
) -> None:
    sign_in.count_attempt(session, email, visitor, now=at)


def wait_after(session: Session, visitor: Visitor, at: datetime) -> int:
    """Return how many seconds a next guess would have to wait."""
    try:
        with session.begin_nested() as undo:
            guess(session, visitor, at)
            undo.rollback()
    except sign_in.TooSoonError as error:
        return error.seconds
    return 0


def test_three_wrong_guesses_are_free_then_each_waits_longer(session: Session) -> None:
    at, waits = NOW, []
    for _ in range(8):
        guess(session, HERE, at)
        waits.append(wait_after(session, HERE, at))
        at += timedelta(seconds=waits[-1])

    assert waits == [0, 0, 2, 4, 8, 16, 32, 64]


def test_nobody_waits_longer_than_five_minutes() -> None:
    assert delay_after(10_000, free=3) == LONGEST


@given(st.integers(0, 200), st.integers(1, 20))
def test_delays_only_grow(attempts: int, free: int) -> None:
    assert delay_after(attempts, free) <= delay_after(attempts + 1, free) <= LONGEST


def test_a_refused_guess_is_not_counted(session: Session) -> None:
    for _ in range(3):
        guess(session, HERE, NOW)
    for _ in range(50):
        with pytest.raises(sign_in.TooSoonError):
            guess(session, HERE, NOW)

    assert wait_after(session, HERE, NOW) == 2


def test_strangers_cannot_keep_a_known_browser_out(session: Session) -> None:
    at = NOW
    for number in range(12):
        visitor = Visitor(f"203.0.113.{number}")
        at += timedelta(seconds=wait_after(session, visitor, at))
        guess(session, visitor, at)

    own = Visitor("192.0.2.1", browser="mark of her laptop")

    assert wait_after(session, Visitor("192.0.2.1"), at) > 60
    assert wait_after(session, own, at) == 0


def test_one_address_cannot_try_many_accounts(session: Session) -> None:
    for number in range(10):
        guess(session, HERE, NOW, f"person{number}@lea.example")

    with pytest.raises(sign_in.TooSoonError):
        guess(session, HERE, NOW, "another@lea.example")
    guess(session, Visitor("198.51.100.7"), NOW, "another@lea.example")


def test_an_ipv6_customer_is_one_address(session: Session) -> None:
    for number in range(10):
        guess(session, Visitor(f"2001:db8::{number}"), NOW, f"p{number}@lea.example")

    with pytest.raises(sign_in.TooSoonError):
        guess(session, Visitor("2001:db8::ffff"), NOW, "another@lea.example")


def test_an_hour_later_all_is_forgiven_and_a_day_later_forgotten(
    session: Session,
) -> None:
    for _ in range(3):
        guess(session, HERE, NOW)

    assert wait_after(session, HERE, NOW + timedelta(hours=1, seconds=1)) == 0
    guess(session, HERE, NOW + timedelta(days=2))
    kept = select(func.count()).select_from(SignInAttempt)
    assert session.scalars(kept).one() == 2


def test_unlock_lets_somebody_try_at_once(session: Session) -> None:
    make.make_staff(session)
    for _ in range(3):
        guess(session, HERE, NOW)

    accounts.unlock(session, " MARIA@lea.example", now=NOW)

    assert wait_after(session, HERE, NOW) == 0
    with pytest.raises(NotFoundError):
        accounts.unlock(session, "nobody@lea.example", now=NOW)


def test_success_forgives_the_account(session: Session) -> None:
    member = make.make_staff(session)
    for _ in range(3):
        guess(session, HERE, NOW)

    sign_in.open_session(session, member, now=NOW)

    assert wait_after(session, HERE, NOW) == 0


def test_a_wrong_password_and_an_unknown_account_read_the_same(
    session: Session,
) -> None:
    make.make_staff(session)

    with pytest.raises(sign_in.WrongPasswordError) as wrong:
        sign_in.check_password(session, make.EMAIL, "not this one, no")
    with pytest.raises(sign_in.WrongPasswordError) as unknown:
        sign_in.check_password(session, "nobody@lea.example", make.PASSWORD)

    assert str(wrong.value) == str(unknown.value)


def test_nobody_signs_in_before_taking_up_the_invitation(session: Session) -> None:
    accounts.invite(session, make.EMAIL, "M", StaffRole.GRANT_MANAGER, None, now=NOW)

    for password in ("", "nobody has this password"):
        with pytest.raises(sign_in.WrongPasswordError):
            sign_in.check_password(session, make.EMAIL, password)


def test_an_invitation_works_once_within_72_hours(session: Session) -> None:
    invited = accounts.invite(
        session, make.EMAIL, "Maria", StaffRole.GRANT_MANAGER, None, now=NOW
    )
    late = NOW + timedelta(hours=72)

    with pytest.raises(accounts.InvitationError):
        accounts.accept(session, invited, make.PASSWORD, now=late)
    accounts.accept(session, invited, make.PASSWORD, now=late - timedelta(seconds=1))
    with pytest.raises(accounts.InvitationError):
        accounts.accept(session, invited, make.PASSWORD, now=NOW)


def test_a_new_invitation_ends_the_old_one_and_old_sessions(session: Session) -> None:
    member = make.make_staff(session)
    token = sign_in.open_session(session, member, now=NOW)
    role = StaffRole.GRANT_MANAGER
    first = accounts.invite(session, make.EMAIL, "Maria", role, None, now=NOW)
    second = accounts.invite(session, make.EMAIL, "Maria G.", role, None, now=NOW)

    with pytest.raises(accounts.InvitationError):
        accounts.accept(session, first, make.PASSWORD, now=NOW)
    assert sign_in.find_member(session, token, now=NOW) == member
    accounts.accept(session, second, "another long password", now=NOW)

    assert sign_in.find_member(session, token, now=NOW) is None
    assert session.scalars(select(StaffMember.name)).all() == ["Maria G."]


def test_an_invitation_needs_an_address_a_name_and_a_known_lea(
    session: Session,
) -> None:
    session.add(Lea(nces_id="0099001", name="Lakeside", state="ZZ"))
    role = StaffRole.LEA_OFFICIAL

    for email, name, lea in (
        ("no address", "Maria", "0099001"),
        (make.EMAIL, " ", "0099001"),
        (make.EMAIL, "Maria", None),
    ):
        employer = accounts.Employer(lea) if lea else None
        with pytest.raises(RefusedError):
            accounts.invite(session, email, name, role, employer, now=NOW)
    unknown = accounts.Employer("0099999")
    with pytest.raises(NotFoundError):
        accounts.invite(session, make.EMAIL, "Maria", role, unknown, now=NOW)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 201,
        make.EMAIL,
        "MARIA@lea.example",
        "aaaaaaaaaaaaa",
        "mariamariamaria",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError):
        hash_password(password, make.EMAIL)


def test_a_session_ends_in_time_and_when_signing_out(session: Session) -> None:
    member = make.make_staff(session)
    token = sign_in.open_session(session, member, now=NOW)
    other = sign_in.open_session(session, member, now=NOW)

    assert sign_in.find_member(session, token, now=NOW) == member
    late = NOW + sign_in.SESSION_LIFETIME
    assert sign_in.find_member(session, token, now=late) is None
    sign_in.end_session(session, token, now=NOW)
    assert sign_in.find_member(session, token, now=NOW) is None
    assert sign_in.find_member(session, other, now=NOW) == member
    hashes = session.scalars(select(StaffSession.token_hash)).all()
    assert token not in hashes


def test_neighbours_at_one_address_cannot_keep_a_known_browser_out(
    session: Session,
) -> None:
    at = NOW
    for number in range(14):
        at += timedelta(seconds=wait_after(session, HERE, at))
        guess(session, HERE, at, f"anybody{number}@lea.example")

    assert wait_after(session, HERE, at) > 10
    assert wait_after(session, Visitor(HERE.address, browser="her laptop"), at) == 0


def test_a_known_browser_that_guesses_waits_too(session: Session) -> None:
    own = Visitor(HERE.address, browser="a stolen laptop")
    for _ in range(3):
        guess(session, own, NOW)

    assert wait_after(session, own, NOW) == 2


def test_ipv4_clients_of_a_server_of_both_families_are_apart(session: Session) -> None:
    for number in range(10):
        guess(session, Visitor("::ffff:192.0.2.1"), NOW, f"p{number}@lea.example")

    with pytest.raises(sign_in.TooSoonError):
        guess(session, HERE, NOW, "another@lea.example")
    guess(session, Visitor("::ffff:192.0.2.2"), NOW, "another@lea.example")


def test_somebody_works_for_one_employer_and_an_lea_is_named_by_its_id(
    session: Session,
) -> None:
    lea = Lea(nces_id="0099001", name="Lakeside", state="ZZ")
    kind = OrganizationKind.LEA
    session.add_all(
        [
            lea,
            Organization(key="lakeside", name="Lakeside", kind=kind, lea=lea),
            Organization(key="ngo", name="Harbor", kind=OrganizationKind.NGO),
        ]
    )
    for lea_id, key in (("0099001", "ngo"), (None, "lakeside")):
        both = accounts.Employer(lea_id, key)
        with pytest.raises(RefusedError):
            accounts.invite(session, make.EMAIL, "Maria", None, both, now=NOW)
    unknown = accounts.Employer(organization="nobody")
    with pytest.raises(NotFoundError):
        accounts.invite(session, make.EMAIL, "Maria", None, unknown, now=NOW)

    first = make.make_staff(session, lea)
    assert first.lea_id == lea.id
    moved = accounts.Employer(organization="ngo")
    accounts.invite(session, make.EMAIL, "Maria", None, moved, now=NOW)

    assert first.lea_id is None
    assert first.organization is not None
    assert first.organization.key == "ngo"
    with pytest.raises(RefusedError):
        accounts.invite(session, make.EMAIL, "M", StaffRole.COUNSELOR, None, now=NOW)


def test_a_new_password_changes_nobodys_role(session: Session) -> None:
    session.add(Lea(nces_id="0099001", name="Lakeside", state="ZZ"))
    official = StaffRole.LEA_OFFICIAL
    employer = accounts.Employer("0099001")
    accounts.invite(session, make.EMAIL, "Maria", official, employer, now=NOW)

    accounts.invite(session, make.EMAIL, "Maria", None, None, now=NOW)

    member = session.scalars(select(StaffMember)).one()
    assert member.role is official
    assert member.lea_id is not None


def test_who_has_left_signs_in_no_more(session: Session) -> None:
    member = make.make_staff(session)
    cookie = sign_in.open_session(session, member, now=NOW)
    pending = accounts.invite(session, make.EMAIL, "Maria", None, None, now=NOW)

    accounts.end(session, make.EMAIL, now=NOW)

    with pytest.raises(sign_in.WrongPasswordError):
        sign_in.check_password(session, make.EMAIL, make.PASSWORD)
    with pytest.raises(accounts.InvitationError):
        accounts.find_invitation(session, pending, now=NOW)
    assert sign_in.find_member(session, cookie, now=NOW) is None


@pytest.mark.parametrize(
    "password", ["QWERTYUIOP123", "password2027!!", "!!Sunshine123456", "1q2w3e4r5t6y"]
)
def test_a_password_that_many_people_use_is_refused(password: str) -> None:
    with pytest.raises(WeakPasswordError, match="Many people"):
        hash_password(password, make.EMAIL)


def test_a_sentence_with_common_words_is_taken() -> None:
    assert hash_password("sunshine over the school roof", make.EMAIL)
