"""What every response says about itself: policy, frames, caching; and static files.

A page of a seat may be framed by its platform only. Error pages before a platform is
known hold no form, cookie or personal data and may be framed by anyone, because the
browser would show nothing otherwise.
"""

from __future__ import annotations

import gzip
import hashlib
import secrets
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from flask import g, request, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from flask import Flask, Response

    from preventedu.settings import Settings

MAX_BODY = 256 * 1024
"""Bytes of a request: an id_token with a long roster of claims stays under 20 KiB."""
STATIC = Path(__file__).parent / "static"
NOBODY, ANYBODY = "'none'", "*"
STATIC_AGE = 365 * 24 * 3600
COMPRESSED_TYPES = ("text/", "application/javascript", "application/json", "image/svg")
WORTH_COMPRESSING = 1024
"""Bytes: below it, headers weigh more than what is saved."""


def init_app(app: Flask, settings: Settings) -> None:
    """Send the security headers with every response and cap every request."""
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY,
        MAX_FORM_MEMORY_SIZE=MAX_BODY,
        MAX_FORM_PARTS=400,
        SESSION_COOKIE_NAME="__Host-preventedu-staff",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SEND_FILE_MAX_AGE_DEFAULT=STATIC_AGE,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's documented way
            app.wsgi_app, x_for=hops, x_proto=0, x_host=0, x_prefix=0
        )
    app.after_request(_add_headers)
    app.after_request(_compress)
    app.jinja_env.globals.update(static_url=static_url, csp_nonce=csp_nonce)


def frame_by(origin: str) -> None:
    """Let `origin` frame this response: a platform's, ANYBODY or NOBODY."""
    g.frame_origin = origin


def post_to(origin: str) -> None:
    """Let a form on this page post to `origin` (the deep linking answer)."""
    g.form_origin = origin


def keep_opener() -> None:
    """Let the page that opened this one stay in touch: an LMS closes its new tab."""
    g.opener_policy = "unsafe-none"


def csp_nonce() -> str:
    """Return this response's nonce, for the scripts that the page names."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def static_url(filename: str) -> str:
    """Return the address of a static file, changed whenever the file changes."""
    return url_for("static", filename=filename, v=_digest(filename))


@cache
def _digest(filename: str) -> str:
    return hashlib.sha256((STATIC / filename).read_bytes()).hexdigest()[:12]


def _frame_ancestors() -> str:
    seat = g.get("seat")
    if "frame_origin" in g:
        return str(g.frame_origin)
    return str(seat.frame_origin) if seat is not None else NOBODY


def _add_headers(response: Response) -> Response:
    # Only the scripts that this page itself names run, not any file of ours.
    script = f"'nonce-{g.csp_nonce}'" if "csp_nonce" in g else "'none'"
    form = f"'self' {g.form_origin}" if "form_origin" in g else "'self'"
    policy = {
        "default-src": "'none'",
        "script-src": script,
        "style-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "media-src": "'self'",
        "connect-src": "'self'",
        "form-action": form,
        "base-uri": "'none'",
        "frame-ancestors": _frame_ancestors(),
    }
    headers = response.headers
    headers["Content-Security-Policy"] = "; ".join(
        f"{k} {v}" for k, v in policy.items()
    )
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    headers["Cross-Origin-Opener-Policy"] = g.get(
        "opener_policy", "same-origin-allow-popups"
    )
    if "Cache-Control" not in headers:
        # Learner and staff pages on shared machines: nothing stays behind.
        headers["Cache-Control"] = "no-store"
    return response


def _compress(response: Response) -> Response:
    """Compress text: a lesson is to open on a slow line.

    Secrets inside a page are masked anew each time (`forms.csrf_token`).
    """
    if (
        not (response.mimetype or "").startswith(COMPRESSED_TYPES)
        or response.status_code != HTTPStatus.OK
        or "Content-Encoding" in response.headers
    ):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] <= 0:
        return response
    response.direct_passthrough = False
    body = response.get_data()
    if len(body) >= WORTH_COMPRESSING:
        response.set_data(gzip.compress(body, compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
        # The bytes differ from those that a strong tag would promise.
        if tag := response.get_etag()[0]:
            response.set_etag(tag, weak=True)
    return response
