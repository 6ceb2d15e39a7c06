"""The modules that can be taught: published versions, and what each one holds."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from preventedu.courses.content.schema import CompiledModule
from preventedu.courses.models import ModuleVersion
from preventedu.errors import NotFoundError
from preventedu.i18n import gettext as _
from preventedu.people import GradeBand

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

LESSON, ALTERNATIVE = "lesson", "alternative"
_LOADED: dict[str, CompiledModule] = {}
"""By content hash, in this process; a version never changes, so none grows stale."""


def publish(
    session: Session, compiled: CompiledModule, *, now: datetime
) -> ModuleVersion:
    """Make a compiled module the current version of its slug.

    The same content again changes nothing. Attempts stay with their version.
    """
    version = _version_with_hash(session, compiled.slug, compiled.content_hash)
    if version is not None and version.is_current:
        return version
    session.execute(
        update(ModuleVersion)
        .where(ModuleVersion.slug == compiled.slug, ModuleVersion.is_current)
        .values(is_current=False)
    )
    if version is None:
        version = _new_version(compiled, now)
        session.add(version)
    version.is_current = True
    session.flush()
    return version


def current_modules(session: Session) -> list[ModuleVersion]:
    """Return the lessons a teacher may look at, by grade band and slug.

    Alternatives are left out: nobody picks them, they stand in for a lesson.
    """
    found = session.scalars(
        select(ModuleVersion)
        .where(ModuleVersion.is_current, ModuleVersion.kind == LESSON)
        .order_by(ModuleVersion.slug)
    ).all()
    order = list(GradeBand)
    return sorted(found, key=lambda version: order.index(version.grade_band))


def module_version(session: Session, slug: str) -> ModuleVersion:
    """Return the current version of a module.

    Raises:
        NotFoundError: No module has this slug.
    """
    version = session.scalar(
        select(ModuleVersion).where(
            ModuleVersion.slug == slug, ModuleVersion.is_current
        )
    )
    if version is None:
        raise NotFoundError(_("This lesson does not exist here."))
    return version


def alternative_of(session: Session, version: ModuleVersion) -> ModuleVersion:
    """Return the current lesson that an opted-out learner gets instead.

    It is the one the module names, or else one of the same grade band.

    Raises:
        NotFoundError: The grade band has no alternative.
    """
    found = session.scalars(
        select(ModuleVersion)
        .where(
            ModuleVersion.is_current,
            ModuleVersion.kind == ALTERNATIVE,
            ModuleVersion.grade_band == version.grade_band,
        )
        .order_by(ModuleVersion.slug)
    ).all()
    named = [each for each in found if each.slug == load(version).alternative]
    if not found:
        raise NotFoundError(_("There is no other lesson for this grade yet."))
    return (named or list(found))[0]


def content_hash(session: Session) -> str:
    """Return the SHA-256 of which versions are current; empty when none is."""
    rows = session.execute(
        select(ModuleVersion.slug, ModuleVersion.content_hash)
        .where(ModuleVersion.is_current)
        .order_by(ModuleVersion.slug)
    ).all()
    text = "".join(f"{slug} {digest}\n" for slug, digest in rows)
    return hashlib.sha256(text.encode()).hexdigest() if rows else ""


def load(version: ModuleVersion) -> CompiledModule:
    """Return what the version holds; parsed once in each process."""
    module = _LOADED.get(version.content_hash)
    if module is None:
        module = CompiledModule.model_validate(version.compiled)
        _LOADED[version.content_hash] = module
    return module


def _version_with_hash(
    session: Session, slug: str, content_hash: str
) -> ModuleVersion | None:
    return session.scalar(
        select(ModuleVersion).where(
            ModuleVersion.slug == slug, ModuleVersion.content_hash == content_hash
        )
    )


def _new_version(compiled: CompiledModule, now: datetime) -> ModuleVersion:
    return ModuleVersion(
        slug=compiled.slug,
        version=compiled.version,
        content_hash=compiled.content_hash,
        kind=compiled.kind,
        grade_band=GradeBand(compiled.band),
        status=compiled.status,
        compiled=compiled.model_dump(mode="json"),
        built_at=now,
    )
