"""The command line: its help reads, and its errors are plain sentences."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner
from sqlalchemy import MetaData, create_engine, select

from preventedu.cli import main
from preventedu.cli.demo.setting_up import DISTRICT
from preventedu.cli.workbench import account_name
from preventedu.grants.importing.examples import example
from tests.journeys.programs import in_process, preventedu

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow
PLATFORM = (
    "platform", "add", "--issuer", "https://lms.example", "--client-id", "c",
    "--auth-url", "https://lms.example/auth", "--token-url",
    "https://lms.example/token", "--jwks-url", "https://lms.example/keys",
)  # fmt: skip
REPORT = (
    "report", "--award", "DEMO-26-0001", "--from", "2026-01-01", "--to", "2026-06-30",
    "--recipient", "The agency",
)  # fmt: skip


def commands(
    command: click.Command = main, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Return every command with the words that call it."""
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))


COMMANDS = {" ".join(path) or "(none)": (path, each) for path, each in commands()}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_reads_like_a_manual(name: str) -> None:
    path, command = COMMANDS[name]

    shown = CliRunner().invoke(main, [*path, "--help"], terminal_width=80)

    assert shown.exit_code == 0
    assert command.help
    assert command.help.splitlines()[0].endswith(".")
    options = [each for each in command.params if isinstance(each, click.Option)]
    assert [option.name for option in options if not option.help] == []
    if not isinstance(command, click.Group):
        assert "--data" in shown.output


def test_the_program_says_what_there_is() -> None:
    shown = preventedu("--help")

    assert shown.code == 0
    words = [
        line.split()[0] for line in shown.out.splitlines() if line.startswith("  ")
    ]
    for name in (
        "demo", "serve", "worker", "db", "content", "platform", "staff", "import",
        "report",
    ):  # fmt: skip
        assert name in words


@dataclass(frozen=True)
class Mistake:
    """A call that cannot work, and what its error says."""

    arguments: tuple[str, ...]
    says: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)
    needs_database: bool = True


