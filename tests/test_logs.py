"""Logs hold facts, never who."""

from __future__ import annotations

import json
import logging
import sys

from preventedu.logs import JsonFormatter


def record(message: str, **extra: object) -> dict[str, object]:
    made = logging.LogRecord("preventedu.x", logging.INFO, "x.py", 1, message, (), None)
    vars(made).update(extra)
    line: dict[str, object] = json.loads(JsonFormatter().format(made))
    return line


def test_a_record_is_one_json_object_with_its_facts() -> None:
    line = record("score sent", delivery=7, status="sent")

    assert line["message"] == "score sent"
    assert line["delivery"] == 7


def test_what_is_not_on_the_list_is_left_out() -> None:
    line = record("launch", name="Sam Student", subject="5", token="eyJ", url="/s/x")

    assert not {"name", "subject", "token", "url"} & line.keys()


def test_an_allowed_name_with_a_claim_set_in_it_is_left_out() -> None:
    assert "error" not in record("launch", error={"sub": "5", "email": "s@x.example"})


def test_the_text_of_an_exception_is_not_repeated() -> None:
    try:
        int("email s@x.example")
    except ValueError:
        made = logging.LogRecord(
            "preventedu.x", logging.ERROR, "x.py", 1, "broke", (), sys.exc_info()
        )
    line = JsonFormatter().format(made)

    assert "s@x.example" not in line
    assert json.loads(line)["error"] == "ValueError"
