"""A platform's token and membership services over real HTTP, for these tests."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Self
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from types import TracebackType

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"
ROSTER_TYPE = "application/vnd.ims.lti-nrps.v2.membershipcontainer+json"
TOKEN = "an-access-token"


@dataclass
class LmsDouble:
    """What the double says; change it between two requests."""

    members: list[dict[str, object]] = field(default_factory=list)
    per_page: int = 50
    is_down: bool = False
    pages_before_fault: int = 1000
    pages_served: int = 0
    url: str = ""

    def enrol(self, subject: str, name: str | None, *roles: str) -> None:
        member: dict[str, object] = {"user_id": subject, "status": "Active"}
        member["roles"] = list(roles) or [LEARNER]
        if name is not None:
            member["name"] = name
        self.members.append(member)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"lms": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, args=[0.01])
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    lms: LmsDouble

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        asked = parse_qs(self.rfile.read(length).decode())
        if self.lms.is_down or asked["grant_type"] != ["client_credentials"]:
            self._answer(500, {})
            return
        assert asked["client_assertion"][0].count(".") == 2
        self._answer(
            200,
            {
                "access_token": TOKEN,
                "token_type": "Bearer",
                "expires_in": 3600,
                "scope": asked["scope"][0],
            },
        )

    def do_GET(self) -> None:
        if self.lms.is_down or self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._answer(500, {})
            return
        number = int(parse_qs(urlsplit(self.path).query).get("page", ["0"])[0])
        first = number * self.lms.per_page
        if number >= self.lms.pages_before_fault:
            self._answer(500, {})
            return
        self.lms.pages_served += 1
        more = first + self.lms.per_page < len(self.lms.members)
        self._answer(
            200,
            {
                "id": f"{self.lms.url}/members",
                "context": {"id": "c-1"},
                "members": self.lms.members[first : first + self.lms.per_page],
            },
            f'<{self.lms.url}/members?page={number + 1}>; rel="next"' if more else "",
        )

    def log_message(self, *args: object) -> None:
        """Keep the tests quiet."""

    def _answer(self, status: int, body: object, link: str = "") -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        kind = ROSTER_TYPE if self.command == "GET" else "application/json"
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        self.wfile.write(text)
