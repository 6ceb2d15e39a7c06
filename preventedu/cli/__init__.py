"""`preventedu`: the one command-line program."""

from __future__ import annotations

from importlib import import_module

import click

from preventedu.cli.workbench import PlainGroup

COMMANDS = {
    "backup": "backup:backup",
    "content": "content:content",
    "db": "db:db",
    "demo": "demo.command:demo",
    "import": "imports:import_file",
    "learner": "learner:learner",
    "platform": "platform:platform",
    "report": "report:report",
    "restore": "backup:restore",
    "serve": "serve:serve",
    "staff": "staff:staff",
    "worker": "worker:worker",
}
"""Each command's module and name; read when the command is asked for, so that each
starts without what the others need.
"""


class Commands(PlainGroup):
    """The commands of `COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, in order."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"preventedu.cli.{module}"), name)
        return found if isinstance(found, click.Command) else None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="preventedu")
def main() -> None:
    """Prevention education in the LMS, from award to completion.

    Try it:      preventedu demo

    Set up:      preventedu db upgrade; preventedu content build;
                 preventedu import FILE; preventedu platform add …

    Run:         preventedu serve   and, beside it,   preventedu worker

    Report:      preventedu report --award FAIN --from DAY --to DAY

    Keep:        preventedu backup --output FILE; preventedu restore FILE

    Settings come from PREVENTEDU_… variables (docs/school-it.md lists them); every
    command takes --data DIR, the folder of the embedded database and the keys.
    """
