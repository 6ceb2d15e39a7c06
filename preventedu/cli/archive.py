"""One backup as one file: a zip of a manifest, the tables' rows and the secret key.

No part is ever unpacked into a file, and a name that a backup does not have is
refused, so an archive cannot write anywhere.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from preventedu.errors import SetupError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

FORMAT = "preventedu-backup/1"
MANIFEST, SECRET = "manifest.json", "secret-key"
LARGEST_MANIFEST = 4 * 1024 * 1024
PIECE = 1024 * 1024
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError)
"""What `zipfile` raises for damage; RuntimeError for parts that ask for a password."""


class BackupError(SetupError):
    """The backup cannot be made or restored; nothing was changed."""


class Frozen(BaseModel):
    """A part of a manifest."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TablePart(Frozen):
    """The rows of one table: one JSON list in each line."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    columns: tuple[str, ...]
    rows: int
    sha256: str

    @property
    def path(self) -> str:
        """Name of the part in the archive."""
        return f"tables/{self.name}.jsonl"


class Manifest(Frozen):
    """What an archive holds, and what it was made of."""

    format: str
    version: str
    """Of preventedu."""
    revision: str
    """The last migration that had run."""
    database: str
    """`sqlite` or `postgresql`; it can be restored into either."""
    made_at: str
    """UTC."""
    content_hash: str
    """Of the lessons that were current: `catalog.content_hash`."""
    tables: tuple[TablePart, ...]
    secret_sha256: str | None
    """None when the secret key was left out."""


class Writer:
    """Writes the parts of an archive, one after the other."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, pieces: Iterable[bytes]) -> tuple[int, str]:
        """Write a part; return the number of pieces and the SHA-256 of all."""
        count, digest = 0, hashlib.sha256()
        with self._archive.open(name, "w", force_zip64=True) as part:
            for piece in pieces:
                part.write(piece)
                digest.update(piece)
                count += 1
        return count, digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest, last: an archive without it was never finished."""
        text = json.dumps(manifest.model_dump(), indent=1) + "\n"
        self.add(MANIFEST, [text.encode()])


@contextmanager
def new_archive(output: Path) -> Iterator[Writer]:
    """Write an archive that appears under its name only when it is whole.

    Only its owner may read it.

    Raises:
        BackupError: There is something under that name already.
    """
    if output.exists():
        raise BackupError(f"{output} exists already. Name a file that does not.")
    draft = output.with_name(f".{output.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a renaming, never takes the place of another backup.
        os.link(draft, output)
    except FileExistsError:
        raise BackupError(f"{output} exists already; it was not changed.") from None
    finally:
        draft.unlink()


class Reader:
    """An archive whose every part is what its manifest says."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.manifest = _manifest(archive)
        self._check_names()
        for part in self.manifest.tables:
            self._check(part.path, part.sha256)
        if self.manifest.secret_sha256 is not None:
            self._check(SECRET, self.manifest.secret_sha256)

    @property
    def secret(self) -> str | None:
        """The secret key, unless it was left out."""
        if self.manifest.secret_sha256 is None:
            return None
        return self._archive.read(SECRET).decode()

    @contextmanager
    def rows(self, part: TablePart) -> Iterator[IO[bytes]]:
        """Give the lines of a table."""
        with self._archive.open(part.path) as file:
            yield file

    def _check_names(self) -> None:
        expected = [MANIFEST, *(part.path for part in self.manifest.tables)]
        if self.manifest.secret_sha256 is not None:
            expected.append(SECRET)
        found = self._archive.namelist()
        for name in found:
            if name not in expected:
                raise BackupError(
                    f"The archive holds {name!r}, which no backup has. Nothing was "
                    "changed. Use a backup that preventedu made."
                )
        if missing := [name for name in expected if found.count(name) != 1]:
            raise BackupError(
                f"The archive lacks {missing[0]}. Nothing was changed. Use another "
                "backup."
            )

    def _check(self, name: str, sha256: str) -> None:
        digest = hashlib.sha256()
        with self._archive.open(name) as part:
            while piece := part.read(PIECE):
                digest.update(piece)
        if digest.hexdigest() != sha256:
            raise BackupError(
                f"The archive is damaged: {name} is not what was backed up (SHA-256). "
                "Nothing was changed. Use another backup."
            )


@contextmanager
def open_archive(path: Path) -> Iterator[Reader]:
    """Open an archive and check every part before anything is done with it.

    Raises:
        BackupError: It is no backup, or a damaged one.
    """
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
            reader = Reader(archive)
        except UNREADABLE as error:
            raise BackupError(
                f"{path} is no whole backup: it is damaged, cut off, or another kind "
                "of file. Nothing was changed. Use another backup."
            ) from error
        yield reader


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    with suppress(KeyError):
        if archive.getinfo(MANIFEST).file_size <= LARGEST_MANIFEST:
            text = archive.read(MANIFEST)
            try:
                return _of_this_format(Manifest.model_validate_json(text))
            except ValidationError as error:
                raise BackupError(
                    "The archive's manifest cannot be read. Nothing was changed. Use "
                    "a backup that preventedu made."
                ) from error
    raise BackupError("The archive has no manifest: it is no backup of preventedu.")


def _of_this_format(manifest: Manifest) -> Manifest:
    if manifest.format != FORMAT:
        raise BackupError(
            f"The backup has the format {manifest.format}; this version reads "
            f"{FORMAT}. Nothing was changed. Install the version that made it: "
            f"{manifest.version}."
        )
    return manifest
