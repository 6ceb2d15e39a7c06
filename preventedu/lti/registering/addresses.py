"""Where this installation is, as an LMS has to know it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app, url_for

from preventedu.lti.registering.placements import ToolAddresses

if TYPE_CHECKING:
    from preventedu.settings import Settings


def tool_addresses() -> ToolAddresses:
    """Return our own addresses, below the public address of the settings."""
    settings: Settings = current_app.config["SETTINGS"]
    base = settings.public_url
    return ToolAddresses(
        base=base,
        login=base + url_for("lti.login"),
        launch=base + url_for("lti.launch"),
        jwks=base + url_for("lti.jwks"),
        icon=base + url_for("static", filename="favicon.svg"),
    )
