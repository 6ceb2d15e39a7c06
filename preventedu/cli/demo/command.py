"""`preventedu demo`: the main job on one machine, in a minute."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from preventedu.cli.demo.plan import Plan, remembered_plan
from preventedu.cli.demo.processes import Program, refuse_busy_port, running
from preventedu.cli.demo.setting_up import set_up
from preventedu.cli.demo.walkthrough import walk
from preventedu.cli.workbench import data_option, read_settings, say
from preventedu.errors import SetupError

if TYPE_CHECKING:
    import subprocess

WATCH_SECONDS = 0.5
TOUR = """
preventedu is running. Take the tour: it needs a minute and no names of yours.

  The LMS (a small practice LMS):  {lms}
  The tool's own pages for staff:  {tool}/staff/sign-in

  1. Open the LMS, be Elena Rivera (teacher), and enter Health & Wellness 7.
     "Add a lesson": pick "Spotting online grooming tactics", then add it. It is a
     sensitive one, so you confirm first that your class is prepared.
  2. Sign out, be Amara Okafor (student), open the lesson, go to the end, finish.
  3. Be Elena Rivera again: her page shows who is done; "Grades" has the grade.
  4. Sign in to the tool as the district's grant manager and open the award:
       {manager}   password: {password}
     The completion is there, with its award and its law-enforcement partner.
     The LEA official is {official}, with the same password.
     The counselor is {counselor}, too.

All people, schools, awards and numbers are invented. Data: {data}
Logs: {data}/logs      Stop with Ctrl-C; the next start finds its data again.
"""


@click.command()
@data_option
@click.option("--port", type=int, help="Port of the tool.  [default: 8000]")
@click.option("--lms-port", type=int, help="Port of the LMS.  [default: 8080]")
@click.option(
    "--personality",
    type=click.Choice(["moodle", "canvas"]),
    help="How the practice LMS behaves.  [default: moodle]",
)
@click.option(
    "--walkthrough", is_flag=True, help="Take the tour by itself over HTTP, then stop."
)
def demo(
    data: Path | None,
    port: int | None,
    lms_port: int | None,
    personality: str | None,
    walkthrough: bool,  # noqa: FBT001 (click)
) -> None:
    """Start a small LMS, the tool and its worker, and print a one-minute tour.

    Everything lives in --data (by default ./data/demo) and on this machine only.
    PREVENTEDU_DATABASE_URL puts the tool's tables into PostgreSQL instead.
    """
    # From the start, so that its children never outlive it.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(0))
    folder = (data or Path("data") / "demo").absolute()
    read_settings(folder)
    plan = remembered_plan(folder, port, lms_port, personality)
    refuse_busy_port("127.0.0.1", plan.port, "--port")
    refuse_busy_port("127.0.0.1", plan.lms_port, "--lms-port")
    accounts = set_up(plan)
    with running(_programs(plan), plan.environment(), folder / "logs") as children:
        if walkthrough:
            walk(plan, accounts)
            return
        say(
            TOUR.format(
                lms=plan.lms_url,
                tool=plan.tool_url,
                data=folder,
                manager=accounts.manager,
                official=accounts.official,
                counselor=accounts.counselor,
                password=accounts.password,
            )
        )
        _wait_for_ctrl_c(children)
    say("Stopped.")


def _programs(plan: Plan) -> list[Program]:
    config = str(plan.data / "practice-lms.json")
    port = str(plan.port)
    return [
        Program("practice-lms", ["practice_lms", "--config", config], plan.lms_url),
        Program(
            "tool",
            ["preventedu.cli", "serve", "--port", port],
            f"{plan.tool_url}/lti/jwks.json",
        ),
        Program("worker", ["preventedu.cli", "worker", "--pause", "0.5"]),
    ]


def _wait_for_ctrl_c(children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Return at Ctrl-C; complain if a child ends by itself."""
    try:
        while all(child.poll() is None for child in children.values()):
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        return
    ended = [name for name, child in children.items() if child.poll() is not None]
    raise SetupError(f"The {ended[0]} stopped by itself. Its log says why.")
