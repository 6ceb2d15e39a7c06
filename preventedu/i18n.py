"""Languages: English and Spanish, chosen by the seat, the page, then the browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel.dates import format_skeleton
from flask import g, has_request_context, request
from flask_babel import (
    Babel,
    force_locale,
    format_date,
    format_time,
    get_locale,
    gettext,
    lazy_gettext,
    ngettext,
)

if TYPE_CHECKING:
    from datetime import date, datetime

    from flask import Flask

__all__ = [
    "LANGUAGES",
    "force_locale",
    "format_date",
    "format_moment",
    "format_near_day",
    "gettext",
    "language",
    "lazy_gettext",
    "ngettext",
]

LANGUAGES = {"en": "English", "es": "Español"}
LANGUAGE_COOKIE = "__Host-preventedu-language"


def init_app(app: Flask) -> None:
    """Translate every page and every message of ours."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=_choose)
    app.jinja_env.globals.update(
        languages=LANGUAGES,
        language=language,
        format_date=format_date,
        format_moment=format_moment,
        format_near_day=format_near_day,
    )


def language() -> str:
    """Return the two letters of the language of this page."""
    locale = get_locale()
    return locale.language if locale else "en"


def format_moment(value: datetime) -> str:
    """Write a day and a time to the minute, and name the clock that shows them."""
    day = format_date(value.date(), "medium")
    return f"{day}, {format_time(value, 'short', rebase=False)} {value.tzname()}"


def format_near_day(value: date) -> str:
    """Write a day of these weeks: its weekday, month and number, in their order."""
    return str(format_skeleton("MMMEd", value, locale=get_locale()))


def _choose() -> str:
    if not has_request_context():
        return "en"
    asked = request.args.get("lang") or request.cookies.get(LANGUAGE_COOKIE)
    if asked in LANGUAGES:
        return asked
    seat = g.get("seat")
    if seat is not None and seat.locale[:2] in LANGUAGES:
        return str(seat.locale[:2])
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"
