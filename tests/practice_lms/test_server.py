import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from practice_lms import LmsConfig, config_from_json
from practice_lms.config import ConfigError, config_to_json
from tests.practice_lms.key_server import free_port
from tests.practice_lms.throwaway_tool import ThrowawayTool, Visit, graded_item


def wait_for(address: str) -> None:
    for _ in range(200):
        try:
            requests.get(address, timeout=5)
        except requests.ConnectionError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the practice LMS did not start")


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_as_a_process_and_stops_when_told(
    tool: ThrowawayTool, tmp_path: Path, how: signal.Signals
) -> None:
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    config = LmsConfig(
        base_url=address,
        personality="moodle",
        data_dir=tmp_path / "data",
        tools=(tool.registration(),),
    )
    path = tmp_path / "lms.json"
    path.write_text(config_to_json(config), encoding="utf-8")
    command = [sys.executable, "-m", "practice_lms", "--config", str(path)]

    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:  # noqa: S603
        try:
            wait_for(address)
            page = requests.get(address, timeout=10)
        finally:
            process.send_signal(how)
        _out, errors = process.communicate(timeout=20)

    assert "Who would you like to be?" in page.text
    assert process.returncode == 0
    assert errors == b""


@pytest.mark.slow
def test_a_bad_configuration_is_one_plain_sentence(tmp_path: Path) -> None:
    missing = tmp_path / "lms.json"
    command = [sys.executable, "-m", "practice_lms", "--config", str(missing)]

    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603

    assert done.returncode == 2
    assert done.stderr.startswith("cannot use lms.json")
    assert "Traceback" not in done.stderr


def test_a_second_start_finds_its_data_again(moodle: Visit, served_at: str) -> None:
    moodle.be("rivera").pick([graded_item()])

    seen = requests.get(f"{served_at}/api/gradebook?course=2", timeout=10).json()
    keys = requests.get(f"{served_at}/mod/lti/certs.php", timeout=10).json()

    assert len(seen) == 6
    assert keys == moodle.client.get("/mod/lti/certs.php").get_json()


def test_many_students_at_once_lose_no_grade(moodle: Visit, served_at: str) -> None:
    moodle.be("rivera").pick([graded_item()])
    headers = {
        **moodle.bearer(),
        "Content-Type": "application/vnd.ims.lis.v1.score+json",
    }
    address = f"{served_at}/mod/lti/services.php/2/lineitems/1/lineitem/scores"

    def send(number: int) -> int:
        body = {
            "userId": str(number),
            "timestamp": "2026-11-22T10:00:00Z",
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "scoreGiven": number,
            "scoreMaximum": 20,
        }
        return requests.post(
            address, json=body, headers=headers, timeout=30
        ).status_code

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(send, range(5, 11)))

    assert statuses == [200] * 6
    rows = moodle.client.get("/api/gradebook?course=2").get_json()
    assert [row["score"] for row in rows] == [5, 6, 7, 8, 9, 10]
    assert len(moodle.client.get("/_history").get_json()) == 6


def test_a_configuration_survives_its_file(moodle: Visit, tmp_path: Path) -> None:
    path = tmp_path / "lms.json"
    path.write_text(config_to_json(moodle.config), encoding="utf-8")

    assert config_from_json(path) == moodle.config


@pytest.mark.parametrize(
    "changes",
    [{"personality": "sakai"}, {"base_url": "localhost"}, {"base_url": "http://a/"}],
)
def test_a_configuration_that_cannot_work_is_refused(
    moodle: Visit, changes: dict[str, str]
) -> None:
    with pytest.raises(ConfigError):
        LmsConfig(**{**moodle.config.__dict__, **changes})


def test_deployments_have_ids_of_their_own(moodle: Visit, tool: ThrowawayTool) -> None:
    twice = (tool.registration(), tool.registration(client_id="other"))

    with pytest.raises(ConfigError, match="deployment_id"):
        LmsConfig(**{**moodle.config.__dict__, "tools": twice})
