"""Tokens that are no tokens, or not signed by the platform."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.lti.double import (
    KEY,
    KID,
    OTHER_KEY,
    Reply,
    public_jwk,
    sign,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from tests.lti.make import Browser
from tests.lti.refusals import HEADER, assert_refused

# -- tokens that are not tokens, or not signed by the platform --


def _b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _two_parts(said: dict[str, Any]) -> str:
    return sign(said).rpartition(".")[0]


def _alg_none(said: dict[str, Any]) -> str:
    return f"{_b64({'alg': 'none', 'typ': 'JWT', 'kid': KID})}.{_b64(said)}."


def _hs256_with_public_key(said: dict[str, Any]) -> str:
    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signing = f"{_b64({'alg': 'HS256', 'kid': KID})}.{_b64(said)}"
    mac = hmac.new(pem, signing.encode(), hashlib.sha256).digest()
    return f"{signing}.{_b64(mac)}"


def _altered_signature(said: dict[str, Any]) -> str:
    head, body, signature = sign(said).split(".")
    return f"{head}.{body}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


def _altered_body(said: dict[str, Any]) -> str:
    head, _body, signature = sign(said).split(".")
    return f"{head}.{_b64(said | {'sub': 'user-2'})}.{signature}"


@pytest.mark.parametrize(
    ("forge", "status", "code"),
    [
        (lambda _said: "", 400, "token_missing"),
        (lambda _said: "garbage", 400, "token_malformed"),
        (lambda _said: "a.b.c", 400, "token_malformed"),
        (lambda _said: "....", 400, "token_malformed"),
        (_two_parts, 400, "token_malformed"),
        (lambda _s: sign({"name": "badltilaunch"}, header={}), 400, "token_malformed"),
        (lambda said: sign([said]), 400, "token_malformed"),
        (lambda _said: sign("text"), 400, "token_malformed"),
        (lambda said: sign(said | {"exp": float("nan")}), 400, "token_malformed"),
        (lambda said: sign(said | {"sub": "a\x00b"}), 400, "token_malformed"),
        (lambda said: sign(said | {"sub": "\ud800"}), 400, "token_malformed"),
        (
            lambda s: sign(s, header={"alg": "RS256", "badtestonly": "1"}),
            400,
            "kid_missing",
        ),
        (
            lambda s: sign(s, header=HEADER | {"kid": "imstester_66067"}),
            401,
            "kid_unknown",
        ),
        (
            lambda s: sign(s, header=HEADER | {"kid": "../../etc/passwd"}),
            401,
            "kid_unknown",
        ),
        (lambda s: sign(s, header=HEADER | {"kid": "' OR 1=1 --"}), 401, "kid_unknown"),
        (lambda s: sign(s, header=HEADER | {"kid": "x" * 5000}), 401, "kid_unknown"),
        (lambda s: sign(s, header=HEADER | {"kid": 7}), 401, "kid_unknown"),
        (_alg_none, 401, "algorithm_refused"),
        (_hs256_with_public_key, 401, "algorithm_refused"),
        (lambda s: sign(s, header=HEADER | {"alg": "ES256"}), 401, "algorithm_refused"),
        (lambda s: sign(s, header=HEADER | {"crit": ["x"]}), 401, "algorithm_refused"),
        (_altered_signature, 401, "signature_wrong"),
        (_altered_body, 401, "signature_wrong"),
        (lambda said: sign(said, OTHER_KEY), 401, "signature_wrong"),
        (
            lambda said: sign(
                said,
                OTHER_KEY,
                HEADER | {"jwk": public_jwk(OTHER_KEY, KID), "jku": "http://evil/"},
            ),
            401,
            "signature_wrong",
        ),
        (lambda said: sign(said | {"pad": "x" * 70_000}), 413, "too_large"),
        (lambda said: sign(said | {"pad": "x" * 400_000}), 413, "too_large"),
        (lambda _s: f"{_b64(HEADER)}.{_b64(b'[' * 20_000)}.AA", 400, "token_malformed"),
    ],
)
def test_a_forged_token_is_refused(
    session: Session,
    chrome: Browser,
    forge: Callable[[dict[str, Any]], str],
    status: int,
    code: str,
) -> None:
    chrome.begin()

    answer = chrome.post(forge(chrome.claims()))

    assert_refused(session, chrome, answer, status, code)


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "oct", "k": "AAAA", "kid": KID, "alg": "HS256"},
        {"kty": "RSA", "kid": KID},
        {"kty": "RSA", "kid": KID, "n": 7, "e": "AQAB"},
        public_jwk(KEY, KID, alg="RS512"),
        "text",
    ],
)
def test_only_rsa_keys_for_rs256_are_taken(
    session: Session, chrome: Browser, entry: object
) -> None:
    chrome.double.routes["/jwks"] = lambda _asked: Reply(
        body={"keys": [entry, public_jwk(OTHER_KEY, "another")]}
    )

    answer = chrome.launch()

    assert_refused(session, chrome, answer, 401, "kid_unknown")


def test_an_elliptic_key_in_the_set_signs_nothing(
    session: Session, chrome: Browser
) -> None:
    numbers = ec.generate_private_key(ec.SECP256R1()).public_key().public_numbers()
    point = {"x": numbers.x.to_bytes(32, "big"), "y": numbers.y.to_bytes(32, "big")}
    entry = {"kty": "EC", "crv": "P-256", "kid": KID, "alg": "ES256"}
    entry |= {name: _b64(raw) for name, raw in point.items()}
    chrome.double.routes["/jwks"] = lambda _asked: Reply(
        body={"keys": [entry, public_jwk(OTHER_KEY, "another")]}
    )

    answer = chrome.launch()

    assert_refused(session, chrome, answer, 401, "kid_unknown")
