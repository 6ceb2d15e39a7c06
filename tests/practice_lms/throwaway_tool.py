"""A throw-away LTI tool: just enough to be the other side of the practice LMS."""

import functools
import json
import time
import uuid
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient
from jwt.algorithms import RSAAlgorithm
from werkzeug.test import TestResponse

from practice_lms import LmsConfig, ToolRegistration
from tests.practice_lms.key_server import KeyServer

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
NRPS_SCOPE = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ALL = (
    f"{AGS}lineitem {AGS}lineitem.readonly {AGS}result.readonly {AGS}score {NRPS_SCOPE}"
)
ENDPOINT = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
CAPTURED_CUSTOM = {
    "context_history": "$Context.id.history",
    "resource_link_history": "$ResourceLink.id.history",
    "rl_id": "$ResourceLink.id",
    "rl_title": "$ResourceLink.title",
    "start": "$ResourceLink.available.startDateTime",
    "end": "$ResourceLink.submission.endDateTime",
    "sub_start": "$ResourceLink.submission.startDateTime",
    "course_begin": "$CourseSection.timeFrame.begin",
    "course_end": "$CourseSection.timeFrame.end",
    "ctx_begin": "$Context.timeFrame.begin",
    "username": "$User.username",
    "sourced": "$Person.sourcedId",
    "email": "$Person.email.primary",
    "role": "$Membership.role",
    "groups": "$Moodle.Person.userGroupIds",
    "tz": "$Person.address.timezone",
    "lineitems": "$LineItems.url",
    "lineitem": "$LineItem.url",
    "nrps": "$ToolProxyBinding.memberships.url",
    "literal": "plain value",
    "camelCase": "x",
}
"""The custom parameters with which the messages in tests/fixtures were captured."""


@functools.cache
def key_called(name: str) -> rsa.RSAPrivateKey:
    """Return a key of this run; making one for each test would take longest."""
    assert name
    return rsa.generate_private_key(65537, 2048)


class Form(HTMLParser):
    """The one form of a page: where it goes and what it carries."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = found["action"]
        elif tag == "input":
            self.fields[found["name"]] = found["value"]


@dataclass
class ThrowawayTool:
    """Signs like a tool and walks through a practice LMS's pages like a browser."""

    keys: KeyServer
    client_id: str = "practice-tool"
    deployment_id: str = "1"
    kid: str = "first"
    key: rsa.RSAPrivateKey = field(default_factory=lambda: key_called("first"))

    def __post_init__(self) -> None:
        self.publish()

    def publish(self) -> None:
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        entry = {**public, "kid": self.kid, "alg": "RS256", "use": "sig"}
        self.keys.jwks = {"keys": [entry]}

    def change_key(self) -> None:
        self.kid, self.key = "second", key_called("second")
        self.publish()

    @property
    def launch_url(self) -> str:
        return f"{self.keys.origin}/launch"

    def registration(self, **changes: Any) -> ToolRegistration:
        usual: dict[str, Any] = {
            "name": "Throw-away tool",
            "client_id": self.client_id,
            "deployment_id": self.deployment_id,
            "login_url": f"{self.keys.origin}/login",
            "redirect_uris": (self.launch_url,),
            "jwks_url": f"{self.keys.origin}/jwks",
            "target_link_uri": self.launch_url,
            "deep_link_url": self.launch_url,
            "custom": CAPTURED_CUSTOM,
        }
        return ToolRegistration(**{**usual, **changes})

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.key, "RS256", {"kid": self.kid})

    def assertion(self, audience: str, **changes: Any) -> str:
        now = int(time.time())
        usual = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": audience,
            "iat": now - 5,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }
        return self.sign({**usual, **changes})

    def selection(
        self, request: dict[str, Any], items: list[dict[str, Any]], **changes: Any
    ) -> str:
        now = int(time.time())
        answer = {
            "iss": self.client_id,
            "aud": [request["iss"]],
            "iat": now - 5,
            "exp": now + 60,
            "nonce": str(uuid.uuid4()),
            LTI + "deployment_id": request[LTI + "deployment_id"],
            LTI + "message_type": "LtiDeepLinkingResponse",
            LTI + "version": "1.3.0",
            DL + "content_items": items,
        }
        settings = request[DL + "deep_linking_settings"]
        if "data" in settings:
            answer[DL + "data"] = settings["data"]
        return self.sign({**answer, **changes})


