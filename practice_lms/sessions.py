"""Who is signed in, by a cookie of this LMS alone."""

import hmac
import secrets

from flask import abort, redirect, request, session, url_for
from werkzeug.wrappers import Response

from practice_lms.lms import Lms, current_lms
from practice_lms.people import STAFF, Course, Person, Role


def secret_key(lms: Lms) -> str:
    """Return the key that signs cookies, made at first run, the same ever after."""
    with lms.store.writing() as db:
        db.execute(
            "INSERT OR IGNORE INTO secret VALUES ('cookies', ?)",
            (secrets.token_hex(32),),
        )
        row = db.execute("SELECT value FROM secret WHERE name = 'cookies'").fetchone()
        return str(row["value"])


def sign_in(person: Person) -> None:
    """Make `person` the one who uses this browser from now on."""
    session.clear()
    session["person"] = person.key
    session["sesskey"] = secrets.token_urlsafe(8)


def sign_out() -> None:
    """Forget who uses this browser."""
    session.clear()


def signed_in() -> Person | None:
    """Return who uses this browser, or None."""
    return current_lms().cast.person(session.get("person", ""))


def sesskey() -> str:
    """Return the key of this session: proof that a form came from our page."""
    return str(session.get("sesskey", ""))


def check_sesskey(given: str) -> None:
    """Stop a request whose form or address does not carry this session's key."""
    if not hmac.compare_digest(given.encode(), sesskey().encode()):
        abort(403, "This form has gone stale. Go back, reload the page, try again.")


def require_member(number: int) -> tuple[Person, Course]:
    """Return who is here and the course; stop everybody who is not in it."""
    lms, person = current_lms(), signed_in()
    course = lms.cast.course(number)
    if course is None:
        abort(404, "There is no such course.")
    if person is None:
        abort(redirect(url_for("pages.home")))
    if course not in lms.cast.courses_of(person):
        abort(403, f"{person.name} is not in this course.")
    return person, course


def require_teacher(number: int) -> tuple[Person, Course]:
    """Return who is here and the course; stop everybody who may not edit it."""
    person, course = require_member(number)
    if not may_edit(person):
        abort(403, "Only the teacher can change this course.")
    return person, course


def may_edit(person: Person) -> bool:
    """Tell whether somebody may change a course."""
    return person.role in {Role.TEACHER, Role.ADMIN}


def is_staff(person: Person) -> bool:
    """Tell whether somebody may see everybody's grades."""
    return person.role in STAFF


def is_loopback() -> bool:
    """Tell whether the request comes from this very machine."""
    address = request.remote_addr or ""
    return address == "::1" or address.startswith("127.")


def go_home() -> Response:
    """Redirect to the page where one chooses who to be."""
    return redirect(url_for("pages.home"), code=303)


def go_to_course(number: int) -> Response:
    """Redirect to a course after a form was handled."""
    return redirect(url_for("pages.course", number=number), code=303)
