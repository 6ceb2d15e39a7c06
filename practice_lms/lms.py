"""What one running practice LMS holds, and what a personality has to answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Blueprint, Response, current_app

from practice_lms.activities import Activity, LineItemDraft
from practice_lms.config import LmsConfig, ToolRegistration
from practice_lms.keys import PlatformKeys, ToolKeys
from practice_lms.people import Cast, Course, Person
from practice_lms.store import Store
from practice_lms.tools import KnownTool, registered

RESOURCE_LINK = "LtiResourceLinkRequest"
DEEP_LINKING = "LtiDeepLinkingRequest"
SUBMISSION_REVIEW = "LtiSubmissionReviewRequest"

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Launch:
    """One person about to enter a tool; good for one id_token.

    Attributes:
        id: Travels through the tool in lti_message_hint.
        activity: None for deep linking.
        for_person: Whose work a submission review is about, else None.
    """

    id: str
    person: Person
    course: Course
    tool: ToolRegistration
    activity: Activity | None
    for_person: Person | None
    message_type: str


@dataclass(frozen=True)
class Registering:
    """How a product lets tools register themselves (LTI dynamic registration).

    Attributes:
        token: Makes the one-time token of one attempt.
        configuration: Answers a GET on `configuration_path`.
        register: Answers a POST on `registration_path`.
        hint: What its own page says about the address to paste.
        begin_label: Its button that opens the tool's page.
        activate_label: Its button that lets people launch the tool.
        has_chooser: Showing the tool to teachers is a second step.
        pending_gets_tokens: A tool that waits is given access tokens all the same.
    """

    configuration_path: str
    registration_path: str
    token: Callable[["Lms"], str]
    configuration: Callable[["Lms"], Response]
    register: Callable[["Lms"], Response]
    hint: str
    begin_label: str
    activate_label: str
    has_chooser: bool
    pending_gets_tokens: bool


@dataclass(frozen=True)
class Personality:
    """Everything in which Moodle and Canvas differ, outside their services.

    Attributes:
        label: The product's name, for people.
        id_token_seconds: How long a launch message may be used.
        opens_for: Whether this person can open a tool at all.
        login_parameters: What starts a launch at the tool's login address.
        launch_id_in: Finds our launch id in an lti_message_hint, or "".
        claims: The id_token's claims besides nonce, iat and exp; takes the key of
            the person's session, which return addresses carry.
        draft_line_item: Reads a content item's lineItem; the flag says whether it
            is the only item. Raises ValueError with a message for the teacher.
        token_answer: Dresses the token endpoint's JSON; takes body and status.
        launch_gone: What to answer when a launch was used before: an OIDC error
            code for the tool, or "" for a page of the LMS's own.
        deep_link_data: What a tool must bring back unchanged from content
            selection; "" asks for nothing.
        bot: User agent that visits a new link's address, "" for none.
        services: Routes of the service endpoints.
        registering: How tools register themselves.
    """

    name: str
    label: str
    authorize_path: str
    grant_path: str
    jwks_path: str
    deep_link_return_path: str
    id_token_seconds: int
    launch_gone: str
    storage_target: str
    user_id: Callable[[Person], str]
    context_id: Callable[[Course], str]
    resource_link_id: Callable[[int], str]
    opens_for: Callable[[Person], bool]
    login_parameters: Callable[["Lms", Launch], dict[str, str]]
    launch_id_in: Callable[[str], str]
    claims: Callable[["Lms", Launch, str], JsonObject]
    draft_line_item: Callable[[JsonObject, int], LineItemDraft | None]
    token_answer: Callable[[JsonObject, int], Response]
    deep_link_data: Callable[[Course], str]
    bot: str
    services: Blueprint
    registering: Registering


@dataclass(frozen=True)
class Lms:
    """One practice LMS."""

    config: LmsConfig
    personality: Personality
    store: Store
    cast: Cast
    platform_keys: PlatformKeys
    tool_keys: ToolKeys

    def url(self, path: str) -> str:
        """Return the public address of `path`, which starts with a slash."""
        return self.config.base_url + path

    def known_tools(self) -> list[KnownTool]:
        """Return every tool: those of the configuration, then those that came later."""
        fixed = [
            KnownTool(tool, is_active=True, is_in_chooser=True)
            for tool in self.config.tools
        ]
        return [*fixed, *registered(self.store)]

    def offered_tools(self) -> list[ToolRegistration]:
        """Return the tools that teachers find where they add lessons."""
        known = self.known_tools()
        return [each.tool for each in known if each.is_active and each.is_in_chooser]

    def tool(self, deployment_id: str) -> ToolRegistration | None:
        """Return the tool with this deployment id that can be launched, or None."""
        active = [each.tool for each in self.known_tools() if each.is_active]
        return next((t for t in active if t.deployment_id == deployment_id), None)

    def tools_of(self, client_id: str) -> list[ToolRegistration]:
        """Return every deployment of one client."""
        waits_for_nothing = self.personality.registering.pending_gets_tokens
        return [
            each.tool
            for each in self.known_tools()
            if each.tool.client_id == client_id
            and (each.is_active or waits_for_nothing)
        ]

    def user_id(self, person: Person) -> str:
        """Return the `sub` of `person` in this LMS's messages."""
        return self.personality.user_id(person)

    def person_with_id(self, user_id: str) -> Person | None:
        """Return whose `sub` this is, or None."""
        everybody = self.cast.people
        return next((p for p in everybody if self.user_id(p) == user_id), None)

    def is_suspended(self, person: Person, course: Course) -> bool:
        """Tell whether the enrolment of `person` in `course` is switched off."""
        with self.store.reading() as db:
            row = db.execute(
                "SELECT 1 FROM suspension WHERE course = ? AND person = ?",
                (course.number, person.key),
            ).fetchone()
        return row is not None


def current_lms() -> Lms:
    """Return the LMS that answers this request."""
    return cast("Lms", current_app.extensions["practice_lms"])
