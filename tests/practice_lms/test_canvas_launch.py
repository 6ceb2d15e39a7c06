import pytest

from practice_lms.config import CANVAS_ISSUER
from tests.practice_lms.conftest import Maker
from tests.practice_lms.throwaway_tool import (
    DL,
    ENDPOINT,
    LTI,
    Form,
    ThrowawayTool,
    Visit,
    graded_item,
)

LAUNCH = "/courses/2/activities/1/launch"
LINE_ITEM = "/api/lti/courses/2/line_items/1"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
CUSTOM = {
    "account_id": "$Canvas.account.id",
    "account_name": "$Canvas.account.name",
    "observees": "$com.instructure.User.observees",
    "unknown": "$Canvas.something.else",
}


@pytest.fixture
def taught(visit_to: Maker, tool: ThrowawayTool) -> Visit:
    visit = visit_to("canvas", tools=(tool.registration(custom=CUSTOM),))
    visit.be("rivera").pick([graded_item()])
    return visit


@pytest.fixture
def amara(taught: Visit) -> str:
    return str(taught.be("amara").launch(LAUNCH)["sub"])


def test_the_issuer_is_shared_and_the_endpoints_are_not(taught: Visit) -> None:
    claims = taught.be("amara").launch(LAUNCH)

    assert claims["iss"] == CANVAS_ISSUER
    assert claims[ENDPOINT]["lineitem"] == f"http://localhost:8800{LINE_ITEM}"
    assert claims["exp"] - claims["iat"] == 3600
    assert len(claims["sub"]) == 36
    assert claims[LTI + "tool_platform"]["product_family_code"] == "canvas"


def test_the_issuer_can_be_chosen(visit_to: Maker) -> None:
    visit = visit_to("canvas", issuer="https://canvas.test.instructure.com")
    visit.be("rivera").pick([graded_item()])

    assert visit.launch(LAUNCH)["iss"] == "https://canvas.test.instructure.com"


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("amara", {MEMBERSHIP + "Learner"}),
        ("rivera", {MEMBERSHIP + "Instructor"}),
        ("grace", {MEMBERSHIP + "Mentor"}),
        (
            "test-student",
            {
                MEMBERSHIP + "Learner",
                "http://purl.imsglobal.org/vocab/lti/system/person#TestUser",
            },
        ),
        (
            "chen",
            {
                MEMBERSHIP + "Instructor",
                MEMBERSHIP.replace("#", "/Instructor#TeachingAssistant"),
            },
        ),
    ],
)
def test_roles_are_those_of_canvas(
    taught: Visit, person: str, expected: set[str]
) -> None:
    roles = set(taught.be(person).launch(LAUNCH)[LTI + "roles"])

    assert expected <= roles
    assert {role for role in roles if "membership" in role} == {
        role for role in expected if "membership" in role
    }


def test_custom_parameters_are_resolved_or_left(taught: Visit, amara: str) -> None:
    custom = taught.be("grace").launch(LAUNCH)[LTI + "custom"]

    assert custom["account_id"] == 201
    assert custom["account_name"] == "Lakeside Middle School"
    assert custom["observees"] == amara
    assert custom["unknown"] == "$Canvas.something.else"


def test_login_offers_platform_storage(taught: Visit) -> None:
    login = Form(taught.be("amara").client.get(LAUNCH).text).fields
    answer = Form(taught.authorize(taught.auth_request(LAUNCH)).text).fields

    assert login["lti_storage_target"] == answer["lti_storage_target"] == "_parent"
    assert login["lti_deployment_id"] == "1"
    assert login["iss"] == CANVAS_ISSUER


def test_a_spent_launch_is_told_to_the_tool(taught: Visit) -> None:
    fields = taught.be("amara").auth_request(LAUNCH)
    taught.authorize(fields)

    again = Form(taught.authorize(fields).text)

    assert again.fields["error"] == "launch_no_longer_valid"
    assert "id_token" not in again.fields


def test_content_selection_sends_data_and_resource_ids_are_opaque(
    taught: Visit,
) -> None:
    request = taught.be("rivera").launch("/courses/2/add/launch")

    assert request[DL + "deep_linking_settings"]["data"]
    assert len(taught.launch(LAUNCH)[LTI + "resource_link"]["id"]) == 36


def test_tokens_are_json_and_bound_to_their_audience(taught: Visit) -> None:
    good, bad = taught.token(), taught.token(aud=CANVAS_ISSUER)

    assert good.mimetype == "application/json"
    assert (good.status_code, bad.status_code) == (200, 400)
