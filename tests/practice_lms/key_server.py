"""The web server of a throw-away tool: its keys, and pages for a browser."""

import http.server
import json
import socket
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable


class KeyServer:
    """Serves one JWK set over real HTTP and counts who asks."""

    def __init__(self) -> None:
        self.jwks: dict[str, Any] = {"keys": []}
        self.agents: list[str] = []
        self.answer_post: Callable[[str, dict[str, str]], str] = lambda *_sent: ""
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                owner.agents.append(self.headers.get("User-Agent", ""))
                self.send(json.dumps(owner.jwks), "application/json")

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                sent = dict(parse_qsl(self.rfile.read(size).decode()))
                self.send(owner.answer_post(self.path, sent), "text/html")

            def send(self, text: str, media_type: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", media_type)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
