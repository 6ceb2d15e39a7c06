"""Tools that registered themselves: waiting, switched on, shown to teachers."""

import json
from dataclasses import dataclass

from practice_lms.config import ToolRegistration, tool_from
from practice_lms.store import Store


@dataclass(frozen=True)
class KnownTool:
    """A tool and how far its administrator has let it in.

    Attributes:
        is_active: Teachers and students can launch it.
        is_in_chooser: Teachers find it where they add lessons.
    """

    tool: ToolRegistration
    is_active: bool
    is_in_chooser: bool


def registered(store: Store) -> list[KnownTool]:
    """Return the tools that registered themselves, oldest first."""
    with store.reading() as db:
        rows = db.execute("SELECT * FROM tool ORDER BY number").fetchall()
    return [
        KnownTool(
            tool_from(json.loads(row["registration"])),
            bool(row["is_active"]),
            bool(row["is_in_chooser"]),
        )
        for row in rows
    ]


def add(store: Store, tool: ToolRegistration) -> None:
    """Keep a tool; nobody can launch it yet."""
    text = json.dumps({**tool.__dict__, "custom": dict(tool.custom)})
    with store.writing() as db:
        db.execute(
            "INSERT INTO tool (deployment_id, registration) VALUES (?, ?)",
            (tool.deployment_id, text),
        )


def activate(store: Store, deployment_id: str) -> None:
    """Let people launch a tool."""
    with store.writing() as db:
        db.execute(
            "UPDATE tool SET is_active = 1 WHERE deployment_id = ?", (deployment_id,)
        )


def show_in_chooser(store: Store, deployment_id: str) -> None:
    """Let teachers find a tool where they add lessons."""
    with store.writing() as db:
        db.execute(
            "UPDATE tool SET is_in_chooser = 1 WHERE deployment_id = ?",
            (deployment_id,),
        )


def delete(store: Store, deployment_id: str) -> None:
    """Forget a tool that registered itself; its activities can be launched no more."""
    with store.writing() as db:
        db.execute("DELETE FROM tool WHERE deployment_id = ?", (deployment_id,))
