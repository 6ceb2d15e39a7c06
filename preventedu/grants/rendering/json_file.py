"""A release as JSON for programs: the stored content, byte for byte."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from preventedu.grants.ledger import Release


def to_json(release: Release) -> bytes:
    """Return the content of a release: the very bytes that its hash is of.

    The file's SHA-256 is the release's content hash, so anybody can check it with
    a common tool.
    """
    return release.content.encode()