MISTAKES = {
    "no database": Mistake(
        ("platform", "list"),
        ("The database is not up to date. Run: preventedu db upgrade --data ",),
        needs_database=False,
    ),
    "db check on no database": Mistake(
        ("db", "check"),
        ("The database is not up to date. Run: preventedu db upgrade",),
        needs_database=False,
    ),
    "several bad settings": Mistake(
        ("db", "check"),
        (
            "PREVENTEDU_PUBLIC_URL is 'prevention.example': write it as https://",
            "PREVENTEDU_TRUSTED_PROXIES is 'two': write a whole number",
            "PREVENTEDU_SECRET_KEY is '(hidden)': use 32 characters or more",
        ),
        {
            "PREVENTEDU_PUBLIC_URL": "prevention.example",
            "PREVENTEDU_TRUSTED_PROXIES": "two",
            "PREVENTEDU_SECRET_KEY": "short",
        },
        needs_database=False,
    ),
    "no server": Mistake(
        ("worker", "--once"),
        ("The database cannot be reached or used. Check PREVENTEDU_DATABASE_URL",),
        {"PREVENTEDU_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nowhere"},
        needs_database=False,
    ),
    "a bad port": Mistake(
        ("staff", "unlock", "x@lea.example"),
        ("PREVENTEDU_DATABASE_URL is 'postgresql+psycopg://…': use postgresql://",),
        {"PREVENTEDU_DATABASE_URL": "postgresql://u:p@127.0.0.1:no/d"},
        needs_database=False,
    ),
    "unknown award": Mistake(
        ("report", "--award", "NO-SUCH", *REPORT[3:], "--output", "out.csv"),
        ("There is no award NO-SUCH. Known: DEMO-26-0001.",),
    ),
    "unknown period": Mistake(
        (*REPORT[:4], "2026-01-02", *REPORT[5:], "--output", "out.csv"),
        (
            "Award DEMO-26-0001 has no reporting period from 2026-01-02 to 2026-06-30.",
            "It has: 2025-07-01 to 2025-12-31; 2026-01-01 to 2026-06-30;",
        ),
    ),
    "unknown format": Mistake(
        (*REPORT, "--output", "out.pdf"), ("--output out.pdf: end the name in .csv",)
    ),
    "a report for nobody": Mistake(
        (*REPORT[:-1], "", "--close", "--output", "out.csv"),
        ("Say for whom the release is made.",),
    ),
    "open period": Mistake(
        (*REPORT, "--output", "out.csv"),
        ("Close the period first; only then can it be released.",),
    ),
    "no folder for the report": Mistake(
        (*REPORT, "--close", "--output", "nowhere/out.csv"),
        ("nowhere/out.csv cannot be used: No such file or directory.",),
    ),
    "unknown school": Mistake(
        (*PLATFORM, "--deployment-id", "1", "--school", "000000000000"),
        (
            "No school has the NCES id 000000000000.",
            "Import it first: preventedu import FILE",
        ),
    ),
    "a school without a deployment": Mistake(
        (*PLATFORM, "--school", "009900100001"),
        ("--school needs --deployment-id: name the deployment too.",),
    ),
    "an LEA without a deployment": Mistake(
        (*PLATFORM, "--lea", "0099001"),
        ("--lea needs --deployment-id: name the deployment too.",),
    ),
    "an LEA that nobody has imported": Mistake(
        (*PLATFORM, "--deployment-id", "1", "--lea", "0000000"),
        (
            "No LEA has the NCES id 0000000.",
            "Import it first: preventedu import FILE",
        ),
    ),
    "platform on loopback": Mistake(
        (*PLATFORM[:9], "http://127.0.0.1/token", *PLATFORM[10:]), ("https",)
    ),
    "unknown person": Mistake(
        ("staff", "unlock", "x@lea.example"), ("Nobody has this e-mail address here.",)
    ),
    "unknown LEA": Mistake(
        ("staff", "invite", "x@lea.example", "--name", "X", "--lea", "0000000"),
        ("0000000",),
    ),
    "no text": Mistake(
        ("import", "picture.yaml"), ("Line 1: The file is no text. Save it as UTF-8.",)
    ),
    "no yaml": Mistake(
        ("import", "broken.yaml"), ("broken.yaml:", "nothing was changed.")
    ),
}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database that knows a district, and with files to stumble on."""
    folder = tmp_path_factory.mktemp("cli")
    data = str(folder / "data")
    assert preventedu("db", "upgrade", "--data", data).code == 0
    assert preventedu("import", "--data", data, str(DISTRICT)).code == 0
    (folder / "picture.yaml").write_bytes(b"\x89PNG\xff\xfe")
    (folder / "broken.yaml").write_text("leas: [\n")
    return folder


@pytest.mark.parametrize("name", MISTAKES)
def test_an_error_is_a_plain_sentence(
    desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    mistake = MISTAKES[name]
    data = desk / "data" if mistake.needs_database else tmp_path / "data"
    monkeypatch.chdir(desk)
    before = rows(data)

    done = in_process(*mistake.arguments, "--data", str(data), **mistake.settings)

    assert done.code == 1, done.out
    assert "Traceback" not in done.out
    assert done.out.count("Error: ") == 1
    for words in mistake.says:
        assert words in done.out
    assert rows(data) == before


def rows(data: Path) -> dict[str, list[str]]:
    """Return all that the database holds."""
    path = data / "preventedu.sqlite3"
    if not path.exists():
        return {}
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        tables = MetaData()
        tables.reflect(connection)
        found = {
            table.name: [str(row) for row in connection.execute(select(table))]
            for table in tables.sorted_tables
        }
    engine.dispose()
    return found


def test_a_deployment_of_several_schools_is_bound_to_its_lea(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path))
    assert in_process("db", "upgrade", *data).code == 0
    assert in_process("import", *data, str(DISTRICT)).code == 0
    bound = ("--deployment-id", "7:abc", "--lea", "0099001")

    added = in_process(*PLATFORM, *bound, *data)

    assert added.code == 0, added.out
    shown = in_process("platform", "list", *data).out
    assert "deployment 7:abc: active, Lakeside Unified" in shown


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    data = tmp_path / "file" / "data"

    done = in_process("db", "upgrade", "--data", str(data))

    assert done.code == 1
    assert done.out.strip() == (
        f"Error: {data} cannot be used: Not a directory. Correct that, or name "
        "another place."
    )


def test_a_bad_import_names_each_line_and_changes_nothing(
    desk: Path, tmp_path: Path
) -> None:
    lines = DISTRICT.read_text().splitlines()
    wrong = {
        next(n for n, line in enumerate(lines) if "state: ZZ" in line): "    state: 7",
        next(n for n, line in enumerate(lines) if "time_zone" in line): (
            "    time_zone: Mars/Olympus"
        ),
        next(n for n, line in enumerate(lines) if "roles: [pres" in line): (
            "        roles: [dances]"
        ),
    }
    file = tmp_path / "district.yaml"
    file.write_text("\n".join(wrong.get(n, line) for n, line in enumerate(lines)))
    before = rows(desk / "data")

    done = preventedu("import", "--data", str(desk / "data"), str(file))

    assert done.code == 1
    assert "Traceback" not in done.out
    for number in wrong:
        assert f"{file}: Line {number + 1}: " in done.out, (number + 1, done.out)
    assert done.out.splitlines()[-1] == (
        "Error: Correct the lines above; nothing was changed."
    )
    assert rows(desk / "data") == before


def test_each_kind_of_file_is_imported_and_its_partner_invited(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "data"))
    assert in_process("db", "upgrade", *data).code == 0
    made = []
    for kind in ("xlsx", "csv", "yaml"):
        file = tmp_path / f"district.{kind}"
        file.write_bytes(example(kind))
        done = in_process("import", *data, str(file))
        assert done.code == 0, done.out
        made.append(done.out.splitlines()[-1])

    sheriff = ("--role", "grant-manager", "--organization", "example-sheriff")
    invited = in_process(
        "staff", "invite", *data, "s@s.example", "--name", "S", *sheriff
    )
    both = in_process(
        "staff", "invite", *data, "s@s.example", "--name", "S", *sheriff,
        "--lea", "0099001",
    )  # fmt: skip

    assert made == ["11 changes made.", "0 changes made.", "0 changes made."]
    assert "/staff/invitation/" in invited.out
    assert both.code == 1
    assert "Give an LEA or an organization, not both." in both.out


def test_broken_lessons_are_named_and_not_built(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "modules").mkdir()

    done = in_process(
        "content", "build", "--data", str(desk / "data"),
        PREVENTEDU_CONTENT=str(tmp_path),
    )  # fmt: skip

    assert done.code == 1
    assert "Traceback" not in done.out
    assert "Error: " in done.out


def test_a_word_that_is_no_command_is_refused() -> None:
    done = preventedu("prevent")

    assert done.code == 2
    assert "No such command" in done.out
    assert "Traceback" not in done.out


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "preventedu.sqlite3").write_text("A letter to somebody, by mistake.")

    done = preventedu("staff", "unlock", "x@lea.example", "--data", str(tmp_path))

    assert (done.code, "Traceback" in done.out) == (1, False)
    assert "preventedu.sqlite3 in the data folder is no database." in done.out


def test_an_account_without_a_name_is_written_down_as_a_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def has_none(_number: int) -> None:
        raise KeyError("getpwuid(): uid not found")

    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", has_none)

    assert account_name() == f"uid {os.getuid()}"
