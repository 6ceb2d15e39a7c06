"""Settings are checked at start, and each problem is named with its fix."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from preventedu.settings import Settings, SettingsError

if TYPE_CHECKING:
    from pathlib import Path


def test_an_empty_environment_gives_sqlite_in_the_data_folder(data_dir: Path) -> None:
    settings = Settings.from_environment({}, data_dir)

    assert settings.database_url == f"sqlite:///{data_dir / 'preventedu.sqlite3'}"
    assert settings.allow_loopback_platforms is False


def test_the_secret_is_made_once_and_only_its_owner_reads_it(data_dir: Path) -> None:
    first = Settings.from_environment({}, data_dir).secret_key
    second = Settings.from_environment({}, data_dir).secret_key

    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((data_dir / "secret-key").stat().st_mode) == 0o600


def test_secrets_never_show_in_a_printed_settings_object(data_dir: Path) -> None:
    url = "postgresql://user:hunter2@db.example/prevention"

    shown = repr(Settings.from_environment({"PREVENTEDU_DATABASE_URL": url}, data_dir))

    assert "hunter2" not in shown
    assert (data_dir / "secret-key").read_text() not in shown


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("PREVENTEDU_PUBLIC_URL", "prevention.example", "write it as https://"),
        ("PREVENTEDU_PUBLIC_URL", "http://prevention.example", "use https://"),
        ("PREVENTEDU_PUBLIC_URL", "https://x.example/app", "leave out everything"),
        ("PREVENTEDU_TRUSTED_PROXIES", "one", "write a whole number"),
        ("PREVENTEDU_ALLOW_LOOPBACK_PLATFORMS", "maybe", "write yes or no"),
        ("PREVENTEDU_CONTENT", "/no/such/folder", "name a folder that exists"),
        ("PREVENTEDU_LOG_LEVEL", "loud", "choose one of DEBUG, INFO"),
        ("PREVENTEDU_DATABASE_URL", "mysql://u:p@h/d", "use postgresql://"),
        ("PREVENTEDU_DATABASE_URL", "postgresql://u:p@h:no/d", "use postgresql://"),
        ("PREVENTEDU_SECRET_KEY", "short", "use 32 characters or more"),
    ],
)
def test_a_wrong_value_is_named_with_its_fix(
    name: str, value: str, fix: str, data_dir: Path
) -> None:
    with pytest.raises(SettingsError, match=fix) as caught:
        Settings.from_environment({name: value}, data_dir)

    assert name in str(caught.value)


def test_every_problem_is_named_at_once(data_dir: Path) -> None:
    wrong = {"PREVENTEDU_PUBLIC_URL": "x", "PREVENTEDU_TRUSTED_PROXIES": "x"}

    with pytest.raises(SettingsError) as caught:
        Settings.from_environment(wrong, data_dir)

    assert len(str(caught.value).splitlines()) == 2


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "postgres://u:hunter2@h:x/d"])
def test_a_database_password_is_not_repeated_in_an_error(
    url: str, data_dir: Path
) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({"PREVENTEDU_DATABASE_URL": url}, data_dir)

    assert "hunter2" not in str(caught.value)
