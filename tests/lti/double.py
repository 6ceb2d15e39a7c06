"""A small LTI platform over real HTTP, whose every answer a test can choose."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/"
DL_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KID = "platform-key-1"


@dataclass(frozen=True)
class Reply:
    """What the platform answers."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = "X"


@dataclass(frozen=True)
class Asked:
    """What the platform was asked."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass
class Double:
    """The platform: routes by the end of the path, and what it was asked."""

    host: str = "127.0.0.1"
    url: str = ""
    routes: dict[str, Callable[[Asked], Reply]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    grades: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """By line item path and user, as the gradebook holds them."""

    def __post_init__(self) -> None:
        self.routes = {
            "/jwks": lambda _asked: Reply(body={"keys": [public_jwk(KEY, KID)]}),
            "/token": self._token,
            "/scores": self._score,
            "/results": self._results,
            "/memberships": lambda _asked: Reply(body={"members": []}),
        }

    def count(self, ending: str) -> int:
        return sum(asked.path.endswith(ending) for asked in self.asked)

    def scores(self) -> list[dict[str, Any]]:
        return [asked.json for asked in self.asked if asked.path.endswith("/scores")]

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        endings = [ending for ending in self.routes if asked.path.endswith(ending)]
        if not endings:
            return Reply(404)
        return self.routes[max(endings, key=len)](asked)

    def _token(self, asked: Asked) -> Reply:
        token = {"access_token": f"t{len(self.asked)}", "expires_in": 3600}
        return Reply(body={**token, "scope": asked.form["scope"]})

    def _score(self, asked: Asked) -> Reply:
        """Do as Moodle does: refuse a stamp that is not newer, in whole seconds."""
        cell = (asked.path.removesuffix("/scores"), asked.json["userId"])
        stamp = datetime.fromisoformat(asked.json["timestamp"]).replace(microsecond=0)
        held = self.grades.get(cell)
        if held and stamp <= held["at"]:
            return Reply(409, [], reason="Refusing score with an earlier timestamp")
        self.grades[cell] = {"at": stamp, **asked.json}
        return Reply(body=None)

    def _results(self, asked: Asked) -> Reply:
        user = asked.query.get("user_id", "")
        held = self.grades.get((asked.path.removesuffix("/results"), user))
        if held is None:
            return Reply(body=[])
        result = {
            "userId": user,
            "resultScore": held["scoreGiven"],
            "resultMaximum": held["scoreMaximum"],
        }
        return Reply(body=[result])


@contextmanager
def serving(double: Double) -> Iterator[Double]:
    """Serve the platform on a free port until the test is over."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Head and body in one packet: else each answer waits 40 ms for an ACK.
        wbufsize = 1 << 16

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            asked = Asked(
                self.command, parts.path, query, dict(self.headers.items()), body
            )
            reply = double.answer(asked)
            raw = (
                reply.body
                if isinstance(reply.body, bytes)
                else b""
                if reply.body is None
                else json.dumps(reply.body).encode()
            )
            if "Date" in reply.headers:
                self.send_response_only(reply.status, reply.reason)
            else:
                self.send_response(reply.status, reply.reason)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_args: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    double.url = f"http://{double.host}:{server.server_port}"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def public_jwk(key: rsa.RSAPrivateKey, kid: str, **changes: object) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid}
    return {**jwk, "n": b64(numbers.n), "e": b64(numbers.e), **changes}


def b64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(
    double: Double, first_nonce: str, now: datetime, /, **changes: object
) -> dict[str, Any]:
    """Return the claims of an honest learner's launch; a change to None leaves out."""
    issued = int(now.timestamp())
    said: dict[str, Any] = {
        "iss": double.url,
        "aud": "client-1",
        "sub": "user-1",
        "iat": issued,
        "exp": issued + 60,
        "nonce": first_nonce,
        "name": "Sam Student",
        "email": "sam@school.example",
        LTI + "message_type": "LtiResourceLinkRequest",
        LTI + "version": "1.3.0",
        LTI + "deployment_id": "dep-1",
        LTI + "target_link_uri": "https://tool.test/lti/launch",
        LTI + "roles": [MEMBERSHIP + "Learner"],
        LTI + "context": {"id": "course-1", "title": "Health 7"},
        LTI + "resource_link": {"id": "link-1", "title": "Lesson"},
        LTI + "launch_presentation": {"locale": "en"},
        LTI + "custom": {},
        AGS + "claim/endpoint": {
            "scope": [AGS + "scope/score", AGS + "scope/result.readonly"],
            "lineitems": f"{double.url}/1/lineitems",
            "lineitem": f"{double.url}/1/lineitems/1/lineitem?type_id=1",
        },
        NRPS + "claim/namesroleservice": {
            "context_memberships_url": f"{double.url}/1/memberships",
            "service_versions": ["2.0"],
        },
    }
    named = {LTI + name if name in SHORT else name: v for name, v in changes.items()}
    return {name: value for name, value in (said | named).items() if value is not None}


SHORT = {
    "message_type",
    "version",
    "deployment_id",
    "target_link_uri",
    "roles",
    "context",
    "resource_link",
    "custom",
    "launch_presentation",
    "tool_platform",
    "for_user",
}


def sign(
    said: object, key: Any = KEY, header: Mapping[str, object] | None = None
) -> str:
    """Sign anything, with any header; `alg` in the header is taken at its word."""
    head = {"typ": "JWT", "alg": "RS256", "kid": KID} if header is None else header
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (head, said)
    ]
    signing = b".".join(parts)
    algorithm = jwt.get_algorithm_by_name("RS256")
    signature = algorithm.sign(signing, key)
    return (signing + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def utc_now() -> datetime:
    return datetime.now(UTC)
