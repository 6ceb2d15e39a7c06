"""The practice LMS on a real port, with the steps of its administrator."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import requests

from practice_lms import LmsConfig
from practice_lms.server import build_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class _Page(HTMLParser):
    """The one-time key of a page's forms, and the address in its frame."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sesskey = self.frame = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if found.get("name") == "sesskey":
            self.sesskey = found["value"]
        elif tag == "iframe":
            self.frame = found["src"]


@dataclass
class LiveLms:
    """A practice LMS; `visitor` is the browser of its administrator."""

    url: str
    personality: str
    visitor: requests.Session = field(default_factory=requests.Session)

    @property
    def issuer(self) -> str:
        shared = "https://canvas.instructure.com"
        return shared if self.personality == "canvas" else self.url

    def sign_in(self, person: str = "admin") -> None:
        self.post("/sign-in", person=person)

    def get(self, path: str) -> str:
        answer = self.visitor.get(self.url + path, timeout=10)
        answer.raise_for_status()
        return answer.text

    def post(self, path: str, **form: str) -> str:
        answer = self.visitor.post(self.url + path, data=form, timeout=10)
        answer.raise_for_status()
        return answer.text

    def begin(self, link: str) -> str:
        """Paste a registration link; return the address that the frame opens."""
        key = _Page(self.get("/admin/tools")).sesskey
        return _Page(self.post("/admin/tools/begin", sesskey=key, link=link)).frame

    def act(self, deployment_id: str, verb: str) -> str:
        """Activate, show or delete a tool; return the page of tools afterwards."""
        key = _Page(self.get("/admin/tools")).sesskey
        return self.post(f"/admin/tools/{deployment_id}/{verb}", sesskey=key)


def query_of(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


@contextmanager
def served_lms(personality: str, folder: Path) -> Iterator[LiveLms]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    url = f"http://localhost:{port}"
    config = LmsConfig(
        base_url=url,
        personality=personality,
        data_dir=folder / f"lms-{personality}",
        tools=(),
        faults_enabled=True,
    )
    server = build_server(config, "127.0.0.1", port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    live = LiveLms(url, personality)
    yield live
    live.visitor.close()
    server.shutdown()
    thread.join()
    server.server_close()
