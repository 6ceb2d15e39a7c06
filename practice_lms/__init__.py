"""A small LMS to practise with: the other side of the LTI 1.3 wire.

It is a platform of its own: it imports nothing of the tool, and the tool imports
nothing of it. One of two personalities makes it speak like Moodle or like Canvas.
"""

from practice_lms.app import create_lms
from practice_lms.config import LmsConfig, ToolRegistration, config_from_json
from practice_lms.server import serve

__all__ = [
    "LmsConfig",
    "ToolRegistration",
    "config_from_json",
    "create_lms",
    "serve",
]
