"""H010: nobody publishes a help line that nobody has called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from preventedu.courses.content.problems import Level, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from preventedu.courses.content.source_schema import HelpEntry
    from preventedu.courses.content.sources import ContentTree, SourceModule


def check(tree: ContentTree, today: date) -> Iterator[Problem]:
    """Yield stale help resources, and published modules that show one."""
    for index, entry in enumerate(tree.help):
        if fault := _fault(entry, today, tree.policy.help.warn_after_days):
            line = tree.help_yaml.line_of("entries", index, "id")
            yield Problem("_shared/help.yaml", line, Level.WARNING, "H010", fault)
    for module in tree.modules:
        if module.meta.status == "published":
            yield from _published(tree, module, today)


def help_for(tree: ContentTree, module: SourceModule) -> tuple[HelpEntry, ...]:
    """Return the resources that a module's readers are shown, in order."""
    return tuple(entry for entry in tree.help if module.meta.band in entry.audience)


def _published(
    tree: ContentTree, module: SourceModule, today: date
) -> Iterator[Problem]:
    limit = tree.policy.help.refuse_after_days
    for entry in help_for(tree, module):
        if fault := _fault(entry, today, limit):
            message = f"a published module cannot show this: {fault}"
            yield module.problem(Level.ERROR, "H010", message, "status")


def _fault(entry: HelpEntry, today: date, limit: int) -> str | None:
    if not entry.needs_checking:
        return None
    if entry.verified_on is None:
        return f"help “{entry.id}” was never verified"
    age = (today - entry.verified_on).days
    if age > limit:
        return f"help “{entry.id}” was verified {age} days ago; at most {limit}"
    return None
