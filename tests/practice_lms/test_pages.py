import re

import pytest

from tests.practice_lms.throwaway_tool import Form, Visit, graded_item


@pytest.fixture
def taught(moodle: Visit) -> Visit:
    moodle.be("rivera").pick([graded_item()])
    return moodle


def test_the_home_page_offers_the_whole_cast(moodle: Visit, canvas: Visit) -> None:
    page = moodle.client.get("/").text

    for name in ("Rivera", "Chen", "Malik", "Amara", "Finn", "Grace"):
        assert name in page
    assert len(re.findall(r'value="(amara|ben|chloe|diego|emi|finn)"', page)) == 6
    assert "test-student" not in page
    assert "test-student" in canvas.client.get("/").text


def test_signing_in_is_one_click_with_a_cookie_of_its_own(moodle: Visit) -> None:
    answer = moodle.client.post("/sign-in", data={"person": "rivera"})

    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("practice_lms_moodle=")
    assert "SameSite=Lax" in cookie
    assert "HttpOnly" in cookie
    assert answer.headers["Location"] == "/courses/2"
    assert moodle.client.post("/sign-in", data={"person": "nobody"}).status_code == 404


def test_signing_out_forgets(moodle: Visit) -> None:
    moodle.be("rivera").client.post("/sign-out")

    assert moodle.client.get("/courses/2").status_code == 302


def test_the_teacher_may_change_what_a_student_may_not(taught: Visit) -> None:
    teacher = taught.client.get("/courses/2").text
    student = taught.be("amara").client.get("/courses/2").text

    assert "Add a lesson" in teacher
    assert "Remove" in teacher
    assert "Online safety, part 3" in student
    assert "Add a lesson" not in student
    assert "Remove" not in student
    denied = taught.client.post("/courses/2/activities/1/delete")
    assert denied.status_code == 403


def test_an_activity_opens_where_the_teacher_says(taught: Visit) -> None:
    page = taught.client.get("/courses/2/activities/1").text
    assert '<iframe class="tool"' in page
    key = re.findall(r'name="sesskey" value="([^"]+)"', course_page(taught))[0]
    form = {"sesskey": key, "opens_in": "window"}

    changed = taught.client.post("/courses/2/activities/1/opens-in", data=form)

    assert changed.status_code == 303
    page = taught.client.get("/courses/2/activities/1").text
    assert "<iframe" not in page
    assert 'target="_blank"' in page
    launch = taught.launch("/courses/2/activities/1/launch")
    claim = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation"
    assert launch[claim]["document_target"] == "window"


def course_page(visit: Visit) -> str:
    return visit.client.get("/courses/2").text


def test_forms_need_the_key_of_the_session(taught: Visit) -> None:
    for path in ("delete", "opens-in"):
        answer = taught.client.post(
            f"/courses/2/activities/1/{path}", data={"sesskey": "wrong"}
        )
        assert answer.status_code == 403
    assert "Online safety, part 3" in course_page(taught)


def test_removing_an_activity_removes_its_column(taught: Visit) -> None:
    key = re.findall(r'name="sesskey" value="([^"]+)"', course_page(taught))[0]

    taught.client.post("/courses/2/activities/1/delete", data={"sesskey": key})

    assert "no lessons in this course yet" in course_page(taught)
    assert taught.grades("amara") == []
    assert taught.client.get("/courses/2/activities/1").status_code == 404


def test_each_sees_the_grades_that_are_theirs(taught: Visit) -> None:
    line_item = "/mod/lti/services.php/2/lineitems/1/lineitem?type_id=1"
    taught.score(line_item, "5", taught.bearer(), comment="For Amara")
    taught.score(line_item, "6", taught.bearer(), comment="For Ben")

    seen = {
        person: taught.be(person).client.get("/courses/2/grades").text
        for person in ("rivera", "amara", "ben", "grace")
    }

    assert "For Amara" in seen["rivera"]
    assert "For Ben" in seen["rivera"]
    assert "For Amara" in seen["amara"]
    assert "For Ben" not in seen["amara"]
    assert "For Amara" not in seen["ben"]
    assert "Grades of Amara Okafor" in seen["grace"]
    assert "For Ben" not in seen["grace"]


@pytest.mark.parametrize("person", ["rivera", "chen", "amara", "grace", "admin"])
def test_every_page_is_a_page_for_everybody(taught: Visit, person: str) -> None:
    taught.be(person)

    for path in ("/", "/courses/2", "/courses/2/grades", "/courses/2/people"):
        answer = taught.client.get(path)
        assert answer.status_code == 200
        assert answer.text.count("<h1") == 1


def test_pages_hold_nothing_inline_and_may_frame_only_the_tool(taught: Visit) -> None:
    answer = taught.client.get("/courses/2")

    policy = answer.headers["Content-Security-Policy"]
    assert f"frame-src 'self' {taught.tool.keys.origin}" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?! src)|<style| style=| on\w+=", answer.text)


def test_problems_have_a_plain_page(taught: Visit) -> None:
    answer = taught.client.get("/nowhere")

    assert answer.status_code == 404
    assert "That did not work" in answer.text
    assert "Traceback" not in answer.text


def test_leaving_a_tool_leads_back(taught: Visit, canvas: Visit) -> None:
    claim = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation"
    canvas.be("rivera").pick([graded_item()])
    for visit in (taught, canvas):
        address = visit.launch("/courses/2/activities/1/launch")[claim]["return_url"]
        page = visit.client.get(address)
        assert page.status_code == 200
        assert "Back to the course" in page.text


def test_the_login_form_goes_to_the_tool(taught: Visit) -> None:
    form = Form(taught.client.get("/courses/2/activities/1/launch").text)

    assert form.action == f"{taught.tool.keys.origin}/login"
