"""What the staff of a new district enter, each in a browser of their own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.journeys.new_district import (
    AGENCY,
    LEA,
    LEA_ID,
    OFFICE,
    OTHER_SCHOOL,
    OTHER_SCHOOL_ID,
    PASSWORD,
    SCHOOL,
    SCHOOL_ID,
    SHERIFF,
    ZONE,
    day,
    expect_one_refusal,
    follow,
    press,
    says,
    write,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.journeys.new_district import District
    from tests.journeys.tour import Visitor

STAFF = {
    "official": ("Olga Reyes", "LEA official", LEA),
    "manager": ("Marcus Bell", "Grant manager", LEA),
    "counselor": ("Casey Morgan", "Counselor", LEA),
    "agency": ("Ana Ortiz", "Grant manager", AGENCY),
}
FAIN, AWARD = "TEST-26-0042", "Bluebonnet award (test)"
ACKNOWLEDGEMENT = "This made-up award pays for the lesson."
NOTICE_DAYS = 14
LOCAL = "a county, city or other local government"
STEPS = "Listen. Stay calm.\nCall Casey Morgan, 555-0142.\nCall the State's line."


def begin(district: District) -> Visitor:
    """Invite the first administrator at the command line; they take the link."""
    link = district.run(
        "staff", "invite", "it@bluebonnet.example", "--name", "Ivy Tran",
        "--role", "administrator",
    ).strip()  # fmt: skip
    return take_link(district, "administrator", link)


def take_link(district: District, who: str, link: str) -> Visitor:
    """Open a one-time link in a browser of one's own and choose a password."""
    assert link.startswith(f"{district.plan.tool_url}/staff/invitation/")
    visitor = district.person(who)
    visitor.page.goto(link)
    write(visitor.page, {"New password": PASSWORD, "The same again": PASSWORD})
    press(visitor.page, "Save and sign in")
    return visitor


def enter_places(page: Page) -> None:
    """Enter the LEA and its schools."""
    follow(page, "Add an LEA")
    about = {"Name": LEA, "NCES id of the LEA": LEA_ID, "State": "Texas"}
    zone = {"Time zone": f"Central · {ZONE}", "Office that a family may ask": OFFICE}
    write(page, about | zone)
    press(page, "Save")
    follow(page, "Schools")
    for name, number in ((SCHOOL, SCHOOL_ID), (OTHER_SCHOOL, OTHER_SCHOOL_ID)):
        write(page, {"Name of the school": name, "Its number or id": number})
        press(page, "Add the school")


def enter_organizations(page: Page) -> None:
    """Enter the partner and the funder; the LEA's own organization is there."""
    follow(page, "Award set-up", "Organizations")
    says(page, LEA)
    follow(page, "Enter an organization")
    kinds = {"What it is": "Law enforcement", "Law enforcement of": LOCAL}
    write(page, {"Name": SHERIFF, **kinds})
    press(page, "Save")
    follow(page, "Enter an organization")
    write(page, {"Name": AGENCY, "What it is": "State agency"})
    press(page, "Save")


def invite(page: Page) -> dict[str, str]:
    """Make the links of the others, to hand over."""
    links = {}
    follow(page, "District", "Staff")
    for who, (name, role, employer) in STAFF.items():
        email = f"{who}@bluebonnet.example"
        about = {"Name": name, "E-mail address": email}
        write(page, {**about, "Role": role, "Works for": employer})
        press(page, "Make the link")
        links[who] = page.get_by_label("Link to hand over").input_value()
        follow(page, "Back to staff")
    return links


def try_link_again(district: District, link: str) -> None:
    """A link that was used leads nowhere: its page is not found."""
    visitor = district.person("somebody else")
    visitor.page.goto(link)
    says(visitor.page, "was used or has expired")
    expect_one_refusal(visitor)


