"""`preventedu`: the one command-line program."""

from __future__ import annotations

import click

from preventedu.cli.content import content
from preventedu.cli.db import db
from preventedu.cli.demo.command import demo
from preventedu.cli.imports import import_file
from preventedu.cli.platform import platform
from preventedu.cli.report import report
from preventedu.cli.serve import serve
from preventedu.cli.staff import staff
from preventedu.cli.workbench import PlainGroup
from preventedu.cli.worker import worker


@click.group(cls=PlainGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="preventedu")
def main() -> None:
    """Prevention education in the LMS, from award to completion.

    Try it:      preventedu demo

    Set up:      preventedu db upgrade; preventedu content build;
                 preventedu import FILE; preventedu platform add …

    Run:         preventedu serve   and, beside it,   preventedu worker

    Report:      preventedu report --award FAIN --from DAY --to DAY

    Settings come from PREVENTEDU_… variables (docs/school-it.md lists them); every
    command takes --data DIR, the folder of the embedded database and the keys.
    """


for command in (
    content, db, demo, import_file, platform, report, serve, staff, worker,
):  # fmt: skip
    main.add_command(command)