@dataclass
class Visit:
    """One browser in one practice LMS."""

    lms: Flask
    tool: ThrowawayTool
    client: FlaskClient

    @property
    def config(self) -> LmsConfig:
        found = self.lms.extensions["practice_lms"].config
        assert isinstance(found, LmsConfig)
        return found

    def be(self, person: str) -> "Visit":
        answer = self.client.post("/sign-in", data={"person": person})
        assert answer.status_code == 303
        return self

    def auth_request(self, page: str, **changes: str) -> dict[str, str]:
        """Return what a tool would send after the login form of `page`."""
        login = Form(self.client.get(page).text).fields
        usual = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": login["client_id"],
            "redirect_uri": self.tool.launch_url,
            "state": "the-state",
            "nonce": "the-nonce",
            "login_hint": login["login_hint"],
            "lti_message_hint": login["lti_message_hint"],
        }
        sent = {**usual, **changes}
        return {name: value for name, value in sent.items() if value}

    def authorize(self, fields: dict[str, str]) -> TestResponse:
        path = self.lms.extensions["practice_lms"].personality.authorize_path
        return self.client.get(path, query_string=fields)

    def launch(self, page: str) -> dict[str, Any]:
        """Return the verified claims of a launch that starts at `page`."""
        form = Form(self.authorize(self.auth_request(page)).text)
        assert form.action == self.tool.launch_url
        assert form.fields["state"] == "the-state"
        return self.verified(form.fields["id_token"])

    def verified(self, token: str) -> dict[str, Any]:
        path = self.lms.extensions["practice_lms"].personality.jwks_path
        keys = jwt.PyJWKSet.from_dict(self.client.get(path).get_json())
        kid = jwt.get_unverified_header(token)["kid"]
        claims: dict[str, Any] = jwt.decode(
            token,
            keys[kid],
            algorithms=["RS256"],
            audience=self.tool.client_id,
            issuer=self.config.issuer,
        )
        assert claims["nonce"] == "the-nonce"
        return claims

    def pick(
        self, items: list[dict[str, Any]], changes: dict[str, Any] | None = None
    ) -> TestResponse:
        """Answer a fresh content selection with `items`."""
        request = self.launch("/courses/2/add/launch")
        address = request[DL + "deep_linking_settings"]["deep_link_return_url"]
        token = self.tool.selection(request, items, **(changes or {}))
        return self.client.post(local(address), data={"JWT": token})

    def token(self, scope: str = ALL, **changes: Any) -> TestResponse:
        path = self.lms.extensions["practice_lms"].personality.grant_path
        assertion = self.tool.assertion(self.config.base_url + path, **changes)
        return self.post_token(assertion, scope)

    def post_token(self, assertion: str, scope: str = ALL) -> TestResponse:
        path = self.lms.extensions["practice_lms"].personality.grant_path
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
            "scope": scope,
        }
        return self.client.post(path, data=form)

    def bearer(self, scope: str = ALL) -> dict[str, str]:
        token = json.loads(self.token(scope).text)["access_token"]
        return {"Authorization": f"Bearer {token}"}

    def score(
        self, line_item: str, user_id: str, headers: dict[str, str], **changes: Any
    ) -> TestResponse:
        usual = {
            "userId": user_id,
            "timestamp": stamp(),
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": 10,
            "scoreMaximum": 20,
        }
        sent = {**usual, **changes}
        body = {name: value for name, value in sent.items() if value is not None}
        return self.client.post(
            local(with_suffix(line_item, "scores")),
            data=json.dumps(body),
            headers={**headers, "Content-Type": SCORE_TYPE},
        )

    def grades(self, person: str, course: int = 2) -> list[dict[str, Any]]:
        rows = self.client.get(f"/api/gradebook?course={course}").get_json()
        return [row for row in rows if row["person"] == person]


def with_suffix(line_item: str, name: str) -> str:
    """Put a resource's name before the query, as tools must."""
    path, sign, query = line_item.partition("?")
    return f"{path}/{name}{sign}{query}"


def local(address: str) -> str:
    """Return path and query of an address of the LMS's own."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def stamp(offset_seconds: float = 0) -> str:
    """Return a timestamp so many seconds from now."""
    moment = time.time() + offset_seconds
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
    return f"{whole}.{int(moment % 1 * 1000):03d}Z"


def graded_item(**line_item: Any) -> dict[str, Any]:
    """Return a content item with a column."""
    return {
        "type": "ltiResourceLink",
        "title": "Online safety, part 3",
        "custom": {"item": "m1", "Mixed.Case": "A=b"},
        "lineItem": {"scoreMaximum": 20, **line_item},
    }
