"""What pydantic found, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from preventedu.grants.importing.schema import Document
from preventedu.i18n import gettext as _

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

    from preventedu.grants.importing.problems import Lines, Path, Problem


Words = tuple[str, str]
"""What is wrong, and what to do."""


@dataclass(frozen=True)
class _Mistake:
    """What pydantic found, with what stands in the file."""

    path: Path
    name: str
    raw: str
    value: Any
    message: str
    context: dict[str, Any]


def explain(details: ErrorDetails, lines: Lines) -> Problem:
    """Return what pydantic found as a problem with its place in the file."""
    path: Path = tuple(details["loc"])
    mistake = _Mistake(
        path=path,
        name=next((part for part in reversed(path) if isinstance(part, str)), ""),
        raw=lines.raw(path),
        value=details["input"],
        message=details["msg"],
        context=details.get("ctx", {}),
    )
    kind = "date" if details["type"].startswith("date") else details["type"]
    return lines.problem(path, *EXPLANATIONS.get(kind, _other)(mistake))


def did_you_mean(word: str, known: list[str]) -> str:
    """Return a suggestion from what is known, or the list of it."""
    close = get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return str(_("Did you mean `%(name)s`?", name=close[0]))
    if not known:
        return str(_("There are none yet."))
    names = ", ".join(f"`{name}`" for name in sorted(known)[:12])
    return str(_("Known here: %(names)s.", names=names))


def _unknown_key(it: _Mistake) -> Words:
    hint = did_you_mean(it.name, _fields(it.path[:-1]))
    return _("`%(name)s` is not known here.", name=it.name), hint


def _missing(it: _Mistake) -> Words:
    message = _("`%(name)s` is missing here.", name=it.name)
    return message, _("Add `%(name)s`.", name=it.name)


def _unknown_word(it: _Mistake) -> Words:
    known = str(it.context["expected"]).replace("'", "").replace(" or ", ", ")
    hint = did_you_mean(it.raw, known.split(", "))
    return _("`%(name)s` cannot be `%(value)s`.", name=it.name, value=it.raw), hint


def _no_date(it: _Mistake) -> Words:
    message = _(
        "`%(name)s` is `%(value)s`, which is no date.", name=it.name, value=it.raw
    )
    return message, _("Write it as 2026-07-01.")


def _no_whole_number(it: _Mistake) -> Words:
    message = _(
        "`%(name)s` is `%(value)s`, which is no whole number.",
        name=it.name,
        value=it.raw,
    )
    return message, _("Write it in digits alone, such as 400.")


def _out_of_bounds(it: _Mistake) -> Words:
    message = _("`%(name)s` cannot be `%(value)s`.", name=it.name, value=it.raw)
    return message, _("Write a number from 1 to 1000000000.")


def _no_yes_or_no(it: _Mistake) -> Words:
    message = _("`%(name)s` cannot be `%(value)s`.", name=it.name, value=it.raw)
    return message, _("Write yes or no.")


def _too_long(it: _Mistake) -> Words:
    message = _("`%(name)s` is too long.", name=it.name)
    length = it.context["max_length"]
    return message, _("It has %(number)s characters at most.", number=length)


def _empty(it: _Mistake) -> Words:
    message = _("`%(name)s` is empty.", name=it.name)
    return message, _("Write it, or ask who knows it.")


def _not_text(it: _Mistake) -> Words:
    if isinstance(it.value, dict | list):
        return _("`%(name)s` must be one text.", name=it.name), ""
    if it.value is None:
        return _empty(it)
    message = _(
        "`%(name)s` is %(value)s without quotes, and YAML reads that as a number, "
        "date or yes-or-no.",
        name=it.name,
        value=it.raw,
    )
    return message, _(
        'Write it in quotes, so that no zero is lost: "%(value)s".', value=it.raw
    )


def _own_words(it: _Mistake) -> Words:
    """Our validators say either a whole sentence, or what follows the value."""
    words = str(it.context["error"])
    if words[0].isupper() or words[0] == "`":
        return words, ""
    message, __, suggestion = words.partition(": ")
    if not suggestion:
        message, __, suggestion = words.partition(". ")
    suggestion = suggestion[:1].upper() + suggestion[1:]
    return f"`{it.name}` `{it.raw}` {message}.", suggestion


def _other(it: _Mistake) -> Words:
    return f"`{it.name}` is `{it.raw}`: {it.message}.", ""


EXPLANATIONS = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "enum": _unknown_word,
    "date": _no_date,
    "int_type": _no_whole_number,
    "greater_than_equal": _out_of_bounds,
    "less_than_equal": _out_of_bounds,
    "bool_type": _no_yes_or_no,
    "bool_parsing": _no_yes_or_no,
    "string_too_short": _empty,
    "string_too_long": _too_long,
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
