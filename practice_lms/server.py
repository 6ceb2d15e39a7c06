"""Runs a practice LMS until it is told to stop."""

import signal
import threading
from types import FrameType

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from practice_lms.app import create_lms
from practice_lms.config import LmsConfig


class QuietHandler(WSGIRequestHandler):
    """Answers without a log line: addresses here carry session keys."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def build_server(config: LmsConfig, host: str, port: int) -> BaseWSGIServer:
    """Return a server with a thread for each request; port 0 picks a free one.

    Werkzeug's own server it is: Moodle's refusals stand in the reason phrase of the
    status line, which faster servers do not send.
    """
    app = create_lms(config)
    return make_server(host, port, app, threaded=True, request_handler=QuietHandler)


def serve(config: LmsConfig, host: str, port: int) -> None:
    """Serve until SIGINT or SIGTERM, then return; call it in the main thread."""
    server = build_server(config, host, port)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        # shutdown() waits for the loop that this very thread is running.
        threading.Thread(target=server.shutdown).start()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    try:
        server.serve_forever()
    finally:
        server.server_close()
