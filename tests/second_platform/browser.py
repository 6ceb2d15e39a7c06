"""A browser for loopback: follows redirects, keeps Secure cookies, fills in forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

HOPS = 10


@dataclass
class Form:
    """A form of a page: where it goes and what its fields hold."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Page:
    """What the browser shows."""

    url: str
    status: int
    text: str

    def form(self, ending: str = "") -> Form:
        """Return the page's form whose address ends so."""
        reader = _Forms()
        reader.feed(self.text)
        (form,) = [each for each in reader.forms if each.action.endswith(ending)]
        return Form(urljoin(self.url, form.action), form.fields)


class Browser:
    """One person's browser."""

    def __init__(self) -> None:
        self._cookies: dict[str, dict[str, str]] = {}

    def get(self, url: str) -> Page:
        """Open an address."""
        return self._ask("GET", url, None)

    def send(self, form: Form, **more: str | list[str]) -> Page:
        """Submit a form with more fields filled in."""
        return self._ask("POST", form.action, {**form.fields, **more})

    def _ask(
        self, method: str, url: str, data: dict[str, str | list[str]] | None
    ) -> Page:
        for _hop in range(HOPS):
            jar = self._cookies.setdefault(urlsplit(url).hostname or "", {})
            sent = "; ".join(f"{name}={value}" for name, value in jar.items())
            response = requests.request(
                method,
                url,
                data=data,
                headers={"Cookie": sent},
                allow_redirects=False,
                timeout=20,
            )
            for line in response.raw.headers.getlist("Set-Cookie"):
                _keep(jar, line)
            if not response.is_redirect:
                return Page(url, response.status_code, response.text)
            url = urljoin(url, response.headers["Location"])
            method, data = "GET", None
        raise AssertionError("a circle of redirects")


def _keep(jar: dict[str, str], line: str) -> None:
    """Keep a cookie; `requests` would not send a Secure one to loopback."""
    pair, *attributes = line.split("; ")
    name, _equals, value = pair.partition("=")
    if "Max-Age=0" in attributes:
        jar.pop(name, None)
    else:
        jar[name] = value


class _Forms(HTMLParser):
    """Collects what a browser would send of an untouched form."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif tag == "select":
            self._select = given["name"]
        elif not self.forms:
            return
        elif tag == "option" and ("selected" in given or self._is_first_option()):
            self.forms[-1].fields[self._select] = given["value"]
        elif tag == "input" and _is_sent(given):
            self.forms[-1].fields[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    def _is_first_option(self) -> bool:
        return bool(self._select) and self._select not in self.forms[-1].fields


def _is_sent(given: dict[str, str]) -> bool:
    kind = given.get("type", "text")
    if kind in ("checkbox", "radio"):
        return "checked" in given
    return "name" in given and kind not in ("submit", "button")
