from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.courses.content.trees import Content, make_content

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def content(tmp_path: Path) -> Content:
    """A content tree that is right in every way."""
    return make_content(tmp_path / "content")
