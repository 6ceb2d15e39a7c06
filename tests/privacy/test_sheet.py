"""The privacy sheet names every stored field, and no other."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

from preventedu.cli import database
from preventedu.privacy import sheet
from preventedu.privacy.records import tables_about_learners
from preventedu.privacy.sheet import About

if TYPE_CHECKING:
    from flask.testing import FlaskClient

MODELS = database.MODELS
"""Importing them puts every table into the list that the sheet is made from."""


@pytest.mark.parametrize("table", sheet.columns())
def test_every_field_has_its_words_and_no_words_are_left_over(table: str) -> None:
    assert table in sheet.table_words(), f"say in {sheet.WORDS.name} what {table} holds"
    assert set(sheet.table_words()[table].fields) == set(sheet.columns()[table])


def test_no_words_speak_of_a_table_that_is_gone() -> None:
    assert set(sheet.table_words()) <= set(sheet.columns())


def test_a_table_that_points_at_a_learner_is_about_people() -> None:
    people = {About.STUDENT, About.TEACHER}

    for table in tables_about_learners():
        assert sheet.table_words()[table].about in people, table


def test_no_field_about_students_is_a_name_or_an_address() -> None:
    student = [f for f in sheet.stored_fields(180) if f.about is About.STUDENT]

    assert student
    forbidden = {"name", "email", "phone", "picture", "birthday", "given_name"}
    assert not forbidden & {field.name for field in student}


def test_anybody_may_read_the_sheet_with_the_published_setting(
    client: FlaskClient,
) -> None:
    page = client.get("/privacy").text

    assert "180 days" in page
    assert page.index("About students") < page.index("About awards")
    for field in sheet.stored_fields(180):
        assert field.name in page


def test_the_file_says_the_same(client: FlaskClient) -> None:
    answer = client.get("/privacy/sheet.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert len(rows) == len(sheet.stored_fields(180))
    subject = next(row for row in rows if row["field"] == "subject")
    assert (subject["about"], subject["table"]) == ("student", "lti_user")
    assert "180 days" in subject["kept"]
