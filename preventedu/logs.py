"""Logs: one JSON object a line, and never a word about who.

Messages are constant; facts go into `extra` as plain values. Only the names in
ALLOWED are written, so a name, an address or a token cannot slip in by a new `extra`.
Addresses are never logged: they hold seat ids and, in the LMS's, session keys.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

ALLOWED = frozenset(
    {
        "attempt", "award", "code", "count", "deployment", "endpoint", "error",
        "delivery", "method", "milliseconds", "platform", "release", "request",
        "seconds", "status", "version", "worker",
    }
)  # fmt: skip


class JsonFormatter(logging.Formatter):
    """Write a record as JSON with the allowed extras and nothing else."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": str(record.msg),
        }
        line |= {
            name: value
            for name, value in vars(record).items()
            if name in ALLOWED and isinstance(value, str | int | float | None)
        }
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            # Files, lines and function names; never the exception's text, which may
            # quote a claim or a row.
            frames = traceback.extract_tb(record.exc_info[2])
            line["where"] = [f"{f.filename}:{f.lineno} {f.name}" for f in frames[-6:]]
        return json.dumps(line, ensure_ascii=False)


def set_up(level: str) -> None:
    """Send our logs to standard error; libraries only from WARNING on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("preventedu").setLevel(level)
