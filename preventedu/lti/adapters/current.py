"""The running application's wire: the one place below the views that asks Flask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app

if TYPE_CHECKING:
    from flask import Flask

    from preventedu.lti.wire import Wire

SLOT = "lti_wire"


def keep_wire(app: Flask, wire: Wire) -> None:
    """Give the application its connections, keys and tokens."""
    app.extensions[SLOT] = wire


def current_wire() -> Wire:
    """Return what this process keeps for talking to platforms."""
    wire: Wire = current_app.extensions[SLOT]
    return wire
