"""What an award's terms ask us to say about a lesson, in words this room may know."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Acknowledgement:
    """What the terms of one award ask us to say, and who stands behind the lesson."""

    award: str
    """Title of the award with its FAIN."""
    partners: tuple[str, ...]
    """Names of the law-enforcement partners whose agreement covers the lesson."""
    text: str
    """In the words of the award's terms."""
    on_learner_screens: bool
    """The terms require the text on a child's screen; otherwise it stays away:
    a sheriff's name can deter a frightened child from asking for help."""
