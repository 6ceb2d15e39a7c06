"""Whether a database has every migration of this version."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection


def is_current(connection: Connection) -> bool:
    """Tell whether every migration has run on this database."""
    context = MigrationContext.configure(connection)
    return frozenset(context.get_current_heads()) == _heads()


@cache
def _heads() -> frozenset[str]:
    return frozenset(ScriptDirectory(str(Path(__file__).parent)).get_heads())
