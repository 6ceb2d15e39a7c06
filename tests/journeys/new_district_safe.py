"""Everything is lost, and comes back from one file."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from sqlalchemy import text

from preventedu.db import make_engine
from tests.journeys.new_district import AGENCY, PASSWORD, day, follow, press
from tests.journeys.new_district_staff import AWARD, FAIN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.journeys.new_district import District
    from tests.journeys.tour import Visitor


def back_up(district: District, file: Path) -> None:
    """Write everything into one file, while everybody works."""
    assert "with the secret key" in district.run("backup", "--output", str(file))


def destroy(district: District) -> None:
    """Lose the database and the secret key; the LMS is elsewhere and stays."""
    plan = district.plan
    if plan.database_url:
        engine = make_engine(plan.settings().database_url)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    for path in plan.data.iterdir():
        if path.name.startswith("practice-lms"):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def restore(district: District, file: Path) -> None:
    """Put everything back, as the install guide says."""
    told = district.run("restore", str(file))
    assert "Checked: 1 release" in told
    assert "modules are ready." in district.run("content", "build")


def sign_in(staff: Visitor, email: str) -> None:
    """Sign in again with the password that was chosen before."""
    page = staff.page
    page.goto(f"{staff.demo.plan.tool_url}/staff/sign-in")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Sign in")


def release_hash(staff: Visitor) -> str:
    """Read the hash of the one release."""
    follow(staff.page, "Awards", AWARD, f"Release 1 for {AGENCY}")
    return staff.page.locator("code").inner_text()


def report_again(district: District, digest: str, folder: Path) -> None:
    """Let the command line write the same snapshot and compute it anew."""
    told = district.run(
        "report", "--award", FAIN, "--from", day(-60), "--to", day(-1),
        "--recipient", AGENCY, "--output", str(folder / "again.json"),
    )  # fmt: skip
    assert f"SHA-256 {digest}" in told
    assert "Checked: the facts recorded at the closing give the same figures." in told
