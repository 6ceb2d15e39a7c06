"""How a reader wants the text: size, spacing, colours, movement. Kept in a cookie."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

COOKIE = "__Host-preventedu-reading"
CHOICES = {
    "text": ("normal", "large", "xlarge"),
    "space": ("normal", "wide"),
    "theme": ("light", "dark", "contrast"),
    "motion": ("on", "off"),
}
"""The choices by setting; the first of each is what everybody starts with."""


@dataclass(frozen=True)
class Reading:
    """One reader's choices, each a value of `CHOICES`."""

    text: str = "normal"
    space: str = "normal"
    theme: str = "light"
    motion: str = "on"

    @property
    def attributes(self) -> dict[str, str]:
        """The choices that differ from the start, as `data-` attributes have them."""
        chosen = asdict(self)
        return {name: v for name, v in chosen.items() if v != CHOICES[name][0]}


def read(values: Mapping[str, str]) -> Reading:
    """Return the choices among `values`; what is no choice is left out."""
    known = {
        name: values[name]
        for name, choices in CHOICES.items()
        if values.get(name) in choices
    }
    return Reading(**known)


def from_cookie(cookie: str) -> Reading:
    """Read what `to_cookie` wrote; anything else gives what everybody starts with."""
    values = cookie.split(".")
    if len(values) != len(CHOICES):
        return Reading()
    return read(dict(zip(CHOICES, values, strict=True)))


def to_cookie(reading: Reading) -> str:
    """Return the choices as a cookie's value, such as `large.normal.dark.on`."""
    return ".".join(asdict(reading).values())
