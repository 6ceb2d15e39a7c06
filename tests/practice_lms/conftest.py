import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from practice_lms import LmsConfig, create_lms
from practice_lms.server import build_server
from tests.practice_lms.key_server import KeyServer
from tests.practice_lms.throwaway_tool import ThrowawayTool, Visit

Maker = Callable[..., Visit]


@pytest.fixture
def tool() -> Iterator[ThrowawayTool]:
    keys = KeyServer()
    yield ThrowawayTool(keys)
    keys.close()


@pytest.fixture
def visit_to(tool: ThrowawayTool, tmp_path: Path) -> Maker:
    def make(personality: str, **changes: Any) -> Visit:
        usual: dict[str, Any] = {
            "base_url": "http://localhost:8800",
            "personality": personality,
            "data_dir": tmp_path / personality,
            "tools": (tool.registration(),),
            "faults_enabled": True,
        }
        lms = create_lms(LmsConfig(**{**usual, **changes}))
        return Visit(lms, tool, lms.test_client())

    return make


@pytest.fixture
def moodle(visit_to: Maker) -> Visit:
    return visit_to("moodle")


@pytest.fixture
def canvas(visit_to: Maker) -> Visit:
    return visit_to("canvas")


@pytest.fixture
def served_at(moodle: Visit) -> Iterator[str]:
    """Serve the Moodle-like LMS on a real port and return its address."""
    server = build_server(moodle.config, "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
