"""W, L, G, H011: words, links, glossary terms and phone numbers in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from preventedu.courses.content.base import SOURCE_LANGUAGE
from preventedu.courses.content.readings import Reading, readings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from preventedu.courses.content.problems import Problem
    from preventedu.courses.content.sources import Document

PHONE = re.compile(r"(?<!\d)(?:1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}(?!\d)")


def check(document: Document) -> Iterator[Problem]:
    """Yield words to avoid, links off the list and terms nobody explains."""
    for reading in readings(document.file):
        yield from _words(document, reading)
        yield from _names(document, reading)
        yield from _numbers(document, reading)
    yield from _links(document)
    yield from _terms(document)


def _words(document: Document, reading: Reading) -> Iterator[Problem]:
    for rule in document.tree.policy.words:
        if rule.not_in and document.band not in rule.not_in:
            continue
        if _stands_in(rule.term, reading):
            report = document.error if rule.level == "error" else document.warning
            yield report(
                reading.line, "W001", f"avoid “{rule.term}”; write: {rule.say}"
            )


def _names(document: Document, reading: Reading) -> Iterator[Problem]:
    for name in document.tree.policy.platform_names:
        if _stands_in(name, reading):
            yield document.warning(
                reading.line, "W003", f"“{name}” is a real platform: say what it is"
            )


def _stands_in(term: str, reading: Reading) -> bool:
    pattern = re.compile(rf"(?<!\w){re.escape(term)}(?!\w)", re.IGNORECASE)
    return any(pattern.search(chunk) for chunk in reading.chunks)


def _numbers(document: Document, reading: Reading) -> Iterator[Problem]:
    for chunk in reading.chunks:
        for match in PHONE.finditer(chunk):
            yield document.error(
                reading.line,
                "H011",
                f"{match[0]}: phone numbers stand in _shared/help.yaml only, where"
                " somebody checks them; write ::: help",
            )


def _links(document: Document) -> Iterator[Problem]:
    allowed = document.tree.policy.links_allowed
    for address, line in document.file.links:
        parts = urlsplit(address)
        if parts.scheme != "https" or parts.netloc not in allowed:
            yield document.error(
                line, "L001", f"not a link to a site on the list: {address}"
            )


def _terms(document: Document) -> Iterator[Problem]:
    glossary = document.module.glossary
    for term, line in document.file.terms:
        if term not in glossary:
            hint = (
                ""
                if document.language == SOURCE_LANGUAGE
                else f"; to show another word, write [[word|{SOURCE_LANGUAGE} term]]"
            )
            yield document.error(
                line, "G001", f"[[{term}]] is not in glossary.yaml{hint}"
            )
        elif document.language not in glossary[term]:
            yield document.error(
                line, "G002", f"glossary “{term}” has no {document.language} text"
            )
