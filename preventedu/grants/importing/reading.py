"""From text to a checked shape, every mistake with its line and in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ValidationError

from preventedu.grants.importing.schema import Document
from preventedu.grants.importing.source import Lines, Path, Problem, SourceError, load

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


@dataclass(frozen=True)
class Source:
    """A file that was read: its document, or else its problems."""

    document: Document | None
    lines: Lines
    problems: tuple[Problem, ...] = ()


def read(text: str) -> Source:
    """Read the text of an import file."""
    try:
        data, lines = load(text)
    except SourceError as error:
        return Source(None, Lines(), (error.problem,))
    if not isinstance(data, dict):
        known = ", ".join(f"`{name}:`" for name in Document.model_fields)
        return Source(
            None,
            lines,
            (Problem(1, "This is no import file.", f"Begin with {known}."),),
        )
    try:
        return Source(Document.model_validate(data), lines)
    except ValidationError as error:
        found = _without_echoes(error.errors())
        problems = [_problem(details, lines) for details in found]
        return Source(None, lines, tuple(sorted(set(problems), key=lambda p: p.line)))


def did_you_mean(word: str, known: list[str]) -> str:
    """Return a suggestion from what is known, or the list of it."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    if not known:
        return "There are none yet."
    return "Known here: " + ", ".join(f"`{name}`" for name in sorted(known)[:12]) + "."


def _without_echoes(found: list[ErrorDetails]) -> list[ErrorDetails]:
    """Leave out what follows from another mistake.

    A misspelled key makes its true name missing; a bad entry leaves a list empty.
    """
    return [it for it in found if not any(_is_echo(it, of) for of in found)]


def _is_echo(it: ErrorDetails, of: ErrorDetails) -> bool:
    path, cause = it["loc"], of["loc"]
    if it["type"] == "too_short":
        return len(cause) > len(path) and cause[: len(path)] == path
    return (
        it["type"] == "missing"
        and of["type"] == "extra_forbidden"
        and path[:-1] == cause[:-1]
        and bool(get_close_matches(str(cause[-1]), [str(path[-1])]))
    )


@dataclass(frozen=True)
class _Mistake:
    """What pydantic found, with the place in the file."""

    path: Path
    line: int
    name: str
    raw: str
    value: Any
    message: str
    context: dict[str, Any]


def _problem(details: ErrorDetails, lines: Lines) -> Problem:
    path: Path = tuple(details["loc"])
    mistake = _Mistake(
        path=path,
        line=lines.line(path),
        name=next((part for part in reversed(path) if isinstance(part, str)), ""),
        raw=lines.raw(path),
        value=details["input"],
        message=details["msg"],
        context=details.get("ctx", {}),
    )
    kind = "date" if details["type"].startswith("date") else details["type"]
    return EXPLANATIONS.get(kind, _other)(mistake)


def _unknown_key(it: _Mistake) -> Problem:
    hint = did_you_mean(it.name, _fields(it.path[:-1]))
    return Problem(it.line, f"`{it.name}` is not known here.", hint)


def _missing(it: _Mistake) -> Problem:
    return Problem(it.line, f"`{it.name}` is missing here.", f"Add `{it.name}:`.")


def _unknown_word(it: _Mistake) -> Problem:
    known = str(it.context["expected"]).replace("'", "").replace(" or ", ", ")
    hint = did_you_mean(it.raw, known.split(", "))
    return Problem(it.line, f"`{it.name}` cannot be `{it.raw}`.", hint)


def _no_date(it: _Mistake) -> Problem:
    message = f"`{it.name}` is `{it.raw}`, which is no date."
    return Problem(it.line, message, "Write it as 2026-07-01.")


def _empty(it: _Mistake) -> Problem:
    hint = "Write it, or ask who knows it."
    return Problem(it.line, f"`{it.name}` is empty.", hint)


def _not_text(it: _Mistake) -> Problem:
    if isinstance(it.value, dict | list):
        return Problem(it.line, f"`{it.name}` must be one text.")
    if it.value is None:
        return _empty(it)
    return Problem(
        it.line,
        f"`{it.name}` is {it.raw} without quotes, and YAML reads that as a number, "
        "date or yes-or-no.",
        f'Write it in quotes, so that no zero is lost: "{it.raw}".',
    )


def _own_words(it: _Mistake) -> Problem:
    """Our validators say either a whole sentence, or what follows the value."""
    words = str(it.context["error"])
    if words[0].isupper() or words[0] == "`":
        return Problem(it.line, words)
    message, _, suggestion = words.partition(": ")
    if not suggestion:
        message, _, suggestion = words.partition(". ")
    suggestion = suggestion[:1].upper() + suggestion[1:]
    return Problem(it.line, f"`{it.name}` `{it.raw}` {message}.", suggestion)


def _other(it: _Mistake) -> Problem:
    return Problem(it.line, f"`{it.name}` is `{it.raw}`: {it.message}.")


EXPLANATIONS = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "enum": _unknown_word,
    "date": _no_date,
    "string_too_short": _empty,
    "too_short": _empty,
    "string_type": _not_text,
    "value_error": _own_words,
}


def _fields(path: Path) -> list[str]:
    """Return the keys that are known at a place in the file."""
    model: type[BaseModel] = Document
    for part in path:
        if isinstance(part, str):
            field = {f.alias or n: f for n, f in model.model_fields.items()}[part]
            model = _model_in(field.annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        if found := _model_in(inner):
            return found
    return None
