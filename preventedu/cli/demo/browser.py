"""A small browser for the walkthrough: cookies, redirects and forms over HTTP.

It keeps Secure cookies on loopback as real browsers do, so that the cookies of the
demo need no flags other than those of production.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

import requests

from preventedu.errors import PreventEduError
from preventedu.settings import LOOPBACK

if TYPE_CHECKING:
    from http.cookiejar import Cookie
    from urllib.request import Request

TIMEOUT = (5.0, 30.0)
"""Seconds to connect, and to wait for an answer."""


class UnexpectedPageError(PreventEduError):
    """A page is not what the tour expects there; the message says what was found."""


@dataclass
class Form:
    """One form of a page, with the values it would send."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    choices: list[tuple[str, str]] = field(default_factory=list)
    """Radio buttons and check boxes that are not chosen yet."""


@dataclass(frozen=True)
class Page:
    """An answer, read."""

    url: str
    status: int
    text: str
    forms: tuple[Form, ...]
    links: tuple[tuple[str, str], ...]
    """(text, absolute address) of each link."""
    frames: tuple[str, ...]

    def form(self, part_of_action: str) -> Form:
        """Return the first form whose action contains the text."""
        for form in self.forms:
            if part_of_action in form.action:
                return form
        raise UnexpectedPageError(f"no form for {part_of_action} on {self._where()}")

    def link(self, part: str) -> str:
        """Return the first link whose text or address contains the text."""
        for text, address in self.links:
            if part in text or part in address:
                return address
        raise UnexpectedPageError(f"no link {part!r} on {self._where()}")

    def _where(self) -> str:
        # Not the whole address: it may name a seat.
        return f"{self.url.split('?')[0].rsplit('/', 1)[-1] or 'home'} ({self.status})"


class _TrustsLoopback(DefaultCookiePolicy):
    """Keeps Secure cookies of this machine, which needs no https to be trusted."""

    def set_ok(self, cookie: Cookie, request: Request) -> bool:
        """Take the cookie; let it travel over http if it comes from loopback."""
        if urlsplit(request.get_full_url()).hostname in LOOPBACK:
            cookie.secure = False
        return super().set_ok(cookie, request)


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.cookies.set_policy(_TrustsLoopback())
        self._session.headers["Accept-Language"] = "en"

    def get(self, url: str) -> Page:
        """Open an address."""
        return self._read(self._ask("GET", url))

    def post(self, url: str, fields: list[tuple[str, str]]) -> Page:
        """Send a form's fields."""
        return self._read(self._ask("POST", url, fields))

    def get_json(self, url: str) -> object:
        """Open an address that answers in JSON."""
        answer = self._ask("GET", url)
        try:
            return answer.json()
        except requests.JSONDecodeError as error:
            raise UnexpectedPageError(f"HTTP {answer.status_code}, no JSON") from error

    def submit(
        self, page: Page, form: Form, extra: dict[str, str] | None = None
    ) -> Page:
        """Send a form as it stands, with `extra` fields set."""
        extra = extra or {}
        fields = [pair for pair in form.fields if pair[0] not in extra]
        fields += list(extra.items())
        target = urljoin(page.url, form.action)
        if form.method == "get":
            request = requests.Request("GET", target, params=fields).prepare()
            return self.get(str(request.url))
        return self.post(target, fields)

    def _ask(
        self, method: str, url: str, fields: list[tuple[str, str]] | None = None
    ) -> requests.Response:
        try:
            return self._session.request(method, url, data=fields, timeout=TIMEOUT)
        except requests.RequestException as error:
            where = urlsplit(url).netloc
            raise UnexpectedPageError(f"{where} does not answer") from error

    def _read(self, response: requests.Response) -> Page:
        reader = _Reader(response.url)
        if "html" in response.headers.get("Content-Type", ""):
            reader.feed(response.text)
        return Page(
            url=response.url,
            status=response.status_code,
            text=response.text,
            forms=tuple(reader.forms),
            links=tuple(reader.links),
            frames=tuple(reader.frames),
        )


class _Reader(HTMLParser):
    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = base
        self._select = ""
        self._link = ""
        self._text: list[str] = []
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.frames: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = values.get("method", "get").lower()
            self.forms.append(Form(values.get("action", ""), method))
        elif tag in ("input", "button") and self.forms:
            self._add_input(tag, values)
        elif tag == "select":
            self._select = values.get("name", "")
        elif tag == "option" and self._select and self.forms:
            self._add_option(values)
        elif tag == "a" and "href" in values:
            self._link, self._text = urljoin(self._base, values["href"]), []
        elif tag == "iframe" and "src" in values:
            self.frames.append(urljoin(self._base, values["src"]))

    def _add_input(self, tag: str, values: dict[str, str]) -> None:
        form, pair = self.forms[-1], (values.get("name", ""), values.get("value", ""))
        kind = values.get("type", "text" if tag == "input" else "submit")
        if kind == "submit" or tag == "button":
            form.buttons.append(pair)
        elif not pair[0] or "disabled" in values:
            return
        elif kind in ("radio", "checkbox") and "checked" not in values:
            form.choices.append(pair)
        else:
            form.fields.append(pair)

    def _add_option(self, values: dict[str, str]) -> None:
        """Choose the option that is selected, else the first, as browsers do."""
        fields, pair = self.forms[-1].fields, (self._select, values.get("value", ""))
        chosen = [index for index, (name, _) in enumerate(fields) if name == pair[0]]
        if not chosen:
            fields.append(pair)
        elif "selected" in values:
            fields[chosen[0]] = pair

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._link:
            self.links.append((" ".join("".join(self._text).split()), self._link))
            self._link = ""
        elif tag == "select":
            self._select = ""
