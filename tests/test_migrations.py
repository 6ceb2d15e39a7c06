"""The migrations and the models agree, on both databases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.cli import database
from preventedu.db import make_engine

if TYPE_CHECKING:
    from preventedu.settings import Settings


def test_a_migrated_database_has_no_drift(settings: Settings) -> None:
    engine = make_engine(settings.database_url)

    try:
        assert database.is_current(engine)
        assert database.drift(engine) == []
    finally:
        engine.dispose()
