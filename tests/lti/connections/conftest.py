"""Cheap password hashing, and staff beside the LMS's own people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from preventedu.staff import passwords
from tests.courses.make import made_module
from tests.lti.connections.make import Desk
from tests.lti.make import publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy.orm import Session


@pytest.fixture(autouse=True)
def _cheap_hashing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords.nobodys_hash.cache_clear()
    monkeypatch.setattr(passwords, "_hasher", lambda: hasher)
    yield
    passwords.nobodys_hash.cache_clear()


@pytest.fixture
def desk(app: Flask, session: Session) -> Desk:
    """School IT's desk, where whoever is named sits down."""
    return Desk(app, session)


@pytest.fixture
def module(session: Session) -> str:
    """A lesson that anybody may assign."""
    publish(session, made_module("made", status="published"))
    session.commit()
    return "made"
