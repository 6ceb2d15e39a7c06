"""A damaged, cut-off, forged or foreign backup is named and changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from preventedu.cli import archive

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.deploy.places import Estate, Place

pytestmark = pytest.mark.slow


def damage_cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-400])


def damage_in_the_middle(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 64] = bytes(64)
    file.write_bytes(raw)


def damage_another_file(file: Path) -> None:
    file.write_text("not a backup")


def rewrite(
    file: Path,
    change: Callable[[str, bytes], bytes | None],
    more: dict[str, bytes] | None = None,
) -> None:
    """Write the archive anew with other parts."""
    with zipfile.ZipFile(file) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    changed = {name: change(name, part) for name, part in parts.items()}
    with zipfile.ZipFile(file, "w") as new:
        for name, part in {**changed, **(more or {})}.items():
            if part is not None:
                new.writestr(name, part)


def damage_escape(file: Path) -> None:
    rewrite(file, lambda _name, part: part, {"../../outside": b"x"})


def damage_missing_part(file: Path) -> None:
    rewrite(file, lambda name, part: None if name == "tables/lea.jsonl" else part)


def damage_no_manifest(file: Path) -> None:
    rewrite(file, lambda name, part: None if name == archive.MANIFEST else part)


def damage_row(file: Path) -> None:
    rewrite(
        file,
        lambda name, part: (
            part.replace(b"LEA", b"XXX") if name == "tables/lea.jsonl" else part
        ),
    )


def damage_table_name(file: Path) -> None:
    rewrite(
        file,
        lambda name, part: (
            part.replace(b'"name": "lea"', b'"name": "../lea"')
            if name == archive.MANIFEST
            else part
        ),
    )


def forge(file: Path, table: str, part: bytes, rows: int) -> None:
    """Give a table other rows, with hashes and counts that fit them."""
    writer_sum = hashlib.sha256(part).hexdigest()

    def change(name: str, old: bytes) -> bytes:
        if name == f"tables/{table}.jsonl":
            return part
        if name != archive.MANIFEST:
            return old
        manifest = json.loads(old)
        for each in manifest["tables"]:
            if each["name"] == table:
                each |= {"rows": rows, "sha256": writer_sum}
        return json.dumps(manifest).encode()

    rewrite(file, change)


def damage_references(file: Path) -> None:
    forge(file, "lea", b"", 0)


def damage_kind_of_value(file: Path) -> None:
    forge(file, "learner", b'["a","no date"]\n', 1)


def damage_count(file: Path) -> None:
    forge(file, "consent_policy", b"", 3)


def damage_newer(file: Path) -> None:
    rewrite(
        file,
        lambda name, part: (
            part.replace(b'"revision": "20', b'"revision": "99')
            if name == archive.MANIFEST
            else part
        ),
    )


DAMAGES: dict[Callable[[Path], None], str] = {
    damage_cut_off: "is no whole backup",
    damage_in_the_middle: "",
    damage_another_file: "is no whole backup",
    damage_escape: "holds '../../outside', which no backup has",
    damage_missing_part: "lacks tables/lea.jsonl",
    damage_no_manifest: "has no manifest",
    damage_row: "tables/lea.jsonl is not what was backed up",
    damage_table_name: "manifest cannot be read",
    damage_references: "",
    damage_kind_of_value: "do not fit its tables",
    damage_count: "another number of rows",
    damage_newer: "made by a newer version",
}


@dataclass(frozen=True)
class Kept:
    """A district, its backup, and what was in the database."""

    place: Place
    file: Path
    facts: dict[str, list[str]]


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)],
)
def kept(
    request: pytest.FixtureRequest,
    estate: Estate,
    tmp_path_factory: pytest.TempPathFactory,
) -> Kept:
    """One for all bad archives: none of them may change it."""
    here = estate.filled(request.param)
    file = tmp_path_factory.mktemp("kept") / "kept.zip"
    assert here.run("backup", "--output", str(file)).code == 0
    return Kept(here, file, here.facts())


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
def test_a_bad_archive_is_named_and_changes_nothing(
    kept: Kept, damage: Callable[[Path], None], tmp_path: Path
) -> None:
    file, secret = tmp_path / "bad.zip", kept.place.secret
    shutil.copy(kept.file, file)
    damage(file)

    done = kept.place.run("restore", str(file), "--replace")

    assert done.code == 1
    assert done.out.startswith("Error: ")
    assert "Traceback" not in done.out
    assert DAMAGES[damage] in done.out
    assert kept.place.facts() == kept.facts
    assert kept.place.secret == secret
    assert not (tmp_path.parent / "outside").exists()


def test_a_backup_without_its_secret_opens_only_with_it(
    estate: Estate, tmp_path: Path
) -> None:
    old, file = estate.filled("sqlite"), tmp_path / "kept.zip"
    made = old.run("backup", "--output", str(file), "--without-secret")
    stranger = estate.made("sqlite")
    before = stranger.facts()

    refused = stranger.run("restore", str(file))

    assert "without the secret key" in made.out
    assert old.secret.encode() not in file.read_bytes()
    assert refused.code == 1
    assert "was encrypted with another secret" in refused.out
    assert stranger.facts() == before

    knowing = replace(stranger, settings={"PREVENTEDU_SECRET_KEY": old.secret})
    assert knowing.run("restore", str(file)).code == 0


def test_settings_that_insist_on_another_secret_are_refused(
    estate: Estate, tmp_path: Path
) -> None:
    old, file = estate.filled("sqlite"), tmp_path / "kept.zip"
    old.run("backup", "--output", str(file))
    new = replace(estate.empty("sqlite"), settings={"PREVENTEDU_SECRET_KEY": "x" * 40})

    done = new.run("restore", str(file))

    assert done.code == 1
    assert "PREVENTEDU_SECRET_KEY is not the secret key of this backup" in done.out
