"""Our own key: made once, also by two processes at once, and published."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from sqlalchemy import delete, select

from preventedu.cli import database
from preventedu.db import make_engine
from preventedu.errors import SetupError
from preventedu.lti import keys
from preventedu.lti.models import ToolKey

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient
    from sqlalchemy.orm import Session

NOW = datetime(2027, 3, 1, tzinfo=UTC)
SECRET = "a-secret-that-encrypts-the-key-at-rest"
MAKE_A_KEY = """
import sys
from datetime import UTC, datetime
from preventedu.db import make_engine, make_sessions
from preventedu.lti import keys
with make_sessions(make_engine(sys.argv[1]))() as session:
    key = keys.ensure_key(session, sys.argv[2], now=datetime.now(UTC))
    session.commit()
    print(key.kid)
"""


def test_the_first_run_makes_a_key_and_the_next_reads_it(session: Session) -> None:
    first = keys.ensure_key(session, SECRET, now=NOW)
    second = keys.ensure_key(session, SECRET, now=NOW)

    row = session.scalars(select(ToolKey)).one()
    assert first.kid == second.kid == row.kid
    assert first.private.key_size == 2048
    assert "PRIVATE KEY" not in row.private_key


def test_another_secret_is_a_set_up_error(session: Session) -> None:
    keys.ensure_key(session, SECRET, now=NOW)

    with pytest.raises(SetupError, match="another secret"):
        keys.ensure_key(session, SECRET + "!", now=NOW)


def test_a_thumbprint_is_that_of_the_rfc() -> None:
    # The example of RFC 7638, 3.1.
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhD"
        "R1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6"
        "Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajr"
        "n1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0"
        "Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    key = jwt.PyJWK({"kty": "RSA", "n": n, "e": "AQAB"}).key

    assert isinstance(key, rsa.RSAPublicKey)
    assert keys.thumbprint(key) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_our_keys_are_published_and_may_be_kept_for_a_while(
    client: FlaskClient, session: Session
) -> None:
    first = client.get("/lti/jwks.json")
    second = client.get("/lti/jwks.json")

    assert first.headers["Cache-Control"] == "public, max-age=600"
    assert "Set-Cookie" not in first.headers
    assert first.get_json() == second.get_json()
    (jwk,) = first.get_json()["keys"]
    row = session.scalars(select(ToolKey)).one()
    assert jwk["kid"] == row.kid
    assert set(jwk) == {"kty", "alg", "use", "kid", "n", "e"}


@pytest.mark.parametrize(("days", "is_published"), [(13, True), (15, False)])
def test_a_retired_key_stays_published_for_a_while(
    session: Session, *, days: int, is_published: bool
) -> None:
    old = keys.ensure_key(session, SECRET, now=NOW)
    row = session.scalars(select(ToolKey)).one()
    row.slot, row.retired_at = None, NOW
    session.flush()
    new = keys.ensure_key(session, SECRET, now=NOW)

    later = NOW + timedelta(days=days)
    published = keys.public_jwks(session, SECRET, now=later)["keys"]

    assert isinstance(published, list)
    kids = [key["kid"] for key in published]
    assert kids == ([old.kid, new.kid] if is_published else [new.kid])


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
)
def test_two_processes_that_start_at_once_agree_on_one_key(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'keys.sqlite3'}"
    if kind == "postgres":
        url = request.getfixturevalue("new_postgres")
    engine = make_engine(url)
    if kind == "sqlite":
        database.upgrade(engine)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    started = [
        subprocess.Popen(  # noqa: S603 (our own interpreter and script)
            [sys.executable, "-c", MAKE_A_KEY, url, SECRET],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for _ in range(3)
    ]

    said = {process.communicate(timeout=60)[0].strip() for process in started}

    with engine.begin() as connection:
        kids = connection.execute(select(ToolKey.kid)).scalars().all()
        connection.execute(delete(ToolKey))
    engine.dispose()
    assert said == set(kids)
    assert len(kids) == 1
