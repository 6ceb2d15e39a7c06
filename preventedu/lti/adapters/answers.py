"""Reads what platforms answer: nothing in it is trusted to be of the right form."""

from __future__ import annotations

import contextlib
import html
import json
import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeGuard
from urllib.parse import urljoin

from preventedu.lti import web

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_WAIT = timedelta(days=1)
LONGEST_NUMBER = 20
"""Digits of a waiting time that are read."""
_NEXT = re.compile(r"<([^>]+)>\s*;[^,<]*\brel\s*=\s*[\"'“”]?\s*next\b", re.IGNORECASE)


def next_page(link: str) -> str | None:
    """Return the address of the next page from a Link header, if there is one.

    Moodle writes typographic quotes in UTF-8 and `&amp;`; addresses keep their case.
    """
    with contextlib.suppress(UnicodeEncodeError, UnicodeDecodeError):
        link = link.encode("latin-1").decode()
    found = _NEXT.search(link)
    return html.unescape(found[1]).strip() if found else None


def absolute(url: str | None, page: str) -> str | None:
    """Return the address of the next page, which may be told from this one's on."""
    try:
        return urljoin(page, url) if url else None
    except ValueError:
        raise web.UnreachableError from None


def json_of(body: bytes) -> Any:
    """Return what a body holds, or nothing: Moodle's error bodies may be no JSON."""
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def is_page(body: bytes, *, wants_json: bool) -> bool:
    """Tell whether a body is for people to read, or no JSON where only that is sent."""
    text = body.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        return False
    return text.startswith(b"<") or (wants_json and not _is_json(text))


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def percent(result: Mapping[str, object]) -> float | None:
    """Return what a result says in percent, if it says a number."""
    score, maximum = result.get("resultScore"), result.get("resultMaximum", 1)
    if not _is_number(score) or not _is_number(maximum) or maximum <= 0:
        return None
    try:
        return 100 * score / maximum
    except OverflowError:
        return None


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def retry_after(answer: web.Answer, *, now: datetime) -> timedelta | None:
    """Return how long the platform asks us to wait: seconds or a date."""
    text = answer.headers.get("Retry-After", "").strip()
    try:
        if text.isdecimal():
            seconds = min(int(text[:LONGEST_NUMBER]), 10**6)
            return min(timedelta(seconds=seconds), LONGEST_WAIT)
        wait = parsedate_to_datetime(text) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta()), LONGEST_WAIT)
