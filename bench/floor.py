"""The floor for `launches.py`: verify a launch and answer, keeping nothing.

It accepts replays and knows nobody: it shows what login, RS256 and Flask cost.
"""

from __future__ import annotations

import json
import os
import secrets
from urllib.parse import urlencode
from urllib.request import urlopen

import jwt
from flask import Flask, redirect, request

ISSUER = os.environ.get("FLOOR_ISSUER", "http://127.0.0.1:9400")
app = Flask(__name__)
keys: dict[str, jwt.PyJWK] = {}


@app.get("/login")
def login():
    """Send the browser to the platform."""
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": request.args["client_id"],
        "login_hint": request.args["login_hint"],
        "redirect_uri": request.args["target_link_uri"],
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
    }
    return redirect(f"{ISSUER}/auth?{urlencode(query)}")


@app.post("/launch")
def launch():
    """Verify the token and greet."""
    token = request.form["id_token"]
    kid = jwt.get_unverified_header(token)["kid"]
    if kid not in keys:
        with urlopen(f"{ISSUER}/jwks") as answer:
            for key in json.load(answer)["keys"]:
                keys[key["kid"]] = jwt.PyJWK(key)
    jwt.decode(token, keys[kid], algorithms=["RS256"], audience="ltiload-client")
    return "<p>hello</p>"
