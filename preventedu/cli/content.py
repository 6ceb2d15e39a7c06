"""`preventedu content`: the lessons under content/."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import select

from preventedu.cli.workbench import data_option, open_workbench
from preventedu.courses import catalog
from preventedu.courses.content.compile import compile_module
from preventedu.courses.content.loader import check_tree, load_tree
from preventedu.courses.content.problems import Problem, errors_in
from preventedu.courses.content.versions import check_versions
from preventedu.courses.models import ModuleVersion
from preventedu.errors import SetupError
from preventedu.settings import DEFAULT_CONTENT

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from preventedu.courses.content.schema import CompiledModule
    from preventedu.courses.content.sources import ContentTree


@click.group()
def content() -> None:
    """Check lessons, and make them ready to be assigned."""


@content.command()
@data_option
@click.argument(
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    required=False,
)
def check(data: Path | None, folder: Path | None) -> None:
    """Name every problem in the lessons as file, line, rule and what to do.

    FOLDER is the content folder; by default the one of PREVENTEDU_CONTENT, else the
    one that came with the program. Ends with an error if any problem is an error.
    """
    del data  # every command takes --data; checking files needs no database
    checked_tree(folder or Path(os.environ.get("PREVENTEDU_CONTENT", DEFAULT_CONTENT)))


@content.command()
@data_option
def build(data: Path | None) -> None:
    """Check and compile the lessons and put them into the database.

    Building twice changes nothing. Attempts under way stay on their version.
    """
    with open_workbench(data) as bench, bench.sessions() as session:
        count = build_all(session, checked_tree(bench.settings.content_dir))
        session.commit()
    click.echo(f"{count} modules are ready.")


def checked_tree(root: Path) -> ContentTree:
    """Load the tree and print its problems.

    Raises:
        SetupError: At least one problem is an error.
    """
    tree = load_tree(root)
    problems = check_tree(tree, datetime.now(UTC).date())
    _print(problems)
    errors = len(errors_in(problems))
    click.echo(
        f"{len(tree.modules)} modules: {errors} errors, "
        f"{len(problems) - errors} warnings."
    )
    _stop_at_errors(problems)
    return tree


def build_all(session: Session, tree: ContentTree) -> int:
    """Compile and publish every module of a checked tree; return how many.

    Raises:
        SetupError: A published version's questions changed under the same version.
    """
    compiled = []
    slugs = [module.slug for module in tree.modules]
    with click.progressbar(slugs, label="Compiling modules") as progress:
        for slug in progress:
            compiled.append(compile_module(tree, slug))
            _check_against_published(session, compiled[-1])
    for module in compiled:
        catalog.publish(session, module, now=datetime.now(UTC))
    return len(compiled)


def _check_against_published(session: Session, module: CompiledModule) -> None:
    rows = session.scalars(
        select(ModuleVersion).where(ModuleVersion.slug == module.slug)
    )
    problems = check_versions(module, [catalog.load(row) for row in rows])
    _print(problems)
    _stop_at_errors(problems)


def _print(problems: tuple[Problem, ...]) -> None:
    for problem in problems:
        click.echo(str(problem))


def _stop_at_errors(problems: tuple[Problem, ...]) -> None:
    if errors_in(problems):
        raise SetupError("Correct the errors above; nothing was changed.")
