"""The install script makes a server that answers over https, and renews it safely."""

from __future__ import annotations

import re
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import requests

from tests.deploy.server import ROOT, Server, checkout, new_server, run
from tests.tls import proxy, skip_without_tls

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.server, pytest.mark.timeout(900)]
SERVICES = ("preventedu-web", "preventedu-worker")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout."""
    return checkout(tmp_path_factory.mktemp("checkout") / "preventedu")


@pytest.fixture(scope="module")
def server(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that was just installed, behind nginx."""
    skip_without_tls()
    server = new_server(tmp_path_factory.mktemp("server"))
    done = server.install(source)
    try:
        assert done.code == 0, done.out + server.log()
        assert f"Open {server.url}/readyz" in done.out
        with proxy(server.folder / "nginx", [server.site], server.https_port):
            yield server
    finally:
        server.systemctl("stop", *SERVICES)


def ask(server: Server, path: str) -> requests.Response:
    return requests.get(
        f"{server.url}{path}", timeout=20, verify=str(server.authority.file)
    )


def test_it_answers_at_its_public_address(server: Server) -> None:
    answer = ask(server, "/readyz?with=worker")

    assert answer.status_code == 200
    assert answer.json()["checks"] == dict.fromkeys(
        ("database", "migrations", "content", "secret", "worker"), "ok"
    )
    assert ask(server, "/staff/sign-in").status_code == 200
    assert "Strict-Transport-Security" in answer.headers


def test_plain_http_is_sent_to_https(server: Server) -> None:
    plain = f"http://127.0.0.1:{server.http_port}/staff/sign-in?next=x"
    answer = requests.get(plain, timeout=10, allow_redirects=False)

    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{server.url}/staff/sign-in?next=x"


def test_figures_are_told_on_the_server_itself_to_who_has_the_token(
    server: Server,
) -> None:
    token = server.settings["PREVENTEDU_METRICS_TOKEN"]
    inside = f"http://127.0.0.1:{server.app_port}/metrics"
    bearer = {"Authorization": f"Bearer {token}"}
    for _number in range(8):
        ask(server, "/staff/sign-in")

    counts = [sign_ins(inside, bearer) for _number in range(6)]

    # Two processes answer in turn, and both tell the sum of both.
    assert len(set(counts)) == 1
    assert counts[0] >= 8
    assert ask(server, "/metrics").status_code == 404


def sign_ins(address: str, headers: dict[str, str]) -> float:
    text = requests.get(address, headers=headers, timeout=10).text
    series = r'request_seconds_count\{endpoint="staff.sign_in",status="2xx"\} (\S+)'
    found = re.search(series, text)
    assert found, text
    return float(found[1])


def test_secrets_are_for_their_owner_only(server: Server) -> None:
    modes = {
        name: stat.S_IMODE((server.root / name).stat().st_mode)
        for name in (
            "etc/preventedu/preventedu.env",
            "var/lib/preventedu/secret-key",
            "var/lib/preventedu",
            "var/backups/preventedu",
        )
    }

    assert list(modes.values()) == [0o600, 0o600, 0o700, 0o700]


def test_the_proxy_logs_neither_addresses_nor_paths(server: Server) -> None:
    ask(server, "/s/a-seat-nobody-may-read/lesson")

    log = (server.root / "var/log/preventedu/proxy.log").read_text()
    assert re.search(r"GET 40\d ", log)
    assert "127.0.0.1" not in log
    assert "seat" not in log
    rotated = server.root / "etc/logrotate.d/preventedu"
    assert f"{server.root}/var/log/preventedu/*.log" in rotated.read_text()
    if program := shutil.which("logrotate") or shutil.which("/usr/sbin/logrotate"):
        done = run(program, "--debug", str(rotated))
        assert done.returncode == 0, done.stderr


def test_the_command_works_as_the_services_do(server: Server) -> None:
    done = server.command("db", "check")

    assert done.out == "The database is up to date and as expected.\n"


def test_each_night_there_is_a_backup_and_old_ones_end(server: Server) -> None:
    old = server.backups / "nightly-20200101T000000Z.zip"
    old.touch()
    run("touch", "--date", "2020-01-01", str(old))
    mark = server.folder / "copied"
    hook = server.root / "etc/preventedu/nightly.d/copy"
    hook.write_text(f"#!/bin/sh\ntouch '{mark}'\n")
    hook.chmod(0o755)

    assert server.systemctl("start", "preventedu-nightly.service") == 0, server.log()

    (made,) = server.backups.glob("nightly-*.zip")
    assert made != old
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    assert zipfile.ZipFile(made).testzip() is None
    assert mark.exists()


def test_units_hold_what_systemd_understands(server: Server) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is missing")
    found = [str(each) for each in sorted(server.units.glob("preventedu-*"))]
    assert len(found) == 4

    done = run(analyze, "verify", "--man=no", *found)

    said = [line for line in done.stderr.splitlines() if str(server.units) in line]
    assert said == []


def test_installing_twice_is_refused(server: Server, source: Path) -> None:
    done = server.install(source)

    assert done.code == 1
    assert "is installed already" in done.out


def test_an_upgrade_keeps_the_data_and_one_that_fails_goes_back_by_itself(
    server: Server, source: Path, tmp_path: Path
) -> None:
    before = server.release
    server.command("import", str(ROOT / "preventedu/cli/demo_data/district.yaml"))
    secret = (server.root / "var/lib/preventedu/secret-key").read_text()
    names = lea_names(server)
    assert names

    good = server.upgrade(source)

    assert good.code == 0, good.out + server.log()
    after = server.release
    assert after != before
    assert ask(server, "/readyz?with=worker").json()["ready"] is True
    assert len(list(server.backups.glob("before-upgrade-*.zip"))) == 1

    broken = tmp_path / "broken"
    shutil.copytree(source, broken)
    # It changes the tables and then cannot serve: the data must go back too.
    versions = broken / "preventedu/migrations/versions"
    heads = {each.stem for each in versions.glob("2*.py")}
    newest = next(h for h in sorted(heads, reverse=True) if h.endswith("_data"))
    (versions / "2027_01_01_broken.py").write_text(BROKEN.format(newest))
    views = broken / "preventedu/health/views.py"
    views.write_text(views.read_text().replace("found.is_complete", "False"))

    bad = server.upgrade(broken, PREVENTEDU_READY_SECONDS="12")

    assert bad.code == 1, bad.out
    assert "the old version runs again, with the data from before" in bad.out
    assert server.release == after
    assert ask(server, "/readyz?with=worker").json()["ready"] is True
    assert server.command("db", "check").code == 0
    assert (server.root / "var/lib/preventedu/secret-key").read_text() == secret
    assert lea_names(server) == names


def lea_names(server: Server) -> list[str]:
    """Return what an administrator entered."""
    file = server.root / "var/lib/preventedu/preventedu.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        return [name for (name,) in database.execute("SELECT name FROM lea")]


BROKEN = '''"""Add a table and lose the names."""

import sqlalchemy as sa
from alembic import op

revision = "2027_01_01_broken"
down_revision = "{}"


def upgrade() -> None:
    op.create_table("broken", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE lea SET name = 'lost'")


def downgrade() -> None:
    op.drop_table("broken")
'''
