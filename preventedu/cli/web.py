"""The application as each web process builds it.

Apart from `serve`, whose process must name the folder of the counters before anything
that counts is imported.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from preventedu.app import create_app
from preventedu.logs import set_up
from preventedu.settings import Settings

if TYPE_CHECKING:
    from flask import Flask


def make_app() -> Flask:
    """Build the application in each web process, from the environment."""
    settings = Settings.from_environment(os.environ)
    set_up(settings.log_level)
    return create_app(settings)
