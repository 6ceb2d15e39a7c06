"""The class of the teaching tests, and cheap passwords."""

from __future__ import annotations

from tests.courses.conftest import sessions
from tests.staff.conftest import _cheap_hashing
from tests.teaching.conftest import lessons, lms, room, tool_key

__all__ = ["_cheap_hashing", "lessons", "lms", "room", "sessions", "tool_key"]