def enter_contacts(page: Page) -> None:
    """Name a person at school and the State's line."""
    follow(page, "District", "Contacts")
    person = {"School contact": "", "Name of the person or line": "Casey Morgan"}
    write(page, {**person, "Role, for a person": "Counselor", "Telephone": "555-0142"})
    press(page, "Add the contact")
    line = {"Child-abuse line of the State": "", "Telephone": "555-0199"}
    write(page, {**line, "Name of the person or line": "State line (test)"})
    press(page, "Add the contact")


def enter_steps(page: Page) -> None:
    """Record the LEA's own steps."""
    follow(page, "Steps")
    write(page, {"Steps, one to a line, in order": STEPS})
    press(page, "Record the steps")


def enter_break(page: Page, first: str, last: str) -> None:
    """Enter days without school."""
    follow(page, "District", "Breaks")
    days = {"First day without school": first, "Last day without school": last}
    write(page, {"Name": "Spring break", **days})
    press(page, "Add the break")


def set_consent(page: Page) -> None:
    """Take the State's preset for grades 6-8: a guardian says yes first."""
    follow(page, "Consent", "Fill the form: Opt-in")
    says(page, "It is advice to check with your counsel, no legal advice.")
    page.get_by_label("Grades 9-12").uncheck()
    write(page, {"Days between the family letter and the lesson": str(NOTICE_DAYS)})
    assert page.get_by_label("Grades 6-8").is_checked()
    press(page, "Record the mode")
    says(page, "The consent mode is recorded.")


def switch_drafts_on(page: Page) -> None:
    """Let the lesson, which nobody has reviewed yet, be taught."""
    follow(page, "Draft lessons")
    item = page.get_by_role("listitem").filter(has_text="spotting-online-grooming")
    item.get_by_label("Reason").fill("Read by our counselors")
    with page.expect_navigation():
        item.get_by_role("button", name=re.compile("^Switch on")).click()
    says(page, "Read by our counselors")


def enter_award(page: Page) -> None:
    """Enter the award with all that a completion needs to count for it."""
    follow(page, "Award set-up", "Enter an award")
    about = {"Title": AWARD, "FAIN": FAIN, "Assistance listing": "00.000"}
    giver = {"Agency that makes the award": AGENCY, "Recipient": LEA}
    days = {"First day": day(-60), "Last day": day(300)}
    words = {"Acknowledgement in English": ACKNOWLEDGEMENT}
    write(page, {**about, **giver, **days, **words})
    assert page.get_by_label("Time zone").input_value() == ZONE
    press(page, "Save")
    follow(page, AWARD)
    for partner, role in ((SHERIFF, "presents"), (AGENCY, "funds")):
        follow(page, "Enter an agreement")
        write(page, {"Partner": partner, role: "", "Signed on": day(-60)})
        press(page, "Save")
    cover(page)
    follow(page, "Enter a target")
    write(page, {"What is counted": "Module completions", "Target": "40", **days})
    press(page, "Save")
    for first, last in ((-60, -1), (0, 300)):
        follow(page, "Enter a reporting period")
        write(page, {"First day": day(first), "Last day": day(last)})
        press(page, "Save")
    says(page, "Nothing is missing.")


def cover(page: Page) -> None:
    """Let the law-enforcement partner stand behind the lesson at the school."""
    part = page.get_by_role("article").filter(has_text=SHERIFF)
    with page.expect_navigation():
        part.get_by_role("link", name=re.compile("^Cover places")).click()
    write(page, {"Where": f"{LEA}: {SCHOOL}", "Grades 6-8": ""})
    press(page, "Save")


def see_lesson(
    counselor: Visitor, module: str, label: str, students: tuple[str, ...]
) -> None:
    """Let the counselor find class and day, and nobody's name."""
    page = counselor.page
    follow(page, "Lessons by day")
    row = page.get_by_role("row").filter(has_text=label)
    expect(row).to_contain_text(module)
    expect(row).to_contain_text(SCHOOL)
    text = page.inner_text("body")
    assert not [name for name in students if name.split()[0] in text]
    assert not page.get_by_role("link", name="Awards").count()
    counselor.look("new-district-counselor")
